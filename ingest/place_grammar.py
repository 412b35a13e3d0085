"""Places inside a document: 第二十四条第一款第（六）项, lists, ranges and their English forms, as paths of a key.

Everything here reads folded text (`ingest.script.fold`): simplified, narrow, lower case, round brackets.
"""

import re
from dataclasses import dataclass, replace

from ingest.numerals import to_int

ARTICLE, PARAGRAPH, ITEM, SUBITEM = range(4)
_MOST_IN_A_RANGE = 100

NUMERAL = r"(?:\d{1,4}|[零〇○一二三四五六七八九十百千两廿卅]{1,9})"
_BRACKETED = rf"(?:\(\s?{NUMERAL}\s?\)|{NUMERAL})"
_RANGE = r"(?:至|到|[-–—−~]{1,2})"
_AND = r"(?:、|,|以及|和|及|与|或者|或)"
# 条件, 款项, 项目 and the like are words of their own; 条例外 and 条文字 are not.
UNIT = (
    r"(?:条(?!件|款|例(?![外如])|文(?!字)|目|理|形码|约|线)"
    r"|款(?!项|式|待|爷)|项(?!目|链|圈)|目(?!标|录|前|光|击|睹|的地)|点(?!评|击|钟|半|赞|子)|自然段|段(?!落大|位|时))"
)
_GROUP = re.compile(
    rf"(?P<ordinal>第?)\s?(?P<first>{_BRACKETED})"
    rf"(?P<more>(?:\s?(?:{_AND}|{_RANGE})\s?第?\s?{_BRACKETED}|\s?\(\s?{NUMERAL}\s?\)){{0,40}}?)\s?(?P<unit>{UNIT})"
    rf"(?P<inserted>(?:\s?[、]?\s?之\s?{NUMERAL}(?!款|项|条))*)"
)
_NUMBER = re.compile(rf"(?P<range>{_RANGE})?\s?第?\s?(?P<bracket>\(?)\s?(?P<number>{NUMERAL})")
# A heading in brackets may stand between the levels: 第24条（合理使用）第1款.
_HEADING = rf"(?:\((?!\s?{NUMERAL}\s?\))[^()\n]{{1,20}}\))?"
_LINK = re.compile(rf"{_HEADING}\s?(?P<of>规定的|中的|的|中|之)?\s?")
_SEPARATOR = re.compile(
    rf"{_HEADING}\s?(?:(?P<range>至|到|[-–—−~]{{1,2}})|[、,;/]?\s?(?:以及|及其|和|及|与|或者|或|并|暨)|[、,;/])\s?"
)
_BARE_BRACKETS = re.compile(rf"\s?\(({NUMERAL})\)(?:\s?\(({NUMERAL})\))?(?!\s?[款项目条、,至和及])")
_INSERTED = re.compile(rf"之\s?({NUMERAL})")
_LEVELS = {
    "条": ARTICLE,
    "点": ARTICLE,
    "款": PARAGRAPH,
    "自然段": PARAGRAPH,
    "段": PARAGRAPH,
    "项": ITEM,
    "目": SUBITEM,
}
# 第二项诉讼请求 and 第二款产品 count things, not places.
COUNTED = re.compile(
    r"\s?(?:诉讼|诉请|请求|上诉|反诉|证据|判决|判项|裁判|主文|任务|指标|发明|技术|专利|费用|损失|服务|产品|商品|软件|应用|游戏|模型"
    r"|工具|车型|手机|程序|作品|研究|工作|要求(?!\s?[“「『\"‘:])|议程|内容是|app|ai)"
)
_ENGLISH = re.compile(
    r"(?:(?:item|subparagraph)\s\(?(?P<item0>\d+)\)?,?\s(?:of\s)?)?(?:(?:paragraph|para\.?)\s\(?(?P<para0>\d+)\)?,?\s(?:of\s)?)?"
    r"(?<![a-z.])(?P<mark>articles?|arts?\.?|§§?)\s?(?P<article>\d{1,4})(?![\d.:])(?:-(?P<sub>\d{1,2})(?=\())?"
    r"(?:\s?\((?P<para>\d{1,2})\))?(?:\s?\((?P<item>\d{1,2})\))?"
    r"(?:,?\s(?:paragraph|para\.?)\s\(?(?P<para2>\d+)\)?)?(?:,?\s(?:item|subparagraph|sub-?item)\s\(?(?P<item2>\d+)\)?)?"
)
_ENGLISH_MORE = re.compile(
    r"\s?(?P<range>to|through|[-–])?(?(range)|(?:,\sand|,|and|or|&))\s?(?:articles?\s|arts?\.?\s|§\s?)?"
    r"(?P<article>\d{1,4})(?![\d.:]|-\d)(?:\((?P<para>\d{1,2})\))?(?:\((?P<item>\d{1,2})\))?"
)


@dataclass(frozen=True, slots=True)
class PlaceSpan:
    """A place of a list: its levels (article, paragraph, item, subitem; None above the first that was written)."""

    levels: tuple[str | None, ...]
    start: int
    end: int
    bracketed: bool = False

    def path(self, base: tuple[str, ...] = ()) -> tuple[tuple[str, ...], bool]:
        """The path of the key, levels that were not written taken from `base`, and whether 款 1 was put in.

        >>> PlaceSpan(("24", None, "6"), 0, 0).path()
        (('24', '1', '6'), True)
        >>> PlaceSpan((None, "2"), 0, 0).path(("24", "1", "6"))
        (('24', '2'), False)
        """
        if self.levels[0] is not None:
            base = ()
        first = next((index for index, level in enumerate(self.levels) if level is not None), 0)
        known = [*base[:first], *self.levels[len(base[:first]) :]]
        implied = len(known) > PARAGRAPH and known[PARAGRAPH] is None
        return tuple(level if level is not None else "1" for level in known), implied


@dataclass(frozen=True, slots=True)
class _Group:
    level: int
    unit: str
    numbers: tuple[str, ...]
    start: int
    end: int
    ordinal: bool
    bracketed: bool


def _read_group(text: str, position: int) -> _Group | None:
    match = _GROUP.match(text, position)
    if not match:
        return None
    numbers: list[str] = []
    for part in _NUMBER.finditer(match["first"] + match["more"]):
        number = to_int(part["number"])
        if number is None:
            return None
        low = int(numbers[-1]) if part["range"] and numbers and numbers[-1].isdigit() else None
        if low is not None and number < low and part["range"] == "-":
            numbers[-1] = f"{low}-{number}"
            continue
        if low is not None:
            numbers.extend(_between(low, number))
        numbers.append(str(number))
    for inserted in _INSERTED.finditer(match["inserted"]):
        article = numbers[-1].partition("-")[0]
        if match["inserted"].startswith("、") or "-" in numbers[-1]:
            numbers.append(f"{article}-{to_int(inserted[1])}")
        else:
            numbers[-1] = f"{article}-{to_int(inserted[1])}"
    if match["inserted"] and match["unit"] != "条":
        return None
    return _Group(
        _LEVELS[match["unit"]],
        match["unit"],
        tuple(numbers),
        match.start(),
        match.end(),
        bool(match["ordinal"]),
        match["first"].startswith("("),
    )


def _between(low: int, high: int) -> list[str]:
    """The numbers strictly between two ends; none when the range runs backwards or is too long to be a citation."""
    return [str(number) for number in range(low + 1, high)] if high - low <= _MOST_IN_A_RANGE else []


def read_places(text: str, position: int, *, named: bool) -> list[PlaceSpan]:
    """The places written from `position` on, in order; empty when none begins there.

    After a name (`named`) an article may lack its 第 (著作权法24条) and 点 and 段 count as places too.

    >>> [p.path()[0] for p in read_places("第二十四条第一款第二、三项,第五十九条", 0, named=True)]
    [('24', '1', '2'), ('24', '1', '3'), ('59',)]
    >>> [p.path()[0] for p in read_places("第十五条至第十七条", 0, named=True)]
    [('15',), ('16',), ('17',)]
    """
    group = _read_group(text, position)
    if group is None or not (group.ordinal or group.bracketed or named):
        return []
    if not named and (group.unit in ("点", "段", "自然段") or (not group.ordinal and group.level != ITEM)):
        return []
    if named and group.level != ARTICLE and group.unit not in ("段", "自然段"):
        return []
    places: list[PlaceSpan] = []
    levels: tuple[str | None, ...] = ()
    if named and group.unit in ("段", "自然段"):
        levels = ("0",)
    spread = _spread(group, levels)
    while True:
        places.extend(spread)
        levels, end = places[-1].levels, places[-1].end
        if deeper := _deeper(text, end, len(levels) - 1):
            first, *others = _spread(deeper, levels)
            last = places.pop()
            spread = [replace(first, start=last.start, bracketed=last.bracketed), *others]
            continue
        if brackets := _BARE_BRACKETS.match(text, end) if len(levels) in (1, 2) else None:
            places[-1] = _with_brackets(places[-1], brackets)
            levels, end = places[-1].levels, places[-1].end
        following = _SEPARATOR.match(text, end)
        group = _read_group(text, following.end()) if following else None
        if not following or group is None or group.unit in ("段", "自然段") or COUNTED.match(text, group.end):
            return places
        counted = not group.ordinal and not group.bracketed and group.level != ARTICLE
        if counted and not following["range"]:
            return places
        if group.level > len(levels):
            return places
        spread = _spread(group, levels[: group.level])
        if following["range"]:
            spread = _ranged(places[-1], spread, group)


def _spread(group: _Group, above: tuple[str | None, ...]) -> list[PlaceSpan]:
    padded = (*above[: group.level], *([None] * (group.level - len(above))))
    return [PlaceSpan((*padded, number), group.start, group.end, group.bracketed) for number in group.numbers]


def _deeper(text: str, position: int, level: int) -> _Group | None:
    link = _LINK.match(text, position)
    group = _read_group(text, link.end() if link else position)
    if group is None or group.level <= level or group.unit in ("点", "段"):
        return None
    if link and link["of"] and not group.ordinal and not group.bracketed:
        return None
    # Right behind its article an item is a place, whatever follows: 第二十二条第（六）项要求, 第三条第（四）项作品.
    adjoining = not (link and link[0].strip()) and (group.ordinal or group.bracketed)
    return group if adjoining or not COUNTED.match(text, group.end) else None


def _with_brackets(place: PlaceSpan, brackets: re.Match[str]) -> PlaceSpan:
    """第24条(1)(6) counts 款 and 项; one pair of brackets alone is an item."""
    first, second = str(to_int(brackets[1])), brackets[2] and str(to_int(brackets[2]))
    if second and len(place.levels) == 1:
        return replace(place, levels=(*place.levels, first, second), end=brackets.end())
    if second:
        return replace(place, levels=(*place.levels, first, second), end=brackets.end())
    padded = (*place.levels, None)[: PARAGRAPH + 1] if len(place.levels) == 1 else place.levels
    return replace(place, levels=(*padded, first), end=brackets.end())


def _ranged(before: PlaceSpan, after: list[PlaceSpan], group: _Group) -> list[PlaceSpan]:
    low, high = before.levels[-1], after[0].levels[-1]
    if len(before.levels) != len(after[0].levels) or not (low or "").isdigit() or not (high or "").isdigit():
        return after
    middle = [
        PlaceSpan((*after[0].levels[:-1], number), before.start, group.end)
        for number in _between(int(low or 0), int(high or 0))
    ]
    return [*middle, *after]


def read_english(text: str, position: int = 0) -> tuple[list[PlaceSpan], int] | None:
    """`Article 24(1)(6)`, `Articles 15 to 17`, `§24`, beginning exactly at `position`: the places and their end.

    >>> read_english("article 24, paragraph 1, item 6 of the copyright law")[0][0].path()[0]
    ('24', '1', '6')
    """
    match = _ENGLISH.match(text, position)
    if not match:
        return None
    article = match["article"] + (f"-{match['sub']}" if match["sub"] else "")
    places = [_english_place(match, article, match["para0"] or match["para2"], match["item0"] or match["item2"])]
    end = match.end()
    while more := _ENGLISH_MORE.match(text, end):
        place = _english_place(more, more["article"], None, None)
        if more["range"]:
            low = places[-1].levels[0] or ""
            between = _between(int(low), int(more["article"])) if low.isdigit() else []
            places += [PlaceSpan((number,), match.start(), more.end()) for number in between]
        places.append(replace(place, start=more.start("article")))
        end = more.end()
    return places, end


def _english_place(match: re.Match[str], article: str, paragraph: str | None, item: str | None) -> PlaceSpan:
    levels: tuple[str | None, ...] = (article, match["para"] or paragraph, match["item"] or item)
    while levels[-1] is None:
        levels = levels[:-1]
    return PlaceSpan(levels, match.start(), match.end())


ENGLISH_ANCHOR = re.compile(
    r"(?<![a-z0-9.])(?:(?:item|subparagraph|paragraph|para\.?)\s\(?\d+\)?,?\s(?:of\s)?)*(?:articles?|arts?\.?)\s?\d|§\s?\d"
)
