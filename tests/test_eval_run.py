"""Runs: report and page of the contract's shape, what happens on failures, and going on after a kill."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from eval import MEASURES, Report, run_dataset, shown
from interfaces.evaluation import eval_app
from rag import Answer, IndexMismatch, ServiceFailure, Turn, UnusableInput
from tests.eval_answers import ITEM_6, answer, shelf, source

FAIR_USE = "著作权法@2020/24/1/6"
LINES: list[dict[str, Any]] = [
    {"id": "a", "kind": "statute", "question": "课堂教学能复制吗？", "gold": {"citations": [["著作权法/24/1/6"]], "contains": ["课堂教学"]}},
    {"id": "b", "kind": "false_premise", "question": "著作权法第九百条？", "gold": {"contains": ["没有第九百条"], "abstain": False}},
    {"id": "c", "kind": "unanswerable", "question": "今天天气？", "gold": {"abstain": True}},
    {"id": "d", "kind": "multi_turn", "question": "第二款呢？", "as_of": "2026-01-02",
     "history": [{"role": "user", "content": "<b>著作权法第五十四条</b>"}],
     "gold": {"citations": [["商标法/57"], ["著作权法/54/2"]]}},
]  # fmt: skip


class Queue:
    """An assistant that gives the answers of a queue in turn, an error where one stands there."""

    def __init__(self, *replies: Answer | Exception) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, list[str], date | None, str | None]] = []

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        self.asked.append((question, [turn.content for turn in history], as_of, id))
        reply = self.replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply


def replies(corpus: str = "c") -> list[Answer]:
    return [
        answer(f"课堂教学：“{ITEM_6}”", source(FAIR_USE, ITEM_6), corpus=corpus),
        answer("著作权法有第九百条。", source("著作权法/900"), corpus=corpus),
        answer("没有依据。", abstained=True, corpus=corpus),
        answer("<script>alert(1)</script>第五十四条第二款。", source("著作权法@2020/54/2"), corpus=corpus),
    ]


def dataset(folder: Path, lines: Sequence[dict[str, Any]] = LINES) -> Path:
    path = folder / "d.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def run(folder: Path, assistant: Queue, lines: Sequence[dict[str, Any]] = LINES) -> Report:
    return run_dataset(dataset(folder, lines), folder / "out", assistant, shelf=shelf())


def content(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    return loaded


def test_the_report_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    assistant = Queue(*replies())
    report = run(tmp_path, assistant)
    written = content(tmp_path)
    assert written == report.as_json()
    assert list(written) == ["measures", "items", "provenance"]
    assert list(written["measures"]) == [str(measure) for measure in MEASURES]
    assert all(list(found) == ["value", "low", "high", "n"] for found in written["measures"].values())
    assert {name: (found["value"], found["n"]) for name, found in written["measures"].items() if name != "latency_ms"} == {
        "citation_recall": (0.6667, 3),
        "citation_precision": (1.0, 2),
        "citation_validity": (0.6667, 3),
        "quote_fidelity": (1.0, 1),
        "hallucinated_citation_rate": (0.3333, 3),
        "abstention_accuracy": (1.0, 2),
        "false_premise_accuracy": (0.0, 1),
        "defense_accuracy": (None, 0),
        "answer_accuracy": (0.5, 4),
        "citation_support": (None, 0),
        "citation_support_judged": (None, 0),
    }  # fmt: skip
    assert written["measures"]["latency_ms"]["n"] == 4
    assert assistant.asked[3] == ("第二款呢？", ["<b>著作权法第五十四条</b>"], date(2026, 1, 2), "d")


def test_each_item_holds_its_answer_its_gold_and_every_failed_check(tmp_path: Path) -> None:
    run(tmp_path, Queue(*replies()))
    items = content(tmp_path)["items"]
    assert [(item["id"], item["passed"]) for item in items] == [("a", True), ("b", False), ("c", True), ("d", False)]
    assert items[1]["failed"] == [{"check": "contains", "detail": "缺少「没有第九百条」"}]
    assert items[1]["citations"] == [{"key": "著作权法@2020/900", "verdict": "nonexistent", "listed": True}]
    assert items[1]["answer"]["text"] == "著作权法有第九百条。"
    assert items[1]["gold"] == {"contains": ["没有第九百条"], "abstain": False}
    assert items[0]["quotations"] == [{"key": FAIR_USE, "quote": ITEM_6, "verdict": "exact"}]


def test_gold_that_is_not_held_is_warned_about_and_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, Queue(*replies()))
    written = content(tmp_path)
    assert written["provenance"]["warnings"] == ["第 4 行（d）：标准引用 商标法/57 未收录，按未命中计。"]
    assert "警告：第 4 行（d）" in capsys.readouterr().err
    assert written["items"][3]["failed"] == [{"check": "citations", "detail": "未引用 商标法/57"}]


def test_provenance_tells_what_was_run(tmp_path: Path) -> None:
    provenance = run(tmp_path, Queue(*replies())).provenance
    assert provenance["assistant"] == {"corpus": "c", "embedder": "e", "generator": "g", "version": "v"}
    assert provenance["dataset"]["items"] == 4
    assert len(provenance["dataset"]["sha256"]) == 64
    assert provenance["bootstrap"] == {"seed": 20200101, "resamples": 1000, "interval": "95%"}


def test_an_item_on_which_asking_fails_counts_as_wrong(tmp_path: Path) -> None:
    first, _, third, fourth = replies()
    run(tmp_path, Queue(first, UnusableInput("问题太长"), ValueError("bug"), fourth))
    written = content(tmp_path)
    assert [item["error"] for item in written["items"]] == [None, "UnusableInput: 问题太长", "ValueError: bug", None]
    assert written["measures"]["answer_accuracy"]["value"] == 0.25
    assert written["measures"]["abstention_accuracy"] == {"value": 0.0, "low": 0.0, "high": 0.0, "n": 2}
    assert third.abstained


def test_progress_goes_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, Queue(*replies()))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[1:] == ["评测 0/4", "评测 1/4", "评测 2/4", "评测 3/4", "评测 4/4"]


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_escapes_what_it_shows(tmp_path: Path) -> None:
    run(tmp_path, Queue(*replies()))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("<script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;著作权法第五十四条&lt;/b&gt;" in page


def test_the_page_shows_figures_kinds_and_failures(tmp_path: Path) -> None:
    run(tmp_path, Queue(*replies()))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for words in (
        "未通过的题目（2 / 4）", "应有文字：缺少「没有第九百条」", "著作权法有第九百条。", "不存在（1）：著作权法@2020/900",
        "整体正确率", "50.0%", "错误前提", "数据集警告（1）",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [("citation_recall", 1.0, "100.0%"), ("latency_ms", 12.34, "12.3 ms"), ("quote_fidelity", None, "—")],
)
def test_values_as_a_person_reads_them(name: str, value: float | None, written: str) -> None:
    assert shown(name, value) == written


# --- going on ---------------------------------------------------------------------------------------------------------


def ask_until_killed(folder: Path, *given: Answer) -> None:
    """A run that ends after these answers as if the process had been killed."""
    with pytest.raises(KeyboardInterrupt):
        run(folder, Queue(*given, KeyboardInterrupt()))  # type: ignore[arg-type]


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first, second, third, fourth = replies()
    ask_until_killed(tmp_path, first, second)
    journal = tmp_path / "out" / "items.jsonl"
    with journal.open("ab") as out:
        out.write(b'{"id": "c", "asked"')  # the line in hand when it was killed
    rest = Queue(third, fourth)
    run(tmp_path, rest)
    assert [asked[3] for asked in rest.asked] == ["c", "d"]
    assert [item["id"] for item in content(tmp_path)["items"]] == ["a", "b", "c", "d"]
    assert [json.loads(line).get("id") for line in journal.read_text("utf-8").splitlines()] == [
        None,
        "a",
        "b",
        "c",
        "d",
        None,
    ]


def killed_at(dataset: Path, folder: Path, answers: int) -> bool:
    """Kill a run in a process of its own once its journal has so many lines; False where it was done before."""
    journal = folder / "items.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.slow_run", str(dataset), str(folder)], stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            if journal.exists() and journal.read_bytes().count(b"\n") > answers:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        return process.wait() != 0


def told(folder: Path) -> dict[str, Any]:
    """A report without what differs from run to run: times."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    del found["measures"]["latency_ms"], found["provenance"]["started"], found["provenance"]["finished"]
    for item in found["items"]:
        del item["latency_ms"], item["measures"]["latency_ms"]
    return found


def test_a_run_killed_ten_times_at_random_gives_the_same_report_and_asks_nothing_twice(tmp_path: Path) -> None:
    lines = [{"id": f"q{at}", "kind": "case", "question": "问" * (at + 1), "gold": {}} for at in range(110)]
    questions = dataset(tmp_path, lines)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert not killed_at(questions, whole, 1000)
    chance = Random(20261127)
    for kill in range(10):
        assert killed_at(questions, broken, 10 * kill + chance.randint(1, 9)), kill
    assert not killed_at(questions, broken, 1000)
    assert told(broken) == told(whole)
    asked = [json.loads(line).get("id") for line in (broken / "items.jsonl").read_text("utf-8").splitlines()]
    assert asked == [None, *(line["id"] for line in lines), None]


def test_a_finished_run_begins_anew(tmp_path: Path) -> None:
    run(tmp_path, Queue(*replies()))
    again = Queue(*replies())
    run(tmp_path, again)
    assert len(again.asked) == 4


def test_another_dataset_begins_anew(tmp_path: Path) -> None:
    ask_until_killed(tmp_path, *replies()[:2])
    other = Queue(*replies()[:3])
    run(tmp_path, other, LINES[:3])
    assert len(other.asked) == 3


def test_answers_of_another_corpus_are_asked_again(tmp_path: Path) -> None:
    ask_until_killed(tmp_path, *replies("old")[:2])
    new = replies("new")
    changed = Queue(new[2], new[0], new[1], new[3])
    run(tmp_path, changed)
    assert [asked[3] for asked in changed.asked] == ["c", "a", "b", "d"]
    assert content(tmp_path)["provenance"]["assistant"]["corpus"] == "new"
    assert {item["answer"]["provenance"]["corpus"] for item in content(tmp_path)["items"]} == {"new"}


@pytest.mark.parametrize("error", [ServiceFailure("磁盘已满"), IndexMismatch("请重建")])
def test_an_assistant_that_cannot_work_stops_the_run_and_loses_nothing(tmp_path: Path, error: Exception) -> None:
    first, *others = replies()
    with pytest.raises(type(error)):
        run(tmp_path, Queue(first, error))
    rest = Queue(*others)
    run(tmp_path, rest)
    assert [asked[3] for asked in rest.asked] == ["b", "c", "d"]


@pytest.mark.parametrize("foreign", ["[1]\n", "甲\n", '{"id": "a"}\n'])
def test_somebody_else_s_items_are_not_written_over(tmp_path: Path, foreign: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "items.jsonl").write_text(foreign, "utf-8")
    with pytest.raises(UnusableInput, match="不是本程序写的运行记录"):
        run(tmp_path, Queue())
    assert (tmp_path / "out" / "items.jsonl").read_text("utf-8") == foreign


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    with pytest.raises(UnusableInput, match="无法写入"):
        run(tmp_path, Queue())


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.Assistant", lambda workspace: Queue(*replies()))
    monkeypatch.setattr("eval.run.open_shelf", lambda workspace: shelf())


@pytest.mark.usefixtures("scripted")
def test_the_command_prints_the_figures_and_where_the_report_is(tmp_path: Path) -> None:
    done = CliRunner().invoke(eval_app, ["run", str(dataset(tmp_path)), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "4 题，未通过 2 题。" in done.stdout
    assert re.search(r"citation_recall +66\.7%  \[.+\]  n=3", done.stdout)


@pytest.mark.usefixtures("scripted")
def test_the_command_prints_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(eval_app, ["run", str(dataset(tmp_path)), "-o", str(tmp_path / "out"), "--json"])
    assert json.loads(done.stdout)["measures"] == content(tmp_path)["measures"]


def test_the_command_names_broken_lines_before_it_opens_anything(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{", "utf-8")
    done = CliRunner().invoke(eval_app, ["run", str(tmp_path / "d.jsonl"), "-o", str(tmp_path / "out")])
    assert isinstance(done.exception, UnusableInput)
    assert not (tmp_path / "out").exists()
