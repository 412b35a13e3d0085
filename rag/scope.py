"""Whether the corpus has anything to do with a question: when it has not, the answer says so instead of guessing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.script import fold
from rag.question import Question
from rag.relevance import rank
from rag.retrieve import Hit

# The share of a question's terms that one passage of the user's own must hold to count as covering it.
_COVERED = 0.5


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


@lru_cache(maxsize=4)
def load_field(corpus: Path) -> Field:
    """Read the field of a corpus folder."""
    import yaml

    rows = yaml.load((corpus / "lexicon" / "scope.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return Field(_any_of(rows["core"]), _any_of([*rows["copyright"], *rows["ai"]]), _any_of(rows["elsewhere"]))


def in_scope(corpus: Path, question: Question, hits: Sequence[Hit]) -> bool:
    """Whether to answer from what was found: the question is within the field, or the user's own passages cover it."""
    if load_field(corpus).holds(f"{question.text} {question.earlier if question.inherited else ''}"):
        return bool(hits)
    own = [hit for hit in hits[:5] if not hit.place.document.builtin]
    return any(rank(question.topic, [hit.text, ""])[0] >= _COVERED for hit in own)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    folded = sorted((fold(str(word)) for word in words), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z0-9]){re.escape(word)}" if word.isascii() else re.escape(word) for word in folded))
