"""The command line: shapes, exit codes, and what goes to stdout and what to stderr."""

import io
import json
import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rag
from interfaces.batch import run_batch
from interfaces.cli import run
from rag import IndexMismatch, KangbianError, NotFound, ServiceFailure, UnusableInput
from tests.scripted import ITEM, ITEM_KEY, ScriptedAssistant, statute_answer

ANSWER_FIELDS = [
    "id", "question", "kind", "abstained", "text", "statements", "citations", "defenses", "clarify", "warnings", "as_of",
    "provenance", "timings_ms",
]  # fmt: skip


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedAssistant:
    assistant = ScriptedAssistant()

    def opened(workspace: str) -> ScriptedAssistant:
        assistant.workspace = workspace
        return assistant

    monkeypatch.setattr(rag, "Assistant", opened)
    return assistant


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_ask_prints_the_answer_and_its_sources(scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "第二十四条第六项"]) == 0
    out = capsys.readouterr().out
    assert ITEM in out
    assert ITEM_KEY in out
    assert "不构成法律意见" in out


def test_ask_json_is_the_answer_of_the_contract(
    scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "问", "--json", "--as-of", "2021年6月1日", "--workspace", "甲"]) == 0
    answer = printed(capsys)
    assert list(answer) == ANSWER_FIELDS
    assert list(answer["citations"][0]) == ["key", "title", "quote", "verdict", "in_force", "source_kind"]
    assert scripted.asked == [("问", [], date(2021, 6, 1), None)]
    assert scripted.workspace == "甲"


def test_lookup_json_has_the_fields_of_the_contract(
    scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lookup", ITEM_KEY, "--json"]) == 0
    place = printed(capsys)
    assert list(place)[:6] == ["key", "title", "text", "version", "in_force", "effective"]
    assert place["effective"] == "2021-06-01"


def test_search_json_has_the_fields_of_the_contract(
    scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "合理使用", "-k", "2", "--json"]) == 0
    hits = printed(capsys)
    assert [list(hit) for hit in hits] == [["key", "title", "text", "score"]] * 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnusableInput("问题是空的。"), 3),
        (IndexMismatch("请运行 kangbian ingest --reindex。"), 3),
        (ServiceFailure("磁盘已满。"), 3),
        (NotFound("没有收录《甲法》。"), 4),
    ],
)
def test_an_error_is_one_sentence_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: KangbianError, code: int
) -> None:
    monkeypatch.setattr(rag, "Assistant", lambda workspace: ScriptedAssistant(error))
    assert run(["ask", "问", "--json"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"错误：{error}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ask", "问", "--as-of", "2025-02-30"], "不存在"),
        (["ask", "问", "--as-of", "30-02-2025"], "无法识别"),
        (["ask", "问", "--as-of", ""], "无法识别"),
        (["ask"], "Missing argument"),
        (["search", "问", "-k", "0"], "-k"),
        (["ingest"], "请给出"),
        (["问"], "No such command"),
        (["serve", "--port", "99999"], "--port"),
    ],
)
def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    assert run(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_words_that_are_no_utf8_are_refused_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", os.fsdecode(b"\xff\xfe")]) == 3
    assert "不能识别" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", ["\ufeff第二款呢？\n".encode(), "第二款呢？".encode("gb18030")], ids=["utf-8 with BOM", "gb18030"]
)
def test_ask_reads_stdin(scripted: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert run(["ask", "-", "--json"]) == 0
    assert scripted.asked[0][0] == "第二款呢？"


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xff\xff"])
def test_binary_stdin_is_unusable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert run(["ask", "-"]) == 3
    assert "不是文本" in capsys.readouterr().err


def test_serve_on_a_port_that_is_taken_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 3
    assert "无法监听" in capsys.readouterr().err


def test_help_is_in_chinese_and_names_every_command() -> None:
    shown = subprocess.run([sys.executable, "-m", "app", "--help"], capture_output=True, text=True, check=True)
    assert "监听地址" in shown.stdout
    shown = subprocess.run(
        [sys.executable, "-c", "from interfaces.cli import main; main()", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for command in ("ask", "lookup", "search", "batch", "ingest", "corpus", "serve"):
        assert f" {command} " in shown.stdout


def test_a_closed_pipe_leaves_no_traceback() -> None:
    command = f"'{sys.executable}' -c 'from interfaces.cli import main; main()' --help | head -n 1"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert ended.stderr == ""


# --- the built-in corpus ----------------------------------------------------------------------------------------------


def test_ask_and_lookup_give_the_official_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "著作权法第24条第1款第6项", "--json"]) == 0
    answer = printed(capsys)
    assert (answer["kind"], answer["abstained"]) == ("statute", False)
    assert ITEM in answer["text"]
    assert answer["citations"][0]["key"] == ITEM_KEY
    assert run(["lookup", "《著作权法》第二十四条第一款第（六）项", "--json"]) == 0
    place = printed(capsys)
    assert (place["key"], place["text"], place["effective"]) == (ITEM_KEY, ITEM, "2021-06-01")


@pytest.mark.parametrize("citation", ["民事诉讼法第六十七条", "著作权法第九百九十九条", "(2099)京0491民初1号"])
def test_lookup_of_what_is_not_held_exits_4(capsys: pytest.CaptureFixture[str], citation: str) -> None:
    assert run(["lookup", citation, "--json"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("错误：")


@pytest.mark.parametrize("question", ["", "   ", "问" * 100_000, "\x00\x01\x02\x03"])
def test_ask_with_an_unusable_question_exits_3(capsys: pytest.CaptureFixture[str], question: str) -> None:
    assert run(["ask", question]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_the_corpus_is_listed_shown_and_intact(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["corpus", "list", "--json"]) == 0
    documents = {document["key"]: document for document in printed(capsys)}
    assert documents["著作权法@2020"]["in_force"]
    assert documents["著作权法@2020"]["builtin"]
    assert run(["corpus", "show", "著作权法@2020", "--json"]) == 0
    shown = printed(capsys)
    assert shown["title"] == "中华人民共和国著作权法"
    assert len(shown["passages"]) >= 67
    assert run(["corpus", "verify", "--json"]) == 0
    assert printed(capsys)["sound"]
    assert run(["corpus", "show", "不存在的法"]) == 4


def test_a_document_of_ones_own_comes_and_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    law = tmp_path / "甲市人工智能促进条例.txt"
    law.write_text(
        "甲市人工智能促进条例\n\n第一条　为了促进人工智能发展，制定本条例。\n\n第二条　本条例自公布之日起施行。\n",
        encoding="utf-8",
    )
    room = ["--workspace", "甲市项目", "--json"]
    assert run(["ingest", str(law), *room]) == 0
    (file,) = printed(capsys)["files"]
    assert (file["status"], file["passages"]) == ("added", 2)
    assert run(["lookup", "甲市人工智能促进条例第一条", *room]) == 0
    assert "为了促进人工智能发展" in printed(capsys)["text"]
    assert run(["lookup", "甲市人工智能促进条例第一条", "--json"]) == 4  # another workspace
    assert run(["corpus", "remove", file["key"], *room]) == 0
    assert run(["corpus", "remove", file["key"], *room]) == 4
    assert run(["corpus", "remove", "著作权法", *room]) == 4


def test_ingest_tells_a_file_that_was_meant_from_a_folder_that_holds_other_things(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"%PDF-1.4 no more")
    room = ["--workspace", "坏文件", "--json"]
    assert run(["ingest", str(broken), *room]) == 3
    assert run(["ingest", str(tmp_path), *room]) == 1
    assert run(["ingest", str(tmp_path / "没有.txt"), *room]) == 3
    assert "坏.pdf" in capsys.readouterr().out


# --- batch ------------------------------------------------------------------------------------------------------------

QUESTIONS = """\ufeff{"id": "a", "question": "一", "extra": 1}
不是 JSON
{"id": "b", "question": "二", "as_of": "2010-01-01", "history": [{"role": "user", "content": "前问"}]}

{"id": "c"}
{"id": "d", "question": "三", "as_of": "2025-02-30"}
{"id": "e", "question": "三", "history": "x"}
["f", "四"]
{"id": "a", "question": "又一"}
{"question": "没有编号"}
{"id": 7, "question": "数字编号"}
"""


def test_batch_answers_good_lines_and_names_bad_ones(
    scripted: ScriptedAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(QUESTIONS.encode() + b"\xff\xfe{}\n")
    assert run(["batch", str(source), "-o", str(target), "--json", "--as-of", "2021-06-01"]) == 1
    captured = capsys.readouterr()
    counts = json.loads(captured.out)
    assert (counts["answered"], counts["skipped"], counts["failed"]) == (4, 0, 7)
    assert [bad["line"] for bad in counts["errors"]] == [2, 5, 6, 7, 8, 9, 12]
    assert "第 6 行：日期「2025-02-30」不存在" in captured.err
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", "line-10", "7"]
    assert all(list(answer) == ANSWER_FIELDS for answer in answers)
    assert [asked[2] for asked in scripted.asked[:2]] == [date(2021, 6, 1), date(2010, 1, 1)]
    assert scripted.asked[1][1][0].content == "前问"


def test_batch_goes_on_where_it_stopped(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f'{{"id": "{n}", "question": "问{n}"}}\n' for n in range(5)), encoding="utf-8")
    assert run(["batch", str(source), "-o", str(target)]) == 0
    whole = target.read_bytes()
    target.write_bytes(whole[: len(whole) * 3 // 5])  # killed while writing
    scripted.asked.clear()
    assert run(["batch", str(source), "-o", str(target)]) == 0
    assert target.read_bytes() == whole
    assert 0 < len(scripted.asked) < 5
    scripted.asked.clear()
    assert run(["batch", str(source), "-o", str(target)]) == 0
    assert scripted.asked == []


def test_batch_does_not_take_the_answer_of_another_question(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a", "question": "一"}\n', encoding="utf-8")
    assert run(["batch", str(source), "-o", str(target)]) == 0
    source.write_text('{"id": "a", "question": "二"}\n', encoding="utf-8")
    tally = run_batch(source, target, scripted.ask)
    assert "另一个问题" in tally.bad[0].message


@pytest.mark.parametrize(
    "held", ["客户的笔记", '{"id": "a", "question": "一"}', '{"id": "a", "question": "一"}\n', "x\ny\n"]
)
def test_batch_writes_into_no_other_file(
    scripted: ScriptedAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str], held: str
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "notes.txt"
    source.write_text('{"id": "a", "question": "一"}\n', encoding="utf-8")
    target.write_text(held, encoding="utf-8")
    assert run(["batch", str(source), "-o", str(target)]) == 3
    assert "请换一个输出文件" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == held
    assert run(["batch", str(source), "-o", str(source)]) == 3


def test_batch_counts_a_question_that_cannot_be_used_and_stops_when_the_disk_does(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f'{{"id": "{n}", "question": "问"}}\n' for n in range(3)), encoding="utf-8")
    assistant = ScriptedAssistant(UnusableInput("太长。"), statute_answer("问", "1"), ServiceFailure("磁盘已满。"))
    with pytest.raises(ServiceFailure):
        run_batch(source, target, assistant.ask)
    assert [json.loads(line)["id"] for line in target.read_text(encoding="utf-8").splitlines()] == ["1"]


@pytest.mark.parametrize("name", ["missing.jsonl", "table.xlsx", "."])
def test_batch_input_that_cannot_be_read(scripted: ScriptedAssistant, tmp_path: Path, name: str) -> None:
    assert run(["batch", str(tmp_path / name), "-o", str(tmp_path / "out.jsonl")]) == 3
