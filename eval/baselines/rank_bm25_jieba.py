"""BM25 by rank_bm25, which many tutorials use: plain Python over every passage at every query."""

import pickle
from collections.abc import Iterable
from pathlib import Path

import jieba
import numpy as np
from rank_bm25 import BM25Okapi

from eval.baselines import Progress
from eval.baselines.words import counted, cut
from rag import PassageText, ServiceFailure


class RankBm25System:
    """`BM25Okapi` with its default parameters over jieba's words; it is kept on disk as a pickle, having no form of its own."""

    def __init__(self) -> None:
        jieba.setLogLevel("ERROR")
        jieba.initialize()
        self._engine: BM25Okapi | None = None
        self._ids: list[str] = []

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Progress) -> None:
        """See `System.build`."""
        words = []
        for passage in counted(passages, progress):
            self._ids.append(passage.id)
            words.append(cut(f"{passage.title}\n{passage.text}"))
        self._engine = BM25Okapi(words)
        with (folder / "index.pickle").open("wb") as file:
            pickle.dump((self._ids, self._engine), file)

    def search(self, query: str, k: int) -> list[str]:
        """See `System.search`."""
        if self._engine is None:
            raise ServiceFailure("索引尚未建立。")
        scores = np.asarray(self._engine.get_scores(cut(query)))
        best = np.argsort(-scores, kind="stable")[:k]
        return [self._ids[row] for row in best if scores[row] > 0]
