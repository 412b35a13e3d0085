"""Whether a question tells a dispute that is to be weighed, and how surely.

How it is worded, how many facts it tells, whether somebody claims something and what it asks decide together, with weights
fitted by `python -m rag.training.wording`. Between the two bounds it may be either, and is answered as both.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import log
from pathlib import Path

from rag.analysis import read_case
from rag.case_list import wish
from rag.concepts import Leaning, leaning
from rag.facts import Case
from rag.question import Question
from rag.scope import Field
from rag.sign_weights import SignWeights
from rag.telling import asks_to_be_shown, asks_what_to_plead, is_disputed, looks_like_facts
from rag.wording import load_wording

FILE = Path(__file__).resolve().parent / "reading" / "story.json"
SIGNS = (
    "wording",
    "facts",
    "no_fact",
    "disputed",
    "wants_defence",
    "looks",
    "pleads",
    "shown",
    "of_the_field",
    "asks_law",
    "length",
)
_MOST_FACTS = 6
_WANTS_DEFENCE = re.compile(
    r"[抗答申]辩|应诉|辩护|反驳|怎么辩|如何辩|[这那]么辩|能[^，。？！,.?!]{0,4}辩|怎么应对|如何应对|胜算|defen[cs]e|\bplead\b|\brebut\b",
    re.I,
)
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+")
# How far from the bound, in log odds, a text is surely a fact pattern, or may be one. When this was chosen no question to learn from
# that nothing here answers was above 0.8, unless it named a law or a case; patterns that nobody disputes in so many words were at 4.
_SURELY, _PERHAPS = 2.0, -2.0
# So many facts make a story where the defences are asked for by that name, or of a text that is rather one than not: none of the
# questions on other law that come near it tells more than one.
_SOME_FACTS = 2
_MUCH = 3
# An instruction may be quoted from a letter of the other side: only so many facts outweigh it.
_DESPITE_ORDERS = 4
# Fewer facts than this do not make a story of what has words of another field; one less where it is surely told.
_DESPITE_ELSEWHERE = 4


class Told(IntEnum):
    """Whether a text is a fact pattern."""

    NO = 0
    PERHAPS = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Story:
    """A question read as a fact pattern: the facts found in it, whether it is one, and by what `margin` of log odds."""

    case: Case
    told: Told
    margin: float
    asks_for_defences: bool

    @property
    def is_likely(self) -> bool:
        """Whether it is rather a fact pattern than not: by its margin, or because it tells facts and asks for the defences."""
        return self.margin >= 0 or (self.asks_for_defences and len(self.case.sure()) >= _SOME_FACTS)

    @property
    def tells_much(self) -> bool:
        """Whether so many facts are told that they are weighed, whether or not anybody complains in so many words."""
        return len(self.case.sure()) >= _MUCH

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether it is a fact pattern even where nothing else that it may ask can be answered."""
        return self.margin >= _SURELY or (self.margin >= 0 and len(self.case.sure()) >= _SOME_FACTS)


def is_story(text: str, corpus: Path, field: Field) -> bool:
    """Whether a text, whatever it names, is rather a fact pattern than not."""
    return _margin(text, read_case(text, corpus), field) >= 0


def wants_defence(text: str) -> bool:
    """Whether a text asks for the defences by that name.

    >>> wants_defence("怎么应诉？"), wants_defence("这算侵权吗？")
    (True, False)
    """
    return _WANTS_DEFENCE.search(text) is not None


def story_signs(text: str, worded: float, facts: int, field: Field) -> list[float]:
    """All of `SIGNS` in their order: log odds of the wording (`rag.wording`), facts told for sure, what it asks and about what."""
    flags = (
        is_disputed(text),
        wants_defence(text),
        looks_like_facts(text),
        asks_what_to_plead(text),
        asks_to_be_shown(text),
        field.is_about_ai(text) or field.speaks_of_works(text),
        leaning(text) is not Leaning.NONE or wish(text) is not None,
    )
    return [
        worded,
        float(min(facts, _MOST_FACTS)),
        float(not facts),
        *map(float, flags),
        log(1 + len(_WORD.findall(text))),
    ]


def read_story(question: Question, corpus: Path, field: Field) -> Story:
    """Read a question as a fact pattern; one that names a case asks about that case."""
    case = read_case(question.text, corpus, question.raw)
    facts = len(case.sure())
    margin = _margin(question.text, case, field)
    told = Told.YES if margin >= _SURELY else Told.PERHAPS if margin >= _PERHAPS else Told.NO
    ours = field.is_about_ai(question.text) or field.speaks_of_works(question.text)
    named = any(mention.raw in question.text and re.search(r"案|\d", mention.raw) for mention in question.cases)
    if (
        named
        or any(mention.citation and mention.citation.is_case for mention in question.unheld)
        or (question.injected and not (told is Told.YES and facts >= _DESPITE_ORDERS))
        or (facts < _DESPITE_ELSEWHERE - (told is Told.YES) and field.is_elsewhere(question.text) and not ours)
    ):
        told = Told.NO
    elif (question.names_something or question.loose) and not wants_defence(question.text):
        # Who names a law inside a story asks what it says, too.
        told = min(told, Told.PERHAPS)
    return Story(case, told, margin, wants_defence(question.text))


def _margin(text: str, case: Case, field: Field) -> float:
    return _weights().margin(story_signs(text, load_wording().odds(text).story, len(case.sure()), field))


@lru_cache(maxsize=1)
def _weights() -> SignWeights:
    return SignWeights.load(FILE, SIGNS)
