"""Inside one article: paragraphs (款), items (项), subitems (目), each with its offsets.

The layout decides, as in the official gazettes: a new line that is no item is a new paragraph. Two habits of copies are
mended. Some judicial interpretations break the line after every ；: a line that follows ； ， or 、 and is no item goes on
with the same paragraph. And a list may stand in one line: （一）…；（二）… is found after a colon.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.citation import Citation
from ingest.document import Place
from ingest.lines import BLANK, place_between, split_lines
from ingest.numerals import to_int

# The marks of lists. Which of them are items and which are subitems is decided by their order in the paragraph.
_MARKS = (
    re.compile(r"[（(]\s*([一二三四五六七八九十]{1,4})\s*[)）](?!\s*[项款目条至、，,])"),
    re.compile(r"([一二三四五六七八九十]{1,4})\s*、"),
    re.compile(r"(\d{1,2}|[０-９]{1,2})\s*[.．、](?!\d)"),
    re.compile(r"[（(]\s*(\d{1,2}|[０-９]{1,2})\s*[)）](?!\s*[项款目条至、，,])"),
    re.compile(r"(\d{1,2}|[０-９]{1,2})[)）]"),
    re.compile(r"([①-⑳])"),
)
_ROUND, _CIRCLED = 0, 5
_DECORATION = re.compile(r"(?:[*_>]+\s*|-\s+)+")
_GOES_ON = ("；", ";", "，", ",", "、")
_PAGE_WIDTH = 20  # characters in the narrowest line that a page breaks
_ENDS = ("。", "！", "？", "!", "?", ".", "…", "”", "’", "」", "』", "）", ")", "》", "】", "]")
_COLON = ("：", ":")
# Inside a line the first mark follows a colon, the others the end of the item before.
_INLINE_AFTER = ("；", ";", "。", "，", ",")


@dataclass(frozen=True, slots=True)
class _Mark:
    style: int
    number: int


@dataclass(frozen=True, slots=True)
class _Segment:
    """A line, or the part of a line that begins with a mark."""

    start: int
    end: int
    text: str
    mark: _Mark | None


@dataclass(slots=True)
class _Node:
    """A paragraph or an item under construction."""

    path: tuple[str, ...]
    start: int
    end: int
    style: int = -1
    number: int = 0
    children: list["_Node"] = field(default_factory=list)


def article_places(text: str, citation: Citation, start: int, body: int, end: int) -> tuple[Place, ...]:
    """The article from `start` to `end` of `text`, then its paragraphs, items and subitems, outermost first.

    `body` is where the words begin, behind 第二十四条. Offsets count characters of `text`.

    >>> law = "第四条 禁止下列行为：\\n（一）甲；\\n（二）乙。\\n违者处罚。"
    >>> [(str(p.citation), p.text) for p in article_places(law, Citation("某法", None, ("4",)), 0, 4, len(law))][1:]
    [('某法/4/1', '禁止下列行为：\\n（一）甲；\\n（二）乙。'), ('某法/4/1/1', '（一）甲；'), ('某法/4/1/2', '（二）乙。'), ('某法/4/2', '违者处罚。')]
    """
    places = [place_between(citation, text, start, end)]
    for paragraph in _paragraphs(list(_segments(text, body, end))):
        places += _flatten(text, citation, paragraph)
    return tuple(places)


def _flatten(text: str, citation: Citation, node: _Node) -> Iterator[Place]:
    yield place_between(citation.at(*citation.path, *node.path), text, node.start, node.end)
    for child in node.children:
        yield from _flatten(text, citation, child)


def _paragraphs(segments: list[_Segment]) -> list[_Node]:
    paragraphs: list[_Node] = []
    open_items: list[_Node] = []  # the chain of open items, outermost first
    previous = ""
    for index, segment in enumerate(segments):
        mark = segment.mark
        if mark and not _opens(mark, open_items, previous):
            mark = None
        if mark:
            if not paragraphs:
                paragraphs.append(_Node(("1",), segment.start, segment.end))
            _add_item(paragraphs[-1], open_items, segment, mark)
        elif not paragraphs or not _continues(segments, index, open_items, previous):
            paragraphs.append(_Node((str(len(paragraphs) + 1),), segment.start, segment.end))
            open_items.clear()
        for node in (paragraphs[-1], *open_items):
            node.end = segment.end
        previous = segment.text
    return paragraphs


def _opens(mark: _Mark, open_items: list[_Node], previous: str) -> bool:
    """Whether the mark goes on with an open list or begins one; （一） needs no colon before it, a bare 1. does."""
    same = next((node for node in open_items if node.style == mark.style), None)
    if same is not None:
        return mark.number > same.number
    return mark.style == _ROUND or (mark.number == 1 and previous.endswith(_COLON))


def _add_item(paragraph: _Node, open_items: list[_Node], segment: _Segment, mark: _Mark) -> None:
    for depth, node in enumerate(open_items):
        if node.style == mark.style:
            del open_items[depth:]
            break
    parent = open_items[-1] if open_items else paragraph
    path = (*parent.path, str(mark.number))
    taken = any(child.path == path for child in parent.children)
    node = _Node(path, segment.start, segment.end, mark.style, mark.number)
    if not taken:
        parent.children.append(node)
    open_items.append(node)


def _continues(segments: list[_Segment], index: int, open_items: list[_Node], previous: str) -> bool:
    """Whether an unmarked line belongs to what stands before it."""
    if previous.endswith(_GOES_ON):
        return True
    if previous.endswith(_COLON):
        # A list without marks goes on in the same paragraph; definitions after a colon are sentences of their own.
        return segments[index].text.rstrip().endswith(("；", ";"))
    if not open_items:
        # Broken inside a sentence by the width of a page; a short line may be a label of its own.
        return len(previous) >= _PAGE_WIDTH and not previous.endswith(_ENDS)
    # An item of several lines: the list goes on after this line with the next number.
    outer = open_items[0]
    following = (s.mark for s in segments[index + 1 :] if s.mark and s.mark.style == outer.style)
    after = next(following, None)
    return after is not None and after.number == outer.number + 1


def _segments(text: str, start: int, end: int) -> Iterator[_Segment]:
    series: dict[int, int] = {}  # the last number seen of each style of mark
    for line in split_lines(text[start:end]):
        cuts: list[tuple[int, _Mark | None]] = [(0, _mark_at(line.text, _past_decoration(line.text)))]
        if cuts[0][1]:
            series[cuts[0][1].style] = cuts[0][1].number
        for found in _MARKS[_ROUND].finditer(line.text, 1):
            number = to_int(found[1])
            before = line.text[: found.start()].rstrip(BLANK)
            first = number == 1 and before.endswith(_COLON)
            if first or (number == series.get(_ROUND, -1) + 1 and before.endswith(_INLINE_AFTER)):
                cuts.append((found.start(), _Mark(_ROUND, number or 0)))
                series[_ROUND] = number or 0
        bounds = [cut for cut, _ in cuts[1:]] + [len(line.text)]
        for (cut, mark), stop in zip(cuts, bounds, strict=True):
            piece = line.text[cut:stop].rstrip(BLANK)
            begin = start + line.start + cut
            yield _Segment(begin, begin + len(piece), piece.rstrip("*_ "), mark)


def _past_decoration(line: str) -> int:
    match = _DECORATION.match(line)
    return match.end() if match else 0


def _mark_at(line: str, position: int) -> _Mark | None:
    for style, pattern in enumerate(_MARKS):
        if match := pattern.match(line, position):
            number = ord(match[1]) - 0x245F if style == _CIRCLED else to_int(match[1])
            return _Mark(style, number) if number else None
    return None
