"""The report as a Word document, for who wants to read, mark and print it: Chinese fonts, one page an answer at most."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from eval.confusion import Confusion
from eval.measures import MEASURES
from eval.report_figures import kind_rows, leading
from eval.wording import (
    KINDS,
    answered,
    clip,
    defences_found,
    faults,
    gold_lines,
    interval_shown,
    named_defence,
    shown,
    unsound,
    what_was_run,
)
from rag import set_fonts

# The fonts that every Chinese Word has.
_BLACK, _SONG, _FANG = "黑体", "宋体", "仿宋"
_TEXT_WIDTH_CM = 16.0
_HEAD_SHADE = "EDEDED"
# A page of the answers' type holds about this many lines, of so many Chinese characters each.
_PAGE_LINES, _LINE_CHARACTERS = 42, 42
# More failures than this nobody reads on paper, and Word opens the file slowly.
_MOST_FAILURES = 300
# What XML 1.0 cannot hold (section 2.2); an answer may repeat such a character from the question.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_report_word(report: Mapping[str, Any], found: Confusion, path: Path) -> None:
    """Write the document for the content of a `report.json`, whole or not at all. Raises OSError as `open` does."""
    document = _document(report, found)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        document.save(str(unfinished))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _document(report: Mapping[str, Any], found: Confusion) -> Any:
    document = Document()
    provenance = report["provenance"]
    _set_page(document)
    _set_styles(document)
    title = f"评测报告：{_written(provenance['dataset']['name'])}"
    core = document.core_properties
    core.title, core.author, core.comments = title, "", ""
    core.created = core.modified = datetime.fromisoformat(provenance["finished"])
    add = _adder(document)
    add(title, "Title")
    items = report["items"]
    failures = [item for item in items if not item["passed"]]
    accuracy = report["measures"]["answer_accuracy"]
    add(
        f"{len(items)} 题中 {len(items) - len(failures)} 题通过全部检查（{shown('answer_accuracy', accuracy['value'])}，"
        f"95% 区间 {interval_shown('answer_accuracy', accuracy)}），{len(failures)} 题未通过。",
        "Body Text",
    )
    add("评测对象", "Heading 1")
    _add_table(document, (), what_was_run(provenance), (2, 8))
    add("总体", "Heading 1")
    _add_table(document, ("指标", "数值", "95% 区间", "计数"), _headline(report["measures"]), (5, 2, 3, 1.5))
    add("按题目类型", "Heading 1")
    _add_table(
        document,
        ("类型", "通过", "整体正确率", "95% 区间", "引用召回率", "引用精确率", "引用有效率"),
        _by_kind(report),
        (3, 2, 2.2, 3.2, 2, 2, 2),
    )
    _add_confusion(document, add, found)
    add(f"未通过的题目（{len(failures)} / {len(items)}）", "Heading 1")
    for number, item in enumerate(failures[:_MOST_FAILURES], 1):
        _add_failure(add, number, item)
    if not failures:
        add("全部通过。", "Body Text")
    if len(failures) > _MOST_FAILURES:
        add(f"另有 {len(failures) - _MOST_FAILURES} 题未通过，见 report.html。", "Body Text")
    return document


# --- content ----------------------------------------------------------------------------------------------------------


def _headline(measures: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            f"{measure.label}{'（越低越好）' if measure.falling else ''}",
            shown(measure.name, found["value"]),
            interval_shown(measure.name, found),
            str(found["n"]),
        )
        for measure in MEASURES
        if (found := measures.get(measure.name))
    ]


def _by_kind(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            KINDS[row.kind],
            f"{row.passed} / {row.items}",
            shown("answer_accuracy", row.accuracy.value),
            f"{shown('answer_accuracy', row.accuracy.low)} – {shown('answer_accuracy', row.accuracy.high)}",
            *(shown(name, share) for name, share in row.shares.items()),
        )
        for row in kind_rows(report)
    ]


def _add_confusion(document: Any, add: Callable[[str, str], None], found: Confusion) -> None:
    """Which defence led instead of which; nothing where no gold says which should."""
    rows, columns = leading(found)
    if not rows:
        return
    add("抗辩：应排第一（行）与实际排第一（列）", "Heading 1")
    _add_table(
        document,
        ("", *(named_defence(name) for name in columns)),
        [(named_defence(gold), *(str(found.first[gold, name] or "") for name in columns)) for gold in rows],
        (2.5, *(1.5 for _ in columns)),
        bold=lambda row, column: rows[row] == columns[column],
    )


def _add_failure(add: Callable[[str, str], None], number: int, item: Mapping[str, Any]) -> None:
    add(f"{number}．{item['id']}　{KINDS[item['kind']]}", "Heading 2")
    for turn in item["history"]:
        _add_part(add, f"此前（{turn['role']}）", turn["content"])
    _add_part(add, "问题", item["question"])
    _add_part(add, "回答", answered(item))
    if defences := defences_found(item):
        _add_part(add, "回答的抗辩（依次）", defences)
    _add_part(add, "标准答案", "\n".join(gold_lines(item["gold"])))
    _add_part(add, "差异", "\n".join((*faults(item), *unsound(item))))


def _add_part(add: Callable[[str, str], None], label: str, text: str) -> None:
    add(label, "Heading 3")
    add("\n".join(line for line in _one_page(_written(text)).splitlines() if line.strip()), "Body Text")


def _one_page(text: str) -> str:
    """The text as far as it fills a page, with a note where there was more."""
    left, end = _PAGE_LINES, 0
    for line in text.splitlines(keepends=True):
        needed = -(-len(line.rstrip()) // _LINE_CHARACTERS)
        if needed > left:
            end += left * _LINE_CHARACTERS
            break
        left -= needed
        end += len(line)
    return clip(text, end, "report.html")


# --- form -------------------------------------------------------------------------------------------------------------


def _adder(document: Any) -> Callable[[str, str], None]:
    """What adds a paragraph: by the id of its style, which python-docx would look for a second time in every style."""
    ids = {style.name: style.style_id for style in document.styles}

    def add(text: str, style: str) -> None:
        paragraph = document.add_paragraph()
        paragraph._p.style = ids[style]
        _fill(paragraph, text)

    return add


def _fill(paragraph: Any, text: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(_written(text))
    run.bold = bold or None
    # Quotation marks are in both kinds of font: here they are Chinese (ECMA-376 part 1, 17.3.2.26).
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def _written(text: str) -> str:
    return _UNREADABLE.sub("\ufffd", text)


def _add_table(
    document: Any,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[float],
    bold: Callable[[int, int], bool] = lambda row, column: False,
) -> None:
    """A table over the width of the text. `bold` is asked with row and column, counted without head and first column."""
    lines = [*([head] if head else []), *rows]
    table = document.add_table(len(lines), len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    unit = _TEXT_WIDTH_CM / sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(unit * width)
    style = document.styles["Table Text"]
    for number, (row, cells) in enumerate(zip(table.rows, lines, strict=True)):
        is_head = bool(head) and number == 0
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, text, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
            cell.width = Cm(unit * width)
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            _fill(paragraph, text, bold=is_head or (place > 0 and bold(number - bool(head), place - 1)))
            if head and place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            if is_head or place == 0:
                cell._tc.get_or_add_tcPr().append(
                    parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_HEAD_SHADE}"/>')
                )


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Cm(2.5)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))


def _set_styles(document: Any) -> None:
    styles = document.styles
    languages = styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    if languages is not None:
        languages.set(qn("w:eastAsia"), "zh-CN")
    styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    for name, font, size, before, after, line in (
        ("Normal", _FANG, 10.5, 0, 0, 1.0),
        ("Footer", _SONG, 9, 0, 0, 1.0),
        ("Body Text", _FANG, 10.5, 0, 0, 1.3),
        ("Table Text", _SONG, 9.5, 2, 2, 1.0),
        ("Title", _BLACK, 18, 0, 10, 1.2),
        ("Heading 1", _BLACK, 14, 14, 6, 1.2),
        ("Heading 2", _BLACK, 12, 12, 2, 1.2),
        ("Heading 3", _BLACK, 10.5, 6, 0, 1.2),
    ):
        style = styles[name]
        set_fonts(style, font, size)
        form = style.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line
        if name.startswith(("Heading", "Title")):
            form.keep_with_next = True
            style.font.bold = style.font.italic = False
            style.font.color.rgb = RGBColor(0, 0, 0)
    title = styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    border = title.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
