"""The annex of a memo: every place that it cites, once, in full as it is held."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from ingest.numerals import to_chinese
from rag.library import HeldPlace
from rag.memo_parts import Block, Heading, Look, Paragraph, Words, lead, said, written_day
from rag.provision import name_of, pinpoint, words_of
from rag.verify import is_ours

_DIGESTS = "以下是据公开材料所作的摘要，不是原文，不得作为原文引用。"
# Who issues what stands higher (立法法): laws, administrative regulations, judicial interpretations, then the rest.
_ISSUERS = ("全国人民代表大会", "国务院", "最高人民法院")


def annex(places: Iterable[HeldPlace]) -> Iterator[Block]:
    """Official texts first, then other originals, then digests of ours, which are no originals and are said to be none.

    A place inside another that is shown is not shown again.
    """
    cited = list(places)
    outer = [
        place
        for place in cited
        if not any(other is not place and other.citation.contains(place.citation) for other in cited)
    ]
    groups = (
        ("条文", [place for place in outer if place.kind is Kind.STATUTE], ""),
        ("其他原文", [place for place in outer if place.kind is not Kind.STATUTE and not is_ours(place)], ""),
        ("摘要", [place for place in outer if is_ours(place)], _DIGESTS),
    )
    for number, (title, group, notice) in enumerate((group for group in groups if group[1]), start=1):
        yield Heading(f"（{to_chinese(number)}）{title}")
        if notice:
            yield said(notice)
        for inside in _by_document(group):
            yield Paragraph((Words(name_of(inside[0].document), bold=True), Words(_edition(inside))), Look.LEAD)
            for place in inside:
                yield from _shown(place)


def _shown(place: HeldPlace) -> Iterator[Block]:
    ours = is_ours(place)
    unverified = "" if place.verified or ours else "　文本未经逐字核验"
    yield lead(f"{pinpoint(place.citation).removeprefix('摘要.')}　〔{place.key}〕{unverified}")
    yield Paragraph((Words(place.text.strip() if ours else f"“{words_of(place)}”"),), Look.QUOTE)


def _by_document(places: Sequence[HeldPlace]) -> list[list[HeldPlace]]:
    """Places by document, the highest in rank and then the first cited first, and inside each as they stand in it."""
    found: dict[str, list[HeldPlace]] = {}
    for place in places:
        found.setdefault(str(place.document.citation), []).append(place)
    inside = [sorted(some, key=lambda place: _path_order(place.citation)) for some in found.values()]
    return sorted(inside, key=lambda some: _rank(some[0]))


def _rank(place: HeldPlace) -> int:
    issuer = str(place.document.meta.get("issuer") or "")
    return next((rank for rank, name in enumerate(_ISSUERS) if issuer.startswith(name)), len(_ISSUERS))


def _edition(places: Sequence[HeldPlace]) -> str:
    """The version of a document in the annex, when it took effect, and whether what is quoted was verified."""
    place, stored = places[0], places[0].document.stored
    if place.kind is not Kind.STATUTE:
        return ""
    said = []
    if stored.adopted or place.version:
        said.append(f"{_day(stored.adopted or place.version or '')}文本")
    if stored.effective:
        said.append(f"{_day(stored.effective)}起施行")
    if place.in_force is False:
        said.append("在法律时点并非现行有效")
    if all(one.verified for one in places):
        said.append("已逐字核验")
    return f"（{'，'.join(said)}）" if said else ""


def _path_order(citation: Citation) -> tuple[tuple[int, str], ...]:
    """Sorts places of a document as they stand in it."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in citation.path)


def _day(day: str) -> str:
    """An ISO date as it is written; anything else as it is."""
    try:
        return written_day(date.fromisoformat(day))
    except ValueError:
        return day
