"""Ingest spread over a cluster: files read and cut into words, and texts embedded, by workers; one process writes.

The files and the model go along with the work: a worker needs neither this machine's folders nor its models.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.errors import UnusableInput
from ingest.load import KnownTitle, KnownTitles
from ingest.readers import SIZE_LIMIT
from rag.cluster import Cluster, Shared
from rag.lexical import WordCutter
from rag.prepare import Prepared, prepare
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.embed import Embedder, Vectors

# Fewer texts are embedded here before they would have reached a worker.
_WORTH_SENDING = 200


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a worker needs to read files: its word lists (None for those it was installed with) and the known titles."""

    cache: Path
    lexicon: Path | None
    words: str
    known: tuple[KnownTitle, ...]


class ClusterReaders:
    """Files read by the workers of a cluster; the counterpart of `rag.prepare.LocalReaders`."""

    def __init__(self, cluster: Cluster, cutter: WordCutter, known: Iterable[KnownTitle]) -> None:
        lexicon = None if cutter.lexicon == _installed_lexicon() else cutter.lexicon
        self.count = cluster.workers
        self._cluster = cluster
        self._setup = cluster.share(_Setup(cutter.cache, lexicon, cutter.fingerprint, tuple(known)))
        self._stopped = False

    def read(self, file: Path) -> Prepared | None:
        """What a worker makes of a file; None where the file cannot be used, whose reader here says so by its path."""
        if self._stopped:
            return None
        try:
            content = file.read_bytes() if file.stat().st_size <= SIZE_LIMIT else None
        except OSError:
            return None
        prepared = None if content is None else self._cluster.call(_read_there, self._setup, file.name, content)
        return prepared if prepared and prepared.document else None

    def stop(self) -> None:
        """Begin no other file."""
        self._stopped = True


class SpreadEmbedder:
    """An `Embedder` whose texts are embedded by the workers of a cluster, with the model that is given."""

    def __init__(self, embedder: "Embedder", cluster: Cluster) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self.fingerprint, self.max_chars = embedder.fingerprint, embedder.max_chars
        self._embedder, self._cluster = embedder, cluster
        self._model = cluster.share(embedder)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """See `Embedder.embed`."""
        if len(texts) < _WORTH_SENDING:
            return self._embedder.embed(texts)
        size = -(-len(texts) // self._cluster.workers)
        parts = ((self._model, list(texts[start : start + size])) for start in range(0, len(texts), size))
        return np.concatenate(list(self._cluster.each(_embed_there, parts)))


# --- the worker's side ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _reading(shared: Shared[_Setup]) -> tuple[WordCutter, KnownTitles]:
    setup = shared.value()
    cutter = WordCutter(setup.cache, setup.lexicon or _installed_lexicon())
    if cutter.fingerprint != setup.words:
        raise UnusableInput("Ray 工作节点上的词表与本机不同。请在每个节点安装相同版本的 Kangbian。")
    return cutter, KnownTitles(setup.known)


def _read_there(shared: Shared[_Setup], name: str, content: bytes) -> Prepared:
    cutter, known = _reading(shared)
    with tempfile.TemporaryDirectory(prefix="kangbian-") as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        return prepare(file, cutter, known)


@lru_cache(maxsize=1)
def _model(shared: "Shared[Embedder]") -> "Embedder":
    return shared.value()


def _embed_there(shared: "Shared[Embedder]", texts: list[str]) -> "Vectors":
    return _model(shared).embed(texts)


def _installed_lexicon() -> Path:
    return Settings().corpus / "lexicon"
