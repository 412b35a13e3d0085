"""The facts held against the nearest cases, as a table: what each shares, what it lacks, and which way it cuts."""

from dataclasses import dataclass
from enum import StrEnum

from rag.analysis import Analysis
from rag.precedents import Compared, Effect
from rag.provision import nickname

_ROWS = 14


class FactState(StrEnum):
    """Whether a fact is told: there, not told, or the opposite told."""

    THERE = "there"
    OPPOSITE = "opposite"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Column:
    """A case: its name and key (empty for the matter at hand), a cell a fact, and its effect on each defence tried."""

    name: str
    key: str
    cells: tuple[FactState, ...]
    effects: tuple[Effect | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`facts` names the rows, `defences` the rows below them; the first column is the matter at hand."""

    facts: tuple[str, ...]
    defences: tuple[str, ...]
    columns: tuple[Column, ...]


def fact_matrix(analysis: Analysis) -> Matrix:
    """The matrix of an analysis: the facts told that a case has, then those that only cases have, the commonest first.

    >>> from rag import Assistant
    >>> drawn = fact_matrix(Assistant().analyse("原告用Midjourney输入一句提示词生成图片，没有修改，起诉我方转载。"))
    >>> drawn.columns[0].key, drawn.facts[0]
    ('', '主张AI生成内容')
    """
    pick, book = analysis.language.pick, analysis.book.facts
    here = [name for name in book if analysis.case.has(name) and any(name in _facts(one) for one in analysis.nearest)]
    count = {name: sum(name in _facts(one) for one in analysis.nearest) for name in book}
    there = sorted((name for name in book if count[name] and name not in here), key=lambda name: -count[name])
    rows = (here + there)[:_ROWS]
    tried = analysis.tried
    own = Column(
        pick("本案", "this matter"),
        "",
        tuple(_here(name, analysis) for name in rows),
        tuple(None for _ in tried),
    )
    others = [
        Column(
            nickname(one.precedent.document),
            one.precedent.key,
            tuple(_there(name, one) for name in rows),
            tuple(_effect(one, defence.rule.id) for defence in tried),
        )
        for one in analysis.nearest
    ]
    return Matrix(
        tuple(pick(name, book[name].name_en) for name in rows),
        tuple(pick(one.rule.name, one.rule.name_en) for one in tried),
        (own, *others),
    )


def _facts(compared: Compared) -> frozenset[str]:
    return compared.precedent.facts


def _here(name: str, analysis: Analysis) -> FactState:
    if analysis.case.has(name):
        return FactState.THERE
    return FactState.OPPOSITE if any(map(analysis.case.has, analysis.book.facts[name].opposite)) else FactState.ABSENT


def _there(name: str, compared: Compared) -> FactState:
    return FactState.THERE if name in _facts(compared) else FactState.ABSENT


def _effect(compared: Compared, defence: str) -> Effect | None:
    return next((one.effect for one in compared.precedent.bearings if one.defence == defence), None)
