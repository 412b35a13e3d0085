"""The word index: BM25 (bm25s) over the words that jieba cuts, with the legal dictionary of the corpus, and beside it
what the ranking wants to know of each passage (rag/candidates.py).

One index ranks the built-in passages and those of a workspace together, because the scores of two indexes cannot be
compared. It is saved under a name that says what it was made from, in a folder that appears whole or not at all.
"""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.script import fold
from rag.candidates import Columns
from rag.store import disk

if TYPE_CHECKING:
    from bm25s import BM25

_K1, _B = 1.2, 0.75
_ROW_CODE = np.array([1 << 40, 1], dtype=np.int64)  # (unit, passage id) as one number


@dataclass(slots=True)
class WordCutter:
    """Cuts text into the words that are indexed; long words also yield the words inside them.

    `cache` is the folder for jieba's dictionary cache; `lexicon` holds legal_words.txt and stop_words.txt, one word a
    line, `#` before a comment.
    """

    cache: Path
    lexicon: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _jieba: Any = field(default=None, repr=False)
    _stop_words: frozenset[str] = field(default=frozenset(), repr=False)

    def words(self, text: str) -> list[str]:
        """The words of a text in order, folded to one script, without marks and stop words."""
        cut = self._cutter().cut_for_search(fold(text), HMM=False)
        return [word for word in cut if word not in self._stop_words and word.strip("_").isalnum()]

    def people(self, text: str) -> list[str]:
        """The names of people in a text, as jieba tags them; a name too many is more likely than one too few."""
        from jieba.posseg import POSTokenizer

        return [word.word for word in POSTokenizer(self._cutter()).cut(text) if word.flag.startswith("nr")]

    @property
    def fingerprint(self) -> str:
        """Tells one pair of word lists from another."""
        return sha256(
            "\n".join([*self._list("legal_words.txt"), "", *self._list("stop_words.txt")]).encode()
        ).hexdigest()

    def _cutter(self) -> Any:
        with self._lock:
            if self._jieba is None:
                import jieba

                jieba.setLogLevel("ERROR")
                cutter = jieba.Tokenizer()
                with disk(self.cache):
                    self.cache.mkdir(parents=True, exist_ok=True)
                cutter.tmp_dir = str(self.cache)
                cutter.initialize()
                for term in self._list("legal_words.txt"):
                    cutter.add_word(term)
                self._stop_words = frozenset(self._list("stop_words.txt"))
                self._jieba = cutter
            return self._jieba

    def _list(self, name: str) -> list[str]:
        file = self.lexicon / name
        lines = file.read_text("utf-8").splitlines() if file.is_file() else []
        return [fold(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What is indexed of one passage: `unit` and `passage` id say which it is, `words` are joined by spaces,
    `document` tells the passages of one document from those of others."""

    unit: int
    passage: int
    words: str
    document: str
    text: str


@dataclass(slots=True)
class Lexical:
    """A saved word index: `folder` is complete or absent.

    A row stands for a passage, (unit, passage id): unit 0 is the built-in corpus, 1 the workspace. Rows are in that
    order.
    """

    folder: Path
    _opened: "tuple[BM25, NDArray[np.int64], Columns] | None" = field(default=None, repr=False)

    @property
    def exists(self) -> bool:
        """Whether the index has been saved."""
        return (self.folder / "rows.npy").is_file()

    def build(self, passages: Iterable[IndexedPassage]) -> None:
        """Index passages, in ascending order of unit and id, and remove the indexes saved beside this one.

        Raises ServiceFailure when the disk does not take it; the former index is then still there.
        """
        from bm25s import BM25

        owners: list[tuple[int, int]] = []
        words: list[list[str]] = []
        # One string for a word, however often it occurs: the words of a large collection would not fit otherwise.
        vocabulary: dict[str, str] = {}

        def read() -> Iterator[tuple[str, str]]:
            for one in passages:
                owners.append((one.unit, one.passage))
                words.append([vocabulary.setdefault(word, word) for word in one.words.split()])
                yield one.document, one.text

        columns = Columns.of(read())
        engine = BM25(k1=_K1, b=_B)
        if any(words):
            engine.index(words, show_progress=False)
        parent = self.folder.parent
        unfinished = parent / f".{self.folder.name}.{os.getpid()}"
        with disk(parent):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            try:
                if any(words):
                    engine.save(unfinished, show_progress=False)
                columns.save(unfinished)
                np.save(unfinished / "rows.npy", np.array(owners, dtype=np.int64).reshape(-1, 2))
                if not self.exists:
                    unfinished.replace(self.folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        for other in parent.iterdir():
            if other != self.folder and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)

    def scores(self, words: list[str]) -> "NDArray[np.float32]":
        """The BM25 score of every row, 0 where none of the words occurs."""
        engine, rows, _ = self._open()
        known = [word for word in dict.fromkeys(words) if word in engine.vocab_dict] if len(rows) else []
        if not known:
            return np.zeros(len(rows), dtype=np.float32)
        scores: NDArray[np.float32] = engine.get_scores(known)
        return scores

    def search(
        self, words: list[str], k: int, within: "NDArray[np.int64] | None" = None
    ) -> list[tuple[int, int, float]]:
        """The `k` best (unit, passage id, score), best first; passages without any of the words are left out.

        `within` limits the search to these rows, an array of (unit, passage id).
        """
        rows = self.rows
        scores = self.scores(words)
        if within is not None:
            asked = np.isin(rows @ _ROW_CODE, within @ _ROW_CODE)
            scores = np.where(asked, scores, 0)
        best = np.argpartition(-scores, k)[:k] if k < len(scores) else np.arange(len(scores))
        ranked = best[np.argsort(-scores[best], kind="stable")]
        return [(int(rows[i, 0]), int(rows[i, 1]), float(scores[i])) for i in ranked if scores[i] > 0]

    @property
    def rows(self) -> "NDArray[np.int64]":
        """(Unit, passage id) of every row, shape (rows, 2)."""
        return self._open()[1]

    @property
    def columns(self) -> Columns:
        """What the ranking wants to know of every row."""
        return self._open()[2]

    def locate(self, passages: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The rows of these (unit, passage id), shape (n, 2); -1 for one that is not indexed."""
        codes, asked = self.rows @ _ROW_CODE, passages @ _ROW_CODE
        if not len(codes):
            return np.full(len(asked), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
        return np.where(codes[found] == asked, found, -1)

    def count(self) -> int:
        """How many passages are indexed."""
        return len(self.rows)

    def _open(self) -> "tuple[BM25, NDArray[np.int64], Columns]":
        if self._opened is None:
            from bm25s import BM25

            with disk(self.folder):
                rows: NDArray[np.int64] = np.load(self.folder / "rows.npy")
                saved = (self.folder / "params.index.json").is_file()
                engine = BM25.load(self.folder, mmap=True, show_progress=False) if saved else BM25()
                self._opened = engine, rows, Columns.load(self.folder)
        return self._opened
