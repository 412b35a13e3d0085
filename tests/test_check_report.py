"""The report at every door: exit codes, JSON, the page, comments in Word, REST; odd files."""

import json
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from fastapi import FastAPI
from fastapi.testclient import TestClient

from interfaces.cli import run
from interfaces.desk import Desk
from interfaces.drafting import check_draft
from interfaces.rest import rest_routes
from interfaces.wording import ZH
from rag import Assistant, UnusableInput, decode_draft, read_draft

WRONG = "《著作权法》第二十二条规定了合理使用。"
RIGHT = "《著作权法》第二十四条规定了合理使用。"


def test_the_exit_code_is_a_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.md"
    for text, code in ((RIGHT, 0), (WRONG, 1), ("《商标法》第五十七条", 0), ("没有引用。", 0)):
        draft.write_text(text, "utf-8")
        assert run(["check", str(draft)]) == code
    assert run(["check", str(tmp_path / "none.md")]) == 3
    assert run(["check", str(draft), "--docx", "x.docx"]) == 2
    capsys.readouterr()
    draft.write_text("\ufeff前言。\n" + WRONG, "utf-8")
    assert run(["check", str(draft), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    (citation,) = report["citations"]
    assert list(citation) == ["raw", "start", "end", "key", "verdict", "quote", "message", "suggestion"]
    assert (citation["start"], citation["end"], citation["suggestion"]) == (4, 15, "著作权法@2020/24")
    assert report["summary"]["outdated"] == 1
    assert len(report["summary"]) == 9


def test_rest_gives_the_same_report() -> None:
    app = FastAPI()
    app.include_router(rest_routes(Desk(Assistant)))
    client = TestClient(app)
    answer = client.post("/api/v1/check", json={"text": WRONG + "\U0001f600"})
    assert answer.status_code == 200
    assert answer.json()["citations"][0]["suggestion"] == "著作权法@2020/24"


def test_the_page_shows_the_difference_and_escapes_the_draft(tmp_path: Path) -> None:
    draft, page = tmp_path / "draft.txt", tmp_path / "report.html"
    draft.write_text("<script>alert(1)</script>《著作权法》第五十四条第二款：“五百元以上五十万元以下的赔偿”", "utf-8")
    assert run(["check", str(draft), "--html", str(page)]) == 1
    written = page.read_text("utf-8")
    assert "<script>" not in written
    assert "<del>五十万元</del><ins>五百万元</ins>" in written
    assert "http" not in written


def test_word_reads_what_was_inserted_and_not_what_was_deleted(tmp_path: Path) -> None:
    source, target = tmp_path / "draft.docx", tmp_path / "commented.docx"
    document = docx.Document()
    paragraph = document.add_paragraph("依据《著作权法》第二十")
    _tracked(paragraph, "w:del", "w:delText", "四条")
    _tracked(paragraph, "w:ins", "w:t", "二条")
    paragraph.add_run("，构成合理使用。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "《著作权法》第六十八条"
    table.cell(0, 1).text = RIGHT
    document.save(str(source))

    assert read_draft(source).text.startswith("依据《著作权法》第二十二条，构成合理使用。\n《著作权法》第六十八条 | ")
    assert run(["check", str(source), "--docx", str(target)]) == 1
    comments = [comment.text for comment in docx.Document(str(target)).comments]
    assert len(comments) == 2
    assert "应引：著作权法@2020/24" in comments[0]
    assert "不存在" in comments[1]
    assert run(["check", str(source), "--docx", str(source)]) == 3


def _tracked(paragraph: Paragraph, change: str, text: str, words: str) -> None:
    element, run_element, text_element = OxmlElement(change), OxmlElement("w:r"), OxmlElement(text)
    element.set(qn("w:id"), "1")
    element.set(qn("w:author"), "甲")
    text_element.text = words
    run_element.append(text_element)
    element.append(run_element)
    paragraph._p.append(element)


def test_bytes_of_mixed_encodings_are_read_and_what_is_no_text_is_refused(tmp_path: Path) -> None:
    mixed = "《著作权法》第二十四条\n".encode() + "《民法典》第一千一百八十五条\n".encode("gb18030") + b"\xff\xfe\xfa"
    assert decode_draft(mixed, "x").splitlines()[:2] == ["《著作权法》第二十四条", "《民法典》第一千一百八十五条"]
    with pytest.raises(UnusableInput):
        decode_draft(b"\x00\x01\x02" * 100, "x")
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no document")
    with pytest.raises(UnusableInput):
        read_draft(broken)


def test_the_view_for_drafts(tmp_path: Path) -> None:
    desk = Desk(Assistant)
    shown, files = check_draft(desk, WRONG, None, "", "default", ZH)
    assert "旧条号或旧文本" in shown
    assert [Path(file).suffix for file in files] == [".html"]
    draft = tmp_path / "草稿.docx"
    document = docx.Document()
    document.add_paragraph(WRONG)
    document.save(str(draft))
    shown, files = check_draft(desk, "", str(draft), "2026-01-01", "default", ZH)
    assert [Path(file).suffix for file in files] == [".html", ".docx"]
    assert len(list(docx.Document(files[1]).comments)) == 1
    for text, day, sentence in (("", "", "请先粘贴"), (WRONG, "2025-02-30", "不存在"), (WRONG, "某天", "无法识别")):
        shown, files = check_draft(desk, text, None, day, "default", ZH)
        assert sentence in shown
        assert files == []
    desk.close()


def test_what_could_not_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "mixed.txt"
    draft.write_bytes(RIGHT.encode() + "《著作权法》".encode("gb18030"))
    assert run(["check", str(draft), "--html", str(tmp_path / "r.html")]) == 0
    assert "字节不能识别" in capsys.readouterr().out
    assert "字节不能识别" in (tmp_path / "r.html").read_text("utf-8")
