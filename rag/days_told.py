"""The days on which a fact pattern says that things were done, held against the days on which the cited law took effect."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rag.library import HeldPlace
from rag.provision import name_of
from rag.question import Language

_DAY = re.compile(
    r"(?<![（(〔\[\d])(?P<year>(?:19|20)\d{2})\s?(?:年|[-/.](?=\d))\s?(?:(?P<month>\d{1,2})\s?(?:月|[-/.](?=\d)|(?!\d))\s?(?:(?P<day>\d{1,2})\s?[日号]?)?)?"
)
# A year that names a version of a law, and a day on which somebody went to court: no day of an act.
_A_VERSION = re.compile(r"\s?(?:版|修正|修订|修改|的?《|的?著作权法|的?民法典|施行|实施|生效|公布|通过)")
IN_COURT = re.compile(r"起诉|立案|受理|开庭|判决|宣判|传票|应诉|收到|收函|律师函|通知书?|发函|来函|咨询|签约?")
_LAWS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A day, month or year told in a text, by its first and last day."""

    first: date
    last: date


def days_told(text: str) -> list[Told]:
    """The days of what was done, in the order of the text; versions of laws, case numbers and steps in court are left out.

    >>> [told.last.isoformat() for told in days_told("2020年11月转载图片，2021年8月收到起诉状，依据2010年著作权法")]
    ['2020-11-30']
    """
    found = []
    for match in _DAY.finditer(text):
        clause = re.split(r"[，,。；;\n]", text[match.end() : match.end() + 24])[0]
        if _A_VERSION.match(text, match.end()) or IN_COURT.search(clause):
            continue
        year, month, day = (int(match[name]) if match[name] else None for name in ("year", "month", "day"))
        assert year is not None
        try:
            first = date(year, month or 1, day or 1)
            last = date(year, month or 12, day or monthrange(year, month or 12)[1])
        except ValueError:
            continue
        found.append(Told(first, last))
    return found


def transition(text: str, places: Iterable[HeldPlace], day: date, language: Language) -> str | None:
    """A notice where something was done before a cited law took effect; None where nothing was.

    It names the day to which the law may be set. That the answer is under the law of `day` is not changed by it.
    """
    told = days_told(text)
    if not told:
        return None
    earliest = min(one.last for one in told)
    latest = max(one.first for one in told)
    late = {
        name_of(place.document): place.effective
        for place in places
        if place.effective and earliest < date.fromisoformat(place.effective) <= day
    }
    if not late:
        return None
    listed = "、".join(f"{name}（{effective}施行）" for name, effective in list(late.items())[:_LAWS_TOLD])
    crosses = any(latest >= date.fromisoformat(effective) for effective in late.values())
    return language.pick(
        f"案情中最早的行为在{earliest.isoformat()}以前，早于{listed}。"
        + (
            "行为跨越施行日，新旧规定如何衔接须分段核对。"
            if crosses
            else "当时的行为未必适用现行规定，须核对新旧法如何衔接。"
        )
        + f"可把法律时点设为{earliest.isoformat()}（--as-of {earliest.isoformat()}）再看一次。",
        f"The earliest act told lies on or before {earliest.isoformat()}, before {listed} took effect"
        + (", and acts go on beyond that day" if crosses else "")
        + f". Check which version applies; --as-of {earliest.isoformat()} shows the law of that day.",
    )
