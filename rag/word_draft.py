"""A Word draft: its text in reading order with the way back into the file, so that comments can be put at each finding.

Inserted text (w:ins) is read; deleted and moved-away text (w:del, w:moveFrom) is not. Tables are read cell by cell, text
boxes and footnotes with their paragraphs.
"""

import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ingest.errors import UnusableInput

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}rPr", f"{_W}pPr", _MC_FALLBACK))


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the document: where its text begins in `WordDraft.text`, how long it is, and the element."""

    start: int
    length: int
    element: Any


@dataclass(slots=True)
class WordDraft:
    """An opened Word draft. `runs` are in the order of the text; those of footnotes are not among them."""

    text: str
    runs: list[Run]
    document: Any
    notes: dict[str, tuple[int, int]]
    references: dict[str, Any]

    def runs_at(self, start: int, end: int) -> list[Any]:
        """The run elements that hold this span of the text; for a span in a footnote the run that refers to it."""
        starts = [run.start for run in self.runs]
        first = max(0, bisect_right(starts, start) - 1)
        found = [
            run.element
            for run in self.runs[first : bisect_right(starts, max(start, end - 1))]
            if run.length and run.start < end and run.start + run.length > start
        ]
        if found:
            return found
        for number, (low, high) in self.notes.items():
            if low <= start < high and number in self.references:
                return [self.references[number]]
        return []

    def comment(self, runs: Sequence[Any], text: str, author: str, initials: str) -> None:
        """Put a comment over these runs, which `runs_at` gave."""
        from docx.text.run import Run as WordRun

        first, last = (WordRun(element, self.document._body) for element in (runs[0], runs[-1]))
        self.document.add_comment([first, last], text=text, author=author, initials=initials)

    def save(self, target: Path) -> None:
        """Write the document, with its comments, to another file."""
        self.document.save(str(target))


def open_word(file: Path) -> WordDraft:
    """Open a .docx file. Raises UnusableInput when it is encrypted, of the old format, or broken."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    with file.open("rb") as opened:
        if opened.read(4) == b"\xd0\xcf\x11\xe0":
            raise UnusableInput(f"「{file.name}」已加密，或是旧版 .doc 文件。请去除密码并另存为 .docx 后再核对。")
    try:
        document = docx.Document(str(file))
        notes = _footnotes(file)
        return _Reading(document, notes).read()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise UnusableInput(
            f"「{file.name}」不是完好的 .docx 文件（{type(error).__name__}）。请用 Word 重新保存后再核对。"
        ) from None


class _Reading:
    """One pass over the body; `parts` is the text so far."""

    def __init__(self, document: Any, notes: Sequence[tuple[str, str]]) -> None:
        self._document = document
        self._notes = notes
        self._parts: list[str] = []
        self._length = 0
        self._runs: list[Run] = []
        self._references: dict[str, Any] = {}

    def read(self) -> WordDraft:
        self._blocks(self._document.element.body)
        spans = self._write_notes()
        return WordDraft("".join(self._parts), self._runs, self._document, spans, self._references)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _blocks(self, parent: Any) -> None:
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
                self._add("\n")
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
                self._blocks(child)

    def _table(self, table: Any) -> None:
        for row in table.iter(f"{_W}tr"):
            if _table_of(row) is not table or row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            for number, cell in enumerate(cell for cell in row.iter(f"{_W}tc") if _row_of(cell) is row):
                if number:
                    self._add(" | ")
                paragraphs = [child for child in cell if child.tag in (f"{_W}p", f"{_W}tbl")]
                for index, child in enumerate(paragraphs):
                    if child.tag == f"{_W}tbl":
                        self._table(child)
                        continue
                    if index:
                        self._add("\n")
                    self._paragraph(child)
            self._add("\n")

    def _paragraph(self, paragraph: Any) -> None:
        boxes: list[Any] = []
        for run in _runs_of(paragraph):
            start = self._length
            for node in run.iter():
                if node.tag == f"{_W}t" and _run_of(node) is run:
                    self._add(node.text or "")
                elif node.tag in (f"{_W}tab",) and _run_of(node) is run:
                    self._add("\t")
                elif node.tag in (f"{_W}br", f"{_W}cr") and _run_of(node) is run:
                    self._add("\n")
                elif node.tag == f"{_W}noBreakHyphen":
                    self._add("-")
                elif node.tag == f"{_W}footnoteReference":
                    number = node.get(f"{_W}id")
                    self._references[number] = run
                    self._add(f"[^{self._number(number)}]")
                elif node.tag == f"{_W}txbxContent":
                    boxes.append(node)
            self._runs.append(Run(start, self._length - start, run))
        for box in boxes:
            self._add("\n")
            self._blocks(box)

    def _number(self, identity: str) -> int:
        return next((number for number, (known, _) in enumerate(self._notes, 1) if known == identity), 0)

    def _write_notes(self) -> dict[str, tuple[int, int]]:
        spans: dict[str, tuple[int, int]] = {}
        for number, (identity, words) in enumerate(self._notes, 1):
            start = self._length
            self._add(f"[^{number}]: {words}\n")
            spans[identity] = (start, self._length)
        return spans


def _runs_of(paragraph: Any) -> Iterator[Any]:
    """The runs of a paragraph that are there to be read, outermost first; those of text boxes come with their box."""
    for child in paragraph:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_W}r":
            yield child
        elif isinstance(child.tag, str):
            yield from _runs_of(child)


def _run_of(node: Any) -> Any:
    return next(node.iterancestors(f"{_W}r"), None)


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(f"{_W}tbl"), None)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _footnotes(file: Path) -> list[tuple[str, str]]:
    """Identity and words of every footnote, in order."""
    with zipfile.ZipFile(file) as package:
        if "word/footnotes.xml" not in package.namelist():
            return []
        root = ElementTree.fromstring(package.read("word/footnotes.xml"))
    notes = []
    for note in root.iter(f"{_W}footnote"):
        if note.get(f"{_W}type") is None:  # separators carry a type
            words = "".join(_words(note)).strip()
            if words:
                notes.append((note.get(f"{_W}id") or "", words))
    return notes


def _words(node: ElementTree.Element) -> Iterator[str]:
    for child in node:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag not in _LEFT_OUT:
            yield from _words(child)
