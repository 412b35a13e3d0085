"""Numbers of judgments and of documents in folded text: (2024)粤0192民初113号, 法发(2011)18号, 1:23-cv-08292.

Case numbers follow 最高人民法院《关于人民法院案件案号的若干规定》(法〔2015〕137号); the 字第 form is the one before 2016.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.citation import normal_case_number

_COURT = r"(?:最\s?高\s?法|[京津沪渝冀晋蒙内辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵黔云滇藏陕甘青宁新兵军](?:\s?\d{2,4})?)"
_TYPE = (
    r"(?:(?:知|商|海|林)?\s?(?:民|刑|行|执|赔|破|清|财|认|司|委|协|国|诉|调|强|法|辖|没|申|请|域|引|监|催|特|保|证)"
    r"(?:[初终申再监特撤辖提抗督催破赔保审更异复恢协他备调确执救惩罚前司民刑行外台港澳认财知]\s?){0,4})"
)
_NUMBER = re.compile(
    rf"(?:\(\s?(?P<year>(?:19|20)\d{{2}})\s?\)|(?P<open>\(?)(?P<loose>(?:19|20)\d{{2}})年?\)?)?\s?"
    rf"(?P<code>(?<![一-鿿]){_COURT}|(?<=[\)\d年 ]){_COURT}|{_COURT})\s?(?P<type>{_TYPE})\s?(?P<serial>\d{{1,7}})(?!\d)"
    r"(?P<more>(?:\s?[、,]\s?\d{1,7}(?=\s?[、,号]))*)\s?(?P<end>号(?:之(?:\d{1,2}|[一二三四五六七八九十]{1,2}))?)?"
)
_FREE = re.compile(
    r"\(\s?(?P<year>(?:19|20)\d{2})\s?\)\s?(?P<code>[一-鿿]{1,8}?\d{0,4})(?P<type>[一-鿿]{0,6}?(?:字第|民初|民终|行终|行初|刑初|刑终|知终|知初|字))"
    r"\s?(?P<serial>\d{1,7})(?P<end>\s?号(?:之(?:\d{1,2}|[一二三四五六七八九十]{1,2}))?)"
)
_DOCKET = re.compile(r"(?<![\d:])\d:\d{2}-(?:cv|cr|md|mc)-\d{4,5}(?!\d)")
_ISSUED = re.compile(
    r"(?P<prefix>法释|法发|法办发?|法函|法复|法明传|法|高检发释?字?|国发|国办发|国函|国信办通字|国信办发文字|国知[办发][一-鿿]{0,3}字"
    r"|国版[字发办]|京高法发|[一-鿿]高法发?)\s?(?:\((?P<year>(?:19|20)\d{2})\)|(?P<loose>(?:19|20)\d{2})年)\s?(?:第)?(?P<serial>\d{1,4})号"
)
_COURT_BEFORE = re.compile(
    r"([一-鿿]{2,28}?(?:人民法院|互联网法院|知识产权法院|金融法院|海事法院|专门法院|铁路运输法院|中院|高院|法院|最高法))"
    r"(?:一审|二审|再审|终审)?(?:作出的?|在|审理的|的|,|:)?\s?$"
)
_BEFORE_COURT = re.compile(
    r"^.*(?:不服|诉至|根据|依据|参见|参照|参考|案件|案例|以及|经过|撤销|维持|按照|审查|已由|一案由|经(?!济|开)|如(?![皋东])|即(?!墨)|(?<!呼)和(?![平静林政顺县田])|[由见在及与为的是了被至])"
)


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """A number with its place in the text. `serial` is set instead of `number` where the year is missing."""

    start: int
    end: int
    number: str | None
    serial: str | None = None
    is_case: bool = True


def case_numbers(folded: str) -> Iterator[NumberSpan]:
    """Every number of a judgment, whatever the brackets, spaces, or what is missing.

    >>> [span.number for span in case_numbers("见( 2024 ) 粤 0192 民初 113 号,2023京0491民初11279号")]
    ['(2024)粤0192民初113号', '(2023)京0491民初11279号']
    >>> next(case_numbers("粤0192民初113号")).serial
    '粤0192民初113号'
    """
    taken = -1
    for match in _NUMBER.finditer(folded):
        year = match["year"] or match["loose"]
        if not year and not (match["end"] and re.search(r"\d", match["code"])):
            continue
        if folded[match.start() - 1 : match.start()].isdigit():
            continue
        yield from _each(match, year)
        taken = match.end()
    for match in _FREE.finditer(folded):
        if match.end() > taken or not any(True for _ in _NUMBER.finditer(match[0])):
            yield from _each(match, match["year"])
    for match in _DOCKET.finditer(folded):
        yield NumberSpan(match.start(), match.end(), match[0])


def _each(match: re.Match[str], year: str | None) -> Iterator[NumberSpan]:
    head = re.sub(r"\s", "", match["code"] + match["type"])
    ending = re.sub(r"\s", "", match["end"] or "号")
    serials = [match["serial"], *re.findall(r"\d+", match.groupdict().get("more") or "")]
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    whole = NumberSpan(start, match.start() + len(match[0].rstrip()), None)
    for serial in serials:
        if year:
            yield replace(whole, number=normal_case_number(f"({year}){head}{serial}{ending}"))
        else:
            yield replace(whole, serial=f"{head}{serial}{ending}")


def issued_numbers(folded: str) -> Iterator[NumberSpan]:
    """Every number under which a court or an office issued a document, in its one spelling.

    >>> next(issued_numbers("法发[2011]18号".replace("[", "(").replace("]", ")"))).number
    '法发〔2011〕18号'
    """
    for match in _ISSUED.finditer(folded):
        number = f"{match['prefix']}〔{match['year'] or match['loose']}〕{match['serial']}号"
        yield NumberSpan(match.start(), match.end(), number, is_case=False)


def court_before(folded: str, start: int) -> tuple[int, int] | None:
    """The span of the court written directly before a case number, None when there is none.

    >>> text = "不服广州互联网法院(2024)粤0192民初113号"
    >>> text[slice(*court_before(text, text.index("(")))]
    '广州互联网法院'
    """
    low = max(0, start - 34)
    match = _COURT_BEFORE.search(folded, low, start)
    if not match:
        return None
    cut = _BEFORE_COURT.match(match[1])
    begin = match.start(1) + (cut.end() if cut else 0)
    return (begin, match.end(1)) if match.end(1) - begin >= 2 else None
