"""A law whose parts lie in files of their own (民法典/总则编.md, 民法典/侵权责任编.md), put together as one document."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ingest.document import Document, Kind, Passage, Role
from ingest.statute import held_articles


def is_part(document: Document) -> bool:
    """Whether a document is one part of a law, as a second title in the head of its file says."""
    return document.kind is Kind.STATUTE and bool(document.meta.get("part"))


def part_names(document: Document) -> tuple[str, ...]:
    """The parts that `joined` put together, in order."""
    return tuple(str(part["name"]) for part in document.meta.get("parts", ()))


def joined(whole: Document | None, part: Document, file: str, digest: str) -> Document:
    """The law with one part more, or with another text of a part; `whole` is None for the first one.

    The parts stand in the order of their articles. `meta["parts"]` has for each one its name, the file it came from
    with its `digest`, and where it starts and ends in the text, in characters.

    >>> from ingest.load import parse_text
    >>> head = "# 某法典\\n# {}\\n2020年5月28日通过\\n<!-- INFO END -->\\n"
    >>> late = parse_text(head.format("继承编") + "第三条 丙。\\n第四条 丁。\\n", name="继承编.md")
    >>> early = parse_text(head.format("总则编") + "第一条 甲。\\n第二条 乙。\\n", name="总则编.md")
    >>> law = joined(joined(None, late, "继承编.md", "a"), early, "总则编.md", "b")
    >>> part_names(law), law.meta["held"], [p.citation.path[0] for p in law.passages if p.citation]
    (('总则编', '继承编'), 'all', ['1', '2', '3', '4'])
    """
    name = str(part.meta["part"])
    pieces = {} if whole is None else {str(old["name"]): (old, _cut_out(whole, old)) for old in whole.meta["parts"]}
    pieces[name] = {"name": name, "file": file, "digest": digest}, part.passages
    passages: list[Passage] = []
    parts: list[dict[str, Any]] = []
    position = 0
    for about, own in sorted(pieces.values(), key=lambda piece: _first_article(piece[1])):
        parts.append({**about, "start": position, "end": position + own[-1].end})
        passages += _moved(own, position)
        position += own[-1].end
    meta = {key: value for key, value in part.meta.items() if key not in ("part", "held")}
    numbers = [number for passage in passages if (number := _number(passage)) is not None]
    meta |= {"parts": parts, "held": held_articles(numbers)}
    text = "".join(passage.text for passage in passages)
    return replace(part, text=text, passages=tuple(passages), meta=meta)


def _cut_out(whole: Document, part: dict[str, Any]) -> tuple[Passage, ...]:
    inside = [passage for passage in whole.passages if part["start"] <= passage.start < part["end"]]
    return _moved(inside, -int(part["start"]))


def _moved(passages: Sequence[Passage], by: int) -> tuple[Passage, ...]:
    return tuple(
        replace(
            passage,
            start=passage.start + by,
            end=passage.end + by,
            places=tuple(replace(place, start=place.start + by, end=place.end + by) for place in passage.places),
        )
        for passage in passages
    )


def _first_article(passages: Sequence[Passage]) -> float:
    return min((number for passage in passages if (number := _number(passage)) is not None), default=float("inf"))


def _number(passage: Passage) -> int | None:
    """The number of an article; None for other passages."""
    if passage.role is not Role.ARTICLE or passage.citation is None:
        return None
    head = passage.citation.path[0].partition("-")[0].partition("(")[0]
    return int(head) if head.isdecimal() else None
