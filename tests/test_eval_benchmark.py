"""The benchmark: that it measures the process it runs, and names one that fails. Its figures are no test."""

import os
import sys

import pytest

from eval.benchmark import Benchmark, measure_process, percentile_95
from rag import ServiceFailure

FIGURES = Benchmark(
    cold_ask_s=3.214,
    cold_ask_cpu_s=2.5,
    cold_ask_peak_mib=310.2,
    warm_answer_ms=12.34,
    warm_answer_p95_ms=40.0,
    warm_answers=20,
    warm_peak_mib=402.0,
    index_build_s=9.5,
    index_build_cpu_s=8.25,
    index_build_peak_mib=505.6,
)


def test_a_process_gives_its_output_and_its_own_peak_of_memory() -> None:
    hungry = "import sys; held = bytearray(200 * 2**20); sys.stdout.write(sys.stdin.read())"
    large = measure_process([sys.executable, "-c", hungry], os.environ, "甲".encode())
    small = measure_process([sys.executable, "-c", "pass"], os.environ)
    assert large.output == "甲".encode()
    assert large.peak_mib > 200
    assert small.peak_mib < large.peak_mib
    assert small.seconds > 0


def test_a_process_that_fails_is_named_with_what_it_said() -> None:
    with pytest.raises(ServiceFailure, match="以退出码 3 结束：磁盘已满"):
        measure_process(
            [sys.executable, "-c", "import sys; print('磁盘已满', file=sys.stderr); sys.exit(3)"], os.environ
        )


def test_percentile() -> None:
    assert percentile_95([7.0]) == 7.0
    assert percentile_95([float(n) for n in range(1, 22)]) == 20.0


def test_the_table_and_the_json_give_every_figure() -> None:
    table = FIGURES.table()
    for words in (
        "3.21 秒（CPU 2.50）",
        "12.3 毫秒",
        "（20 次）",
        "40.0 毫秒",
        "9.50 秒（CPU 8.25）",
        "506 MiB",
        "310 / 402 / 506 MiB",
    ):
        assert words in table
    assert FIGURES.as_json()["peak_mib"] == 505.6
    assert FIGURES.as_json()["cold_ask_s"] == 3.214
