"""Batches from tables and into workbooks: what is read, what is reported, what Excel gets, and what a kill leaves."""

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import rag
from interfaces import batch
from interfaces.batch import run_batch
from interfaces.batch_input import BadLine, Task, read_questions
from interfaces.cli import run
from rag import Answer, AnswerKind, Defense, ServiceFailure, Strength, UnusableInput
from tests.scripted import ITEM_KEY, PLACES, ScriptedAssistant, statute_answer

FACTS = "甲公司未经许可，用画师的作品训练模型"
OUTCOME = ["答案", "类型", "是否拒答", "引用", "引用键", "抗辩", "提示", "错误"]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedAssistant:
    assistant = ScriptedAssistant()
    monkeypatch.setattr(rag, "Assistant", lambda workspace: assistant)
    return assistant


def workbook(path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), title: str = "咨询") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for place in merged:
        sheet.merge_cells(place)
    book.save(path)
    return path


def asked(path: Path) -> list[tuple[str, str, date | None] | tuple[int, str]]:
    """(id, question, as_of) of every question of a file, and (row, message) of every row that is none."""
    return [
        (task.id, task.question, task.as_of) if isinstance(task, Task) else (task.line, task.message)
        for task in read_questions(path).tasks
    ]


def written(path: Path, sheet: str = "答案") -> list[dict[str, Any]]:
    heads, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def summed(path: Path) -> dict[str, Any]:
    return {row["项目"]: row["结果"] for row in written(path, "汇总")}


# --- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_encodings_and_with_the_delimiters_of_excel(tmp_path: Path, encoding: str, delimiter: str) -> None:
    source = tmp_path / "咨询.csv"
    rows = [
        ["编号", "经办人", "问题", "法律时点"],
        ["007", "张某", '"他说""可以""；\r\n第二行, 还有; 分号\t"', "2021/6/1 0:00"],
        ["", "", "第二十四条", ""],
    ]
    source.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert asked(source) == [
        ("007", '他说"可以"；\n第二行, 还有; 分号', date(2021, 6, 1)),
        ("row-3", "第二十四条", None),
    ]
    assert read_questions(source).columns == ["编号", "经办人", "问题", "法律时点"]


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        (["id", "question", "as_of"], (0, 1, 2)),
        (["日期", "案情", "序号"], (2, 1, 0)),
        (["法律时点：", "*咨询内容（必填）", "编号 / ID"], (2, 1, 0)),
        (["As of", "问题 Question", "No."], (2, 1, 0)),
        (["案情", "编号", "备注"], (1, 0, None)),
        (["问题类型", "提问", "问题编号"], (2, 1, None)),
    ],
)
def test_columns_are_found_by_name(tmp_path: Path, heads: list[str], found: tuple[int, int, int | None]) -> None:
    cells = ["", "", ""]
    for at, value in zip(found, ("甲", FACTS, "2010-04-01"), strict=True):
        if at is not None:
            cells[at] = value
    source = workbook(tmp_path / "in.xlsx", [heads, cells])
    assert asked(source) == [("甲", FACTS, date(2010, 4, 1) if found[2] is not None else None)]


def test_facts_stand_before_the_question_about_them(tmp_path: Path) -> None:
    rows = [["问题", "案情"], ["能主张合理使用吗？", FACTS], ["什么是作品？", ""], ["", FACTS], ["", ""]]
    source = workbook(tmp_path / "in.xlsx", rows)
    assert [task[1] for task in asked(source)] == [f"{FACTS}\n能主张合理使用吗？", "什么是作品？", FACTS]


def test_workbook_with_a_title_merged_cells_formulas_and_a_repeated_header(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["问题"],  # the title of the sheet
        [],
        ["类别", "编号", "问题", "日期", "备注"],
        ["训练", 1.0, FACTS, datetime(2021, 6, 1), "甲"],
        ["", "", "", "2021年7月1日", "乙"],
        ["", 2, "=A1", None, None],
        ["", 3, None, None, "只有备注"],
        ["平台", 4, "平台尽到注意义务了吗？", "2025-02-30", None],
        ["类别", "编号", "问题", "日期", "备注"],
        ["", "", "", "", ""],
        ["", "", "=NA()", "", ""],
        ["", None, "合理使用", "=TODAY()", ""],
        ["", "no-3", "著作权法第二十四条", "", "=1+1"],
    ]
    merged = ["A1:E1", "A4:A7", "B4:B5", "C4:C5", "A13:A20"]
    source = workbook(tmp_path / "in.xlsx", rows, merged)
    no_result = "是没有保存结果的公式。请在 Excel 中打开并保存，再重新提问。"
    assert asked(source) == [
        ("1", FACTS, date(2021, 6, 1)),
        ("1-row-5", FACTS, date(2021, 7, 1)),
        (6, f"「问题」{no_result}"),
        (7, "「问题」是空的。请填写问题，或删除这一行。"),
        (8, "日期「2025-02-30」不存在。请核对月和日。"),
        (11, f"「问题」{no_result}"),
        (12, f"「日期」{no_result}"),
        ("no-3", "著作权法第二十四条", None),
    ]
    questions = read_questions(source)
    assert questions.columns == ["类别", "编号", "问题", "日期", "备注"]
    assert questions.tasks[1].fields == {
        "类别": "训练", "编号": 1, "问题": FACTS, "日期": "2021年7月1日", "备注": "乙",
    }  # fmt: skip
    bad = questions.tasks[2]
    assert isinstance(bad, BadLine)
    assert bad.place == "工作表「咨询」第 6 行"


def test_saved_results_of_formulas_are_read_and_their_errors_reported(tmp_path: Path) -> None:
    source = workbook(tmp_path / "in.xlsx", [["问题"], ["=A"], ["=B"], ["=C"]])
    changed = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for cell, result, kind in (("A2", "算出的问题", "str"), ("A3", "#N/A", "e"), ("A4", "", "str")):
                    unsaved = rf'<c r="{cell}"><f>(.)</f><v ?(/>|></v>)</c>'.encode()
                    saved = rf'<c r="{cell}" t="{kind}"><f>\1</f><v>{result}</v></c>'.encode()
                    data, changes = re.subn(unsaved, saved, data)
                    assert changes == 1
            after.writestr(name, data)
    source.write_bytes(changed.getvalue())
    assert asked(source) == [("row-2", "算出的问题", None), (3, "「问题」是出错的公式（#N/A）。请改正。")]


def test_the_first_visible_sheet_with_questions_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明", "请勿修改"])
    for title, state in (("隐藏", "hidden"), ("甲", "visible"), ("乙", "visible")):
        sheet = book.create_sheet(title)
        sheet.append(["问题"])
        sheet.append([f"{title}的问题"])
        sheet.sheet_state = state
    book.save(tmp_path / "in.xlsx")
    assert read_questions(tmp_path / "in.xlsx").sheet == "甲"
    assert asked(tmp_path / "in.xlsx") == [("row-2", "甲的问题", None)]


def test_one_column_of_csv_keeps_its_commas_and_a_row_too_long_is_reported(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("question\nIs training fair use, or not?\n\n", encoding="utf-8")
    assert asked(source) == [("row-2", "Is training fair use, or not?", None)]
    source.write_text("id,question\n1,fair use, or not?\n2,合理使用,,\n", encoding="utf-8")
    assert asked(source) == [
        (2, "「question」所在的行比表头多出几格。文字中有分隔符的，请加上双引号，或改用 .xlsx。"),
        ("2", "合理使用", None),
    ]


def test_columns_without_a_name_or_with_the_same_name_are_kept(tmp_path: Path) -> None:
    source = workbook(tmp_path / "in.xlsx", [["备注", "问题", "备注", "", ""], ["甲", "问", "乙", "丙", ""]])
    questions = read_questions(source)
    assert questions.tasks[0].fields == {"备注": "甲", "问题": "问", "备注（又）": "乙", "第 4 列": "丙"}


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "姓名,电话\n张某,1\n".encode(), "找到的列：姓名、电话。请把问题所在的列命名为「问题」"),
        ("a.csv", "编号,问题\n".encode(), "在第 1 行表头之下没有内容"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "没有问题列"),
        ("a.csv", b"", "是空文件"),
        ("a.csv", '问题,编号\n甲,1\n"乙,2\n丙,3\n'.encode(), "第 3 行有双引号没有配对"),
        ("a.csv", ('问题\n"' + "长" * 140_000).encode(), "超过 131,072 字，或有双引号没有配对"),
        ("a.csv", b"PK\x03\x04\x00\x00\xff\xff", "不是 UTF-8 或 GB18030 编码的文本"),
        ("a.xlsx", b"PK\x03\x04 broken", "不是完好的 .xlsx 工作簿"),
        ("a.xlsx", "问题\n甲\n".encode(), "不是完好的 .xlsx 工作簿"),
        ("a.xlsx", encrypted(), "设有打开密码"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "是旧版 .xls 工作簿"),
        ("a.xls", b"", "请另存为 .xlsx"),
    ],
)
def test_tables_that_cannot_be_used(
    scripted: ScriptedAssistant,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes,
    told: str,
) -> None:
    source, target = tmp_path / name, tmp_path / "out.xlsx"
    source.write_bytes(content)
    assert run(["batch", str(source), "-o", str(target)]) == 3
    err = capsys.readouterr().err
    assert told in err
    assert name in err
    assert list(tmp_path.iterdir()) == [source]


def test_workbook_without_questions_names_the_columns_of_every_sheet(tmp_path: Path) -> None:
    source = workbook(tmp_path / "in.xlsx", [["客户名单"], ["姓名", "电话"], ["张某", 1]])
    with pytest.raises(UnusableInput, match="工作表「咨询」：姓名、电话。请把问题所在的列命名为「问题」"):
        read_questions(source)


# --- writing -----------------------------------------------------------------------------------------------------------

ROWS: list[list[Any]] = [
    ["编号", "问题", "法律时点", "经办人"],
    ["a", "一", "2010-04-01", "张某"],
    ["b", "", "", "李某"],
    ["c", "三", "", None],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_any_input_goes_into_a_workbook(scripted: ScriptedAssistant, tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / f"in.{kind}", tmp_path / "out.xlsx"
    if kind == "xlsx":
        workbook(source, ROWS)
    elif kind == "csv":
        source.write_text("\n".join(",".join(cell or "" for cell in row) for row in ROWS), encoding="gb18030")
    else:
        names = ["id", "question", "as_of", "经办人"]
        lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in ROWS[1:]]
        source.write_text("\n".join(lines), encoding="utf-8")
    assert run(["batch", str(source), "-o", str(target), "--as-of", "2021-06-01"]) == 1
    assert [(call[3], call[0], call[2]) for call in scripted.asked] == [
        ("a", "一", date(2010, 4, 1)),
        ("c", "三", date(2021, 6, 1)),
    ]
    first, second, third = written(target)
    assert list(first)[-8:] == OUTCOME
    assert list(first.values())[:4] == ROWS[1]
    assert first["答案"] == statute_answer("一").text
    assert (first["类型"], first["是否拒答"]) == ("法条", "否")
    assert first["引用"] == "\n".join(source.title for source in statute_answer("一").citations)
    assert first["引用键"].split("\n")[0] == ITEM_KEY
    assert second["经办人"] == "李某"
    assert second["答案"] is None
    assert "第 3 行：「问题」是空的" in second["错误"] or "第 2 行：缺少 question" in second["错误"]
    assert third["错误"] is None
    assert sorted(tmp_path.iterdir()) == sorted([source, target])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_goes_into_jsonl(
    scripted: ScriptedAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    source, target = tmp_path / f"in.{kind}", tmp_path / "out.jsonl"
    if kind == "xlsx":
        workbook(source, ROWS)
    else:
        source.write_text("\n".join(";".join(cell or "" for cell in row) for row in ROWS), encoding="utf-8")
    assert run(["batch", str(source), "-o", str(target), "--json"]) == 1
    captured = capsys.readouterr()
    counts = json.loads(captured.out)
    assert (counts["answered"], counts["skipped"], counts["failed"]) == (2, 0, 1)
    where = {"sheet": "咨询"} if kind == "xlsx" else {}
    assert counts["errors"] == [{"line": 3, "message": "「问题」是空的。请填写问题，或删除这一行。"} | where]
    assert ("工作表「咨询」第 3 行：" if kind == "xlsx" else "第 3 行：") in captured.err
    answers = [Answer.model_validate_json(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer.id for answer in answers] == ["a", "c"]


def test_the_sheet_of_sums(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.xlsx"
    source.write_text("问题,日期\n一,2010-04-01\n二,\n三,\n四,不是日期\n", encoding="utf-8")
    none = statute_answer("三", "row-4").model_copy(
        update={"kind": AnswerKind.ABSTAIN, "abstained": True, "citations": []}
    )
    defense = statute_answer("二", "row-3").model_copy(
        update={
            "kind": AnswerKind.DEFENSE,
            "defenses": [
                Defense(id="fair_use", name="合理使用", strength=Strength.STRONG),
                Defense(id="damages", name="赔偿金额", strength=Strength.MEDIUM),
            ],
            "warnings": ["案件未决。", "按今天的法律回答。"],
        }
    )
    assistant = ScriptedAssistant(statute_answer("一", "row-2", date(2010, 4, 1)), defense, none)
    run_batch(source, target, assistant.ask)
    sums = summed(target)
    assert (sums["行数"], sums["已回答"], sums["其中拒答"], sums["未能回答"]) == (4, 3, 1, 1)
    assert (sums["类型：法条"], sums["类型：抗辩分析"], sums["类型：没有收录"], sums["类型：案例"]) == (1, 1, 1, 0)
    assert (sums["引用：引文一致"], sums["引用：存在有效"], sums["引用：不存在"]) == (2, 2, 0)
    assert sums["法律时点"] == "2010-04-01（1 题）\n2026-01-01（2 题）"
    assert (sums["语料"], sums["嵌入模型"], sums["生成"], sums["版本"]) == ("c", "e", "extractive", "0")
    assert sums["本次用时（秒）"] >= 0
    rows = written(target)
    assert rows[1]["抗辩"] == "合理使用：强\n赔偿金额：中"
    assert rows[1]["提示"] == "案件未决。\n按今天的法律回答。"
    assert rows[2]["是否拒答"] == "是"
    assert rows[3]["错误"] == "第 5 行：日期「不是日期」无法识别。请写成年-月-日，例如 2021-06-01。"


def test_the_workbook_is_laid_out_to_be_read(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target = workbook(tmp_path / "in.xlsx", ROWS), tmp_path / "out.xlsx"
    run_batch(source, target, scripted.ask)
    sheet = openpyxl.load_workbook(target)["答案"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:L4"
    assert sheet["E2"].alignment.wrap_text
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["E"].width > 50
    assert sheet.column_dimensions["A"].width < 15


HOSTILE = [
    ('=HYPERLINK("http://x","点")', None),
    ("+1", None),
    ("-2+3", None),
    ("@SUM(A1)", None),
    ("#N/A", None),
    ("0012", None),
    ("\x00铃\x07声\x1b\x0b\ufffe\r\n下一行", "铃声\n下一行"),
    ("\ud83d半个字", "半个字"),
    ("  前后空格  ", None),
    ("<b>&amp;</b>", None),
    ("1234567890123456789", None),
]


@pytest.mark.parametrize(("text", "kept"), HOSTILE)
def test_text_stays_text_in_every_cell(tmp_path: Path, text: str, kept: str | None) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.xlsx"
    source.write_text(json.dumps({"id": "a", "question": "问", text: text}), encoding="utf-8")
    told = text.replace("\ud83d", "")  # an answer cannot be written with half a character in it
    answer = statute_answer("问", "a").model_copy(update={"text": told, "warnings": [told]})
    run_batch(source, target, ScriptedAssistant(answer).ask)
    sheet = openpyxl.load_workbook(target)["答案"]
    for place in ("C1", "C2", "D2", "J2"):
        cell = sheet[place]
        assert cell.value == (text if kept is None else kept)
        assert cell.data_type == "s"
        assert cell.quotePrefix == text.startswith(("=", "+", "-", "@"))
    with zipfile.ZipFile(target) as parts:
        assert b"<f" not in parts.read("xl/worksheets/sheet1.xml").replace(b"<fo", b"")


@pytest.mark.parametrize("character", ["长", "😀"])
def test_a_cell_holds_no_more_than_excel_allows(tmp_path: Path, character: str) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.xlsx"
    source.write_text('{"id": "a", "question": "问", "数": 12345678901234567890, "非": NaN}', encoding="utf-8")
    answer = statute_answer("问", "a").model_copy(update={"text": character * 40_000})
    run_batch(source, target, ScriptedAssistant(answer).ask)
    (row,) = written(target)
    assert 32_760 < len(row["答案"].encode("utf-16-le")) / 2 <= 32_767
    assert row["答案"].startswith(character * 1000)
    assert row["答案"].endswith("后文从略；全文请输出为 .jsonl）")
    assert (row["数"], row["非"]) == ("12345678901234567890", "NaN")


def test_a_workbook_of_answers_can_be_asked_again(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target, again = workbook(tmp_path / "in.xlsx", ROWS), tmp_path / "out.xlsx", tmp_path / "again.xlsx"
    run_batch(source, target, scripted.ask)
    run_batch(target, again, scripted.ask)
    row = written(again)[0]
    assert row["答案（原表）"] == row["答案"] == statute_answer("一").text


# --- stopping and going on ---------------------------------------------------------------------------------------------


def test_a_run_that_stopped_goes_on_from_its_journal(tmp_path: Path) -> None:
    source, target = workbook(tmp_path / "in.xlsx", [["问题"], ["一"], ["二"], ["三"]]), tmp_path / "out.xlsx"
    journal = tmp_path / "out.xlsx.journal.jsonl"
    stopping = ScriptedAssistant(statute_answer("一", "row-2"), statute_answer("二", "row-3"), ServiceFailure("停。"))
    with pytest.raises(ServiceFailure):
        run_batch(source, target, stopping.ask)
    assert not target.exists()
    kept = journal.read_bytes()
    assert [json.loads(line)["id"] for line in kept.splitlines()] == ["row-2", "row-3"]
    journal.write_bytes(kept[:-20])  # killed while writing
    assistant = ScriptedAssistant()
    tally = run_batch(source, target, assistant.ask)
    assert (tally.answered, tally.skipped) == (2, 1)
    assert [call[0] for call in assistant.asked] == ["二", "三"]
    assert [row["问题"] for row in written(target) if row["答案"]] == ["一", "二", "三"]
    assert not journal.exists()


def test_a_journal_with_half_an_answer_is_begun_anew(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target = workbook(tmp_path / "in.xlsx", [["问题"], ["一"]]), tmp_path / "out.xlsx"
    (tmp_path / "out.xlsx.journal.jsonl").write_text('{"id": "row-2", "ques', encoding="utf-8")
    assert run_batch(source, target, scripted.ask).answered == 1
    assert written(target)[0]["答案"]


def test_what_the_journal_holds_on_another_question_or_day_is_asked_again(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    source = workbook(tmp_path / "in.xlsx", [["问题"], ["一"], ["二"], ["三"]])
    stopping = ScriptedAssistant(
        *(statute_answer(q, f"row-{n}") for n, q in enumerate("一二", 2)), ServiceFailure("停。")
    )
    with pytest.raises(ServiceFailure):
        run_batch(source, target, stopping.ask)
    # A row was put in: every number below it is another question's now.
    workbook(source, [["问题"], ["一"], ["新"], ["二"], ["三"]])
    assistant = ScriptedAssistant(statute_answer("新", "row-3"), ServiceFailure("停。"))
    with pytest.raises(ServiceFailure):
        run_batch(source, target, assistant.ask)
    assert [call[0] for call in assistant.asked] == ["新", "二"]
    assistant = ScriptedAssistant()
    run_batch(source, target, assistant.ask, date(2010, 4, 1))
    assert [call[0] for call in assistant.asked] == ["一", "新", "二", "三"]
    assert summed(target)["法律时点"] == "2010-04-01"


def test_a_workbook_of_somebody_else_is_not_written_over(
    scripted: ScriptedAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = workbook(tmp_path / "in.xlsx", ROWS[:2]), workbook(tmp_path / "客户.xlsx", [["客户的笔记"]])
    before = target.read_bytes()
    assert run(["batch", str(source), "-o", str(target)]) == 3
    assert "请换一个输出文件" in capsys.readouterr().err
    assert target.read_bytes() == before
    assert scripted.asked == []
    assert run(["batch", str(source), "-o", str(source)]) == 3
    assert run(["batch", str(source), "-o", str(tmp_path / "out.csv")]) == 3
    assert run(["batch", str(source), "-o", str(tmp_path / "没有" / "out.xlsx")]) == 3

    out = tmp_path / "out.xlsx"
    assert run(["batch", str(source), "-o", str(out)]) == 0
    assert run(["batch", str(source), "-o", str(out)]) == 0  # nobody has touched it since
    noted = openpyxl.load_workbook(out)
    noted["答案"]["A2"] = "合伙人批注"
    noted.properties.lastModifiedBy = "合伙人"
    noted.save(out)
    assert run(["batch", str(source), "-o", str(out)]) == 3
    assert written(out)[0]["编号"] == "合伙人批注"


def test_a_full_disk_leaves_the_answers_and_no_half_workbook(
    scripted: ScriptedAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = workbook(tmp_path / "in.xlsx", ROWS[:2]), tmp_path / "out.xlsx"

    def full(target: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    with monkeypatch.context() as patch:
        patch.setattr(batch, "write_whole", full)
        assert run(["batch", str(source), "-o", str(target)]) == 3
    assert "磁盘已满" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.xlsx", "out.xlsx.journal.jsonl"]
    scripted.asked.clear()
    assert run(["batch", str(source), "-o", str(target)]) == 0
    assert scripted.asked == []
    assert written(target)[0]["答案"] == statute_answer("一").text


class FullDisk(io.FileIO):
    """A file on a disk with room for one answer and a piece of the next."""

    room = 3000

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = super().write(memoryview(data)[: self.room])
        self.room -= taken
        return taken


def test_a_journal_on_a_full_disk_keeps_its_whole_answers(
    scripted: ScriptedAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = workbook(tmp_path / "in.xlsx", [["问题"], ["一"], ["二"], ["三"]])
    target = tmp_path / "out.xlsx"

    def opened(path: Path, mode: str) -> Any:
        return io.BufferedWriter(FullDisk(path, "ab")) if mode == "ab" else path.open(mode)

    with monkeypatch.context() as patch:
        patch.setattr(batch, "open_file", opened)
        assert run(["batch", str(source), "-o", str(target)]) == 3
    assert "磁盘已满" in capsys.readouterr().err
    assert not target.exists()
    scripted.asked.clear()
    assert run(["batch", str(source), "-o", str(target)]) == 0
    assert [call[0] for call in scripted.asked] == ["二", "三"]
    assert [bool(row["答案"]) for row in written(target)] == [True] * 3


KILLED = """
import os, signal, sys
from pathlib import Path
from interfaces.batch import run_batch
from tests.scripted import statute_answer

def ask(question, history, as_of, id):
    if question == "三":
        os.kill(os.getpid(), signal.SIGKILL)
    return statute_answer(question, id, as_of)

run_batch(Path(sys.argv[1]), Path(sys.argv[2]), ask)
"""


def test_a_killed_run_asks_nothing_twice(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    source, target = workbook(tmp_path / "in.xlsx", [["问题"], ["一"], ["二"], ["三"]]), tmp_path / "out.xlsx"
    place = Path(__file__).parent.parent
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(source), str(target)],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
    )
    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    assert run(["batch", str(source), "-o", str(target)]) == 0
    assert [call[0] for call in scripted.asked] == ["三"]
    assert [row["引用"].split("\n")[0] for row in written(target)] == [PLACES[ITEM_KEY][0]] * 3
