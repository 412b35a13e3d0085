"""Taking files in: which to read, what became of each, and which copy of a document stays."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from ingest.citation import Citation
from ingest.document import Document, Kind
from ingest.errors import KangbianError
from ingest.load import KnownTitle, load_document
from ingest.readers import READERS
from rag.library import HeldDocument, Library
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
    """Takes files into one workspace, one after the other; `finish` makes them readable.

    `library` is the workspace over the built-in corpus, as it was before the first file.
    """

    def __init__(self, writer: Writer, library: Library) -> None:
        self._writer = writer
        self._library = library
        documents = library.documents()
        self._own = {document.stored.id: document.stored for document in documents if not document.builtin}
        self._known = {document.citation.document: _known(document.stored) for document in reversed(documents)}

    def take_all(self, paths: Iterable[str | Path], progress: Progress) -> IngestReport:
        """Every file of these paths, folders with all that is in them; a file that fails does not stop the others."""
        files = [found for path in paths for found in _walk(Path(path))]
        report = []
        for number, (file, failure) in enumerate(files):
            progress(number, len(files), file.name)
            report.append(failure or self._take(file))
        self._writer.flush()
        progress(len(files), len(files), "")
        return IngestReport(tuple(report))

    def _take(self, file: Path) -> IngestedFile:
        try:
            digest = sha256(file.read_bytes()).hexdigest()
        except OSError:
            digest = ""  # The reader below says in words what is wrong with the file.
        if same := [held for held in self._own.values() if held.digest == digest]:
            if file.name in {held.file for held in same}:
                return IngestedFile(str(file), Status.UNCHANGED, str(same[0].citation))
            message = f"与已导入的「{same[0].file}」内容相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(same[0].citation), message=message)
        try:
            document = load_document(file, known=list(self._known.values()))
        except KangbianError as error:
            return IngestedFile(str(file), Status.FAILED, message=str(error))
        official = _official_copy(document, self._library)
        if official is not None:
            message = f"内置的《{official.title}》官方文本优先，没有另存这一份。"
            return IngestedFile(str(file), Status.DUPLICATE, str(official.citation), message=message)
        document = self._told_apart(document, file)
        former = [held for held in self._own.values() if _same_document(held, document)]
        if former and self._writer.unit.store.text(former[0].id) == document.text:
            message = f"与已导入的「{former[0].file}」文字相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(document.citation), message=message)
        self._store(document, digest, file, former)
        citable = sum(passage.citation is not None for passage in document.passages)
        return IngestedFile(str(file), Status.UPDATED if former else Status.ADDED, str(document.citation), citable)

    def _store(self, document: Document, digest: str, file: Path, former: list[StoredDocument]) -> None:
        stored = self._writer.add(document, digest, file.name)
        for held in former:
            del self._own[held.id]
        self._own[stored.id] = stored
        self._known.setdefault(stored.citation.document, _known(stored))

    def _told_apart(self, document: Document, file: Path) -> Document:
        """The document under a name of its own, where another one has its name already: two papers get a number."""
        if document.kind is Kind.STATUTE:
            return self._dated(document)
        others = [held for held in self._own.values() if held.file != file.name]
        if document.kind is Kind.COMMENTARY and any(_same_document(held, document) for held in others):
            taken = {held.citation.document for held in others}
            name = document.citation.document
            number = next(n for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
            return renamed(document, Citation(f"{name}-{number}"))
        return document

    def _dated(self, document: Document) -> Document:
        """Two versions of a statute adopted in one year both go by the full date (contract, "One identity")."""
        adopted, head = document.meta.get("adopted"), document.citation
        if not adopted or not head.version:
            return document
        same_year = [
            held
            for held in self._own.values()
            if held.citation.document == head.document and (held.adopted or "").startswith(head.version[:4])
        ]
        others = [held for held in same_year if held.adopted != adopted]
        if not others:
            return document
        for held in others:
            if held.citation.version != held.adopted:
                del self._own[held.id]
                dated = self._writer.rename(held, replace(held.citation, version=held.adopted))
                self._own[dated.id] = dated
        return renamed(document, replace(head, version=str(adopted)))


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


def _official_copy(document: Document, library: Library) -> HeldDocument | None:
    """The built-in official text that leaves nothing for an ingested copy of the same version to add."""
    if document.kind is not Kind.STATUTE:
        return None
    for held in library.versions(document.citation.document):
        whole = held.meta.get("held", "all") == "all" and held.verified()
        if held.builtin and held.citation.version == document.citation.version and whole:
            return held
    return None


def _same_document(held: StoredDocument, document: Document) -> bool:
    return held.citation == document.citation and held.kind is document.kind
