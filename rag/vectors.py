"""The vectors of one index unit, in Chroma, which is imported where it is used.

Every vector carries the citation key as its id (with the tail of a split passage) and two words of metadata to filter by:
`document`, the short name, and `kind`. Chroma stores a row for every word of metadata and indexes every text by its
trigrams, which took two thirds of the time of writing; texts and titles are in the store beside it.
"""

import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ServiceFailure, UnusableInput
from rag.store import disk

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import QueryResult

# Chroma takes at most 5,461 items in a call, and a sixth of a second for a call whatever its size.
_BATCH = 5000
# Numbers in a call to a server, which by default refuses more than 40 MB; a number takes some twenty characters.
_SENT = 1_000_000
# Measured on 58,000 articles: the ten nearest are found to 0.9925, the hundred nearest to 0.996. A graph built from 200
# candidates instead of 100 finds 0.993 and 0.997, and takes 1.7 times as long to build.
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200}}

# One embedded client for a folder in a process: Chroma shares the engine beneath, so two of ours could not be
# refreshed independently.
_clients: dict[str, "ClientAPI"] = {}
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

    `folder` is that of the embedded Chroma; `url` the address of a server, which wins; `name` the collection (3 to 63
    ASCII characters). Every method raises ServiceFailure when Chroma does not answer as it should.
    """

    folder: Path
    name: str
    url: str | None = None
    _opened: "tuple[ClientAPI, Collection] | None" = field(default=None, repr=False)

    def _open(self) -> "Collection":
        client = _client(self.folder, self.url)
        if self._opened is None or self._opened[0] is not client:
            collection = client.get_or_create_collection(
                self.name,
                embedding_function=None,
                configuration=_CONFIGURATION,  # type: ignore[arg-type]
            )
            self._opened = client, collection
        return self._opened[1]

    @contextmanager
    def _chroma(self) -> Iterator["Collection"]:
        """The collection; whatever goes wrong inside becomes a ServiceFailure."""
        try:
            yield self._open()
        except (ServiceFailure, UnusableInput):
            raise
        except Exception as error:  # Chroma raises ValueError, its own errors and those of httpx and of its Rust core.
            raise ServiceFailure(self._message(error)) from error

    def _message(self, error: Exception) -> str:
        if self.url:
            advice = "请确认 Chroma 服务已启动，或去掉 KANGBIAN_CHROMA_URL 改用内置的。"
            return f"向量服务 {self.url} 没有正常应答（{error}）。{advice}"
        reason = str(error)
        if "full" in reason.lower() or "no space" in reason.lower():
            return f"磁盘已满，写不进 {self.folder}。已经存好的内容没有受影响。请腾出空间后重试。"
        return f"读写向量库 {self.folder} 失败（{reason}）。已经存好的内容没有受影响。请检查磁盘和权限后重试。"

    def refresh(self) -> None:
        """See what other processes have written: an embedded client reads its files only when it opens them."""
        if not self.url:
            with _writing:
                self._opened = None
                _close_client(self.folder)

    def count(self) -> int:
        """How many vectors the collection holds."""
        with self._chroma() as collection:
            return collection.count()

    def ids(self) -> set[str]:
        """The ids of all vectors."""
        with self._chroma() as collection:
            return set(collection.get(include=[])["ids"])

    def write(self, records: Iterable[VectorRecord]) -> None:
        """Store vectors, in place of those with the same ids; acknowledged when this returns."""
        iterator = iter(records)
        first = next(iterator, None)
        if first is None:
            return
        iterator = chain([first], iterator)
        size = min(_BATCH, max(1, _SENT // len(first.vector))) if self.url else _BATCH
        while read := list(islice(iterator, size)):
            # Chroma refuses a call that names an id twice: a note and a law without a date may share one.
            batch = list({record.id: record for record in read}.values())
            with _writing, self._chroma() as collection:
                collection.upsert(
                    ids=[record.id for record in batch],
                    embeddings=np.stack([record.vector for record in batch]),
                    metadatas=[{"document": record.document, "kind": record.kind} for record in batch],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not held are ignored."""
        for start in range(0, len(ids), _BATCH):
            with _writing, self._chroma() as collection:
                held = collection.get(ids=list(ids[start : start + _BATCH]), include=[])["ids"]
                if held:
                    collection.delete(ids=held)

    def drop(self) -> None:
        """Remove the collection and all that is in it; the next call makes an empty one."""
        with _writing, self._chroma():
            _client(self.folder, self.url).delete_collection(self.name)
            self._opened = None

    def reset(self) -> None:
        """Throw the embedded collection away, files and all, broken or not; a collection on a server is emptied."""
        if self.url:
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
            if self._opened is not None and self._opened[0] is _clients.get(_key(self.folder, self.url)):
                raise
            # Another thread has refreshed the client in the middle of this query.
            found = self._query(vector, k, where)
        distances = found["distances"] or [[]]
        return [(identity, 1.0 - float(d)) for identity, d in zip(found["ids"][0], distances[0], strict=True)]

    def _query(self, vector: NDArray[np.float32], k: int, where: dict[str, Any] | None) -> "QueryResult":
        with self._chroma() as collection:
            return collection.query(
                query_embeddings=vector[np.newaxis], n_results=k, where=where, include=["distances"]
            )

    def collection(self) -> "Collection":
        """The collection itself."""
        with self._chroma() as collection:
            return collection


def _client(folder: Path, url: str | None) -> "ClientAPI":
    logging.getLogger("chromadb").setLevel(logging.ERROR)
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    key = _key(folder, url)
    with _clients_lock:
        if key not in _clients:
            quiet = ChromaSettings(anonymized_telemetry=False)
            if url:
                host, port, ssl = _address(url)
                _clients[key] = chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=quiet)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                _clients[key] = chromadb.PersistentClient(path=str(folder), settings=quiet)
        return _clients[key]


def _key(folder: Path, url: str | None) -> str:
    return url or str(folder)


def _close_client(folder: Path) -> None:
    with _clients_lock:
        client = _clients.pop(_key(folder, None), None)
        if client is not None:
            client.close()  # type: ignore[attr-defined]


def _address(url: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS is meant, of the address of a Chroma server."""
    parts = urlsplit(url if "//" in url else f"http://{url}")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        raise UnusableInput(f"KANGBIAN_CHROMA_URL「{url}」不是可用的地址。应形如 http://127.0.0.1:8000。")
    ssl = parts.scheme == "https"
    return parts.hostname, port or (443 if ssl else 8000), ssl
