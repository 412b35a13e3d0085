"""The editor's notes: where the commentary is wrong or out of date, `corpus/commentary/editor_notes.yaml`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.citation import Citation


@dataclass(frozen=True, slots=True)
class EditorNote:
    """A note on paragraphs of the commentary: `verdict` in a word (错误, 已过时), `note` in full, `citations` to show why."""

    id: str
    targets: tuple[Citation, ...]
    verdict: str
    note: str
    citations: tuple[Citation, ...]
    confidence: str

    def is_on(self, citation: Citation) -> bool:
        """Whether the note belongs to a paragraph, or to one inside the place."""
        return any(target.contains(citation) or citation.contains(target) for target in self.targets)


@lru_cache(maxsize=4)
def load_editor_notes(corpus: Path) -> tuple[EditorNote, ...]:
    """The notes of a corpus folder; an absent file gives none."""
    import yaml

    path = corpus / "commentary" / "editor_notes.yaml"
    rows = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else []
    return tuple(
        EditorNote(
            row["id"],
            _citations(row["target"]),
            row["verdict"],
            row["note"].strip(),
            _citations(row["citations"]),
            row["confidence"],
        )
        for row in rows
    )


def _citations(keys: Iterable[str]) -> tuple[Citation, ...]:
    return tuple(Citation.parse(key) for key in keys)
