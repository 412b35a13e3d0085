"""BM25 by bm25s over the words that jieba cuts, both as they come: the usual baseline for Chinese retrieval."""

from collections.abc import Iterable
from pathlib import Path

import jieba
from bm25s import BM25

from eval.baselines import Progress
from eval.baselines.words import counted, cut
from rag import PassageText


class Bm25sSystem:
    """bm25s with its default formula and parameters; title and text are one document."""

    def __init__(self) -> None:
        jieba.setLogLevel("ERROR")
        jieba.initialize()
        self._engine = BM25()
        self._ids: list[str] = []

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Progress) -> None:
        """See `System.build`."""
        words = []
        for passage in counted(passages, progress):
            self._ids.append(passage.id)
            words.append(cut(f"{passage.title}\n{passage.text}"))
        self._engine.index(words, show_progress=False)
        self._engine.save(folder, show_progress=False)

    def search(self, query: str, k: int) -> list[str]:
        """See `System.search`. A word that no passage has tells nothing; what scores 0 is no result."""
        known = [word for word in cut(query) if word in self._engine.vocab_dict]
        if not known:
            return []
        rows, scores = self._engine.retrieve([known], k=min(k, len(self._ids)), show_progress=False)
        return [self._ids[row] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]
