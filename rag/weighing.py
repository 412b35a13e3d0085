"""From facts to strength: each defence held against a fact pattern, element by element (contract, "The defences").

Strong where every decisive element is met and authority supports it; medium where none fails; weak where one does;
unavailable where the law excludes the defence. Damages are medium wherever liability is possible, and last among equals:
the sum lies in the discretion of the court, so nobody can call it more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import ElementStatus, FactSpan, Strength
from rag.defence_rules import FLOOR, DefenceRule, ElementRule
from rag.facts import Case

_ORDER = (Strength.STRONG, Strength.MEDIUM, Strength.WEAK, Strength.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class WeighedElement:
    """An element held against the facts; `fact` holds the words that decide it, None where it rests on silence."""

    rule: ElementRule
    status: ElementStatus
    fact: FactSpan | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A defence held against the facts: its elements, its strength, and why it has that strength."""

    rule: DefenceRule
    strength: Strength
    elements: tuple[WeighedElement, ...]
    why: str
    why_citations: tuple[str, ...]
    leads: bool

    @property
    def tried(self) -> bool:
        """Whether it is worth pleading."""
        return self.strength in (Strength.STRONG, Strength.MEDIUM)

    def of(self, status: ElementStatus, *, decisive: bool = False) -> list[WeighedElement]:
        """The elements of a status; only the decisive ones if asked so."""
        return [one for one in self.elements if one.status is status and (one.rule.decisive or not decisive)]

    @property
    def rank(self) -> tuple[int, int, bool, int]:
        """Sorts strongest first: strength, damages last among equals or, where the facts point to it, first, what else they point to,
        elements met less unmet."""
        balance = len(self.of(ElementStatus.MET)) - len(self.of(ElementStatus.UNMET))
        place = 1 if self.rule.id != FLOOR else 0 if self.leads else 2
        return _ORDER.index(self.strength), place, not self.leads, -balance


def weigh(case: Case, rules: Sequence[DefenceRule]) -> list[Weighed]:
    """Hold every defence against the facts, strongest first."""
    return sorted((_weighed(case, rule) for rule in rules), key=lambda one: one.rank)


def _weighed(case: Case, rule: DefenceRule) -> Weighed:
    elements = tuple(
        _held_against(case, element)
        for element in rule.elements
        if not element.only_when or case.first(element.only_when)
    )
    leads = case.first(rule.leads_when) is not None
    for exclusion in rule.excluded_when:
        if case.meets(exclusion.when):
            return Weighed(rule, Strength.UNAVAILABLE, elements, exclusion.why, exclusion.citations, False)
    if rule.applies_when and case.first(rule.applies_when) is None:
        return Weighed(rule, rule.not_shown_as, elements, rule.not_shown, rule.elements[0].citations[:1], False)
    strength, why, citations = _strength(rule, elements)
    for limit, when in rule.at_most.items():
        if case.first(when):
            strength = max(strength, limit, key=_ORDER.index)
    for limit, when in rule.at_least.items():
        if case.first(when):
            strength = min(strength, limit, key=_ORDER.index)
    return Weighed(rule, strength, elements, why, citations, leads)


def _held_against(case: Case, rule: ElementRule) -> WeighedElement:
    """What defeats an element outweighs what meets it: one way of failing is enough."""
    for conditions, status in ((rule.signals.defeated, ElementStatus.UNMET), (rule.signals.met, ElementStatus.MET)):
        condition = case.first(conditions)
        if condition:
            return WeighedElement(rule, status, case.span(condition))
    return WeighedElement(rule, ElementStatus.UNKNOWN, None)


def _strength(rule: DefenceRule, elements: Sequence[WeighedElement]) -> tuple[Strength, str, tuple[str, ...]]:
    met = [one for one in elements if one.status is ElementStatus.MET]
    unmet = [one.rule for one in elements if one.status is ElementStatus.UNMET]
    decisive = [one for one in elements if one.rule.decisive]
    failed = [element for element in unmet if element.decisive]
    if failed:
        strength = Strength.UNAVAILABLE if any(element.excludes for element in failed) else Strength.WEAK
        return strength, f"决定性要件（{failed[0].name}）不成立：{failed[0].defeated_when}", failed[0].citations
    if not decisive:
        return Strength.MEDIUM, "只要可能承担责任，就值得主张；数额由法院酌定。", rule.elements[0].citations
    missing = [one.rule.name for one in decisive if one.status is ElementStatus.UNKNOWN]
    if not missing and len(met) > len(unmet):
        return Strength.STRONG, "决定性要件都成立，并有依据支持。", decisive[0].rule.citations
    why = f"没有决定性要件落空，但尚待查明：{'、'.join(missing)}。" if missing else "要件成立，但另有不利情节。"
    return Strength.MEDIUM, why, decisive[0].rule.citations
