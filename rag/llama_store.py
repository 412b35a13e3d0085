"""A unit's vectors as a LlamaIndex vector store: the collection has ids and vectors, the words come from the store."""

from typing import Any

from llama_index.vector_stores.chroma import ChromaVectorStore

from ingest.citation import Citation
from rag.store import Piece, Store, StoredDocument


def filled_store(collection: Any, store: Store) -> ChromaVectorStore:
    """A `ChromaVectorStore` whose nodes have their text and their metadata.

    These are `key` (the citation key without the tail of a split passage), `document`, `version`, `kind`, `title`, and
    `effective` and `repealed` as integers yyyymmdd (0 and 99999999 where there is none); it filters by `document` and
    `kind`.

        from llama_index.core import VectorStoreIndex
        from rag import KangbianEmbedding, open_index

        VectorStoreIndex.from_vector_store(open_index().own.llama_store(), KangbianEmbedding())
    """
    return ChromaVectorStore(chroma_collection=_Filled(collection, store))


class _Filled:
    """A Chroma collection whose answers carry what the store knows of every id."""

    def __init__(self, collection: Any, store: Store) -> None:
        self._collection = collection
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def query(self, **asked: Any) -> dict[str, Any]:
        """As Chroma's own; the answer is a list for each query."""
        found: dict[str, Any] = self._collection.query(**asked)
        rows = [self._rows(ids) for ids in found["ids"]]
        return {**found, "documents": [row[0] for row in rows], "metadatas": [row[1] for row in rows]}

    def get(self, **asked: Any) -> dict[str, Any]:
        """As Chroma's own."""
        found: dict[str, Any] = self._collection.get(**asked)
        texts, metadata = self._rows(found["ids"])
        return {**found, "documents": texts, "metadatas": metadata}

    def _rows(self, ids: list[str]) -> tuple[list[str], list[dict[str, str | int]]]:
        heads = self._store.heads_of(ids)
        known = [heads.get(identity) for identity in ids]
        return [head[1].text if head else "" for head in known], [_metadata(*head) if head else {} for head in known]


def _metadata(document: StoredDocument, piece: Piece) -> dict[str, str | int]:
    return {
        "key": str(Citation.parse(piece.id)),
        "document": document.citation.document,
        "version": document.citation.version or "",
        "kind": document.kind.value,
        "title": document.title,
        "effective": int((document.effective or "0").replace("-", "")),
        "repealed": int((document.repealed or "99999999").replace("-", "")),
    }
