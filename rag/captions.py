"""Captions of provisions and the words people look for them with: `corpus/statutes/captions.yaml`.

The law seldom uses the words in which it is asked about: no article says 避风港 or 法定赔偿. Captions are ours, not law:
they are searched, never quoted.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from ingest.citation import Citation
from rag.relevance import terms

# A phrase of so many characters tells its article by itself; one with fewer pairs than that tells nothing.
_TELLING, _SHORTEST = 8, 2


@dataclass(frozen=True)
class Captions:
    """The words of every captioned place, by the key of its article without a version.

    >>> Captions({"著作权法/54": ["侵权赔偿数额 法定赔偿"]}).of(Citation.parse("著作权法@2020/54"))
    '侵权赔偿数额 法定赔偿'
    """

    rows: Mapping[str, list[str]] = field(default_factory=dict)
    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def told_by(self, question: str) -> dict[str, float]:
        """How clearly a question speaks of what a caption is about, 0 to 1, for each article that it does so of.

        A phrase of the caption whose every pair of characters stands in the question tells its article, the longer the
        more; otherwise the share of the question's rare pairs that one entry holds.
        """
        asked = set(terms(question))
        if not asked:
            return {}
        rarity = {pair: self._index.rarity(pair) for pair in asked}
        whole = sum(rarity.values())
        told: dict[str, float] = {}
        for number in {number for pair in asked for number in self._index.entries_of.get(pair, ())}:
            key, phrases, pairs = self._index.rows[number]
            share = sum(rarity[pair] for pair in asked & pairs) / whole
            spoken = max((weight for phrase, weight in phrases if phrase <= asked), default=0.0)
            told[key] = max(told.get(key, 0.0), min(1.0, share), spoken)
        return told

    def inside(self, citation: Citation) -> str:
        """The caption words of one paragraph or item itself; empty for a place without a caption of its own."""
        return " ".join(self.entries.get("/".join((citation.document, *citation.path)), ()))

    @cached_property
    def _index(self) -> "_Pairs":
        return _Pairs.of(self.entries)

    def of(self, citation: Citation) -> str:
        """All caption words of an article and of the places inside it; empty for anything without a caption."""
        return " ".join(self.rows.get(f"{citation.document}/{citation.path[0]}", ())) if citation.path else ""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The entries by their pairs of characters: article, the pairs and weight of each phrase, all pairs."""

    rows: tuple[tuple[str, tuple[tuple[frozenset[str], float], ...], frozenset[str]], ...]
    entries_of: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, entries: Mapping[str, tuple[str, ...]]) -> "_Pairs":
        rows = []
        holders: dict[str, list[int]] = {}
        shared = Counter(text for texts in entries.values() for text in texts)
        for number, (key, texts) in enumerate(entries.items()):
            # A phrase that leads to several entries tells each of them so much the less.
            phrases = [(frozenset(terms(text)), min(1.0, len(text) / _TELLING) / shared[text]) for text in texts]
            every = frozenset[str]().union(*(phrase for phrase, _ in phrases))
            rows.append((_article(key), tuple(row for row in phrases if len(row[0]) >= _SHORTEST), every))
            for pair in every:
                holders.setdefault(pair, []).append(number)
        return cls(tuple(rows), {pair: tuple(numbers) for pair, numbers in holders.items()})

    def rarity(self, pair: str) -> float:
        """The weight of a pair: that of one which no entry has counts least, since it tells nothing."""
        holders = len(self.entries_of.get(pair, ()))
        return math.log(1 + len(self.rows) / holders) if holders else 1.0


def _article(key: str) -> str:
    return "/".join(key.split("/")[:2])


def captions_file(corpus: Path) -> Path:
    """Where the captions of a corpus folder are."""
    return corpus / "statutes" / "captions.yaml"


@lru_cache(maxsize=4)
def load_captions(corpus: Path) -> Captions:
    """Read the captions of a corpus folder; an absent file gives none."""
    import yaml

    path = captions_file(corpus)
    loaded = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else {}
    entries = {str(key): (str(entry["caption"]), *map(str, entry["words"])) for key, entry in loaded.items()}
    rows: dict[str, list[str]] = {}
    for key, texts in entries.items():
        rows.setdefault(_article(key), []).append(" ".join(texts))
    return Captions(rows, entries)
