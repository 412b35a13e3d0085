"""The defences held against a fact pattern: element by element, strongest first, each line with its authority.

What a defence needs, what defeats it and who has held what is data (`corpus/defences`); the wordings that show a fact
are data too (`corpus/lexicon/facts.yaml`). Here is only how elements make a strength (contract, "The defences"):
strong where every decisive element is met and authority supports it; medium where none is unmet; weak where one is;
unavailable where the law excludes the defence. Damages are at least medium, and last among equals.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, proxy

from ingest.citation import Citation
from ingest.document import Kind
from ingest.errors import UnusableInput
from rag.answer import Defense, Element, ElementStatus, FactSpan, Strength
from rag.draft import Draft, Support
from rag.facts import Case, Condition, FactBook, load_facts, read_facts
from rag.library import HeldPlace, Library
from rag.money import find_amounts, write_amount
from rag.provision import name_of, pinpoint, words_of
from rag.question import Language, Question
from rag.relevance import rank

_ORDER = (Strength.STRONG, Strength.MEDIUM, Strength.WEAK, Strength.UNAVAILABLE)
_LABELS = {
    Strength.STRONG: ("强", "strong"),
    Strength.MEDIUM: ("中", "medium"),
    Strength.WEAK: ("弱", "weak"),
    Strength.UNAVAILABLE: ("不可用", "unavailable"),
}
_STATUS = {
    ElementStatus.MET: ("成立", "met"),
    ElementStatus.UNMET: ("不成立", "not met"),
    ElementStatus.UNKNOWN: ("有待查明", "to be established"),
}
_FLOOR = "damages"
_QUESTIONS_ASKED, _FACT_SHOWN, _SUPPORTING_TOLD = 4, 30, 4
# Damages carry by themselves only where several circumstances speak for a low sum and none against.
_FLOOR_STRONG = 4


@dataclass(frozen=True, slots=True)
class Exclusion:
    """When the law excludes a defence, why, and where that stands."""

    when: Condition
    why: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ElementRule:
    """An element as the file states it; what shows it met or defeated are lists of conditions, any one of which suffices."""

    id: str
    name: str
    question: str
    met_when: str
    defeated_when: str
    decisive: bool
    excludes: bool
    citations: tuple[str, ...]
    met: tuple[Condition, ...]
    defeated: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """A comparable award, in yuan; `claimed` is None where it is not known."""

    case: str
    claimed: int | None
    awarded: int
    who: str
    note: str
    when: tuple[Condition, ...]
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefenceRule:
    """A defence as its file in `corpus/defences` states it; the fields are explained at the head of each file."""

    id: str
    name: str
    name_en: str
    applies_when: tuple[Condition, ...]
    not_shown: str
    not_shown_as: Strength
    excluded_when: tuple[Exclusion, ...]
    leads_when: tuple[Condition, ...]
    at_most: tuple[tuple[Strength, tuple[Condition, ...]], ...]
    provisions: tuple[tuple[Condition, str], ...]
    burden: str
    burden_citations: tuple[str, ...]
    elements: tuple[ElementRule, ...]
    supporting: tuple[str, ...]
    adverse: tuple[str, ...]
    pending: tuple[str, ...]
    reasons: Mapping[str, str]
    evidence: tuple[str, ...]
    would_change: tuple[str, ...]
    awards: tuple[Award, ...]


@lru_cache(maxsize=4)
def load_rules(corpus: Path) -> tuple[DefenceRule, ...]:
    """Read every defence of a corpus folder. Raises UnusableInput where a condition names an unknown fact."""
    import yaml

    book = load_facts(corpus)
    rules = []
    for path in sorted((corpus / "defences").glob("*.yaml")):
        rule = _rule(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader), path)
        _require_known(rule, book, path.name)
        rules.append(rule)
    return tuple(rules)


def _conditions(texts: Iterable[str] | None) -> tuple[Condition, ...]:
    return tuple(map(Condition.parse, texts or ()))


def _rule(data: Mapping[str, Any], path: Path) -> DefenceRule:
    try:
        return DefenceRule(
            id=data["id"],
            name=data["name"],
            name_en=data["name_en"],
            applies_when=_conditions(data["applies_when"]),
            not_shown=data["not_shown"],
            not_shown_as=Strength(data["not_shown_as"]),
            excluded_when=tuple(
                Exclusion(Condition.parse(row["when"]), row["why"], tuple(row["citations"]))
                for row in data["excluded_when"]
            ),
            leads_when=_conditions(data["leads_when"]),
            at_most=tuple((Strength(name), _conditions(when)) for name, when in data.get("at_most", {}).items()),
            provisions=tuple(
                (Condition((), ()), row) if isinstance(row, str) else (Condition.parse(row["when"]), row["key"])
                for row in data["provisions"]
            ),
            burden=_joined(data["burden"]["text"]),
            burden_citations=tuple(data["burden"]["citations"]),
            elements=tuple(map(_element_rule, data["elements"])),
            supporting=tuple(data["supporting"]),
            adverse=tuple(data["adverse"]),
            pending=tuple(data["pending"]),
            reasons=data["reasons"],
            evidence=tuple(data["evidence"]),
            would_change=tuple(data["would_change"]),
            awards=tuple(map(_award, data.get("amounts", ()))),
        )
    except (KeyError, ValueError) as error:
        raise UnusableInput(f"{path.name} 缺少字段或写法有误：{error}。请对照文件开头的说明改正。") from error


def _joined(text: str) -> str:
    """Lines of a folded text are joined by a space, which Chinese does not want."""
    return "".join(text.split()) if not text.isascii() else text


def _element_rule(row: Mapping[str, Any]) -> ElementRule:
    signals = row["signals"]
    return ElementRule(
        id=row["id"],
        name=row["name"],
        question=row["question"],
        met_when=row["met_when"],
        defeated_when=row["defeated_when"],
        decisive=row["decisive"],
        excludes=row.get("excludes", False),
        citations=tuple(row["citations"]),
        met=_conditions(signals["met"]),
        defeated=_conditions(signals["defeated"]),
    )


def _award(row: Mapping[str, Any]) -> Award:
    return Award(
        case=row["case"],
        claimed=row["claimed"],
        awarded=row["awarded"],
        who=row["who"],
        note=row.get("note", ""),
        when=_conditions(row["when"]),
        citations=tuple(row["citations"]),
    )


def _require_known(rule: DefenceRule, book: FactBook, where: str) -> None:
    conditions = [
        *rule.applies_when,
        *rule.leads_when,
        *(exclusion.when for exclusion in rule.excluded_when),
        *(condition for _, when in rule.at_most for condition in when),
        *(condition for condition, _ in rule.provisions),
        *(condition for element in rule.elements for condition in (*element.met, *element.defeated)),
        *(condition for award in rule.awards for condition in award.when),
    ]
    book.require((name for condition in conditions for name in condition.names), where)


# --- from facts to strength -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighed:
    """A defence held against the facts: status and deciding words of each element, strength, and why."""

    rule: DefenceRule
    strength: Strength
    elements: tuple[tuple[ElementRule, ElementStatus, FactSpan | None], ...]
    why: str
    why_citations: tuple[str, ...]
    leads: bool

    @property
    def tried(self) -> bool:
        """Whether it is worth pleading."""
        return self.strength in (Strength.STRONG, Strength.MEDIUM)

    def of(self, status: ElementStatus, *, decisive: bool = False) -> list[tuple[ElementRule, FactSpan | None]]:
        """The elements of a status, with the words that decide them; only the decisive ones if asked so."""
        return [(rule, fact) for rule, own, fact in self.elements if own is status and (rule.decisive or not decisive)]

    @property
    def rank(self) -> tuple[int, bool, bool, int]:
        """Sorts strongest first: strength, damages last among equals, what the facts point to, elements met less unmet."""
        balance = len(self.of(ElementStatus.MET)) - len(self.of(ElementStatus.UNMET))
        return _ORDER.index(self.strength), self.rule.id == _FLOOR, not self.leads, -balance


def weigh(case: Case, rules: Sequence[DefenceRule]) -> list[Weighed]:
    """Hold every defence against the facts, strongest first."""
    return sorted((_weighed(case, rule) for rule in rules), key=lambda one: one.rank)


def _weighed(case: Case, rule: DefenceRule) -> Weighed:
    elements = tuple(_held_against(case, element) for element in rule.elements)
    leads = case.first(rule.leads_when) is not None
    for exclusion in rule.excluded_when:
        if case.meets(exclusion.when):
            return Weighed(rule, Strength.UNAVAILABLE, elements, exclusion.why, exclusion.citations, False)
    if rule.applies_when and case.first(rule.applies_when) is None:
        return Weighed(rule, rule.not_shown_as, elements, rule.not_shown, rule.elements[0].citations[:1], False)
    strength, why, citations = _strength(rule, elements)
    for limit, when in rule.at_most:
        if case.first(when) and _ORDER.index(strength) < _ORDER.index(limit):
            strength = limit
    return Weighed(rule, strength, elements, why, citations, leads)


def _held_against(case: Case, rule: ElementRule) -> tuple[ElementRule, ElementStatus, FactSpan | None]:
    """What defeats an element outweighs what meets it: one way of failing is enough."""
    defeated = case.first(rule.defeated)
    if defeated:
        return rule, ElementStatus.UNMET, case.span(defeated)
    met = case.first(rule.met)
    if met:
        return rule, ElementStatus.MET, case.span(met)
    return rule, ElementStatus.UNKNOWN, None


def _strength(
    rule: DefenceRule, elements: Sequence[tuple[ElementRule, ElementStatus, FactSpan | None]]
) -> tuple[Strength, str, tuple[str, ...]]:
    met = [element for element, status, _ in elements if status is ElementStatus.MET]
    unmet = [element for element, status, _ in elements if status is ElementStatus.UNMET]
    decisive = [(element, status) for element, status, _ in elements if element.decisive]
    failed = [element for element in unmet if element.decisive]
    if failed:
        strength = Strength.UNAVAILABLE if any(element.excludes for element in failed) else Strength.WEAK
        return strength, f"决定性要件不成立：{failed[0].name}。{failed[0].defeated_when}", failed[0].citations
    if not decisive:
        strong = len(met) >= _FLOOR_STRONG and not unmet
        return (
            (Strength.STRONG if strong else Strength.MEDIUM),
            "只要可能承担责任，就值得主张。",
            rule.elements[0].citations,
        )
    if all(status is ElementStatus.MET for _, status in decisive) and len(met) > len(unmet):
        return Strength.STRONG, "决定性要件都成立，并有依据支持。", decisive[0][0].citations
    missing = [element.name for element, status in decisive if status is ElementStatus.UNKNOWN]
    why = f"没有决定性要件落空，但尚待查明：{'、'.join(missing)}。" if missing else "要件成立，但另有不利情节。"
    return Strength.MEDIUM, why, decisive[0][0].citations


# --- authority --------------------------------------------------------------------------------------------------------


class _Authorities:
    """Opens the places that the files name, at the paragraph that says what they are named for."""

    def __init__(self, library: Library, as_of: date) -> None:
        self._library = library
        self._as_of = as_of
        self._opened: dict[tuple[str, str], HeldPlace | None] = {}
        self._passages: dict[str, list[HeldPlace]] = {}

    def place(self, key: str, reason: str = "") -> HeldPlace | None:
        """The place of a key; of a whole section the paragraph nearest to `reason`. None when it is not held."""
        known = (key, reason)
        if known not in self._opened:
            self._opened[known] = self._open(key, reason)
        return self._opened[known]

    def _open(self, key: str, reason: str) -> HeldPlace | None:
        citation = Citation.parse(key)
        if len(citation.path) > 1 or not (citation.is_digest or _is_heading(citation)):
            return self._library.place(citation, self._as_of)
        if citation.document not in self._passages:
            self._passages[citation.document] = self._library.passages(citation.document, None, self._as_of)
        inside = [
            place
            for place in self._passages[citation.document]
            if Citation(citation.document, None, citation.path).contains(
                Citation(citation.document, None, place.citation.path)
            )
        ]
        if not inside:
            return self._library.place(citation, self._as_of)
        scores = rank(reason, [place.text for place in inside]) if reason else [0.0] * len(inside)
        return inside[max(range(len(inside)), key=lambda index: (scores[index], -index))]

    def supports(self, keys: Iterable[str], reason: str = "") -> tuple[Support, ...]:
        """Supports for the keys that are held, each once."""
        places = [place for key in keys if (place := self.place(key, reason))]
        return tuple(Support(citation) for citation in dict.fromkeys(place.citation for place in places))

    def keys(self, keys: Iterable[str], reasons: Mapping[str, str]) -> list[str]:
        """The keys as an answer cites them."""
        places = (self.place(key, reasons.get(key, "")) for key in keys)
        return list(dict.fromkeys(place.key for place in places if place))


# What was opened last for each library, by date and by the documents held: an analysis opens the same hundred places.
_OPENED: WeakKeyDictionary[Library, tuple[tuple[object, ...], _Authorities]] = WeakKeyDictionary()


def _authorities(library: Library, as_of: date) -> _Authorities:
    held = (as_of, *((document.builtin, document.stored.id) for document in library.documents()))
    known = _OPENED.get(library)
    if known is None or known[0] != held:
        known = held, _Authorities(proxy(library), as_of)
        _OPENED[library] = known
    return known[1]


def _is_heading(citation: Citation) -> bool:
    """Whether the path names a section and not an article: 二.三, not 24."""
    return bool(citation.path) and not citation.path[0].replace("-", "").isdecimal()


# --- what is said -----------------------------------------------------------------------------------------------------


def analyse(
    question: Question, library: Library, corpus_path: Path, as_of: date
) -> tuple[list[Defense], list[Draft], list[str]]:
    """Hold all defences against the facts of a question.

    Gives the defences strongest first; the statements, each with the places that bear it; and the questions whose
    answers would change the result, most telling first. Offsets of facts count characters of `question.raw`.
    """
    case = read_facts(question.text, load_facts(corpus_path), question.raw)
    weighed = weigh(case, load_rules(corpus_path))
    authorities = _authorities(library, as_of)
    defenses = [_defense(one, authorities, question.language) for one in weighed]
    drafts = list(_told(case, weighed, authorities, question.language))
    return defenses, drafts, _to_ask(case, weighed)


def _defense(one: Weighed, authorities: _Authorities, language: Language) -> Defense:
    rule = one.rule
    elements = [
        Element(
            id=element.id,
            name=element.name,
            status=status,
            fact=fact,
            citations=authorities.keys(element.citations, dict.fromkeys(element.citations, element.name)),
        )
        for element, status, fact in one.elements
    ]
    return Defense(
        id=rule.id,
        name=language.pick(rule.name, rule.name_en),
        strength=one.strength,
        elements=elements,
        supporting=authorities.keys(rule.supporting, rule.reasons),
        adverse=authorities.keys((*rule.adverse, *rule.pending), rule.reasons),
        evidence=list(rule.evidence) if one.tried else [],
        would_change=_would_change(one),
    )


def _would_change(one: Weighed) -> list[str]:
    """What would lift the defence (an unmet or unknown element met) or sink it, before what the file adds."""
    lifts = [
        f"如能证明{_clause(element.met_when)}，会加强。" for element, _ in one.of(ElementStatus.UNMET, decisive=True)
    ]
    open_points = [
        f"如查明{_clause(element.defeated_when)}，会落空；如查明{_clause(element.met_when)}，会加强。"
        for element, _ in one.of(ElementStatus.UNKNOWN, decisive=True)
    ]
    return [*lifts, *(open_points if one.tried else []), *(f"{change}。" for change in one.rule.would_change)]


def _clause(sentence: str) -> str:
    return sentence.rstrip("。")


def _told(case: Case, weighed: Sequence[Weighed], authorities: _Authorities, language: Language) -> Iterator[Draft]:
    tried = [one for one in weighed if one.tried]
    yield from _verdict(tried, authorities, language)
    for number, one in enumerate(tried, start=1):
        yield _head(number, one, authorities, language)
        yield from _law(case, one, authorities, language)
        yield from _cited(case, one, authorities, language)
        if one.rule.id == _FLOOR:
            yield from _awards(case, one, authorities, language)
        yield from _prepared(one, authorities, language)
    for one in weighed:
        if not one.tried:
            yield _set_aside(one, authorities, language)


def _verdict(tried: Sequence[Weighed], authorities: _Authorities, language: Language) -> Iterator[Draft]:
    listed = "、".join(f"{language.pick(one.rule.name, one.rule.name_en)}（{_label(one, language)}）" for one in tried)
    said = language.pick(
        f"按所述案情，可以主张的抗辩由强到弱是：{listed}。", f"On these facts, strongest first: {listed}."
    )
    supports = [support for one in tried for support in authorities.supports(one.why_citations[:1], one.rule.name)]
    yield Draft(said, tuple(dict.fromkeys(supports)))


def _label(one: Weighed, language: Language) -> str:
    return language.pick(*_LABELS[one.strength])


def _head(number: int, one: Weighed, authorities: _Authorities, language: Language) -> Draft:
    """Strength, why, and each element with the words of the facts that decide it."""
    name = language.pick(one.rule.name, one.rule.name_en)
    lines = [
        language.pick(
            f"{number}．{name}：{_label(one, language)}。{one.why}",
            f"{number}. {name}: {_label(one, language)}. {one.why}",
        )
    ]
    for status, words in _STATUS.items():
        shown = [f"{element.name}{_shown(fact, language)}" for element, fact in one.of(status)]
        if shown:
            lines.append(f"{language.pick(*words)}：{'；'.join(shown)}。")
    decided = [rule for rule, status, _ in one.elements if status is not ElementStatus.UNKNOWN] or list(
        one.rule.elements[:2]
    )
    supports = [support for element in decided for support in authorities.supports(element.citations[:2], element.name)]
    return Draft("\n".join(lines), tuple(dict.fromkeys(supports)))


def _shown(fact: FactSpan | None, language: Language) -> str:
    """The user's own words, shortened. No quotation marks: those are for the sources."""
    if fact is None:
        return ""
    words = " ".join(fact.text.split())
    short = words if len(words) <= _FACT_SHOWN else words[: _FACT_SHOWN - 1] + "…"
    return language.pick(f"（案情：{short}）", f" (facts: {short})")


def _law(case: Case, one: Weighed, authorities: _Authorities, language: Language) -> Iterator[Draft]:
    """The words of the provisions on which the defence rests."""
    for condition, key in one.rule.provisions:
        place = authorities.place(key) if case.meets(condition) else None
        if place is None:
            continue
        words = words_of(place)
        mark = "" if place.verified else language.pick("（文本未经逐字核验）", " (text not verified word for word)")
        where = f"{name_of(place.document, language)}{language.pick('', ', ')}{pinpoint(place.citation, language)}"
        said = language.pick(f"{where}规定{mark}：\n“{words}”", f"{where} provides{mark}:\n“{words}”")
        yield Draft(said, (Support(place.citation, words),))


def _cited(case: Case, one: Weighed, authorities: _Authorities, language: Language) -> Iterator[Draft]:
    """What was held for the defence, against it, and what is still pending, each with its source."""
    rule = one.rule
    # Awards are told together, as comparable sums.
    told_as_sums = {key for award in rule.awards for key in award.citations}
    supporting = [key for key in rule.supporting if key not in told_as_sums]
    nearness = dict(zip(supporting, rank(case.raw, [rule.reasons[key] for key in supporting]), strict=True))
    groups = (
        (sorted(supporting, key=lambda key: -nearness[key])[:_SUPPORTING_TOLD], ("有利", "For")),
        (rule.adverse, ("不利", "Against")),
        (rule.pending, ("结果未知", "Outcome unknown")),
    )
    for keys, label in groups:
        for key in keys:
            place = authorities.place(key, rule.reasons[key])
            if place is not None:
                yield Draft(
                    f"{language.pick(*label)}：{_source_name(place, language)}：{rule.reasons[key]}",
                    (Support(place.citation),),
                )


def _source_name(place: HeldPlace, language: Language) -> str:
    name = name_of(place.document, language)
    return f"{name}{pinpoint(place.citation, language)}" if place.kind is Kind.STATUTE else name


def _awards(case: Case, one: Weighed, authorities: _Authorities, language: Language) -> Iterator[Draft]:
    """Comparable awards, and the sum that the claimant asks if the facts name one."""
    comparable = [award for award in one.rule.awards if case.first(award.when)] or list(one.rule.awards)
    rows = [(award, place) for award in comparable if (place := authorities.place(award.citations[0], "赔偿"))]
    if not rows:
        return
    told = "；".join(f"{award.who}，{_sum(award)}（{name_of(place.document, language)}）" for award, place in rows)
    low, high = min(award.awarded for award, _ in rows), max(award.awarded for award, _ in rows)
    asked = [amount.yuan for amount in find_amounts(case.raw)]
    against = f"案情所称的{write_amount(max(asked))}可与之对照。" if asked else ""
    said = language.pick(
        f"可比判赔在{write_amount(low)}至{write_amount(high)}之间：{told}。{against}",
        f"Comparable awards run from {low} to {high} yuan: {told}.",
    )
    yield Draft(said, tuple(Support(place.citation) for _, place in rows))


def _sum(award: Award) -> str:
    claimed = f"诉请{award.claimed}元，" if award.claimed is not None else ""
    note = f"，{award.note}" if award.note else ""
    return f"{claimed}判赔{award.awarded}元{note}"


def _prepared(one: Weighed, authorities: _Authorities, language: Language) -> Iterator[Draft]:
    """Burden of proof with the evidence to secure; and what would change the result."""
    rule = one.rule
    burden = language.pick(
        f"举证：{rule.burden}应固定的证据：{'；'.join(rule.evidence)}。",
        f"Burden and evidence: {rule.burden}{'；'.join(rule.evidence)}。",
    )
    yield Draft(burden, authorities.supports(rule.burden_citations, rule.burden))
    changes = "".join(_would_change(one))
    decisive = [element for element in rule.elements if element.decisive] or list(rule.elements[:1])
    supports = authorities.supports(decisive[0].citations[:2], decisive[0].name)
    yield Draft(language.pick(f"会改变结论的情况：{changes}", f"What would change this: {changes}"), supports)


def _set_aside(one: Weighed, authorities: _Authorities, language: Language) -> Draft:
    """One line on a defence that does not carry: why, and the authority against it."""
    name = language.pick(one.rule.name, one.rule.name_en)
    failed = one.of(ElementStatus.UNMET, decisive=True)
    fact = _shown(failed[0][1], language) if failed and failed[0][0].citations == one.why_citations else ""
    said = language.pick(
        f"不宜作为主要抗辩：{name}（{_label(one, language)}）。{one.why}{fact}",
        f"Not to be relied on: {name} ({_label(one, language)}). {one.why}{fact}",
    )
    return Draft(said, authorities.supports(one.why_citations[:3], one.why))


def _to_ask(case: Case, weighed: Sequence[Weighed]) -> list[str]:
    """The questions of decisive elements that are open, best defences first; all are asked only of what may be pleaded."""
    asked = [
        element.question for one in weighed if one.tried for element, _ in one.of(ElementStatus.UNKNOWN, decisive=True)
    ]
    if not any(map(case.has, ("主张人的作品", "权利对象是AIGC"))):
        asked.insert(0, "原告主张权利的是什么：人创作的作品，还是 AI 生成的内容、提示词或者图表？")
    return list(dict.fromkeys(asked))[:_QUESTIONS_ASKED]
