"""What the model may write from: the places that the checked statements rest on, numbered, and those statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from rag.answer import Statement
from rag.injection import separate_instructions
from rag.library import HeldPlace, Library
from rag.provision import title_of, words_of
from rag.verify import Admitted, is_ours

# Characters of one place and of all: a model of 32,000 tokens reads them with the rules and the question.
_LONGEST_PLACE = 1_200
_LONGEST_WHOLE = 14_000
_MOST_PLACES = 24


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One place: its number, key and heading, its words, whether they may be quoted, and what was already said from it.

    Instructions inside the words are blanked out: what a document orders is no evidence of anything.
    """

    number: int
    citation: Citation
    title: str
    text: str
    quotable: bool
    points: tuple[str, ...]

    @property
    def key(self) -> str:
        """The citation key."""
        return str(self.citation)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the model gets to see beside the rules: the question, the exhibits, the checked statements."""

    question: str
    exhibits: tuple[Exhibit, ...]
    statements: tuple[Statement, ...]

    def numbered(self, number: int) -> Exhibit | None:
        """The exhibit of a number; None where none has it."""
        return self.exhibits[number - 1] if 0 < number <= len(self.exhibits) else None

    def written_out(self) -> str:
        """The evidence as the model reads it."""
        numbers = {exhibit.key: exhibit.number for exhibit in self.exhibits}
        parts = ["<证据>"]
        for exhibit in self.exhibits:
            label = "原文" if exhibit.quotable else "摘要"
            parts.append(f"[{exhibit.number}] {exhibit.title}（{label}，{exhibit.key}）\n{exhibit.text}")
        parts.append("</证据>\n<已核对的要点>")
        for statement in self.statements:
            marks = "".join(f"[{numbers[key]}]" for key in statement.citations if key in numbers)
            if marks:
                parts.append(f"- {' '.join(statement.text.split())[:_LONGEST_PLACE]}{marks}")
        parts.append(f"</已核对的要点>\n<问题>\n{self.question}\n</问题>")
        return "\n".join(parts)


def gather(question: str, admitted: Admitted, library: Library, day: date) -> Evidence:
    """Number the sources of the admitted statements, in the order of first use, as many as a prompt holds."""
    exhibits: list[Exhibit] = []
    room = _LONGEST_WHOLE
    for key in admitted.sources:
        place = library.place(Citation.parse(key), day)
        if place is None or len(exhibits) == _MOST_PLACES or room <= 0:
            continue
        words = f"{_lead(place, library, day)}{words_of(place)}"
        text = separate_instructions(words).text.strip()[: min(_LONGEST_PLACE, room)]
        room -= len(text)
        points = tuple(statement.text for statement in admitted.statements if key in statement.citations)
        exhibits.append(Exhibit(len(exhibits) + 1, place.citation, title_of(place), text, not is_ours(place), points))
    return Evidence(question, tuple(exhibits), tuple(_within(admitted.statements, exhibits)))


def _lead(place: HeldPlace, library: Library, day: date) -> str:
    """The words that introduce the list in which an item stands: they belong to each of its items."""
    if len(place.citation.path) < 3 or place.kind is not Kind.STATUTE:
        return ""
    paragraph = library.place(place.citation.at(*place.citation.path[:2]), day)
    lead = paragraph.text.split("\n", 1)[0].strip() if paragraph else ""
    return f"{lead}\n" if lead.endswith(("：", ":")) else ""


def _within(statements: Sequence[Statement], exhibits: Sequence[Exhibit]) -> list[Statement]:
    keys = {exhibit.key for exhibit in exhibits}
    return [statement for statement in statements if keys.intersection(statement.citations)]
