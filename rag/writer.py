"""Writing documents into one index unit: split, cut into words, embed, store; and finishing what was cut short."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.document import Document, Passage
from ingest.split import split_passage
from rag.lexical import WordCutter
from rag.settings import Settings
from rag.store import SEARCHED, NewPassage, Piece, Store, StoredDocument
from rag.vectors import VectorRecord, Vectors

if TYPE_CHECKING:
    from rag.embed import Embedder

# Called with the steps done, the steps in all and what is being done.
Progress = Callable[[int, int, str], None]

# Raised by hand when what is stored changes its form.
FORMAT = "1"
_BATCH = 512


@dataclass(slots=True)
class Unit:
    """One index unit: what is stored, and the vectors made from it."""

    store: Store
    vectors: Vectors

    @classmethod
    def at(cls, folder: Path, settings: Settings) -> "Unit":
        """The unit in a folder, empty if there was none. On a Chroma server its collection goes by the store's id."""
        store = Store(folder / "store.sqlite")
        identity = store.fact("identity")
        if identity is None:
            identity = sha256(f"{folder}{time.time_ns()}".encode()).hexdigest()[:16]
            store.set_facts(identity=identity)
        return cls(store, Vectors(folder / "chroma", f"kangbian-{identity}", settings.chroma_url))


@dataclass(slots=True)
class Writer:
    """Writes documents into a unit: splits, cuts words, embeds. `heal` finishes what a killed process left."""

    unit: Unit
    embedder: "Embedder"
    cutter: WordCutter

    def add(self, document: Document, digest: str, file: str) -> int:
        """Store a document and its vectors; it is read from the moment its vectors are acknowledged. Returns its id."""
        number = self.unit.store.insert_pending(document, digest, file, self._extras(document))
        self._finish(number)
        return number

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget documents and their vectors."""
        self.unit.store.remove(numbers)
        self._sweep()

    def heal(self) -> None:
        """Finish the documents whose writing was cut short, and drop vectors that nothing refers to any more."""
        if self.unit.store.fact("rebuilding") == self.embedder.fingerprint:
            self.rebuild(silent)
        for number in self.unit.store.pending():
            self._finish(number)
        self._sweep()

    def repair_vectors(self) -> int:
        """Bring the collection to what the store says it should hold; how many vectors were added or dropped."""
        store, vectors = self.unit.store, self.unit.vectors
        wanted, held = store.piece_ids(), vectors.ids()
        missing = wanted - held
        if missing:
            for document in store.documents():
                vectors.write(self._records(document, missing))
        surplus = sorted(held - wanted)
        vectors.delete(surplus)
        return len(missing) + len(surplus)

    def rebuild(self, progress: Progress) -> None:
        """Split, cut and embed every stored document again, for another model or other word lists.

        Cut short, it is begun again by the next `heal` with the same model.
        """
        store = self.unit.store
        store.set_facts(rebuilding=self.embedder.fingerprint)
        self.unit.vectors.drop()
        documents = store.documents()
        for done, stored in enumerate(documents):
            progress(done, len(documents), stored.title)
            document = store.load(stored)
            store.replace_extras(stored.id, self._extras(document))
            self.unit.vectors.write(self._records(stored, None))
        store.set_facts(rebuilding="", **self.maker())
        progress(len(documents), len(documents), "")

    def maker(self) -> dict[str, str]:
        """What a unit says about how it was made; another maker's passages are not searched."""
        return {"embedder": self.embedder.fingerprint, "words": self.cutter.fingerprint, "format": FORMAT}

    def _finish(self, number: int) -> None:
        document = self.unit.store.document(number)
        if document is not None:
            self.unit.vectors.write(self._records(document, None))
            self.unit.store.publish(number)
            self._sweep()

    def _sweep(self) -> None:
        stale = self.unit.store.stale()
        if stale:
            self.unit.vectors.delete(stale)
            self.unit.store.forget_stale(stale)

    def _records(self, document: StoredDocument, only: set[str] | None) -> Iterator[VectorRecord]:
        metadata: dict[str, str | int] = {
            "document": document.citation.document,
            "version": document.citation.version or "",
            "kind": document.kind.value,
            "title": document.title,
            "effective": int((document.effective or "0").replace("-", "")),
            "repealed": int((document.repealed or "99999999").replace("-", "")),
        }
        pieces = (piece for piece in self.unit.store.pieces(document.id) if only is None or piece.id in only)
        for batch in _batches(pieces):
            vectors = self.embedder.embed([piece.text for piece in batch])
            for piece, vector in zip(batch, vectors, strict=True):
                key = piece.id.partition("#")[0]
                yield VectorRecord(piece.id, piece.text, vector, {"key": key, **metadata})

    def _extras(self, document: Document) -> list[NewPassage]:
        return _distinct([self._extra(document, passage) for passage in document.passages])

    def _extra(self, document: Document, passage: Passage) -> NewPassage:
        if passage.citation is None or passage.role not in SEARCHED:
            return NewPassage()
        words = self.cutter.words(" ".join((document.title, *passage.headings, passage.text)))
        key = str(passage.citation)
        spans = split_passage(passage.text, self.embedder.max_chars)
        if len(spans) == 1:
            return NewPassage(" ".join(words), ((key, 0, len(passage.text)),))
        return NewPassage(" ".join(words), tuple((f"{key}#{start}-{end}", start, end) for start, end in spans))


def _distinct(extras: Sequence[NewPassage]) -> list[NewPassage]:
    """Chroma refuses two vectors of one id; where a broken file numbers two articles alike, the second says so."""
    seen: dict[str, int] = {}
    distinct = []
    for extra in extras:
        pieces = []
        for identity, start, end in extra.pieces:
            seen[identity] = seen.get(identity, 0) + 1
            pieces.append((identity if seen[identity] == 1 else f"{identity}~{seen[identity]}", start, end))
        distinct.append(NewPassage(extra.tokens, tuple(pieces)))
    return distinct


def _batches(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    for piece in pieces:
        batch.append(piece)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def silent(done: int, total: int, what: str) -> None:
    """No progress is shown."""
