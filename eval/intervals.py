"""From tallies to a value with a 95% bootstrap interval.

Items are drawn with replacement, not single citations: the citations of one answer stand or fall together. The percentile
bootstrap is that of Efron (1979), Annals of Statistics 7(1); the seed is fixed, so a run can be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.measure import Summary, Tally

SEED = 20200101
RESAMPLES = 1000
_LOW, _HIGH = 2.5, 97.5
# Draws held in memory at one time: 4 million indices of 8 bytes.
_DRAWS = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, the ends of its interval, and `n`, the number of things counted. All are None where n is 0."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def estimate(
    tallies: Sequence[Tally], summary: Summary = Summary.RATIO, *, seed: int = SEED, resamples: int = RESAMPLES
) -> Estimate:
    """The value of a measure over items, with its interval.

    >>> estimate([Tally(1, 1), Tally(1, 1)])
    Estimate(value=1.0, low=1.0, high=1.0, n=2)
    >>> estimate([Tally(1, 2), Tally(2, 2)]).value, estimate([Tally(0, 0)]).value
    (0.75, None)
    """
    counted = [tally for tally in tallies if tally.total]
    if not counted:
        return Estimate(None, None, None, 0)
    hits = np.array([tally.hits for tally in counted], dtype=np.float64)
    totals = np.array([tally.total for tally in counted], dtype=np.float64)
    every = np.arange(len(counted))[np.newaxis, :]
    generator = np.random.default_rng(seed)
    step = max(1, _DRAWS // len(counted))
    samples: list[NDArray[np.float64]] = []
    for done in range(0, resamples, step):
        drawn = generator.integers(0, len(counted), (min(step, resamples - done), len(counted)))
        samples.append(_values(hits, totals, drawn, summary))
    low, high = np.percentile(np.concatenate(samples), [_LOW, _HIGH])
    return Estimate(
        _rounded(_values(hits, totals, every, summary)[0]), _rounded(low), _rounded(high), int(totals.sum())
    )


def _values(
    hits: NDArray[np.float64], totals: NDArray[np.float64], drawn: NDArray[np.int64], summary: Summary
) -> NDArray[np.float64]:
    """The value of each row of drawn items. Every total is at least 1, so no row divides by 0."""
    if summary is Summary.MEDIAN:
        return np.asarray(np.median(hits[drawn], axis=1), dtype=np.float64)
    return np.asarray(hits[drawn].sum(axis=1) / totals[drawn].sum(axis=1), dtype=np.float64)


def _rounded(value: float) -> float:
    return round(float(value), 4)
