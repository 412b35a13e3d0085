"""What was found in a running text: a citation, where it stands, and what could not be settled about it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.citation import Citation


class Doubt(StrEnum):
    """Why a mention is not a citation of one held place."""

    UNKNOWN = "unknown"
    """The document is named, and nothing of that name is held."""
    AMBIGUOUS = "ambiguous"
    """More than one document, or more than one antecedent, fits; `candidates` names the documents."""
    NO_ANTECEDENT = "no_antecedent"
    """同法, 前款, 第二款 with nothing before it that it could mean."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One cited place. `start` and `end` count Unicode characters; `raw` is that slice of the text, unchanged.

    `citation` holds the short name where exactly one document fits, else the name as written; it is None only for a
    relative mention whose antecedent is not certain. The parts of a list or a range are mentions of their own; those
    that share one unit (第二、三项) share its span. `relative` is the word that points back (同法, 前款, 第二款), None
    for a mention that stands by itself. `paragraph_implied` marks an item cited without its paragraph
    (第二十四条第（六）项), for which 款 1 was put in. `former` marks 旧 or 原 before the name. `court` is the court
    written in front of a case number, outside the span.
    """

    raw: str
    start: int
    end: int
    citation: Citation | None
    name: str | None = None
    doubt: Doubt | None = None
    candidates: tuple[str, ...] = ()
    relative: str | None = None
    paragraph_implied: bool = False
    former: bool = False
    court: str | None = None
