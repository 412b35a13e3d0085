"""Chinese and Arabic numerals of statutes: 第一千一百八十五条, 第２４条, 第二〇条."""

import re
from functools import lru_cache

from ingest.script import fold

_DIGITS = {
    digit: value
    for value, row in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for digit in row
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30}
_WRITTEN = "零一二三四五六七八九"

_READABLE = re.compile(r"[零〇○一二三四五六七八九两十百千万廿卅壹贰叁肆伍陆柒捌玖拾佰仟]{1,16}")


@lru_cache(maxsize=4096)
def to_int(numeral: str) -> int | None:
    """The number, from ASCII, full-width or Chinese digits, in either script; None when it is not a number.

    Digit by digit (二〇二四) reads as well as with units; 一百三 (colloquial for 130) is refused, since a statute
    never counts so and 一百零三 may be meant.

    >>> to_int("一千一百八十五"), to_int("２４"), to_int("二〇二四"), to_int("廿四"), to_int("十"), to_int("第")
    (1185, 24, 2024, 24, 10, None)
    """
    text = fold(numeral.strip())
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 9 else None
    if not _READABLE.fullmatch(text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    head, ten_thousand, tail = text.partition("万")
    if not ten_thousand:
        return _below_ten_thousand(text)
    high, low = _below_ten_thousand(head), _below_ten_thousand(tail) if tail else 0
    return None if high is None or low is None else high * 10000 + low


def _below_ten_thousand(text: str) -> int | None:
    """A numeral with units 千 百 十, each smaller than the one before it."""
    total, pending, last_unit, after_zero = 0, None, 10000, False
    for character in text:
        if character in _TENS:
            if pending is not None or last_unit <= 10:
                return None
            total, last_unit, after_zero = total + _TENS[character], 10, False
        elif character in _UNITS:
            unit = _UNITS[character]
            if unit >= last_unit or (pending is None and unit != 10):
                return None
            total, pending, last_unit, after_zero = total + (pending or 1) * unit, None, unit, False
        elif character in "零〇○":
            if pending is not None:
                return None
            after_zero = True
        elif pending is not None:
            return None
        elif character in _DIGITS:
            pending = _DIGITS[character]
        else:
            return None
    if pending is None:
        return total
    if last_unit not in (10, 10000) and not after_zero:
        return None
    return total + pending


@lru_cache(maxsize=4096)
def to_chinese(number: int) -> str:
    """The numeral as statutes write it, for 1 to 99,999,999.

    Raises ValueError below zero and from 100,000,000.

    >>> to_chinese(24), to_chinese(10), to_chinese(110), to_chinese(1001), to_chinese(1185)
    ('二十四', '十', '一百一十', '一千零一', '一千一百八十五')
    """
    if not 0 <= number < 100_000_000:
        raise ValueError(f"no Chinese numeral for {number}")
    if number < 10:
        return _WRITTEN[number]
    high, low = divmod(number, 10000)
    written = (_thousands(high) + "万" if high else "") + (
        ("零" if high and low < 1000 else "") + _thousands(low) if low else ""
    )
    return written[1:] if 10 <= number < 20 else written


def _thousands(number: int) -> str:
    written, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if zero else "") + _WRITTEN[digit] + name
            zero = False
        elif written:
            zero = True
    return written
