"""Marking one item: the answer read, the gold looked up, every check named. The measures count from this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eval.checks import Check, GoldGroup, check_answer
from eval.dataset import Item
from eval.reading import JudgedCitation, Reading, parse_key, read_answer
from eval.shelf import Shelf
from eval.support import supported
from eval.support_judge import Ruling
from rag import Answer, Citation, Verdict

# The verdicts on a citation that leads nowhere: it cannot meet gold, whatever its key.
_NOWHERE = (Verdict.NOT_IN_CORPUS, Verdict.NONEXISTENT, Verdict.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking: an answer, or the reason why there is none; `latency_ms` is wall time, None if not asked."""

    answer: Answer | None
    error: str | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """An item with everything that was found out about its answer.

    `supported` is one mark for each statement that cites, by the offline method; `rulings` are those of a language model
    on the same statements, None where none was asked.
    """

    item: Item
    outcome: Outcome
    reading: Reading
    groups: tuple[GoldGroup, ...]
    checks: tuple[Check, ...]
    supported: tuple[bool, ...] = ()
    rulings: tuple[Ruling, ...] | None = None

    @property
    def answer(self) -> Answer | None:
        """The answer, None where there is none."""
        return self.outcome.answer

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    def check(self, name: str) -> Check | None:
        """The check of that name; None where the gold does not ask for it."""
        return next((check for check in self.checks if check.name == name), None)

    def pointing(self) -> list[JudgedCitation]:
        """The citations that are weighed against gold: each place once.

        A citation in the running text that only names a listed place at another depth is that place again.
        """
        listed = [judged for judged in self.reading.citations if judged.listed]
        again = [
            judged
            for judged in self.reading.citations
            if not judged.listed and not any(_same_place(judged.citation, other.citation) for other in listed)
        ]
        return [*listed, *again]


def mark(item: Item, outcome: Outcome, shelf: Shelf, rulings: tuple[Ruling, ...] | None = None) -> Marked:
    """Read the answer of an item and check it against the gold; `rulings` are kept as they are."""
    answer = outcome.answer
    day = item.as_of or (answer.as_of if answer else date.today())
    reading = read_answer(answer, told(item), shelf, day) if answer else Reading()
    cited = [judged.citation for judged in reading.citations if judged.verdict not in _NOWHERE]
    groups = tuple(_group(keys, cited, shelf, day) for keys in item.gold.citations)
    follows = tuple(supported(answer, shelf)) if answer else ()
    return Marked(item, outcome, reading, groups, tuple(check_answer(answer, item.gold, groups)), follows, rulings)


def told(item: Item) -> str:
    """All that the user said: the turns before, and the question."""
    return "\n".join([*(turn.content for turn in item.history), item.question])


def unheld_gold(item: Item, shelf: Shelf) -> list[str]:
    """The gold keys of an item that are not held; they can only be missed."""
    day = item.as_of or date.today()
    return [key for keys in item.gold.citations for key in keys if _held(key, shelf, day) is None]


def _group(keys: tuple[str, ...], cited: Sequence[Citation], shelf: Shelf, day: date) -> GoldGroup:
    held = tuple(citation for key in keys if (citation := _held(key, shelf, day)))
    return GoldGroup(keys, held, any(key.contains(citation) for key in held for citation in cited))


def _held(key: str, shelf: Shelf, day: date) -> Citation | None:
    """The normal form of a gold key, in the version in force; None when no such place is held."""
    citation = shelf.normal(parse_key(key), day)
    return citation if shelf.exists(citation) else None


def _same_place(one: Citation, other: Citation) -> bool:
    return one.contains(other) or other.contains(one)
