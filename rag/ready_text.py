"""A draft made ready for reading: what cuts a citation in two is taken out, and every offset leads back.

Taken out are invisible and control characters, the marks of emphasis of Markdown, and the line or page breaks inside a
citation or a hard-wrapped sentence. What remains is read as running text; `span` turns its offsets into those of the
draft.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

_NUMERAL = "[〇零一二三四五六七八九十百千两\\d０-９]"
_DROPPED = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+|\\*+|`+|~~|__"
)
# A break, with the page number and the running blank lines that a page leaves between two lines.
_PAGE = r"(?:[-—–·]{0,2}[ ]?\d{1,4}[ ]?[-—–·]{0,2}|第[ ]?\d{1,4}[ ]?页[^\n\r\f]{0,12})"
_BREAK = re.compile(
    rf"(?<![ \t\u3000])[ \t\u3000]*[\r\n\f\v\x85\u2028\u2029](?:[ \t\u3000]*(?:{_PAGE}[ \t\u3000]*)?[\r\n\f\v\x85\u2028\u2029])*[ \t\u3000]*"
)
_WINDOW = 64
_CUTS = tuple(
    (re.compile(before + "$"), re.compile(after))
    for before, after in (
        (rf"第\s?[(（]?{_NUMERAL}{{0,9}}[)）]?", rf"[(（]?{_NUMERAL}{{0,9}}\s?[)）]?\s?[条條款项項目](?!目)"),
        (rf"第\s?{_NUMERAL}{{1,9}}\s?[条條](?:之[一二三四五六七八九])?", rf"之[一二三四五六七八九]|第?\s?[(（]?{_NUMERAL}{{1,5}}[)）]?\s?[款项項]"),
        (rf"{_NUMERAL}\s?[款]", rf"第?\s?[(（]?{_NUMERAL}{{1,5}}[)）]?\s?[项項]"),
        (r"(?:法|法典|条例|條例|办法|辦法|规定|規定|解释|解釋|意见|[》〉])", rf"第\s?{_NUMERAL}{{1,9}}\s?[条條]"),
        (r"[(（〔\[［【]\s?(?:[12]\d{0,3})?", r"\d{0,4}\s?[)）〕\]］】]\s?[一-鿿]"),
        (r"[(（〔\[［【]\s?\d{4}\s?[)）〕\]］】]\s?[一-鿿]?\d{0,5}[一-鿿]{0,8}\d{0,7}", r"[一-鿿\d]{0,16}?号"),
    )
)  # fmt: skip
_OPEN_TITLE = re.compile(r"《[^《》]{1,60}$")
_REST_OF_TITLE = re.compile(r"[^《》]{0,60}》")
_SENTENCE_ENDS = frozenset("。！？!?；;：:…|.")
_GOES_ON = frozenset("，,、（(《“「『")
_CLOSERS = frozenset("”’」』》〉）)】]\"'")
_NEW_LINE_OF_ITS_OWN = re.compile(
    rf"[#>*\-+|=·•●○■□◆]|\d{{1,3}}[.．、)）]|[(（][一二三四五六七八九十\d]{{1,3}}[)）]|[一二三四五六七八九十]{{1,3}}[、.．]|第{_NUMERAL}{{1,9}}[条章节编部]|\[\^?\d"
)
_SHORTEST_WRAPPED_LINE = 16


@dataclass(frozen=True, slots=True)
class ReadyText:
    """Running text and the way back: `starts[i]` is where the i-th kept run begins here, `sources[i]` in the draft."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """Where in the draft the character at `offset` stands."""
        run = bisect_right(self.starts, offset) - 1
        return self.sources[run] + offset - self.starts[run]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the draft that begins and ends with the same characters.

        >>> ready = ready_text("依《著作权法》第二十\\n四条，可以。")
        >>> ready.text, ready.span(1, 12)
        ('依《著作权法》第二十四条，可以。', (1, 13))
        """
        return (self.source(start), self.source(end - 1) + 1) if end > start else (self.source(start),) * 2


def ready_text(draft: str) -> ReadyText:
    """Take out what cuts a citation in two; everything else stays, character for character."""
    cuts = [match.span() for match in _DROPPED.finditer(draft)]
    cuts += [match.span() for match in _BREAK.finditer(draft) if _is_inside_sentence(draft, *match.span())]
    cuts.sort()
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    position = length = 0
    for start, end in [*cuts, (len(draft), len(draft))]:
        if start > position or not starts:
            pieces.append(draft[position:start])
            starts.append(length)
            sources.append(position)
            length += max(0, start - position)
        position = max(position, end)
    return ReadyText("".join(pieces), tuple(starts), tuple(sources))


def _is_inside_sentence(draft: str, start: int, end: int) -> bool:
    """Whether the break cuts a citation, or a line that was wrapped by hand."""
    if start == 0 or end >= len(draft):
        return False
    before, after = draft[start - 1], draft[end]
    if before in _SENTENCE_ENDS:
        return False
    if before in _CLOSERS and before not in "》〉)）〕]］】":
        return False
    head, tail = draft[max(0, start - _WINDOW) : start], draft[end : end + _WINDOW]
    if _OPEN_TITLE.search(head) and _REST_OF_TITLE.match(tail):
        return True
    if any(ends.search(head) and begins.match(tail) for ends, begins in _CUTS):
        return True
    if (
        draft.count("\n", start, end) > 1
        or _NEW_LINE_OF_ITS_OWN.match(tail)
        or not (_is_han(after) or after in "《“「（(，。、；：")
    ):
        return False
    if before in _GOES_ON:
        return True
    line = start - 1 - max(draft.rfind("\n", max(0, start - 200), start), start - 200)
    return line >= _SHORTEST_WRAPPED_LINE and (_is_han(before) or before.isdigit()) and not _is_heading(draft, start)


def _is_heading(draft: str, end: int) -> bool:
    begin = draft.rfind("\n", 0, end) + 1
    return bool(_NEW_LINE_OF_ITS_OWN.match(draft, begin)) and end - begin < 40


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
