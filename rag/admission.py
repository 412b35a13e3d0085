"""Whether a question is answered at all, and from what it names: how far it is within reach, against bounds measured on questions.

The bounds are log odds of reach (`rag.scope`), chosen on questions to learn from.
"""

import re
from pathlib import Path

from ingest.document import Kind
from rag.cases import asks_for_fact
from rag.conversation import asks_for_its_words, leans
from rag.finder import Finder
from rag.lexicon import load_lexicon
from rag.library import Held
from rag.question import Question
from rag.relevance import terms
from rag.scope import load_field, reach
from rag.statutes import says_something
from rag.story import Story, wants_defence
from rag.telling import is_disputed

# What may be asked of any case, whatever else is said: 上诉状是谁递的.
_OF_A_SUIT = re.compile(
    r"[起上抗]诉|诉状|[原被]告|判|诉讼费|受理费|庭审|开庭|法官|合议|律师|代理|送达|和解|调解|执行|appeal|judge|counsel|hearing",
    re.I,
)
# Log odds of reach below which a question has nothing to do with what it names: a document as a whole, a case, a case of which
# it asks what may be asked of any. Of 650 questions to learn from that are answered one was below.
_AWAY_FROM_DOCUMENT, _AWAY_FROM_CASE, _AWAY_FROM_SUIT = -1.0, -1.5, -8.0
# The same for a follow-up and what was talked of: a case, a place; and those where its words lean on it (法人的呢) or ask of the
# case what may be asked of any. Of 410 that are answered one was below, of 77 that are not all but seven.
_AWAY_FROM_CASE_TALKED_OF, _AWAY_FROM_PLACE_TALKED_OF = -3.0, -4.0
_AWAY_FROM_CASE_LEANED_ON, _AWAY_FROM_PLACE_LEANED_ON, _AWAY_FROM_SUIT_TALKED_OF = -5.0, -7.0, -7.5
_FEW_TERMS, _MANY_WORDS = 6, 6
# The same for a text that may tell a dispute: of 35 such that do, none was below -3.4, of 20 that nothing answers ten were below.
_AWAY_FROM_DISPUTES = -5.0
# From here on in log odds of reach a document that is not held may be named by mistake; from the second where no title held is like it.
# When these were chosen, questions on law that is not held were below the second.
_RATHER_WITHIN, _BEYOND_DOUBT = 0.5, 2.5
_KIND_OF_DOCUMENT = re.compile(r"(?:解释|规定|条例|办法|意见|法|细则|通知|指引|指南|标准)$")
_PART = re.compile(r"[条款项]|article|paragraph|item", re.I)


def asks_of_a_suit(text: str) -> bool:
    """Whether a text asks what may be asked of any suit, or speaks of one.

    >>> asks_of_a_suit("上诉状是谁递的"), asks_of_a_suit("什么是思想")
    (True, False)
    """
    return _OF_A_SUIT.search(text) is not None


class Admission:
    """Says of one question what it may be answered from."""

    def __init__(self, finder: Finder, corpus: Path) -> None:
        self._finder = finder
        self._corpus = corpus
        self._field = load_field(corpus)

    def asks_a_rule(self, question: Question) -> bool:
        """Whether a text that tells too little to be weighed asks, beyond doubt, for what a rule says: 他还能接着叫网站删吗."""
        return not wants_defence(question.text) and self.says_what_is_held(question, _BEYOND_DOUBT)

    def is_ours(self, question: Question, story: Story) -> bool:
        """Whether a text that may tell a dispute is to be weighed though nothing answers what it may ask: not where it is far from
        everything held (AI做的广告没注明“广告”罚多少), and not a suit without a fact, which may be about anything."""
        field = self._field
        hits = self._finder.search(question.topic)
        if reach(self._finder.index, field, question.text, question.topic, hits) < _AWAY_FROM_DISPUTES:
            return False
        ours = field.is_about_ai(question.text) or field.speaks_of_works(question.text)
        told = story.case.sure() or (story.asks_for_defences and ours)
        return story.is_beyond_doubt or (ours and story.tells_much) or bool(told and is_disputed(question.text))

    def asks_for_unheld(self, question: Question) -> bool:
        """Whether a question asks what an article says that is not held, and names nothing else that is.

        Where what it says of the article is within reach, the number may be wrong: 民法典第994条要求平台…….
        """
        cited = [mention.citation for mention in question.places if mention.citation]
        if question.inherited or question.cases or not cited:
            return False
        unheld = all(
            c.path and c.version is None and self._finder.index.library.holds(c, self._finder.day) is Held.NOT_HELD
            for c in cited
        )
        return unheld and not self.says_what_is_held(question, 0.0)

    def is_misnamed(self, question: Question) -> bool:
        """Whether what a question names and is not held is beside the point: law of ours that is called by a wrong name or by one
        from memory, with words on what is surely within reach. Foreign law and cases are what they are called."""
        foreign = self._field.foreign.named(question.text)
        names = ["" if "《" in m.raw else (m.name or m.raw).partition("第")[0] for m in question.unheld]
        if any(
            (m.citation and m.citation.is_case)
            or not _KIND_OF_DOCUMENT.search((m.name or m.raw).partition("第")[0].rstrip("》"))
            or any(one.start < m.end and m.start < one.end for one in foreign)
            for m in question.unheld
        ):
            return False
        of_ours = all(map(self._may_be_held, names))
        return self.says_what_is_held(question, _RATHER_WITHIN if of_ours else _BEYOND_DOUBT)

    def _may_be_held(self, name: str) -> bool:
        """Whether a name is 司法解释 without a title of its own, or made of characters of a title held: 传播权规定."""
        kind = _KIND_OF_DOCUMENT.search(name)
        titles = [
            one.title for one in self._finder.index.library.documents() if one.builtin and one.kind is Kind.STATUTE
        ]
        words = name[: kind.start()] if kind else ""
        of_a_title = any(all(letter in letters for letter in words) for letters in map(iter, titles))
        return name.endswith("司法解释") or bool(words and of_a_title)

    def says_what_is_held(self, question: Question, least: float) -> bool:
        """Whether a question says something beside what it cites, and with that is as far as `least` within reach."""
        if not says_something(question.topic):
            return False
        field, hits = self._field, self._finder.search(question.topic)
        asked = f"{question.earlier} {question.text}" if question.inherited else question.text
        return reach(self._finder.index, field, asked, question.topic, hits, among_orders=question.injected) >= least

    def turned_away(self, question: Question) -> bool:
        """Whether a question asks for something else than anything held, whatever it names or leans on: 那我家猫该打什么疫苗,
        MiniMax的股票还能买吗, GB/T 45654要求抽检多少条.
        """
        field, own = self._field, question.topic.removesuffix(question.earlier)
        # What an English text says may have no Chinese term at all.
        if not (says_something(own) or len(question.text.split()) >= _MANY_WORDS):
            return False
        if question.inherited and field.is_elsewhere(question.text) and not field.holds(question.text):
            return True
        if (least := self._least_reach(question)) is None:
            return False
        if any(re.search(r"\d+号", case.raw) for case in question.cases):
            return False  # who gives the number of a case asks about it
        hits = self._finder.search(question.text)
        return (
            reach(self._finder.index, field, question.text, question.text, hits, among_orders=question.injected) < least
        )

    def _least_reach(self, question: Question) -> float | None:
        """The reach from which on a question is answered from what it names or leans on; None where it always is."""
        of_a_suit = asks_of_a_suit(question.text)
        if question.inherited:
            if any(mention.start < mention.end for mention in question.places):
                return None
            if asks_for_its_words(question.text):
                return None
            if question.cases and (of_a_suit or asks_for_fact(load_lexicon(self._corpus), question.text)):
                return _AWAY_FROM_SUIT_TALKED_OF
            short = sum(terms(question.text).values()) <= _FEW_TERMS or _PART.search(question.text)
            if leans(question) and short:
                return _AWAY_FROM_CASE_LEANED_ON if question.cases else _AWAY_FROM_PLACE_LEANED_ON
            return _AWAY_FROM_CASE_TALKED_OF if question.cases else _AWAY_FROM_PLACE_TALKED_OF
        if question.cases:
            details = of_a_suit or asks_for_fact(load_lexicon(self._corpus), question.text)
            return _AWAY_FROM_SUIT if details else _AWAY_FROM_CASE
        cited = any(mention.citation and mention.citation.path for mention in question.places)
        names = {mention.citation.document for mention in question.places if mention.citation}
        held = [document for name in names if (document := self._finder.index.library.document(name))]
        return None if cited or not all(document.builtin for document in held) else _AWAY_FROM_DOCUMENT
