"""The word lists of the corpus: English and colloquial wordings with their legal terms, and what is asked of a case."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


class Phrasebook:
    """Wordings and the legal terms they stand for; the longest wording counts where several overlap.

    >>> Phrasebook({"fair use": ["合理使用"], "use": ["使用"]}).terms("Is it fair use?")
    ['合理使用']
    """

    def __init__(self, rows: Mapping[str, Iterable[str]]) -> None:
        self._rows = {str(wording).lower(): tuple(terms) for wording, terms in rows.items()}
        longest_first = sorted(self._rows, key=len, reverse=True)
        edge = [
            rf"(?<![a-z0-9]){re.escape(row)}(?:s|es)?(?![a-z0-9])" if row.isascii() else re.escape(row)
            for row in longest_first
        ]
        self._pattern = re.compile("|".join(edge) or r"(?!)", re.IGNORECASE)

    def terms(self, text: str) -> list[str]:
        """The legal terms for the wordings in a text, in order, each once."""
        found = [term for match in self._pattern.finditer(text) for term in self._look_up(match[0].lower())]
        return list(dict.fromkeys(found))

    def _look_up(self, wording: str) -> tuple[str, ...]:
        for form in (wording, wording.removesuffix("s"), wording.removesuffix("es")):
            if form in self._rows:
                return self._rows[form]
        return ()


@dataclass(frozen=True, slots=True)
class Facet:
    """Something people ask about a case: see the head of `corpus/lexicon/case_facets.yaml`."""

    id: str
    label: str
    label_en: str
    cues: tuple[str, ...]
    cues_en: tuple[str, ...]
    fields: tuple[str, ...]
    sections: tuple[str, ...]

    def asked_in(self, text: str) -> bool:
        """Whether the words of a question ask for it."""
        lowered = text.lower()
        return any(cue in lowered for cue in (*self.cues, *self.cues_en))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists of one corpus folder."""

    english: Phrasebook
    colloquial: Phrasebook
    facets: tuple[Facet, ...]
    terms: frozenset[str]


@lru_cache(maxsize=4)
def load_lexicon(corpus: Path) -> Lexicon:
    """Read the word lists of a corpus folder; an absent file counts as empty."""
    folder = corpus / "lexicon"
    words = folder / "legal_words.txt"
    lines = words.read_text("utf-8").splitlines() if words.exists() else []
    return Lexicon(
        Phrasebook(_read(folder / "english.yaml") or {}),
        Phrasebook(_read(folder / "colloquial.yaml") or {}),
        tuple(_facet(row) for row in _read(folder / "case_facets.yaml") or ()),
        frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#")),
    )


def _read(path: Path) -> Any:
    import yaml

    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else None


def _facet(row: Mapping[str, Any]) -> Facet:
    return Facet(
        row["id"],
        row["label"],
        row["label_en"],
        tuple(row["cues"]),
        tuple(row["cues_en"]),
        tuple(row["fields"]),
        tuple(row["sections"]),
    )
