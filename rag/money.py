"""Amounts of money in running text, in yuan, and how the answers write them."""

import re
from dataclasses import dataclass

from ingest.numerals import to_int

_UNITS = {"亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000, "十万": 100_000, "万": 10_000, "千": 1_000, "": 1}
_AMOUNT = re.compile(
    r"(?P<digits>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>亿|千万|百万|十万|万|千)?\s*(?P<yuan>余?元|块钱|块|人民币|yuan|rmb|cny)"
    r"|(?P<digits2>\d+(?:\.\d+)?)\s*(?P<unit2>亿|千万|百万|十万|万)(?!字|人|件|张|幅|次|名|部|首|美元|欧元|英镑)"
    r"|(?:rmb|cny|¥|￥)\s*(?P<digits3>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?P<unit3>)"
    r"|(?P<chinese>[一二两三四五六七八九十百千万零〇]{1,12})(?P<yuan4>余?元|块钱)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount named in a text: whole yuan, and where it stands (Unicode characters)."""

    yuan: int
    start: int
    end: int


def find_amounts(text: str) -> list[Amount]:
    """Every amount of yuan in the text, in order.

    >>> [amount.yuan for amount in find_amounts("诉请50万元，判赔10,000元，另有合理开支三千元")]
    [500000, 10000, 3000]
    """
    found = []
    for match in _AMOUNT.finditer(text):
        if match["chinese"]:
            value: float | None = to_int(match["chinese"])
        else:
            digits = match["digits"] or match["digits2"] or match["digits3"]
            unit = match["unit"] or match["unit2"] or ""
            value = float(re.sub(r"[,，]", "", digits)) * _UNITS[unit]
        if value is not None:
            found.append(Amount(round(value), match.start(), match.end()))
    return found


# What stands before a sum that is claimed, within so many characters of it.
_CLAIM = re.compile(r"赔|索要|诉请|请求|要求支付|\bclaim|\bdamages\b|\bdemand", re.IGNORECASE)
_BEFORE = 30


def claimed_in(facts: str) -> int | None:
    """The highest amount, in yuan, before which a text speaks of a claim; a turnover or a price is none.

    >>> claimed_in("销售额约40万元。原告起诉，索赔20万元及合理开支1万元。")
    200000
    """
    amounts = [
        amount.yuan for amount in find_amounts(facts) if _CLAIM.search(facts[: amount.start][-_BEFORE:].split("。")[-1])
    ]
    return max(amounts, default=None)


def write_amount(yuan: int) -> str:
    """An amount as lawyers write it, in yuan and, where it comes out even, in units of ten thousand too.

    >>> write_amount(300000), write_amount(1560)
    ('300000元（30万元）', '1560元')
    """
    if yuan >= 10_000 and yuan % 100 == 0:
        return f"{yuan}元（{yuan / 10_000:g}万元）"
    return f"{yuan}元"
