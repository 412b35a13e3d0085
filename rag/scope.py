"""Whether the corpus has anything to do with a question: when it has not, the answer says so instead of guessing."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ingest.script import fold
from rag.answering import PASSAGES, load_answering, passage_text, together
from rag.captions import load_captions
from rag.embed import BUILT_IN, Embedder, StaticEmbedder, shipped
from rag.foreign_law import ForeignLaw, load_foreign_law
from rag.known_questions import NO_KIN, Kin, KnownQuestions
from rag.quantity import is_stated
from rag.relevance import rank
from rag.scope_weights import Found, Worded, load_scope_weights, signs
from rag.wording import load_wording

if TYPE_CHECKING:
    from rag.index import Index
    from rag.retrieve import Hit

# The share of a question's terms that one passage of the user's own must hold to count as covering it.
_COVERED = 0.5
# What was blanked out parts sentences too.
SENTENCES = re.compile(r"[。？！?!；;\n]+|[ ]{8,}")
_TELLING_SENTENCE = 8
# So much nearer, in log odds, a sentence must be than a whole question would have to: 放AI写的曲子是不是就免了 asks nothing of its own.
# When this was chosen it mended five of 22 errors in 1,262 questions to learn from.
_ALONE = 3.0
# So many known questions nearest to the one asked are looked at.
_KIN = 80
_ITSELF = 0.99
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# In so many passages found first a quantity is looked for that the question asks for, and the law of the country it asks of.
_LOOKED_INTO = 5
# Words of the captions count as words of the field from this length on.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Field:
    """The field of the corpus in words: see the head of `corpus/lexicon/scope.yaml`."""

    core: re.Pattern[str]
    near: re.Pattern[str]
    ai: re.Pattern[str]
    elsewhere: re.Pattern[str]
    works: re.Pattern[str]
    foreign: ForeignLaw

    def holds(self, text: str) -> bool:
        """Whether a question is within the field."""
        return self.is_central(text) or (self.near.search(fold(text)) is not None and not self.is_elsewhere(text))

    def is_central(self, text: str) -> bool:
        """Whether a question has a word of the heart of the field, such as 提示词 or 合理使用."""
        return self.core.search(fold(text)) is not None

    def is_about_ai(self, text: str) -> bool:
        """Whether a question has a word of AI, or one of the heart of the field."""
        return self.is_central(text) or self.ai.search(fold(text)) is not None

    def speaks_of_works(self, text: str) -> bool:
        """Whether a text has a word for a work or for somebody who makes works."""
        return self.works.search(fold(text)) is not None

    def is_elsewhere(self, text: str) -> bool:
        """Whether a question has words of another field."""
        return self.elsewhere.search(fold(text)) is not None


@lru_cache(maxsize=4)
def load_field(corpus: Path) -> Field:
    """Read the field of a corpus folder."""
    import yaml

    rows = yaml.load((corpus / "lexicon" / "scope.yaml").read_text("utf-8"), yaml.CSafeLoader)
    captioned = {word for row in load_captions(corpus).rows.values() for text in row for word in text.split()}
    near = [*rows["copyright"], *rows["ai"], *(word for word in captioned if len(word) >= _TELLING)]
    return Field(
        _any_of(rows["core"]),
        _any_of(near),
        _any_of(rows["ai"]),
        _any_of(rows["elsewhere"]),
        _any_of(rows["works"]),
        load_foreign_law(corpus),
    )


def reach(
    index: "Index", field: Field, text: str, topic: str, hits: "Sequence[Hit]", *, among_orders: bool = False
) -> float:
    """How far a question is within reach, `text` as read and `topic` what it is about, from what was found: in log odds, to be
    answered from 0 on.

    A passage of the user's own that covers it is enough; otherwise its words, its field and the questions asked like it
    decide (`rag.scope_weights`), of the whole or of one of its sentences that has words of the field: what stands before it
    may be a story or, where the text stands `among_orders` to the assistant, what they planted.
    """
    if not hits:
        return -math.inf
    scores = rank(topic, [hit.text for hit in hits])
    if any(score >= _COVERED and not hit.place.document.builtin for score, hit in zip(scores, hits, strict=True)):
        return math.inf
    covered, weights = covering(text, scores), load_scope_weights()
    sentences = [part for part in SENTENCES.split(text) if len(part) >= _TELLING_SENTENCE and field.holds(part)]
    said = list(dict.fromkeys([text, *sentences]))
    whole, *alone = (
        weights.margin(scope_signs(index, field, one, hits, covered, answered=of))
        for one, of in zip(said, _answered(said, hits), strict=True)
    )
    return max(whole, max(alone, default=-math.inf) - (0.0 if among_orders else _ALONE))


def _answered(texts: Sequence[str], hits: "Sequence[Hit]") -> list[float]:
    """The log odds that what was found first answers each text."""
    first = [passage_text(hit.title, hit.text) for hit in hits[:PASSAGES]] or [""]
    return [float(odds) for odds in together(load_answering().odds(texts, first))]


def covering(text: str, scores: Sequence[float]) -> float:
    """The best of the shares of a question's terms that passages hold; 0 for one without a Chinese character, whose terms are few."""
    return max(scores, default=0.0) if _CHINESE.search(text) else 0.0


def scope_signs(
    index: "Index",
    field: Field,
    text: str,
    hits: "Sequence[Hit]",
    covered: float,
    *,
    is_known: bool = False,
    odds: float | None = None,
    answered: float | None = None,
) -> list[float]:
    """The signs of a question by which its scope is judged, from what was found and how far it is `covered` there.

    A question that `is_known` is no kin of its own; `odds` are those of its wording, `answered` those of its being answered,
    where they are not the shipped weights'.
    """
    embedder, known = _shipped_of(index)
    columns = index.lexical().columns

    def holds(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(hashes), np.bool_)
        found[columns.holding(hashes)[1]] = True
        return found

    kin = known.kin(embedder.embed([text])[0], _KIN, holds) if known else NO_KIN
    if is_known:
        others = kin.cosines < _ITSELF
        kin = Kin(kin.cosines[others], kin.held[others])
    near = field.near.search(fold(text)) is not None
    first = hits[:_LOOKED_INTO]
    countries = field.foreign.asked(text)
    return signs(
        Worded(
            load_wording().odds(text).within if odds is None else odds,
            field.is_central(text),
            near,
            field.is_elsewhere(text),
            not _CHINESE.search(text),
        ),
        Found(
            _answered([text], hits)[0] if answered is None else answered,
            covered,
            is_stated(text, [hit.text for hit in first]),
            any(hit.place.document.meta.get("jurisdiction") in countries for hit in first) if countries else None,
        ),
        kin,
    )


def _shipped_of(index: "Index") -> "tuple[Embedder, KnownQuestions | None]":
    """The shipped embedding whatever model indexes, since the signs were fitted with it; the index's own where it is that."""
    if isinstance(index.embedder, StaticEmbedder) and index.embedder.folder == BUILT_IN:
        return index.embedder, index.ranker().known
    return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> "tuple[Embedder, KnownQuestions | None]":
    """The shipped embedding and its known questions, opened once."""
    return shipped(), KnownQuestions.load(BUILT_IN)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    folded = sorted((fold(str(word)) for word in words), key=len, reverse=True)
    return re.compile("|".join(_pattern(word) for word in folded))


def _pattern(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    end = "" if word.endswith("*") or not word[-1:].isalpha() else r"(?:s|es|ed|ing)?(?![a-z])"
    return rf"(?<![a-z0-9]){re.escape(word.removesuffix('*'))}{end}"
