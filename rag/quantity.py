"""Sums, multiples and terms in a provision, against those that a question assumes."""

import re
from collections.abc import Sequence

from ingest.numerals import to_int

_CALENDAR = 1000
_QUANTITY = re.compile(r"([一二三四五六七八九十百千两\d]+)(万)?余?(元|倍|年|个月|日|小时)")


def conflicts(asked: Sequence[str], provision: str, *, as_bound: bool = True) -> list[str]:
    """The quantities of the provision in the units that were asked about, when none of them is the one assumed.

    Empty when the provision fixes nothing in those units, or fixes what the question assumes. `as_bound` says that the
    figures are given as a limit or a term; a mere amount that lies between two limits of the provision fits it.

    >>> conflicts(["一百万元"], "给予五百元以上五百万元以下的赔偿")
    ['五百元', '五百万元']
    >>> conflicts(["500万元"], "给予五百元以上五百万元以下的赔偿")
    []
    >>> conflicts(["5万元"], "给予五百元以上五百万元以下的赔偿", as_bound=False)
    []
    """
    fixed = [(match[0], _value(match), match[3]) for match in _QUANTITY.finditer(provision)]
    assumed = [(_value(match), match[3]) for text in asked if (match := _QUANTITY.search(text))]
    for value, unit in assumed:
        if unit == "年" and value >= _CALENDAR:
            continue  # 1970年 is a date, not a term
        same_unit = [(words, number) for words, number, other in fixed if other == unit]
        values = [number for _, number in same_unit]
        fits = value in values or (not as_bound and len(values) > 1 and min(values) <= value <= max(values))
        if same_unit and not fits:
            return list(dict.fromkeys(words for words, _ in same_unit))
    return []


def _value(match: re.Match[str]) -> int:
    return (to_int(match[1]) or 0) * (10_000 if match[2] else 1)
