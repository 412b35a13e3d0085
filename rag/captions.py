"""Captions of provisions and the words people look for them with: `corpus/statutes/captions.yaml`.

The law seldom uses the words in which it is asked about: no article says 避风港 or 法定赔偿. Captions are ours, not law:
they are searched, never quoted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ingest.citation import Citation


@dataclass(frozen=True, slots=True)
class Captions:
    """The words of every captioned place, by the key of its article without a version.

    >>> Captions({"著作权法/54": ["侵权赔偿数额 法定赔偿"]}).of(Citation.parse("著作权法@2020/54"))
    '侵权赔偿数额 法定赔偿'
    """

    rows: Mapping[str, list[str]] = field(default_factory=dict)

    def of(self, citation: Citation) -> str:
        """All caption words of an article and of the places inside it; empty for anything without a caption."""
        return " ".join(self.rows.get(f"{citation.document}/{citation.path[0]}", ())) if citation.path else ""


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
    return Captions(rows)


def _joined(caption: str, words: Iterable[str]) -> str:
    return " ".join((caption, *map(str, words)))
