"""What a text says about a case, held against what the case file says: court, date, amount, outcome, rights, tool.

Existence is not enough: a case may be there and have been decided by another court, for another sum, the other way round.
Questions are read with this for false premises, drafts for statements that do not fit their citation.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.money import find_amounts, write_amount
from rag.places import PLACES

_COURT_END = re.compile(r"法院|高院|中院|中级法院|高级法院")
_COURT_BREAK = re.compile(
    r"[^\u4e00-\u9fff]|[由在是被经向到去往找的于和与为从就说即及跟对里也]|认为|审理|判决|哪个|哪家|什么|一审|二审|终审|案件?"
)
_COURT_KIND = re.compile(r"(?:互联网|知识产权|人民|中级|高级|海事|铁路(?:运输)?|金融|军事)$")
_PLACE_UNIT = re.compile(r"[省市区县]$")
_COURT_LEVELS = re.compile("中级|中院"), re.compile("高级|高院")
_COURT_TRIM = re.compile(r"人民|[省市区县]|法院|高院|中院|中级|高级")
_CLAIMED = re.compile(r"索赔|诉请|诉求|请求|主张|要求|起诉")
_AWARDED = re.compile(r"判赔|判决|判令|判了|判|赔偿|赔了|赔付|获赔|支付|酌定|赔")
_DATE = re.compile(
    r"((?:19|20)\d{2})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*[日号])?)?|((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})"
)
_DATE_ROLES = (
    (re.compile(r"立案|受理|起诉|提起"), "filed"),
    (re.compile(r"判决|宣判|作出|裁判|判的|审结|判|裁定"), "decided"),
)
_NOT = re.compile(r"不|没有|没|未|并非|否认|否定|驳回|无法|难以")
_RIGHTS = (
    "发表权", "署名权", "修改权", "保护作品完整权", "复制权", "发行权", "出租权", "展览权", "表演权", "放映权", "广播权",
    "信息网络传播权", "摄制权", "改编权", "翻译权", "汇编权",
)  # fmt: skip
_OUTCOMES = (
    (
        re.compile(r"驳回(?!上诉|管辖|异议|其余|其他)|原告败诉|原告输|不支持原告|未支持原告|没有支持原告|全部不予支持"),
        "lost",
    ),
    (re.compile(r"原告胜诉|原告赢|支持了?原告|全部支持|判决?被告(?:侵权|败诉|赔)|被告败诉|被告输"), "won"),
    (re.compile(r"被告胜诉|被告赢|被告不侵权|不构成侵权|没有侵权|不侵权"), "lost"),
)
_ASKING = re.compile(r"什么|哪|谁|几|分别|多少")
_SOME_COURT = re.compile(
    r"同一|同个|另一|其他|别的|该|这个|那个|哪|有没有|国内|我国|中国|外国|国外|各地|各级|一些|多家|任何|上级|下级|当地|受诉|管辖|原审|受理|一审|二审|终审"
)
_OPEN = re.compile(r"还是|抑或|或者|是否|能否|无从|不得推测|未知|不明|待查|有待|不清楚")
_REVIEWED = re.compile(r"驳回上诉|维持(?:了)?(?:原判|一审)|改判|发回重审|撤销(?:了)?(?:原判|一审)")
_CHANGED = re.compile(r"(?:二审|终审)?(?:予以)?改判|撤销(?:了)?[^，。；]{0,24}(?:判决|认定|判项)|发回重审")
_IN_FULL = re.compile(r"全额(?:予以)?支持|全部(?:予以)?支持(?:了)?(?:原告|诉|赔|请)|诉请(?:得到|获得)全(?:额|部)支持")
_GRANTED_IN_PART = re.compile(r"(?:部分)?支持了?(?:他|她|原告|其)的?[^，。；]{0,8}(?:请求|诉请|主张)")
# A judgment that is told as given, for cases in which there is none yet.
_JUDGED = re.compile(
    r"(?:已经?|最终|一审|终审)?(?:作出|下达|宣告)(?:了|的)?(?:一审|终审)?判决|判令|已(?:经)?(?:判决|宣判)|判决(?:被告|原告|认定|驳回|支持|平台)|判赔|判处|判决?[^，。；]{0,8}(?:胜诉|败诉)"
)
_OUTCOME_NAMES = {
    "upheld": "支持了原告的请求",
    "partly": "部分支持了原告的请求",
    "affirmed": "二审维持原判",
    "dismissed": "驳回了原告的诉讼请求",
    "convicted": "认定有罪",
}
# So far in front of 直接侵权, within the clause, a negation still denies it: 没有认定平台构成直接侵权.
_NEGATION_BEFORE = 12
_WON, _LOST = {"upheld", "partly", "affirmed", "convicted"}, {"dismissed"}
_WORK = re.compile(
    r"(?P<no>不|并?未|没有?|非|不能|否定|否认|无法)?(?:认定|认为|认可|承认|认)?(?:其|那张图|图片|涉案图片|该图片|内容|AI图片?|图|提示词)?(?P<no2>不|并?未|没有?)?"
    r"(?:构成|属于|是|成为|具有|具备|享有|受|为)(?:到)?(?P<no3>不)?(?:文字|美术|视听)?(?:作品|著作权(?:法)?(?:的)?保护|可版权性|独创性|版权保护)"
)
_LIABILITY = {
    "direct": re.compile(r"(?:直接侵权|直接责任|直接侵害)(?!之外|以外)"),
    "contributory": re.compile(r"(?:帮助(?:用户|他人)?侵权|间接侵权|共同侵权|连带)(?!之外|以外)"),
    "none": re.compile(
        r"平台(?:不|无需|无须|没有|免)(?:承担|担|构成)?(?:责|侵权)|平台不承担|平台无责|平台免责|不承担(?:赔偿|侵权|连带)?责任|(?:没有|没|未|不)(?:让|令|要求|判令|判)[^，。；]{1,8}(?:担责|承担|赔偿)|免于担责|尽责免责"
    ),
}
_BUT = re.compile(r"而是|而(?!非|不)|只|仅|却")
_DEFENCES = {
    "fair_use": (
        re.compile(
            r"(?:构成|属于|成立|认定为|认可|落入|支持[^，。；]{0,8})合理使用|合理使用(?:的?抗辩)?(?:成立|得到支持|获得支持)"
        ),
        "认定构成合理使用",
        "否定了合理使用",
    ),
    "not_similar": (
        re.compile(r"(?:构成|具有|存在|达到|属于)实质性(?:的)?(?:相似|近似)|实质性相似(?:成立|的认定)"),
        "认定不构成实质性相似",
        "认定构成实质性相似",
    ),
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing said about a case that its file contradicts.

    `field` names the fact (court, decided, filed, claimed, awarded, outcome, rights, tool, liability, work, instance,
    plaintiff, defendant, fair_use, not_similar), `held` is what the file says, written for a reader, `start`/`end` are the words that say otherwise.
    """

    field: str
    held: str
    start: int
    end: int


def misfits(text: str, meta: Mapping[str, Any], *, tools: Iterable[str] = ()) -> list[Misfit]:
    """What `text` says about a case and its front matter contradicts; only what both name is compared.

    `tools` are the names of the tools of all cases, so that another case's tool is recognised.

    >>> file = {"court": "北京互联网法院", "awarded": 500, "claimed": 5000, "decided": "2023-11-27", "outcome": "partly"}
    >>> [m.field for m in misfits("广州互联网法院判决被告赔偿5万元", file)]
    ['court', 'awarded']
    >>> misfits("北京互联网法院2023年判赔500元，原告索赔5000元", file)
    []
    """
    found = [
        *_court(text, meta),
        *_amounts(text, meta),
        *_dates(text, meta),
        *_outcome(text, meta),
        *_copyrightability(text, meta),
        *_liability(text, meta),
        *_defences(text, meta),
        *_rights(text, meta),
        *_tool(text, meta, tools),
        *_parties(text, meta),
    ]
    # That there is no judgment yet may show in several words; it is one thing.
    outcomes = [misfit for misfit in found if misfit.field == "outcome"]
    return sorted((misfit for misfit in found if misfit not in outcomes[1:]), key=lambda misfit: misfit.start)


def is_pending(meta: Mapping[str, Any]) -> bool:
    """Whether no judgment of this instance is known to exist."""
    return meta.get("outcome") == "pending"


def courts_named(text: str) -> list[tuple[str, int, int]]:
    """Names of courts in the text with their offsets.

    Words for a court that name none (同一法院, 国内法院, 有没有法院) are left out.

    >>> courts_named("该案是由广州互联网法院审理的"), courts_named("有没有法院否定过")
    ([('广州互联网法院', 4, 11)], [])
    """
    found = []
    for match in _COURT_END.finditer(text):
        window = text[max(0, match.start() - 16) : match.start()]
        breaks = [hit.end() for hit in _COURT_BREAK.finditer(window)]
        start = match.start() - len(window) + (breaks[-1] if breaks else 0)
        name = text[start : match.start()]
        if not _COURT_KIND.search(name):
            # 判决书里法院认为 names no court: without a word for its kind, a court is told by its place alone.
            place = next((name[i:] for i in range(len(name)) if _PLACE_UNIT.sub("", name[i:]) in PLACES), "")
            start = match.start() - len(place)
        if match.start() - start >= 2 and not _SOME_COURT.search(text, start, match.end()):
            found.append((text[start : match.end()], start, match.end()))
    return found


def same_court(said: str, held: str) -> bool:
    """Whether a court named shortly can be the court held: 常熟法院 is 江苏省常熟市人民法院, but 杭州中院 is not 杭州互联网法院."""
    short = _COURT_TRIM.sub("", said)
    same_level = all(level.search(held) for level in _COURT_LEVELS if level.search(said))
    return bool(short) and short in _COURT_TRIM.sub("", held) and same_level


def _court(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    held = str(meta.get("court") or "")
    if not held:
        return []
    named = courts_named(text)
    # An appeal court that the status tells of is no slip.
    told = [name for name, _, _ in courts_named(str(meta.get("status") or ""))]
    known = [held, *meta.get("court_aliases", []), *meta.get("courts_below", []), *told]
    wrong = [item for item in named if not any(same_court(item[0], court) or item[0] in court for court in known)]
    if wrong and len(wrong) == len(named):
        return [Misfit("court", held, wrong[0][1], wrong[0][2])]
    return []


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause round a span, bounded by punctuation."""
    left = max(text.rfind(mark, 0, start) for mark in "，。；？！,;?!\n、") + 1
    rights = [at for at in (text.find(mark, end) for mark in "，。；？！,;?!\n、") if at >= 0]
    return left, min(rights, default=len(text))


def _amounts(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    found = []
    for amount in find_amounts(text):
        left, right = _clause(text, amount.start, amount.end)
        before = text[left : amount.start]
        roles = [(hit.start(), "claimed") for hit in _CLAIMED.finditer(before)]
        roles += [(hit.start(), "awarded") for hit in _AWARDED.finditer(before)]
        if not roles and (hit := _AWARDED.search(text[amount.end : right])):
            roles = [(hit.start(), "awarded")]
        if not roles:
            continue
        # 主张赔偿 and 请求判令 are claims: the word of asking outweighs the word of paying that follows it.
        role = "claimed" if any(name == "claimed" for _, name in roles) else "awarded"
        held = meta.get(role)
        if isinstance(held, int) and held != amount.yuan:
            found.append(Misfit(role, write_amount(held), amount.start, amount.end))
        elif held is None and role == "awarded" and is_pending(meta):
            found.append(Misfit("outcome", "尚未判决", amount.start, amount.end))
    return found


def is_review(words: str) -> bool:
    """Whether words tell what a court of appeal did with the judgment under it, of which the file of that one says nothing.

    >>> is_review("改判"), is_review("判决原告胜诉")
    (True, False)
    """
    return _CHANGED.match(words) is not None or _REVIEWED.match(words) is not None


def _dates(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    found = []
    for match in _DATE.finditer(text):
        said = [part for part in (match[1] or match[4], match[2] or match[5], match[3] or match[6]) if part]
        _, right = _clause(text, match.start(), match.end())
        after = text[match.end() : right]
        role = next((name for pattern, name in _DATE_ROLES if pattern.search(after)), None)
        if text[max(0, match.start() - 1) : match.start()] in "(（〔[" and match.end() < len(text):
            continue  # the year of a case number
        if role is None:
            continue
        held = str(meta.get(role) or "")
        parts = re.findall(r"\d+", held)[:3]
        if parts and any(int(a) != int(b) for a, b in zip(said, parts, strict=False)):
            found.append(Misfit(role, _write_date(held), match.start(), match.end()))
    return found


def _write_date(held: str) -> str:
    parts = re.findall(r"\d+", held)[:3]
    return "".join(f"{int(number)}{unit}" for number, unit in zip(parts, "年月日", strict=False))


def _outcome(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    outcome = str(meta.get("outcome") or "")
    if outcome == "unknown" and (told := _REVIEWED.search(text)) and not _OPEN.search(text):
        return [Misfit("outcome", "结果未知", told.start(), told.end())]
    if outcome == "affirmed" and (told := _CHANGED.search(text)) and not _is_denied(text, told):
        return [Misfit("outcome", _OUTCOME_NAMES[outcome], told.start(), told.end())]
    claimed, awarded = meta.get("claimed"), meta.get("awarded")
    if isinstance(claimed, int) and isinstance(awarded, int) and awarded < claimed and (told := _IN_FULL.search(text)):
        return [Misfit("outcome", _OUTCOME_NAMES["partly"], told.start(), told.end())]
    if outcome in _LOST and (told := _GRANTED_IN_PART.search(text)) and not _is_denied(text, told):
        return [Misfit("outcome", _OUTCOME_NAMES[outcome], told.start(), told.end())]
    if outcome == "pending" and (judged := _JUDGED.search(text)) and not _is_denied(text, judged):
        return [Misfit("outcome", "尚未判决", judged.start(), judged.end())]
    said = [(match, side) for pattern, side in _OUTCOMES for match in pattern.finditer(text)]
    sides = {side for _, side in said}
    if len(sides) != 1:
        return []
    match, side = said[0]
    if outcome == "pending":
        return [Misfit("outcome", "尚未判决", match.start(), match.end())]
    if (side == "won" and outcome in _LOST) or (
        side == "lost" and outcome in _WON and "不侵权" not in match[0] and "不构成侵权" not in match[0]
    ):
        return [Misfit("outcome", _OUTCOME_NAMES.get(outcome, outcome), match.start(), match.end())]
    return []


def _effect(meta: Mapping[str, Any], defence: str) -> str:
    entry = (meta.get("defences") or {}).get(defence) or {}
    return str(entry.get("effect") or "")


def _copyrightability(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    effect = _effect(meta, "not_copyrightable")
    said = [
        (match, bool(match["no"] or match["no2"] or match["no3"]) or _is_denied(text, match))
        for match in _WORK.finditer(text)
    ]
    sides = {negated for _, negated in said}
    if len(sides) != 1 or re.search(r"是不是|是否|还是|能否|可否|算不算|吗", text):
        return []
    match, negated = said[0]
    if (negated and effect == "undercuts") or (not negated and effect == "supports"):
        held = "认定构成作品" if effect == "undercuts" else "认定不构成作品"
        return [Misfit("work", held, match.start(), match.end())]
    return []


def _liability(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    held = str(meta.get("liability") or "")
    if not held:
        return []
    held_kinds = {kind for kind, pattern in _LIABILITY.items() if pattern.search(held)}
    # Said of a work, 不侵权 may speak of a part of it; as the file's own word for liability it speaks of the whole case.
    held_kinds |= {"none"} if "不侵权" in held else set()
    said = {kind: match for kind, pattern in _LIABILITY.items() if (match := pattern.search(text))}
    denied = {kind for kind, match in said.items() if _is_denied(text, match)}
    wrong = set(said) - denied or denied & held_kinds
    if not said or not held_kinds or (set(said) - denied) & held_kinds or not wrong:
        return []
    match = said[next(kind for kind in said if kind in wrong)]
    return [Misfit("liability", held, match.start(), match.end())]


def _is_denied(text: str, match: re.Match[str]) -> bool:
    """Whether a negation stands before the words, in their clause."""
    left, _ = _clause(text, match.start(), match.end())
    before = _BUT.split(text[max(left, match.start() - _NEGATION_BEFORE) : match.start()])[-1]
    before = re.split("[：:]", before)[-1]
    return bool(_NOT.search(before))


def _defences(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """What is said of fair use or of similarity, against the effect that the file gives the case for that defence."""
    for defence, (pattern, holds, fails) in _DEFENCES.items():
        effect = _effect(meta, defence)
        match = pattern.search(text)
        if match is None or effect not in ("supports", "undercuts") or _ASKING.search(text):
            continue
        if defence == "not_similar" and meta.get("outcome") == "partly":
            continue  # one thing may have been similar and another not
        # The defence of fair use carries where the use is fair; that of no similarity where there is none.
        carried = _is_denied(text, match) == (defence == "not_similar")
        if carried != (effect == "supports"):
            return [Misfit(defence, holds if effect == "supports" else fails, match.start(), match.end())]
    return []


def _rights(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    held = [str(right) for right in meta.get("rights") or []]
    if not held or not re.search(r"侵害|侵犯|侵权", text):
        return []
    claimed = [str(right) for right in meta.get("rights_claimed") or []]
    for right in _RIGHTS:
        at = text.find(right)
        found = re.search(r"认定|判定|判决|支持|成立|构成", text) is not None
        if at < 0 or any(right in item for item in held) or (not found and any(right in item for item in claimed)):
            continue
        return [Misfit("rights", "、".join(held), at, at + len(right))]
    return []


def _tool(text: str, meta: Mapping[str, Any], tools: Iterable[str]) -> list[Misfit]:
    held = str(meta.get("tool") or "")
    lowered = text.lower()
    for tool in tools:
        at = lowered.find(tool.lower())
        if held and at >= 0 and tool.lower() not in held.lower():
            return [Misfit("tool", held, at, at + len(tool))]
    return []


def _parties(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    parties = meta.get("parties") or {}
    found = []
    for role, field in (("原告", "plaintiff"), ("被告", "defendant")):
        held = str(parties.get(field) or "")
        match = re.search(
            rf"{role}(?:是|为|即)?([\u4e00-\u9fff]某[某\u4e00-\u9fff]?|[\u4e00-\u9fffA-Za-z]{{2,12}}公司)", text
        )
        if held and match and not _ASKING.search(match[1]) and match[1][:2] not in held and match[1] not in held:
            found.append(Misfit(field, held, match.start(1), match.end(1)))
    return found
