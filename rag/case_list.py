"""Questions about the cases as a whole: which court, which defence, which outcome, how much, most and least."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.document import Kind
from rag.cases import CaseFile
from rag.claims import courts_named, is_pending, same_court
from rag.draft import Draft, Support
from rag.library import HeldPlace, Library
from rag.money import find_amounts
from rag.provision import words_of
from rag.question import Question

_ASKS = re.compile(
    r"(?:哪些|哪几个|哪几件|哪个|哪一个|哪件|有哪些|有没有|所有|列出|列举|几个|几件|多少|什么样的|过的?|最[低多少]|最高(?!法|人民|检|院))[^，。？！,.?!]{0,24}?(?:案件|案例|案子|判例|判决|(?<![立备方答档草提图文定报教个])案)"
    r"|(?:案件|案例|案子|判例|判决)[^。？！.?!]{0,12}(?:哪些|有哪些|哪几|几个|最[高低多少])"
    r"|判赔(?:金额|数额)?最[高低多少]|赔得最[多少]|最[高低]的?判赔"
    r"|\b(?:which|what|list|any|highest|lowest)\b.{0,40}\b(?:cases?|decisions?|judgments?|award)\b"
    r"|\b(?:cases|decisions|judgments)\b.{0,60}\b(?:which|highest|lowest|largest|smallest)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"最高|赔得?最多|最多的|highest|largest", re.I)
_LEAST = re.compile(r"最低|赔得?最少|最少的|lowest|smallest", re.I)
_WHICH = re.compile(r"哪|which|what", re.I)
_MONEY = re.compile(r"赔|金额|数额|钱|最[高低](?:的)?(?:案|判决)|award|damages", re.I)
# What no list of the cases held here answers: 2025年全国法院新收多少件, 侵权案件同比增长多少.
_STATISTICS = re.compile(
    r"同比|环比|新收|收案|结案(?:率|量|数)|审结|占比|比例|百分之|[几多少]成|全国(?:法院|各地|范围)?[^，。？！]{0,8}(?:共|总共|多少)",
    re.I,
)
_PENDING = re.compile(r"审理中|待决|还在审|还没(?:有)?(?:判|结)|尚未判|未判|没有?判决|没判下来|pending", re.I)
_DISMISSED = re.compile(r"驳回|败诉|没有获赔|不予支持|未支持|dismissed", re.I)
_DEFENCES = (
    (
        "not_copyrightable",
        re.compile(r"可版权|版权性|构成作品|是作品|作品属性|不受保护|受保护|独创性|copyrightab", re.I),
    ),
    ("fair_use", re.compile(r"合理使用|fair use", re.I)),
    ("no_access", re.compile(r"接触|access", re.I)),
    ("not_similar", re.compile(r"实质性相似|相似|similar", re.I)),
    ("platform_duty", re.compile(r"平台|避风港|技术中立|注意义务|platform", re.I)),
)
# How the digests open the paragraph on a defence.
_NAMES = {
    "not_copyrightable": "可版权性",
    "fair_use": "合理使用",
    "no_access": "未接触",
    "not_similar": "实质性相似",
    "platform_duty": "平台",
}
_FOR_DEFENDANT = re.compile(
    r"不构成作品|不是作品|不受保护|不具有|没有独创性|不具备|否定|不认可|未认可|没有认可|不相似|不构成实质性相似|未接触"
    r"|(?:支持|采纳|成立|认可|有利)[^，。]{0,8}(?:抗辩|合理使用|被告)|(?:抗辩|合理使用)[^，。]{0,6}(?:成立|获支持|被支持|有利|被采纳)|免责|不承担|无过错|尽到"
)
_AGAINST_DEFENDANT = re.compile(
    r"(?<!不)构成作品|(?<!不)是作品|(?<!不)受保护|享有著作权|(?<![不未])(?<!没有)认可[^，。]{0,10}(?:版权|著作权)|(?:抗辩|合理使用)[^，。]{0,6}(?:不成立|被否|未获支持|不被支持|不利)"
    r"|(?:不利|否定|驳回|不支持|未采纳)[^，。]{0,8}(?:抗辩|合理使用|被告)|构成侵权|承担责任|(?<!不)构成实质性相似"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the cases are to have in common."""

    courts: tuple[str, ...]
    defence: str | None
    effects: frozenset[str]
    pending: bool
    dismissed: bool
    extreme: int
    year: str | None
    amount: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing tells the cases apart."""
        return not (
            self.courts or self.defence or self.pending or self.dismissed or self.extreme or self.year or self.amount
        )


def wish(text: str) -> Wish | None:
    """What a question asks of the cases as a whole; None when it does not.

    >>> wish("北京互联网法院审理过哪些AI案件").courts
    ('北京互联网法院',)
    >>> wish("判赔最高的案子是哪个").extreme, wish("什么是合理使用")
    (1, None)
    """
    if not _ASKS.search(text) or _STATISTICS.search(text):
        return None
    defence = next((id for id, pattern in _DEFENCES if pattern.search(text)), None)
    favourable, adverse = _FOR_DEFENDANT.search(text), _AGAINST_DEFENDANT.search(text)
    effects = (
        {"supports", "mixed"} if favourable and not adverse else {"undercuts"} if adverse and not favourable else set()
    )
    year = re.search(r"(20\d\d)\s*年", text)
    return Wish(
        tuple(name for name, _, _ in courts_named(text)),
        defence,
        frozenset(effects),
        _PENDING.search(text) is not None and _DISMISSED.search(text) is None,
        _DISMISSED.search(text) is not None and defence is None,
        (1 if _MOST.search(text) else -1 if _LEAST.search(text) else 0) if _MONEY.search(text) else 0,
        year[1] if year else None,
        next((amount.yuan for amount in find_amounts(text)), None) if _WHICH.search(text) else None,
    )


def listed(library: Library, wanted: Wish, as_of: date, but: str | None = None) -> list[Draft]:
    """One statement for each case that fits, with court and outcome from its own passages; `but` is left out."""
    shorts = [
        document.citation.document
        for document in library.documents()
        if document.kind in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) and document.citation.document != but
    ]
    files = [case for short in dict.fromkeys(shorts) if (case := CaseFile.open(library, short, as_of))]
    fitting = [case for case in files if _fits(case, wanted)]
    if wanted.extreme:
        awarded = [case for case in fitting if isinstance(case.meta.get("awarded"), int) and case.meta["awarded"]]
        fitting = sorted(awarded, key=lambda case: -wanted.extreme * int(str(case.meta["awarded"])))[:3]
    return [draft for case in fitting if (draft := _line(case, wanted))]


def _fits(case: CaseFile, wanted: Wish) -> bool:
    meta = case.meta
    if wanted.courts and not any(same_court(court, str(meta.get("court"))) for court in wanted.courts):
        return False
    if wanted.pending and not is_pending(meta):
        return False
    if wanted.dismissed and meta.get("outcome") != "dismissed":
        return False
    if wanted.year and wanted.year not in str(meta.get("decided") or ""):
        return False
    if wanted.amount:
        return wanted.amount in (meta.get("awarded"), meta.get("claimed"))
    if wanted.defence:
        defences = meta.get("defences")
        entry = defences.get(wanted.defence) if isinstance(defences, dict) else None
        effect = str(entry.get("effect")) if entry else ""
        return effect in wanted.effects if wanted.effects else bool(effect)
    return True


def _line(case: CaseFile, wanted: Wish) -> Draft | None:
    """Court and outcome of a case; for a defence, what the digest says that the case means for it."""
    court = str(case.meta.get("court") or "")
    bearing = case.bearing(court, ("案情",))
    told = (
        _on_defence(case, wanted.defence)
        if wanted.defence and not wanted.amount
        else next(iter(case.section("裁判结果")), None)
    )
    if bearing is None or told is None:
        return None
    words = words_of(told)
    return Draft(f"{case.name}（{court}）：{words}", (Support(bearing.citation, court), Support(told.citation, words)))


def _on_defence(case: CaseFile, defence: str) -> HeldPlace | None:
    """The paragraph on one defence; the digests open each with its name."""
    name = _NAMES[defence]
    return next((place for place in case.section("对五项抗辩的意义") if name in place.text.split("，", 1)[0]), None)


def introduced(drafts: Sequence[Draft], question: Question) -> list[Draft]:
    """The list with a notice of what it covers."""
    said = question.language.pick(
        f"本库收录的案件中符合条件的有{len(drafts)}件（只限本库所收，不代表全部裁判）：",
        f"Of the cases held here, {len(drafts)} fit (held here only; not all decisions):",
    )
    return [Draft(said), *drafts]
