"""What an analysis says: the strongest defence first, each line a statement with the places that bear it."""

from collections.abc import Iterable, Iterator

from ingest.citation import Citation
from ingest.document import Kind
from rag.analysis import Analysis, would_change
from rag.answer import ElementStatus, FactSpan, Strength
from rag.defence_rules import FLOOR, Award
from rag.draft import Draft, Support
from rag.library import HeldPlace
from rag.money import write_amount
from rag.precedents import Compared, Effect
from rag.provision import name_of, pinpoint, words_of
from rag.relevance import rank
from rag.weighing import Weighed

_STRENGTHS = {
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
EFFECTS = {
    Effect.SUPPORTS: ("有利", "for"),
    Effect.UNDERCUTS: ("不利", "against"),
    Effect.MIXED: ("利弊互见", "both ways"),
    Effect.UNKNOWN: ("结果未知", "outcome unknown"),
}
_SINGLE_MARKS = str.maketrans('“”「」『』"', "‘’‘’‘’'")
_FACT_SHOWN, _SUPPORTING_TOLD, _CASES_TOLD, _FACTS_TOLD, _LAW_NAMED = 40, 4, 3, 5, 2


def told(analysis: Analysis) -> Iterator[Draft]:
    """The statements of an analysis, in order."""
    yield _verdict(analysis)
    for number, one in enumerate(analysis.tried, start=1):
        yield _head(number, one, analysis)
        yield from _law(one, analysis)
        yield from _cited(one, analysis)
        if one.rule.id == FLOOR:
            yield from _awards(analysis)
        yield from _prepared(one, analysis)
    for one in analysis.defences:
        if not one.tried:
            yield _set_aside(one, analysis)
    for compared in analysis.nearest[:_CASES_TOLD]:
        yield from _precedent(compared, analysis)


def _verdict(analysis: Analysis) -> Draft:
    pick = analysis.language.pick
    listed = "、".join(
        f"{pick(one.rule.name, one.rule.name_en)}（{strength_label(one, analysis)}）" for one in analysis.tried
    )
    said = pick(f"按所述案情，可以主张的抗辩由强到弱是：{listed}。", f"On these facts, strongest first: {listed}.")
    supports = [
        support for one in analysis.tried for support in _law_of(one.why_citations, one.rule.name, analysis)[:1]
    ]
    return Draft(said, tuple(dict.fromkeys(supports)))


def strength_label(one: Weighed, analysis: Analysis) -> str:
    """The strength of a defence as a word."""
    return analysis.language.pick(*_STRENGTHS[one.strength])


def _head(number: int, one: Weighed, analysis: Analysis) -> Draft:
    """Strength, why, and each element with the words of the facts that decide it."""
    pick = analysis.language.pick
    name = pick(one.rule.name, one.rule.name_en)
    label = strength_label(one, analysis)
    lines = [pick(f"{number}．{name}：{label}。{one.why}", f"{number}. {name}: {label}. {one.why}")]
    for status, words in _STATUS.items():
        shown = [f"{element.rule.name}{_shown(element.fact, analysis)}" for element in one.of(status)]
        if shown:
            lines.append(f"{pick(*words)}：{'；'.join(shown)}。")
    decided = [element.rule for element in one.elements if element.status is not ElementStatus.UNKNOWN] or [
        element.rule for element in one.elements[:2]
    ]
    supports = [support for element in decided for support in _law_of(element.citations, element.name, analysis)]
    supports = supports or _law_of(one.rule.burden.citations, one.rule.burden.text, analysis)
    return Draft("\n".join(lines), tuple(dict.fromkeys(supports)))


def _law_of(keys: Iterable[str], reason: str, analysis: Analysis) -> list[Support]:
    """The first statutes or, without any, the commentary among the keys.

    A statement that tells the user's facts names no case: their sums and dates would read as those of the case.
    """
    places = [place for key in keys if (place := analysis.authorities.place(key, reason))]
    law = [place for place in places if place.kind is Kind.STATUTE] or [
        place for place in places if place.kind is Kind.COMMENTARY
    ]
    return [Support(place.citation) for place in law[:_LAW_NAMED]]


def _shown(fact: FactSpan | None, analysis: Analysis) -> str:
    """The user's own words, shortened. No double quotation marks: those are for the sources, and a cut may leave one open."""
    if fact is None:
        return ""
    words = " ".join(fact.text.split()).translate(_SINGLE_MARKS)
    short = words if len(words) <= _FACT_SHOWN else words[: _FACT_SHOWN - 1] + "…"
    return analysis.language.pick(f"（案情：{short}）", f" (facts: {short})")


def _law(one: Weighed, analysis: Analysis) -> Iterator[Draft]:
    """The words of the provisions on which the defence rests."""
    pick = analysis.language.pick
    for place in provisions_shown(one, analysis):
        words = words_of(place)
        mark = "" if place.verified else pick("（文本未经逐字核验）", " (text not verified word for word)")
        where = (
            f"{name_of(place.document, analysis.language)}{pick('', ', ')}{pinpoint(place.citation, analysis.language)}"
        )
        said = pick(f"{where}规定{mark}：\n“{words}”", f"{where} provides{mark}:\n“{words}”")
        yield Draft(said, (Support(place.citation, words),))


def provisions_shown(one: Weighed, analysis: Analysis) -> Iterator[HeldPlace]:
    """The provisions whose words are shown for a defence on these facts."""
    for provision in one.rule.provisions:
        place = analysis.authorities.place(provision.key) if analysis.case.meets(provision.when) else None
        if place is not None:
            yield place


def _cited(one: Weighed, analysis: Analysis) -> Iterator[Draft]:
    """What was held for the defence, against it, and what is still pending, each with its source."""
    rule = one.rule
    groups = (
        (supporting_of(one, analysis)[:_SUPPORTING_TOLD], ("有利", "For")),
        (rule.adverse, ("不利", "Against")),
        (rule.pending, ("结果未知", "Outcome unknown")),
    )
    for keys, label in groups:
        for key in keys:
            place = analysis.authorities.place(key, rule.reasons[key])
            if place is not None:
                yield Draft(
                    f"{analysis.language.pick(*label)}：{source_name(place, analysis)}：{rule.reasons[key]}",
                    (Support(place.citation),),
                )


def supporting_of(one: Weighed, analysis: Analysis) -> list[str]:
    """The keys of the authority for a defence, nearest to the facts first; awards are told apart, as comparable sums."""
    rule = one.rule
    told_as_sums = {key for award in rule.amounts for key in award.citations}
    supporting = [key for key in rule.supporting if key not in told_as_sums]
    scores = rank(analysis.case.raw, [rule.reasons[key] for key in supporting])
    nearness = dict(zip(supporting, scores, strict=True))
    return sorted(supporting, key=lambda key: -nearness[key])


def source_name(place: HeldPlace, analysis: Analysis) -> str:
    """A source as it is named in running text: a statute with its place, anything else by its name."""
    name = name_of(place.document, analysis.language)
    return f"{name}{pinpoint(place.citation, analysis.language)}" if place.kind is Kind.STATUTE else name


def _awards(analysis: Analysis) -> Iterator[Draft]:
    """How much: comparable awards, what part of the claims was awarded, and the sum asked if the facts name one."""
    estimate = analysis.estimate
    if estimate is None:
        return
    rows = "；".join(
        f"{one.award.who}，{award_text(one.award)}（{name_of(one.place.document, analysis.language)}）"
        for one in estimate.comparable
    )
    shares = estimate.shares
    share = f"判赔为诉请的{min(shares):.0%}至{max(shares):.0%}。" if len(shares) > 1 else ""
    against = f"案情所称的{write_amount(estimate.asked)}可与之对照。" if estimate.asked else ""
    said = analysis.language.pick(
        f"可比判赔在{write_amount(estimate.low)}至{write_amount(estimate.high)}之间，"
        f"中位数{write_amount(estimate.middle)}：{rows}。{share}{against}案件少，只供参照，不是预测。",
        f"Comparable awards run from {estimate.low} to {estimate.high} yuan, median {estimate.middle}: {rows}. "
        "They are few: a comparison, not a forecast.",
    )
    yield Draft(said, tuple(Support(one.place.citation) for one in estimate.comparable))


def award_text(award: Award) -> str:
    """An award in a few words: claimed, awarded, what must be said with it."""
    claimed = f"诉请{award.claimed}元，" if award.claimed is not None else ""
    note = f"，{award.note}" if award.note else ""
    return f"{claimed}判赔{award.awarded}元{note}"


def _prepared(one: Weighed, analysis: Analysis) -> Iterator[Draft]:
    """Burden of proof with the evidence to secure; and what would change the result."""
    rule, pick = one.rule, analysis.language.pick
    burden = pick(
        f"举证：{rule.burden.text}应固定的证据：{'；'.join(rule.evidence)}。",
        f"Burden and evidence: {rule.burden.text}{'；'.join(rule.evidence)}。",
    )
    yield Draft(burden, analysis.authorities.supports(rule.burden.citations, rule.burden.text))
    changes = "".join(would_change(one))
    decisive = [element for element in rule.elements if element.decisive] or list(rule.elements[:1])
    supports = analysis.authorities.supports(decisive[0].citations[:2], decisive[0].name)
    yield Draft(pick(f"会改变结论的情况：{changes}", f"What would change this: {changes}"), supports)


def _set_aside(one: Weighed, analysis: Analysis) -> Draft:
    """One line on a defence that does not carry: why, and the authority against it."""
    pick = analysis.language.pick
    name = pick(one.rule.name, one.rule.name_en)
    label, why = strength_label(one, analysis), why_set_aside(one, analysis)
    said = pick(
        f"不宜作为主要抗辩：{name}（{label}）。{why}",
        f"Not to be relied on: {name} ({label}). {why}",
    )
    supports = _law_of(one.why_citations, one.why, analysis)
    return Draft(said, tuple(supports) or analysis.authorities.supports(one.why_citations[:3], one.why))


def why_set_aside(one: Weighed, analysis: Analysis) -> str:
    """Why a defence does not carry, with the words of the facts that decide it."""
    failed = one.of(ElementStatus.UNMET, decisive=True)
    decided = failed and failed[0].rule.citations == one.why_citations
    return one.why + (_shown(failed[0].fact, analysis) if decided else "")


def _precedent(compared: Compared, analysis: Analysis) -> Iterator[Draft]:
    """One of the nearest cases: what is alike, what sets it apart, which way it cuts."""
    precedent, pick = compared.precedent, analysis.language.pick
    shown = {one.rule.id: one for one in analysis.defences}
    cuts = [bearing for bearing in precedent.bearings if bearing.effect in EFFECTS and bearing.defence in shown]
    parts = [pick("相同：", "alike: ") + _facts(compared.shared, analysis)]
    if compared.opposed:
        parts.append(pick("相反：该案", "opposite there: ") + _facts(compared.opposed, analysis))
    if compared.only_there:
        parts.append(pick("该案另有：", "only there: ") + _facts(compared.only_there, analysis))
    for bearing in cuts:
        rule = shown[bearing.defence].rule
        parts.append(
            pick(
                f"就{rule.issue}对被告{EFFECTS[bearing.effect][0]}：{bearing.note.rstrip('。')}",
                f"on {rule.issue_en}, {EFFECTS[bearing.effect][1]}: {bearing.note.rstrip('。')}",
            )
        )
    status = str(precedent.document.meta.get("status") or "")
    if status:
        parts.append(status.rstrip("。"))
    place = reasoning_of(compared, analysis, "".join(bearing.note for bearing in cuts))
    if place is None:
        return
    name = name_of(place.document, analysis.language)
    # What is said of an appeal is said of another document, and rests on it.
    related = [f"{key}/摘要.裁判结果" for key in precedent.document.meta.get("related") or ()]
    supports = (Support(place.citation), *analysis.authorities.supports(related, status))
    yield Draft(pick(f"可比案例：{name}。", f"Compare {name}: ") + "；".join(parts) + "。", supports)


def reasoning_of(compared: Compared, analysis: Analysis, about: str) -> HeldPlace | None:
    """The paragraph of a case's reasoning that is nearest to what is said of it."""
    for heading in ("摘要.本院认为", "本院认为"):
        place = analysis.authorities.place(str(Citation(compared.precedent.key, None, (heading,))), about)
        if place is not None:
            return place
    return None


def _facts(names: tuple[str, ...], analysis: Analysis) -> str:
    facts = analysis.book.facts
    return "、".join(analysis.language.pick(name, facts[name].name_en) for name in names[:_FACTS_TOLD] if name in facts)
