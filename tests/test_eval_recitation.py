"""Articles recited: what is read, how it is scored, what is said of a law that is not held."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval import read_recitation, recitation_table, run_recitation
from eval.recitation import rouge_l
from interfaces.evaluation import eval_app
from rag import Assistant, UnusableInput

ARTICLE = "民法典第一千一百八十五条"


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "1-1.json"
    path.write_text(json.dumps(list(rows), ensure_ascii=False), "utf-8")
    return path


def row(place: str, words: str) -> dict[str, str]:
    return {"instruction": "回答以下问题：", "question": f"民法商法{place}的内容是什么？", "answer": f"答案:{words}"}


def test_words_in_order_are_shared() -> None:
    assert rouge_l("股东 付款", "股东 应当 付款") == pytest.approx(2 * 3 / (3 + 5))  # blanks are words too
    assert rouge_l("付款", "股东") == 0.0


def test_an_article_is_given_word_for_word(assistant: Assistant, tmp_path: Path) -> None:
    whole = assistant.lookup(ARTICLE).text
    listed = assistant.lookup("著作权法第三条").text
    path = written(
        tmp_path,
        row(ARTICLE, whole),
        row("著作权法第三条", ",".join(listed.splitlines())),
        row("著作权法第三条", listed[:20]),
        row("商标法第二条", "国务院工商行政管理部门商标局主管全国商标注册和管理的工作。"),
    )
    found = run_recitation(path, tmp_path / "f.json", assistant)
    assert (found["items"], found["held"], found["exact"]) == (4, 3, 2)
    assert 0.5 < found["rouge_l"] < 0.75 < found["rouge_l_held"] + 0.1
    assert [miss["key"] for miss in found["misses"]] == ["著作权法@2020/3", None]
    assert "没有收录「商标法」" in found["misses"][1]["why"]
    assert json.loads((tmp_path / "f.json").read_text("utf-8")) == found
    assert (tmp_path / "f.md").read_text("utf-8") == recitation_table(found).markdown()


def test_nothing_held_gives_no_value(assistant: Assistant, tmp_path: Path) -> None:
    found = run_recitation(written(tmp_path, row("商标法第二条", "略。")), tmp_path / "f.json", assistant)
    assert (found["rouge_l"], found["rouge_l_held"]) == (0.0, None)
    assert recitation_table(found).rows[1][2] == "—"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "没有题目"),
        ([{"question": "什么是作品？", "answer": "智力成果"}], "第 1 题：question 应形如"),
        ([row("商标法第二条", "略。"), "乙"], "第 2 题：question 应形如"),
        ([row("商标法第二条", "略。") | {"answer": 3}], "第 1 题：question 应形如"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: list[Any], message: str) -> None:
    with pytest.raises(UnusableInput, match=message):
        read_recitation(written(tmp_path, *rows))


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "1-1.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UnusableInput, match="不是 UTF-8 的 JSON"):
        read_recitation(path)
    with pytest.raises(UnusableInput, match="无法打开"):
        read_recitation(tmp_path / "none.json")


def test_the_command_says_how_many_are_not_held(tmp_path: Path) -> None:
    path = written(tmp_path, row("商标法第二条", "略。"))
    done = CliRunner().invoke(eval_app, ["recite", str(path), "-o", str(tmp_path / "f.json")])
    assert done.exit_code == 0
    assert "1 条没有收录，按 0 计" in done.stdout
