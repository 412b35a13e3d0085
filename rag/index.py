"""The index that a command opens: the built-in corpus, made or renewed by itself, and one workspace over it.

The built-in index lies in a folder named by its fingerprint (corpus, parsers, word lists, model, format), and its
manifest is the last thing written: a folder without one is finished by the next start. A workspace is written one
document at a time; only its own passages are bound to the model that indexed them.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ingest.errors import IndexMismatch, ServiceFailure
from rag.captions import Captions, captions_file, load_captions
from rag.lexical import IndexedPassage, Lexical, WordCutter
from rag.library import Library
from rag.ranker import Ranker
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.store import disk
from rag.vectors import Vectors
from rag.writer import FORMAT, Progress, Unit, Writer, collection_name, silent

if TYPE_CHECKING:
    from rag.embed import Embedder

_TEXTS = ("statutes", "judgments", "notes", "commentary")
_LOCK_SECONDS = 300.0
# How often a reader looks for the word index while another process replaces it.
_LOOKS = 5
# Folders of former corpora or models that stay, so that going back to one costs nothing.
_KEPT = 2


@dataclass(slots=True)
class Index:
    """Everything a reader of one workspace needs. Made by `open_index`."""

    settings: Settings
    workspace: str
    embedder: "Embedder"
    cutter: WordCutter
    builtin: Unit
    own: Unit
    library: Library
    manifest: dict[str, Any]
    _lexical: Lexical | None = field(default=None, repr=False)
    _ranker: Ranker | None = field(default=None, repr=False)
    _checked: dict[int, int] = field(default_factory=dict, repr=False)

    def units(self) -> list[Unit]:
        """The built-in unit (0) and the workspace's (1)."""
        return [self.builtin, self.own]

    def require_current(self) -> None:
        """Raise IndexMismatch when the user's own passages were indexed by another model or format."""
        if self.own.store.generation:
            require_same_maker(Writer(self.own, self.embedder, self.cutter), self.workspace)

    def vectors(self) -> list[tuple[int, Unit]]:
        """The units with vectors to search, as (unit number, unit), each brought up to date and complete first."""
        found = []
        for number, unit in enumerate(self.units()):
            generation = unit.store.generation
            if not generation:
                continue
            if self._checked.get(number) != generation and self._check_vectors(unit):
                self._checked[number] = generation
            found.append((number, unit))
        return found

    def mend(self, unit: Unit) -> None:
        """Put back a collection that was lost while it was in use."""
        if unit.store.generation:
            self._check_vectors(unit)

    def _check_vectors(self, unit: Unit) -> bool:
        """See what other processes wrote; put back what the collection has lost.

        Whether that is settled: on a server it is looked at again while another process is writing, who may have begun
        a collection anew.
        """
        unit.vectors.refresh()
        if _count(unit) == unit.store.counts()["pieces"]:
            return True
        # Where another process is writing just now, what it has finished is read.
        with suppress(Timeout), locked(unit.store.path.parent, seconds=0.0):
            held = _count(unit)
            if held is None:
                unit.vectors.reset()
            captions = load_captions(self.settings.corpus) if unit is self.builtin else Captions()
            writer = Writer(unit, self.embedder, self.cutter, captions)
            writer.heal()
            writer.repair_vectors()
            return True
        return unit.vectors.server is None

    def lexical(self) -> Lexical:
        """The word index over the built-in passages and those of the workspace, made anew when either has changed.

        It comes opened: another process that saves a newer one removes its files.
        """
        for _ in range(_LOOKS):
            found = self._newest_lexical()
            try:
                found.count()
            except ServiceFailure as error:
                # Removed between the look and the opening; the newer one is there by now.
                failure = error
                continue
            self._lexical = found
            return found
        raise failure

    def _newest_lexical(self) -> Lexical:
        builtin = self.builtin.store.path.parent / "lexical" / "words"
        generation = self.own.store.generation
        if not generation:
            return self._at(builtin)
        prefix = self.manifest["fingerprint"][:12]
        parent = self.own.store.path.parent / "lexical"
        wanted = Lexical(parent / f"{prefix}-{generation}")
        if not wanted.exists:
            try:
                with locked(self.own.store.path.parent, seconds=0.0):
                    build_lexical(wanted, self.builtin, self.own)
            except Timeout:
                # Another process is ingesting and will make the new one; the latest of this corpus serves meanwhile.
                ready = sorted(parent.glob(f"{prefix}-*"), key=lambda folder: int(folder.name.partition("-")[2]))
                return self._at(ready[-1] if ready else builtin)
        return self._at(wanted.folder)

    def ranker(self) -> Ranker:
        """What puts the candidates for a question in order: the ranking of the model that embeds."""
        if self._ranker is None:
            self._ranker = Ranker.of(self.embedder)
        return self._ranker

    def _at(self, folder: Path) -> Lexical:
        return self._lexical if self._lexical and self._lexical.folder == folder else Lexical(folder)


def open_index(
    settings: Settings | None = None,
    workspace: str = DEFAULT_WORKSPACE,
    progress: Progress = silent,
    embedder: "Embedder | None" = None,
) -> Index:
    """Open a workspace over the built-in corpus; the built-in index is made first where it is missing or outdated.

    What a killed process left half done in the workspace is finished first. Raises ServiceFailure when the disk or the
    Chroma server does not do its part, UnusableInput for a workspace name that cannot be one.
    """
    settings = settings or Settings.from_env()
    folder = settings.workspace_folder(workspace)
    if embedder is None:
        from rag.embed import load_embedder

        embedder = load_embedder(settings.embed_model)
    cutter = WordCutter(settings.home / "cache", settings.corpus / "lexicon")
    builtin, manifest = ensure_builtin(settings, embedder, cutter, progress)
    own = Unit.at(folder, settings, embedder.fingerprint)
    heal(Writer(own, embedder, cutter))
    library = Library(builtin.store, own.store)
    index = Index(settings, workspace, embedder, cutter, builtin, own, library, manifest)
    for unit in index.units():
        unit.vectors.mend = partial(index.mend, unit)
    return index


def _count(unit: Unit) -> int | None:
    """How many vectors are held; None when the collection must be made anew. A server that is down is raised.

    The built-in collection can always be made anew; that of a workspace waits for its named command.
    """
    try:
        return unit.vectors.count()
    except ServiceFailure:
        if unit.vectors.server:
            raise
        return None
    except IndexMismatch:
        if unit.vectors.workspace:
            raise
        return None


def require_same_maker(writer: Writer, workspace: str) -> None:
    """Raise IndexMismatch unless what the unit holds was indexed by this model in this format."""
    made, wanted = writer.made_by(), writer.maker()
    if made == wanted:
        return
    what = "嵌入模型" if made["embedder"] != wanted["embedder"] else "版本"
    raise IndexMismatch(
        f"工作区「{workspace}」的索引是用另一个{what}建立的，与现在的不一致，内容仍在。"
        f"请运行 kangbian ingest --reindex --workspace {workspace} 重建索引。"
    )


def heal(writer: Writer) -> None:
    """Finish what a killed process left in a unit, unless another process is at work there."""
    if writer.has_work():
        with suppress(Timeout), locked(writer.unit.store.path.parent, seconds=0.0):
            writer.heal()


@contextmanager
def locked(folder: Path, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
    """Hold the writing lock of a folder; raises filelock.Timeout after `seconds`. A killed holder lets go by itself."""
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=seconds)
            timeout = None
        except Timeout as error:  # An OSError by descent, but no failure of the disk.
            timeout = error
    if timeout is not None:
        raise timeout
    try:
        yield
    finally:
        lock.release()


def builtin_fingerprint(settings: Settings, embedder: "Embedder", cutter: WordCutter) -> str:
    """What the built-in index is made from: the texts of the corpus, the parsers, the word lists, model and format.

    64 hexadecimal digits.
    """
    digest = sha256(f"{FORMAT}\n{embedder.fingerprint}\n{cutter.fingerprint}\n".encode())
    parsers = sorted((Path(__file__).parent.parent / "ingest").glob("*.py"))
    with disk(settings.corpus):
        captions = [file] if (file := captions_file(settings.corpus)).is_file() else []
        for file in chain(corpus_files(settings.corpus), captions, parsers):
            digest.update(f"{file.parent.name}/{file.name}\n".encode())
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def corpus_files(corpus: Path) -> list[Path]:
    """The texts of the corpus, in a fixed order."""
    return [file for folder in _TEXTS for file in sorted((corpus / folder).glob("*.md"))]


def ensure_builtin(
    settings: Settings, embedder: "Embedder", cutter: WordCutter, progress: Progress = silent
) -> tuple[Unit, dict[str, Any]]:
    """The built-in unit and its manifest, made first where there is none for this corpus and model."""
    fingerprint = builtin_fingerprint(settings, embedder, cutter)
    folder = settings.home / "builtin" / fingerprint[:12]
    manifest = _manifest(folder)
    if manifest is None:
        try:
            with locked(folder.parent):
                manifest = _manifest(folder)
                if manifest is None:
                    _clear_broken(folder)
                    manifest = _build(folder, fingerprint, settings, embedder, cutter, progress)
        except Timeout as error:
            raise ServiceFailure(
                f"另一个进程正在 {folder.parent} 建立内置索引，等了 {_LOCK_SECONDS:.0f} 秒仍未完成。请稍后重试。"
            ) from error
    return _builtin_unit(folder, settings, embedder), manifest


def _builtin_unit(folder: Path, settings: Settings, embedder: "Embedder") -> Unit:
    """On a Chroma server the built-in collection of one fingerprint is the same for everybody."""
    return Unit.at(folder, settings, embedder.fingerprint, _builtin_identity(folder))


def _builtin_identity(folder: Path) -> str:
    return f"builtin-{folder.name}"


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = _is_database(folder / "store.sqlite") and Lexical(folder / "lexical" / "words").exists
    return manifest if whole else None


def _is_database(path: Path) -> bool:
    """Whether the file is there and begins as SQLite files do."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _clear_broken(folder: Path) -> None:
    """A store of the built-in corpus that is no database is thrown away: everything in it can be made again."""
    if (folder / "store.sqlite").exists() and not _is_database(folder / "store.sqlite"):
        shutil.rmtree(folder, ignore_errors=True)


def _build(
    folder: Path, fingerprint: str, settings: Settings, embedder: "Embedder", cutter: WordCutter, progress: Progress
) -> dict[str, Any]:
    """Make the built-in index, taking up what an earlier attempt has finished; the manifest is written last."""
    from ingest.load import load_document

    unit = _builtin_unit(folder, settings, embedder)
    if _count(unit) is None:
        unit.vectors.reset()
    writer = Writer(unit, embedder, cutter, load_captions(settings.corpus))
    writer.begin()
    writer.heal()
    done = {(document.file, document.digest) for document in unit.store.documents()}
    files = corpus_files(settings.corpus)
    for number, file in enumerate(files):
        progress(number, len(files), f"建立内置索引：{file.stem}")
        digest = sha256(file.read_bytes()).hexdigest()
        if (file.name, digest) not in done:
            writer.add(load_document(file), digest, file.name)
    writer.flush()
    writer.repair_vectors()
    shutil.rmtree(folder / "lexical", ignore_errors=True)
    build_lexical(Lexical(folder / "lexical" / "words"), unit, None)
    progress(len(files), len(files), "")
    manifest = {
        "fingerprint": fingerprint,
        "model": embedder.name,
        "embedder": embedder.fingerprint,
        "version": FORMAT,
        **unit.store.counts(),
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    with disk(folder):
        unfinished = folder / f".manifest.{os.getpid()}"
        unfinished.write_text(json.dumps(manifest, ensure_ascii=False, indent=2), "utf-8")
        unfinished.replace(folder / "manifest.json")
    _prune(folder, settings)
    return manifest


def _prune(current: Path, settings: Settings) -> None:
    """Remove the indexes of former corpora and models but the latest, on a Chroma server only those of this home.

    Another home that still uses such a collection puts it back by itself. Where the server does not answer, the folder
    stays to tell the next time what is to go.
    """
    others = [folder for folder in current.parent.iterdir() if folder.is_dir() and folder != current]
    for folder in sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        if server := settings.chroma_server():
            with suppress(ServiceFailure):
                Vectors(folder, collection_name(_builtin_identity(folder)), server).drop()
                shutil.rmtree(folder, ignore_errors=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def build_lexical(lexical: Lexical, builtin: Unit, own: Unit | None) -> None:
    """Index the words of the built-in passages, and of the workspace's where there is one."""
    units = [builtin, own] if own else [builtin]
    lexical.build(IndexedPassage(n, *passage) for n, unit in enumerate(units) for passage in unit.store.searched())
