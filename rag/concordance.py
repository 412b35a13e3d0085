"""Article numbers across the versions of a law, by number and topic: `corpus/concordance.yaml`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.citation import Citation


@dataclass(frozen=True, slots=True)
class Renumbering:
    """One row: what stood at `old` stands at `new` now. Either is None where an article was added or dropped.

    `topic` says in our words what the article is about, `cues` are words that give the topic away in a text.
    """

    law: str
    kind: str
    old: Citation | None
    new: Citation | None
    topic: str
    cues: tuple[str, ...]

    @property
    def moved(self) -> bool:
        """Whether the number changed."""
        return self.old is not None and self.new is not None and self.old.path != self.new.path

    def is_told_by(self, text: str) -> int:
        """How many of the topic's words the text holds."""
        return sum(word in text for word in {self.topic, *self.cues})


class Concordance:
    """All rows, looked up by old or new number.

    >>> rows = [{"law": "著作权法", "kind": "moved", "from": {"version": "2010", "article": "22"},
    ...          "to": {"version": "2020", "article": "24"}, "topic": "合理使用"}]
    >>> Concordance(rows).since("著作权法", "22")[0].new
    Citation(document='著作权法', version='2020', path=('24',))
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows = tuple(_row(row) for row in rows)

    def since(self, law: str, article: str) -> list[Renumbering]:
        """The rows of whole articles whose old number is `article`."""
        return [row for row in self.rows if row.law == law and row.old and row.old.path == (article,)]

    def before(self, law: str, article: str) -> list[Renumbering]:
        """The rows of whole articles whose new number is `article`."""
        return [row for row in self.rows if row.law == law and row.new and row.new.path == (article,)]

    def deepened(self, row: Renumbering, path: tuple[str, ...]) -> Renumbering:
        """A row of a whole article carried down to a paragraph or item: by its own row, else by the same numbers."""
        exact = next((part for part in self.rows if part.law == row.law and part.old and part.old.path == path), None)
        if exact or row.old is None or row.new is None:
            return exact or row
        return replace(row, old=row.old.at(*path), new=row.new.at(row.new.path[0], *path[1:]))

    def old_version(self, law: str) -> str | None:
        """The version whose numbers the rows translate, such as 2010; None for a law without rows."""
        return next((row.old.version for row in self.rows if row.law == law and row.old), None)


@lru_cache(maxsize=4)
def load_concordance(corpus: Path) -> Concordance:
    """The concordance of a corpus folder; an absent file gives an empty one."""
    import yaml

    path = corpus / "concordance.yaml"
    return Concordance(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else [])


def _row(row: Mapping[str, Any]) -> Renumbering:
    law = str(row["law"])
    return Renumbering(
        law,
        str(row.get("kind", "")),
        _place(law, row.get("from")),
        _place(law, row.get("to")),
        str(row.get("topic", "")),
        tuple(str(cue) for cue in row.get("cues") or ()),
    )


def _place(law: str, place: Mapping[str, Any] | None) -> Citation | None:
    if not place:
        return None
    path = tuple(str(place[level]) for level in ("article", "paragraph", "item") if place.get(level))
    return Citation(law, str(place["version"]), path)
