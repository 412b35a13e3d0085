"""A fact pattern, read: which facts it tells, and the words that tell each.

Every clause is given to the reader (`rag/fact_model.py`), which has learned to tell a fact from what is only alleged,
supposed, asked or denied, and weighs over the whole text which facts stand. The list gives words besides, for facts of which
it has learned too little and for turns that it gets wrong. What follows from other facts is added by the conditions of the
list.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ingest.script import to_narrow, to_simplified
from rag.answer import FactSpan
from rag.clauses import Clause, split_clauses
from rag.fact_book import Condition, FactBook
from rag.fact_model import FactModel, Floats
from rag.priority import FIRST, defendant_first


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact and the words that tell it; `probability` is the reader's, over the whole text.

    `inferred` says that it follows from other facts.
    """

    fact: str
    start: int
    end: int
    probability: float = 1.0
    inferred: bool = False


_SURE = 0.6


@dataclass(frozen=True, slots=True)
class Case:
    """A fact pattern, read: the findings by fact, the surest first. `raw` is the text as it was given.

    `alleged` holds what is only said by the other side, supposed or asked.
    """

    raw: str
    found: Mapping[str, tuple[Finding, ...]]
    alleged: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    def has(self, fact: str) -> bool:
        """Whether the facts show it."""
        return fact in self.found

    def sure(self) -> list[str]:
        """The facts that a clause tells with a probability of at least 0.6; what follows from others is not counted."""
        return [
            name
            for name, findings in self.found.items()
            if findings[0].probability >= _SURE and not findings[0].inferred
        ]

    def meets(self, condition: Condition) -> bool:
        """Whether a condition holds."""
        alleged = all(fact in self.alleged and not self.has(fact) for fact in condition.alleged)
        return alleged and all(map(self.has, condition.needs)) and not any(map(self.has, condition.lacks))

    def first(self, conditions: Iterable[Condition]) -> Condition | None:
        """The first condition that holds."""
        return next((condition for condition in conditions if self.meets(condition)), None)

    def span(self, condition: Condition) -> FactSpan | None:
        """The words that tell the first fact which a condition needs; None where it rests on silence alone."""
        return next((span for name in condition.needs if (span := self.words(name))), None)

    def words(self, fact: str) -> FactSpan | None:
        """The words that tell a fact most surely; None where nothing does."""
        finding = next((one for one in self.found.get(fact, ()) if one.end > one.start), None)
        if finding is None:
            return None
        return FactSpan(text=self.raw[finding.start : finding.end], start=finding.start, end=finding.end)


# A clause shows a fact of the text from this probability on: below it nothing in the text could be pointed at.
_SHOWN = 0.05
# A clause that more likely than not denies or alleges a fact tells it only when that is clearly likelier still.
_DENIED, _CLEARLY = 0.5, 0.1
# Of two facts of which a clause tells only one, the one that is surer by so much is taken.
_INSTEAD = 0.15


# What the words of the list tell is as sure as this: surer than a clause of which the classifier only says so too.
_WORDED = 0.95


def read_facts(text: str, book: FactBook, model: FactModel, raw: str | None = None) -> Case:
    """Read a fact pattern; offsets count characters of `text`, and of `raw`, from which the deciding words are shown."""
    clauses = split_clauses(text)
    spans, half = [clause.words for clause in clauses], len(model.facts)
    plain = to_narrow(to_simplified(text))
    worded = _worded(plain, clauses, book)
    probabilities = _untangled(model.probabilities([clause.text for clause in clauses]), model.facts, book)
    for column, name in enumerate(model.facts):
        probabilities[_hit(book.facts[name].unless, plain, clauses), column] = 0
        for rows in worded.get(name, ()):
            probabilities[rows, column] = np.maximum(probabilities[rows, column], _WORDED)
    settled = model.settled(probabilities)
    found: dict[str, tuple[Finding, ...]] = {}
    alleged: dict[str, tuple[Finding, ...]] = {}
    for column, name in enumerate(model.facts):
        if settled[column] >= model.settling.thresholds[column] and name not in worded:
            found[name] = _shown(name, probabilities[:, column], spans, _SHOWN, float(settled[column]))
        if not found.get(name) and name not in worded:
            alleged[name] = _shown(name, probabilities[:, half + column], spans, model.thresholds[half + column])
    for name, told_by in worded.items():
        found[name] = tuple(Finding(name, spans[rows[0]][0], spans[rows[-1]][1], _WORDED) for rows in told_by)
    firm = _unpleaded(plain, clauses, found, book)
    told = _without_weaker_opposites({name: findings for name, findings in firm.items() if findings}, book)
    said = {name: findings for name, findings in alleged.items() if findings}
    return with_inferred(Case(text if raw is None else raw, told, said), book)


def _rows(match: re.Match[str], clauses: Sequence[Clause]) -> list[int]:
    """The clauses that a match touches."""
    return [row for row, one in enumerate(clauses) if one.start < match.end() and match.start() < one.end]


def _hit(pattern: re.Pattern[str], plain: str, clauses: Sequence[Clause]) -> list[int]:
    return [row for match in pattern.finditer(plain) for row in _rows(match, clauses)]


def _worded(plain: str, clauses: Sequence[Clause], book: FactBook) -> dict[str, list[list[int]]]:
    """For each fact that the text tells by the words of the list, the clauses of each place; no suppositions."""
    found: dict[str, list[list[int]]] = {}
    for name, fact in book.facts.items():
        told = [_rows(match, clauses) for match in fact.words.finditer(plain)]
        denied = set(_hit(fact.unless, plain, clauses)) if told else set()
        for rows in told:
            supposed = book.supposing.match(plain, clauses[rows[0]].words[0])
            if not supposed and denied.isdisjoint(rows):
                found.setdefault(name, []).append(rows)
    if FIRST in book.facts and FIRST not in found and (span := defendant_first(plain)):
        found[FIRST] = [[row for row, one in enumerate(clauses) if one.start < span[1] and span[0] < one.end]]
    return found


def _unpleaded(
    plain: str, clauses: Sequence[Clause], found: Mapping[str, tuple[Finding, ...]], book: FactBook
) -> dict[str, tuple[Finding, ...]]:
    """The findings without what a party only pleads against what else is told: the plea is what is to be judged."""
    pleas = [match.span() for match in book.pleading.finditer(plain)]

    def pleaded(finding: Finding) -> bool:
        return any(finding.end > start and finding.start < end for start, end in pleas)

    firm = {name for name, findings in found.items() if findings and not pleaded(findings[0])}
    return {
        name: findings
        for name, findings in found.items()
        if name in firm or not any(other in firm for other in book.facts[name].opposite)
    }


def _untangled(probabilities: Floats, facts: Sequence[str], book: FactBook) -> Floats:
    """The probabilities of the clauses without those of what a clause rather denies or alleges, or tells of somebody else."""
    told, said = np.split(probabilities, 2, axis=1)
    unlikely = (said > _DENIED) & (told < said + _CLEARLY)
    for column, name in enumerate(facts):
        for other in map(facts.index, book.facts[name].instead):
            unlikely[:, other] |= told[:, other] < told[:, column] - _INSTEAD
            unlikely[:, column] |= told[:, column] < told[:, other] - _INSTEAD
    return np.concatenate([np.where(unlikely, np.float32(0), told), said], axis=1)


# Of two facts that cannot both be so, the one told much more surely is taken; of two told alike both stay, to be asked about.
_SURER = 0.35


def _without_weaker_opposites(
    found: Mapping[str, tuple[Finding, ...]], book: FactBook
) -> dict[str, tuple[Finding, ...]]:
    return {
        name: findings
        for name, findings in found.items()
        if not any(
            other in found and found[other][0].probability - findings[0].probability >= _SURER
            for other in book.facts[name].opposite
        )
    }


def _shown(
    name: str, column: Floats, spans: Sequence[tuple[int, int]], least: float, probability: float | None = None
) -> tuple[Finding, ...]:
    """The clauses that show a fact, the surest first; the probability is theirs, or the one given for the whole text."""
    rows = sorted((row for row in range(len(spans)) if column[row] >= least), key=lambda row: -column[row])
    return tuple(Finding(name, *spans[row], float(column[row]) if probability is None else probability) for row in rows)


def with_inferred(case: Case, book: FactBook) -> Case:
    """Add the facts that follow from others, in the order of the list; the words are those of the first that is needed."""
    for fact in book.inferred:
        condition = None if case.has(fact.name) else case.first(fact.when)
        if condition is not None:
            words = next((case.found[name] for name in condition.needs), (Finding(fact.name, 0, 0),))
            case = replace(
                case,
                found={**case.found, fact.name: tuple(replace(one, fact=fact.name, inferred=True) for one in words)},
            )
    return case
