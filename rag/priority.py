"""Whose work was there first, by the days that a fact pattern tells of the two: what was made earlier was made without the other.

Each day is given to the side that its clause speaks of, or the clause before. Days of the dispute itself do not count. Told by
whoever claims, "we" is the claiming side, so such a text is left alone.
"""

import re
from datetime import date

from rag.days_told import IN_COURT

FIRST = "被告完成在先"
"""The fact that the days tell."""

_CLAUSE = re.compile(r"[^，。；？！,;?!\n]+")
_OURS = re.compile(
    r"我(?!国)|咱|俺|本(?:公司|店|社|人|厂|所)|客户|委托人|当事人|被告|被诉|\b(?:we|our|my|I|us|defendant(?:'s)?|client(?:'s)?)\b",
    re.I,
)
_THEIRS = re.compile(
    r"原告|权利人|对方|人家|[他她](?!俩)|那[位个家名](?!时)|有[个位家名]|claimant|plaintiff|\b(?:he|she|his|her|hers|they|their|theirs)\b",
    re.I,
)
_YEAR = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s?(?:年|[-/.](?=\d)|(?![\d号]))\s?(?:(?P<month>\d{1,2})(?:月|[-/.]|(?!\d)))?|(?P<said>大前年|前年|去年|今年|两年前|三年前)"
)
_SAID = {"今年": 0, "去年": 1, "前年": 2, "两年前": 2, "大前年": 3, "三年前": 3}
_MADE = re.compile(
    r"画|做|拍|写|创作|完成|设计|定稿|提交|首次|发|公开|上传|建|生成|登记|出图|成稿|初稿|文件|日期|时间|形象|录|雕|刻|谱|编|开发|草|"
    r"\b(?:dr[ae]wn?|made|posted|publish\w*|shown|final\w*|finish\w*|complet\w*|written|wrote|dated|uploaded|commit\w*|created|recorded|composed|inked|shot|photograph\w*|filmed|registered|released|launched|designed)\b",
    re.I,
)
# Who says so claims: 盗了我的图, we want to sue.
_CLAIMING = re.compile(
    r"(?:盗|抄|偷|搬|扒|仿|用|改)了?我(?:们|方|家)?的|我(?:们|方)?(?:想|要|能|可以|准备|打算)(?:告|起诉|维权|索赔)|(?:起诉|告)(?:他|她|对方)|"
    r"\b(?:copied|stole|took|used|uses|ripped off) (?:my|our)\b|\b(?:we|I) (?:want|plan|intend|are going|am going) to sue\b",
    re.I,
)
# Said without a day: 比他的打样单还早四天.
_EARLIER_THAN = re.compile(
    r"[比较](?:他|她|对方|原告|权利人|原作)(?:们|那[张幅件个首])?[^，。；！？,.;!?]{0,10}(?:早|先)(?:了|出|整整|完成|发|[一二两三四五六七八九十半\d])"
)
_JANUARY = 1


def defendant_first(text: str) -> tuple[int, int] | None:
    """Where a simplified, narrow text tells the day of the defendant's work, if that lies before every day of the claimant's.

    >>> told = "我2019年就画好了，文件日期在。他2022年才发的，却告我抄他。"
    >>> told[slice(*defendant_first(told))]
    '2019年'
    >>> defendant_first("他2019年发表了这幅画，我2022年画的，他告我。") is None
    True
    """
    if _CLAIMING.search(text):
        return None
    if said := _EARLIER_THAN.search(text):
        return said.span()
    days: dict[bool, list[tuple[int, tuple[int, int]]]] = {True: [], False: []}
    ours: bool | None = None
    before = ""
    for clause in _CLAUSE.finditer(text):
        words = clause[0]
        for told in _YEAR.finditer(words):
            side = _side(words, told.start())
            side = ours if side is None else side
            if side is None or IN_COURT.search(words) or not _MADE.search(before + words):
                continue
            start = clause.start() + told.start()
            days[side].append((_months(told), (start, start + len(told[0].rstrip()))))
        last = max((*_OURS.finditer(words), *_THEIRS.finditer(words)), key=lambda match: match.start(), default=None)
        if last:
            ours = _OURS.fullmatch(last[0]) is not None
        before = words
    if not (days[True] and days[False]):
        return None
    first, span = min(days[True])
    return span if first < min(days[False])[0] else None


def _side(words: str, at: int) -> bool | None:
    """Whose day it is: of whoever is named last before it in the clause, else first behind it. None where nobody is."""
    near = [
        (at - match.end() if match.end() <= at else len(words) + match.start(), side)
        for side, pattern in ((True, _OURS), (False, _THEIRS))
        for match in pattern.finditer(words)
    ]
    return min(near)[1] if near else None


def _months(told: re.Match[str]) -> int:
    """A day as a number of months; of a year without a month its beginning."""
    if told["said"]:
        return (date.today().year - _SAID[told["said"]]) * 12 + _JANUARY
    return int(told["year"]) * 12 + int(told["month"] or _JANUARY)
