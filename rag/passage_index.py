"""An index of bare passages in a folder of its own: what `kangbian eval retrieval` measures.

The passages have an id, a title and a text, and no citation: nothing is known of them but their words. They are found and
ranked as those of the corpus are.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from ingest.errors import IndexMismatch, UnusableInput
from rag.embed import Embedder, load_embedder
from rag.lexical import IndexedPassage, Lexical, WordCutter
from rag.ranker import Ranker
from rag.ranking import NEAREST
from rag.settings import Settings
from rag.store import disk
from rag.vectors import VectorRecord, Vectors
from rag.writer import FORMAT, Progress, silent

_MANIFEST = "passages.json"
_BATCH = 4000


@dataclass(frozen=True, slots=True)
class PassageText:
    """One passage: `id` is opaque and unique in an index, `title` may be empty."""

    id: str
    title: str
    text: str


@dataclass(slots=True)
class PassageIndex:
    """Passages on disk, ranked by their words and their meaning.

        index = PassageIndex.build(folder, [PassageText("1", "著作权法", "为保护作者的著作权……")])
        index.rank("保护作者")    # [("1", 1.0)]

    `folder` is complete or holds no index; `ids` are those of the passages, in the order in which they came.
    """

    folder: Path
    ids: Sequence[str]
    _embedder: Embedder
    _cutter: WordCutter
    _lexical: Lexical
    _vectors: Vectors
    _ranker: Ranker

    @classmethod
    def build(
        cls,
        folder: Path,
        passages: Iterable[PassageText],
        settings: Settings | None = None,
        progress: Progress = silent,
    ) -> "PassageIndex":
        """Index passages into `folder`, which is made, and emptied where it held an index.

        Raises UnusableInput for a folder with other things in it, for two passages with one id and for none at all,
        ServiceFailure when the disk fails.
        """
        settings = settings or Settings.from_env()
        if folder.exists() and any(folder.iterdir()) and not (folder / _MANIFEST).is_file():
            raise UnusableInput(f"「{folder}」不是空文件夹，也不是段落索引。请换一个文件夹。")
        with disk(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        index = cls._at(folder, (), load_embedder(settings.embed_model), settings)
        ids: list[str] = []
        index._lexical.build(index._written(passages, ids, progress))
        if len(set(ids)) != len(ids) or not ids:
            raise UnusableInput("没有段落可供索引。" if not ids else "两个段落的 id 相同。")
        made = {"embedder": index._embedder.fingerprint, "words": index._cutter.fingerprint}
        with disk(folder):
            unfinished = folder / f".{_MANIFEST}.{os.getpid()}"
            unfinished.write_text(json.dumps({"format": FORMAT, **made, "ids": ids}, ensure_ascii=False), "utf-8")
            unfinished.replace(folder / _MANIFEST)
        index.ids = ids
        return index

    @classmethod
    def open(cls, folder: Path, settings: Settings | None = None) -> "PassageIndex":
        """Open what `build` made. Raises UnusableInput where there is none, IndexMismatch when another model made it."""
        settings = settings or Settings.from_env()
        try:
            manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            raise UnusableInput(f"「{folder}」中没有段落索引。请先建立索引。") from None
        index = cls._at(folder, manifest["ids"], load_embedder(settings.embed_model), settings)
        made = manifest["format"], manifest["embedder"], manifest["words"]
        if made != (FORMAT, index._embedder.fingerprint, index._cutter.fingerprint):
            raise IndexMismatch(
                f"「{folder}」中的段落索引出自另一个向量模型或版本。请换一个文件夹，或删除它后重新建立。"
            )
        return index

    def rank(self, query: str, k: int = 100) -> list[tuple[str, float]]:
        """The `k` best passages as (id, score), best first, each once; fewer where fewer have to do with the query."""
        vector = self._embedder.embed([query])[0]
        nearest = self._vectors.nearest(vector, min(max(NEAREST, k), len(self.ids)))
        rows = np.array([int(row) for row, _ in nearest], dtype=np.int64)
        cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
        words = self._cutter.words(query)
        ranked, scores = self._ranker.rank(vector, words, rows, cosines, self._lexical)
        return [(self.ids[row], float(score)) for row, score in zip(ranked[:k].tolist(), scores[:k], strict=True)]

    def _written(self, passages: Iterable[PassageText], ids: list[str], progress: Progress) -> Iterator[IndexedPassage]:
        """Write the vectors of the passages, batch by batch, and hand on what the word index takes."""
        iterator = iter(passages)
        # Chroma stores one batch while the words of the same batch are cut.
        with ThreadPoolExecutor(max_workers=1) as thread:
            writing: Future[None] | None = None
            while batch := list(islice(iterator, _BATCH)):
                texts = [f"{passage.title}\n{passage.text}" for passage in batch]
                first = len(ids)
                ids += [passage.id for passage in batch]
                vectors = self._embedder.embed(texts)
                if writing:
                    writing.result()
                records = [VectorRecord(str(first + number), vector, "", "") for number, vector in enumerate(vectors)]
                writing = thread.submit(self._vectors.write, records)
                for number, (passage, text) in enumerate(zip(batch, texts, strict=True)):
                    words = " ".join(self._cutter.words(text))
                    yield IndexedPassage(0, first + number, words, passage.title, passage.text)
                progress(len(ids), len(ids), "passages")
            if writing:
                writing.result()

    @classmethod
    def _at(cls, folder: Path, ids: Sequence[str], embedder: Embedder, settings: Settings) -> "PassageIndex":
        cutter = WordCutter(settings.home / "cache", settings.corpus / "lexicon")
        lexical = Lexical(folder / "words" / "1")
        return cls(folder, ids, embedder, cutter, lexical, Vectors(folder / "vectors", "passages"), Ranker.of(embedder))
