"""Two runs on the same questions, pair by pair: what became better, what became worse.

A measure that is yes or no on every item goes by McNemar's test in its exact form, the binomial test on the pairs that
disagree (McNemar 1947, Psychometrika 12). The others, shares of citations and the median time, go by the bootstrap of
the difference: items are drawn in pairs, with the seed and the percentiles of `eval.intervals`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.intervals import RESAMPLES, SEED
from eval.measure import NOT_CONCERNED, Measure, Summary, Tally
from eval.measures import MEASURES
from eval.measures.abstention_accuracy import ABSTENTION_ACCURACY
from eval.measures.answer_accuracy import ANSWER_ACCURACY
from eval.measures.defense_accuracy import DEFENSE_ACCURACY
from eval.measures.false_premise_accuracy import FALSE_PREMISE_ACCURACY
from eval.output import Figures
from eval.wording import shown
from rag import UnusableInput

_REPORT = "report.json"
_YES_OR_NO = (ABSTENTION_ACCURACY, FALSE_PREMISE_ACCURACY, DEFENSE_ACCURACY, ANSWER_ACCURACY)
_SIGNIFICANT = 0.05
_LOW, _HIGH = 2.5, 97.5
# Where fewer items differ no exact test of pairs reaches p < 0.05 (2 / 2**5 = 0.0625), yet the bootstrap of four items
# that all got worse leaves 0 out: it would claim on a handful of items what McNemar's test does not.
_FEWEST = 6
# Draws held in memory at one time, as in `eval.intervals`.
_DRAWS = 4_000_000

_Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


class Change(StrEnum):
    """What became of a measure from the first run to the second; NOT_COMPARABLE where one run has nothing to count."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    NOT_COMPARABLE = "not_comparable"

    @property
    def label(self) -> str:
        """The Chinese word for it."""
        return {"better": "更好", "worse": "更差", "no_difference": "没有差别"}.get(self.value, "无法比较")


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs, over the `n` pairs of items that it concerns.

    `a` and `b` are its values, None where there is nothing to count, and `difference` is `b - a`. Of a measure that is
    yes or no `p` is set, with `only_a` and `only_b`, the items right in one run alone; of the others `low` and `high`.
    """

    measure: Measure
    a: float | None
    b: float | None
    n: int
    change: Change
    p: float | None = None
    only_a: int = 0
    only_b: int = 0
    low: float | None = None
    high: float | None = None

    @property
    def difference(self) -> float | None:
        """`b - a`, None where one of them is missing."""
        return None if self.a is None or self.b is None else _rounded(self.b - self.a)

    @property
    def evidence(self) -> str:
        """What the change rests on, as a person reads it: p and the items right in one run alone, or the interval."""
        if self.p is not None:
            return f"p={self.p:.4f}（仅 A 对 {self.only_a} 题，仅 B 对 {self.only_b} 题）"
        return f"[{_signed(self.measure, self.low)}, {_signed(self.measure, self.high)}]" if self.n else "—"

    def as_json(self) -> dict[str, Any]:
        """Everything of it under the names of the fields; what does not belong to the test is left out."""
        content = {"a": self.a, "b": self.b, "difference": self.difference, "n": self.n, "change": self.change.value}
        if self.measure in _YES_OR_NO:
            return content | {"p": self.p, "only_a": self.only_a, "only_b": self.only_b}
        return content | {"low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared: the ids of the items that pair, of those that do not, and of those that changed.

    `other_question` have one id and two questions, and are no pair. `other_gold` are pairs marked against different
    gold. `lost` passed in A and fail in B, `gained` the other way.
    """

    differences: tuple[Difference, ...]
    paired: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    other_question: tuple[str, ...]
    other_gold: tuple[str, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]

    @property
    def worse(self) -> tuple[Difference, ...]:
        """The measures that became worse."""
        return tuple(found for found in self.differences if found.change is Change.WORSE)

    def as_json(self) -> dict[str, Any]:
        """`{"measures": {name: {...}}, "paired": n, "only_a": [id], ..., "lost": [id], "gained": [id]}`."""
        return {
            "measures": {found.measure.name: found.as_json() for found in self.differences},
            "paired": len(self.paired),
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "other_question": list(self.other_question),
            "other_gold": list(self.other_gold),
            "lost": list(self.lost),
            "gained": list(self.gained),
        }

    def table(self) -> Figures:
        """A row for each measure."""
        rows = [
            [
                f"{found.measure.label} {found.measure}",
                shown(found.measure.name, found.a),
                shown(found.measure.name, found.b),
                _signed(found.measure, found.difference),
                found.evidence,
                str(found.n),
                found.change.label,
            ]
            for found in self.differences
        ]
        return Figures(["指标", "A", "B", "差", "p 或 95% 区间", "题数", "结论"], rows)

    def summary(self) -> str:
        """How many items pair, and by id every one that does not or that changed; a line each."""
        named = {
            "仅 A 有": self.only_a,
            "仅 B 有": self.only_b,
            "同一 id 而问题不同，未比较": self.other_question,
            "标准答案不同": self.other_gold,
            "A 通过而 B 未通过": self.lost,
            "A 未通过而 B 通过": self.gained,
        }
        lines = [f"{label}（{len(ids)} 题）：{'、'.join(ids)}" for label, ids in named.items() if ids]
        return "\n".join([f"配对 {len(self.paired)} 题。", *lines])


def read_report(path: Path) -> dict[str, Any]:
    """Read the `report.json` of a run, or of the folder that holds it.

    Raises UnusableInput for a file that cannot be read, is no report, or holds an item that cannot be compared.
    """
    file = path / _REPORT if path.is_dir() else path
    try:
        content = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnusableInput(f"无法打开报告「{file}」：{error.strerror or error}。请核对路径和权限。") from None
    except (ValueError, RecursionError):
        raise _no_report(file, "不是合法的 JSON") from None
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(items, list):
        raise _no_report(file, "没有 items 列表")
    seen: set[str] = set()
    for number, item in enumerate(items, 1):
        if not _sound(item):
            raise _no_report(file, f"items 第 {number} 项缺少 id、question、passed 或 measures，或类型不对")
        if item["id"] in seen:
            raise _no_report(file, f"items 中 id「{item['id']}」出现两次")
        seen.add(item["id"])
    return content


def compare_reports(
    a: Mapping[str, Any], b: Mapping[str, Any], *, seed: int = SEED, resamples: int = RESAMPLES
) -> Comparison:
    """Compare two reports as `read_report` and `Report.as_json` give them, measure by measure, over the items in both.

    An item is in both where its id, its question and the turns before it are the same. Raises UnusableInput where none
    is.
    """
    first = {item["id"]: item for item in a["items"]}
    second = {item["id"]: item for item in b["items"]}
    common = [name for name in first if name in second]
    pairs = [(first[name], second[name]) for name in common if _asked(first[name]) == _asked(second[name])]
    if not pairs:
        raise UnusableInput("两份报告没有相同的题（id 与问题都相同），无法比较。请比较同一数据集的两次评测。")
    paired = tuple(one["id"] for one, _ in pairs)
    return Comparison(
        differences=tuple(_difference(measure, pairs, seed, resamples) for measure in MEASURES),
        paired=paired,
        only_a=tuple(name for name in first if name not in second),
        only_b=tuple(name for name in second if name not in first),
        other_question=tuple(name for name in common if name not in set(paired)),
        other_gold=tuple(one["id"] for one, other in pairs if one.get("gold") != other.get("gold")),
        lost=tuple(one["id"] for one, other in pairs if one["passed"] and not other["passed"]),
        gained=tuple(one["id"] for one, other in pairs if other["passed"] and not one["passed"]),
    )


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p of so many pairs that disagree in one direction and in the other.

    >>> mcnemar(9, 1), mcnemar(0, 5), mcnemar(3, 3), mcnemar(0, 0)
    (0.021484375, 0.0625, 1.0, 1.0)
    """
    pairs = only_a + only_b
    tail = sum(comb(pairs, count) for count in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / (1 << pairs))


def _difference(measure: Measure, pairs: Sequence[_Pair], seed: int, resamples: int) -> Difference:
    tallies = [(_tally(one, measure), _tally(other, measure)) for one, other in pairs]
    if measure in _YES_OR_NO:
        return _of_yes_or_no(measure, [(one, other) for one, other in tallies if one.total and other.total])
    if measure.summary is Summary.MEDIAN:
        tallies = [(one, other) for one, other in tallies if one.total and other.total]
    return _of_shares(measure, [(one, other) for one, other in tallies if one.total or other.total], seed, resamples)


def _of_yes_or_no(measure: Measure, tallies: Sequence[tuple[Tally, Tally]]) -> Difference:
    n = len(tallies)
    if not n:
        return Difference(measure, None, None, 0, Change.NOT_COMPARABLE)
    only_a = sum(one.hits > other.hits for one, other in tallies)
    only_b = sum(other.hits > one.hits for one, other in tallies)
    p = mcnemar(only_a, only_b)
    a, b = (_rounded(sum(pair[run].hits for pair in tallies) / n) for run in (0, 1))
    return Difference(measure, a, b, n, _change(measure, only_b - only_a, p < _SIGNIFICANT), p, only_a, only_b)


def _of_shares(measure: Measure, tallies: Sequence[tuple[Tally, Tally]], seed: int, resamples: int) -> Difference:
    n = len(tallies)
    runs = [
        np.array([(pair[run].hits, pair[run].total) for pair in tallies], dtype=np.float64).reshape(n, 2)
        for run in (0, 1)
    ]
    a, b = (float(_values(run, np.arange(n)[np.newaxis, :], measure.summary)[0]) if run.any() else None for run in runs)
    if a is None or b is None:
        return Difference(measure, _maybe(a), _maybe(b), n, Change.NOT_COMPARABLE)
    generator = np.random.default_rng(seed)
    step = max(1, _DRAWS // n)
    samples: list[NDArray[np.float64]] = []
    for done in range(0, resamples, step):
        drawn = generator.integers(0, n, (min(step, resamples - done), n))
        samples.append(_values(runs[1], drawn, measure.summary) - _values(runs[0], drawn, measure.summary))
    # A draw in which one run has nothing to count has no difference.
    low, high = (_rounded(end) for end in np.nanpercentile(np.concatenate(samples), [_LOW, _HIGH]))
    certain = (low > 0 or high < 0) and sum(one != other for one, other in tallies) >= _FEWEST
    return Difference(measure, _rounded(a), _rounded(b), n, _change(measure, b - a, certain), low=low, high=high)


def _values(run: NDArray[np.float64], drawn: NDArray[np.int64], summary: Summary) -> NDArray[np.float64]:
    """The value of each row of drawn items, NaN where a row has nothing to count. `run` is (items, 2): hits and total."""
    hits, totals = run[:, 0], run[:, 1]
    if summary is Summary.MEDIAN:
        return np.asarray(np.median(hits[drawn], axis=1), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(hits[drawn].sum(axis=1) / totals[drawn].sum(axis=1), dtype=np.float64)


def _change(measure: Measure, rise: float, certain: bool) -> Change:
    if not certain or not rise:
        return Change.NO_DIFFERENCE
    return Change.BETTER if (rise > 0) != measure.falling else Change.WORSE


def _tally(item: Mapping[str, Any], measure: Measure) -> Tally:
    """What the item adds; a report leaves out the measures that do not concern it."""
    return Tally(*item["measures"][measure.name]) if measure.name in item["measures"] else NOT_CONCERNED


def _asked(item: Mapping[str, Any]) -> tuple[Any, Any]:
    return item["question"], item.get("history") or []


def _sound(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("id"), str)
        and isinstance(item.get("question"), str)
        and isinstance(item.get("passed"), bool)
        and isinstance(item.get("measures"), dict)
        and all(
            isinstance(tally, list) and len(tally) == 2 and all(isinstance(part, int | float) for part in tally)
            for tally in item["measures"].values()
        )
    )


def _no_report(file: Path, what: str) -> UnusableInput:
    return UnusableInput(f"「{file}」不是评测报告：{what}。请给出 kangbian eval run 写出的 report.json 或其文件夹。")


def _signed(measure: Measure, value: float | None) -> str:
    """A difference with its sign: shares in percentage points, times in milliseconds."""
    if value is None:
        return "—"
    return f"{value:+.1f} ms" if measure.summary is Summary.MEDIAN else f"{value * 100:+.1f}"


def _maybe(value: float | None) -> float | None:
    return None if value is None else _rounded(value)


def _rounded(value: float) -> float:
    return round(float(value), 4)
