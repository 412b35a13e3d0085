"""Commentary to passages: numbered or marked headings, paragraphs counted under each, footnotes.

A key is the heading path without brackets and marks, then the paragraph: `君合2025/一.2.1/1` stands under 一、 → 2、 →
（1）. Paragraphs before the first heading are `0/n`, footnotes `注/n`. A paragraph is a line that is not blank.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.citation import Citation
from ingest.document import Document, Kind, Role
from ingest.lines import Line, Piece, partition, place_between, split_lines

_NUMERAL = "一二三四五六七八九十百"
# One pattern a level, outermost first, in the order that Chinese official writing prescribes: 第一部分 / 一、 / （一） /
# 1、 / （1） / ① (GB/T 9704-2012, 7.3.3). The first group is the number, the second the words.
_LEVELS = (
    re.compile(rf"(第[{_NUMERAL}\d]+(?:编|篇|章|部分))[\s:：、.．]*(.*)"),
    re.compile(rf"(第[{_NUMERAL}\d]+节)[\s:：、.．]*(.*)"),
    re.compile(rf"([{_NUMERAL}]+)\s*[、.．:：]\s*(\S.*)"),
    re.compile(rf"[(（]\s*([{_NUMERAL}]+)\s*[)）]\s*[、.．]?\s*(\S.*)"),
    re.compile(r"([0-9０-９]{1,2})\s*[、.．](?![0-9０-９])\s*(\S.*)"),
    re.compile(r"[(（]\s*([0-9０-９]{1,2})\s*[)）]\s*[、.．]?\s*(\S.*)"),
    re.compile(r"([0-9０-９]{1,2})[)）]\s*(\S.*)"),
    re.compile(r"([①-⑳])\s*(\S.*)"),
)
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[、.．]?\s+(\S.*)")
_DECIMAL_LEVEL = 4
_TOP_HEADINGS = frozenset(
    ("引言", "前言", "导语", "导言", "摘要", "背景", "小结", "总结", "结论", "结语", "余论", "后记", "附录", "参考文献")
)
_NOTES = "注"
_NOTES_HEADING = re.compile(r"[【\[]?(?:注|注释|脚注|尾注)[】\]]?[:：]?")
_FOOTNOTE = re.compile(r"(?:\[\^?(\d{1,3})\][:：]?|〔(\d{1,3})〕|([①-⑳])|(\d{1,3})[.．、](?!\d))\s*(?=\S)")
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_SENTENCE = re.compile(r"[。！？!?]|[；;，,、…]$")
_SENTENCE_END = re.compile(r"[。！？!?；;…][”’」』）)\]】]*$")
_HEADING_LIMIT = 90  # the longest heading seen in practice runs to some 80 characters
_TITLE_LIMIT = 80
_HEAD_LINES = 12  # where a title that is known is looked for
_BREADCRUMB = re.compile(r"\S+(?:\s*[/>›»｜|]\s+\S+){2,}")
_DATE = re.compile(r"(\d{4})\s*[.年/-]\s*(\d{1,2})\s*[.月/-]\s*(\d{1,2})日?")
_BYLINE = re.compile(
    r"(?:作者|来源|编辑|发布时间|发布日期|日期|时间|文)\s*[:：丨|/].*|\d{4}\s*[.年/-]\s*\d{1,2}\s*[.月/-]\s*\d{1,2}.*"
)
_NAMES = re.compile(r"[\u4e00-\u9fff]{2,4}(?:[\s、,，]+[\u4e00-\u9fff]{2,4}){1,9}")
_NOT_TEXT = re.compile(r"[-*_=—\s]{3,}|<!--.*-->")
# Marks of lists that word processors leave at the head of a line: Wingdings glyphs come out as ž, Ø or ü.
_BULLET = re.compile(r"(?:[žØ•●○◆■□▪➢\uf000-\uf0ff]|[ül](?=\s{2})|[-*+](?=\s))\s*")
_TAIL_LIMIT = 6  # lines of an imprint after the last footnote


@dataclass(frozen=True, slots=True)
class _Heading:
    rank: tuple[int, int]
    component: str
    words: str


def parse_commentary(text: str, citation: Citation, meta: Mapping[str, Any], kind: Kind = Kind.COMMENTARY) -> Document:
    """Cut an article, or any text without articles of law, into numbered paragraphs under its headings.

    `meta["title"]` is taken as the title where it is given; otherwise it is read from the head of the text. Breadcrumb,
    title and by-line do not count as paragraphs. A numbered line is a heading only where it is short, is no sentence
    and has something under it; otherwise it is a paragraph. Every text parses.

    >>> text = "一、评述\\n1、第一案\\n一段话。\\n（1）本案中，法院未予采纳。\\n结语\\n再会。"
    >>> document = parse_commentary(text, Citation("君合2025"), {})
    >>> [str(p.citation) for p in document.passages if p.citation]
    ['君合2025/一.1/1', '君合2025/一.1/2', '君合2025/结语/1']
    """
    lines = split_lines(text)
    first_note, last_note = _footnotes(lines)
    pieces: list[Piece] = []
    found = dict(meta)
    body = _head(lines[:first_note], found, pieces)
    stack: list[_Heading] = []
    counts: Counter[str] = Counter()
    for index in range(body, first_note):
        line = lines[index]
        heading = _heading(lines, index, first_note, stack)
        if heading:
            del stack[_depth(stack, heading.rank) :]
            stack.append(heading)
            pieces.append(Piece(line.raw_start, Role.HEADING, headings=tuple(h.words for h in stack)))
        elif _NOT_TEXT.fullmatch(line.text) or _MARKDOWN.fullmatch(line.text):
            pieces.append(Piece(line.raw_start, Role.OTHER))
        else:
            section = ".".join(h.component for h in stack) or "0"
            counts[section] += 1
            where = citation.at(section, str(counts[section]))
            pieces.append(_paragraph(text, line, where, Role.PARAGRAPH, tuple(h.words for h in stack)))
    pieces += _note_pieces(text, lines, first_note, last_note, citation, counts[_NOTES])
    title = str(found.get("title") or citation.document)
    return Document(citation, kind, title, text, partition(text, pieces), found, tuple(found.get("aliases") or ()))


def _paragraph(text: str, line: Line, citation: Citation, role: Role, headings: tuple[str, ...]) -> Piece:
    bullet = _BULLET.match(line.text)
    start = line.start + (bullet.end() if bullet and bullet.end() < len(line.text) else 0)
    return Piece(line.raw_start, role, citation, headings, (place_between(citation, text, start, line.end),))


def _head(lines: list[Line], meta: dict[str, Any], pieces: list[Piece]) -> int:
    """Take breadcrumb, title and by-line off the head; returns the index of the first line of the body."""
    folded = _folded(str(meta.get("title") or ""))
    # What stands above a title that is known is furniture of the site.
    known = next((i for i, line in enumerate(lines[:_HEAD_LINES]) if folded and _folded(line.text) == folded), -1)
    titled = False
    for index, line in enumerate(lines):
        words = _unmarked(line.text)
        if index <= known:
            role, titled = (Role.TITLE, True) if index == known else (Role.OTHER, False)
        elif _BREADCRUMB.fullmatch(line.text) and len(line.text) <= _TITLE_LIMIT and "。" not in line.text:
            role = Role.OTHER
        elif titled and _is_byline(line.text):
            role = Role.OTHER
            if date := _DATE.search(line.text):
                meta.setdefault("date", "{}-{:0>2}-{:0>2}".format(*date.groups()))
        elif not titled and index + 1 < len(lines) and _is_title(line.text):
            role, titled = Role.TITLE, True
            meta.setdefault("title", words)
        else:
            return index
        pieces.append(Piece(line.raw_start, role))
    return len(lines)


def _is_byline(line: str) -> bool:
    is_form = _BYLINE.fullmatch(line) or _NAMES.fullmatch(line)
    return bool(is_form) and len(line) <= _TITLE_LIMIT and not _SENTENCE.search(line)


def _folded(words: str) -> str:
    return re.sub(r"[\s#《》]", "", words)


def _is_title(line: str) -> bool:
    words = _unmarked(line)
    marked = _MARKDOWN.fullmatch(line)
    if not words or len(words) > _TITLE_LIMIT or _SENTENCE_END.search(words) or _number(words):
        return False
    return len(marked[1]) == 1 if marked else "。" not in words and words not in _TOP_HEADINGS


def _unmarked(line: str) -> str:
    marked = _MARKDOWN.fullmatch(line)
    return marked[2] if marked else line


def _number(words: str) -> tuple[int, str, str] | None:
    """Level, number and words of a numbered line."""
    for level, pattern in enumerate(_LEVELS):
        if match := pattern.fullmatch(words):
            return level, match[1], match[2]
    return None


def _heading(lines: list[Line], index: int, end: int, stack: list[_Heading]) -> _Heading | None:
    line = lines[index].text
    marked = _MARKDOWN.fullmatch(line)
    words = marked[2].strip("*") if marked else line.strip("*")
    depth = len(marked[1]) if marked else 9
    if decimal := _DECIMAL.fullmatch(words):
        if not marked and not _stands_as_heading(decimal[2]):
            return None
        return _decimal_heading(decimal[1], words, depth, stack)
    numbered = _number(words)
    if numbered:
        level, number, rest = numbered
        if marked or (_stands_as_heading(rest) and not _is_leaf(lines, index, end, level)):
            return _Heading((depth, level), unicodedata.normalize("NFKC", number), words)
        return None
    if words.rstrip(":：") in _TOP_HEADINGS and index + 1 < end:
        return _Heading((0, -1), words.rstrip(":："), words)
    component = re.sub(r"[\s/@#.．]+", "", words)
    if marked and component:
        return _Heading((depth, -1), component, words)
    return None


def _decimal_heading(number: str, words: str, depth: int, stack: list[_Heading]) -> _Heading:
    """1.2 is the second heading under an open 1; where none is open it stands by its whole number."""
    parts = number.split(".")
    rank = (depth, _DECIMAL_LEVEL + len(parts) * 10)
    open_parts = [h.component for h in stack[: _depth(stack, rank)]]
    nested = open_parts[-len(parts) + 1 :] == parts[:-1]
    return _Heading(rank, parts[-1] if nested else number, words)


def _stands_as_heading(words: str) -> bool:
    return len(words) <= _HEADING_LIMIT and not _SENTENCE.search(words)


def _is_leaf(lines: list[Line], index: int, end: int, level: int) -> bool:
    """Whether nothing stands under a numbered line: then it is an entry of a list, and its words must stay citable."""
    if index + 1 >= end:
        return True
    following = _unmarked(lines[index + 1].text)
    after = _number(following)
    return following in _TOP_HEADINGS or (after is not None and after[0] <= level)


def _depth(stack: list[_Heading], rank: tuple[int, int]) -> int:
    for depth, heading in enumerate(stack):
        if heading.rank >= rank:
            return depth
    return len(stack)


def _footnotes(lines: list[Line]) -> tuple[int, int]:
    """The indices of the first line of the notes and of the line after the last note; twice the end where none are."""
    for index in range(len(lines) - 1, -1, -1):
        if _NOTES_HEADING.fullmatch(_unmarked(lines[index].text)):
            numbered = [i for i in range(index + 1, len(lines)) if _FOOTNOTE.match(lines[i].text)]
            if numbered:
                return index, numbered[-1] + 1
    for last in range(len(lines) - 1, max(len(lines) - 2 - _TAIL_LIMIT, -1), -1):
        number = _note_number(lines[last].text)
        if number is None:
            continue
        first = last - number + 1
        run = lines[max(first, 0) : last + 1]
        if first < 1 or [_note_number(line.text) for line in run] != list(range(1, number + 1)):
            break
        before = "\n".join(line.text for line in lines[:first])
        if sum(_is_marked(before, n) for n in range(1, number + 1)) * 2 >= number:
            return first, last + 1
        break
    return len(lines), len(lines)


def _note_number(line: str) -> int | None:
    match = _FOOTNOTE.match(line)
    if not match:
        return None
    digits = next(group for group in match.groups() if group)
    return int(unicodedata.normalize("NFKC", digits))


def _is_marked(body: str, number: int) -> bool:
    """Whether the body refers to note `number`: [1], 〔1〕, ①, or the bare digit that lost its superscript (一案1中)."""
    circled = chr(0x2460 + number - 1) if number <= 20 else "\0"
    bare = (
        rf"(?<=[\u4e00-\u9fff）)》”’」』】。，；？！])\s?{number}(?!\d*\s?[年月日号条款项个种次元万亿名人件起%％、.．])"
    )
    return re.search(rf"[\[〔]\^?{number}[\]〕]|{circled}|{bare}", body) is not None


def _note_pieces(text: str, lines: list[Line], first: int, last: int, citation: Citation, taken: int) -> list[Piece]:
    """The notes by their numbers; those up to `taken` are the paragraphs of a section that is headed like the notes."""
    pieces: list[Piece] = []
    seen = Counter(str(number) for number in range(1, taken + 1))
    index = first
    while index < len(lines):
        line = lines[index]
        number = _note_number(line.text)
        if index >= last or number is None:
            is_heading = bool(_NOTES_HEADING.fullmatch(_unmarked(line.text)))
            pieces.append(Piece(line.raw_start, Role.HEADING if is_heading else Role.OTHER))
            index += 1
            continue
        after = index + 1
        while after < last and _note_number(lines[after].text) is None:
            after += 1
        seen[str(number)] += 1
        name = str(number) if seen[str(number)] == 1 else f"{number}({seen[str(number)]})"
        where = citation.at(_NOTES, name)
        place = place_between(where, text, line.start, lines[after - 1].end)
        pieces.append(Piece(line.raw_start, Role.FOOTNOTE, where, (_NOTES,), (place,)))
        index = after
    return pieces
