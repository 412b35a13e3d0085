"""Sentences and quotations of a draft: where each begins and ends, whatever marks they wear."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 4000
_MARKS = re.compile(r"[“”„‟「」『』\"＂‘’\n]")
_PAIRS = {"”": "“", "」": "「", "』": "『", "’": "‘"}
_OPENERS = frozenset("“「『‘")
_STRAIGHT = frozenset('"＂')
_END = re.compile(r"[。！？!?；;\n]+")
_AFTER_CLOSER = re.compile(
    r"[。！？!?][”’」』\"＂]+(?!\s*[（(\[【〔]|[，,、；;]|这|是|的|系|即|见|参见|——|出自|语出|引自|源自|来自|载于|规定)"
)
_BLOCK = re.compile(r"(?:^[ \t]*>[^\n]*(?:\n|$))+", re.M)
_BLOCK_MARK = re.compile(r"^[ \t]*>+[ \t]?", re.M)
# The last line of a block quotation often names the source; it is no part of what is quoted, nor is the mark of a note.
_CREDIT = re.compile(
    r"(?:^[ \t]*>[ \t]*\n)*^[ \t]*>[ \t]*(?:——?|--|[（(](?:参?见|引自|出自|摘自|语出)?[：:]?\s*《)[^\n]*\n?\Z", re.M
)
_NOTE_MARK = re.compile(r"\[\^?\d{1,3}\]|[①-⑳]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks (or a block quotation): the span with its marks, and the words inside."""

    start: int
    end: int
    words: str
    block: bool = False


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of a text, block quotations included, in order.

    Marks that are not closed are passed over; straight marks open and close within their line.

    >>> [quotation.words for quotation in quotations('他说“甲‘乙’丙”，又说「丁」和"戊"。')]
    ['甲‘乙’丙', '丁', '戊']
    """
    pairs = _pairs(text)
    pairs.sort(key=lambda pair: (pair[0], -pair[1]))
    found: list[Quotation] = []
    for start, end in pairs:
        if end - start <= _LONGEST and (not found or start >= found[-1].end) and end - start > 2:
            found.append(Quotation(start, end, text[start + 1 : end - 1]))
    if ">" in text:
        blocks = [_block(match) for match in _BLOCK.finditer(text) if match.end() - match.start() <= _LONGEST]
        found = sorted([*found, *blocks], key=lambda quotation: (quotation.start, -quotation.end))
    return found


def _block(match: re.Match[str]) -> Quotation:
    credit = _CREDIT.search(match[0])
    quoted = match[0][: credit.start()] if credit and credit.start() else match[0]
    words = _NOTE_MARK.sub("", _BLOCK_MARK.sub("", quoted)).strip()
    return Quotation(match.start(), match.start() + len(quoted), words, True)


def _pairs(text: str) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    waiting = dict.fromkeys(_OPENERS, 0)
    straight: int | None = None
    same: list[tuple[str, int]] = []  # curly double marks of this line, for lines where all lean one way
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        if mark == "\n":
            straight = None
            if len(same) > 1 and len({kind for kind, _ in same}) == 1 and len(same) % 2 == 0:
                places = [place for _, place in same]
                pairs += [(first, last + 1) for first, last in zip(places[::2], places[1::2], strict=True)]
            same.clear()
            continue
        mark = "“" if mark in "„‟" else mark
        if mark in "“”":
            same.append((mark, at))
        if mark in _STRAIGHT:
            if straight is None:
                straight = at
            else:
                pairs.append((straight, at + 1))
                straight = None
        elif mark in _OPENERS:
            stack.append((mark, at))
            waiting[mark] += 1
        elif waiting[_PAIRS[mark]]:
            while True:
                opener, start = stack.pop()
                waiting[opener] -= 1
                if opener == _PAIRS[mark]:
                    pairs.append((start, at + 1))
                    break
    if len(same) > 1 and len({kind for kind, _ in same}) == 1 and len(same) % 2 == 0:
        places = [place for _, place in same]
        pairs += [(first, last + 1) for first, last in zip(places[::2], places[1::2], strict=True)]
    return pairs


class Sentences:
    """The sentences of a text; what stands in quotation marks does not end one.

    >>> sentences = Sentences("甲说：“乙。丙。”丁。戊", quotations("甲说：“乙。丙。”丁。戊"))
    >>> [sentences.around(at) for at in (0, 5, 8, 11)]
    [(0, 9), (0, 9), (0, 9), (11, 12)]
    """

    def __init__(self, text: str, quoted: Sequence[Quotation]) -> None:
        inline = [quotation for quotation in quoted if not quotation.block]
        starts = [quotation.start for quotation in inline]
        self._starts = [0]
        self._ends: list[int] = []
        for match in _END.finditer(text):
            index = bisect_right(starts, match.start()) - 1
            inside = index >= 0 and inline[index].end > match.start()
            if inside and match.end() < inline[index].end - 1:
                continue
            if inside:
                closing = _AFTER_CLOSER.match(text, match.start())
                if closing is None:
                    continue
                self._cut(closing.end(), closing.end())
            else:
                self._cut(match.start(), match.end())
        self._ends.append(len(text))

    def _cut(self, end: int, start: int) -> None:
        if end >= self._starts[-1]:
            self._ends.append(max(end, self._starts[-1]))
            self._starts.append(start)

    def around(self, offset: int) -> tuple[int, int]:
        """Start and end of the sentence in which a character stands."""
        index = self.index(offset)
        return self._starts[index], self._ends[index]

    def index(self, offset: int) -> int:
        """The number of the sentence in which a character stands."""
        return bisect_right(self._starts, offset) - 1

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of a sentence by its number."""
        return self._starts[index], self._ends[index]

    def __len__(self) -> int:
        return len(self._starts)
