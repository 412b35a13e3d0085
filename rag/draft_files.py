"""The text of a draft: Markdown, plain text, Word, PDF, HTML, or bytes from a pipe.

A draft is somebody's unfinished work: it may mix encodings or hold control characters. Whatever can be read is read; only
what is no text at all is refused.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnusableInput
from ingest.readers import SIZE_LIMIT, read_file

_PLAIN = frozenset((".md", ".markdown", ".txt", ""))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A draft as it is checked: `text`, in which offsets are counted, and the file it came from."""

    text: str
    path: Path | None = None


def read_draft(path: str | Path) -> DraftFile:
    """Read a draft. Of a Word file inserted text is read and deleted text is not; tables and footnotes are read.

    Raises UnusableInput: not there, a folder, too large, of an unknown type, broken, encrypted, empty.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix == ".docx" and file.is_file():
        from rag.word_draft import open_word

        text = open_word(file).text
    elif suffix in _PLAIN and file.is_file():
        if file.stat().st_size > SIZE_LIMIT:
            raise UnusableInput(f"「{file.name}」超过 {SIZE_LIMIT // 2**20} MB。请拆分后再核对。")
        text = decode_draft(_bytes(file), file.name)
    else:
        text = read_file(file).text
    if not text.strip():
        raise UnusableInput(f"「{file.name}」中没有文字。请检查文件内容。")
    return DraftFile(text, file)


def decode_draft(data: bytes, name: str) -> str:
    """Bytes as text: by their mark, as UTF-8, else line by line, each as UTF-8 or GB18030.

    >>> decode_draft("著作权法\\n".encode() + "第二十四条".encode("gb18030"), "a.txt")
    '著作权法\\n第二十四条'
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data.count(b"\0") * 20 > len(data):
        raise UnusableInput(f"「{name}」不是文本。请另存为 UTF-8 文本后再核对。")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # No character of GB18030 holds the byte of a line break, so each line can be told by itself.
        return "\n".join(map(_line, data.split(b"\n")))


def _line(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except PermissionError:
        raise UnusableInput(f"没有读取「{file}」的权限。请检查文件权限。") from None
    except OSError as error:
        raise UnusableInput(f"无法读取「{file}」：{error.strerror or error}。请检查磁盘或路径。") from None
