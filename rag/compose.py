"""Which answer a question gets: the most particular thing it names decides.

facts told             the defences, weighed
cases, places named    what they say, what the question gets wrong about them, what other sources add
a document named       its dates, its outline, the passages nearest to the rest of the question
nothing named          what a search finds, when the corpus has anything to do with the question
"""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.citation import Citation
from ingest.document import Kind
from ingest.numerals import to_int
from ingest.script import fold
from rag.admission import Admission, asks_of_a_suit
from rag.answer import AnswerKind
from rag.answering import load_answering, passage_text
from rag.captions import load_captions
from rag.case_list import introduced, listed, wish
from rag.cases import CaseDesk, CaseFile, about_case, are_instances, asks_for_fact, several_fit
from rag.composed import Composed, instructions_only, nothing_here, too_short, which_facts, which_law
from rag.concepts import (
    ConceptDesk,
    Leaning,
    about_commentary,
    about_concept,
    asks_for_authors,
    asks_for_outline,
    defence_numbered,
    leaning,
    nearest_laws,
    notes_on,
    told_briefly,
)
from rag.concordance import load_concordance
from rag.defence_rules import FLOOR
from rag.draft import Draft
from rag.facts_told import supposes
from rag.finder import Finder
from rag.index import Index
from rag.lexicon import load_lexicon
from rag.library import HeldDocument
from rag.question import Language, Question
from rag.relevance import rank, terms
from rag.retrieve import Hit, Route
from rag.scope import SENTENCES, load_field, reach
from rag.statutes import (
    StatuteDesk,
    about_document,
    asks_about_document,
    asks_for_preamble,
    cited_places,
    preamble,
    says_something,
    talked_of,
)
from rag.story import Story, Told, read_story, wants_defence
from rag.telling import asks_without_facts

if TYPE_CHECKING:
    from rag.analysis import Analysis

_SHORTEST = 3
_QUOTED = re.compile(r"[“\"「]([^”\"」]{6,80})[”\"」]")
_SAME_COURT = re.compile(r"同一(?:个|家)?法院|该法院|该院|这家法院|这个法院|the same court", re.I)
# What else makes a suit of a story.
_SUED = re.compile(r"告|法院|官司|案|赔|维权|\b(?:sued?|suing|court|case|ruling|lawsuit)\b", re.I)
# Of so many passages found first so many are of the one case that a question describes.
_FOUND_FIRST, _OF_ONE_CASE = 5, 3
# Where the commentary speaks for itself and does not retell.
_VIEW = re.compile(r"(?:文章|作者)(?:则|还|又|也|并)?(?:认为|小结|主张|指出|建议|批评|质疑)")
# Of so many documents of the conversation the passage nearest to a follow-up is shown as well, where the log odds that it answers are at
# least these. When this was chosen that mended four of 13 wrong answers to follow-ups, and 0.8 passages an answer were shown.
_TALKED_OF, _MAY_ANSWER = 3, -1.0
# Beside what a question names, one passage of the first so many of other sources is shown from these log odds on.
_ANSWERING, _ANSWERS = 5, 1.0
# The share of a question's terms that a passage of a named document must hold to be shown first.
_SPEAKS_OF_IT = 0.15
# Log odds of reach from which on a follow-up that says nothing of the field by itself is taken to lean on the talk before.
_NOT_FAR = -3.0
# Who has asked about the field goes on about it, unless what is said has nothing to do with it: 换个话题，起诉有没有时间限制.
_FAR_IN_CONVERSATION = -4.0
_DOCUMENT_NUMBER = re.compile(
    r"(?:法释|法发|法办|法|国发|国办发|国务院令)[(〔\[]?\s?第?\d{2,4}[)〕\]]?\s?(?:第?\d+)?号"
)
# What is said of an article belongs to another where a search does not find it among so many; so many of those are shown.
_MEANT, _MEANT_SHOWN = 3, 2
_RULES_BESIDE = 3
# A passage of another source is shown beside what the question names from this share of its terms on; a question about a named
# case asks for more from so many characters on, an English one about a named document from so many words on.
_BESIDE, _ASKS_FOR_MORE, _MANY_WORDS = 0.3, 14, 12
# From so many characters on no article holds most of what a question says.
_LONG = 30


class Composer:
    """Writes the drafts of one answer from one index and the data of one corpus folder."""

    def __init__(self, index: Index, corpus: Path, day: date) -> None:
        self._index = index
        self._corpus = corpus
        self._day = day
        self._finder = Finder(index, day)
        self._admission = Admission(self._finder, corpus)

    def compose(self, question: Question) -> Composed:
        """Which answer a question gets: the most particular thing it names decides."""
        library, corpus = self._index.library, self._corpus
        statutes = StatuteDesk(library, load_concordance(corpus), load_captions(corpus), self._day)
        concepts = ConceptDesk(library, statutes, corpus, self._day)
        if not re.search(r"\w", question.text):
            return instructions_only(question) if question.injected else too_short(question)
        if self._admission.asks_for_unheld(question):
            return Composed(AnswerKind.ABSTAIN, cited_places(question, statutes))
        composed = self._composed(question, statutes, concepts)
        if question.in_conversation and composed.kind not in (AnswerKind.ABSTAIN, AnswerKind.CLARIFY):
            composed.drafts += self._from_the_talk(question, composed.drafts, concepts)
        return composed

    def _composed(self, question: Question, statutes: StatuteDesk, concepts: ConceptDesk) -> Composed:
        """The answer to a question of which it is not plain from its form that there is none."""
        facts, story = self._defences(question)
        if facts and facts.kind is AnswerKind.CLARIFY and self._admission.asks_a_rule(question):
            return replace(self._asked(question, statutes, concepts), clarify=facts.clarify)
        if facts and (story is None or story.told is not Told.PERHAPS):
            if facts.kind is AnswerKind.DEFENSE and not wants_defence(question.text):
                # Who tells a story and names no defence may be after a rule.
                laws = nearest_laws(concepts, question, self._finder.search(question.topic), _RULES_BESIDE)
                facts.drafts += told_briefly(
                    concepts, question, laws, ("与所述相近的条文：", "A provision near to it: ")
                )
            return facts
        asked = self._asked(question, statutes, concepts)
        if facts is None or story is None:
            return asked
        # Where nothing answers what it may ask, a text that may be no story has nothing to weigh either.
        if asked.kind is AnswerKind.ABSTAIN:
            return facts if self._admission.is_ours(question, story) else asked
        return _both(question, facts, asked) if story.is_likely else _both(question, asked, facts)

    def _from_the_talk(self, question: Question, drafts: Sequence[Draft], desk: ConceptDesk) -> list[Draft]:
        """What the documents that the conversation named say of a follow-up, where the answer does not show it already."""
        if question.names_something and not question.inherited:
            return []
        library, countries = self._index.library, load_field(self._corpus).foreign.asked(question.text)
        talked_of = list(question.talked_of)
        if leaning(question.told) is Leaning.COMMENTARY:
            talked_of += [one.citation.document for one in library.documents() if one.kind is Kind.COMMENTARY]
        found = []
        for short in list(dict.fromkeys(talked_of))[:_TALKED_OF]:
            hits = self._finder.search(f"{question.text} {short}")
            found += [hit for hit in hits if hit.citation.document == short and _is_of(hit, countries)][:1]
        shown = {support.citation for draft in drafts for support in draft.supports}
        unseen = [hit for hit in found if not any(citation.contains(hit.citation) for citation in shown)]
        telling = [hit for hit, odds in zip(unseen, _odds(question, unseen), strict=True) if odds >= _MAY_ANSWER]
        return about_concept(desk, question, [], telling)

    def _asked(self, question: Question, statutes: StatuteDesk, concepts: ConceptDesk) -> Composed:
        """The answer to a question that asks for a place, a case, a document or a rule."""
        library = self._index.library
        if question.names_something and not question.unheld and self._admission.turned_away(question):
            return nothing_here(question)
        drafts: list[Draft] = []
        kinds: list[AnswerKind] = []
        if numbered := self._telling_of_numbers(question):
            kinds.append(AnswerKind.STATUTE)
            drafts += about_concept(concepts, question, numbered, [])
        if question.cases:
            kinds.append(AnswerKind.CASE)
            drafts += self._about_cases(question)
        cited = [mention.citation for mention in question.places if mention.citation and mention.citation.path]
        if cited:
            in_law = any((held := library.document(c.document)) and held.kind is Kind.STATUTE for c in cited)
            kinds.append(AnswerKind.STATUTE if in_law else AnswerKind.CONCEPT)
            drafts += [*cited_places(question, statutes), *self._notes_on_cited(concepts, question)]
            shown = {support.citation for draft in drafts for support in draft.supports}
            drafts += self._whatever_the_number(question, concepts, shown) if in_law else []
        whole = [mention.citation for mention in question.places if mention.citation and not mention.citation.path]
        for citation in whole:
            document = library.document(citation.document, citation.version, self._day)
            about = self._about(statutes, document, question) if document else []
            if document and about:
                kinds.append(AnswerKind.STATUTE if document.kind is Kind.STATUTE else AnswerKind.CONCEPT)
                drafts += about
        own_case = any(case.start < case.end for case in question.cases)
        if question.inherited and question.cases and not own_case and (same := self._same_court(question)):
            return Composed(AnswerKind.CASE, introduced(same, question))
        if drafts and self._is_told(question, whole):
            beside = self._beside(question, concepts) if any(draft.supports for draft in drafts) else []
            comments = self._comments_on(question, concepts)
            return Composed(kinds[0], [*comments, *drafts, *beside, *self._unheld(question)])
        about_unheld = question.unheld and not (question.cases or question.places or drafts)
        if about_unheld and not self._admission.is_misnamed(question):
            return Composed(AnswerKind.ABSTAIN, self._unheld(question))
        if question.loose and not drafts and not says_something(question.topic):
            return which_law(question)
        wanted = None if question.places else wish(question.text)
        if wanted and not wanted.is_empty and (found := listed(library, wanted, self._day)):
            return Composed(AnswerKind.CASE, introduced(found, question))
        return self._general(question, concepts, drafts)

    def _telling_of_numbers(self, question: Question) -> list[Hit]:
        """The held passages that name a document which is asked about by its number and not held: 法释〔2006〕11号 is repealed by one."""
        numbers = [match[0] for mention in question.unheld if (match := _DOCUMENT_NUMBER.search(mention.raw))]
        library = self._index.library
        return [
            Hit(place, 1.0, Route.NAMED)
            for document in (library.documents() if numbers else ())
            if document.builtin and document.kind is not Kind.COMMENTARY
            for place in library.passages(document.citation.document, document.citation.version, self._day)
            if any(fold(number) in fold(place.text) for number in numbers)
        ]

    def _whatever_the_number(self, question: Question, desk: ConceptDesk, shown: Set[Citation]) -> list[Draft]:
        """The articles that a search finds for what is said of an article, where that one is not among the first found."""
        asks_for_part = question.inherited or not says_something(question.topic)
        if asks_for_part or asks_about_document(question.text) or asks_for_preamble(question.text):
            return []
        found = nearest_laws(desk, question, self._finder.search(question.topic), _MEANT)
        articles = {(citation.document, citation.path[0]) for citation in shown if citation.path}
        if any((place.citation.document, place.citation.path[0]) in articles for place in found):
            return []
        return told_briefly(
            desk,
            question,
            found[:_MEANT_SHOWN],
            ("若不论条号，与问题所说的最接近的是", "Whatever the number, nearest to what the question says is "),
        )

    def _beside(self, question: Question, desk: ConceptDesk) -> list[Draft]:
        """What other sources say of the rest of a question that names its place or its case."""
        if not says_something(question.topic) or (
            question.cases and len(question.topic) < _ASKS_FOR_MORE and not question.inherited
        ):
            return []
        hits = self._finder.search(question.topic)
        named = {short for case in question.cases for short in case.documents}
        named |= {mention.citation.document for mention in question.places if mention.citation}
        others = [hit for hit in hits if hit.citation.document not in named]
        parts = [part for part in SENTENCES.split(question.topic) if says_something(part)] or [question.topic]
        scores = [rank(part, [hit.text for hit in others]) for part in parts]
        near = [hit for index, hit in enumerate(others) if max(score[index] for score in scores) >= _BESIDE][:2]
        first = others[:_ANSWERING]
        answering = [hit for hit, odds in zip(first, _odds(question, first), strict=True) if odds >= _ANSWERS]
        near += [hit for hit in answering if hit not in near][:1]
        near += [hit for hit in others if self._is_about(hit, named) and hit not in near][:2]
        return about_concept(desk, question, [], near) if near else []

    def _comments_on(self, question: Question, desk: ConceptDesk) -> list[Draft]:
        """What the commentary says of the cases that a question asks its view on: 君合怎么评伴心案."""
        if not question.cases or leaning(question.text) is not Leaning.COMMENTARY:
            return []
        names = {name for case in question.cases for short in case.documents for name in self._names_of(short)}
        hits = [hit for hit in self._finder.search(" ".join([question.topic, *names])) if hit.kind is Kind.COMMENTARY]
        told = [hit for hit in hits if any(name in hit.text for name in names)]
        if hits and asks_for_authors(question.text):
            return about_commentary(hits[0].place.document, [], question)
        return about_concept(desk, question, sorted(told or hits, key=lambda hit: not _VIEW.search(hit.text)), [])

    def _numbered_in_commentary(self, question: Question, desk: ConceptDesk) -> list[Draft]:
        """What a question asks of the commentary by number or as a list: 君合第五项抗辩, 文章说的五项抗辩是哪五项."""
        goes_on = question.inherited and not question.names_something and leaning(question.told) is Leaning.COMMENTARY
        if leaning(question.text) is not Leaning.COMMENTARY and not goes_on:
            return []
        drafts = []
        for document in self._index.library.documents():
            if document.kind is Kind.COMMENTARY and document.builtin:
                passages = self._index.library.passages(
                    document.citation.document, document.citation.version, self._day
                )
                drafts += defence_numbered(desk, question, passages)
                if not drafts and asks_for_outline(question.text) and not goes_on:
                    drafts += self._about(desk.statutes, document, question)
        return drafts

    def _names_of(self, short: str) -> list[str]:
        """What a case is called, 案 left off: 伴心."""
        document = self._index.library.document(short)
        aliases = map(str, document.meta.get("aliases") or ()) if document else ()
        return [name for alias in aliases if len(name := alias.removesuffix("案")) > 1]

    def _is_about(self, hit: Hit, named: set[str]) -> bool:
        """Whether a note was written about one of the documents named."""
        meta = hit.place.document.meta
        told = (*(meta.get("about") or ()), *(meta.get("related") or ()))
        return hit.kind is Kind.NOTE and not named.isdisjoint(told)

    def _same_court(self, question: Question) -> list[Draft]:
        """The other cases of the court that the conversation is about, when the question asks for them."""
        if not _SAME_COURT.search(question.text):
            return []
        named = question.cases[0].documents[0]
        document = self._index.library.document(named, None, self._day)
        court = str(document.meta.get("court") or "") if document else ""
        wanted = wish(f"{question.earlier} {_SAME_COURT.sub(court, question.text)}有哪些案件")
        return listed(self._index.library, wanted, self._day, but=named) if court and wanted else []

    def _about(self, desk: StatuteDesk, document: HeldDocument, question: Question) -> list[Draft]:
        """A document as a whole: dates and issuer of a statute, authors and outline of a commentary."""
        if document.kind is Kind.NOTE:
            case = CaseFile.open(self._index.library, document.citation.document, desk.as_of)
            lexicon = load_lexicon(self._corpus)
            return about_case(CaseDesk(self._index.library, lexicon, desk.as_of), case, question) if case else []
        if document.kind is not Kind.COMMENTARY:
            return [*preamble(desk, document, question), *about_document(desk, document, question)]
        passages = self._index.library.passages(document.citation.document, document.citation.version, desk.as_of)
        headings = list(dict.fromkeys(heading for place in passages for heading in place.headings))
        return about_commentary(document, headings, question)

    def _is_told(self, question: Question, whole: Sequence[Citation]) -> bool:
        """Whether what the question names answers it, so that nothing need be searched for."""
        adds = says_something(question.topic) or (
            question.language is Language.ENGLISH and len(question.text.split()) > _MANY_WORDS
        )
        if question.inherited and question.cases and supposes(question.text):
            return False  # what if it were otherwise: other cases may be like that
        if question.inherited and all(mention.start == mention.end for mention in question.places):
            # The place comes from the conversation; what the question adds of its own has to be looked up.
            return bool(question.cases) or not terms(question.topic.removesuffix(question.earlier))
        kinds = {held.kind for citation in whole if (held := self._index.library.document(citation.document))}
        if Kind.COMMENTARY in kinds or leaning(question.text) is Leaning.COMMENTARY:
            return not adds
        if question.cases or not whole or not adds:
            return True
        about = asks_about_document(question.text) or asks_for_preamble(question.text)
        return kinds == {Kind.NOTE} or (kinds == {Kind.STATUTE} and about)

    def _general(self, question: Question, desk: ConceptDesk, before: list[Draft]) -> Composed:
        """A question that cites nothing in particular: by retrieval, if the corpus has anything to do with it."""
        field = load_field(self._corpus)
        if numbered := self._numbered_in_commentary(question, desk):
            return Composed(AnswerKind.CONCEPT, numbered)
        countries = field.foreign.asked(question.text)
        query = " ".join([self._query(question), *sorted(countries)])
        hits = self._numbered(question, self._finder.search(query))
        if countries:
            # Chinese law does not answer what another country's says.
            hits = [hit for hit in hits if _is_of(hit, countries)]
        if not question.places:
            # One character stands in many passages and asks for none of them.
            if len(re.findall(r"\w", question.text)) < _SHORTEST and not field.holds(question.text):
                return too_short(question)
            # What a follow-up leaves unsaid stands in the question before it.
            asked = f"{question.earlier} {question.text}" if question.inherited else question.text
            # Who goes on asking in words of the field goes on about the field.
            goes_on = (
                question.in_conversation and hits and (field.holds(question.text) or (question.inherited and countries))
            )
            near = reach(self._index, field, asked, question.topic, hits, among_orders=question.injected)
            if goes_on and near >= _FAR_IN_CONVERSATION:
                near = 0.0
            if near < 0 and question.cases and before:
                return Composed(AnswerKind.CASE, before + self._unheld(question))
            if near < 0:
                # What makes no sense by itself may be plain from what was said before.
                elsewhere = field.is_elsewhere(question.text)
                if question.carried and near >= _NOT_FAR and not elsewhere:
                    return self.compose(question.carried)
                if near < _FAR_IN_CONVERSATION or elsewhere or not question.in_conversation:
                    return nothing_here(question)
        found = about_concept(desk, question, self._inside(question), hits)
        side = leaning(question.text)
        if question.inherited or side is Leaning.COMMENTARY:
            drafts = [*found, *before]
        else:
            drafts = [*before, *self._case_described(question, hits), *found]
        talk = question.carried.places if question.carried else question.places if question.inherited else ()
        cited = [m.citation for m in talk if m.citation and m.citation.path and m.start == m.end]
        drafts += [draft for citation in cited[:1] for draft in talked_of(desk.statutes, citation, question)]
        kind = {Leaning.LAW: AnswerKind.STATUTE, Leaning.CASES: AnswerKind.CASE}.get(side, AnswerKind.CONCEPT)
        return Composed(kind, drafts + self._unheld(question))

    def _numbered(self, question: Question, hits: list[Hit]) -> list[Hit]:
        """Where the question gives the number of an article and no law, the articles of that number first.

        Where none of them was found, the built-in ones of that number that share a word with the question come first:
        司法解释第二十六条 is one of the articles 26, and that which speaks of what is asked.
        """
        said = "".join(mention.raw for mention in question.loose)
        numbers = {str(to_int(number)) for number in re.findall(r"第([0-9]+|[一二三四五六七八九十百]+)条", said)}
        if not numbers:
            return hits
        ordered = sorted(hits, key=lambda hit: not (hit.kind is Kind.STATUTE and hit.citation.path[0] in numbers))
        if ordered and ordered[0].citation.path[:1] and ordered[0].citation.path[0] in numbers:
            return ordered
        laws = [one for one in self._index.library.documents() if one.builtin and one.kind is Kind.STATUTE]
        places = [
            place
            for law in laws
            for number in numbers
            if (place := self._index.library.place(law.citation.at(number), self._day)) is not None
        ]
        scores = rank(question.topic, [place.text for place in places])
        best = max(zip(scores, range(len(places)), strict=True), default=(0.0, 0))
        return [Hit(places[best[1]], best[0], Route.NAMED), *ordered] if best[0] else ordered

    def _case_described(self, question: Question, hits: Sequence[Hit]) -> list[Draft]:
        """What a question asks of a case that it describes without naming: of the case found first, where it asks for a fact of one, or
        speaks of a suit and most of what was found first is of that case."""
        lexicon = load_lexicon(self._corpus)
        if not hits or not hits[0].place.document.is_case:
            return []
        short = hits[0].citation.document
        first = [hit.citation.document for hit in hits[:_FOUND_FIRST]]
        told = first.count(short) >= _OF_ONE_CASE and (asks_of_a_suit(question.text) or _SUED.search(question.text))
        asked = first.count(short) > 1 and hits[0].kind is not Kind.NOTE and asks_for_fact(lexicon, question.text)
        if not (told or asked):
            return []
        case = CaseFile.open(self._index.library, short, self._day)
        return about_case(CaseDesk(self._index.library, lexicon, self._day), case, question, brief=True) if case else []

    def _inside(self, question: Question) -> list[Hit]:
        """The passages of documents that the question names which speak most of the rest of what it says."""
        topic = question.topic.removesuffix(question.earlier) if question.inherited else question.topic
        topic = topic if says_something(topic) else question.topic
        # Words that the question quotes tell the place better than what is said around them.
        if quoted := "".join(_QUOTED.findall(question.text)):
            topic = quoted
        found: list[Hit] = []
        for citation in dict.fromkeys(replace(m.citation, path=()) for m in question.places if m.citation):
            passages = self._index.library.passages(citation.document, citation.version, self._day)
            scores = rank(topic, [place.text for place in passages])
            best = sorted(range(len(passages)), key=lambda index: -scores[index])[:3]
            if not best or not scores[best[0]]:
                continue
            # A long question is told by no article as a whole: what counts is which one it tells most of.
            least = max(_SPEAKS_OF_IT * min(1.0, _LONG / len(topic)), 0.6 * scores[best[0]])
            found += [
                Hit(passages[index], scores[index], Route.NAMED)
                for index in best
                if scores[index] > least or index == best[0]
            ]
        return found

    def _named(self, question: Question) -> list[Citation]:
        """The documents that a question names itself, and those of the conversation when it adds nothing."""
        adds = says_something(question.topic.removesuffix(question.earlier))
        return [
            mention.citation
            for mention in question.places
            if mention.citation and (mention.start < mention.end or not (question.inherited and adds))
        ]

    def _query(self, question: Question) -> str:
        names = [citation.document for citation in self._named(question)]
        asked = (
            # What an English text says counts twice, the Chinese terms for it once.
            [question.text, question.text, question.topic]
            if question.language is Language.ENGLISH
            else [question.topic or question.text]
        )
        return " ".join([*asked, *dict.fromkeys(names)])

    def _about_cases(self, question: Question) -> list[Draft]:
        library = self._index.library
        desk = CaseDesk(library, load_lexicon(self._corpus), self._day)
        drafts: list[Draft] = []
        wanted = list(dict.fromkeys(chain.from_iterable(case.documents for case in question.cases)))
        files = [case for short in wanted if (case := CaseFile.open(library, short, self._day))]
        for mention in question.cases:
            if len(mention.documents) > 1 and not question.inherited:
                fitting = [case for case in files if case.document.citation.document in mention.documents]
                if not are_instances(fitting):
                    drafts.append(several_fit(mention.raw, fitting, question.language))
        for case in files:
            drafts += about_case(desk, case, question, brief=len(files) > 1)
        return drafts

    def _notes_on_cited(self, desk: ConceptDesk, question: Question) -> list[Draft]:
        """Editor's notes that belong to a paragraph of the commentary which the question cites."""
        cited = [mention.citation for mention in question.places if mention.citation and mention.citation.path]
        places = [place for citation in cited if (place := self._index.library.place(citation, self._day))]
        return [
            draft
            for place in places
            if place.kind is Kind.COMMENTARY
            for draft in notes_on(desk, place, question.language)
        ]

    def _defences(self, question: Question) -> tuple[Composed | None, Story | None]:
        """The defences that the facts told carry, and the question read as a story; without one where it goes on with one
        told before, or tells nothing and asks for the defences."""
        from rag.analysis import analyse
        from rag.facts_told import told_so_far

        own_case = any(case.start < case.end for case in question.cases)
        named = question.names_something and (own_case or not question.inherited)
        asks_law = leaning(question.text) is not Leaning.NONE or wish(question.text)
        # A fact supposed is weighed whatever law, case or court it is asked about with.
        if question.told and not question.injected and (supposes(question.text) or not (named or asks_law)):
            so_far = told_so_far(question, self._corpus)
            if so_far is not None:
                return _told(analyse(so_far, self._index.library, self._corpus, self._day, question.language)), None
        story = read_story(question, self._corpus, load_field(self._corpus))
        if story.told is Told.NO:
            bare = asks_without_facts(question.text) and not (named or asks_law or len(story.case.sure()) > 1)
            return (which_facts(question) if bare else None), None
        analysis = analyse(story.case, self._index.library, self._corpus, self._day, question.language)
        # The amount can always be argued about: facts that carry nothing else may not have been told to be weighed.
        carries = wants_defence(question.text) or any(one.rule.id != FLOOR for one in analysis.tried)
        if not (carries or story.is_likely or story.tells_much):
            return None, None
        return _told(analysis), story if carries else replace(story, told=Told.PERHAPS)

    def _unheld(self, question: Question) -> list[Draft]:
        """Say of each document that the question names and we do not hold that we do not hold it."""
        if question.planted:
            # What was planted is not repeated.
            said = question.language.pick(
                "所附文字引用的文件或案件有本库没有收录的，无法核对，不予采信。",
                "Some documents or cases cited in the text given are not held here; they cannot be checked and are not relied on.",
            )
            return [Draft(said)]
        names = list(dict.fromkeys(mention.name or mention.raw for mention in question.unheld))
        if not names:
            return []
        listed = "、".join(names)
        return [
            Draft(
                question.language.pick(
                    f"本库没有收录{listed}，无法核对，也不作推测。可以用 kangbian ingest 导入原文后再问。",
                    f"{listed}: not held here, so it cannot be checked. Ingest the text with kangbian ingest and ask again.",
                )
            )
        ]


def _odds(question: Question, hits: Sequence[Hit]) -> list[float]:
    """The log odds that each passage found answers a question."""
    passages = [passage_text(hit.title, hit.text) for hit in hits]
    odds: list[float] = load_answering().odds([question.text], passages)[0].tolist()
    return odds


def _is_of(hit: Hit, countries: Set[str]) -> bool:
    """Whether a passage speaks of the law of one of these countries, or of none where none is asked of: a note on it, or what
    compares several."""
    if not countries:
        return True
    if hit.kind is Kind.STATUTE:
        return False
    country = hit.place.document.meta.get("jurisdiction")
    return country in countries or (country is None and any(name in hit.text for name in countries))


def _told(analysis: "Analysis") -> Composed:
    """The defences of an analysis, told."""
    from rag.defence_answer import told

    return Composed(AnswerKind.DEFENSE, list(told(analysis)), analysis.answer(), analysis.to_ask, analysis.notices())


def _both(question: Question, first: Composed, second: Composed) -> Composed:
    """Two answers to a question that may ask for either, the likelier first: what it asks, and the defences that its facts carry."""
    weighed = first if first.kind is AnswerKind.DEFENSE else second
    lead = (
        question.language.pick("如果想知道按所述事实能主张什么：", "If the facts told are to be weighed: ")
        if weighed is second
        else question.language.pick("如果问的是规定：", "If a rule is asked for: ")
    )
    start, *others = second.drafts
    return Composed(
        AnswerKind.DEFENSE,
        [*first.drafts, replace(start, text=f"{lead}{start.text}"), *others],
        weighed.defenses,
        [*first.clarify, *second.clarify],
        [*first.warnings, *second.warnings],
    )
