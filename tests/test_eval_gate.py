"""The gate: what a TOML file may ask for, how a run is held against it, answers broken on purpose, and parts of datasets."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import eval as evaluation
from eval import (
    Bound,
    Estimate,
    Gate,
    ItemKind,
    Part,
    Report,
    Threshold,
    check_gate,
    lint_dataset,
    read_gate,
    run_dataset,
)
from eval.dataset import WHOLE
from eval.measures import named
from interfaces.evaluation import eval_app
from rag import Answer, UnusableInput
from tests.eval_answers import ITEM_6, SPRING, answer, shelf, source
from tests.test_eval_run import Queue

SHIPPED = Path(evaluation.__file__).parent / "gate.toml"
FAIR_USE = "著作权法@2020/24/1/6"
LINES: list[dict[str, Any]] = [
    {"id": "quote", "kind": "statute", "question": "课堂教学能复制吗？",
     "gold": {"citations": [["著作权法/24/1/6"]], "abstain": False}},
    {"id": "premise", "kind": "false_premise", "question": "著作权法第九百条？", "gold": {"contains": ["没有第九百条"]}},
    {"id": "weather", "kind": "unanswerable", "question": "今天天气？", "held_out": True, "gold": {"abstain": True}},
    {"id": "spring", "kind": "case", "question": "“春风”案怎么判的？", "as_of": "2024-01-02",
     "gold": {"citations": [[SPRING]], "abstain": False}},
    {"id": "defence", "kind": "defense", "question": "教师把他人的画印给学生。", "held_out": True,
     "gold": {"citations": [["著作权法/24"]], "defenses": {"expected": ["fair_use"], "excluded": ["no_access"]}}},
]  # fmt: skip


def replies(**broken: Answer) -> list[Answer]:
    """Right answers to every line, those of `broken` put in the place of theirs."""
    right = {
        "quote": answer("可以少量复制。", source(FAIR_USE, ITEM_6)),
        "premise": answer("著作权法没有第九百条。"),
        "weather": answer("没有依据。", abstained=True),
        "spring": answer("认定构成作品。", source(SPRING)),
        "defence": answer(
            "可主张合理使用。", source(FAIR_USE), defenses=[("fair_use", "strong"), ("no_access", "weak")]
        ),
    }
    return list((right | broken).values())


def dataset(folder: Path, lines: Sequence[dict[str, Any]] = LINES) -> Path:
    path = folder / "d.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def run(folder: Path, given: Sequence[Answer | BaseException], part: Part = WHOLE) -> Report:
    return run_dataset(dataset(folder), folder / "out", Queue(*given), shelf=shelf(), part=part)  # type: ignore[arg-type]


def gate(folder: Path, text: str) -> Path:
    path = folder / "gate.toml"
    path.write_text(text, "utf-8")
    return path


# --- reading ----------------------------------------------------------------------------------------------------------


def test_the_shipped_gate() -> None:
    shipped = read_gate(SHIPPED)
    assert [str(threshold) for threshold in shipped.thresholds] == [
        "hallucinated_citation_rate max 0",
        "citation_validity min 1",
        "quote_fidelity min 1",
        "citation_recall min 0.95",
        "abstention_accuracy min 0.97",
        "false_premise_accuracy min 0.95",
        "defense_accuracy min 0.9",
    ]
    assert shipped.baseline is None


def test_a_measure_may_have_several_limits(tmp_path: Path) -> None:
    text = "\ufeff[measures.answer_accuracy]\r\nmin = 1\r\nmin_low = 0.85\r\n[measures.latency_ms]\r\nmax = 2500\r\n"
    accuracy, latency = named("answer_accuracy"), named("latency_ms")
    assert read_gate(gate(tmp_path, text)).thresholds == (
        Threshold(accuracy, Bound.MIN, 1.0),
        Threshold(accuracy, Bound.MIN_LOW, 0.85),
        Threshold(latency, Bound.MAX, 2500.0),
    )


MEASURE_NAMES = "、".join(measure.name for measure in evaluation.MEASURES)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["measures：没有任何门槛。"]),
        ("[measures.recall]\nmin = 1", [f"measures.recall：没有这项指标。可用：{MEASURE_NAMES}。"]),
        ("[measures.citation_recall]", ["measures.citation_recall：应是一个表，至少写一项：min、max、min_low。"]),
        ("[measures]\ncitation_recall = 0.9", ["measures.citation_recall：应是一个表，至少写一项"]),
        ("measures = 1", ["measures：应是一个表"]),
        ("[measures.citation_recall]\nminimum = 1", ["measures.citation_recall.minimum：不认识。可用：min、max、min_low。"]),
        ('[measures.citation_recall]\nmin = "0.9"', ["measures.citation_recall.min：「0.9」不是数字。"]),
        ("[measures.citation_recall]\nmin = true", ["measures.citation_recall.min：「True」不是数字。"]),
        ("[measures.citation_recall]\nmin = nan", ["measures.citation_recall.min：「nan」不是数字。"]),
        ("[measures.hallucinated_citation_rate]\nmax = 5", ["measures.hallucinated_citation_rate.max：5 不可能有。比率应在 0 与 1 之间"]),
        ("[measures.latency_ms]\nmax = -1", ["measures.latency_ms.max：-1 不可能有。"]),
        ("[measure.citation_recall]\nmin = 1", ["measure：不认识。可用：measures、compare。"]),
        ("compare = 1", ["compare：应是一个表"]),
        ("[compare]", ["compare.baseline：应是报告的路径"]),
        ("[compare]\nbaseline = 3", ["compare.baseline：应是报告的路径"]),
        ('[compare]\nbaseline = "none.json"', ["compare.baseline：无法打开报告「"]),
        (
            '[measures.recall]\nmin = 1\n[measures.citation_recall]\nmin = "x"\nlow = 1\n[compare]\nbase = 1\n[other]',
            [
                "other：不认识。",
                "measures.recall：没有这项指标。",
                "measures.citation_recall.min：「x」不是数字。",
                "measures.citation_recall.low：不认识。",
                "compare.base：不认识。可用：baseline。",
                "compare.baseline：应是报告的路径",
            ],
        ),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path, text: str, problems: list[str]) -> None:
    path = gate(tmp_path, text)
    with pytest.raises(UnusableInput) as caught:
        read_gate(path)
    head, *lines = str(caught.value).splitlines()
    assert head == f"门槛文件「{path}」有 {len(problems)} 处问题，请改正后再运行："
    assert len(lines) == len(problems)
    assert all(line.startswith(f"  {problem}") for line, problem in zip(lines, problems, strict=True))


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"[measures", "不是合法的 TOML"), (b"a = 1\na = 2", "不是合法的 TOML"), (b"\xff", "不是 UTF-8")],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, raw: bytes, message: str) -> None:
    (tmp_path / "gate.toml").write_bytes(raw)
    with pytest.raises(UnusableInput, match=message):
        read_gate(tmp_path / "gate.toml")
    with pytest.raises(UnusableInput, match="无法打开门槛文件"):
        read_gate(tmp_path / "none.toml")


# --- checking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "limit", "found", "message"),
    [
        (Bound.MIN, 0.95, Estimate(0.95, 0.9, 1.0, 40), None),
        (Bound.MIN, 0.95, Estimate(0.9499, 0.9, 1.0, 40), "citation_recall min 0.95：实际为 0.9499"),
        (Bound.MAX, 0.0, Estimate(0.0, 0.0, 0.0, 40), None),
        (Bound.MAX, 0.0, Estimate(0.0001, 0.0, 0.1, 40), "citation_recall max 0：实际为 0.0001"),
        (Bound.MIN_LOW, 0.85, Estimate(0.9, 0.85, 0.95, 40), None),
        (Bound.MIN_LOW, 0.85, Estimate(0.9, 0.84, 0.95, 40), "citation_recall min_low 0.85：实际为 0.84"),
        (Bound.MIN, 0.0, Estimate(None, None, None, 0), "citation_recall min 0：没有可测的题"),
        (Bound.MAX, 1.0, Estimate(None, None, None, 0), "citation_recall max 1：没有可测的题"),
    ],
)
def test_limits(bound: Bound, limit: float, found: Estimate, message: str | None) -> None:
    recall = named("citation_recall")
    failures = check_gate(Report({recall.name: found}, (), {}), Gate((Threshold(recall, bound, limit),)))
    assert [str(failure) for failure in failures] == ([message] if message else [])


def test_right_answers_pass_the_shipped_gate(tmp_path: Path) -> None:
    assert check_gate(run(tmp_path, replies()), read_gate(SHIPPED)) == []


BROKEN: dict[str, tuple[dict[str, Answer], set[str]]] = {
    "a wrong quotation": (
        {"quote": answer("可以少量复制。", source(FAIR_USE, ITEM_6.replace("不得出版发行", "可以出版发行")))},
        {"quote_fidelity", "citation_validity", "hallucinated_citation_rate"},
    ),
    "an article that does not exist": (
        {"quote": answer("见《著作权法》第九百条。", source(FAIR_USE, ITEM_6), source("著作权法/900"))},
        {"citation_validity", "hallucinated_citation_rate"},
    ),
    "an answerable question refused": (
        {"spring": answer("没有依据。", abstained=True)},
        {"abstention_accuracy", "citation_recall"},
    ),
    "a defence turned": (
        {"defence": answer("可主张合理使用。", source(FAIR_USE), defenses=[("no_access", "strong"), ("fair_use", "weak")])},
        {"defense_accuracy"},
    ),
    "an invented case number": (
        {"spring": answer("另见北京互联网法院（2023）京0491民初99999号民事判决。", source(SPRING))},
        {"citation_validity"},
    ),
    "a citation dropped": ({"defence": answer("可主张合理使用。", defenses=[("fair_use", "strong")])}, {"citation_recall"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_broken_on_purpose_fails_the_shipped_gate(tmp_path: Path, name: str) -> None:
    broken, measures = BROKEN[name]
    failures = check_gate(run(tmp_path, replies(**broken)), read_gate(SHIPPED))
    assert {failure.measure.name for failure in failures if failure.measure} == measures


def test_a_question_on_which_asking_fails_fails_the_gate(tmp_path: Path) -> None:
    given: list[Answer | Exception] = [*replies()]
    given[0] = ValueError("bug")
    missed = {
        failure.measure.name for failure in check_gate(run(tmp_path, given), read_gate(SHIPPED)) if failure.measure
    }
    assert missed >= {"citation_recall", "abstention_accuracy", "hallucinated_citation_rate", "quote_fidelity"}


# --- the baseline -----------------------------------------------------------------------------------------------------

QUOTES = [
    {"id": f"q{number}", "kind": "statute", "question": f"课堂教学能复制{number}份吗？", "gold": {"contains": ["可以"]}}
    for number in range(8)
]
GOOD, BAD = (
    answer("可以。", source(FAIR_USE, words)) for words in (ITEM_6, ITEM_6.replace("不得出版发行", "可以出版发行"))
)
WITH_BASELINE = '[measures.answer_accuracy]\nmin = 0.9\n[compare]\nbaseline = "baseline"\n'


def run_quotes(folder: Path, out: str, given: Sequence[Answer], lines: Sequence[dict[str, Any]] = QUOTES) -> Report:
    return run_dataset(dataset(folder, lines), folder / out, Queue(*given), shelf=shelf())


def behind(folder: Path, given: Sequence[Answer], lines: Sequence[dict[str, Any]] = QUOTES) -> list[str]:
    """What a run is said to fail on against a baseline of good answers, the times left aside."""
    run_quotes(folder, "baseline", [GOOD] * len(QUOTES))
    read = read_gate(gate(folder, WITH_BASELINE))
    failures = check_gate(run_quotes(folder, "out", given, lines), read)
    assert all(failure.is_behind for failure in failures)
    return [str(failure) for failure in failures if failure.measure is not named("latency_ms")]


def test_a_run_that_fell_behind_its_baseline_fails(tmp_path: Path) -> None:
    assert behind(tmp_path, [BAD] * 8) == [
        "与基线比较 citation_validity：更差（基线 1，本次 0，[-100.0, -100.0]）",
        "与基线比较 quote_fidelity：更差（基线 1，本次 0，[-100.0, -100.0]）",
        "与基线比较 hallucinated_citation_rate：更差（基线 0，本次 1，[+100.0, +100.0]）",
    ]


def test_a_run_like_its_baseline_passes(tmp_path: Path) -> None:
    assert behind(tmp_path, [GOOD] * 8) == []


def test_what_the_run_no_longer_counts_is_not_passed(tmp_path: Path) -> None:
    assert behind(tmp_path, [answer("可以。", source(FAIR_USE))] * 8) == [
        "与基线比较 quote_fidelity：没有可测的题（基线 1）"
    ]


def test_a_baseline_of_other_questions_is_not_passed(tmp_path: Path) -> None:
    others = [{**line, "question": "其他问题？"} for line in QUOTES]
    (failure,) = behind(tmp_path, [GOOD] * 8, others)
    assert failure.startswith("与基线比较：两份报告没有相同的题")


def test_a_baseline_that_the_run_writes_over_is_read_before(tmp_path: Path) -> None:
    run_quotes(tmp_path, "out", [GOOD] * 8)
    read = read_gate(gate(tmp_path, '[compare]\nbaseline = "out/report.json"\n'))
    failures = check_gate(run_quotes(tmp_path, "out", [BAD] * 8), read)
    assert named("quote_fidelity") in [failure.measure for failure in failures]


# --- parts of a dataset -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "ids"),
    [
        (Part(), ["quote", "premise", "weather", "spring", "defence"]),
        (Part(kinds=(ItemKind.CASE, ItemKind.STATUTE)), ["quote", "spring"]),
        (Part(only_held_out=True), ["weather", "defence"]),
        (Part(kinds=(ItemKind.DEFENSE,), only_held_out=True), ["defence"]),
    ],
)
def test_a_part_is_asked_alone(tmp_path: Path, part: Part, ids: list[str]) -> None:
    given = dict(zip([line["id"] for line in LINES], replies(), strict=True))
    report = run(tmp_path, [given[name] for name in ids], part)
    assert [marked.item.id for marked in report.items] == ids
    assert report.provenance["dataset"]["items"] == len(ids)
    assert report.provenance["part"] == part.as_json()


def test_a_day_is_given_to_the_items_that_name_none(tmp_path: Path) -> None:
    assistant = Queue(*replies())
    day = date(2020, 10, 1)
    run_dataset(dataset(tmp_path), tmp_path / "out", assistant, shelf=shelf(), part=Part(as_of=day))
    assert [asked[2] for asked in assistant.asked] == [day, day, day, date(2024, 1, 2), day]


def test_a_part_without_items_says_what_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"「d\.jsonl」中没有kind 为 case且held_out 为 true的题目"):
        run(tmp_path, [], Part(kinds=(ItemKind.CASE,), only_held_out=True))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("value", ["true", 1, [True]])
def test_held_out_is_true_or_false(tmp_path: Path, value: Any) -> None:
    found = lint_dataset(dataset(tmp_path, [{**LINES[0], "held_out": value}]))
    assert [str(problem) for problem in found.problems] == ["第 1 行：held_out 应是 true 或 false。"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Part(), Part(only_held_out=True)),
        (Part(kinds=(ItemKind.UNANSWERABLE, ItemKind.CASE)), Part(only_held_out=True)),
        (Part(as_of=date(2020, 10, 1)), Part()),
        (Part(as_of=date(2020, 10, 1)), Part(as_of=date(2021, 6, 1))),
    ],
)
def test_a_resumed_run_does_not_mix_parts(tmp_path: Path, first: Part, second: Part) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, [answer("上一次的答案"), KeyboardInterrupt()], first)
    report = run(tmp_path, replies(), second)
    journal = (tmp_path / "out" / "items.jsonl").read_text("utf-8")
    head, *rows = [json.loads(line) for line in journal.splitlines()]
    assert {name: head["run"][name] for name in head["run"] if name not in ("dataset", "workspace")} == second.as_json()
    assert [row["id"] for row in rows[:-1]] == [marked.item.id for marked in report.items]
    assert "上一次的答案" not in journal


def test_a_killed_run_of_a_part_goes_on_whatever_the_order_of_its_kinds(tmp_path: Path) -> None:
    quote, _, _, spring, _ = replies()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, [quote, KeyboardInterrupt()], Part(kinds=(ItemKind.CASE, ItemKind.STATUTE)))
    report = run(tmp_path, [spring], Part(kinds=(ItemKind.STATUTE, ItemKind.CASE, ItemKind.CASE)))
    assert [marked.passed for marked in report.items] == [True, True]


# --- the command ------------------------------------------------------------------------------------------------------


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, given: Sequence[Answer], *options: str) -> Any:
    monkeypatch.setattr("rag.Assistant", lambda workspace: Queue(*given))
    monkeypatch.setattr("eval.run.open_shelf", lambda workspace: shelf())
    return CliRunner().invoke(eval_app, ["run", str(dataset(folder)), "-o", str(folder / "out"), *options])


def test_the_command_prints_each_threshold_and_exits_with_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = command(tmp_path, monkeypatch, replies(), "--gate", str(SHIPPED))
    assert done.exit_code == 0
    printed = done.stdout[done.stdout.index("门槛：") :].splitlines()
    assert printed[1] == "  达到  hallucinated_citation_rate max 0：0"
    assert [line.split()[0] for line in printed[1:]] == ["达到"] * 7


@pytest.mark.parametrize("name", BROKEN)
def test_the_command_exits_with_1_on_broken_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    broken, measures = BROKEN[name]
    done = command(tmp_path, monkeypatch, replies(**broken), "--gate", str(SHIPPED))
    assert done.exit_code == 1
    assert {line.split()[1] for line in done.stdout.splitlines() if line.startswith("  未达到")} == measures
    assert (tmp_path / "out" / "report.json").exists()


def test_a_part_without_quotations_does_not_reach_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--gate", str(SHIPPED), "--kind", "unanswerable", "--only-held-out", "--json")
    done = command(tmp_path, monkeypatch, [replies()[2]], *options)
    held = json.loads(done.stdout)["gate"]
    assert done.exit_code == 1
    assert held["met"] is False
    assert held["thresholds"][4] == {
        "measure": "abstention_accuracy",
        "bound": "min",
        "limit": 0.97,
        "value": 1.0,
        "met": True,
    }
    assert "quote_fidelity min 1：没有可测的题" in held["failures"]


def test_the_command_says_when_nothing_fell_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path, monkeypatch, replies())
    path = gate(tmp_path, '[compare]\nbaseline = "out"\n')
    done = command(tmp_path, monkeypatch, replies(), "--gate", str(path))
    assert done.stdout.endswith("门槛：\n  达到  与基线比较：没有更差的指标\n")


def test_a_day_is_read_as_people_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = command(tmp_path, monkeypatch, replies(), "--as-of", "2020年10月1日", "--json")
    assert json.loads(done.stdout)["provenance"]["part"] == {"as_of": "2020-10-01"}


@pytest.mark.parametrize("options", [("--kind", "quiz"), ("--as-of", "2025-02-30")])
def test_wrong_usage_exits_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]) -> None:
    done = command(tmp_path, monkeypatch, [], *options)
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_broken_gate_is_named_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = command(tmp_path, monkeypatch, [], "--gate", str(gate(tmp_path, "[measures.recall]\nmin = 1")))
    assert isinstance(done.exception, UnusableInput)
    assert not (tmp_path / "out").exists()
