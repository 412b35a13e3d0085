"""Whether the statements of an answer follow from the places that they cite, by the offline method of `rag.SupportCheck`.

What a statement quotes word for word from a place that it cites needs no judging; what it says in words of its own is
judged. The method agrees with 7 in 10 labels of statements made to be hard (docs/evaluation.md), so the share it gives tells runs
apart and says little of a single statement.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from eval.shelf import Copy, Shelf
from rag import Answer, Citation, Settings, Statement, SupportCheck, open_support, stands_in

_QUOTED = re.compile(r"[“「](?P<words>[^“”「」]{4,})[”」]")
_LETTER = re.compile(r"[\u3400-\u9fffA-Za-z]")
_NAMED = re.compile(
    r"《[^《》]*》|[（(〔\[](?:\d{4}|文本未经逐字核验)[）)〕\]]|第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十]+)?(?:第[（(]?[一二三四五六七八九十\d]+[）)]?[款项目])*"
)
# What is left of a statement without its quotations and the names of places, when it says no more than that they stand there.
_SHORTEST = 12
_LIKELY = 0.5


def supported(answer: Answer, shelf: Shelf) -> list[bool]:
    """For each statement that cites anything, whether it follows from what it cites and from the question."""
    return [_follows(statement, answer, shelf) for statement in answer.statements if statement.citations]


def cited_places(statement: Statement, answer: Answer, shelf: Shelf) -> list[tuple[Citation, Copy, str]]:
    """The places that a statement cites, in the version of the answer's day, with their words; those not held are left out."""
    normal = [shelf.normal(Citation.parse(key), answer.as_of) for key in statement.citations]
    return [(citation, copy, text) for citation in normal for copy, text in shelf.texts(citation)[:1]]


def _follows(statement: Statement, answer: Answer, shelf: Shelf) -> bool:
    places = cited_places(statement, answer, shelf)
    # Court, number, dates and sums stand in the front matter of a file.
    sources = [f"{copy.title}。{text}\n{_flat(copy.meta)}" for _, copy, text in places]
    own = _QUOTED.sub(
        lambda match: "" if any(stands_in(match["words"], text) for *_, text in places) else match[0], statement.text
    )
    if len(_LETTER.findall(_NAMED.sub("", own))) < _SHORTEST:
        return bool(sources)
    return _check().likelihood(own, sources, answer.question) >= _LIKELY


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(_flat(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(map(_flat, value))
    return str(value if value is not None else "")


@lru_cache(maxsize=1)
def _check() -> SupportCheck:
    return open_support(Settings.from_env())
