"""What a memo is made of: sections of paragraphs, lists and tables, and numbered footnotes. No formatting library.

Memo ── sections ── blocks: Heading, Paragraph, Listing, Table ── runs: Words, Mark
     └─ footnotes: one for each Mark
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.answer import Defense, Provenance, Source

# Characters that neither XML nor a reader can take: control characters, halves of pairs, non-characters.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# How much of the facts a cell shows, in widths of a Latin letter; a Chinese character is as wide as two.
_SHOWN = 100
_FIRST_WIDE = "\u2e80"


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text; characters that no format can show are dropped.

    >>> Words("甲\\x00乙").text
    '甲乙'
    """

    text: str
    bold: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _UNREADABLE.sub("", self.text))


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a footnote, by its number, 1 for the first."""

    note: int


Runs = tuple[Words | Mark, ...]


class Look(StrEnum):
    """How a paragraph is set: running text, words of a source, or the line that leads a list or a table."""

    BODY = "body"
    QUOTE = "quote"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    >>> Paragraph((Words("依照著作权法第三条"), Mark(1), Words("。"))).look
    <Look.BODY: 'body'>
    """

    runs: Runs
    look: Look = Look.BODY


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. `bullet` stands before each item; where it is empty the items are numbered from 1."""

    items: tuple[Runs, ...]
    bullet: str = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table; `shaded` and `centred` are how it looks. A line break in its text begins a new line."""

    runs: Runs
    shaded: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `widths` are the shares of the columns; `header` is empty where the first column says what a row is."""

    header: tuple[TableCell, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    widths: tuple[int, ...]


Block = Heading | Paragraph | Listing | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a memo."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: the source with its key and, of official text, the words quoted.

    `in_text` says that these words stand in the body above; `same_as` is the number of the footnote that cited the place
    first. `remark` stands with the title, `status` of a case behind it.
    """

    number: int
    source: Source
    remark: str = ""
    status: str = ""
    in_text: bool = False
    same_as: int | None = None

    @property
    def text(self) -> str:
        """The footnote as it is read.

        >>> from rag.answer import Verdict
        >>> from ingest.document import Kind
        >>> source = Source(key="著作权法@2020/3", title="《著作权法》（2020）第三条", quote="（一）文字作品",
        ...                 verdict=Verdict.EXACT, in_force=True, source_kind=Kind.STATUTE)
        >>> Footnote(2, source).text, Footnote(5, source, same_as=2).text
        ('《著作权法》（2020）第三条：“（一）文字作品”', '同注2。')
        """
        if self.same_as:
            return f"同注{self.same_as}。"
        quoted = self.source.quote and not self.in_text
        text = f"{self.source.title}{self.remark}{f'：“{self.source.quote}”' if quoted else '。'}{self.status}"
        return _UNREADABLE.sub("", text)


@dataclass(frozen=True, slots=True)
class Memo:
    """A memo as a value: what each format writes out.

    `head` stands under the title; `defences` are all of them, the strongest first; `left_out` counts the places that are
    not held or failed the check and are therefore not cited.
    """

    title: str
    head: tuple[Block, ...]
    sections: tuple[Section, ...]
    footnotes: tuple[Footnote, ...]
    defences: tuple[Defense, ...]
    left_out: int
    as_of: date
    provenance: Provenance

    def blocks(self) -> Iterator[Block]:
        """Every block in order."""
        yield from self.head
        for section in self.sections:
            yield from section.blocks


# --- making blocks -----------------------------------------------------------------------------------------------------


def said(text: str) -> Paragraph:
    """A paragraph of running text."""
    return Paragraph((Words(text),))


def lead(text: str) -> Paragraph:
    """The line that leads a list or a table."""
    return Paragraph((Words(text),), Look.LEAD)


def listing(items: Sequence[str], bullet: str = "") -> Listing:
    """A list of plain items."""
    return Listing(tuple((Words(item),) for item in items), bullet)


def table(header: Sequence[str], rows: Sequence[Sequence[str | TableCell]], widths: tuple[int, ...]) -> Table:
    """A table of cells, or of their texts; header cells are centred.

    >>> table(("案件", "判赔"), [("春风案", "500")], (2, 1)).rows[0][1].runs
    (Words(text='500', bold=False),)
    """
    return Table(
        tuple(TableCell((Words(text),), centred=True) for text in header),
        tuple(tuple(cell if isinstance(cell, TableCell) else plain(cell) for cell in row) for row in rows),
        widths,
    )


def plain(text: str, *, bold: bool = False, centred: bool = False) -> TableCell:
    """A cell of text."""
    return TableCell((Words(text, bold),), centred=centred)


def one_line(words: str) -> str:
    """The user's own words in a cell: on one line, shortened, without the mark that ends them.

    >>> one_line("收到律师函当天\\n就撤下了海报，")
    '收到律师函当天 就撤下了海报'
    """
    short = " ".join(words.split()).rstrip("，。；,;")
    width = 0
    for place, letter in enumerate(short):
        width += 1 if letter < _FIRST_WIDE else 2
        if width > _SHOWN:
            return short[:place].rstrip() + "…"
    return short


def written_day(day: date) -> str:
    """A date as it is written: 2026年6月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
