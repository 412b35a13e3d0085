"""Captions of provisions and the words people look for them with: `corpus/statutes/captions.yaml`.

The law seldom uses the words in which it is asked about: no article says 避风港 or 法定赔偿. Captions are ours, not law:
they are searched, never quoted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.citation import Citation
from ingest.script import fold

# A phrase of so many characters tells its article by itself; one with fewer pairs than that tells nothing.
_TELLING, _SHORTEST = 8, 2


@dataclass(frozen=True, slots=True)
class Captions:
    """The words of every captioned place, by the key of its article without a version.

    >>> Captions({"著作权法/54": ["侵权赔偿数额 法定赔偿"]}).of(Citation.parse("著作权法@2020/54"))
    '侵权赔偿数额 法定赔偿'
    """

    rows: Mapping[str, list[str]] = field(default_factory=dict)
    phrases: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def told_by(self, question: str) -> dict[str, float]:
        """How clearly a question uses the very words of a caption, 0 to 1, for each article that it does so of.

        A phrase counts when all its character pairs stand in the question; a longer one says more.
        """
        asked = set(pairs(question))
        candidates = {phrase: key for pair in asked for phrase, key in self.phrases.get(pair, ())}
        told: dict[str, float] = {}
        for phrase, key in candidates.items():
            if asked.issuperset(pairs(phrase)):
                told[key] = max(told.get(key, 0.0), min(1.0, len(phrase) / _TELLING))
        return told

    def of(self, citation: Citation) -> str:
        """All caption words of an article and of the places inside it; empty for anything without a caption."""
        return " ".join(self.rows.get(f"{citation.document}/{citation.path[0]}", ())) if citation.path else ""


def pairs(text: str) -> list[str]:
    """Neighbouring characters of a text, folded, marks and blanks left out.

    >>> pairs("法定 赔偿")
    ['法定', '定赔', '赔偿']
    """
    letters = [letter for letter in fold(text) if letter.isalnum()]
    return [first + second for first, second in pairwise(letters)]


def captions_file(corpus: Path) -> Path:
    """Where the captions of a corpus folder are."""
    return corpus / "statutes" / "captions.yaml"


@lru_cache(maxsize=4)
def load_captions(corpus: Path) -> Captions:
    """Read the captions of a corpus folder; an absent file gives none."""
    import yaml

    path = captions_file(corpus)
    loaded = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else {}
    rows: dict[str, list[str]] = {}
    for key, entry in loaded.items():
        article = "/".join(str(key).split("/")[:2])
        rows.setdefault(article, []).append(_joined(entry["caption"], entry["words"]))
    return Captions(rows, _by_first_pair(loaded))


def _by_first_pair(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every phrase of three characters or more with its article, under its first pair of characters."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for key, entry in entries.items():
        article = "/".join(str(key).split("/")[:2])
        for phrase in (entry["caption"], *map(str, entry["words"])):
            if len(inside := pairs(phrase)) >= _SHORTEST:
                found[inside[0]] = (*found.get(inside[0], ()), (phrase, article))
    return found


def _joined(caption: str, words: Iterable[str]) -> str:
    return " ".join((caption, *map(str, words)))
