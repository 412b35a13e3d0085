"""A user's own documents: ingest, list, show, remove, verify and reindex one workspace."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import Timeout

from ingest.citation import Citation
from ingest.document import Document, Kind
from ingest.errors import KangbianError, NotFound, ServiceFailure
from ingest.load import KnownTitle, load_document
from ingest.readers import READERS
from rag.audit import AuditReport, audit
from rag.index import build_lexical, ensure_builtin, locked, require_same_maker
from rag.lexical import Lexical, WordCutter
from rag.library import HeldDocument, HeldPlace, Library
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.writer import Progress, Unit, Writer, silent

if TYPE_CHECKING:
    from rag.embed import Embedder

_LOCK_SECONDS = 10.0


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


class Workspace:
    """The documents that a user brought, kept apart from those of other workspaces.

    Raises UnusableInput for a name that cannot be one. One process writes at a time; each document is stored whole or
    not at all.
    """

    def __init__(
        self,
        name: str = DEFAULT_WORKSPACE,
        settings: Settings | None = None,
        progress: Progress = silent,
        embedder: "Embedder | None" = None,
    ) -> None:
        self.name = name
        self.settings = settings or Settings.from_env()
        self._folder = self.settings.workspace_folder(name)
        if embedder is None:
            from rag.embed import load_embedder

            embedder = load_embedder(self.settings.embed_model)
        self._embedder = embedder
        self._cutter = WordCutter(self.settings.home / "cache", self.settings.corpus / "lexicon")
        self._builtin, self._manifest = ensure_builtin(self.settings, embedder, self._cutter, progress)

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether anything was ever ingested under this name."""
        return (self._folder / "store.sqlite").is_file()

    def library(self) -> Library:
        """What can be read in this workspace: its own documents over the built-in ones."""
        own = Unit.at(self._folder, self.settings).store if self.exists else None
        return Library(self._builtin.store, own)

    def documents(self) -> list[HeldDocument]:
        """Every document held, the built-in ones first."""
        return self.library().documents()

    def show(self, short: str, version: str | None = None) -> list[HeldPlace]:
        """The passages of a document in order. Raises NotFound when nothing of that name is held."""
        library = self.library()
        shorts = [short] if library.versions(short) else library.catalogue().candidates(short)
        passages = library.passages(shorts[0], version) if len(shorts) == 1 else []
        if not passages:
            raise NotFound(
                f"工作区「{self.name}」和内置资料中都没有「{short}」。用 kangbian corpus list 查看已收录的文件。"
            )
        return passages

    # --- writing -----------------------------------------------------------------------------------------------------

    def ingest(self, paths: Iterable[str | Path], progress: Progress = silent) -> IngestReport:
        """Read files and folders into the workspace; a file that fails does not stop the others.

        Raises IndexMismatch when the workspace was indexed by another model, ServiceFailure when the disk is full, the
        Chroma server is down or another process is writing; the files stored until then stay.
        """
        files = [found for path in paths for found in _walk(Path(path))]
        with self._writing() as writer:
            self._require_current(writer)
            report = []
            for number, (file, failure) in enumerate(files):
                progress(number, len(files), file.name)
                report.append(failure or self._ingest_file(file, writer))
            self._index_words(writer.unit)
        progress(len(files), len(files), "")
        return IngestReport(tuple(report))

    def remove(self, short: str, version: str | None = None) -> list[str]:
        """Forget an ingested document, all its versions unless one is named. Returns the keys removed.

        Raises NotFound when no ingested document has that name; the built-in ones cannot be removed.
        """
        own = [document for document in self.documents() if not document.builtin]
        names = {short, *self.library().catalogue().candidates(short)}
        doomed = [
            document
            for document in own
            if document.citation.document in names and version in (None, document.citation.version)
        ]
        if not doomed:
            raise NotFound(
                f"工作区「{self.name}」中没有导入过「{short}」。内置资料不能移除；用 kangbian corpus list 查看。"
            )
        with self._writing() as writer:
            writer.remove([document.stored.id for document in doomed])
            self._index_words(writer.unit)
        return [str(document.citation) for document in doomed]

    def reindex(self, progress: Progress = silent) -> int:
        """Embed and cut every ingested document again, with the model now set. Returns how many documents."""
        if not self.exists:
            return 0
        with self._writing() as writer:
            writer.rebuild(progress)
            self._index_words(writer.unit)
            return writer.unit.store.counts()["documents"]

    def verify(self) -> AuditReport:
        """Compare what is stored with what was made from it, and the built-in statutes with their known hashes."""
        units = [("内置资料", self._builtin)]
        if self.exists:
            units.append((f"工作区「{self.name}」", Unit.at(self._folder, self.settings)))
        return audit(units, self._words(), self.settings.corpus)

    def _ingest_file(self, file: Path, writer: Writer) -> IngestedFile:
        try:
            digest = sha256(file.read_bytes()).hexdigest()
        except OSError:
            digest = ""  # The reader below says in words what is wrong with the file.
        library = self.library()
        own = [document for document in library.documents() if not document.builtin]
        same = [document for document in own if document.stored.digest == digest]
        if same:
            status = Status.UNCHANGED if file.name in {found.stored.file for found in same} else Status.DUPLICATE
            held = same[0]
            message = "" if status is Status.UNCHANGED else f"与已导入的「{held.stored.file}」内容相同，没有重复收录。"
            return IngestedFile(str(file), status, str(held.citation), message=message)
        try:
            document = load_document(file, known=_known(library))
        except KangbianError as error:
            return IngestedFile(str(file), Status.FAILED, message=str(error))
        official = _official_copy(document, library)
        if official is not None:
            message = f"内置的《{official.title}》官方文本优先，没有另存这一份。"
            return IngestedFile(str(file), Status.DUPLICATE, str(official.citation), message=message)
        document = _told_apart(document, file, own)
        former = [held for held in own if _same_place(held, document)]
        if former and library.text(former[0]) == document.text:
            message = f"与已导入的「{former[0].stored.file}」文字相同，没有重复收录。"
            return IngestedFile(str(file), Status.DUPLICATE, str(document.citation), message=message)
        writer.add(document, digest, file.name)
        citable = sum(passage.citation is not None for passage in document.passages)
        status = Status.UPDATED if former else Status.ADDED
        return IngestedFile(str(file), status, str(document.citation), citable)

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        """A writer into this workspace, made if need be, what was cut short finished first, nobody else writing."""
        try:
            with locked(self._folder, _LOCK_SECONDS):
                writer = Writer(Unit.at(self._folder, self.settings), self._embedder, self._cutter)
                writer.heal()
                yield writer
        except Timeout as error:
            raise ServiceFailure(f"另一个进程正在写入工作区「{self.name}」。请等它完成后重试。") from error

    def _require_current(self, writer: Writer) -> None:
        if writer.unit.store.generation:
            require_same_maker(writer, self.name)
        else:
            writer.unit.store.set_facts(**writer.maker())

    def _words(self) -> Lexical:
        """The word index that the present documents should have."""
        if self.exists and (generation := Unit.at(self._folder, self.settings).store.generation):
            return Lexical(self._folder / "lexical" / f"{self._manifest['fingerprint'][:12]}-{generation}")
        return Lexical(self._builtin.store.path.parent / "lexical" / "words")

    def _index_words(self, own: Unit) -> None:
        words = self._words()
        if not words.exists:
            build_lexical(words, self._builtin, own)


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


def _known(library: Library) -> list[KnownTitle]:
    seen = {document.citation.document: document for document in reversed(library.documents())}
    return [
        KnownTitle(document.title, short, document.kind, document.stored.aliases) for short, document in seen.items()
    ]


def _official_copy(document: Document, library: Library) -> HeldDocument | None:
    """The built-in official text that leaves nothing for an ingested copy of the same version to add."""
    if document.kind is not Kind.STATUTE:
        return None
    for held in library.versions(document.citation.document):
        whole = held.meta.get("held", "all") == "all" and held.verified()
        if held.builtin and held.citation.version == document.citation.version and whole:
            return held
    return None


def _same_place(held: HeldDocument, document: Document) -> bool:
    return held.citation == document.citation and held.kind is document.kind


def _told_apart(document: Document, file: Path, own: Sequence[HeldDocument]) -> Document:
    """The document under a name of its own, where another one has its name already.

    Two versions of a statute adopted in one year go by their full dates; two papers of one title get a number.
    """
    rivals = [held for held in own if _same_place(held, document) and held.stored.file != file.name]
    if not rivals:
        return document
    adopted = document.meta.get("adopted")
    if document.kind is Kind.STATUTE:
        if adopted and rivals[0].stored.adopted not in (None, adopted):
            return _renamed(document, replace(document.citation, version=str(adopted)))
        return document
    if document.kind is Kind.COMMENTARY:
        taken = {held.citation.document for held in own if held.stored.file != file.name}
        number = next(n for n in range(2, len(taken) + 3) if f"{document.citation.document}-{n}" not in taken)
        return _renamed(document, Citation(f"{document.citation.document}-{number}"))
    return document


def _renamed(document: Document, head: Citation) -> Document:
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
