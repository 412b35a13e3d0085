"""The word lists of the corpus: English and colloquial wordings with their legal terms, and what is asked of a case."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ingest.errors import UnusableInput

# The end of an English wording, or of its plural.
_ENDING = re.compile(r"(?:es|s)?(?![a-z0-9])")


class Phrasebook:
    """Wordings and the legal terms they stand for; the longest wording counts where several overlap.

    >>> Phrasebook({"fair use": ["合理使用"], "use": ["使用"]}).terms("Is it fair use?")
    ['合理使用']
    """

    def __init__(self, rows: Mapping[str, Iterable[str]]) -> None:
        self._rows = {str(wording).lower(): tuple(terms) for wording, terms in rows.items()}
        lengths: dict[str, set[int]] = {}
        for wording in self._rows:
            lengths.setdefault(wording[:2], set()).add(len(wording))
        # By the first two characters: a pattern of all wordings would take a second to compile.
        self._lengths = {head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()}

    def terms(self, text: str) -> list[str]:
        """The legal terms for the wordings in a text, in order, each once; an English wording also in its plural."""
        folded = text.lower().replace("’", "'")
        found: list[str] = []
        at = 0
        while at < len(folded):
            end = self._match(folded, at)
            if end is None:
                at += 1
                continue
            wording, at = end
            found += self._rows[wording]
        return list(dict.fromkeys(found))

    def _match(self, text: str, at: int) -> tuple[str, int] | None:
        """The longest wording that begins here, and where it ends."""
        for size in self._lengths.get(text[at : at + 2], ()):
            wording = text[at : at + size]
            if wording not in self._rows:
                continue
            if not wording[0].isascii():
                return wording, at + size
            ending = _ENDING.match(text, at + size)
            if ending and not (at and text[at - 1].isascii() and text[at - 1].isalnum()):
                return wording, ending.end()
        return None


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
    told_by: tuple[str, ...]

    def asked_in(self, text: str) -> bool:
        """Whether the words of a question ask for it."""
        lowered = text.lower()
        return any(cue in lowered for cue in (*self.cues, *self.cues_en))


@dataclass(frozen=True)
class Lexicon:
    """All word lists of one corpus folder; the English one is long and read when the first English question comes."""

    folder: Path
    colloquial: Phrasebook
    facets: tuple[Facet, ...]
    terms: frozenset[str]
    regional: Mapping[str, str]

    def in_our_words(self, text: str) -> str:
        """A text with the words of Taiwan and Hong Kong put as the laws here have them; its length never changes.

        >>> from rag.settings import Settings
        >>> load_lexicon(Settings().corpus).in_our_words("软体条例里的电脑程式")
        '软件条例里的电脑程序'
        """
        return self._regional.sub(lambda word: self.regional[word[0]], text)

    @cached_property
    def _regional(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(self.regional, key=len, reverse=True)) or "(?!)")

    @cached_property
    def english(self) -> Phrasebook:
        """English wordings and the Chinese terms they stand for."""
        return Phrasebook(_read(self.folder / "english.yaml") or {})


@lru_cache(maxsize=4)
def load_lexicon(corpus: Path) -> Lexicon:
    """Read the word lists of a corpus folder; an absent file counts as empty."""
    folder = corpus / "lexicon"
    words = folder / "legal_words.txt"
    lines = words.read_text("utf-8").splitlines() if words.exists() else []
    return Lexicon(
        folder,
        Phrasebook(_read(folder / "colloquial.yaml") or {}),
        tuple(_facet(row) for row in _read(folder / "case_facets.yaml") or ()),
        frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#")),
        _regional(folder / "regional.yaml"),
    )


def _regional(path: Path) -> dict[str, str]:
    """The rows of `regional.yaml`. Raises UnusableInput for one whose sides differ in length."""
    rows = {str(word): str(ours) for word, ours in (_read(path) or {}).items()}
    if uneven := [word for word, ours in rows.items() if len(word) != len(ours)]:
        raise UnusableInput(f"{path.name}：「{'、'.join(uneven)}」两边长短不一，请补空格使之等长。")
    return rows


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
        tuple(row.get("told_by", ())),
    )
