"""Dates as statutes and judgments write them: 2020年11月11日, 二〇二四年二月八日, 一九九三年十一月一日."""

import re
from collections.abc import Iterator
from datetime import date

from ingest.numerals import to_int

_DIGIT = "〇○零Oo0０一二三四五六七八九"
_DATE = re.compile(
    rf"([\d０-９]{{4}}|[{_DIGIT}]{{4}})\s*年\s*([\d０-９一二三四五六七八九十]{{1,3}})\s*月\s*([\d０-９一二三四五六七八九十]{{1,3}})\s*日"
)


def find_dates(text: str) -> Iterator[tuple[str, int]]:
    """Each date of `text` as YYYY-MM-DD with the offset of its end; days that no calendar has are passed over.

    >>> list(find_dates("二〇二四年二月八日至2024年2月30日"))
    [('2024-02-08', 9)]
    """
    for match in _DATE.finditer(text):
        parts = [to_int(part.translate(_ZERO)) for part in match.groups()]
        if None in parts:
            continue
        year, month, day = (part or 0 for part in parts)
        try:
            yield date(year, month, day).isoformat(), match.end()
        except ValueError:
            continue


# Courts type the zero of 二〇二四 as a circle, a letter or a digit.
_ZERO = str.maketrans("○Oo0", "〇〇〇0")
