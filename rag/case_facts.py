"""Courts, sums, rights and outcomes that a draft states of a case, held against its file.

A draft tells more than a question asks: what the parties wanted, what other courts did, how its own matter stands. Only
what it states as this case's own court, sum or holding is compared (`rag.claims` compares the rest).
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rag.claims import Misfit, courts_named, is_pending
from rag.money import find_amounts, write_amount

_TRIM = re.compile(r"人民|[省市区县]|法院|高院|中院|中级|高级|（.*|\(.*|新技术开发")
_A_COURT = re.compile(
    r"(?:[\u3400-\u9fff]{2,4}省)?(?:[\u3400-\u9fff]{2,5}市)?(?:[\u3400-\u9fff]{1,8}[区县市州])?(?:[\u3400-\u9fff]{2,3})?(?:互联网|知识产权|海事|金融|铁路运输|中级人民|高级人民|人民)法院$"
    r"|[\u3400-\u9fff]{2,3}(?:中院|高院)$|最高(?:人民)?法院$"
)
_DECIDES = re.compile(
    r"\s?(?:在|于|对|就|以|[（(〔]|：|:|一审|二审|审理|审结|判决|裁判|裁定|认定|认为|作出|受理|宣判|判令|判赔|的?判决|民事|终审|\d{4}年|$)"
)
_DECIDED_BY = re.compile(r"(?:由|经|系|是|为|法院[为是：:]|[，,（(])$")
_NOT_DECIDING = re.compile(
    r"(?:上诉至|上诉到|移送|不同于|区别于|有别于|报请|请求|提交|向|贵院|诉至|起诉至|不是|并非|而非)$"
)
_MENTIONED = re.compile(r"(?:入选|评为|列入|收录|发布|公布|转载)[^，。；]{0,14}$|[与和][^，。；]{0,6}$")
_CLAIMED = re.compile(r"请求|诉请|诉求|索赔|主张|要求|起诉|诉讼请求|诉称|上诉(?!人)|另求")
_AWARDED = re.compile(
    r"[仅只]判|判(?=[\d一二三四五六七八九十百千万])|判赔|判决|判令|判了|获赔|酌定|酌情|最终|支持|认定|维持|赔了|承担"
)
_ASKED_TO_JUDGE = re.compile(r"(?:请求|要求|主张|起诉)[^，。；、]{0,8}?(?:判令|判决|承担|酌定|酌情|支持)")
_APPEAL = re.compile(r"二审|终审|上诉")
_HIGHER = re.compile(r"中级|高级|中院|高院|知识产权法院|最高")
_FIRST_INSTANCE = re.compile(r"一审|初审")
_NOT_A_NAME = re.compile(
    r"[由未不的将在与对向经已使称辩等其]|第三方|^(?:人工智能|AI|ai|平台|科技|运营|网络|技术|互联网|信息)+公司$"
)
_DATED = re.compile(
    r"(?:法院|中院|高院|号)[，,、\s]{0,2}((?:19|20)\d{2})\s?[年.-]\s?(\d{1,2})\s?[月.-](?:\s?(\d{1,2})\s?日?)?(?=[）)，,。：:；;\s]|$)"
)
_PAID = re.compile(r"赔偿|赔付|赔|支付")
_RIGHT = re.compile(
    r"发表权|署名权|修改权|保护作品完整权|复制权|发行权|出租权|展览权|表演权|放映权|广播权|信息网络传播权|摄制权|改编权|翻译权|汇编权"
)
_INFRINGED = re.compile(r"侵害|侵犯|构成对")
_NEGATED = re.compile(r"未|不|没有|并非|否认|否定|驳回|难以|无法")
_PART = re.compile(r"部分|本身|元素|单独|图表|图形|报告|半颗|其中|装置|标题|形象的")
WANTED = re.compile(
    r"主张|提出|诉称|请求|辩称|抗辩|是否|争议|能否|关于|有人|观点|认为其|意见|驳回(?=[^，。]{0,12}(?:主张|请求|抗辩))"
)
HELD = re.compile(r"认定|判决|判令|确认|法院认为|指出|法院|一审|二审")


def court(said: str, meta: Mapping[str, Any], courts: Iterable[str]) -> list[Misfit]:
    """The court that the text names as deciding, where it is another. `courts` are the names of all courts held.

    >>> [m.held for m in court("广州互联网法院审理的", {"court": "北京互联网法院"}, ())]
    ['北京互联网法院']
    >>> court("文章介绍北京互联网法院审理的", {"court": "北京互联网法院"}, ())
    []
    """
    held = str(meta.get("court") or "")
    known = [
        _core(name) for name in (held, *meta.get("court_aliases", ()), *meta.get("courts_below", ())) if _core(name)
    ]
    if not known:
        return []
    named = [(name, start, end) for name, start, end in courts_named(said) if _is_court(name, courts)]
    if any(core in _core(name) or _core(name) in core for name, _, _ in named for core in known):
        return []
    for _, start, end in named:
        before, after = said[max(0, start - 6) : start], said[end : end + 8]
        appeal = "一审" in str(meta.get("instance") or "") and _APPEAL.search(said) and _HIGHER.search(said, start, end)
        if (
            appeal
            or _MENTIONED.search(said, max(0, start - 16), start)
            or _NOT_DECIDING.search(before)
            or re.match(r"[^，。；]{0,6}?(?:典型|公报|指导|发布|公布|案例|意见|规定|解释)", said[end:])
        ):
            continue
        if _DECIDES.match(after) or _DECIDED_BY.search(before):
            return [Misfit("court", held, start, end)]
    return []


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    return _TRIM.sub("", name)


def _is_court(name: str, courts: Iterable[str]) -> bool:
    return len(_core(name)) >= 2 and (
        _A_COURT.search(name) is not None or any(name.endswith(alias) for alias in courts)
    )


def amounts(said: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """Sums stated as claimed or awarded that the file contradicts; what governs a sum is the last such word before it.

    >>> file = {"claimed": 5000, "awarded": 500}
    >>> [m.field for m in amounts("法院判决被告赔偿5000元", file)], amounts("原告请求判令被告道歉，并赔偿5000元", file)
    (['awarded'], [])
    """
    found = []
    for amount in find_amounts(said):
        role = _role(said, amount.start, amount.end)
        if role is None:
            continue
        held = meta.get(role)
        if role == "awarded" and held is None and is_pending(meta):
            found.append(Misfit("outcome", "尚未判决", amount.start, amount.end))
        elif isinstance(held, int) and amount.yuan != held and amount.yuan not in _noted(meta, role):
            found.append(Misfit(role, write_amount(held), amount.start, amount.end))
    return found


def _role(said: str, start: int, end: int) -> str | None:
    low = max(said.rfind(mark, 0, start) for mark in "。；;\n") + 1
    claims = [match.start() for match in _CLAIMED.finditer(said, low, start)]
    awards = [match.start() for match in _AWARDED.finditer(said, low, start)]
    # 请求判令, 主张赔偿: what is asked for governs the word of judging that follows it at once.
    asked = [match.end() - 2 for match in _ASKED_TO_JUDGE.finditer(said, low, start)]
    awards = [at for at in awards if at not in asked]
    if re.match(r"\s?(?:的?诉请|的?索赔|的?请求)", said[end : end + 6]):
        return "claimed"
    last_claim, last_award = max(claims, default=-1), max(awards, default=-1)
    if last_claim < 0 and last_award < 0:
        return "awarded" if _PAID.search(said, max(low, start - 12), start) else None
    return "claimed" if last_claim > last_award else "awarded"


def _noted(meta: Mapping[str, Any], role: str) -> set[int]:
    """The other sums that the file names for a role: parts of the whole, costs beside it."""
    notes = f"{meta.get(f'{role}_note') or ''} {meta.get('status') or ''}"
    return {amount.yuan for amount in find_amounts(notes)}


def dates(said: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """A date set beside court or number in the manner of a reference (…法院，2023年11月27日), where it is another.

    >>> [m.held for m in dates("北京互联网法院，2024年11月27日）", {"decided": "2023-11-27"})]
    ['2023年11月27日']
    """
    held = [str(day) for day in (meta.get("decided"), *meta.get("decided_alternatives", ())) if day]
    for match in _DATED.finditer(said):
        said_parts = [int(part) for part in match.groups() if part]
        if held and not any(_same_day(said_parts, day) for day in held):
            year, month, day = ([*map(int, re.findall(r"\d+", held[0])), 0, 0])[:3]
            written = f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")
            return [Misfit("decided", written, match.start(1), match.end())]
    return []


def _same_day(said: list[int], held: str) -> bool:
    return all(a == b for a, b in zip(said, map(int, re.findall(r"\d+", held)), strict=False))


def rights(said: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """A right that the text says was infringed and the file does not name among those found infringed or claimed.

    >>> [m.field for m in rights("法院认定侵害复制权", {"rights": ["信息网络传播权"]})]
    ['rights']
    """
    held = [str(right) for right in meta.get("rights") or ()]
    claimed = [str(right) for right in meta.get("rights_claimed") or ()]
    if not held:
        return []
    for verb in _INFRINGED.finditer(said):
        low = max(said.rfind(mark, 0, verb.start()) for mark in "，,。；;") + 1
        end = min((at for mark in "，,。；;" if (at := said.find(mark, verb.end())) >= 0), default=len(said))
        if _NEGATED.search(said, low, end) or is_reported(said, verb.start()):
            continue
        for right in _RIGHT.finditer(said, verb.end(), end):
            if not any(right[0] in known for known in (*held, *claimed)):
                return [Misfit("rights", "、".join(held), right.start(), right.end())]
    return []


def is_reported(said: str, at: int) -> bool:
    """Whether the words at a place only report what a party or a writer says: the last word of telling decides."""
    low = max(said.rfind(mark, 0, at) for mark in "。；;\n") + 1
    wanted = max((match.start() for match in WANTED.finditer(said, low, at)), default=-1)
    held = max((match.start() for match in HELD.finditer(said, low, at)), default=-1)
    return wanted > held


def is_a_holding(said: str, misfit: Misfit, meta: Mapping[str, Any]) -> bool:
    """Whether what `rag.claims` found in a draft is stated as the court's holding on the whole case."""
    if misfit.field in ("work", "outcome", "liability") and is_reported(said, misfit.start):
        return False
    low = max(said.rfind(mark, 0, misfit.start) for mark in "，,。；;：:") + 1
    end = min((at for mark in "，,。；;" if (at := said.find(mark, misfit.end)) >= 0), default=len(said))
    words, clause = said[misfit.start : misfit.end], said[low:end]
    if misfit.field == "work":
        return not _PART.search(clause)
    if misfit.field == "outcome":
        if "侵权" in words and "败诉" not in words:
            return bool(HELD.search(said, 0, misfit.start)) and not _PART.search(clause) and "故意" not in clause
        return not re.search(r"其余|其他|部分|上诉|管辖", clause)
    if misfit.field == "liability":
        return not re.match(r"[^，。；]{0,4}(?:被否|不成立|难以|的?抗辩|路径|未获)", said[misfit.end :])
    if misfit.field in ("plaintiff", "defendant"):
        return ("某" not in words or len(words) == 2) and not _NOT_A_NAME.search(words)
    if misfit.field in ("decided", "filed"):
        near = said[max(0, misfit.start - 15) : misfit.end + 15]
        first = "一审" in str(meta.get("instance") or "")
        return not (_APPEAL if first else _FIRST_INSTANCE).search(near)
    return True
