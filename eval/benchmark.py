"""Time and memory of the main job: `python -m eval.benchmark`, or `kangbian eval benchmark`.

Measured are a cold `kangbian ask` (a process of its own, interpreter start to last word), a warm answer, and the building
of the built-in index in an empty home. Every child process reports its own peak memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from rag import ServiceFailure, UnusableInput

COLD_RUNS = 5
# Asked when no dataset is given: one question of each kind of answer.
QUESTIONS = (
    "著作权法第二十四条第一款第（六）项是怎么规定的？",
    "春风案判赔多少钱？",
    "用他人作品训练大模型，能主张合理使用吗？",
    "生成式人工智能服务提供者发现违法内容后应当怎么做？",
    "著作权法第九百条怎么规定？",
)
_WARM_ROUNDS = 4
_MIB = 1024 * 1024
# Linux counts peak memory in KiB, macOS in bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024

# Told what is being measured.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The figures: seconds for cold starts and the index, milliseconds for warm answers, MiB of peak memory.

    Wall time is what a person waits; `_cpu_s` is processor time, which tells a slow program from a busy machine.
    """

    cold_ask_s: float
    cold_ask_cpu_s: float
    cold_ask_peak_mib: float
    warm_answer_ms: float
    warm_answer_p95_ms: float
    warm_answers: int
    warm_peak_mib: float
    index_build_s: float
    index_build_cpu_s: float
    index_build_peak_mib: float

    @property
    def peak_mib(self) -> float:
        """The most memory that any of the processes took."""
        return max(self.cold_ask_peak_mib, self.warm_peak_mib, self.index_build_peak_mib)

    def as_json(self) -> dict[str, float]:
        """The figures by name."""
        return {**asdict(self), "peak_mib": self.peak_mib}

    def table(self) -> str:
        """The figures in lines for a terminal, each with what was set as the most it may be."""
        rows = [
            ("冷启动 kangbian ask（中位数）", f"{self.cold_ask_s:.2f} 秒（CPU {self.cold_ask_cpu_s:.2f}）", "≤ 5 秒"),
            (f"热回答中位数（{self.warm_answers} 次）", f"{self.warm_answer_ms:.1f} 毫秒", "≤ 50 毫秒"),
            ("热回答 p95", f"{self.warm_answer_p95_ms:.1f} 毫秒", ""),
            ("建立内置索引", f"{self.index_build_s:.2f} 秒（CPU {self.index_build_cpu_s:.2f}）", "≤ 30 秒"),
            ("内存峰值", f"{self.peak_mib:.0f} MiB", "≤ 1024 MiB"),
            ("　其中冷启动 / 热回答 / 建索引",
             f"{self.cold_ask_peak_mib:.0f} / {self.warm_peak_mib:.0f} / {self.index_build_peak_mib:.0f} MiB", ""),
        ]  # fmt: skip
        return "\n".join(f"{_padded(label, 34)}{_padded(value, 26)}{limit}".rstrip() for label, value, limit in rows)


def run_benchmark(
    questions: Sequence[str] | None = None, cold_runs: int = COLD_RUNS, tell: Tell | None = None
) -> Benchmark:
    """Measure on this machine, in a home of its own that is thrown away afterwards.

    `questions` are those of the warm answers, and in turn of the cold ones; a few of ours unless given.

    Raises UnusableInput where the command `kangbian` is not installed beside this Python, ServiceFailure when a process
    that is measured fails.
    """
    command = Path(sys.executable).with_name("kangbian")
    if not command.exists():
        raise UnusableInput(f"没有找到「{command}」。请先用 make app 或 pip install 安装。")
    say = tell or _tell_stderr
    asked = list(questions or QUESTIONS * _WARM_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="kangbian-benchmark-") as home:
        environment = {**os.environ, "KANGBIAN_HOME": home}
        say("在空目录中建立内置索引…")
        built = measure_process([str(command), "corpus", "list", "--json"], environment)
        say(f"冷启动提问 {cold_runs} 次…")
        cold = [
            measure_process([str(command), "ask", asked[number % len(asked)], "--json"], environment)
            for number in range(cold_runs)
        ]
        say("热回答…")
        warm = measure_process(
            [sys.executable, "-P", "-m", "eval.benchmark", "--answer-warm"], environment, json.dumps(asked).encode()
        )
    times = sorted(json.loads(warm.output))
    return Benchmark(
        cold_ask_s=round(median(run.seconds for run in cold), 3),
        cold_ask_cpu_s=round(median(run.cpu_seconds for run in cold), 3),
        cold_ask_peak_mib=max(run.peak_mib for run in cold),
        warm_answer_ms=round(median(times), 2),
        warm_answer_p95_ms=round(percentile_95(times), 2),
        warm_answers=len(times),
        warm_peak_mib=warm.peak_mib,
        index_build_s=round(built.seconds, 3),
        index_build_cpu_s=round(built.cpu_seconds, 3),
        index_build_peak_mib=built.peak_mib,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """A process that has ended: wall and processor seconds, peak resident memory in MiB, what it wrote to stdout."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: bytes


# A child begins with the peak of the process that forked it, so a small process stands between us and what is measured.
_BETWEEN = """
import json, os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - started
figures = os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
json.dump(figures, open(sys.argv[1], "w"))
"""


def measure_process(command: Sequence[str], environment: Mapping[str, str], given: bytes = b"") -> Measured:
    """Run a command to its end and measure it. Raises ServiceFailure, with the end of its stderr, where it fails."""
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as report,
    ):
        stdin.write(given)
        stdin.seek(0)
        between = [sys.executable, "-c", _BETWEEN, report.name, *command]
        subprocess.run(between, stdin=stdin, stdout=stdout, stderr=stderr, env=dict(environment), check=False)
        stdout.seek(0)
        stderr.seek(0)
        said = stderr.read().decode(errors="replace").strip()[-500:]
        measured = report.read()
        if not measured:
            raise ServiceFailure(f"「{' '.join(command[:3])}」没有运行：{said}")
        code, seconds, cpu_seconds, peak = json.loads(measured)
        if code:
            raise ServiceFailure(f"「{' '.join(command[:3])}」以退出码 {code} 结束：{said}")
        return Measured(seconds, cpu_seconds, round(peak * _RSS_UNIT / _MIB, 1), stdout.read())


def percentile_95(times: Sequence[float]) -> float:
    """The 95th percentile, linear between neighbours.

    >>> percentile_95([float(n) for n in range(101)])
    95.0
    """
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def _answer_warm() -> None:
    """The child that answers warm: questions as a JSON list on stdin, milliseconds of each as one on stdout."""
    from rag import Assistant

    asked: list[str] = json.load(sys.stdin)
    assistant = Assistant()
    assistant.ask(asked[0])
    times = []
    for question in asked:
        started = time.perf_counter()
        assistant.ask(question)
        times.append((time.perf_counter() - started) * 1000)
    json.dump(times, sys.stdout)


def _tell_stderr(what: str) -> None:
    sys.stderr.write(what + "\n")


def _padded(text: str, width: int) -> str:
    """Padded to a width in columns; a Chinese character takes two."""
    return text + " " * max(1, width - sum(2 if ord(character) > 0x2E7F else 1 for character in text))


if __name__ == "__main__":
    if sys.argv[1:] == ["--answer-warm"]:
        _answer_warm()
    else:
        found = run_benchmark()
        print(found.table())
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
