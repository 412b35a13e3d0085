"""Search over the held corpus: reading the questions, what meets a key, the measures, and the sets of the repository."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

import corpus
import eval as evaluation
from eval.search import SearchItem, meets, read_search_set, run_search, search_table
from ingest.script import fold
from interfaces.cli import run
from rag import Assistant, Citation, LookupResult, NotFound, SearchHit, ServiceFailure, UnusableInput

SETS = sorted((Path(evaluation.__file__).parent / "datasets" / "search").glob("*.jsonl"))
TRAINING = sorted((Path(corpus.__file__).parent / "training").glob("*_questions.jsonl"))
# Percent of letters in common, in order. Below it stand short questions on neighbouring points (基数, 倍数 of damages).
ALIKE = 85


@pytest.mark.parametrize(
    ("found", "key", "met"),
    [
        ("著作权法@2020/24", "著作权法@2020/24", True),
        ("著作权法@2020/24/1/6", "著作权法@2020/24", True),
        ("著作权法@2020/24", "著作权法@2020/24/1/6", True),
        ("著作权法@2020/24/2", "著作权法@2020/24/1", False),
        ("著作权法@2020/25", "著作权法@2020/24", False),
        ("著作权法@2010/24", "著作权法@2020/24", False),
        ("著作权法@2020/24/1", "著作权法/24", True),
        ("著作权法@2020", "著作权法@2020/24", False),
        ("民法典@2020/1", "民法典@2020/1195", False),
        ("(2024)粤0192民初113号/摘要.本院认为/3", "(2024)粤0192民初113号/摘要.本院认为", True),
        ("(2024)粤0192民初113号/摘要.本院认为/3", "(2024)粤0192民初113号/摘要.本院认为/4", False),
        ("(2024)粤0192民初113号/摘要.案情/1", "(2024)粤0192民初113号/摘要.本院认为", False),
        ("君合2025/二.一.2/1", "君合2025/二.一", True),
        ("君合2025/二.三/1", "君合2025/二.三/2", False),
    ],
)
def test_what_meets_a_key(found: str, key: str, met: bool) -> None:
    assert meets(Citation.parse(found), Citation.parse(key)) is met


LINES = """{"id": "a", "question": "一", "keys": [["甲法@2020/1"]], "style": "plain"}
{"id": "b", "question": "二", "keys": [["甲法@2020/2", "乙法@2021/2"], ["甲法@2020/3"]], "style": "plain"}
{"id": "c", "question": "三", "keys": [["甲法@2020/4"]], "style": "short"}
{"id": "d", "question": "四", "keys": [["丙法@2020/9"]]}
"""
# 一: at rank 1. 二: one of two groups at rank 2, the other at rank 11. 三: fails. 四: finds nothing.
FOUND = {
    "一": ["甲法@2020/1/1", "甲法@2020/7"],
    "二": ["甲法@2020/7", "乙法@2021/2/3", *(f"丁法@2020/{n}" for n in range(1, 9)), "甲法@2020/3"],
    "四": [],
}


class Scripted:
    """An assistant that finds what is written above, and holds everything but 丙法."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def lookup(self, citation: str, as_of: date | None = None) -> LookupResult:
        if citation.startswith("丙法"):
            raise NotFound("没有收录。")
        return LookupResult.model_construct(key=citation)

    def search(self, query: str, k: int = 10, as_of: date | None = None) -> list[SearchHit]:
        if self.error:
            raise self.error
        return [SearchHit(key=key, title="", text="", score=1.0) for key in FOUND[query]][:k]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_the_figures_worked_by_hand(dataset: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "search.json"
    found = run_search(dataset, target, Scripted())
    assert json.loads(target.read_text(encoding="utf-8")) == json.loads(json.dumps(found))
    # Five groups: 一 at 1, 二 at 2 and 11, 三 and 四 nowhere.
    assert [found[f"recall@{depth}"] for depth in (1, 5, 10, 20)] == [0.2, 0.4, 0.4, 0.6]
    # (1 + 1/2 + 0 + 0) / 4
    assert found["mrr@10"] == 0.375
    assert (found["questions"], found["groups"], found["failed"]) == (4, 5, 1)
    low, high = found["intervals"]["recall@10"]
    assert 0 <= low <= 0.4 <= high <= 1
    assert [(miss["id"], miss["keys"], miss["rank"], miss["first"]) for miss in found["misses"]] == [
        ("b", ["甲法@2020/3"], 11, ["甲法@2020/7", "乙法@2021/2/3", "丁法@2020/1"]),
        ("c", ["甲法@2020/4"], None, []),
        ("d", ["丙法@2020/9"], None, []),
    ]
    assert found["misses"][1]["error"] == "KeyError: '三'"
    assert found["unheld"] == ["丙法@2020/9"]
    assert list(found["by_style"]) == ["plain", "short"]
    assert found["by_style"]["plain"]["recall@20"] == 1.0
    table = search_table(found)
    assert [row[:2] for row in table.rows] == [["all", "4"], ["plain", "2"], ["short", "1"]]
    assert (tmp_path / "out" / "search.md").read_text(encoding="utf-8") == table.markdown()


def test_a_search_that_cannot_work_at_all_ends_the_run(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(ServiceFailure):
        run_search(dataset, tmp_path / "out.json", Scripted(ServiceFailure("磁盘已满。")))
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "第 5 行：不是合法的 JSON"),
        ('{"question": "问", "keys": [["甲法/1"]]}', "第 5 行：缺少 id"),
        ('{"id": "e", "question": " ", "keys": [["甲法/1"]]}', "第 5 行：question 是空的"),
        ('{"id": "e", "question": "问"}', "第 5 行：缺少 keys"),
        ('{"id": "e", "question": "问", "keys": []}', "第 5 行：keys 应是"),
        ('{"id": "e", "question": "问", "keys": ["甲法/1"]}', "第 5 行：keys 应是"),
        ('{"id": "e", "question": "问", "keys": [[1]]}', "第 5 行：keys 应是"),
        ('{"id": "e", "question": "问", "keys": [["甲法@/1"]]}', "第 5 行：引用键「甲法@/1」不完整"),
        ('{"id": "a", "question": "问", "keys": [["甲法/1"]]}', "第 5 行：id「a」与第 1 行重复"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, words: str
) -> None:
    dataset.write_text(LINES + line + "\n", encoding="utf-8")
    assert run(["eval", "search", str(dataset), "-o", str(tmp_path / "out.json")]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err


def test_an_empty_and_a_missing_set_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(UnusableInput, match="没有题目"):
        read_search_set(tmp_path / "empty.jsonl")
    with pytest.raises(UnusableInput, match="无法打开"):
        read_search_set(tmp_path / "missing.jsonl")


def test_the_command_searches_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset, target = tmp_path / "set.jsonl", tmp_path / "out.json"
    dataset.write_text(
        '{"id": "1", "question": "著作权法第二十四条", "keys": [["著作权法@2020/24"]]}\n'
        '{"id": "2", "question": "合理使用", "keys": [["不存在的法@2020/1"]]}\n',
        encoding="utf-8",
    )
    assert run(["eval", "search", str(dataset), "-o", str(target)]) == 0
    captured = capsys.readouterr()
    assert "不存在的法@2020/1 未收录" in captured.err
    assert "前十段未命中 1 处" in captured.out
    found = json.loads(target.read_text(encoding="utf-8"))
    assert (found["recall@1"], found["misses"][0]["id"]) == (0.5, "2")


# --- the sets of the repository ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def items() -> list[SearchItem]:
    return [item for path in SETS for item in read_search_set(path)]


def test_the_sets_are_there_and_no_id_or_question_stands_twice(items: list[SearchItem]) -> None:
    assert [path.name for path in SETS] == ["aigc_dev.jsonl", "aigc_test.jsonl"]
    assert len({item.id for item in items}) == len({bare(item.question) for item in items}) == len(items) == 321


def test_every_key_of_the_sets_is_held(items: list[SearchItem], assistant: Assistant) -> None:
    unheld: set[str] = set()
    for key in {str(key) for item in items for group in item.keys for key in group}:
        try:
            assistant.lookup(key)
        except NotFound:
            unheld.add(key)
    assert unheld == set()


def test_no_question_of_the_sets_is_one_of_training(items: list[SearchItem]) -> None:
    trained = [
        str(json.loads(line).get("question") or json.loads(line)["text"])
        for path in TRAINING
        for line in path.read_text("utf-8").splitlines()
    ]
    assert trained
    assert alike([item.question for item in items], trained) == []


def test_no_question_of_one_set_is_one_of_the_other() -> None:
    dev, test = ([item.question for item in read_search_set(path)] for path in SETS)
    assert alike(dev, test) == []


def bare(question: str) -> str:
    return re.sub(r"\W", "", fold(question))


def alike(some: list[str], others: list[str]) -> list[tuple[str, str]]:
    bared = [bare(other) for other in others]
    return [
        (one, others[place])
        for one in some
        for _, _, place in process.extract(bare(one), bared, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
    ]
