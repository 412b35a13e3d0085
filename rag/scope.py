"""Whether the corpus has anything to do with a question: when it has not, the answer says so instead of guessing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.script import fold
from rag.captions import load_captions
from rag.question import Question
from rag.relevance import rank
from rag.retrieve import Hit

# The share of a question's terms that one passage of the user's own must hold to count as covering it.
_COVERED = 0.5
# Words of the captions count as words of the field from this length on.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Field:
    """The field of the corpus in words: see the head of `corpus/lexicon/scope.yaml`."""

    core: re.Pattern[str]
    near: re.Pattern[str]
    elsewhere: re.Pattern[str]

    def holds(self, text: str) -> bool:
        """Whether a question is within the field."""
        folded = fold(text)
        if self.core.search(folded):
            return True
        return self.near.search(folded) is not None and self.elsewhere.search(folded) is None

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
    return Field(_any_of(rows["core"]), _any_of(near), _any_of(rows["elsewhere"]))


def in_scope(corpus: Path, question: Question, hits: Sequence[Hit]) -> bool:
    """Whether to answer from what was found.

    The question is within the field; or a passage covers it, which for the built-in corpus counts only when the
    question has no word of another field.
    """
    field = load_field(corpus)
    if field.holds(question.text):
        return bool(hits)
    elsewhere = field.is_elsewhere(question.text)
    scores = rank(question.topic, [hit.text for hit in hits])
    return any(
        score >= _COVERED and not (hit.place.document.builtin and elsewhere)
        for score, hit in zip(scores, hits, strict=True)
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    folded = sorted((fold(str(word)) for word in words), key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![a-z0-9]){re.escape(word)}" if word.isascii() else re.escape(word) for word in folded)
    )
