"""Dates as people type them."""

import re
from datetime import date

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def read_date(text: str) -> date:
    """The day that `text` names: `2021-06-01`, `2021/6/1` or `2021年6月1日`.

    Raises ValueError, with the sentence to show, when it is no date or a day that does not exist.

    >>> read_date("2021年6月1日")
    datetime.date(2021, 6, 1)
    >>> read_date("2025-02-30")
    Traceback (most recent call last):
    ValueError: 日期「2025-02-30」不存在。请核对月和日。
    """
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"日期「{text}」无法识别。请写成年-月-日，例如 2021-06-01。")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise ValueError(f"日期「{text}」不存在。请核对月和日。") from None
