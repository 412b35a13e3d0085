"""What a measure is: a name, and how one item counts. Files in `eval/measures` hold one each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.marking import Marked


@dataclass(frozen=True, slots=True)
class Tally:
    """What one item adds: `hits` out of `total`. A total of 0 says that the measure does not concern the item."""

    hits: float
    total: int


NOT_CONCERNED = Tally(0, 0)
# An item without an answer counts as wrong; it never drops out of the mean.
MISSED = Tally(0, 1)


class Summary(StrEnum):
    """How tallies become one value: all hits over all totals, or the median of the hits."""

    RATIO = "ratio"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure is a value: `str()` gives its name, `eval.measures.named` reads it back.

    `label` is its Chinese name. `falling` says that less is better.
    """

    name: str
    label: str
    count: Callable[[Marked], Tally]
    summary: Summary = Summary.RATIO
    falling: bool = False

    def __str__(self) -> str:
        return self.name

    def tallies(self, marked: Sequence[Marked]) -> list[Tally]:
        """What each item adds, in order."""
        return [self.count(item) for item in marked]
