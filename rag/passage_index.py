"""An index of bare passages in a folder of its own: what `kangbian eval retrieval` measures.

The passages have an id, a title and a text, and no citation: nothing is known of them but their words. They are ranked by
the same words, the same embedding and the same fusion as the corpus.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.errors import IndexMismatch, UnusableInput
from rag.embed import Embedder, load_embedder
from rag.lexical import Lexical, WordCutter
from rag.settings import Settings
from rag.store import disk
from rag.vectors import VectorRecord, Vectors
from rag.writer import FORMAT, Progress, silent

_MANIFEST = "passages.json"
_BATCH = 2000
_DEPTH = 200
_DENSE_WEIGHT, _LEXICAL_WEIGHT = 0.7, 0.3


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
        embedder = load_embedder(settings.embed_model)
        index = cls._at(folder, (), embedder, settings)
        ids: list[str] = []
        rows: list[tuple[int, int, str]] = []
        iterator = iter(passages)
        while batch := list(islice(iterator, _BATCH)):
            texts = [f"{passage.title}\n{passage.text}" for passage in batch]
            first = len(ids)
            ids += [passage.id for passage in batch]
            rows += [(0, first + number, " ".join(index._cutter.words(text))) for number, text in enumerate(texts)]
            index._vectors.write(_records(first, embedder, texts))
            progress(len(ids), len(ids), "passages")
        if len(set(ids)) != len(ids) or not ids:
            raise UnusableInput("没有段落可供索引。" if not ids else "两个段落的 id 相同。")
        index._lexical.build(rows)
        manifest = {"format": FORMAT, "embedder": embedder.fingerprint, "words": index._cutter.fingerprint, "ids": ids}
        with disk(folder):
            unfinished = folder / f".{_MANIFEST}.{os.getpid()}"
            unfinished.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
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
        embedder = load_embedder(settings.embed_model)
        index = cls._at(folder, manifest["ids"], embedder, settings)
        made = manifest["format"], manifest["embedder"], manifest["words"]
        if made != (FORMAT, embedder.fingerprint, index._cutter.fingerprint):
            raise IndexMismatch(
                f"「{folder}」中的段落索引出自另一个向量模型或版本。请换一个文件夹，或删除它后重新建立。"
            )
        return index

    def rank(self, query: str, k: int = 100) -> list[tuple[str, float]]:
        """The `k` best passages as (id, score), best first, each once; fewer where fewer have to do with the query."""
        depth = max(_DEPTH, k)
        words = self._lexical.search(self._cutter.words(query), depth)
        nearest = self._vectors.nearest(self._embedder.embed([query])[0], min(depth, len(self.ids)))
        scores: dict[int, float] = {}
        _add(scores, [(row, score) for _, row, score in words], _LEXICAL_WEIGHT)
        _add(scores, [(int(row), score) for row, score in nearest], _DENSE_WEIGHT)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]
        return [(self.ids[row], score) for row, score in ranked]

    @classmethod
    def _at(cls, folder: Path, ids: Sequence[str], embedder: Embedder, settings: Settings) -> "PassageIndex":
        cutter = WordCutter(settings.home / "cache", settings.corpus / "lexicon")
        return cls(
            folder, ids, embedder, cutter, Lexical(folder / "words" / "1"), Vectors(folder / "vectors", "passages")
        )


def _records(first: int, embedder: Embedder, texts: Sequence[str]) -> Iterator[VectorRecord]:
    for number, (text, vector) in enumerate(zip(texts, embedder.embed(texts), strict=True), first):
        yield VectorRecord(str(number), text, vector, {"row": number})


def _add(scores: dict[int, float], ranking: Sequence[tuple[int, float]], weight: float) -> None:
    """Add what a ranking says, its scores stretched so that the best is 1 and the worst 0."""
    if not ranking:
        return
    best, worst = ranking[0][1], ranking[-1][1]
    for row, score in ranking:
        scores[row] = scores.get(row, 0.0) + weight * ((score - worst) / (best - worst) if best > worst else 1.0)
