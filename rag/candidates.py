"""The candidates for a question: what three ways of finding bring, with all that is known of each.

What the index keeps of a passage beside its words: the hash of its words (to know an answer again), the number of its
document and its length.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.known_questions import KnownQuestions, Votes, answer_hash
from rag.ranking import NEAREST, WORDS, Floats, Signals

_FILE = "columns.npz"
_NO_VOTES = Votes(np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry a passage: `law` the number of its document, `length` in characters. `answers` are the hashes of the
    words of all passages in ascending order, `order` the rows that they belong to."""

    answers: npt.NDArray[np.uint64]
    order: npt.NDArray[np.int64]
    law: npt.NDArray[np.int32]
    length: npt.NDArray[np.int32]

    @classmethod
    def of(cls, passages: Iterable[tuple[str, str]]) -> "Columns":
        """From (name of the document, text) of each passage, in order."""
        numbers: dict[str, int] = {}
        answers, law, length = [], [], []
        for document, text in passages:
            answers.append(answer_hash(text))
            law.append(numbers.setdefault(document, len(numbers)))
            length.append(len(text))
        hashes = np.array(answers, dtype=np.uint64)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], order, np.array(law, np.int32), np.array(length, np.int32))

    @classmethod
    def load(cls, folder: Path) -> "Columns":
        """Those saved in a folder."""
        with np.load(folder / _FILE) as content:
            return cls(content["answers"], content["order"], content["law"], content["length"])

    def save(self, folder: Path) -> None:
        """Write them into a folder."""
        np.savez(folder / _FILE, answers=self.answers, order=self.order, law=self.law, length=self.length)

    def holding(self, hashes: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The rows whose words have one of these hashes, and for each the position of that hash."""
        low, high = np.searchsorted(self.answers, hashes, "left"), np.searchsorted(self.answers, hashes, "right")
        counts = high - low
        position = np.repeat(np.arange(len(hashes)), counts)
        inside = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.order[low[position] + inside], position


@dataclass(frozen=True, slots=True)
class Asked:
    """How often each row (`row`) and the document around it (`law`) answers a known question, as logarithms.

    People ask about few passages of few laws; that a passage was never asked about says something of it too.
    """

    row: Floats
    law: Floats

    @classmethod
    def of(cls, columns: Columns, known: KnownQuestions | None) -> "Asked":
        """Counted over the rows of an index; all alike where no question is known."""
        counts = np.zeros(len(columns.law), dtype=np.float32)
        if known is not None:
            answers, times = np.unique(known.answers, return_counts=True)
            rows, which = columns.holding(answers)
            counts[rows] = times[which]
        size = np.bincount(columns.law)
        share = (np.bincount(columns.law, counts) + 0.05) / (size + 5)
        popular = (np.log(share) / 5).astype(np.float32)
        return cls((np.log1p(counts) / 3).astype(np.float32), popular[columns.law])


def gather(
    columns: Columns,
    asked: Asked,
    nearest: npt.NDArray[np.int64],
    cosines: Floats,
    words: Floats,
    votes: Votes | None,
    wide: bool = False,
) -> tuple[npt.NDArray[np.int64], Signals]:
    """The rows of all candidates in ascending order, and what is known of them.

    `nearest` are rows with their `cosines`; `words` the BM25 scores of all rows; `votes` those of the known questions, `asked` how often each row answers one; with `wide` ten times as many are taken by their words.
    """
    votes = votes or _NO_VOTES
    spoken = _best(words, 10 * WORDS if wide else WORDS)
    known, which = columns.holding(votes.answers)
    rows = np.unique(np.concatenate([nearest[:NEAREST], spoken, known])).astype(np.int64)
    # What is not among the nearest is at best as near as the last of them.
    cosine = np.full(len(rows), cosines.min(initial=1.0) if len(cosines) else 0.0, dtype=np.float32)
    inside = np.isin(nearest, rows)
    cosine[np.searchsorted(rows, nearest[inside])] = cosines[inside]
    best, total = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    places = np.searchsorted(rows, known)
    best[places], total[places] = votes.best[which], votes.total[which]
    law, length = columns.law[rows], columns.length[rows]
    return rows, Signals(cosine, words[rows], best, total, law, length, asked.row[rows], asked.law[rows])


def _best(scores: Floats, count: int) -> npt.NDArray[np.int64]:
    """The rows with the `count` highest scores above 0."""
    found = np.flatnonzero(scores > 0)
    top = np.argpartition(-scores[found], count)[:count] if len(found) > count else slice(None)
    return found[top].astype(np.int64)
