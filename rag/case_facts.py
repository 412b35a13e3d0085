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
    r"\s?(?:在|于|对|就|以|[（(〔]|：|:|一审|二审|审理|审结|判决|裁判|裁定|认定|认为|作出|受理|宣判|判令|判赔|的?判决|民事|终审|\d{4}\s?年|$)"
)
_DECIDED_BY = re.compile(r"(?:由|经|系|是|为|法院[为是：:]|[，,（(])$")
_NOT_DECIDING = re.compile(
    r"(?:上诉至|上诉到|移送|不同于|区别于|有别于|报请|请求|提交|向|贵院|诉至|起诉至|不是|并非|而非)$"
)
_MENTIONED = re.compile(r"(?:入选|评为|列入|收录|发布|公布|转载)[^，。；]{0,14}$|[与和][^，。；]{0,6}$")
_CLAIMED = re.compile(r"请求|诉请|诉求|索赔|索要|主张|要求|起诉|诉讼请求|诉称|(?<!驳回)上诉(?!人)|另求")
_AWARDED = re.compile(
    r"拿到|得到|获得|到手|[仅只]判|判(?=[\d一二三四五六七八九十百千万])|判赔|判决|判令|判了|获赔|酌定|酌情|最终|支持|认定|维持|赔了|承担|驳回上诉|须支付|换来"
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
_NEAR = 60
# A court, and what may stand between it and the citation of its decision: 法院2024年11月一审作出的（2024）…号.
_COURT_LEADING = re.compile(
    r"(?P<court>(?:(?![由在经向被与和及对从的年月日])[\u3400-\u9fff]){2,24}(?:法院|高院|中院))\s?(?:在|于)?\s?(?:\d{4}\s?年\s?(?:\d{1,2}\s?月\s?)?(?:\d{1,2}\s?[日号])?)?\s?(?:对|就|在)?\s?(?:一审|二审|终审|再审)?(?:作出|审理|审结|判决|宣判|裁判|受理)?了?的?\s?"
    r"(?:民事|刑事|一审|二审|终审|生效|首例|著名)*(?:判决|裁定)?书?[（(\[【〔“「《]?$"
)
_ANY_COURT = re.compile(
    r"同一|另一|其他|别的|该|这个|那个|国内|我国|各地|各级|一些|多家|任何|上级|下级|当地|受诉|原审|一审|二审|终审"
)
_BY_COURT = re.compile(
    r"[》”」）)]?\s?(?:一案|判决书?|案)?[，,]?\s?(?:是|系)?(?:已|均|都|系)?(?:由|经)(?P<court>[\u3400-\u9fff]{2,20}?法院)(?=[^，。；]{0,24}(?:判决|审理|审结|作出|宣判|裁判|认定|判令|判))"
)
_RANK = re.compile(r"最高(?=人民)|高级(?=人民)|高院|中级(?=人民)|中院|互联网|知识产权|海事|金融")
_LOCAL = re.compile(r"[区县市旗](?:人民)?法院$|开发区人民法院$")
_HAS_FOREIGN = re.compile(r"美国|德国|慕尼黑|汉堡|英格兰|欧盟|日本|新加坡|[A-Za-z]")
_DISTRICT = re.compile(r"[东西南北中]区")
_GENERIC = re.compile(
    r"联邦|地区|高等|上诉|巡回|最高|法院|美国|德国|英国|第[一二三四五六七八九十]|（.*|\(.*|[A-Za-z. ]"
)
_FINE = re.compile(r"罚金|罚款|合同|营业额|销售额|费用?为")
_PAID = re.compile(r"赔偿|赔付|赔|支付")
_RIGHT = re.compile(
    r"发表权|署名权|修改权|保护作品完整权|复制权|发行权|出租权|展览权|表演权|放映权|广播权|信息网络传播权|摄制权|改编权|翻译权|汇编权"
)
_INFRINGED = re.compile(r"侵害|侵犯|构成对")
_CAUSE_NAMED = re.compile(r"(?:侵害|侵犯)[^，。；]{2,40}?纠纷")
_NEGATED = re.compile(r"未|不|没有|并非|否认|否定|驳回|难以|无法")
_PART = re.compile(r"部分|本身|元素|单独|图表|图形|报告|半颗|其中|装置|标题|形象的")
WANTED = re.compile(
    r"有人说|坊间|误传|误以为|误写|主张|提出|诉称|请求|辩称|抗辩(?=[^，。；]{0,4}(?:认为|称|主张))|是否|争议|能否|关于(?![^，。；]{0,20}的?(?:认定|判断|判决|结论))|有人|观点|认为其|(?<!修订)(?<!裁判)意见(?![里中书])|驳回(?=[^，。]{0,12}(?:主张|请求|抗辩))"
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


_SUPPORTED = re.compile(
    r"(?P<no>没有|未|不予|不|并未|拒绝|难以)?\s?(?P<verb>支持|准许|采纳|认可|同意|接受|判令|驳回|否定|否认)(?:了|的)?(?P<what>[^，。；：]{3,24})"
)
_REFUSES = frozenset({"驳回", "否定", "否认"})
_LEAST_SHARED = 0.6


def requests(said: str, meta: Mapping[str, Any], text: str) -> list[Misfit]:
    """What is told as granted (or refused) of a request that the file tells as refused (or granted), by its own words.

    >>> held = "关于不正当竞争，一审没有支持该项主张。判决被告赔偿原告30000元，删除训练数据的请求未获支持。"
    >>> [m.field for m in requests("法院支持了删除训练数据的请求", {}, held)]
    ['outcome']
    >>> requests("法院没有支持删除训练数据的请求", {}, held)
    []
    """
    for match in _SUPPORTED.finditer(said):
        if is_reported(said, match.start()):
            continue
        wanted = _telling_pairs(match["what"])
        granted = (match["verb"] in _REFUSES) == bool(match["no"])
        if len(wanted) < 3:
            continue
        near = [
            (len(wanted & _telling_pairs(clause)) / len(wanted), clause)
            for clause in re.split(r"[，。；：\n]", text)
            if _GRANTED.search(clause) or _REFUSED.search(clause)
        ]
        share, clause = max(near, default=(0.0, ""))
        refused = _REFUSED.search(_NOT_REFUSED.sub("支持", clause))
        if share >= _LEAST_SHARED and granted == bool(refused):
            return [Misfit("outcome", clause.strip()[:60], *match.span())]
    return []


_REFUSED = re.compile(
    r"(?:没有|未|不予|未获|不|并未|难以)(?:获得|得到)?\s?(?:支持|准许|采纳|认可|接受|判令)|驳回(?!上诉)|否定|拒绝"
)
_NOT_REFUSED = re.compile(r"(?:没有|未|不予|并未)(?:被|予以)?(?:驳回|否定|拒绝)")
_GRANTED = re.compile(r"支持|准许|采纳|认可|接受|判令")


def _telling_pairs(text: str) -> set[str]:
    plain = re.sub(r"原告|被告|法院|主张|请求|诉请|抗辩|关于|对于|该项|这一|部分|的|了|其|动议", " ", text)
    return {plain[at : at + 2] for at in range(len(plain) - 1) if " " not in plain[at : at + 2]}


def deciding_court(before: str, after: str) -> str | None:
    """The court that stands right in front of a citation, or behind it with 由, as the one that decided.

    >>> deciding_court("江西省高级人民法院作出的", "判决更进一步"), deciding_court("", "由德国汉堡地区法院在2025年判决")
    ('江西省高级人民法院', '德国汉堡地区法院')
    >>> deciding_court("原告向北京互联网法院提交了", "判决")
    """
    leading = _COURT_LEADING.search(before[-_NEAR:])
    if leading and not _ANY_COURT.search(leading["court"]):
        ahead = before[-_NEAR:][: leading.start("court")]
        return None if _NOT_DECIDING.search(ahead) else leading["court"]
    behind = _BY_COURT.match(after)
    return behind["court"] if behind and not _ANY_COURT.search(behind["court"]) else None


def other_court(before: str, after: str, meta: Mapping[str, Any], also: Iterable[str], by_number: bool) -> list[Misfit]:
    """The court told as the one that decided, where the file names another.

    `also` are the courts of the other instances, which count where the case is called by its name; a number belongs to
    one instance alone.
    """
    held, said = str(meta.get("court") or ""), deciding_court(before, after)
    if not held or not said:
        return []
    known = [held, *meta.get("court_aliases", ())]
    if not by_number:
        known += [*meta.get("courts_below", ()), *also]
    if any(_alike(said, name) for name in known):
        return []
    return [Misfit("court", held, 0, 0)]


def is_below(said: str, meta: Mapping[str, Any]) -> bool:
    """Whether a court named in a draft is one of the courts whose decision this one reviewed."""
    return any(_alike(said, str(name)) for name in meta.get("courts_below", ()))


def another_court(before: str, meta: Mapping[str, Any]) -> bool:
    """Whether the clause that ends here names a court, and not that of the file."""
    named = [name for name, _, _ in courts_named(re.split("[。；;，,\n|]", before)[-1])]
    return bool(named) and not any(_alike(name, str(meta.get("court") or "")) for name in named)


def is_above(said: str, meta: Mapping[str, Any]) -> bool:
    """Whether a court named in a draft is the court of a file whose decision reviewed another's."""
    return bool(meta.get("courts_below")) and _alike(said, str(meta.get("court") or ""))


def _alike(said: str, held: str) -> bool:
    a, b = _core(said), _core(held)
    ranks = _rank(said), _rank(held)
    if all(ranks) and ranks[0] != ranks[1]:
        return False
    if not a or a in b or b in a:
        return True
    if not _HAS_FOREIGN.search(held):
        return False
    # Foreign courts are called in many ways (加州北区法院, 美国加利福尼亚北区联邦地区法院): a telling pair of characters is enough.
    districts = [match[0] for name in (said, held) if (match := _DISTRICT.search(name))]
    return len(set(districts)) < 2 and bool(_pairs(said) & _pairs(held))


def _rank(name: str) -> str:
    """The kind of a Chinese court, which tells 江西省高级人民法院 from 江西省鹰潭市月湖区人民法院; empty where the name leaves it open."""
    match = _RANK.search(name)
    return match[0].replace("院", "级")[:2] if match else "区县" if _LOCAL.search(name) else ""


def _pairs(name: str) -> set[str]:
    plain = _GENERIC.sub(" ", name)
    return {plain[at : at + 2] for at in range(len(plain) - 1) if " " not in plain[at : at + 2]}


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
    if _FINE.search(said, max(low, start - 8), start):
        return None
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
        # The name of the cause of action (侵害署名权纠纷) finds nothing infringed.
        cause = _CAUSE_NAMED.match(said, verb.start())
        if cause or _NEGATED.search(said, low, end) or is_reported(said, verb.start()):
            continue
        for right in _RIGHT.finditer(said, verb.end(), end):
            told = HELD.search(said, 0, verb.start()) or _PAID.search(said, verb.end())
            if not any(right[0] in known for known in (held if told else (*held, *claimed))):
                return [Misfit("rights", "、".join(held), right.start(), right.end())]
    return []


def is_reported(said: str, at: int) -> bool:
    """Whether the words at a place only report what a party or a writer says: the last word of telling decides."""
    low = max(said.rfind(mark, 0, at) for mark in "。；;\n") + 1
    wanted = max((match.start() for match in WANTED.finditer(said, low, at)), default=-1)
    held = max((match.start() for match in HELD.finditer(said, low, at)), default=-1)
    return wanted > held


def _has_happened(said: str, misfit: Misfit) -> bool:
    """Whether a party is told to say that a court has already decided so: 对方提出，该案已经改判 can be looked up, unless the
    draft itself calls it an error."""
    low = max(said.rfind(mark, 0, misfit.start) for mark in "。；;\n") + 1
    return (
        misfit.field == "outcome"
        and re.search(r"(?:已经?|业已|早已|被)\s?$", said[low : misfit.start]) is not None
        and re.search(r"误|谣|传言|坊间|有人说|是否|并非|不实", said[low : misfit.start]) is None
    )


def is_a_holding(said: str, misfit: Misfit, meta: Mapping[str, Any]) -> bool:
    """Whether what `rag.claims` found in a draft is stated as the court's holding on the whole case."""
    if (
        misfit.field in ("work", "outcome", "liability", "fair_use", "not_similar")
        and is_reported(said, misfit.start)
        and not _has_happened(said, misfit)
    ):
        return False
    low = max(said.rfind(mark, 0, misfit.start) for mark in "，,。；;：:") + 1
    end = min((at for mark in "，,。；;" if (at := said.find(mark, misfit.end)) >= 0), default=len(said))
    words, clause = said[misfit.start : misfit.end], said[low:end]
    if misfit.field in ("work", "fair_use", "not_similar"):
        return not _PART.search(clause)
    if misfit.field == "outcome":
        if "侵权" in words and "败诉" not in words:
            return bool(HELD.search(said, 0, misfit.start)) and not _PART.search(clause) and "故意" not in clause
        return not re.search(r"其余|其他|部分|上诉|管辖", clause)
    if misfit.field == "liability":
        return not _PART.search(clause) and not re.match(
            r"[^，。；]{0,4}(?:被否|不成立|难以|的?抗辩|路径|未获)", said[misfit.end :]
        )
    if misfit.field in ("plaintiff", "defendant"):
        return ("某" not in words or len(words) == 2) and not _NOT_A_NAME.search(words)
    if misfit.field in ("decided", "filed"):
        if is_reported(said, misfit.start):
            return False
        near = said[max(0, misfit.start - 15) : misfit.end + 15]
        first = "一审" in str(meta.get("instance") or "")
        return not (_APPEAL if first else _FIRST_INSTANCE).search(near)
    return True
