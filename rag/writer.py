"""Writing documents into one index unit: split, cut into words, embed, store; and finishing what was cut short."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.citation import Citation
from ingest.document import Document, Passage
from ingest.split import split_passage
from rag.captions import Captions
from rag.lexical import WordCutter
from rag.prepare import passage_words
from rag.settings import Settings
from rag.store import SEARCHED, NewPassage, Piece, Store, StoredDocument
from rag.vectors import VectorRecord, Vectors

if TYPE_CHECKING:
    from rag.embed import Embedder

# Called with the steps done, the steps in all and what is being done.
Progress = Callable[[int, int, str], None]

# Raised by hand when what is stored changes its form.
FORMAT = "3"
# Pieces that share one call of the model, and one of Chroma.
_EMBEDDED = 1000
_BATCH = 4000


@dataclass(slots=True)
class Unit:
    """One index unit: what is stored, and the vectors made from it."""

    store: Store
    vectors: Vectors

    @classmethod
    def at(cls, folder: Path, settings: Settings, maker: str, identity: str | None = None) -> "Unit":
        """The unit in a folder, empty if there was none; its collection on a Chroma server goes by its identity.

        `maker` is the fingerprint of the model in use; without `identity` the unit is a workspace, named as its folder.
        """
        store = Store(folder / "store.sqlite")
        name = collection_name(store.identity(identity or f"{settings.home.name}-{time.time_ns()}"))
        workspace = "" if identity else folder.name
        return cls(store, Vectors(folder / "chroma", name, settings.chroma_server(), maker, workspace))

    def llama_store(self) -> Any:
        """The unit as a LlamaIndex `ChromaVectorStore`; see `rag.llama_store`."""
        from rag.llama_store import filled_store

        return filled_store(self.vectors.collection(), self.store)


@dataclass(slots=True)
class Writer:
    """Writes documents into a unit: splits, cuts words, embeds. `heal` finishes what a killed process left."""

    unit: Unit
    embedder: "Embedder"
    cutter: WordCutter
    captions: Captions = field(default_factory=Captions)
    _waiting: list[int] = field(default_factory=list, repr=False)
    _waiting_pieces: int = 0

    def add(self, document: Document, digest: str, file: str, words: Sequence[str] | None = None) -> StoredDocument:
        """Store a document; it is read once `flush` has written its vectors. `words` are those of its passages, where
        they have been cut already (`rag.prepare`).

        Chroma takes a sixth of a second for a call whatever its size, so documents share one.
        """
        extras = self._extras(document, words)
        stored = self.unit.store.insert_pending(document, digest, file, extras)
        self._waiting.append(stored.id)
        self._waiting_pieces += sum(len(extra.pieces) for extra in extras)
        if self._waiting_pieces >= _BATCH:
            self.flush()
        return stored

    def rename(self, stored: StoredDocument, head: Citation, adopted: str) -> StoredDocument:
        """Store a document under another version, every key in it changed, in place of the one it was.

        `adopted` is the day of adoption to go with it, YYYY-MM-DD.
        """
        self.flush()
        former = renamed(self.unit.store.load(stored), head)
        former = replace(former, meta={**former.meta, "adopted": adopted})
        document = self.add(former, stored.digest, stored.file)
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
            vectors.write(self._records(store.documents(), missing))
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
        self.unit.vectors.write(self._records(documents))
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
            store.replace_words(stored.id, passage_words(document, self.cutter, self.captions))
        store.set_facts(words=self.cutter.fingerprint)

    def _finish(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        store = self.unit.store
        # A document written again before it was read has the number of the one whose place it took.
        documents = store.documents_by_id(dict.fromkeys(numbers))
        self.unit.vectors.write(self._records(documents))
        store.publish(document.id for document in documents)
        self._sweep()

    def _sweep(self) -> None:
        stale = self.unit.store.stale()
        if stale:
            self.unit.vectors.delete(stale)
            self.unit.store.forget_stale(stale)

    def _records(self, documents: Iterable[StoredDocument], only: set[str] | None = None) -> Iterator[VectorRecord]:
        pieces = (
            (document, piece)
            for document in documents
            for piece in self.unit.store.pieces(document.id)
            if only is None or piece.id in only
        )
        while batch := list(islice(pieces, _EMBEDDED)):
            vectors = self.embedder.embed([self._captioned(document, piece) for document, piece in batch])
            for (document, piece), vector in zip(batch, vectors, strict=True):
                yield VectorRecord(piece.id, vector, document.citation.document, document.kind.value)

    def _extras(self, document: Document, words: Sequence[str] | None = None) -> list[NewPassage]:
        words = words or passage_words(document, self.cutter, self.captions)
        pairs = zip(document.passages, words, strict=True)
        return _distinct([self._extra(document, passage, cut) for passage, cut in pairs])

    def _extra(self, document: Document, passage: Passage, words: str) -> NewPassage:
        if passage.citation is None or passage.role not in SEARCHED:
            return NewPassage()
        key = str(passage.citation)
        limit = self.embedder.max_chars
        spans = split_passage(passage.text, max(limit - len(document.title) - 1, limit // 2))
        if len(spans) == 1:
            return NewPassage(words, ((key, 0, len(passage.text)),))
        return NewPassage(words, tuple((f"{key}#{start}-{end}", start, end) for start, end in spans))

    def _captioned(self, document: StoredDocument, piece: Piece) -> str:
        """What is embedded of a piece: the title, the words under which people look for it, and its own.

        The first two are searched, never stored as its text.
        """
        caption = self.captions.of(Citation.parse(piece.id)) if self.captions.rows else None
        return "\n".join(filter(None, (document.title, caption, piece.text)))


def collection_name(identity: str) -> str:
    """The Chroma collection of a unit: 25 ASCII characters, the same for the same identity."""
    return f"kangbian-{sha256(identity.encode()).hexdigest()[:16]}"


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


def silent(done: int, total: int, what: str) -> None:
    """No progress is shown."""
