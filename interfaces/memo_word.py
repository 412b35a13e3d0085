"""A memo as a Word document: Chinese legal typesetting, real footnotes.

python-docx has no interface for footnotes: the part `word/footnotes.xml`, its relationship and the marks are made here
(ECMA-376 part 1, 17.11).
"""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from rag import Block, Footnote, Heading, Listing, Look, Mark, Memo, Paragraph, Runs, Table, Words, set_fonts

# The fonts of a Chinese document (GB/T 9704), each with what stands in where it is not installed.
_TITLE, _BLACK, _BODY, _KAI, _SONG = "方正小标宋简体", "黑体", "仿宋", "楷体", "宋体"
_INSTEAD = {_TITLE: "黑体,SimHei", _BLACK: "SimHei", _BODY: "FangSong,仿宋_GB2312", _KAI: "KaiTi", _SONG: "SimSun"}
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
# Characters of its longest cell from which on a row may be broken over two pages.
_LONG_ROW = 160
_TEXT_WIDTH_CM = 15.6
_CELL_MARGINS = (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
_SHADE, _HEAD_SHADE = "D9E2F3", "EDEDED"
_NOTE_TEXT, _NOTE_MARK = "footnote text", "footnote reference"


def to_word(memo: Memo) -> bytes:
    """The whole memo as the bytes of a .docx file."""
    document = Document()
    _set_page(document)
    _set_styles(document)
    _set_fonts(document)
    document.core_properties.title, document.core_properties.author = memo.title, ""
    document.core_properties.comments = ""
    document.add_paragraph(memo.title, style="Title")
    _add_all(document, memo.head)
    for section in memo.sections:
        document.add_paragraph(section.title, style="Heading 1")
        _add_all(document, section.blocks)
    _add_footnotes(document, memo.footnotes)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


# --- blocks ------------------------------------------------------------------------------------------------------------


def _add_all(document: Any, blocks: Sequence[Block]) -> None:
    for block, after in zip(blocks, (*blocks[1:], None), strict=True):
        _add(document, block)
        # What introduces a table or a quotation stays on its page.
        leads = isinstance(after, Table) or (isinstance(after, Paragraph) and after.look is Look.QUOTE)
        if leads and isinstance(block, Paragraph) and block.look is Look.BODY:
            document.paragraphs[-1].paragraph_format.keep_with_next = True


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_paragraph(block.text, style="Heading 2")
    elif isinstance(block, Paragraph):
        style = {Look.BODY: "Body Text", Look.QUOTE: "Quote", Look.LEAD: "Lead"}[block.look]
        for runs in _lines(block.runs) if block.look is Look.QUOTE else [block.runs]:
            _fill(document.add_paragraph(style=style), runs)
    elif isinstance(block, Listing):
        for number, runs in enumerate(block.items, start=1):
            paragraph = document.add_paragraph(style="Memo List")
            paragraph.add_run(f"{block.bullet or f'{number}．'}\t")
            _fill(paragraph, runs)
    else:
        _add_table(document, block)


def _lines(runs: Runs) -> list[Runs]:
    """The runs of each line: a quotation of several paragraphs is set as several."""
    lines: list[list[Words | Mark]] = [[]]
    for run in runs:
        if isinstance(run, Mark):
            lines[-1].append(run)
            continue
        first, *others = run.text.split("\n")
        lines[-1].append(Words(first, run.bold))
        lines += [[Words(other, run.bold)] for other in others]
    return [tuple(line) for line in lines]


def _fill(paragraph: Any, runs: Runs) -> None:
    for before, run in pairwise((None, *runs)):
        if isinstance(run, Words):
            written = paragraph.add_run(run.text)
            written.bold = run.bold or None
            # Quotation marks are in both kinds of font: here they are Chinese (17.3.2.26).
            written._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
        elif isinstance(run, Mark):
            if isinstance(before, Mark):
                # Two marks side by side would read as one number.
                paragraph.add_run("，").font.superscript = True
            mark = paragraph.add_run(style=_NOTE_MARK)
            reference = OxmlElement("w:footnoteReference")
            reference.set(qn("w:id"), str(run.note))
            mark._r.append(reference)


def _add_table(document: Any, block: Table) -> None:
    rows = [block.header, *block.rows] if block.header else list(block.rows)
    table = document.add_table(len(rows), len(block.widths), style="Table Grid")
    _set_margins(table)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    unit = _TEXT_WIDTH_CM / sum(block.widths)
    widths = [Cm(unit * width) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
        is_header = bool(block.header) and number == 0
        properties = row._tr.get_or_add_trPr()
        if is_header:
            properties.append(OxmlElement("w:tblHeader"))
        longest = max(sum(len(run.text) for run in cell.runs if isinstance(run, Words)) for cell in cells)
        if longest < _LONG_ROW:
            properties.append(OxmlElement("w:cantSplit"))
        for place, cell, width in zip(row.cells, cells, widths, strict=True):
            place.width = width
            paragraph = place.paragraphs[0]
            paragraph.style = document.styles["Table Text"]
            runs = cell.runs
            # One paragraph a cell, its lines broken inside: LibreOffice 7.4 loses rows that may not be broken where a
            # cell of several paragraphs holds footnotes.
            _fill(
                paragraph, tuple(Words(run.text, True) if is_header and isinstance(run, Words) else run for run in runs)
            )
            if cell.centred or is_header:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            if cell.shaded or is_header:
                _shade(place, _HEAD_SHADE if is_header else _SHADE)
    # Word joins two tables with nothing between them.
    document.add_paragraph(style="Gap")


def _set_margins(table: Any) -> None:
    """Room above and below the words of a cell, in twentieths of a point."""
    sides = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in _CELL_MARGINS)
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    # The order of these properties is fixed (CT_TblPr); w:tblLook is the last that python-docx writes.
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _shade(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    )


# --- page and styles ---------------------------------------------------------------------------------------------------


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.6)
    section.left_margin = section.right_margin = Cm(2.7)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("第 ", "PAGE"), (" 页　共 ", "NUMPAGES"), (" 页", "")):
        paragraph.add_run(text)
        if field:
            paragraph._p.append(
                parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" {field} "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
            )


def _set_styles(document: Any) -> None:
    styles = document.styles
    languages = styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    if languages is not None:
        languages.set(qn("w:eastAsia"), "zh-CN")
    set_fonts(styles["Normal"], _BODY, 12)
    set_fonts(styles["Footer"], _SONG, 9)
    body = styles["Body Text"]
    set_fonts(body, _BODY, 12)
    _space(body, after=0, line=1.5)
    body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _first_line(body)
    for name, font, size, before, after in (
        ("Title", _TITLE, 18, 0, 12),
        ("Heading 1", _BLACK, 14, 14, 6),
        ("Heading 2", _BLACK, 12, 8, 3),
    ):
        heading = styles[name]
        set_fonts(heading, font, size)
        _space(heading, before, after, 1.3)
        heading.paragraph_format.keep_with_next = True
        heading.font.bold = False
        heading.font.italic = False
        heading.font.color.rgb = RGBColor(0, 0, 0)
    title = styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    border = title.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
    quote = styles["Quote"]
    set_fonts(quote, _KAI, 11)
    _space(quote, after=0, line=1.25)
    quote.font.italic = False
    quote.font.color.rgb = RGBColor(0, 0, 0)
    quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Pt(24)
    quote.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _first_line(quote)
    lead = _new(styles, "Lead", _BODY, 12)
    _space(lead, before=4, after=0, line=1.3)
    lead.paragraph_format.keep_with_next = True
    listing = _new(styles, "Memo List", _BODY, 12)
    _space(listing, after=0, line=1.5)
    listing.paragraph_format.left_indent, listing.paragraph_format.first_line_indent = Pt(48), Pt(-24)
    listing.paragraph_format.tab_stops.add_tab_stop(Pt(48))
    listing.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    cell = _new(styles, "Table Text", _SONG, 10.5)
    _space(cell, after=0, line=1.15)
    gap = _new(styles, "Gap", _SONG, 4)
    _space(gap, after=0, line=1.0)
    note = _new(styles, _NOTE_TEXT, _SONG, 9, builtin=True)
    _space(note, after=0, line=1.0)
    mark = styles.add_style(_NOTE_MARK, WD_STYLE_TYPE.CHARACTER, builtin=True)
    mark.font.superscript = True


def _new(styles: Any, name: str, font: str, size: float, *, builtin: bool = False) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin)
    style.base_style = styles["Normal"]
    set_fonts(style, font, size)
    return style


def _space(style: Any, before: float = 0, after: float = 0, line: float = 1.0) -> None:
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = line


def _first_line(style: Any) -> None:
    """Indent the first line by two characters, whatever their size."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "480")


def _set_fonts(document: Any) -> None:
    """Name a stand-in for each Chinese font, for machines that lack it."""
    table = next(
        (part for part in document.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml"), None
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _INSTEAD.items()
    )
    if table is not None:
        table._blob = table.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


# --- footnotes ---------------------------------------------------------------------------------------------------------


def _add_footnotes(document: Any, notes: tuple[Footnote, ...]) -> None:
    styles = document.styles
    text, mark = styles[_NOTE_TEXT].style_id, styles[_NOTE_MARK].style_id
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
        f"</w:pPr><w:r><w:{element}/></w:r></w:p></w:footnote>"
        for kind, number, element in (
            ("separator", -1, "separator"),
            ("continuationSeparator", 0, "continuationSeparator"),
        )
    )
    written = "".join(
        f'<w:footnote w:id="{note.number}"><w:p><w:pPr><w:pStyle w:val="{text}"/></w:pPr>'
        f'<w:r><w:rPr><w:rStyle w:val="{mark}"/></w:rPr><w:footnoteRef/></w:r>'
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve"> {escape(note.text)}</w:t></w:r>'
        "</w:p></w:footnote>"
        for note in notes
    )
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:footnotes {nsdecls("w")}>{separators}{written}'
        "</w:footnotes>"
    )
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, xml.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    settings = document.settings.element
    named = parse_xml(f'<w:footnotePr {nsdecls("w")}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>')
    # The order of the settings is fixed (CT_Settings): these come before w:compat.
    compat = settings.find(qn("w:compat"))
    if compat is not None:
        compat.addprevious(named)
    else:
        settings.append(named)
