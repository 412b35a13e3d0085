"""Taking files in: which to read, what became of each, and which copy of a document stays."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any

from ingest.citation import Citation
from ingest.document import Document, Kind
from ingest.load import KnownTitle, KnownTitles
from ingest.parts import is_part, joined, part_names
from ingest.readers import READERS
from rag.cluster import Cluster
from rag.library import HeldDocument, Library
from rag.prepare import FileReaders, LocalReaders, Prepared, ReadAhead, file_digest, prepare
from rag.spread import ClusterReaders
from rag.store import StoredDocument
from rag.writer import Progress, Writer, renamed


class Status(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """One file: the document it became (its citation key), how many passages, and a sentence for the person."""

    file: str
    status: Status
    document: str | None = None
    passages: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file, in the order in which they were read."""

    files: tuple[IngestedFile, ...]

    def count(self, status: Status) -> int:
        """How many files ended so."""
        return sum(file.status is status for file in self.files)


class Intake:
    """Takes files into one workspace, in their order; all of them can be read when `take_all` returns.

    `library` is the workspace over the built-in corpus, as it was before the first file. With `cluster` its workers read
    the files.
    """

    def __init__(self, writer: Writer, library: Library, cluster: Cluster | None = None) -> None:
        self._writer = writer
        self._cluster = cluster
        documents = library.documents()
        self._official = {document.citation: document for document in documents if _is_official(document)}
        self._by_digest: dict[str, StoredDocument] = {}
        self._by_short: dict[str, list[StoredDocument]] = {}
        known = {document.citation.document: _known(document.stored) for document in reversed(documents)}
        self._entries = tuple(known.values())
        self._known_shorts = set(known)
        self._known = KnownTitles(self._entries)
        # Titles of this run, which nobody knew who began to read before.
        self._fresh = KnownTitles()
        # The documents that a file of this run gave or confirmed, and that file.
        self._claimed: dict[tuple[Citation, Kind], Path] = {}
        for document in documents:
            if not document.builtin:
                self._hold(document.stored)

    def take_all(self, paths: Iterable[str | Path], progress: Progress) -> IngestReport:
        """Every file of these paths, folders with all that is in them; a file that fails does not stop the others."""
        files = [(file, failure, file_digest(file)) for path in paths for file, failure in _walk(Path(path))]
        unread = {digest: file for file, failure, digest in reversed(files) if not failure}
        ahead = [file for file, _, digest in files if unread.get(digest) is file and digest not in self._by_digest]
        report = []
        with ReadAhead(ahead, self._readers(ahead)) as reading:
            for number, (file, failure, digest) in enumerate(files):
                progress(number, len(files), file.name)
                report.append(failure or self._take(file, digest, reading))
            self._writer.flush()
        progress(len(files), len(files), "")
        return IngestReport(tuple(report))

    def _readers(self, files: Sequence[Path]) -> FileReaders:
        if self._cluster:
            return ClusterReaders(self._cluster, self._writer.cutter, self._entries)
        return LocalReaders(files, self._writer.cutter, self._entries)

    def _take(self, file: Path, digest: str, reading: ReadAhead) -> IngestedFile:
        if same := self._by_digest.get(digest):
            self._claimed.setdefault((same.citation, same.kind), file)
            name = _digests(same)[digest]
            if file.name == name:
                return IngestedFile(str(file), Status.UNCHANGED, str(same.citation))
            message = f"与已导入的「{name}」内容相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(same.citation), message=message)
        prepared = self._read(file, reading)
        document = prepared.document
        if document is None:
            return IngestedFile(str(file), Status.FAILED, message=prepared.failure)
        official = self._official.get(document.citation) if document.kind is Kind.STATUTE else None
        if official is not None:
            message = f"内置的《{official.title}》官方文本优先，没有另存这一份。"
            return IngestedFile(str(file), Status.DUPLICATE, str(official.citation), message=message)
        document = self._told_apart(document, file)
        former = self._former(document)
        if former is None:
            return self._store(file, digest, document, prepared, None)
        if is_part(document):
            return self._join(file, digest, document, former)
        if self._writer.unit.store.text(former.id) == document.text:
            message = f"与已导入的「{former.file}」文字相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(document.citation), message=message)
        first = self._claimed.get((document.citation, document.kind))
        if first is not None and not former.meta.get("parts"):
            message = f"与「{first}」是同一文件的同一版本，文字不同，保留先读到的。如应采用这一份，请单独导入它。"
            return IngestedFile(str(file), Status.DUPLICATE, str(document.citation), message=message)
        return self._store(file, digest, document, prepared, former)

    def _read(self, file: Path, reading: ReadAhead) -> Prepared:
        """The file read as if one by one: again, where a title of this run would have made another document of it."""
        prepared = reading.get(file)
        document = prepared.document if prepared else None
        if prepared is None or (document and self._fresh.would_change(document, file.stem)):
            return prepare(file, self._writer.cutter, self._known)
        return prepared

    def _store(
        self, file: Path, digest: str, document: Document, prepared: Prepared, former: StoredDocument | None
    ) -> IngestedFile:
        if is_part(document):
            document = joined(None, document, file.name, digest)
        return self._write(file, digest, document, prepared.words, former)

    def _join(self, file: Path, digest: str, document: Document, former: StoredDocument) -> IngestedFile:
        """A part of a law of which other parts are held (民法典/侵权责任编.md): one document of all of them."""
        if not former.meta.get("parts"):
            message = f"已收录《{former.title}》全文（{former.file}），没有另存其中的这一部分。"
            return IngestedFile(str(file), Status.DUPLICATE, str(former.citation), message=message)
        whole = self._writer.unit.store.load(former)
        together = joined(whole, document, file.name, digest)
        if together.text == whole.text:
            message = f"《{former.title}》的这一部分文字相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(former.citation), message=message)
        written = self._write(file, digest, together, None, former)
        added = sum(passage.citation is not None for passage in document.passages)
        status = Status.ADDED if part_names(together) != part_names(whole) else Status.UPDATED
        return replace(written, status=status, passages=added)

    def _write(
        self, file: Path, digest: str, document: Document, words: Sequence[str] | None, former: StoredDocument | None
    ) -> IngestedFile:
        stored = self._writer.add(document, digest, file.name, words)
        if former:
            self._let_go(former)
        self._hold(stored)
        self._claimed[stored.citation, stored.kind] = file
        if stored.citation.document not in self._known_shorts:
            self._known_shorts.add(stored.citation.document)
            self._known.add(_known(stored))
            self._fresh.add(_known(stored))
        citable = sum(passage.citation is not None for passage in document.passages)
        return IngestedFile(str(file), Status.UPDATED if former else Status.ADDED, str(document.citation), citable)

    # --- what is held ------------------------------------------------------------------------------------------------

    def _hold(self, stored: StoredDocument) -> None:
        self._by_short.setdefault(stored.citation.document, []).append(stored)
        for digest in _digests(stored):
            self._by_digest.setdefault(digest, stored)

    def _let_go(self, stored: StoredDocument) -> None:
        self._by_short[stored.citation.document].remove(stored)
        for digest in _digests(stored):
            if self._by_digest.get(digest) is stored:
                del self._by_digest[digest]

    def _former(self, document: Document) -> StoredDocument | None:
        held = self._by_short.get(document.citation.document, ())
        return next((one for one in held if _same_document(one, document)), None)

    # --- names -------------------------------------------------------------------------------------------------------

    def _told_apart(self, document: Document, file: Path) -> Document:
        """The document under a name of its own, where another one has its name already: two papers get a number."""
        if document.kind is Kind.STATUTE:
            return self._dated(document)
        former = self._former(document)
        if document.kind is Kind.COMMENTARY and former and former.file != file.name:
            name = document.citation.document
            # A paper that was told apart before keeps its number.
            numbered = (f"{name}-{n}" for n in count(2))
            free = next(
                other for other in numbered if all(held.file == file.name for held in self._by_short.get(other, ()))
            )
            return renamed(document, Citation(free))
        return document

    def _dated(self, document: Document) -> Document:
        """Two versions of a statute adopted in one year both go by the full date (contract, "One identity").

        The history in some copies stops before the last amendment. Versions that would have the same day of adoption
        go by the days in the names of their files.
        """
        head = document.citation
        if not head.version or not document.meta.get("adopted"):
            return document
        same_year = [
            held
            for held in self._by_short.get(head.document, ())
            if held.kind is Kind.STATUTE and (held.citation.version or "")[:4] == head.version[:4]
        ]
        for held in same_year:
            if self._is_same_version(held, document):
                return _as_adopted(renamed(document, held.citation), held.adopted)
        if not same_year:
            return document
        adopted = str(document.meta["adopted"])
        clash = [held for held in same_year if held.adopted == adopted]
        for held in same_year:
            self._date(held, _named_day(held.meta) if held in clash else held.adopted or "")
        day = _named_day(document.meta) if clash else adopted
        return _as_adopted(renamed(document, replace(head, version=day)), day)

    def _is_same_version(self, held: StoredDocument, document: Document) -> bool:
        ours, theirs = _named_day(held.meta), _named_day(document.meta)
        if ours == theirs or not (ours and theirs):
            return held.adopted == str(document.meta["adopted"])
        # An interpretation is adopted on one day and published on another, and files go by either.
        return self._writer.unit.store.text(held.id) == document.text

    def _date(self, held: StoredDocument, day: str) -> None:
        """Let a held version go by its full date."""
        if (held.citation.version, held.adopted) == (day, day):
            return
        self._let_go(held)
        dated = self._writer.rename(held, replace(held.citation, version=day), adopted=day)
        self._hold(dated)
        if file := self._claimed.pop((held.citation, held.kind), None):
            self._claimed[dated.citation, dated.kind] = file


def _walk(path: Path) -> Iterator[tuple[Path, IngestedFile | None]]:
    """The files to read, in a fixed order; what cannot be read comes with its failure.

    In a folder only the file types that can be read are taken, and nothing whose name begins with `.` or `~$`.
    """
    if not path.is_dir():
        yield path, None
        return
    failures: list[OSError] = []
    found: list[Path] = []
    for folder, below, names in os.walk(path, onerror=failures.append):
        below[:] = sorted(name for name in below if not _is_hidden(name))
        found += [Path(folder, name) for name in names if not _is_hidden(name) and Path(name).suffix.lower() in READERS]
    for error in failures:
        message = f"打不开文件夹「{error.filename}」：{error.strerror}。请检查权限。"
        yield Path(error.filename), IngestedFile(str(error.filename), Status.FAILED, message=message)
    if not found and not failures:
        message = f"文件夹「{path}」中没有可以导入的文件（{'、'.join(sorted(READERS))}）。"
        yield path, IngestedFile(str(path), Status.FAILED, message=message)
    for file in sorted(found):
        yield file, None


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))


def _known(stored: StoredDocument) -> KnownTitle:
    return KnownTitle(stored.title, stored.citation.document, stored.kind, stored.aliases)


def _is_official(document: HeldDocument) -> bool:
    """A built-in official text that leaves nothing for an ingested copy of the same version to add."""
    whole = document.meta.get("held", "all") == "all" and document.verified()
    return document.builtin and document.kind is Kind.STATUTE and whole


def _digests(stored: StoredDocument) -> dict[str, str]:
    """The files that a document came from, by their hash."""
    parts = stored.meta.get("parts", ())
    return {str(part["digest"]): str(part["file"]) for part in parts} or {stored.digest: stored.file}


def _named_day(meta: Mapping[str, Any]) -> str:
    """The full date in the name or the front matter of a file; empty where there is none."""
    version = str(meta.get("version") or "")
    return version if len(version) == len("2020-11-11") else ""


def _as_adopted(document: Document, day: str | None) -> Document:
    return replace(document, meta={**document.meta, "adopted": day})


def _same_document(held: StoredDocument, document: Document) -> bool:
    return held.citation == document.citation and held.kind is document.kind
