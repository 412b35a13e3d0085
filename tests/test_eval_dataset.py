"""Datasets: what is read, what is named by line, and that one bad field never hides another."""

from datetime import date
from pathlib import Path

import pytest

from eval.dataset import GoldDefenses, ItemKind, lint_dataset, read_dataset
from rag import Strength, Turn, UnusableInput

SOUND = (
    '{"id":"a","kind":"multi_turn","question":"第二款呢？","history":[{"role":"user","content":"著作权法第五十四条","n":1}],'
    '"as_of":"2021-05-31","source":"自拟","gold":{"citations":[["著作权法/54/2","著作权法/54"]],"contains":["五百元"],'
    '"contains_any":[["甲","乙"]],"absent":["丙"],"abstain":false,"note":"unknown",'
    '"defenses":{"expected":["fair_use"],"first":["damages"],"excluded":["no_access"],"at_most":{"damages":"medium"}}}}'
)


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "d.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return path


def test_every_field_is_read_and_unknown_ones_are_ignored(tmp_path: Path) -> None:
    (item,) = read_dataset(written(tmp_path, "﻿" + SOUND, "", "  ")).items
    assert (item.id, item.kind, item.as_of, item.line) == ("a", ItemKind.MULTI_TURN, date(2021, 5, 31), 1)
    assert item.history == (Turn(role="user", content="著作权法第五十四条"),)
    assert item.gold.citations == (("著作权法/54/2", "著作权法/54"),)
    assert item.gold.contains == ("五百元",)
    assert item.gold.contains_any == (("甲", "乙"),)
    assert item.gold.absent == ("丙",)
    assert item.gold.abstain is False
    assert item.gold.defenses == GoldDefenses(("fair_use",), ("damages",), ("no_access",), {"damages": Strength.MEDIUM})


def test_an_absent_gold_field_checks_nothing(tmp_path: Path) -> None:
    (item,) = read_dataset(written(tmp_path, '{"id":7,"kind":"case","question":"问","gold":{}}')).items
    assert item.id == "7"
    assert (item.gold.citations, item.gold.defenses, item.gold.abstain) == ((), None, None)


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("不是 JSON", ["不是合法的 JSON（Expecting value）。"]),
        (b"\xff\xfe", ["不是 UTF-8 文本。"]),
        ("[]", ["应是一个 JSON 对象。"]),
        ("{}", ["缺少 id。", "缺少 kind。", "缺少 question。", "缺少 gold。"]),
        ('{"id":"","kind":"case","question":"问","gold":{}}', ["id 应是文字或整数，且不为空。"]),
        ('{"id":true,"kind":"case","question":"问","gold":{}}', ["id 应是文字或整数，且不为空。"]),
        ('{"id":"1","kind":"case","question":" ","gold":{}}', ["question 应是文字，且不为空。"]),
        ('{"id":"1","kind":"case","question":"问","gold":[]}', ["gold 应是一个 JSON 对象；没有可检查的内容时写 {}。"]),
        ('{"id":"1","kind":"case","question":"问","as_of":"2025-02-30","gold":{}}', ["as_of「2025-02-30」不是 YYYY-MM-DD 形式的日期。"]),
        ('{"id":"1","kind":"case","question":"问","as_of":20250101,"gold":{}}', ["as_of「20250101」不是 YYYY-MM-DD 形式的日期。"]),
        ('{"id":"1","kind":"case","question":"问","history":["你好"],"gold":{}}', ['history 应是列表，每项形如 {"role": "user", "content": "…"}。']),
        ('{"id":"1","kind":"case","question":"问","gold":{"citations":["著作权法/24"]}}', ["gold.citations 应是列表的列表，每个内层列表至少一项。"]),
        ('{"id":"1","kind":"case","question":"问","gold":{"citations":[[]]}}', ["gold.citations 应是列表的列表，每个内层列表至少一项。"]),
        ('{"id":"1","kind":"case","question":"问","gold":{"contains":"五百元"}}', ["gold.contains 应是文字的列表，各项不为空。"]),
        ('{"id":"1","kind":"case","question":"问","gold":{"abstain":"no"}}', ["gold.abstain 应是 true 或 false。"]),
        ('{"id":"1","kind":"case","question":"问","gold":{"defenses":["fair_use"]}}', ["gold.defenses 应是一个 JSON 对象。"]),
        (
            '{"id":"1","kind":"case","question":"问","gold":{"defenses":{"at_most":{"damages":"low"}}}}',
            ["gold.defenses.at_most 中 damages 的「low」不认识。可用：strong、medium、weak、unavailable。"],
        ),
        (
            '{"id":"1","kind":"quiz","question":3,"gold":{"absent":[""]}}',
            [
                "kind「quiz」不认识。可用：defense、statute、case、concept、false_premise、unanswerable、injection、multi_turn。",
                "question 应是文字，且不为空。",
                "gold.absent 应是文字的列表，各项不为空。",
            ],
        ),
    ],
)  # fmt: skip
def test_each_problem_is_named_by_line(tmp_path: Path, line: str | bytes, messages: list[str]) -> None:
    found = lint_dataset(written(tmp_path, SOUND, line))
    assert [(problem.line, problem.message) for problem in found.problems] == [(2, message) for message in messages]
    assert [item.id for item in found.items] == ["a"]


def test_a_second_use_of_an_id_is_named_with_the_line_of_the_first(tmp_path: Path) -> None:
    found = lint_dataset(written(tmp_path, SOUND, "", SOUND))
    assert [str(problem) for problem in found.problems] == ["第 3 行：id「a」与第 1 行重复。"]


def test_a_run_refuses_a_broken_dataset_naming_every_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="有 2 处问题") as caught:
        read_dataset(written(tmp_path, "[]", SOUND, "{"))
    assert "第 1 行：应是一个 JSON 对象。" in str(caught.value)
    assert "第 3 行：不是合法的 JSON" in str(caught.value)


def test_more_than_twenty_problems_are_counted_not_listed(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="有 25 处问题") as caught:
        read_dataset(written(tmp_path, *["[]"] * 25))
    assert "第 20 行" in str(caught.value)
    assert "第 21 行" not in str(caught.value)
    assert "另有 5 处。" in str(caught.value)


def test_a_file_that_is_missing_or_empty_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="无法打开数据集"):
        read_dataset(tmp_path / "no.jsonl")
    with pytest.raises(UnusableInput, match="没有题目"):
        read_dataset(written(tmp_path, "\n"))
