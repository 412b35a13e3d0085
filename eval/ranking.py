"""How good a ranking is: recall, reciprocal rank and discounted gain, each cut at a depth.

A measure is a value: `str()` gives its name, `RankingMeasure.parse` reads it back. A passage without a label counts as
wrong. nDCG takes the label as the gain and discounts by log2(rank + 1) (Järvelin and Kekäläinen, 2002), as trec_eval does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal, cast, get_args

Name = Literal["recall", "mrr", "ndcg"]


@dataclass(frozen=True, slots=True)
class RankingMeasure:
    """One measure of one ranking, from 0 to 1.

    >>> str(RankingMeasure("recall", 10)), RankingMeasure.parse("ndcg@10").depth
    ('recall@10', 10)
    >>> RankingMeasure("recall", 2)(["b", "x", "a"], {"a": 1, "b": 1})
    0.5
    >>> RankingMeasure("mrr", 10)(["x", "a", "b"], {"a": 1, "b": 1})
    0.5
    >>> round(RankingMeasure("ndcg", 10)(["x", "a"], {"a": 1}), 4)
    0.6309
    """

    name: Name
    depth: int

    def __str__(self) -> str:
        return f"{self.name}@{self.depth}"

    @classmethod
    def parse(cls, text: str) -> "RankingMeasure":
        """Read a name back. Raises ValueError for anything that is not the name of a measure."""
        name, _, depth = text.partition("@")
        if name not in get_args(Name) or not depth.isdecimal() or int(depth) < 1:
            raise ValueError(f"no measure is called {text!r}")
        return cls(cast(Name, name), int(depth))

    def __call__(self, ranked: Sequence[str], gains: Mapping[str, float]) -> float:
        """The value for a ranking (ids, best first, each once) against the gains of the relevant ids, one at least."""
        first = ranked[: self.depth]
        if self.name == "recall":
            return sum(name in gains for name in first) / len(gains)
        if self.name == "mrr":
            return next((1 / rank for rank, name in enumerate(first, 1) if name in gains), 0.0)
        ideal = sorted(gains.values(), reverse=True)[: self.depth]
        return _discounted([gains.get(name, 0.0) for name in first]) / _discounted(ideal)


RANKING_MEASURES = tuple(
    RankingMeasure.parse(name) for name in ("recall@5", "recall@10", "recall@20", "recall@100", "mrr@10", "ndcg@10")
)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
