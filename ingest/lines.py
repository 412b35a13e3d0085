"""A text as lines with offsets, and starts of pieces as a partition that loses nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.citation import Citation
from ingest.document import Passage, Place, Role

# What surrounds a line without belonging to it: white space of every width, zero-width characters and byte order marks,
# which collections of laws carry on lines of their own.
BLANK = " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `text` is what stands between `start` and `end`, without the blanks around it.

    `raw_start` is where the line begins, its leading blanks included.
    """

    raw_start: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a passage begins and what it is; it lasts until the next piece begins."""

    start: int
    role: Role
    citation: Citation | None = None
    headings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


def split_lines(text: str) -> list[Line]:
    """The lines of `text` that are not blank, with offsets in Unicode characters.

    >>> [(line.start, line.text) for line in split_lines("甲\\n\\u3000\\u3000乙 \\r\\n\\n丙")]
    [(0, '甲'), (4, '乙'), (9, '丙')]
    """
    lines = []
    position = 0
    for raw in text.splitlines(keepends=True):
        left = raw.lstrip(BLANK)
        if left:
            start = position + len(raw) - len(left)
            stripped = left.rstrip(BLANK)
            lines.append(Line(position, start, start + len(stripped), stripped))
        position += len(raw)
    return lines


def place_between(citation: Citation, text: str, start: int, end: int) -> Place:
    """The place from `start` to `end` of `text`, drawn in to the characters that are not blank."""
    while end > start and text[end - 1] in BLANK:
        end -= 1
    while start < end and text[start] in BLANK:
        start += 1
    return Place(citation, start, end, text[start:end])


def partition(text: str, pieces: Iterable[Piece]) -> tuple[Passage, ...]:
    """The passages that the pieces cut out of `text`; joined they give it back.

    What stands before the first piece becomes a passage of its own (Role.OTHER). Of pieces that begin at the same
    character the last one counts.

    >>> [p.text for p in partition("\\n甲\\n乙", [Piece(1, Role.TITLE), Piece(3, Role.OTHER)])]
    ['\\n', '甲\\n', '乙']
    """
    by_start = {piece.start: piece for piece in pieces if piece.start < len(text)}
    if text and 0 not in by_start:
        by_start[0] = Piece(0, Role.OTHER)
    ordered: Sequence[Piece] = [by_start[start] for start in sorted(by_start)]
    ends = [after.start for _, after in pairwise(ordered)] + [len(text)]
    return tuple(
        Passage(piece.citation, piece.start, end, text[piece.start : end], piece.role, piece.headings, piece.places)
        for piece, end in zip(ordered, ends, strict=False)
    )
