"""A fact pattern analysed: the facts read, every defence weighed, the nearest cases, and what to ask.

text ──> facts ──> weighed defences ──> nearest cases, comparable awards ──> questions, notices
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from statistics import median

from rag.answer import Defense, Element, ElementStatus
from rag.authorities import Authorities, authorities_of
from rag.defence_rules import FLOOR, Award, load_rules
from rag.fact_book import FactBook, load_facts
from rag.fact_model import load_model
from rag.facts import Case, read_facts
from rag.library import HeldPlace, Library
from rag.money import claimed_in
from rag.precedents import Compared, compare, precedents
from rag.question import Language
from rag.telling import is_disputed, two_disputes
from rag.weighing import Weighed, weigh

_QUESTIONS_ASKED = 6
_COMPARED = 6
# Two findings that contradict each other are told only where the reader is sure of both.
_SURE = 0.8
_SAID_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Comparable:
    """An award that can be compared, with the place where it stands."""

    award: Award
    place: HeldPlace


@dataclass(frozen=True, slots=True)
class Estimate:
    """What comparable awards say of the sum: yuan, and the part of the claim that was awarded where both are known."""

    comparable: tuple[Comparable, ...]
    asked: int | None

    @property
    def low(self) -> int:
        """The lowest award, in yuan."""
        return min(one.award.awarded for one in self.comparable)

    @property
    def high(self) -> int:
        """The highest award, in yuan."""
        return max(one.award.awarded for one in self.comparable)

    @property
    def middle(self) -> int:
        """The median award, in yuan."""
        return round(median(one.award.awarded for one in self.comparable))

    @property
    def shares(self) -> tuple[float, ...]:
        """The parts of the claims that were awarded, where both sums are known."""
        return tuple(one.award.awarded / one.award.claimed for one in self.comparable if one.award.claimed)


@dataclass(frozen=True)
class Analysis:
    """What an analysis found; `defences` the strongest first, `nearest` the most on point first."""

    case: Case
    book: FactBook
    defences: tuple[Weighed, ...]
    nearest: tuple[Compared, ...]
    authorities: Authorities
    language: Language

    @property
    def tried(self) -> list[Weighed]:
        """The defences worth pleading."""
        return [one for one in self.defences if one.tried]

    @cached_property
    def estimate(self) -> Estimate | None:
        """The comparable awards: those that the file names for such facts, else all. None where none is held."""
        floor = next((one.rule for one in self.defences if one.rule.id == FLOOR), None)
        if floor is None:
            return None
        fitting = [award for award in floor.amounts if self.case.first(award.when)] or list(floor.amounts)
        order = [one.precedent.key for one in self.nearest]
        fitting.sort(key=lambda award: order.index(award.case) if award.case in order else len(order))
        places = [(award, self.authorities.place(award.citations[0], "赔偿")) for award in fitting]
        comparable = tuple(Comparable(award, place) for award, place in places if place)
        return Estimate(comparable, claimed_in(self.case.raw)) if comparable else None

    @cached_property
    def to_ask(self) -> list[str]:
        """The questions whose answers would change the result, those of the best defences first.

        Only of decisive elements that are open, and only of what may be pleaded. What is assumed meanwhile is that the
        element neither holds nor fails, so that the defence stands no higher than medium.
        """
        asked = [
            element.rule.question for one in self.tried for element in one.of(ElementStatus.UNKNOWN, decisive=True)
        ]
        if not any(map(self.case.has, ("主张人的作品", "权利对象是AIGC", "主张非作品元素"))):
            asked.insert(0, "原告主张权利的是什么：人创作的作品，还是 AI 生成的内容、提示词或者图表？")
        return list(dict.fromkeys(asked))[:_QUESTIONS_ASKED]

    @cached_property
    def contradictions(self) -> list[tuple[str, str]]:
        """Pairs of facts that are both told for sure and cannot both be so, as the words that tell them."""
        found = []
        for name, findings in self.case.found.items():
            fact = self.book.facts.get(name)
            for other in fact.opposite if fact else ():
                against = self.case.found.get(other)
                if against and name < other and min(findings[0].probability, against[0].probability) >= _SURE:
                    one, two = self.case.words(name), self.case.words(other)
                    if one and two and one.start != two.start:
                        found.append((one.text, two.text))
        return found

    def notices(self) -> list[str]:
        """What the reader must know of the facts as they were told: gaps, contradictions, more than one dispute."""
        pick = self.language.pick
        found = [
            pick(
                f"案情前后似有不一致：“{one}”与“{two}”。以下按对被告不利的一面分析，请核实。",
                f"The facts seem to contradict themselves: “{one}” and “{two}”. The reading against the defendant was taken.",
            )
            for one, two in self.contradictions
        ]
        said = dict.fromkeys(
            self.case.raw[one.start : one.end]
            for findings in self.case.alleged.values()
            for one in findings[:1]
            if one.probability >= _SURE
        )
        if said:
            shown = "；".join(list(said)[:_SAID_SHOWN])
            found.append(
                pick(
                    f"以下只是一方的说法、假设、提问或者否认，没有作为事实：{shown}。",
                    f"Only alleged, supposed, asked or denied, and not taken as fact: {shown}.",
                )
            )
        if two_disputes(self.case.raw):
            found.append(
                pick(
                    "所述似乎不止一起纠纷，以下合在一起分析；各起纠纷的当事人和行为不同的，请分开提问。",
                    "There seems to be more than one dispute. They were analysed together; ask about each by itself.",
                )
            )
        if not is_disputed(self.case.raw):
            found.append(
                pick(
                    "案情没有写明是否已有人主张权利、提出了什么请求；以下假定权利人就所述使用主张侵权。",
                    "The facts do not say that anybody has made a claim; it is assumed that the right holder does.",
                )
            )
        return found

    def answer(self) -> list[Defense]:
        """The defences as an answer lists them."""
        return [self._defense(one) for one in self.defences]

    def _defense(self, one: Weighed) -> Defense:
        rule = one.rule
        elements = [
            Element(
                id=element.rule.id,
                name=element.rule.name,
                status=element.status,
                fact=element.fact,
                citations=self.authorities.keys(
                    element.rule.citations, dict.fromkeys(element.rule.citations, element.rule.name)
                ),
            )
            for element in one.elements
        ]
        return Defense(
            id=rule.id,
            name=self.language.pick(rule.name, rule.name_en),
            strength=one.strength,
            elements=elements,
            supporting=self.authorities.keys(rule.supporting, rule.reasons),
            adverse=self.authorities.keys((*rule.adverse, *rule.pending), rule.reasons),
            evidence=list(rule.evidence) if one.tried else [],
            would_change=would_change(one),
        )


def read_case(text: str, corpus: Path, raw: str | None = None) -> Case:
    """Read a fact pattern by the list of a corpus. Offsets count characters of `raw`, which is `text` as it was given."""
    return read_facts(text, load_facts(corpus), load_model(), raw)


def analyse(case: Case, library: Library, corpus: Path, as_of: date, language: Language) -> Analysis:
    """Hold all defences against a case, with the authorities held on a day."""
    book = load_facts(corpus)
    return Analysis(
        case=case,
        book=book,
        defences=tuple(weigh(case, load_rules(corpus))),
        nearest=tuple(compare(case, precedents(library), book)[:_COMPARED]),
        authorities=authorities_of(library, as_of),
        language=language,
    )


def would_change(one: Weighed) -> list[str]:
    """What would lift a defence (an unmet or open element met) or sink it, before what its file adds."""
    lifts = [
        f"如能证明{_clause(element.rule.met_when)}，会加强。" for element in one.of(ElementStatus.UNMET, decisive=True)
    ]
    open_points = [
        f"如查明{_clause(element.rule.defeated_when)}，会落空；如查明{_clause(element.rule.met_when)}，会加强。"
        for element in one.of(ElementStatus.UNKNOWN, decisive=True)
    ]
    return [*lifts, *(open_points if one.tried else []), *(f"{change}。" for change in one.rule.would_change)]


def _clause(sentence: str) -> str:
    return sentence.rstrip("。")
