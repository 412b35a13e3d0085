"""Where the defences of a run were taken for others: which one led instead of which, and how strong what must not carry was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.marking import Marked
from rag import Strength

NONE = "none"
"""Stands for an answer without defences."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts over the items whose gold names defences.

    `first[gold, found]`: which defence led where `gold` should have; where gold lets several lead, the one that did lead
    counts as itself, else the first that gold names. `strength[defence, should, found]`: `should` is `carry` or `fail`,
    `found` a strength.
    """

    first: Counter[tuple[str, str]]
    strength: Counter[tuple[str, str, str]]

    @property
    def defences(self) -> list[str]:
        """Every defence that occurs, the most frequent in gold first."""
        seen: Counter[str] = Counter()
        for (gold, found), count in self.first.items():
            seen[gold] += count * 1000
            seen[found] += count
        for (defence, _, _), count in self.strength.items():
            seen[defence] += count
        return [name for name, _ in seen.most_common() if name != NONE]


def confusion(items: Sequence[Marked]) -> Confusion:
    """Count over a run."""
    first: Counter[tuple[str, str]] = Counter()
    strength: Counter[tuple[str, str, str]] = Counter()
    for marked in items:
        gold = marked.item.gold.defenses
        if gold is None:
            continue
        found = marked.answer.defenses if marked.answer else []
        led = found[0].id if found else NONE
        leaders = tuple(dict.fromkeys((*gold.first, *gold.expected)))
        if leaders:
            first[led if led in leaders else leaders[0], led] += 1
        strengths = {one.id: one.strength for one in found}
        for names, should in ((gold.expected, "carry"), (gold.excluded, "fail")):
            for name in names:
                strength[name, should, strengths.get(name, Strength.UNAVAILABLE)] += 1
    return Confusion(first, strength)
