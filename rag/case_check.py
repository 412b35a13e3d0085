"""What a draft says about a judgment, held against its file: which sentences speak of it, and what does not fit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Doubt, Mention
from ingest.numerals import to_int
from rag.answer import Verdict
from rag.case_facts import (
    amounts,
    another_court,
    court,
    dates,
    deciding_court,
    is_a_holding,
    is_above,
    is_below,
    other_court,
    requests,
    rights,
)
from rag.case_names import CaseNames
from rag.case_slots import CaseWords, joined, slots
from rag.cases import tools_of
from rag.claims import Misfit, is_pending, is_review, misfits
from rag.library import Held, HeldDocument, HeldPlace, Library
from rag.provision import case_name
from rag.quote_check import ALIKE, changes, folded, likeness, says_which, stands
from rag.statute_check import Finding

LABELS = {
    "court": "审理法院",
    "decided": "裁判日期",
    "filed": "立案日期",
    "claimed": "诉请金额",
    "awarded": "判赔金额",
    "outcome": "裁判结果",
    "rights": "认定侵害的权利",
    "tool": "使用的工具",
    "liability": "责任认定",
    "work": "可版权性的认定",
    "plaintiff": "原告",
    "defendant": "被告",
    "cause": "案由",
    "instance": "审级",
    "number": "案号",
    "object": "涉案作品",
    "docket": "案卷号",
    "sum": "金额",
    "fair_use": "合理使用的认定",
    "not_similar": "实质性相似的认定",
}
# From here on a clause speaks of the drafter's own matter, not of the case it has just cited.
_OWN_MATTER = re.compile(
    r"本案|本所|我方|我们|我司|我公司|客户|委托人|本公司|贵司|贵方|本合同|甲方|乙方|申请人|答辩人|贵院|上述公司|当事人请求|咨询"
)
_CAUSES = (
    (re.compile(r"不正当竞争"), "不正当竞争"),
    (re.compile(r"商标(?:权|侵权|纠纷)"), "商标"),
    (re.compile(r"专利(?:权|侵权|纠纷)"), "专利"),
    (
        re.compile(
            r"(?:软件开发|技术服务|著作权许可|委托创作|授权|定作|承揽|建设工程|借款|租赁)[^，。；]{0,4}(?:合同)?纠纷"
        ),
        "合同",
    ),
    (re.compile(r"民间借贷|借贷纠纷|劳动争议|人格权纠纷|隐私权|个人信息保护纠纷"), "其他案由"),
    (re.compile(r"名誉权"), "名誉权"),
    (re.compile(r"肖像权"), "肖像权"),
    (re.compile(r"商业秘密"), "商业秘密"),
    (re.compile(r"侵犯著作权罪"), "著作权罪"),
    (re.compile(r"(?:委托|服务|许可使用|买卖)合同纠纷"), "合同"),
)
_CAUSE_STATED = re.compile(r"案由|纠纷(?:一案)?|罪|为由")
_CRIME = re.compile(r"(?:以|犯|构成|定为|的|是|就因|因)(?P<crime>[\u3400-\u9fff]{2,14}?罪)(?!名|犯|行|责|与非罪)")
_SECOND = re.compile(r"二审|终审|上诉|维持原判|终字")
_FIRST = re.compile(r"一审|初审")
_INSTANCE_SAID = re.compile(
    r"^[”》）)]?(?:号)?\s?(?:民事|刑事|行政)?(?:的)?(?P<said>一审|二审|终审|再审)(?:民事|刑事)?(?:判决|裁定|判令|中|认|维持|改判)"
)
# 作出的是终审判决, 作为一审法院审理: an instance that is stated, wherever in the clause it stands.
_INSTANCE_STATED = re.compile(
    r"(?:作出|下达)(?:了|的|的是)?(?P<said>一审|二审|终审|再审)(?:民事|刑事|生效)?(?:判决|裁定)|作为(?P<court>一审|二审|终审|再审)法院"
)
_INSTANCE_BEFORE = re.compile(
    r"(?P<said>一审|二审|终审|再审)(?:(?:终审|生效)?(?:判决|裁定)[，,]?|(?:作出|审理|审结|判决|宣判)(?:的)?)\s?[（(\[【〔“「]?$"
)
_COURT_AT = re.compile(r"(?P<court>[\u3400-\u9fff]{2,14}?(?:法院|中院|高院))(?P<said>一审|二审)(?=判|认|驳|作出|审理)")
_INSTANCE_IS = re.compile(
    r"[”》）)〕\]]?\s?(?:是|系|为|属于)(?:经过)?[^，。；]{0,16}?(?P<said>一审|二审|终审|再审)(?:的?(?:判决|裁定|案件|生效判决)|$)"
)


_ARTICLE = re.compile(r"第?\s?([〇零一二三四五六七八九十百千\d]{1,9})\s?条")
_NUMBERED = re.compile(r"\d\s?号|\d\s?號")
_SHORTEST_SAID, _SHORTEST_CLAIM = 6, 12


@dataclass(frozen=True, slots=True)
class CaseClaim:
    """What a draft puts to a case: quotations (introduced as the court's words or not), the words in front of and
    behind its name, and its other names written beside it; `borrowed` when a footnote gives the number for words that
    the text quotes under the name; `paragraph` is all of the paragraph."""

    quotes: tuple[tuple[str, bool], ...]
    before: str
    after: str
    beside: tuple[Mention, ...] = ()
    borrowed: bool = False
    paragraph: str = ""

    @property
    def said(self) -> str:
        """What is said of the case, without the drafter's own matter."""
        return f"{_behind_own_matter(self.before)} {own_words(self.after)}"


class CaseCheck:
    """Checks citations of cases against the judgments and digests of one library."""

    def __init__(self, library: Library, companies: Sequence[str], as_of: date) -> None:
        self._library = library
        self._companies = companies
        self._texts: dict[str, CaseWords] = {}
        self._as_of = as_of
        self._names = CaseNames(library)
        self._tools = tools_of(library)
        self._courts = _courts(library)
        self._documents: dict[str, HeldDocument | None] = {}

    def judge(self, mention: Mention, claim: CaseClaim) -> Finding:
        """The finding with the highest precedence; a digest cannot bear quoted words out."""
        beside = [short for other in claim.beside for short in _meant(other)]
        shorts = self._narrowed(mention, claim, beside)
        if mention.doubt is Doubt.UNKNOWN or not shorts:
            return self._not_held(mention, beside)
        if len(shorts) > 1:
            names = "；".join(case_name(held) for short in shorts if (held := self._document(short)))
            return Finding(Verdict.AMBIGUOUS, None, f"“{mention.raw}”可以指：{names}。请写明法院或案号。")
        document = self._document(shorts[0])
        if document is None:
            return self._not_held(mention, beside)
        citation = Citation(shorts[0], None, mention.citation.path if mention.citation else ())
        here = self._library.holds(citation, self._as_of) if citation.path else Held.YES
        if here is Held.NO_SUCH_PLACE:
            return Finding(Verdict.NONEXISTENT, str(citation), f"{case_name(document)}中没有这一段。", shorts[0])
        if document.kind is Kind.NOTE and not _is_told_of(document, self._library, mention):
            where = f"本库只有关于{document.title}的注，没有条文原文，无法核对。"
            return Finding(Verdict.NOT_IN_CORPUS, str(citation), where)
        wrong = self._wrong(document, mention, claim, beside)
        told = "；".join(_told(misfit) for misfit in wrong)
        quoted = self._quoted(document, citation, claim)
        if quoted is not None and quoted.verdict is Verdict.NOT_IN_CORPUS:
            also = f"另外：{told}。" if told else ""
            return Finding(quoted.verdict, quoted.key, quoted.message + also, None, quoted.quote)
        if here is Held.NOT_HELD:
            return Finding(
                Verdict.NOT_IN_CORPUS, str(citation), f"本库只有{case_name(document)}的摘要，无法核对原文的段落。"
            )
        if wrong:
            said = f"与{case_name(document)}的记载不符：{told}。"
            other = [short for short in beside if short != shorts[0] and self._document(short)]
            better = other[0] if wrong[0].field == "number" and claim.borrowed and other else shorts[0]
            return Finding(Verdict.MISMATCH, str(citation), said, better)
        return quoted or Finding(Verdict.VALID, str(citation), _status(document))

    def _narrowed(self, mention: Mention, claim: CaseClaim, beside: Sequence[str]) -> tuple[str, ...]:
        shorts = _meant(mention)
        if len(shorts) < 2:
            return shorts
        named = tuple(short for short in shorts if short in beside)
        return named if len(named) == 1 else self._names.narrow(shorts, f"{claim.before}{claim.after[:120]}")

    def _not_held(self, mention: Mention, beside: Sequence[str]) -> Finding:
        key = str(mention.citation) if mention.citation else None
        known = [held for short in beside if (held := self._document(short))]
        if len(known) == 1:
            number = known[0].meta.get("case_number") or known[0].citation.document
            return Finding(
                Verdict.NOT_IN_CORPUS,
                key,
                f"本库没有收录“{mention.raw}”，无法核对；并写的案件在本库中的案号是{number}。",
                known[0].citation.document,
            )
        return Finding(Verdict.NOT_IN_CORPUS, key, f"本库没有收录“{mention.raw}”，无法核对，也不能据此断定其不存在。")

    def _wrong(self, document: HeldDocument, mention: Mention, claim: CaseClaim, beside: Sequence[str]) -> list[Misfit]:
        related = [held.meta for short in document.meta.get("related") or () if (held := self._document(str(short)))]
        about_law = document.kind is not Kind.NOTE
        courts = self._courts if about_law else ()
        by_number = mention.citation is not None and _NUMBERED.search(mention.raw) is not None
        round_it = claim.before, claim.after, by_number
        found = mismatches(claim.said, round_it, document.meta, related, self._tools, courts)
        if not claim.quotes:
            known = self._words(document, related)
            found += slots(claim.said, known, self._companies)
            found += requests(claim.said, document.meta, known.words)
        found += joined(mention.raw, claim.paragraph, document.meta)
        found = [misfit for misfit in found if about_law or misfit.field != "court"]
        also = [str(meta.get("court") or "") for meta in related]
        if not any(misfit.field == "court" for misfit in found):
            found += other_court(claim.before, claim.after, document.meta, also, by_number)
        for other in claim.beside:
            if other.doubt is Doubt.AMBIGUOUS or document.citation.document in _meant(other):
                continue
            if other.doubt is Doubt.UNKNOWN and other.citation and not other.citation.is_case:
                continue
            if set(_meant(other)) & set(map(str, document.meta.get("related") or ())) and not claim.borrowed:
                continue
            found.insert(0, Misfit("number", self._other_name(document, other), other.start, other.end))
        return _one_each(found)

    def _other_name(self, document: HeldDocument, other: Mention) -> str:
        """What stands beside a name and is not this case: another one that is held, or a number that is none of its."""
        held = [known for short in _meant(other) if (known := self._document(short))]
        number = str(document.meta.get("case_number") or "")
        if held:
            return f"并写的“{other.raw}”是另一件裁判：{case_name(held[0])}"
        return f"并写的“{other.raw}”不是该案的案号" + (f"，该案案号是{number}" if number else "")

    def _quoted(self, document: HeldDocument, citation: Citation, claim: CaseClaim) -> Finding | None:
        words = [
            quote
            for quote, is_said in claim.quotes
            if len(folded(quote)) >= (_SHORTEST_SAID if is_said else _SHORTEST_CLAIM)
        ]
        if not words:
            return None
        full = document.kind is Kind.JUDGMENT or document.meta.get("text") == "full"
        if not full:
            return Finding(
                Verdict.NOT_IN_CORPUS,
                str(citation),
                f"本库只有{case_name(document)}的摘要，没有判决原文，引文无法核对。",
                quote=words[0],
            )
        places = self._library.passages(citation.document, citation.version, self._as_of)
        for quote in words:
            finding = _in_full_text(quote, citation, document, places)
            if finding.verdict is not Verdict.EXACT:
                return finding
        return _in_full_text(words[0], citation, document, places)

    def _words(self, document: HeldDocument, related: Sequence[Mapping[str, Any]]) -> CaseWords:
        """All that is held of a case, the other instances with it."""
        short = document.citation.document
        if short not in self._texts:
            shorts = [str(other) for other in document.meta.get("related") or ()]
            held = [document, *(other for name in shorts if (other := self._document(name)))]
            texts = [*map(self._library.text, held), *map(str, related)]
            self._texts[short] = CaseWords.of(document.meta, "\n".join(texts))
        return self._texts[short]

    def _document(self, short: str) -> HeldDocument | None:
        if short not in self._documents:
            self._documents[short] = self._library.document(short, None, self._as_of)
        return self._documents[short]


def _courts(library: Library) -> tuple[str, ...]:
    """The short names of all courts of which a decision is held."""
    names = [alias for document in library.documents() for alias in document.meta.get("court_aliases") or ()]
    return tuple(dict.fromkeys(str(name) for name in names if len(str(name)) > 2))


def _meant(mention: Mention) -> tuple[str, ...]:
    return mention.candidates or ((mention.citation.document,) if mention.citation else ())


def _is_told_of(document: HeldDocument, library: Library, mention: Mention) -> bool:
    """Whether a note on a rule tells of the articles that are cited from it."""
    cited = {to_int(number) for number in _ARTICLE.findall(mention.raw)}
    if not cited:
        return True
    told = f"{document.title} {document.citation.document} {library.text(document)}"
    return cited <= {to_int(number) for number in _ARTICLE.findall(told)}


def _told(misfit: Misfit) -> str:
    if misfit.field == "number":
        return misfit.held
    if misfit.field == "misstated":
        return f"该说法有误，{misfit.held}"
    return f"{LABELS.get(misfit.field, misfit.field)}应为{misfit.held}"


def _status(document: HeldDocument) -> str:
    meta = document.meta
    court = f"，{meta['court']}" if meta.get("court") else ""
    status = str(meta.get("status") or "").rstrip("。")
    known = "；所述与记载没有矛盾" if not is_pending(meta) else ""
    return f"本库收录有{case_name(document)}{court}{known}。{status + '。' if status else ''}"


def _in_full_text(quote: str, citation: Citation, document: HeldDocument, places: Sequence[HeldPlace]) -> Finding:
    cited = [place for place in places if citation.contains(place.citation)]
    home = next((place for place in cited if stands(quote, place.text)), None)
    if home is not None:
        said = f"引文与{case_name(document)}{'、'.join(home.citation.path)}一致。"
        return Finding(Verdict.EXACT, str(citation), said, quote=quote, source=home.text)
    other = next((place for place in places if stands(quote, place.text)), None)
    if other is not None:
        said = f"所引文字不在所引之处，而在{other.key}。"
        return Finding(Verdict.WRONG_PINPOINT, str(citation), said, other.key, quote, other.text)
    nearest = max(cited or places, key=lambda place: likeness(quote, place.text), default=None)
    if nearest is None or likeness(quote, nearest.text) < ALIKE:
        return Finding(Verdict.ALTERED, str(citation), f"{case_name(document)}中没有这样的文字。", None, quote)
    found = changes(quote, nearest.text)
    said = f"引文与{nearest.key}不一致：{'；'.join(says_which(change) for change in found[:8])}。"
    return Finding(Verdict.ALTERED, str(citation), said, nearest.key, quote, nearest.text, tuple(found))


def mismatches(
    said: str,
    round_it: tuple[str, str, bool],
    meta: Mapping[str, Any],
    related: Sequence[Mapping[str, Any]],
    tools: Iterable[str],
    courts: Iterable[str],
) -> list[Misfit]:
    """What the text says about a case and its file contradicts.

    `said` are the words about the case; `round_it` those in front of its citation and behind it, and whether it is cited by
    number, which belongs to one instance alone. A case of two instances is one case
    to whoever tells it: where the text speaks of the other instance, what fits that one's file is right too.
    """
    found = [*_stated(said, meta, tools, courts), *_cause(said, meta), *_instance(*round_it, meta)]
    speaks_of_both = _SECOND.search(said) or (_FIRST.search(said) and "二审" in str(meta.get("instance")))
    # What nobody knows of an appeal, the file of the first instance cannot make right.
    if found and related and speaks_of_both and meta.get("outcome") != "unknown":
        for other in related:
            elsewhere = {misfit.field for misfit in _stated(said, other, tools, courts)}
            found = [
                misfit
                for misfit in found
                if misfit.field in elsewhere
                or misfit.field in ("cause", "instance")
                or is_review(said[misfit.start : misfit.end])
            ]
    return _one_each(found)


def _stated(said: str, meta: Mapping[str, Any], tools: Iterable[str], courts: Iterable[str]) -> list[Misfit]:
    rest = [
        misfit
        for misfit in misfits(said, meta, tools=tools)
        if misfit.field not in ("court", "claimed", "awarded", "rights") and is_a_holding(said, misfit, meta)
    ]
    return [*court(said, meta, courts), *amounts(said, meta), *rights(said, meta), *dates(said, meta), *rest]


def own_words(region: str) -> str:
    """The part of a region that speaks of the cited case: up to the clause that turns to the drafter's own matter.

    >>> own_words("广州互联网法院判赔1万元，本案原告请求50万元")
    '广州互联网法院判赔1万元，'
    """
    turn = _OWN_MATTER.search(region)
    if turn is None:
        return region
    clause = max((region.rfind(mark, 0, turn.start()) for mark in "，,。；;：:、\n"), default=-1)
    return region[: clause + 1]


def _behind_own_matter(region: str) -> str:
    """What is left of the words in front of a name when the clauses about the drafter's own matter are gone."""
    clauses = re.split(r"(?<=[，,；;：:。])", region)
    kept: list[str] = []
    for clause in clauses:
        kept = [] if _OWN_MATTER.search(clause) else [*kept, clause]
    return "".join(kept)


def _cause(text: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """The cause of action named in the text, where the file names one and it is another."""
    held = " ".join(str(meta.get(name) or "") for name in ("case_cause", "title"))
    if not _CAUSE_STATED.search(text):
        return []
    criminal = "罪" in held
    for crime in _CRIME.finditer(text) if criminal else ():
        if crime["crime"] not in held and held.split(" ")[0] not in crime["crime"]:
            return [Misfit("cause", held.split(" ")[0], *crime.span("crime"))]
    for pattern, word in _CAUSES:
        match = pattern.search(text)
        if match is None or word in held:
            continue
        window = text[match.start() : match.end() + 8]
        if _CAUSE_STATED.search(window) or text[max(0, match.start() - 6) : match.start()].find("案由") >= 0:
            return [
                Misfit(
                    "cause",
                    str(meta.get("case_cause") or ("侵犯著作权罪" if criminal else "著作权侵权纠纷")),
                    match.start(),
                    match.end(),
                )
            ]
    return []


def _instance(before: str, after: str, by_number: bool, meta: Mapping[str, Any]) -> list[Misfit]:
    held, status = str(meta.get("instance") or ""), str(meta.get("status") or "")
    first = after.split("。", 1)[0]
    found = [_INSTANCE_SAID.match(after), _INSTANCE_STATED.search(first), _INSTANCE_IS.match(first)]
    other = deciding_court(before, after)
    if other is None or not is_below(other, meta):
        found += [_INSTANCE_BEFORE.search(before), _INSTANCE_STATED.search(before)]
    # A case called by its name is both instances, unless the court that is named is that of one of them.
    own_court = by_number or (other is not None and not is_below(other, meta) and is_above(other, meta))
    known = held if own_court and held else f"{held} {status}"
    tried = _COURT_AT.search(f"{before} {after}")
    if tried and held and meta.get("courts_below") and is_above(tried["court"], meta) and tried["said"] not in held:
        return [Misfit("instance", held, *tried.span("said"))]
    for match in filter(None, found) if "审" in known else ():
        if another_court(match.string[: match.start()], meta):
            continue  # 上海知识产权法院…作出二审判决, told in the file of the first instance
        told = str(match["said"] or match.groupdict().get("court"))
        said = "二审" if told == "终审" else told
        if said not in known:
            return [Misfit("instance", held or status, *match.span())]
    return []


def _one_each(found: Iterable[Misfit]) -> list[Misfit]:
    kept: dict[str, Misfit] = {}
    for misfit in found:
        kept.setdefault(misfit.field, misfit)
    return list(kept.values())
