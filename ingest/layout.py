"""Printed pages to paragraphs: lines that the width of a page broke are put together again, page furniture is dropped.

A PDF holds lines and where they stand, no paragraphs. What begins a paragraph is read from the space above the line, its
indentation, the length of the line before, and the words themselves (第三条, （一）, a full stop).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# PDFs printed by Chromium carry Kangxi radicals and their supplement in place of the characters, and em spaces. Only
# these are mapped: NFKC on the whole text would also narrow ， and （. The block of 2F00 has decompositions; of the
# supplement only two characters have, so the simplified forms that occur in running text are listed.
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_SUPPLEMENT = dict(
    zip(
        "⺁⺇⺈⺊⺌⺍⺎⺗⺙⺛⺝⺟⺠⺢⺥⺦⺧⺨⺩⺪⺫⺬⺮⺯⺰⺱⺳⺶⺷⺺⺻⺼⺽⻁⻃⻄⻅⻆⻇⻈⻉⻊⻋⻎⻏⻐⻑⻓⻔⻕⻗⻘⻙⻚⻛⻜⻝⻞⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "厂几刀卜小小兀心攵旡月母民水爪丬牛犭王疋目示竹糹纟网网羊羊肀聿肉臼虎西西见角角讠贝足车辶邑钅長长门阜雨青韦页风飞食食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
_WIDE = r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’…—]"
# Printers set Chinese and Latin apart; extraction shows that as spaces, which are not in the text.
_SET_APART = re.compile(
    rf"(?<={_WIDE}) +(?=[!-~])|(?<=[!-~]) +(?={_WIDE})| +(?=[，。；：、！？”’）》】])|(?<=[（《【“‘]) +"
    rf"|(?<={_WIDE}) +(?=[“‘（《])|(?<=[”’）》]) +(?={_WIDE})"
)

_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／,，]?\s*共?\s*\d{1,4}\s*页)?[-—–·\s]*|\d{1,4}\s*[/／]\s*\d{1,4}"
)
_SENTENCE_END = re.compile(r"[。；：！？;:!?…][”’」』）)]*$|[”’」』]$")
_BEGINS = re.compile(
    r"第\s?[一二三四五六七八九十百千零〇\d]{1,9}\s?(?:条(?!第|规定|的|所|、|和|至)|编|分编|章|节)(?!的|规定)"
    r"|[（(]\s?[一二三四五六七八九十]{1,4}\s?[)）](?!\s?[项款至、，])|[一二三四五六七八九十]{1,3}\s?、|\d{1,2}\s?[、．](?!\d)"
    r"|\d{1,2}\s?\.(?![\d.])\s*(?=[^\d\s])|[（(]\s?\d{1,2}\s?[)）]|[①-⑳]|附[件：:]|审\s*判\s*[长员]|书\s*记\s*员|人民陪审员"
)
_WIDER = 1.3  # a gap this many times the line spacing parts paragraphs


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a page: its words, its left and right edge and height from the foot in points, and its type size."""

    text: str
    page: int
    left: float
    right: float
    height: float
    size: float


def plain_characters(text: str) -> str:
    """Kangxi radicals as the characters they stand for, em spaces as spaces; nothing else is touched.

    >>> plain_characters("⽂⺠\\u2003，（")
    '文民 ，（'
    """
    replaced = _RADICAL.sub(lambda m: _SUPPLEMENT.get(m[0]) or unicodedata.normalize("NFKC", m[0]), text)
    return replaced.replace("\u2003", " ")


def without_furniture(pages: Sequence[Sequence[PrintedLine]]) -> list[PrintedLine]:
    """The lines of all pages without page numbers and without the first or last line that most pages share."""
    repeated: set[str] = set()
    if len(pages) >= 3:
        for edge in (0, -1):
            counts = Counter(lines[edge].text.strip() for lines in pages if lines)
            repeated |= {words for words, count in counts.items() if count * 2 > len(pages)}
    kept: list[PrintedLine] = []
    for page in pages:
        lines = list(page)
        for edge in (0, -1):
            while lines and (_PAGE_NUMBER.fullmatch(lines[edge].text) or lines[edge].text.strip() in repeated):
                lines.pop(edge)
        kept += lines
    return kept


def join_lines(lines: Sequence[PrintedLine]) -> list[str]:
    """The paragraphs of printed lines, the words as they are.

    >>> a = PrintedLine("第一条 为了保护作者的著作权，鼓励", 1, 50, 450, 700, 12)
    >>> b = PrintedLine("创作，制定本法。", 1, 50, 200, 680, 12)
    >>> join_lines([a, b, PrintedLine("第二条 略。", 1, 50, 100, 660, 12)])
    ['第一条 为了保护作者的著作权，鼓励创作，制定本法。', '第二条 略。']
    """
    page = _Measures.of(lines)
    paragraphs: list[str] = []
    for index, line in enumerate(lines):
        words = line.text.strip()
        if index and paragraphs and not page.parts(lines[index - 1], line):
            before = paragraphs[-1]
            is_latin = before[-1:].isascii() and before[-1:].isalnum() and words[:1].isascii()
            paragraphs[-1] = before + " " * is_latin + words
        else:
            paragraphs.append(words)
    return [_SET_APART.sub("", paragraph) for paragraph in paragraphs]


@dataclass(frozen=True, slots=True)
class _Measures:
    """What is usual in a document: the margins, the line spacing, and whether space or indentation marks paragraphs."""

    left: float
    right: float
    spacing: float
    spaced: bool
    indented: bool

    @classmethod
    def of(cls, lines: Sequence[PrintedLine]) -> "_Measures":
        if not lines:
            return cls(0, 0, 0, False, False)
        gaps = sorted(a.height - b.height for a, b in pairwise(lines) if a.page == b.page and a.height > b.height)
        spacing = gaps[len(gaps) // 10] if gaps else 0
        left = Counter(round(line.left) for line in lines).most_common(1)[0][0]
        rights = sorted(line.right for line in lines)
        wide = sum(gap > _WIDER * spacing for gap in gaps)
        indents = sum(1.5 <= (line.left - left) / max(line.size, 1) <= 2.5 for line in lines)
        return cls(left, rights[len(rights) * 9 // 10], spacing, wide * 10 >= len(gaps) > 0, indents * 10 >= len(lines))

    def parts(self, before: PrintedLine, line: PrintedLine) -> bool:
        """Whether a paragraph begins with `line`."""
        if before.page == line.page and self.spaced:
            return before.height - line.height > _WIDER * self.spacing
        size = max(line.size, 1)
        is_short = before.right < self.right - 3 * size
        is_indented = line.left - self.left >= 1.5 * size
        if is_short or _BEGINS.match(line.text.strip()) or (is_indented and self.indented):
            return True
        if self.indented:
            return False
        return _SENTENCE_END.search(before.text.strip()) is not None
