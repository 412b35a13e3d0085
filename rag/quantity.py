"""Sums, multiples and terms: whether a provision fixes others than a question assumes, and whether a passage states any at all
of the kind that a question asks for."""

import re
from collections.abc import Sequence

from ingest.numerals import to_int

_CALENDAR = 1000
_QUANTITY = re.compile(r"([一二三四五六七八九十百千两\d]+)(万)?余?(元|倍|年|个月|日|小时)")

_NUMERAL = r"[一二三四五六七八九十百千万两半数\d]"
# Each kind: how it is asked for, and how a passage states one.
_KINDS = (
    (
        re.compile(
            r"多少(?:钱|元|块|万元|美元|欧元|英镑|日元)|几(?:百|千|十)*(?:块|毛|元|美元|美分|欧元)(?:钱|[？?]|$)|什么价(?!值)|收费标准|费率|报价|行情价?(?:是|怎|多|$|[？?])|"
            r"(?:押金|保底|补贴|诉讼费|代理费|代办费|登记费|申请费|年费|会费|手续费|工本费|服务费|千字|每千字|[一每]首|[一每]幅|[一每]份|[一每]分钟)[^,，。;；?？!！]{0,8}(?:多少|几)|"
            r"\bhow much (?:does|do|is|are|will|would|money)\b|\b(?:what|which|how high)\b[^.?!]{0,40}\b(?:fees?|price|tariff|costs?|rates?)\b|"
            r"\bhow many (?:dollars|euros|yuan|pounds|rmb)\b",
            re.I,
        ),
        re.compile(rf"{_NUMERAL}\s*(?:多|余)?(?:元|万|亿|美元|欧元|英镑)|[一二三五十\d]倍|百分之|\d\s*%|[$€£]\s*\d"),
    ),
    (
        re.compile(
            r"几(?:个)?(?:天|日|小时|工作日|月|周|星期|分钟|秒)(?:内|之内|能|才|可|要|出|会|办|审|批|拿|到|下|回|不|[？?]|$)|[保要得满过后了是]几年|几年(?:内|一|来|才|可|能|[？?]|$)|"
            r"多少(?:个)?(?:天|日|小时|工作日|月|周|分钟|秒|年)|多久(?!了)|多长时间|多长(?:期限)?[？?]|[期时]限(?:是|有|多)|任期|停留几|"
            r"\bhow (?:long|many (?:days|years|months|hours|weeks|working days|minutes))\b|\bdeadline\b",
            re.I,
        ),
        re.compile(
            rf"{_NUMERAL}\s*(?:个)?(?:工作)?(?:日(?!报)|天|个月|年(?!\d)|小时)|及时|立即|期间|届满|终生|不受限制|此前|之日起|之前|随时|定期|中止|保护期"
        ),
    ),
    (
        re.compile(
            r"几(?:名|页|行|成|道题)|多少(?:名|页|行|张|款|题|道|人|家公司|个人)|百分之几|几成|占比|合格率|应拒答率|"
            r"\bhow many (?:members|pages|percent|samples|employees|files|songs|images)\b|\b(?:what|which) percentage\b",
            re.I,
        ),
        re.compile(rf"{_NUMERAL}\s*(?:名|人|位|页|行|张|款|题|家|部|幅|集|首)|百分之|\d\s*%|[一二三五十\d]倍"),
    ),
    (
        re.compile(
            r"几点(?:到|开|关|上班|下班|有人|营业|办公)|营业时间|上班时间|(?:电话|网址|邮箱)(?:是|号)|哪个(?:窗口|菜单|网站|部门的窗口)|窗口(?:设?在哪|在什么)|入口(?:在|是)|哪家(?:代理|机构|律所|公司|平台)|"
            r"\b(?:phone number|opening hours|url|which (?:agency|window|counter|lab))\b",
            re.I,
        ),
        re.compile(r"\d{1,2}[:时点]|电话|https?:"),
    ),
)

# Who asks by whom or how something is fixed asks for no figure.
_HOW_FIXED = re.compile(
    r"谁(?:来)?(?:定|说了算)|怎么(?:算|定|认定)|如何(?:计算|确定)|谈不拢|标准(?:由|在哪)|要多少钱|多少钱都|\bwho (?:sets|fixes)\b",
    re.I,
)


def is_stated(asked: str, passages: Sequence[str]) -> bool | None:
    """Whether one of the passages states something of the kind that a question asks for: a sum, a time, a count, an address.

    None where the question asks for nothing of the kind.

    >>> is_stated("要多少个工作日", ["应当自收到申请之日起十日内答复"]), is_stated("登记费多少钱", ["作品登记办法另行制定"])
    (True, False)
    >>> is_stated("什么是合理使用", ["合理使用"]) is None
    True
    """
    kinds = [states for asks, states in _KINDS if asks.search(asked)]
    if not kinds or _HOW_FIXED.search(asked):
        return None
    return all(any(states.search(passage) for passage in passages) for states in kinds)


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
