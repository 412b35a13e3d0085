"""What the reports on a run show beside its measures, counted from the content of `report.json`.

By kind, of the answers that abstain, of the strengths of defences, of the time that answers took. Intervals are those of
`eval.intervals`, with the seed and the resamples of the run.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from eval.benchmark import percentile_95
from eval.confusion import NONE, Confusion
from eval.intervals import Estimate, estimate
from eval.measure import Tally
from eval.wording import KINDS
from rag import Strength

# Weakest last, as STRENGTHS of the contract are ordered.
_ORDER = tuple(Strength)
_KIND_MEASURES = ("citation_recall", "citation_precision", "citation_validity")
# The lower ends of the bars of a histogram within a power of ten.
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


@dataclass(frozen=True, slots=True)
class KindRow:
    """The items of one kind: how many passed, of how many, and shares (None where nothing was counted)."""

    kind: str
    passed: int
    items: int
    accuracy: Estimate
    shares: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Abstention:
    """Items whose gold says whether to abstain: counts of (should abstain, did), `did` None where there is no answer.

    `curve` tells what answering less would have given: the answerable items by the share of their statements that the
    cited passage bears out, the largest share first, as (share answered, share of the answered that passed).
    """

    counts: Mapping[tuple[bool, bool | None], int]
    curve: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The defences that answers call so strong and gold says something about; `agreed` is the share that gold bears out.

    `unnamed` counts those of this strength that gold says nothing about.
    """

    strength: Strength
    agreed: Estimate
    unnamed: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds: the median, the 95th percentile, the largest; bars as (from, to, count), each decade in six."""

    p50: float
    p95: float
    largest: float
    bars: Sequence[tuple[float, float, int]]


def kind_rows(report: Mapping[str, Any]) -> list[KindRow]:
    """A row for each kind that occurs, in the order of the contract."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in KINDS}
    for item in report["items"]:
        by_kind[item["kind"]].append(item)
    return [
        KindRow(
            kind,
            sum(item["passed"] for item in items),
            len(items),
            _estimate(report, [Tally(item["passed"], 1) for item in items]),
            {name: _share(items, name) for name in _KIND_MEASURES},
        )
        for kind, items in by_kind.items()
        if items
    ]


def leading(found: Confusion) -> tuple[list[str], list[str]]:
    """The rows and columns of the table of what led: the defences that should have, and those beside the others that did.

    >>> leading(Confusion(Counter({("damages", "damages"): 2, ("damages", "none"): 1}), Counter()))
    (['damages'], ['damages', 'none'])
    """
    should = {gold for gold, _ in found.first}
    held = should | {led for _, led in found.first}
    names = found.defences
    return [name for name in names if name in should], [name for name in (*names, NONE) if name in held]


def abstention(items: Sequence[Mapping[str, Any]]) -> Abstention | None:
    """Who abstained when; None where no gold says whether to."""
    told = [item for item in items if isinstance(item["gold"].get("abstain"), bool)]
    if not told:
        return None
    counts = Counter(
        (item["gold"]["abstain"], item["answer"]["abstained"] if item["answer"] else None) for item in told
    )
    return Abstention(counts, _curve([item for item in told if not item["gold"]["abstain"]]))


def _curve(items: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    given = sorted(((_borne(item), item["passed"]) for item in items if item["answer"]), key=lambda pair: -pair[0])
    points, right = [], 0
    for number, (share, passed) in enumerate(given, 1):
        right += passed
        # Items of one share are answered together: a point between them would depend on their order in the file.
        if number == len(given) or given[number][0] != share:
            points.append((number / len(items), right / number))
    return points


def _borne(item: Mapping[str, Any]) -> float:
    """The share of the statements of an answer that its passages bear out; 0 for one that states nothing."""
    hits, total = item["measures"].get("citation_support", (0, 0))
    return float(hits / total) if total else 0.0


def calibration(report: Mapping[str, Any]) -> list[Calibration]:
    """A row for each strength, the strongest first; empty where no gold names defences.

    Gold bears out `strong` and `medium` of a defence that it expects, `weak` and `unavailable` of one that it excludes,
    and for one of `at_most` whatever is no stronger.
    """
    items = [item for item in report["items"] if item["gold"].get("defenses") is not None]
    if not items:
        return []
    tallies: dict[Strength, list[Tally]] = {strength: [] for strength in _ORDER}
    unnamed: Counter[Strength] = Counter()
    for item in items:
        verdicts: dict[Strength, list[bool]] = {strength: [] for strength in _ORDER}
        for found in item["answer"]["defenses"] if item["answer"] else []:
            strength = Strength(found["strength"])
            borne = _borne_out(item["gold"]["defenses"], found["id"], strength)
            if borne is None:
                unnamed[strength] += 1
            else:
                verdicts[strength].append(borne)
        for strength, borne_out in verdicts.items():
            tallies[strength].append(Tally(sum(borne_out), len(borne_out)))
    return [Calibration(strength, _estimate(report, tallies[strength]), unnamed[strength]) for strength in _ORDER]


def _borne_out(gold: Mapping[str, Any], name: str, strength: Strength) -> bool | None:
    """Whether gold bears the strength out; None where it says nothing about the defence."""
    carries = strength in (Strength.STRONG, Strength.MEDIUM)
    limit = (gold.get("at_most") or {}).get(name)
    said = []
    if name in (gold.get("expected") or ()):
        said.append(carries)
    if name in (gold.get("excluded") or ()):
        said.append(not carries)
    if limit is not None:
        said.append(_ORDER.index(strength) >= _ORDER.index(Strength(limit)))
    return all(said) if said else None


def latency(items: Iterable[Mapping[str, Any]]) -> Latency | None:
    """How long answers took; None where nothing was asked."""
    times = sorted(item["latency_ms"] for item in items if item["latency_ms"] is not None)
    if not times:
        return None
    edges = _edges(times[0], times[-1])
    bars = [(low, high, sum(low <= time < high for time in times)) for low, high in pairwise(edges)]
    return Latency(median(times), percentile_95(times), times[-1], bars)


def _edges(least: float, largest: float) -> list[float]:
    """The ends of bars that hold every time; under 0.1 ms is 0.1 ms, for a logarithm has no 0."""
    scale = [0.0, *(step * 10.0**power for power in range(-1, 8) for step in _STEPS)]
    first = max(number for number, edge in enumerate(scale) if edge <= least)
    last = next((number for number, edge in enumerate(scale) if edge > largest), len(scale) - 1)
    return scale[first : last + 1]


def _estimate(report: Mapping[str, Any], tallies: Sequence[Tally]) -> Estimate:
    drawn = report["provenance"]["bootstrap"]
    return estimate(tallies, seed=drawn["seed"], resamples=drawn["resamples"])


def _share(items: Iterable[Mapping[str, Any]], name: str) -> float | None:
    tallies = [item["measures"][name] for item in items if name in item["measures"]]
    total = sum(tally[1] for tally in tallies)
    return sum(tally[0] for tally in tallies) / total if total else None
