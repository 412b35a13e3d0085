"""Writing documents into one index unit: split, cut into words, embed, store; and finishing what was cut short."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.citation import Citation
from ingest.document import Document, Passage
from ingest.split import split_passage
from rag.captions import Captions
from rag.lexical import WordCutter
from rag.settings import Settings
from rag.store import SEARCHED, NewPassage, Piece, Store, StoredDocument
from rag.vectors import VectorRecord, Vectors

if TYPE_CHECKING:
    from rag.embed import Embedder

# Called with the steps done, the steps in all and what is being done.
Progress = Callable[[int, int, str], None]

# Raised by hand when what is stored changes its form.
FORMAT = "2"
_BATCH = 1000


@dataclass(slots=True)
class Unit:
    """One index unit: what is stored, and the vectors made from it."""

    store: Store
    vectors: Vectors

    @classmethod
    def at(cls, folder: Path, settings: Settings, identity: str | None = None) -> "Unit":
        """The unit in a folder, empty if there was none; its collection on a Chroma server goes by its identity."""
        store = Store(folder / "store.sqlite")
        name = store.identity(identity or f"{settings.home.name}-{time.time_ns()}")
        digest = sha256(name.encode()).hexdigest()[:16]
        return cls(store, Vectors(folder / "chroma", f"kangbian-{digest}", settings.chroma_url))


@dataclass(slots=True)
class Writer:
    """Writes documents into a unit: splits, cuts words, embeds. `heal` finishes what a killed process left."""

    unit: Unit
    embedder: "Embedder"
    cutter: WordCutter
    captions: Captions = field(default_factory=Captions)
    _waiting: list[int] = field(default_factory=list, repr=False)
    _waiting_pieces: int = 0

    def add(self, document: Document, digest: str, file: str) -> StoredDocument:
        """Store a document; it is read once `flush` has written its vectors.

        Chroma takes a sixth of a second for a call whatever its size, so documents share one.
        """
        extras = self._extras(document)
        stored = self.unit.store.insert_pending(document, digest, file, extras)
        self._waiting.append(stored.id)
        self._waiting_pieces += sum(len(extra.pieces) for extra in extras)
        if self._waiting_pieces >= _BATCH:
            self.flush()
        return stored

    def rename(self, stored: StoredDocument, head: Citation) -> StoredDocument:
        """Store a document under another name or version, every key in it changed, in place of the one it was."""
        self.flush()
        document = self.add(renamed(self.unit.store.load(stored), head), stored.digest, stored.file)
        self.flush()
        self.remove([stored.id])
        return document

    def flush(self) -> None:
        """Write the vectors of the documents added since, and let them be read."""
        self._finish(self._waiting)
        self._waiting, self._waiting_pieces = [], 0

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget documents and their vectors."""
        self.unit.store.remove(numbers)
        self._sweep()

    def has_work(self) -> bool:
        """Whether something was left half done that this model can finish, or the words were cut by other lists."""
        store = self.unit.store
        if store.fact("rebuilding"):
            return store.fact("rebuilding") == self.embedder.fingerprint
        other_words = bool(store.generation) and store.fact("words") != self.cutter.fingerprint
        return other_words or bool(store.stale()) or (bool(store.pending()) and self.made_by() == self.maker())

    def heal(self) -> None:
        """Finish the documents whose writing was cut short, and drop vectors that nothing refers to any more."""
        if not self.has_work():
            return
        if self.unit.store.fact("rebuilding") == self.embedder.fingerprint:
            self.rebuild(silent)
        if self.made_by() == self.maker():
            self._finish(self.unit.store.pending())
        self._sweep()
        self._cut_again()

    def repair_vectors(self) -> int:
        """Bring the collection to what the store says it should hold; how many vectors were added or dropped."""
        store, vectors = self.unit.store, self.unit.vectors
        wanted, held = store.piece_ids(), vectors.ids()
        missing = wanted - held
        if missing:
            vectors.write(record for document in store.documents() for record in self._records(document, missing))
        surplus = sorted(held - wanted)
        vectors.delete(surplus)
        return len(missing) + len(surplus)

    def rebuild(self, progress: Progress) -> None:
        """Split, cut and embed every stored document again, for another model or other word lists.

        Cut short, it is begun again by the next `heal` with the same model.
        """
        store = self.unit.store
        # Unsigned while it is neither the old model's nor the new one's.
        store.set_facts(rebuilding=self.embedder.fingerprint, embedder="")
        self.unit.vectors.drop()
        documents = store.documents(pending=True)
        for done, stored in enumerate(documents):
            progress(done, len(documents), stored.title)
            store.replace_extras(stored.id, self._extras(store.load(stored)))
        self.unit.vectors.write(record for document in documents for record in self._records(document, None))
        store.publish(store.pending())
        store.set_facts(rebuilding="", words=self.cutter.fingerprint, **self.maker())
        self._sweep()
        progress(len(documents), len(documents), "")

    def begin(self) -> None:
        """Sign an empty unit as made by this model, in this format."""
        self.unit.store.set_facts(words=self.cutter.fingerprint, **self.maker())

    def maker(self) -> dict[str, str]:
        """What a unit made now says about how it was made; another maker's passages are not searched."""
        return {"embedder": self.embedder.fingerprint, "format": FORMAT}

    def made_by(self) -> dict[str, str]:
        """What the unit says about how it was made; empty words where it says nothing."""
        return {name: self.unit.store.fact(name) or "" for name in self.maker()}

    def _cut_again(self) -> None:
        """Cut the words of every document by the present lists; the vectors do not depend on them."""
        store = self.unit.store
        if not store.generation or store.fact("words") == self.cutter.fingerprint:
            return
        for stored in store.documents():
            document = store.load(stored)
            store.replace_words(stored.id, [self._words(document, passage) for passage in document.passages])
        store.set_facts(words=self.cutter.fingerprint)

    def _finish(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        store = self.unit.store
        documents = [document for document in map(store.document, numbers) if document]
        self.unit.vectors.write(record for document in documents for record in self._records(document, None))
        store.publish(document.id for document in documents)
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
            keys = [piece.id.partition("#")[0] for piece in batch]
            vectors = self.embedder.embed(
                [self._captioned(Citation.parse(key), piece.text) for key, piece in zip(keys, batch, strict=True)]
            )
            for key, piece, vector in zip(keys, batch, vectors, strict=True):
                yield VectorRecord(piece.id, piece.text, vector, {"key": key, **metadata})

    def _extras(self, document: Document) -> list[NewPassage]:
        return _distinct([self._extra(document, passage) for passage in document.passages])

    def _extra(self, document: Document, passage: Passage) -> NewPassage:
        if passage.citation is None or passage.role not in SEARCHED:
            return NewPassage()
        words = self._words(document, passage)
        key = str(passage.citation)
        limit = self.embedder.max_chars
        spans = split_passage(passage.text, max(limit - len(document.title) - 1, limit // 2))
        if len(spans) == 1:
            return NewPassage(words, ((key, 0, len(passage.text)),))
        return NewPassage(words, tuple((f"{key}#{start}-{end}", start, end) for start, end in spans))

    def _words(self, document: Document, passage: Passage) -> str:
        text = self._captioned(passage.citation, passage.text) if passage.citation else passage.text
        return " ".join(self.cutter.words(" ".join((document.title, *passage.headings, text))))

    def _captioned(self, citation: Citation, text: str) -> str:
        """A passage with the words under which people look for it; they are searched, never stored as its text."""
        caption = self.captions.of(citation)
        return f"{caption}\n{text}" if caption else text


def renamed(document: Document, head: Citation) -> Document:
    """The same document under another name or version: every key in it changes with it."""

    def moved(citation: Citation) -> Citation:
        return replace(head, path=citation.path)

    passages = tuple(
        replace(
            passage,
            citation=moved(passage.citation) if passage.citation else None,
            places=tuple(replace(place, citation=moved(place.citation)) for place in passage.places),
        )
        for passage in document.passages
    )
    return replace(document, citation=head, passages=passages)


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
