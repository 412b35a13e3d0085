"""Two runs compared: the tests of pairs worked by hand, what pairs at all, the verdicts, and the command."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval import MEASURES, Change, Comparison, Difference, compare_reports, read_report
from eval.compare import mcnemar
from interfaces.evaluation import eval_app
from rag import UnusableInput

QUESTIONS = ("课堂教学能复制吗？", "著作权法第九百条？", "今天天气？", "第二款呢？")


def item(name: str, passed: bool = True, measures: Mapping[str, tuple[float, int]] | None = None) -> dict[str, Any]:
    """An item as a report holds it; answer_accuracy goes with whether it passed."""
    tallies = {"answer_accuracy": (passed, 1), **(measures or {})}
    return {
        "id": name,
        "question": QUESTIONS[sum(map(ord, name)) % len(QUESTIONS)],
        "history": [],
        "gold": {"abstain": False},
        "passed": passed,
        "measures": {measure: list(tally) for measure, tally in tallies.items()},
    }


def report(*items: dict[str, Any]) -> dict[str, Any]:
    return {"measures": {}, "items": list(items), "provenance": {}}


def passing(pattern: str) -> dict[str, Any]:
    """A run whose items pass where the pattern has a 1."""
    return report(*(item(f"q{number}", mark == "1") for number, mark in enumerate(pattern)))


def shares(name: str, tallies: Sequence[tuple[float, int]]) -> dict[str, Any]:
    """A run whose items all pass, with these tallies of one measure."""
    return report(*(item(f"q{number}", True, {name: tally}) for number, tally in enumerate(tallies)))


def of(found: Comparison, name: str) -> Difference:
    return next(one for one in found.differences if one.measure.name == name)


# --- yes or no --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [
        (9, 1, 0.021484375),  # 2 * (1 + 10) / 1024
        (1, 9, 0.021484375),
        (8, 2, 0.109375),  # 2 * (1 + 10 + 45) / 1024
        (0, 5, 0.0625),  # 2 / 32: five are never enough
        (0, 6, 0.03125),  # 2 / 64
        (7, 1, 0.0703125),  # 2 * (1 + 8) / 256
        (5, 5, 1.0),
        (1, 0, 1.0),
        (0, 0, 1.0),
        (0, 2000, 0.0),  # too small for a float, and no error
    ],
)
def test_mcnemar_by_hand(only_a: int, only_b: int, p: float) -> None:
    assert mcnemar(only_a, only_b) == p


@pytest.mark.parametrize(
    ("a", "b", "change", "p"),
    [
        ("1" * 9 + "0" + "1" * 10, "0" * 9 + "1" + "1" * 10, Change.WORSE, 0.021484375),
        ("0" * 9 + "1" + "1" * 10, "1" * 9 + "0" + "1" * 10, Change.BETTER, 0.021484375),
        ("1" * 8 + "00", "0" * 8 + "11", Change.NO_DIFFERENCE, 0.109375),
        ("1" * 5, "0" * 5, Change.NO_DIFFERENCE, 0.0625),
        ("0" * 6, "1" * 6, Change.BETTER, 0.03125),
        ("0110", "0110", Change.NO_DIFFERENCE, 1.0),
    ],
)
def test_what_is_yes_or_no_goes_by_the_pairs_that_disagree(a: str, b: str, change: Change, p: float) -> None:
    found = of(compare_reports(passing(a), passing(b)), "answer_accuracy")
    assert (found.change, found.p, found.n) == (change, p, len(a))
    assert (found.a, found.b) == (round(a.count("1") / len(a), 4), round(b.count("1") / len(b), 4))
    pairs = list(zip(a, b, strict=True))
    assert (found.only_a, found.only_b) == (pairs.count(("1", "0")), pairs.count(("0", "1")))
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("name", ["abstention_accuracy", "false_premise_accuracy", "defense_accuracy"])
def test_an_item_that_a_measure_does_not_concern_is_no_pair_of_it(name: str) -> None:
    a = report(*(item(f"q{n}", True, {name: (1, 1)}) for n in range(6)), item("other"))
    b = report(*(item(f"q{n}", True, {name: (0, 1)}) for n in range(6)), item("other"))
    found = of(compare_reports(a, b), name)
    assert (found.n, found.a, found.b, found.difference, found.change) == (6, 1.0, 0.0, -1.0, Change.WORSE)


# --- shares and times -------------------------------------------------------------------------------------------------


def test_shares_of_citations_are_drawn_in_pairs() -> None:
    # 20 citations each; ten items lose one of two. Recall falls from 20/20 to 10/20 whatever is drawn.
    found = of(
        compare_reports(shares("citation_recall", [(2, 2)] * 10), shares("citation_recall", [(1, 2)] * 10)),
        "citation_recall",
    )
    assert (found.a, found.b, found.difference, found.low, found.high) == (1.0, 0.5, -0.5, -0.5, -0.5)
    assert (found.change, found.p) == (Change.WORSE, None)


def test_the_value_is_over_citations_and_not_over_items() -> None:
    a = shares("citation_precision", [(1, 1), (0, 3)])
    b = shares("citation_precision", [(1, 1), (3, 3)])
    found = of(compare_reports(a, b), "citation_precision")
    assert (found.a, found.b, found.difference) == (0.25, 1.0, 0.75)


@pytest.mark.parametrize(
    ("name", "a", "b", "change"),
    [
        ("citation_recall", (0, 1), (1, 1), Change.BETTER),
        ("hallucinated_citation_rate", (0, 1), (1, 1), Change.WORSE),
        ("hallucinated_citation_rate", (1, 1), (0, 1), Change.BETTER),
        ("latency_ms", (40.0, 1), (90.0, 1), Change.WORSE),
        ("latency_ms", (90.0, 1), (40.0, 1), Change.BETTER),
        ("quote_fidelity", (1, 1), (1, 1), Change.NO_DIFFERENCE),
    ],
)
def test_less_is_better_where_the_measure_says_so(
    name: str, a: tuple[float, int], b: tuple[float, int], change: Change
) -> None:
    assert of(compare_reports(shares(name, [a] * 8), shares(name, [b] * 8)), name).change is change


def test_what_goes_both_ways_is_no_difference() -> None:
    a, b = [(1, 1), (0, 1)] * 10, [(0, 1), (1, 1)] * 10
    found = of(compare_reports(shares("citation_validity", a), shares("citation_validity", b)), "citation_validity")
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert found.change is Change.NO_DIFFERENCE


@pytest.mark.parametrize(("differ", "change"), [(5, Change.NO_DIFFERENCE), (6, Change.WORSE)])
def test_a_handful_of_items_is_no_evidence(differ: int, change: Change) -> None:
    a, b = [(1, 1)] * 20, [(0, 1)] * differ + [(1, 1)] * (20 - differ)
    found = of(compare_reports(shares("quote_fidelity", a), shares("quote_fidelity", b)), "quote_fidelity")
    assert found.high is not None
    assert found.high < 0
    assert found.change is change


def test_a_run_with_nothing_to_count_is_not_called_equal() -> None:
    found = of(compare_reports(shares("quote_fidelity", [(1, 1)] * 8), passing("1" * 8)), "quote_fidelity")
    assert (found.a, found.b, found.difference, found.change) == (1.0, None, None, Change.NOT_COMPARABLE)


def test_draws_without_a_citation_do_not_spoil_the_interval() -> None:
    a = shares("quote_fidelity", [(1, 1)] + [(0, 0)] * 9)
    b = shares("quote_fidelity", [(0, 1)] * 10)
    found = of(compare_reports(a, b), "quote_fidelity")
    assert (found.a, found.b, found.low, found.high) == (1.0, 0.0, -1.0, -1.0)


def test_the_same_seed_gives_the_same_interval() -> None:
    a = shares("citation_recall", [(1, 2), (2, 2), (0, 1), (3, 4), (1, 1), (2, 3), (0, 2)])
    b = shares("citation_recall", [(2, 2), (1, 2), (1, 1), (3, 4), (1, 1), (1, 3), (1, 2)])
    first, again = (of(compare_reports(a, b), "citation_recall") for _ in range(2))
    assert (first.a, first.b) == (0.6, 0.6667)  # 9 and 10 of 15
    assert first == again
    assert of(compare_reports(a, b, seed=1), "citation_recall") != first


# --- what pairs -------------------------------------------------------------------------------------------------------


def test_items_pair_by_id_and_question_and_the_others_are_named() -> None:
    other_question = {**item("c"), "question": "明天天气？"}
    other_history = {**item("d"), "history": [{"role": "user", "content": "商标法"}]}
    other_gold = {**item("e"), "gold": {"abstain": True}}
    a = report(item("x"), item("a"), item("b", False), item("c"), item("d"), item("e"))
    b = report(item("e") | other_gold, item("b"), item("a", False), other_question, other_history, item("y"))
    found = compare_reports(a, b)
    assert (found.paired, found.only_a, found.only_b) == (("a", "b", "e"), ("x",), ("y",))
    assert (found.other_question, found.other_gold) == (("c", "d"), ("e",))
    assert (found.lost, found.gained) == (("a",), ("b",))
    assert found.summary().splitlines() == [
        "配对 3 题。",
        "仅 A 有（1 题）：x",
        "仅 B 有（1 题）：y",
        "同一 id 而问题不同，未比较（2 题）：c、d",
        "标准答案不同（1 题）：e",
        "A 通过而 B 未通过（1 题）：a",
        "A 未通过而 B 通过（1 题）：b",
    ]


def test_runs_on_other_questions_are_refused() -> None:
    with pytest.raises(UnusableInput, match="没有相同的题"):
        compare_reports(report(item("a")), report(item("b")))


# --- files ------------------------------------------------------------------------------------------------------------


def saved(folder: Path, content: dict[str, Any]) -> Path:
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "不是合法的 JSON"),
        ("[]", "没有 items 列表"),
        ('{"items": {}}', "没有 items 列表"),
        ('{"items": [{"id": "a"}]}', "items 第 1 项缺少"),
        ('{"items": [{"id": "a", "question": "问", "passed": 1, "measures": {}}]}', "items 第 1 项缺少"),
        (
            '{"items": [{"id": "a", "question": "问", "passed": true, "measures": {"latency_ms": [1]}}]}',
            "items 第 1 项",
        ),
        (json.dumps(report(item("a"), item("a"))), "id「a」出现两次"),
    ],
)
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UnusableInput, match=message) as caught:
        read_report(tmp_path)
    assert f"「{file}」" in str(caught.value)


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"无法打开报告「.+none\.json」"):
        read_report(tmp_path / "none.json")


# --- the command ------------------------------------------------------------------------------------------------------


def compared(folder: Path, a: dict[str, Any], b: dict[str, Any], *options: str) -> Any:
    one, other = saved(folder / "a", a), saved(folder / "b", b)
    return CliRunner().invoke(eval_app, ["compare", str(one), str(other / "report.json"), *options])


def test_the_command_says_what_became_worse_and_exits_with_1(tmp_path: Path) -> None:
    done = compared(tmp_path, passing("1" * 9 + "0"), passing("0" * 9 + "1"))
    assert done.exit_code == 1
    row = next(line for line in done.stdout.splitlines() if "answer_accuracy" in line)
    assert row == (
        "| 整体正确率 answer_accuracy | 90.0% | 10.0% | -80.0 | p=0.0215（仅 A 对 9 题，仅 B 对 1 题） | 10 | 更差 |"
    )
    assert "A 通过而 B 未通过（9 题）：q0、q1、q2、q3、q4、q5、q6、q7、q8" in done.stdout
    assert "A 未通过而 B 通过（1 题）：q9" in done.stdout


@pytest.mark.parametrize(("b", "word"), [("1" * 10, "更好"), ("1" * 5 + "0" * 5, "没有差别")])
def test_the_command_exits_with_0_where_nothing_is_worse(tmp_path: Path, b: str, word: str) -> None:
    done = compared(tmp_path, passing("1" + "0" * 9 if word == "更好" else "1" * 6 + "0" * 4), passing(b))
    assert done.exit_code == 0
    assert next(line for line in done.stdout.splitlines() if "answer_accuracy" in line).endswith(f"| {word} |")


def test_the_command_gives_json(tmp_path: Path) -> None:
    done = compared(tmp_path, passing("1" * 6), passing("0" * 6), "--json")
    content = json.loads(done.stdout)
    assert done.exit_code == 1
    assert list(content["measures"]) == [measure.name for measure in MEASURES]
    assert content["measures"]["answer_accuracy"] == {
        "a": 1.0,
        "b": 0.0,
        "difference": -1.0,
        "n": 6,
        "change": "worse",
        "p": 0.03125,
        "only_a": 6,
        "only_b": 0,
    }
    assert content["measures"]["latency_ms"]["change"] == "not_comparable"
    assert (content["paired"], content["lost"]) == (6, [f"q{n}" for n in range(6)])
