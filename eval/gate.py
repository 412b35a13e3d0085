"""The gate of a run: thresholds from a TOML file, and the failures of a report that does not reach them.

    [measures.citation_recall]
    min = 0.95                            # the value, at least
    [measures.hallucinated_citation_rate]
    max = 0.0                             # the value, at most
    [measures.answer_accuracy]
    min_low = 0.85                        # the lower end of the interval, at least
    [compare]
    baseline = "baseline/report.json"     # relative to the file; nothing may be worse than there

`eval/gate.toml` is the one that is shipped.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any

from eval.compare import Change, compare_reports, read_report
from eval.intervals import Estimate
from eval.measure import Measure, Summary
from eval.measures import MEASURES
from eval.run import Report
from rag import UnusableInput


class Bound(StrEnum):
    """What a threshold holds against its limit: the value from below or from above, or the lower end of the interval."""

    MIN = "min"
    MAX = "max"
    MIN_LOW = "min_low"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit on one measure; `str()` gives it as `citation_recall min 0.95`. Rates from 0 to 1, times in ms."""

    measure: Measure
    bound: Bound
    limit: float

    def __str__(self) -> str:
        return f"{self.measure} {self.bound} {self.limit:g}"

    def reading(self, found: Estimate) -> float | None:
        """The figure that is held against the limit, with the four decimals of the report; None where n is 0."""
        return found.low if self.bound is Bound.MIN_LOW else found.value

    def met(self, found: Estimate) -> bool:
        """Whether the limit is kept. What nothing was counted for is never met.

        >>> from eval.measures import named
        >>> recall = Threshold(named("citation_recall"), Bound.MIN, 0.95)
        >>> recall.met(Estimate(0.95, 0.9, 1.0, 40)), recall.met(Estimate(None, None, None, 0))
        (True, False)
        """
        value = self.reading(found)
        if value is None:
            return False
        return value <= self.limit if self.bound is Bound.MAX else value >= self.limit


@dataclass(frozen=True, slots=True)
class Gate:
    """What a run must reach; `baseline` is the content of the report that it must not fall behind."""

    thresholds: tuple[Threshold, ...]
    baseline: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that the gate asks for and the run does not give.

    `measure` is None where no comparison was possible; `is_behind` says that it comes of the baseline.
    """

    measure: Measure | None
    message: str
    is_behind: bool = False

    def __str__(self) -> str:
        return self.message


def read_gate(path: Path) -> Gate:
    """Read the thresholds of a TOML file, and the report of the baseline that it names.

    The baseline is read here, before a run can write over it. Raises UnusableInput naming the file and every key that
    is wrong, all of them at once: an unknown one, a limit that is no number or that no rate can have, a gate that asks
    for nothing.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnusableInput(f"无法打开门槛文件「{path}」：{error.strerror or error}。请核对路径和权限。") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"门槛文件「{path}」不是 UTF-8 文本。请另存为 UTF-8。") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnusableInput(f"门槛文件「{path}」不是合法的 TOML（{error}）。请改正后再运行。") from None
    reader = _GateReader(path.parent)
    gate = reader.read(content)
    if reader.problems:
        shown = "\n".join(f"  {problem}" for problem in reader.problems)
        raise UnusableInput(f"门槛文件「{path}」有 {len(reader.problems)} 处问题，请改正后再运行：\n{shown}")
    return gate


def check_gate(report: Report, gate: Gate) -> list[Failure]:
    """What the report fails on, in the order of the gate; empty where everything is reached.

    A measure with n = 0 fails, and so does one that the baseline counts and this run does not.
    """
    failures = [
        Failure(threshold.measure, _missed(threshold, report.measures[threshold.measure.name]))
        for threshold in gate.thresholds
        if not threshold.met(report.measures[threshold.measure.name])
    ]
    return failures + (_behind(report, gate.baseline) if gate.baseline is not None else [])


def _missed(threshold: Threshold, found: Estimate) -> str:
    value = threshold.reading(found)
    return f"{threshold}：{'没有可测的题' if value is None else f'实际为 {value:g}'}"


def _behind(report: Report, baseline: Mapping[str, Any]) -> list[Failure]:
    try:
        comparison = compare_reports(baseline, report.as_json())
    except UnusableInput as error:
        return [Failure(None, f"与基线比较：{error}", is_behind=True)]
    failures = []
    for found in comparison.differences:
        lacking = found.change is Change.NOT_COMPARABLE and found.a is not None and found.b is None
        if found.change is Change.WORSE:
            told = f"{found.change.label}（基线 {found.a:g}，本次 {found.b:g}，{found.evidence}）"
        elif lacking:
            told = f"没有可测的题（基线 {found.a:g}）"
        else:
            continue
        failures.append(Failure(found.measure, f"与基线比较 {found.measure}：{told}", is_behind=True))
    return failures


class _GateReader:
    """Reads the tables of the file and remembers everything that is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[str] = []

    def read(self, content: Mapping[str, Any]) -> Gate:
        for key in content:
            if key not in ("measures", "compare"):
                self._wrong(key, "不认识。可用：measures、compare。")
        thresholds = self._thresholds(content.get("measures", {}))
        baseline = self._baseline(content["compare"]) if "compare" in content else None
        if not thresholds and baseline is None and not self.problems:
            self._wrong("measures", "没有任何门槛。请至少写一项，如 [measures.citation_recall] 下的 min = 0.95。")
        return Gate(thresholds, baseline)

    def _wrong(self, key: str, message: str) -> None:
        self.problems.append(f"{key}：{message}")

    def _thresholds(self, tables: Any) -> tuple[Threshold, ...]:
        if not isinstance(tables, dict):
            self._wrong("measures", "应是一个表，如 [measures.citation_recall]。")
            return ()
        measures = {measure.name: measure for measure in MEASURES}
        found: list[Threshold] = []
        for name, table in tables.items():
            if name not in measures:
                self._wrong(f"measures.{name}", f"没有这项指标。可用：{'、'.join(measures)}。")
            elif not isinstance(table, dict) or not table:
                self._wrong(f"measures.{name}", f"应是一个表，至少写一项：{'、'.join(Bound)}。")
            else:
                found += self._limits(measures[name], table)
        return tuple(found)

    def _limits(self, measure: Measure, table: Mapping[str, Any]) -> list[Threshold]:
        found = []
        for key, limit in table.items():
            where = f"measures.{measure}.{key}"
            if key not in list(Bound):
                self._wrong(where, f"不认识。可用：{'、'.join(Bound)}。")
            elif isinstance(limit, bool) or not isinstance(limit, int | float) or not isfinite(limit):
                self._wrong(where, f"「{limit}」不是数字。")
            elif limit < 0 or (limit > 1 and measure.summary is Summary.RATIO):
                self._wrong(where, f"{limit:g} 不可能有。{_range(measure)}")
            else:
                found.append(Threshold(measure, Bound(key), float(limit)))
        return found

    def _baseline(self, table: Any) -> Mapping[str, Any] | None:
        if not isinstance(table, dict):
            self._wrong("compare", '应是一个表，其中写 baseline = "…/report.json"。')
            return None
        for key in table:
            if key != "baseline":
                self._wrong(f"compare.{key}", "不认识。可用：baseline。")
        named = table.get("baseline")
        if not isinstance(named, str) or not named.strip():
            self._wrong("compare.baseline", "应是报告的路径，相对于本文件。")
            return None
        try:
            return read_report(self._folder / named)
        except UnusableInput as error:
            self._wrong("compare.baseline", str(error))
            return None


def _range(measure: Measure) -> str:
    return "比率应在 0 与 1 之间，如 0.95。" if measure.summary is Summary.RATIO else "毫秒数不能小于 0。"
