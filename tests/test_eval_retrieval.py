"""Retrieval test sets: reading them, what is said of a bad one, and the command from end to end."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from eval import SYSTEMS, retrieval_table, run_retrieval
from eval.baselines import SystemInfo, open_system
from eval.beir import read_test_set
from eval.child import run_child
from eval.retrieval import RetrievalTask
from eval.retrieval_run import run_system
from interfaces.cli import run
from rag import PassageText, ServiceFailure, UnusableInput

CORPUS = """{"_id": "民法典@2020#703", "title": "民法典", "text": "租赁合同是出租人将租赁物交付承租人使用、收益，承租人支付租金的合同。"}
{"_id": "d 2", "title": "民法典", "text": "借款人应当按照约定的期限返还借款。"}
{"_id": "3", "title": "", "text": "机动车在道路上发生交通事故，应当立即停车，保护现场。"}
{"_id": "4", "title": "劳动合同法", "text": "用人单位应当按照劳动合同约定，向劳动者及时足额支付劳动报酬。"}
"""
QUERIES = """{"_id": "q1", "text": "出租人要交付什么"}
{"_id": "q2", "text": "借款到期了怎么返还"}
{"_id": "q3", "text": "公司不支付劳动报酬"}
{"_id": "q4", "text": "没有标注的查询"}
"""
LABELS = "query-id\tcorpus-id\tscore\nq1\t民法典@2020#703\t1\nq2\td 2\t2\nq2\t3\t0\nq3\t4\t1\n"


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (folder / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(LABELS, encoding="utf-8")
    return folder


def quietly(done: int, total: int, what: str) -> None:
    """No progress."""


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_test_set_is_read_with_its_labels(beir: Path) -> None:
    held = read_test_set(beir)
    assert (held.passages, held.left_out) == (4, 1)
    assert list(held.queries) == ["q1", "q2", "q3"]
    assert held.labels["q2"] == {"d 2": 2.0}  # 0 says that it is not relevant
    assert next(held.texts()) == PassageText("民法典@2020#703", "民法典", json.loads(CORPUS.splitlines()[0])["text"])
    assert {name: len(value) for name, value in held.digests.items()} == {"corpus": 64, "queries": 64, "qrels": 64}


def test_gzip_windows_lines_no_header_and_other_files_read_the_same(beir: Path, tmp_path: Path) -> None:
    plain = read_test_set(beir)
    for name in ("corpus.jsonl", "queries.jsonl"):
        text = "\ufeff" + (beir / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (beir / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        (beir / name).unlink()
    (beir / "qrels" / "test.tsv").write_text(LABELS.partition("\n")[2].replace("\n", "\r\n"), encoding="utf-8")
    packed = read_test_set(beir)
    assert (packed.queries, packed.labels, list(packed.texts())) == (plain.queries, plain.labels, list(packed.texts()))
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "r.tsv"
    queries.write_text(QUERIES.splitlines()[0], encoding="utf-8")
    qrels.write_text("q1\t3\t1", encoding="utf-8")
    assert read_test_set(beir, queries, qrels).labels == {"q1": {"3": 1.0}}


def test_the_labels_of_test_come_before_those_of_dev_and_train(beir: Path) -> None:
    for split in ("dev", "train"):
        (beir / "qrels" / f"{split}.tsv").write_text("q4\t3\t1\n", encoding="utf-8")
    assert list(read_test_set(beir).labels) == ["q1", "q2", "q3"]
    (beir / "qrels" / "test.tsv").unlink()
    assert list(read_test_set(beir).labels) == ["q4"]


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def removed(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        target = folder / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return change


def written(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def added(name: str, line: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return change


BAD = [
    (removed("."), ["没有文件夹"]),
    (removed("corpus.jsonl"), ["没有 corpus.jsonl，也没有 corpus.jsonl.gz"]),
    (removed("queries.jsonl"), ["没有 queries.jsonl"]),
    (removed("qrels"), ["没有 .tsv 标注文件", "--qrels"]),
    (replaced("corpus.jsonl", '{"_id": "d 2"', '"_id": "d 2"'), ["corpus.jsonl」第 2 行", "不是合法的 JSON"]),
    (added("corpus.jsonl", '["5", "题", "文"]'), ["corpus.jsonl」第 5 行", "应是一个 JSON 对象"]),
    (written("corpus.jsonl", b'{"_id": "\xff\xfe"}\n'), ["corpus.jsonl」第 1 行", "不是 UTF-8 文本"]),
    (replaced("corpus.jsonl", '"_id": "d 2", ', ""), ["corpus.jsonl」第 2 行", "缺少 _id"]),
    (replaced("corpus.jsonl", '"_id": "3"', '"_id": 3'), ["corpus.jsonl」第 3 行", "_id 应是文字"]),
    (replaced("corpus.jsonl", '"title": ""', '"title": null'), ["corpus.jsonl」第 3 行", "title 应是文字"]),
    (added("corpus.jsonl", '{"_id": "5", "title": "t"}'), ["corpus.jsonl」第 5 行", "缺少 text"]),
    (added("corpus.jsonl", '{"_id": "", "text": "t"}'), ["corpus.jsonl」第 5 行", "_id 是空的"]),
    (added("corpus.jsonl", '{"_id": "d 2", "text": "t"}'), ["两个段落的 _id 是「d 2」", "第 2、5 行"]),
    (written("corpus.jsonl", b"\n"), ["corpus.jsonl」中没有段落"]),
    (added("queries.jsonl", '{"_id": "q1", "text": "又"}'), ["queries.jsonl」第 5 行", "「q1」", "第 1、5 行"]),
    (replaced("queries.jsonl", '"借款到期了怎么返还"', "7"), ["queries.jsonl」第 2 行", "text 应是文字"]),
    (written("queries.jsonl", b""), ["queries.jsonl」中没有查询"]),
    (added("qrels/test.tsv", "q9\t3\t1"), ["test.tsv」第 6 行", "没有查询「q9」"]),
    (added("qrels/test.tsv", "q1\t九\t1"), ["test.tsv」第 6 行", "没有段落「九」"]),
    (added("qrels/test.tsv", "q1 3 1"), ["test.tsv」第 6 行", "制表符"]),
    (added("qrels/test.tsv", "q1\t3\tyes"), ["test.tsv」第 6 行", "分数（数字）"]),
    (written("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq1\t3\t0\n"), ["没有一条相关标注"]),
    (written("corpus.jsonl.gz", b"no gzip"), []),  # The plain file is taken.
]


@pytest.mark.parametrize(("spoil", "words"), BAD)
def test_what_is_wrong_is_said_with_file_and_line(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], words: list[str]
) -> None:
    spoil(beir)
    if not words:
        read_test_set(beir)
        return
    assert run(["eval", "retrieval", str(beir), "-o", str(tmp_path / "out.json")]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("错误：")
    assert captured.err.count("\n") == 1
    assert [word for word in words if word not in captured.err] == []
    assert not (tmp_path / "out.json").exists()


def test_a_torn_gzip_file_and_a_choice_of_labels_are_named(beir: Path) -> None:
    (beir / "corpus.jsonl").unlink()
    (beir / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode())[:40])
    with pytest.raises(UnusableInput, match="不是完整的 gzip 文件"):
        read_test_set(beir)
    (beir / "qrels" / "test.tsv").rename(beir / "qrels" / "a.tsv")
    (beir / "qrels" / "b.tsv").write_text(LABELS, encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"a\.tsv、b\.tsv"):
        read_test_set(beir)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--system", "elastic"], "没有名为「elastic」的系统。可用：kangbian、bm25s、rank_bm25、llamaindex。"),
        (["--system", "bm25s", "--index", "kept"], "--index 只用于 kangbian"),
        (["-o", "out.md"], "请改用以 .json 结尾的文件名"),
    ],
)
def test_options_that_do_not_go_together(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert run(["eval", "retrieval", str(beir), "-o", str(tmp_path / "out.json"), *options]) == 3
    assert words in capsys.readouterr().err


def test_a_folder_that_is_no_model_gets_the_message_of_the_embedder(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANGBIAN_EMBED_MODEL", str(tmp_path))
    assert run(["eval", "retrieval", str(beir), "-o", str(tmp_path / "out.json")]) == 3
    assert "里没有向量模型" in capsys.readouterr().err


def test_a_system_that_is_not_installed_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = SystemInfo(
        "rank_bm25", "rank_bm25", "eval.baselines.rank_bm25_jieba:RankBm25System", "no_such", "baselines"
    )
    monkeypatch.setitem(SYSTEMS, "rank_bm25", absent)
    with pytest.raises(
        UnusableInput, match=r"未安装 rank_bm25 所需的 no_such。请运行 pip install 'kangbian\[baselines\]'"
    ):
        open_system("rank_bm25")


# --- running ----------------------------------------------------------------------------------------------------------


def test_the_command_writes_the_figures_of_the_contract(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, kept = tmp_path / "new" / "out.json", tmp_path / "kept"
    arguments = ["eval", "retrieval", str(beir), "-o", str(target), "--index", str(kept)]
    assert run([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    found = json.loads(target.read_text(encoding="utf-8"))
    assert json.loads(captured.out) == found
    assert "1 条查询没有相关标注" in captured.err
    names = ["recall@5", "recall@10", "recall@20", "recall@100", "mrr@10", "ndcg@10"]
    assert {name: found[name] for name in names} == dict.fromkeys(names, 1.0)
    assert {name: found["intervals"][name] for name in names} == {name: [1.0, 1.0] for name in names}
    assert list(found["latency_ms"]) == ["p50", "p95"]
    assert list(found["index"]) == ["passages", "seconds", "peak_rss_mb", "bytes"]
    assert (found["index"]["passages"], found["queries"]) == (4, {"run": 3, "failed": 0, "left_out": 1})
    assert found["provenance"]["test_set"]["name"] == "beir"
    rows = [json.loads(line) for line in (target.parent / "out.queries.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["ranked"][0]) for row in rows] == [("q1", "民法典@2020#703"), ("q2", "d 2"), ("q3", "4")]
    # The index that was kept is taken again, with what making it took.
    assert run([*arguments, "--limit-queries", "1"]) == 0
    again = json.loads(target.read_text(encoding="utf-8"))
    assert again["index"] == found["index"]
    assert again["queries"]["run"] == 1
    (beir / "corpus.jsonl").write_text(CORPUS.replace("租金", "租"), encoding="utf-8")
    assert run(arguments) == 3
    assert "出自另一个语料" in capsys.readouterr().err
    shutil.rmtree(kept)
    kept.mkdir()
    (kept / "notes.txt").write_text("客户的笔记", encoding="utf-8")
    assert run(arguments) == 3
    assert "请换一个文件夹" in capsys.readouterr().err
    assert (kept / "notes.txt").exists()


def test_several_systems_give_a_table_and_a_chart(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.json"
    assert run(["eval", "retrieval", str(beir), "-o", str(target), "--system", "bm25s", "--system", "rank_bm25"]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert list(found["systems"]) == ["bm25s", "rank_bm25"]
    assert found["recall@10"] == found["systems"]["bm25s"]["recall@10"] == 1.0
    table = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert table in capsys.readouterr().out
    assert table.splitlines()[2].startswith("| bm25s + jieba | 4 | 1.000 [1.000, 1.000] |")
    assert "</svg>" in (tmp_path / "out.svg").read_text(encoding="utf-8")
    for name in found["systems"]:
        assert len((tmp_path / f"out.{name}.queries.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_a_system_that_fails_at_the_end_costs_none_of_the_others(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_only(module: str, task: dict[str, Any], progress: object) -> dict[str, Any]:
        if task["system"] == "rank_bm25":
            raise ServiceFailure("内存不足。")
        return {"system": task["system"], "recall@10": 0.5}

    monkeypatch.setattr("eval.retrieval.run_child", first_only)
    target = tmp_path / "out.json"
    with pytest.raises(ServiceFailure):
        run_retrieval(beir, ["bm25s", "rank_bm25"], target)
    assert json.loads(target.read_text(encoding="utf-8"))["systems"] == {"bm25s": {"system": "bm25s", "recall@10": 0.5}}


class Halting:
    """A system that finds the wrong passage, fails on one query and says nothing on another."""

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Callable[[int, int, str], None]) -> None:
        self.held = [passage.id for passage in passages]

    def search(self, query: str, k: int) -> list[str]:
        if "借款" in query:
            raise RuntimeError("the engine fell over")
        return [] if "公司" in query else [self.held[2], self.held[0], self.held[0]]


@pytest.fixture
def halting(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def install(speed_only: bool) -> None:
        info = SystemInfo("halting", "Halting", "tests.test_eval_retrieval:Halting", speed_only=speed_only)
        monkeypatch.setitem(SYSTEMS, "halting", info)

    return install


def ran(beir: Path, tmp_path: Path, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rows = tmp_path / "rows.jsonl"
    values = {"queries": None, "qrels": None, "limit_queries": None, "limit": 2000, "index": None} | options
    found = run_system(RetrievalTask(str(beir), system="halting", rows=str(rows), **values), quietly)
    return found, [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]


def test_a_query_that_fails_is_a_miss(beir: Path, tmp_path: Path, halting: Callable[[bool], None]) -> None:
    halting(False)
    found, rows = ran(beir, tmp_path)
    assert found["queries"] == {"run": 3, "failed": 1, "left_out": 1}
    assert found["recall@10"] == 0.3333
    assert found["mrr@10"] == 0.1667  # one of three at rank 2
    assert rows[0]["ranked"] == ["3", "民法典@2020#703"]
    assert (rows[1]["ranked"], rows[1]["error"]) == ([], "RuntimeError: the engine fell over")
    assert rows[2]["recall@100"] == 0.0


def test_a_system_without_learnt_weights_is_measured_for_speed_alone(
    beir: Path, tmp_path: Path, halting: Callable[[bool], None]
) -> None:
    halting(True)
    found, _ = ran(beir, tmp_path, limit=3)
    assert (found["recall@10"], found["intervals"], found["index"]["passages"]) == (None, {}, 3)
    assert found["extrapolated"]["passages"] == 4
    row = retrieval_table({"system": "halting", **found}).rows[0]
    assert "random weights: speed only" in row[0]
    assert row[2] == "–"
    assert "for 4)" in row[-3]


@pytest.mark.parametrize("name", ["bm25s", "rank_bm25"])
def test_a_word_that_no_passage_has_finds_nothing(name: str, tmp_path: Path) -> None:
    system = open_system(name)
    texts = ["出租人交付租赁物", "借款人返还借款", "机动车停车", "劳动者的报酬", "作品的作者"]
    system.build((PassageText(str(n), "", text) for n, text in enumerate(texts)), tmp_path, quietly)
    assert system.search("作者", 2) == ["4"]
    assert system.search("火星", 2) == []
    assert system.search("", 2) == []


def test_the_llamaindex_pipeline_runs_on_random_weights(tmp_path: Path) -> None:
    # A process of its own, because the pipeline sets variables of the environment.
    code = (
        "from pathlib import Path\n"
        "from eval.baselines import open_system\n"
        "from rag import PassageText\n"
        "system = open_system('llamaindex')\n"
        "texts = {'甲': '出租人应当交付租赁物。', '乙': '借款人应当返还借款。' * 200}\n"
        "passages = [PassageText(name, '民法典', text) for name, text in texts.items()]\n"
        f"system.build(passages, Path({str(tmp_path)!r}), lambda done, total, what: None)\n"
        "print(sorted(system.search('租房', 5)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['乙', '甲']"


# --- processes --------------------------------------------------------------------------------------------------------


def test_a_process_that_dies_is_named_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dying.py").write_text("import sys\nsys.stdin.read()\nsys.exit('out of paper')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ServiceFailure, match="退出码 1 结束，没有结果。out of paper"):
        run_child("dying", {}, quietly)


def test_a_process_tells_of_progress_and_raises_errors_of_the_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = (
        "from eval.child import serve_child\n"
        "from rag import IndexMismatch\n"
        "def work(task, progress):\n"
        "    print('a library says something')\n"
        "    progress(1, 2, '甲')\n"
        "    if task['fail'] == 'model':\n"
        "        raise IndexMismatch('另一个模型。')\n"
        "    if task['fail'] == 'disk':\n"
        "        open('no/such/folder')\n"
        "    return {'sum': task['a'] + 1}\n"
        "serve_child(work)\n"
    )
    (tmp_path / "working.py").write_text(module, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    told: list[tuple[int, int, str]] = []
    assert run_child("working", {"a": 1, "fail": ""}, lambda *beat: told.append(beat)) == {"sum": 2}
    assert told == [(1, 2, "甲")]
    with pytest.raises(Exception, match="另一个模型。") as caught:
        run_child("working", {"a": 1, "fail": "model"}, quietly)
    assert type(caught.value).__name__ == "IndexMismatch"
    with pytest.raises(ServiceFailure, match="无法读写「no/such/folder」"):
        run_child("working", {"a": 1, "fail": "disk"}, quietly)
