"""Documents, passages and places: what the parsers produce and everything else reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ingest.citation import Citation


class Kind(StrEnum):
    """What a document is; the `source_kind` of every citation."""

    STATUTE = "statute"
    JUDGMENT = "judgment"
    JUDGMENT_DIGEST = "judgment_digest"
    COMMENTARY = "commentary"
    NOTE = "note"


class Role(StrEnum):
    """What a passage does in its document. Only ARTICLE, PARAGRAPH and FOOTNOTE are searched and cited."""

    TITLE = "title"
    HEADING = "heading"
    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    FOOTNOTE = "footnote"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A citable span: an article, a paragraph (款), an item (项), a subitem (目), a numbered paragraph.

    `start` and `end` count Unicode characters from the start of `Document.text`; `text` is that slice, stripped.
    """

    citation: Citation
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of the partition of a document: the pieces joined give the text back.

    `citation` is None for pieces that cannot be cited (titles, headings, blank runs). `headings` holds the titles
    above it, outermost first (编, 章, 节). `places` are the citable spans inside, outermost first; the first one is
    the passage itself when it can be cited.
    """

    citation: Citation | None
    start: int
    end: int
    text: str
    role: Role
    headings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document. `meta` is its front matter (corpus files) or what the reader could tell from the file.

    Invariant, tested on every file of the corpus: `"".join(p.text for p in passages) == text`.
    """

    citation: Citation
    kind: Kind
    title: str
    text: str
    passages: tuple[Passage, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
