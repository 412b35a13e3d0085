"""A user's own documents: ingest, list, show, remove, verify and reindex one workspace."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import Timeout

from ingest.errors import NotFound, ServiceFailure
from rag.audit import AuditReport, audit
from rag.cluster import Cluster
from rag.index import build_lexical, ensure_builtin, locked, require_same_maker
from rag.intake import IngestReport, Intake
from rag.lexical import Lexical, WordCutter
from rag.library import HeldDocument, HeldPlace, Library
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.spread import SpreadEmbedder
from rag.writer import Progress, Unit, Writer, silent

if TYPE_CHECKING:
    from rag.embed import Embedder

_LOCK_SECONDS = 10.0


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
        own = self._unit().store if self.exists else None
        return Library(self._builtin.store, own)

    def documents(self) -> list[HeldDocument]:
        """Every document held, the built-in ones first."""
        return self.library().documents()

    def show(self, short: str, version: str | None = None, as_of: date | None = None) -> list[HeldPlace]:
        """The passages of a document in order, without `version` those in force on a day.

        Raises NotFound when nothing of that name is held.
        """
        library = self.library()
        shorts = [short] if library.versions(short) else library.catalogue().candidates(short)
        passages = library.passages(shorts[0], version, as_of) if len(shorts) == 1 else []
        if not passages:
            raise NotFound(
                f"工作区「{self.name}」和内置资料中都没有「{short}」。用 kangbian corpus list 查看已收录的文件。"
            )
        return passages

    # --- writing -----------------------------------------------------------------------------------------------------

    def ingest(
        self, paths: Iterable[str | Path], progress: Progress = silent, cluster: Cluster | None = None
    ) -> IngestReport:
        """Read files and folders into the workspace; a file that fails does not stop the others.

        With `cluster` its workers parse, cut words and embed, and this process writes; what is stored is the same.

        Raises IndexMismatch when the workspace was indexed by another model, ServiceFailure when the disk is full, the
        Chroma server is down or another process is writing; the files stored until then stay.
        """
        with self._writing() as writer:
            self._require_current(writer)
            _embed_on(cluster, writer)
            report = Intake(writer, self.library(), cluster).take_all(paths, progress)
            self._index_words(writer.unit)
        return report

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

    def reindex(self, progress: Progress = silent, cluster: Cluster | None = None) -> int:
        """Embed and cut every ingested document again, with the model now set. Returns how many documents.

        With `cluster` its workers embed.
        """
        if not self.exists:
            return 0
        # What was cut short is made anew with the rest, also where a server holds vectors of another model.
        with self._writing(heal=False) as writer:
            _embed_on(cluster, writer)
            writer.rebuild(progress)
            self._index_words(writer.unit)
            return writer.unit.store.counts()["documents"]

    def verify(self) -> AuditReport:
        """Compare what is stored with what was made from it, and the built-in statutes with their known hashes."""
        units = [("内置资料", self._builtin)]
        if self.exists:
            units.append((f"工作区「{self.name}」", self._unit()))
        return audit(units, self._words(), self.settings.corpus)

    @contextmanager
    def _writing(self, heal: bool = True) -> Iterator[Writer]:
        """A writer into this workspace, made if need be, what was cut short finished first, nobody else writing."""
        try:
            with locked(self._folder, _LOCK_SECONDS):
                writer = Writer(self._unit(), self._embedder, self._cutter)
                if heal:
                    writer.heal()
                yield writer
        except Timeout as error:
            raise ServiceFailure(f"另一个进程正在写入工作区「{self.name}」。请等它完成后重试。") from error

    def _unit(self) -> Unit:
        return Unit.at(self._folder, self.settings, self._embedder.fingerprint)

    def _require_current(self, writer: Writer) -> None:
        if writer.unit.store.generation:
            require_same_maker(writer, self.name)
        else:
            writer.begin()

    def _words(self) -> Lexical:
        """The word index that the present documents should have."""
        if self.exists and (generation := self._unit().store.generation):
            return Lexical(self._folder / "lexical" / f"{self._manifest['fingerprint'][:12]}-{generation}")
        return Lexical(self._builtin.store.path.parent / "lexical" / "words")

    def _index_words(self, own: Unit) -> None:
        words = self._words()
        if not words.exists:
            build_lexical(words, self._builtin, own)


def _embed_on(cluster: Cluster | None, writer: Writer) -> None:
    if cluster:
        writer.embedder = SpreadEmbedder(writer.embedder, cluster)
