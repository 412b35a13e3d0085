"""Quoted words held against the cited place: the same, changed, or standing somewhere else."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from ingest.citation import Citation
from rag.library import HeldPlace
from rag.quotation import Change
from rag.quotation import fold as _fold_afresh

_OMISSION = re.compile(r"…+|\.{3,}|。{3,}|\[[…\.]+\]|〔[…\.]+〕|[（(][…\.]+[)）]|[（(](?:中间)?[略省][略去]?[)）]")
_LABEL = re.compile(r"^\s*第[〇零一二三四五六七八九十百千两\d]+条(?:之[一二三四五六七八九十]+)?[\s\u3000:：]*")
_TRIM = ".,;:\"'<>"
# So alike that a reader takes the words for the provision's; below it they are somebody's own.
ALIKE = 0.62
_LONGEST = 4000
_SLACK = 12
_NUMBERS = frozenset("0123456789零〇一二三四五六七八九十百千万亿两")
_COUNTED = _NUMBERS | frozenset("元倍年月日个")
_NEGATIONS = frozenset("不无未非没禁勿莫否")


@lru_cache(maxsize=16384)
def folded(text: str) -> str:
    """`rag.quotation.fold`, remembered: the same provisions and quotations come again and again."""
    return _fold_afresh(text)


@lru_cache(maxsize=8192)
def parts_of(quote: str) -> tuple[str, ...]:
    """The folded pieces between omissions, without the punctuation at their ends and the label of the article."""
    pieces = (folded(piece).strip(_TRIM) for piece in _OMISSION.split(_LABEL.sub("", quote)[:_LONGEST]))
    return tuple(piece for piece in pieces if piece)


def stands(quote: str, text: str) -> bool:
    """Whether the quoted pieces stand in the text, in order.

    >>> stands("可以不经著作权人许可……不向其支付报酬", "使用作品，可以不经著作权人许可，不向其支付报酬，但应当")
    True
    """
    source, at = folded(text), 0
    parts = parts_of(quote)
    for part in parts:
        found = source.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(parts)


_NEGATED = re.compile(r"(?:不得|没有|并未|并非|不能|禁止|[不未非无勿莫])$")


def drops_negation(quote: str, text: str) -> bool:
    """Whether the quotation begins right behind a negation of the text, wherever it stands there: 未改变 quoted as 改变.

    >>> drops_negation("改变服务对象所提供的作品", "（二）未改变服务对象所提供的作品；")
    True
    """
    parts = parts_of(quote)
    source = folded(text)
    if not parts or parts[0][0] in _NEGATIONS:
        return False
    at = source.find(parts[0])
    while at > 0 and _NEGATED.search(source, max(0, at - 2), at):
        at = source.find(parts[0], at + 1)
        if at < 0:
            return True
    return False


@lru_cache(maxsize=8192)
def likeness(quote: str, text: str) -> float:
    """How nearly the quotation renders a stretch of the text, 0 to 1."""
    source = folded(text)
    parts = parts_of(quote)
    size = sum(map(len, parts))
    if not size or not source:
        return 0.0
    return sum(len(part) * _part_likeness(part, source) for part in parts) / size


def _part_likeness(part: str, source: str) -> float:
    if len(part) > len(source):
        # A quotation that runs beyond the place: what of it the place holds counts.
        return fuzz.ratio(part, source) / 100
    return fuzz.partial_ratio(part, source) / 100


def changes(quote: str, text: str) -> list[Change]:
    """Where the quotation parts from the stretch of the text that it renders.

    >>> changes("可以经著作权人许可", "使用作品，可以不经著作权人许可，不向其支付报酬")
    [Change(quoted='', source='不')]
    """
    source = folded(text)
    found: list[Change] = []
    for part in parts_of(quote):
        if part in source:
            behind = _NEGATED.search(source, 0, source.find(part))
            found += [Change("", behind[0])] if behind and not found and part == parts_of(quote)[0] else []
            continue
        low, high = 0, len(source)
        if len(part) < len(source):
            window = fuzz.partial_ratio_alignment(part, source)
            if window is not None:
                # partial_ratio gives a window as long as the part: words left out at its edges lie just outside.
                slack = max(_SLACK, len(part) // 2)
                low, high = max(0, window.dest_start - slack), min(len(source), window.dest_end + slack)
        stretch = source[low:high]
        opcodes = Indel.opcodes(part, stretch)
        steps = [
            (code.src_start, code.src_end, code.dest_start, code.dest_end) for code in opcodes if code.tag != "equal"
        ]
        # What the window holds before the first and behind the last quoted character was never quoted.
        raw = [step for step in _merged(steps) if not (step[0] == step[1] and step[0] in (0, len(part)))]
        raw = _merged([_whole_number(part, stretch, *step) for step in raw])
        found += [Change(part[a:b], stretch[c:d]) for a, b, c, d in raw]
    return found


def _whole_number(quoted: str, source: str, a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    """A change inside a numeral, widened to the whole of it: 五十万元 for 五百万元, not 十 for 百."""
    if not set(quoted[a:b] + source[c:d]) & _NUMBERS:
        return a, b, c, d
    while a and c and quoted[a - 1] == source[c - 1] and quoted[a - 1] in _NUMBERS:
        a, c = a - 1, c - 1
    while b < len(quoted) and d < len(source) and quoted[b] == source[d] and quoted[b] in _COUNTED:
        b, d = b + 1, d + 1
    return a, b, c, d


def _merged(steps: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Neighbouring insertions and deletions as one replacement."""
    merged: list[tuple[int, int, int, int]] = []
    for a, b, c, d in steps:
        if merged and merged[-1][1] >= a and merged[-1][3] >= c:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]), merged[-1][2], max(d, merged[-1][3]))
        else:
            merged.append((a, b, c, d))
    return merged


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place that holds no smaller ones, with its folded words."""

    citation: Citation
    text: str


def where_it_stands(quote: str, leaves: Iterable[Leaf], whole: Iterable[HeldPlace]) -> Citation | None:
    """The smallest place in which the words stand: a paragraph or item, else an article; None where none has them."""
    for leaf in leaves:
        if stands(quote, leaf.text):
            return leaf.citation
    return next((place.citation for place in whole if stands(quote, place.text)), None)


def turns_round(found: Sequence[Change]) -> bool:
    """Whether the changes alter a number or leave another count of negations: 不能证明 told as 证明不了 does neither.

    >>> turns_round([Change("", "不能"), Change("不了", "")]), turns_round([Change("", "不")])
    (False, True)
    """
    negations = [
        sum(letter in _NEGATIONS for letter in words)
        for words in ("".join(change.quoted for change in found), "".join(change.source for change in found))
    ]
    numbers = any(set(change.quoted + change.source) & _NUMBERS for change in found)
    return numbers or negations[0] != negations[1]


def says_which(change: Change) -> str:
    """One change in words: what was quoted, what the text says, and whether a number or a negation was touched.

    >>> says_which(Change("五十万元", "五百万元"))
    '“五十万元”应为“五百万元”（数字）'
    """
    if not change.source:
        said = f"多出“{change.quoted}”"
    elif not change.quoted:
        said = f"漏掉“{change.source}”"
    else:
        said = f"“{change.quoted}”应为“{change.source}”"
    return said + mark_of(change)


def mark_of(change: Change) -> str:
    """（数字） or （否定） for the changes that turn the meaning round, else nothing."""
    touched = set(change.quoted + change.source)
    marks = [name for name, signs in (("数字", _NUMBERS), ("否定", _NEGATIONS)) if touched & signs]
    return f"（{'、'.join(marks)}）" if marks else ""
