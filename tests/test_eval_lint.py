"""What the lint of a set finds, and what the shipped set holds."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import eval as evaluation
from eval import ItemKind, Shelf, find_faults, open_shelf, read_dataset
from interfaces.evaluation import eval_app
from rag import UnusableInput

QUESTIONS = Path(evaluation.__file__).parent / "datasets" / "questions.jsonl"
ASKED = "我在小红书上看到一篇讲课堂教学合理使用的文章，说可以整本复印教材发给学生，对吗？"
LEAST = {
    ItemKind.DEFENSE: 90,
    ItemKind.FALSE_PREMISE: 50,
    ItemKind.UNANSWERABLE: 50,
    ItemKind.INJECTION: 20,
    ItemKind.MULTI_TURN: 40,
}


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return open_shelf()


def balanced(*questions: str, **more: Any) -> list[dict[str, Any]]:
    """An item of every kind, then the questions; `more` goes into the last."""
    kinds: list[dict[str, Any]] = [
        {"id": kind.value, "kind": kind.value, "question": f"{kind}？", "gold": {}} for kind in ItemKind
    ]
    asked: list[dict[str, Any]] = [
        {"id": f"q{at}", "kind": "case", "question": text, "gold": {}} for at, text in enumerate(questions)
    ]
    rows = [*kinds, *asked]
    rows[-1] |= more
    return rows


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def messages(folder: Path, rows: Sequence[dict[str, Any]], shelf: Shelf, *training: Path) -> list[str]:
    return [str(fault) for fault in find_faults(written(folder / "d.jsonl", rows), shelf, training)]


def test_a_sound_set_has_no_faults(tmp_path: Path, shelf: Shelf) -> None:
    assert messages(tmp_path, balanced(ASKED, "著作权法第三条", "著作权法第四条"), shelf) == []


def test_a_question_with_a_word_changed_is_a_double(tmp_path: Path, shelf: Shelf) -> None:
    rows = balanced(ASKED, ASKED.replace("小红书", "知乎"))
    assert messages(tmp_path, rows, shelf) == ["d.jsonl 第 10 行：与第 9 行（q0）几乎相同。"]


def test_the_conversation_before_makes_it_another_question(tmp_path: Path, shelf: Shelf) -> None:
    rows = balanced("那赔多少？", "那赔多少？", history=[{"role": "user", "content": "春风案判了什么？"}])
    assert messages(tmp_path, rows, shelf) == []


def test_a_short_question_is_a_double_only_where_it_is_the_same(tmp_path: Path, shelf: Shelf) -> None:
    rows = balanced("著作权法第三条", "著作权法第三条")
    assert messages(tmp_path, rows, shelf) == ["d.jsonl 第 10 行：与第 9 行（q0）几乎相同。"]


@pytest.mark.parametrize("name", ["question", "text"])
def test_what_was_trained_on_is_named_with_its_line(tmp_path: Path, shelf: Shelf, name: str) -> None:
    training = written(tmp_path / "t.jsonl", [{name: "别的问题"}, {name: ASKED + "谢谢"}])
    assert messages(tmp_path, balanced(ASKED), shelf, training) == [
        "d.jsonl 第 9 行：与训练材料 t.jsonl 第 2 行几乎相同。"
    ]


def test_training_data_that_is_no_json_is_named(tmp_path: Path, shelf: Shelf) -> None:
    training = tmp_path / "t.jsonl"
    training.write_text("不是 JSON", "utf-8")
    with pytest.raises(UnusableInput, match=r"t\.jsonl」第 1 行：不是合法的 JSON"):
        messages(tmp_path, balanced(ASKED), shelf, training)


def test_gold_that_is_not_held_is_named(tmp_path: Path, shelf: Shelf) -> None:
    rows = balanced(ASKED, gold={"citations": [["著作权法/24", "著作权法/900"]]})
    assert messages(tmp_path, rows, shelf) == ["d.jsonl 第 9 行：标准引用 著作权法/900 没有收录。"]


def test_a_kind_that_is_missing_is_named(tmp_path: Path, shelf: Shelf) -> None:
    rows = [row for row in balanced(ASKED) if row["kind"] != "injection"]
    assert messages(tmp_path, rows, shelf) == ["d.jsonl：injection 只有 0 题，占 0%，少于 4%。"]


def test_the_command_exits_with_1_and_gives_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "d.jsonl", balanced(ASKED, ASKED))
    done = CliRunner().invoke(eval_app, ["lint", str(path), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [{"line": 10, "message": "与第 9 行（q0）几乎相同。"}]


def test_the_shipped_set_is_sound_and_large_enough() -> None:
    done = CliRunner().invoke(eval_app, ["lint", str(QUESTIONS)])
    assert (done.exit_code, done.stdout) == (0, "没有发现问题。\n")
    items = read_dataset(QUESTIONS).items
    counts = Counter(item.kind for item in items)
    assert len(items) >= 320
    assert {kind: counts[kind] >= least for kind, least in LEAST.items()} == dict.fromkeys(LEAST, True)
    assert 3 * sum(item.held_out for item in items) >= len(items)
    assert {item.kind for item in items if item.held_out} == set(ItemKind)
