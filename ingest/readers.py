"""Files to text: Markdown, plain text, Word, PDF and HTML.

Each reader gives the words in reading order, one paragraph a line; headings of Word and HTML become Markdown headings. A
file that cannot be used raises UnusableInput with the name of the file and what to do about it.
"""

import codecs
import logging
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ingest.errors import UnusableInput
from ingest.layout import PrintedLine, join_lines, plain_characters, without_furniture

if TYPE_CHECKING:
    from pypdf import PageObject

SIZE_LIMIT = 50 * 1024 * 1024  # bytes
_SHORTEST_PAGE = 8  # characters; a scanned page gives none, or its number


@dataclass(frozen=True, slots=True)
class RawText:
    """The words of a file, and what the reader could tell of it: `format`, for PDF `pages`, a title if it has one."""

    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)


def read_file(path: str | Path) -> RawText:
    """Read a file by its suffix.

    Raises UnusableInput: not there, a folder, no permission, too large, an unknown type, empty, binary, encrypted,
    broken, a scan without text.
    """
    file = Path(path)
    reader = READERS.get(file.suffix.lower())
    try:
        if file.is_dir():
            raise UnusableInput(f"「{file}」是文件夹。请指定文件，或用 kangbian ingest 导入整个文件夹。")
        size = file.stat().st_size
        if reader is None:
            raise UnusableInput(f"不支持「{file.name}」的文件类型。请转换为 {'、'.join(sorted(READERS))} 之一。")
        if size > SIZE_LIMIT:
            raise UnusableInput(f"「{file.name}」超过 {SIZE_LIMIT // 2**20} MB。请拆分后再导入。")
        if size == 0:
            raise UnusableInput(f"「{file.name}」是空文件。请检查文件内容。")
        raw = reader(file)
    except FileNotFoundError:
        raise UnusableInput(f"找不到文件「{file}」。请检查路径。") from None
    except PermissionError:
        raise UnusableInput(f"没有读取「{file}」的权限。请检查文件权限。") from None
    except OSError as error:
        raise UnusableInput(f"无法读取「{file}」：{error.strerror or error}。请检查磁盘或路径。") from None
    if not raw.text.strip():
        raise UnusableInput(f"「{file.name}」中没有文字。请检查文件内容。")
    return raw


def decode(data: bytes, name: str) -> str:
    """Bytes of a text file as text: UTF-8 or UTF-16 by their mark, UTF-8, else GB18030.

    >>> decode("著作权法".encode("gb18030"), "a.txt"), decode(b"\\xef\\xbb\\xbfA", "b.txt")
    ('著作权法', 'A')
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding, name)
    if b"\0" in data[:8192]:
        raise UnusableInput(f"「{name}」是二进制文件，不是文本。请另存为 UTF-8 文本后再导入。")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030", name)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UnusableInput(f"无法识别「{name}」的文字编码。请另存为 UTF-8 文本后再导入。") from None
    # Random bytes often decode as GB18030; control and private characters give them away.
    odd = sum(
        1
        for character in text
        if (ord(character) < 32 and character not in "\t\r\n\f\v") or "\ue000" <= character <= "\uf8ff"
    )
    if odd * 50 > len(text):
        raise UnusableInput(f"「{name}」是二进制文件，不是文本。请另存为 UTF-8 文本后再导入。")
    return text


def _read_text(file: Path) -> RawText:
    return RawText(decode(file.read_bytes(), file.name), {"format": "text"})


def _read_markdown(file: Path) -> RawText:
    return RawText(decode(file.read_bytes(), file.name), {"format": "markdown"})


# ---------------------------------------------------------------- Word


def _read_docx(file: Path) -> RawText:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    if file.read_bytes()[:4] == b"\xd0\xcf\x11\xe0":
        raise UnusableInput(f"「{file.name}」已加密，或是旧版 .doc 文件。请去除密码并另存为 .docx 后再导入。")
    try:
        document = docx.Document(str(file))
        lines: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += [_table_row([cell.text for cell in row.cells]) for row in block.rows]
            else:
                lines.append(_heading_marks(block.style.name if block.style else None) + block.text)
        lines += _docx_footnotes(file)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise UnusableInput(
            f"「{file.name}」不是完好的 .docx 文件（{type(error).__name__}）。请用 Word 重新保存后再导入。"
        ) from None
    text = "\n".join(lines)
    if not text.strip():
        raise UnusableInput(f"「{file.name}」中没有文字。请检查文档内容；图片中的文字需要先识别。")
    return RawText(text, {"format": "docx"})


def _table_row(cells: Sequence[str]) -> str:
    """The cells of a row; merged cells come once."""
    return " | ".join(dict.fromkeys(" ".join(cell.split()) for cell in cells))


def _heading_marks(style: str | None) -> str:
    """`## ` for the style Heading 2 or 标题 2; a heading of any style stays a line of its own."""
    match = re.fullmatch(r"(?:[Hh]eading|标题)\s*(\d)", style or "")
    if match:
        return "#" * min(int(match[1]) + 1, 6) + " "
    return "# " if style in ("Title", "标题") else ""


def _docx_footnotes(file: Path) -> list[str]:
    """The footnotes, which python-docx does not give, as `1. …` under 注."""
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(file) as package:
        if "word/footnotes.xml" not in package.namelist():
            return []
        root = ElementTree.fromstring(package.read("word/footnotes.xml"))
    notes = []
    for note in root.iter(f"{word}footnote"):
        if note.get(f"{word}type") is None:  # separators carry a type
            words = "".join(node.text or "" for node in note.iter(f"{word}t")).strip()
            if words:
                notes.append(words)
    return ["注", *(f"{number}. {words}" for number, words in enumerate(notes, 1))] if notes else []


# ---------------------------------------------------------------- PDF


def _read_pdf(file: Path) -> RawText:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its warnings on sloppy files would reach the terminal
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnusableInput(f"「{file.name}」已加密。请去除密码后再导入。")
        pages = [_printed_lines(page, number) for number, page in enumerate(reader.pages)]
    except UnusableInput:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        AssertionError,
    ) as error:
        raise UnusableInput(f"「{file.name}」不是完好的 PDF（{type(error).__name__}）。请重新导出后再导入。") from None
    except (ImportError, NotImplementedError):
        raise UnusableInput(f"「{file.name}」使用了不支持的加密方式。请去除密码后再导入。") from None
    if sum(len(line.text) for page in pages for line in page) < _SHORTEST_PAGE * max(len(pages), 1):
        raise UnusableInput(f"「{file.name}」没有文字层（可能是扫描件）。请先做文字识别（OCR）再导入。")
    return RawText("\n".join(join_lines(without_furniture(pages))), {"format": "pdf", "pages": len(pages)})


def _printed_lines(page: "PageObject", number: int) -> list[PrintedLine]:
    """The lines of a page in the order of its content, with their edges."""
    lines: list[PrintedLine] = []
    words: list[str] = []
    spots: list[tuple[float, float, float, float]] = []  # left, right, height and type size of each run, in points

    def close() -> None:
        text = plain_characters("".join(words))
        if text.strip() and spots:
            _, right, height, size = spots[-1]
            lines.append(PrintedLine(text, number, spots[0][0], right, height, size))
        words.clear()
        spots.clear()

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: object, size: float) -> None:
        a, b, c, d, e, f = matrix
        x, y = text_matrix[4], text_matrix[5]
        for index, run in enumerate(text.split("\n")):
            if index:
                close()
            words.append(run)
            if run.strip():
                left, height, scaled = a * x + c * y + e, b * x + d * y + f, abs(size * d)
                # pypdf tells where a run begins; a Latin letter is about half as wide as its type size.
                width = sum(scaled * (0.5 if letter.isascii() else 1) for letter in run.strip())
                spots.append((left, left + width, height, scaled))

    page.extract_text(visitor_text=visit)
    close()
    return lines


# ---------------------------------------------------------------- HTML

_DROPPED = (
    "script",
    "style",
    "nav",
    "noscript",
    "template",
    "svg",
    "iframe",
    "form",
    "button",
    "header",
    "footer",
    "aside",
)
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tr",
        "ul",
    )
)


def _read_html(file: Path) -> RawText:
    data = file.read_bytes()
    return RawText(html_text(_decode_html(data, file.name)), {"format": "html"})


def _decode_html(data: bytes, name: str) -> str:
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", data[:4096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        label = declared[1].decode("ascii", "ignore").lower()
        try:
            return data.decode("gb18030" if label in ("gb2312", "gbk") else label)
        except (LookupError, UnicodeDecodeError):
            pass  # the declaration is wrong; the bytes decide
    return decode(data, name)


def html_text(markup: str) -> str:
    """The words of an HTML page, a block a line; scripts, navigation, header and footer of the site dropped.

    >>> html_text("<nav>首页</nav><h1>题</h1><p>甲<b>乙</b></p><ul><li>丙</li></ul><script>x</script>")
    '# 题\\n甲乙\\n丙'
    """
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString, PageElement, PreformattedString, Tag

    soup = BeautifulSoup(markup, "html.parser")
    for tag in soup(list(_DROPPED)):
        # An article may keep its title in a <header> of its own.
        if tag.name != "header" or tag.find_parent(["article", "main"]) is None:
            tag.decompose()
    parts: list[str] = []
    # An explicit stack: pages nest deeper than Python recurses.
    todo: list[PageElement | str] = [soup.body or soup]
    while todo:
        node = todo.pop()
        if isinstance(node, Tag):
            before, after = _around(node.name)
            parts.append(before)
            todo.append(after)
            todo.extend(reversed(list(node.children)))
        elif isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):  # comments and declarations
                parts.append(_inline(str(node)))
        elif isinstance(node, str):
            parts.append(node)
    lines = (line.strip().removesuffix(" |") for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line and not re.fullmatch("#+", line))


def _around(tag: str) -> tuple[str, str]:
    """What stands before and after the words of a tag."""
    if re.fullmatch("h[1-6]", tag):
        return "\n" + "#" * int(tag[1]) + " ", "\n"
    if tag in ("td", "th"):
        return "", " | "
    return ("\n", "\n") if tag in _BLOCKS else ("", "")


def _inline(words: str) -> str:
    """Line breaks of the markup fall away between Chinese characters, and are a space beside ASCII."""
    return re.sub(r"[ \t]*[\r\n]\s*", lambda m: " " if _beside_ascii(words, m) else "", words)


def _beside_ascii(words: str, match: re.Match[str]) -> bool:
    before, after = words[: match.start()][-1:], words[match.end() :][:1]
    return (before + after).isascii() and bool(before and after)


READERS: Mapping[str, Callable[[Path], RawText]] = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".txt": _read_text,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
    ".html": _read_html,
    ".htm": _read_html,
}
"""The reader of each suffix, which is also the list of what can be ingested."""
