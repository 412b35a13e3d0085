"""Decided cases compared with a fact pattern: what is alike, what sets them apart, and which way each cuts.

After the case-based reasoning of HYPO (Ashley 1990) and CATO (Aleven 1997): a case is a set of factual factors; the more it
shares with the facts, and the rarer the factor among the cases, the more it is on point; a factor that only one side has is
what an opponent will distinguish on. The factors of a case stand in its front matter (`facts`), its bearing on each
defence too (`defences`).
"""

import math
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from ingest.document import Kind
from rag.fact_book import FactBook
from rag.facts import Case
from rag.library import HeldDocument, Library


class Effect(StrEnum):
    """Which way a case cuts for a defence."""

    SUPPORTS = "supports"
    UNDERCUTS = "undercuts"
    MIXED = "mixed"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a case means for a defence."""

    defence: str
    effect: Effect
    note: str


@dataclass(frozen=True, slots=True)
class Precedent:
    """A decided (or pending) case as a set of facts with its bearings."""

    document: HeldDocument
    facts: frozenset[str]
    bearings: tuple[Bearing, ...]

    @property
    def key(self) -> str:
        """The citation key of the case."""
        return self.document.citation.document


@dataclass(frozen=True, slots=True)
class Compared:
    """A precedent beside the facts. `shared`, `only_there` and `opposed` are facts, the most telling first.

    `only_there` was so in the precedent and is not told here; `opposed` was so there while the opposite is told here.
    `score` is between 0 and 1: the weight of what is shared among all that either has.
    """

    precedent: Precedent
    shared: tuple[str, ...]
    only_there: tuple[str, ...]
    opposed: tuple[str, ...]
    score: float


def precedents(library: Library) -> list[Precedent]:
    """The cases held that say which facts they had, the user's own among them."""
    found = []
    for document in library.documents():
        meta = document.meta
        if document.kind not in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) or not meta.get("facts"):
            continue
        bearings = tuple(
            Bearing(name, Effect(row["effect"]), str(row.get("note", "")))
            for name, row in (meta.get("defences") or {}).items()
        )
        found.append(Precedent(document, frozenset(map(str, meta["facts"])), bearings))
    return found


def compare(case: Case, cases: Sequence[Precedent], book: FactBook) -> list[Compared]:
    """Every precedent that shares a fact with the case, the most on point first."""
    held = Counter(fact for one in cases for fact in one.facts)
    weight = {fact: math.log(1 + len(cases) / count) for fact, count in held.items()}
    here = {name for name in case.found if name in weight}

    def telling(facts: Set[str]) -> tuple[str, ...]:
        return tuple(sorted(facts, key=lambda name: (-weight[name], name)))

    compared = []
    for one in cases:
        shared = one.facts & here
        if not shared:
            continue
        opposed = {
            fact
            for fact in one.facts - here
            if fact in book.facts and any(case.has(opposite) for opposite in book.facts[fact].opposite)
        }
        either = sum(weight[fact] for fact in one.facts | here)
        score = (sum(weight[fact] for fact in shared) - sum(weight[fact] for fact in opposed)) / either

        compared.append(
            Compared(one, telling(shared), telling(one.facts - here - opposed), telling(opposed), max(score, 0.0))
        )
    return sorted(compared, key=lambda one: (-one.score, one.precedent.key))
