"""Whether the corpus has anything to do with a question: when it has not, the answer says so instead of guessing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.script import fold
from rag.captions import load_captions
from rag.relevance import rank

if TYPE_CHECKING:
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
    ai: re.Pattern[str]
    elsewhere: re.Pattern[str]

    def holds(self, text: str) -> bool:
        """Whether a question is within the field."""
        return self.is_central(text) or (self.near.search(fold(text)) is not None and not self.is_elsewhere(text))

    def is_central(self, text: str) -> bool:
        """Whether a question has a word of the heart of the field, such as 提示词 or 合理使用."""
        return self.core.search(fold(text)) is not None

    def is_about_ai(self, text: str) -> bool:
        """Whether a question has a word of AI, or one of the heart of the field."""
        return self.is_central(text) or self.ai.search(fold(text)) is not None

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
    return Field(_any_of(rows["core"]), _any_of(near), _any_of(rows["ai"]), _any_of(rows["elsewhere"]))


def in_scope(field: Field, text: str, topic: str, hits: "Sequence[Hit]") -> bool:
    """Whether to answer a question, `text` as read and `topic` what it is about, from what was found.

    The question is within the field; or a passage covers it, which for the built-in corpus counts only when the
    question has no word of another field.
    """
    if field.holds(text):
        return bool(hits)
    elsewhere = field.is_elsewhere(text)
    scores = rank(topic, [hit.text for hit in hits])
    return any(
        score >= _COVERED and not (hit.place.document.builtin and elsewhere)
        for score, hit in zip(scores, hits, strict=True)
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    folded = sorted((fold(str(word)) for word in words), key=len, reverse=True)
    return re.compile("|".join(_pattern(word) for word in folded))


def _pattern(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    end = "" if word.endswith("*") or not word[-1:].isalpha() else r"(?:s|es|ed|ing)?(?![a-z])"
    return rf"(?<![a-z0-9]){re.escape(word.removesuffix('*'))}{end}"
