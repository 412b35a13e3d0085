"""Readers: each format to text, each unusable file to one clear sentence; and what kind of document a file is."""

import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from ingest.document import Kind
from ingest.errors import UnusableInput
from ingest.layout import PrintedLine, join_lines, plain_characters
from ingest.load import KnownTitle, load_document, parse_text, split_front_matter
from ingest.readers import SIZE_LIMIT, decode, html_text, read_file

LAW = "中华人民共和国某法\n第一条　为了保护著作权，制定本法。\n第二条　本法自公布之日起施行。\n"


def pdf_bytes(*pages: list[str]) -> bytes:
    """A PDF whose pages hold the given lines, in a font that every reader maps by its name (UniGB-UTF16-H)."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    ]
    for number, lines in enumerate(pages):
        shown = b"".join(b"<%s> Tj 0 -20 Td " % line.encode("utf-16-be").hex().encode() for line in lines)
        content = b"BT /F1 12 Tf 50 780 Td " + shown + b"ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (6 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + xref + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_text_encodings(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "某法.txt"
    file.write_bytes(LAW.encode(encoding))
    assert read_file(file).text == LAW


def test_word_in_document_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("某文", 0)
    document.add_heading("一、甲", 1)
    document.add_paragraph("第一段。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "左", "右"
    document.add_paragraph("第二段。")
    file = tmp_path / "某文.docx"
    document.save(str(file))
    assert read_file(file).text == "# 某文\n## 一、甲\n第一段。\n左 | 右\n第二段。"
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(
            "word/footnotes.xml",
            '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            '<w:footnote w:type="separator"><w:p/></w:footnote>'
            "<w:footnote><w:p><w:r><w:t>某书。</w:t></w:r></w:p></w:footnote></w:footnotes>",
        )
    assert read_file(file).text.endswith("第二段。\n注\n1. 某书。")
    assert [str(p.citation) for p in load_document(file).passages if p.citation] == [
        "某文/一/1",
        "某文/一/2",
        "某文/一/3",
        "某文/注/1",
    ]


def test_pdf_lines_are_joined_and_page_furniture_dropped(tmp_path: Path) -> None:
    first = [
        "中华人民共和国某法",
        "第一条　为了保护文学、艺术和科学作品作者的著作权，以及与著作权",
        "有关的权益，制定本法。",
        "第二条　有下列情形之一的，予以处罚：",
        "（一）甲；",
        "1",
    ]
    second = ["（二）乙。", "第三条　本法自2020年1月1日起施行。", "- 2 -"]
    file = tmp_path / "某法(2019-12-01).pdf"
    file.write_bytes(pdf_bytes(first, second))
    assert read_file(file).meta["pages"] == 2
    document = load_document(file)
    places = {str(place.citation): place.text for p in document.passages for place in p.places}
    assert places["某法@2019/1/1"] == "为了保护文学、艺术和科学作品作者的著作权，以及与著作权有关的权益，制定本法。"
    assert places["某法@2019/2/1/2"] == "（二）乙。"
    assert "某法@2019/3" in places


def printed(text: str, top: float, left: float = 50, page: int = 1) -> PrintedLine:
    """A line of type size 10 whose characters are as wide as high."""
    return PrintedLine(text, page, left, left + 10 * len(text), top, 10)


FULL = "甲公司认为被告未经许可使用其作品构成对其"  # as wide as the page

# Printed lines, and how many of them begin a paragraph.
PAGES = [
    ("the length of the line before", [printed(FULL, 700), printed("著作权。", 685), printed(FULL, 670)], 2),
    (
        "a marked line",
        [printed(FULL, 700), printed("第二条　中国公民的作品享有著作权。", 685), printed("（一）文字作品；", 670)],
        3,
    ),
    ("a full stop at the margin", [printed(FULL[:-1] + "。", 700), printed(FULL, 685)], 2),
    ("space above", [printed(FULL, 700), printed(FULL[:-1] + "。", 685), printed(FULL, 670), printed(FULL, 640)], 2),
    ("space above, and none below a short line", [printed("某院", 700), printed("判决", 685), printed(FULL, 650)], 2),
    ("indentation", [printed(FULL[2:], 700, 70), printed(FULL[:-1] + "。", 685), printed(FULL, 670)], 1),
    ("the next page", [printed(FULL, 700), printed(FULL, 50), printed(FULL, 700, page=2)], 1),
    ("nothing", [], 0),
]


@pytest.mark.parametrize(("lines", "count"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_join_lines(lines: list[PrintedLine], count: int) -> None:
    paragraphs = join_lines(lines)
    assert len(paragraphs) == count
    assert "".join(paragraphs) == "".join(line.text for line in lines)


def test_join_lines_in_two_scripts() -> None:
    lines = [
        printed("fair use of the works of others that are taken in", 700),
        printed("training (2024) 京 73 民终 1 号 ，见 “ 春风 ” 案", 685),
    ]
    assert join_lines(lines) == [
        "fair use of the works of others that are taken in training (2024)京73民终1号，见“春风”案"
    ]


def test_kangxi_radicals_only() -> None:
    assert plain_characters("⼈⼯智能⽣成\u2003（⻚、⻅、⺠）") == "人工智能生成 （页、见、民）"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<html><head><title>站</title></head><body><p>甲，\n乙。</p><div>丙<br>丁</div></body></html>",
            "甲，乙。\n丙\n丁",
        ),
        (
            "<nav>首页</nav><article><header><h1>题</h1></header><p>甲<sup>1</sup></p></article><footer>版权</footer>",
            "# 题\n甲1",
        ),
        ("<table><tr><td>左</td><td>右</td></tr></table><!-- 注释 -->", "左 | 右"),
        ("<p>fair\nuse</p><style>p{}</style>", "fair use"),
    ],
)
def test_html(markup: str, text: str) -> None:
    assert html_text(markup) == text


def test_html_charset_and_depth(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_bytes('<meta charset="gb2312"><p>著作权法</p>'.encode("gb18030"))
    assert read_file(file).text == "著作权法"
    file.write_text("<div>" * 3000 + "深" + "</div>" * 3000, encoding="utf-8")
    assert read_file(file).text == "深"


def scan_pdf() -> bytes:
    return pdf_bytes([], [])


def encrypted_pdf(path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(str(path))


UNUSABLE = [
    ("空.txt", b"", "空文件"),
    ("空白.md", b" \n\n", "没有文字"),
    ("二进制.txt", bytes(range(256)) * 40, "二进制"),
    ("乱码.txt", bytes([0x81, 0x20, 0xFF, 0xFE, 0x01]) * 9, "请另存为 UTF-8"),
    ("坏.pdf", b"%PDF-1.7 broken", "不是完好的 PDF"),
    ("扫描.pdf", scan_pdf(), "OCR"),
    ("坏.docx", b"PK\x03\x04 broken", "不是完好的 .docx"),
    ("旧版.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 100, "去除密码"),
    ("表.xls", b"x", "不支持"),
    ("头.md", b"---\ntitle: [\n---\n x", "第 2 行"),
    ("列表.md", b"---\n- a\n---\n x", "字段"),
    ("别名.md", "---\ntitle: 甲\naliases: 乙\n---\n x".encode(), "aliases"),
    ("种类.md", "---\ntitle: 甲\nkind: law\n---\n x".encode(), "kind"),
]


@pytest.mark.parametrize(("name", "data", "words"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_unusable_file(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(UnusableInput) as caught:
        load_document(file)
    assert words in str(caught.value)
    assert name in str(caught.value)


def test_unusable_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnusableInput, match="文件夹"):
        read_file(tmp_path)
    with pytest.raises(UnusableInput, match="找不到"):
        read_file(tmp_path / "没有.txt")
    big = tmp_path / "大.txt"
    with big.open("wb") as stream:
        stream.truncate(SIZE_LIMIT + 1)
    with pytest.raises(UnusableInput, match="超过 50 MB"):
        read_file(big)
    locked = tmp_path / "锁.pdf"
    encrypted_pdf(locked)
    with pytest.raises(UnusableInput, match="已加密"):
        read_file(locked)
    empty = tmp_path / "空.docx"
    docx.Document().save(str(empty))
    with pytest.raises(UnusableInput, match="没有文字"):
        read_file(empty)
    denied = tmp_path / "禁.txt"
    denied.write_text("甲")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnusableInput, match="权限"):
        read_file(denied)


KNOWN = [
    KnownTitle("从四个案例看五项应对AIGC版权侵权的抗辩思路", "君合2025", Kind.COMMENTARY),
    KnownTitle("最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释", "著作权民事纠纷司法解释", Kind.STATUTE),
    KnownTitle("四画师诉某平台案", "北京互联网法院·四画师案", Kind.JUDGMENT_DIGEST),
]
JUDGMENT = "某市人民法院\n民事判决书\n（2024）京01民初1号\n原告：甲。\n本院认为，乙。\n判决如下：\n丙。\n"

# Name of the file, its text, its kind and document, the keys of its first passages.
GUESSED = [
    ("某法(2020-11-11).md", LAW, Kind.STATUTE, "某法@2020", ["1", "2"]),
    ("下载.txt", LAW, Kind.STATUTE, "某法", ["1", "2"]),
    ("办法（2020-01-02）.txt", "第一条 甲。\n第二条 乙。", Kind.STATUTE, "办法@2020", ["1", "2"]),
    ("判决.txt", JUDGMENT, Kind.JUDGMENT, "(2024)京01民初1号", ["当事人/1", "本院认为/1"]),
    ("随笔.txt", "一段话。\n又一段。", Kind.COMMENTARY, "随笔", ["0/1", "0/2"]),
    ("a b·c.txt", "一段话。", Kind.COMMENTARY, "a_b_c", ["0/1"]),
    (
        "原文.txt",
        "首页 / 文章\n\n从四个案例看五项应对AIGC版权侵权的抗辩思路\n\n段一。\n\n一、甲\n\n段二。",
        Kind.COMMENTARY,
        "君合2025",
        ["0/1", "一/1"],
    ),
    (
        "解释(2020-12-29).md",
        "# 最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释\n<!-- INFO END -->\n第一条 甲。\n第二条 乙。",
        Kind.STATUTE,
        "著作权民事纠纷司法解释@2020",
        ["1", "2"],
    ),
    (
        "修正案.md",
        "# 中华人民共和国刑法修正案\n\n<!-- INFO END -->\n\n一、甲。\n\n二、乙。",
        Kind.STATUTE,
        "刑法修正案",
        ["0/1", "0/2"],
    ),
]


@pytest.mark.parametrize(("name", "text", "kind", "document", "keys"), GUESSED, ids=[row[0] for row in GUESSED])
def test_guessed_kind(tmp_path: Path, name: str, text: str, kind: Kind, document: str, keys: list[str]) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    parsed = load_document(file, known=KNOWN)
    assert (parsed.kind, str(parsed.citation)) == (kind, document)
    assert ["/".join(p.citation.path) for p in parsed.passages if p.citation][:2] == keys
    assert "".join(p.text for p in parsed.passages) == text


@pytest.mark.parametrize(
    ("front", "kind"),
    [
        ("short: 某法\nversion: 2020-11-11", Kind.STATUTE),
        ("short: 某院·某案\ncase_number: null\ntext: digest", Kind.JUDGMENT_DIGEST),
        ("case_number: （2024）京01民初1号\ntext: full", Kind.JUDGMENT),
        ("short: 某规则\ntext: note", Kind.NOTE),
        ("short: 某文\ntext: digest", Kind.COMMENTARY),
        ("short: 某文\nkind: note", Kind.NOTE),
    ],
)
def test_kind_by_front_matter(front: str, kind: Kind) -> None:
    assert parse_text(f"---\n{front}\n---\n## 案情\n甲。\n", name="a.md").kind is kind


def test_front_matter() -> None:
    front, body = split_front_matter("---\r\nadopted: 2020-11-11\r\nheld: [1-2, 8]\r\n---\r\n正文\r\n", "a.md")
    assert front == {"adopted": "2020-11-11", "held": ["1-2", 8]}
    assert body == "正文\r\n"
    assert split_front_matter("---\n没有结束", "a.md") == (None, "---\n没有结束")


@given(st.text(max_size=200))
def test_any_text_loads(text: str) -> None:
    try:
        document = parse_text(text, name="a.txt")
    except UnusableInput:
        assert text.lstrip("\ufeff").startswith("---")
    else:
        assert "".join(p.text for p in document.passages) in text


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        text = decode(data, "a.txt")
    except UnusableInput:
        text = None
    assert text is None or len(text) <= len(data)
