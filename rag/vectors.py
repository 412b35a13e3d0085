"""The vectors of one index unit, in Chroma, which is imported where it is used.

Every vector carries the citation key as its id (with the tail of a split passage) and two words of metadata to filter by:
`document`, the short name, and `kind`. Chroma stores a row for every word of metadata and indexes every text by its
trigrams, which took two thirds of the time of writing; texts and titles are in the store beside it.

On a server the collection says which model made its vectors, and only who writes makes a collection: one that is missing
reads as empty.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IndexMismatch, KangbianError, ServiceFailure
from rag.chroma import ChromaClient, ChromaServer, embedded_client, server_client
from rag.store import disk

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import QueryResult

_T = TypeVar("_T")

# Chroma takes at most 5,461 items in a call, and a sixth of a second for a call whatever its size.
_BATCH = 5000
# Numbers in a call to a server, which by default refuses more than 40 MB; a number takes some twenty characters.
_SENT = 1_000_000
# Measured on 58,000 articles: the ten nearest are found to 0.9925, the hundred nearest to 0.996. A graph built from 200
# candidates instead of 100 finds 0.993 and 0.997, and takes 1.7 times as long to build.
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200}}

# One client for a folder or a server in a process: Chroma shares the engine beneath a folder, so two of ours could not
# be refreshed independently.
_clients: dict[Path | ChromaServer, ChromaClient] = {}
_clients_lock = threading.RLock()
# Held while this process writes, so that no other thread of it closes the client in the middle.
_writing = threading.RLock()


@dataclass(frozen=True, slots=True)
class VectorRecord:
    """One vector to write: `vector` has the dimension of the model and length 1."""

    id: str
    vector: NDArray[np.float32]
    document: str
    kind: str


@dataclass(slots=True)
class Vectors:
    """The vector collection of one unit.

    `folder` is that of the embedded Chroma; `server`, where there is one, wins; `name` the collection (3 to 63 ASCII
    characters). `maker` is the fingerprint of the model whose vectors these are, empty where nothing is to be compared;
    `workspace` the name under which the user's own passages are found again, empty for the built-in ones. `mend` is
    called when a query finds no collection, and the query is then asked once more.

    Every method raises ServiceFailure when Chroma does not answer as it should, and IndexMismatch when a server holds
    vectors of another model.
    """

    folder: Path
    name: str
    server: ChromaServer | None = None
    maker: str = ""
    workspace: str = ""
    mend: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    _opened: "tuple[ChromaClient, Collection] | None" = field(default=None, repr=False)

    # --- the collection ----------------------------------------------------------------------------------------------

    def _open(self, create: bool = False) -> "Collection":
        """The collection; raises Chroma's NotFoundError where there is none and none is to be made."""
        client = self._client()
        if self._opened is None or self._opened[0] is not client:
            if create:
                collection = client.get_or_create_collection(
                    self.name,
                    embedding_function=None,
                    configuration=_CONFIGURATION,
                    metadata={"embedder": self.maker} if self.server and self.maker else None,
                )
            else:
                collection = client.get_collection(self.name, embedding_function=None)
            self._require_maker(collection)
            self._opened = client, collection
        return self._opened[1]

    def _client(self) -> ChromaClient:
        with _clients_lock:
            if self._key not in _clients:
                _clients[self._key] = server_client(self.server) if self.server else embedded_client(self.folder)
            return _clients[self._key]

    @property
    def _key(self) -> Path | ChromaServer:
        return self.server or self.folder

    def _read(self, work: "Callable[[Collection], _T]") -> _T | None:
        """What `work` makes of the collection; None where there is none."""
        from chromadb.errors import NotFoundError

        with self._chroma():
            # One that was opened before may have been made anew since, or gone with the disk of the server.
            for _ in range(2 if self._opened else 1):
                try:
                    return work(self._open())
                except NotFoundError:
                    self._opened = None
        return None

    def _write(self, work: "Callable[[Collection], object]") -> None:
        """Let `work` change the collection, made first where there is none."""
        from chromadb.errors import NotFoundError

        with _writing, self._chroma():
            try:
                work(self._open(create=True))
            except NotFoundError:
                self._opened = None
                work(self._open(create=True))

    @contextmanager
    def _chroma(self) -> Iterator[None]:
        """Whatever goes wrong inside becomes an error of the house."""
        try:
            yield
        except KangbianError:
            raise
        except Exception as error:  # Chroma raises ValueError, its own errors and those of httpx and of its Rust core.
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> KangbianError:
        reason = str(error)
        if self.server:
            # "Collection expecting embedding with dimension of 256, got 512"
            return self._mismatch() if "embedding with dimension" in reason else self.server.failure(error)
        if "full" in reason.lower() or "no space" in reason.lower():
            return ServiceFailure(f"磁盘已满，写不进 {self.folder}。已经存好的内容没有受影响。请腾出空间后重试。")
        return ServiceFailure(
            f"读写向量库 {self.folder} 失败（{reason}）。已经存好的内容没有受影响。请检查磁盘和权限后重试。"
        )

    def _require_maker(self, collection: "Collection") -> None:
        made_by = (collection.metadata or {}).get("embedder", self.maker)
        if self.server and self.maker and made_by != self.maker:
            raise self._mismatch()

    def _mismatch(self) -> IndexMismatch:
        where = self.server.url if self.server else self.folder
        what = f"工作区「{self.workspace}」" if self.workspace else "内置资料"
        remedy = (
            f"请运行 kangbian ingest --reindex --workspace {self.workspace} 重建索引。"
            if self.workspace
            else "重新运行任一检索命令会重建。"
        )
        return IndexMismatch(
            f"向量服务 {where} 上{what}的集合 {self.name} 存的是另一个嵌入模型的向量，与现在的不一致，文字仍在本机。"
            + remedy
        )

    def refresh(self) -> None:
        """See what other processes have written: an embedded client reads its files only when it opens them."""
        if not self.server:
            with _writing:
                self._opened = None
                _close_client(self.folder)

    # --- reading and writing -----------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many vectors the collection holds."""
        return self._read(lambda collection: collection.count()) or 0

    def ids(self) -> set[str]:
        """The ids of all vectors."""
        return set(self._read(lambda collection: collection.get(include=[])["ids"]) or ())

    def write(self, records: Iterable[VectorRecord]) -> None:
        """Store vectors, in place of those with the same ids; acknowledged when this returns."""
        iterator = iter(records)
        first = next(iterator, None)
        if first is None:
            return
        iterator = chain([first], iterator)
        size = min(_BATCH, max(1, _SENT // len(first.vector))) if self.server else _BATCH
        while read := list(islice(iterator, size)):
            # Chroma refuses a call that names an id twice: a note and a law without a date may share one.
            batch = list({record.id: record for record in read}.values())
            self._write(lambda collection, batch=batch: _upsert(collection, batch))  # type: ignore[misc]

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not held are ignored."""
        for start in range(0, len(ids), _BATCH):
            batch = list(ids[start : start + _BATCH])
            with _writing:
                self._read(lambda collection, batch=batch: _delete(collection, batch))  # type: ignore[misc]

    def drop(self) -> None:
        """Remove the collection and all that is in it; the next writing makes another."""
        from chromadb.errors import NotFoundError

        with _writing, self._chroma(), suppress(NotFoundError):
            self._opened = None
            self._client().delete_collection(self.name)

    def reset(self) -> None:
        """Throw the embedded collection away, files and all, broken or not; a collection on a server is dropped."""
        if self.server:
            self.drop()
            return
        with _writing, disk(self.folder):
            self.refresh()
            if self.folder.exists():
                shutil.rmtree(self.folder)

    def nearest(
        self, vector: NDArray[np.float32], k: int, where: dict[str, Any] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` nearest ids with their cosine similarity, best first; `where` is a Chroma filter on the metadata."""
        try:
            found = self._query(vector, k, where)
        except ServiceFailure:
            if self._opened is not None and self._opened[0] is _clients.get(self._key):
                raise
            # Another thread has refreshed the client in the middle of this query.
            found = self._query(vector, k, where)
        if found is None and self.mend:
            self.mend()
            found = self._query(vector, k, where)
        if found is None:
            return []
        distances = found["distances"] or [[]]
        return [(identity, 1.0 - float(d)) for identity, d in zip(found["ids"][0], distances[0], strict=True)]

    def _query(self, vector: NDArray[np.float32], k: int, where: dict[str, Any] | None) -> "QueryResult | None":
        return self._read(
            lambda collection: collection.query(
                query_embeddings=vector[np.newaxis], n_results=k, where=where, include=["distances"]
            )
        )

    def collection(self) -> "Collection":
        """The collection itself, made first where there is none."""
        with self._chroma():
            return self._open(create=True)


def _upsert(collection: "Collection", batch: Sequence[VectorRecord]) -> None:
    collection.upsert(
        ids=[record.id for record in batch],
        embeddings=np.stack([record.vector for record in batch]),
        metadatas=[{"document": record.document, "kind": record.kind} for record in batch],
    )


def _delete(collection: "Collection", ids: list[str]) -> None:
    held = collection.get(ids=ids, include=[])["ids"]
    if held:
        collection.delete(ids=held)


def _close_client(folder: Path) -> None:
    with _clients_lock:
        client = _clients.pop(folder, None)
        if client is not None:
            client.close()
