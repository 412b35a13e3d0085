"""Files read ahead of the writer: parsed, and cut into words, by other processes where the machine has the cores.

Parsing and cutting take as long as embedding and storing together, and Python does one thing at a time. Whatever reads
files elsewhere is a `FileReaders`; the workers here are this machine's. A worker is a Python process that reads the names
of files on its standard input and answers on its standard output. It is started as a program of its own, not by
`multiprocessing`, which would run the caller's script a second time.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from ingest.document import Document
from ingest.errors import KangbianError
from ingest.load import KnownTitle, KnownTitles, load_document
from rag.captions import Captions
from rag.lexical import WordCutter
from rag.store import SEARCHED

# Below so many bytes a worker takes longer to start than the files to read.
_WORTH_A_WORKER = 1_000_000
# More would only wait for the one process that writes.
_MOST_WORKERS = 4
# Bytes of files read and not yet written: more than the writer stores at once, or the workers would wait for it.
_AHEAD = 4_000_000
# A worker that dies so often will not live; its files are then read by the writer itself.
_MOST_DEATHS = 3
_WORKER = "from rag.prepare import serve; serve()"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as the writer needs it: its document with the words of every passage, or why it cannot be used."""

    document: Document | None
    words: tuple[str, ...] = ()
    failure: str = ""


def file_digest(file: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits; empty where it cannot be read."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""  # Its reader says in words what is wrong with it.


def prepare(file: Path, cutter: WordCutter, known: KnownTitles) -> Prepared:
    """Parse a file and cut the words of its passages; a file that cannot be used gives its message."""
    try:
        document = load_document(file, known=known)
    except KangbianError as error:
        return Prepared(None, failure=str(error))
    return Prepared(document, passage_words(document, cutter))


def passage_words(document: Document, cutter: WordCutter, captions: Captions | None = None) -> tuple[str, ...]:
    """The words of each passage, joined by spaces: of the title, the headings and the captions too, cut only once.

    A passage that is not searched has none.
    """
    above: dict[str, str] = {}

    def once(text: str) -> str:
        if text not in above:
            above[text] = " ".join(cutter.words(text))
        return above[text]

    found = []
    for passage in document.passages:
        if passage.citation is None or passage.role not in SEARCHED:
            found.append("")
            continue
        caption = captions.of(passage.citation) if captions else ""
        own = " ".join(cutter.words(f"{caption}\n{passage.text}" if caption else passage.text))
        found.append(" ".join(filter(None, (*map(once, (document.title, *passage.headings)), own))))
    return tuple(found)


class FileReaders(Protocol):
    """Whatever reads files elsewhere, as many at once as it has workers; `rag.spread` has those of a cluster."""

    count: int

    def read(self, file: Path) -> Prepared | None:
        """What a worker makes of a file, waited for; None where it could not. Called by `count` threads."""

    def stop(self) -> None:
        """End what is being read, as far as that can be ended."""


class ReadAhead:
    """Reads files in the background, some steps ahead of whoever asks for them in their order.

    `get` gives what a process that read them one by one would have got, except that only the titles that the readers
    were given were known: what became known since is for the caller to look at. Where the readers have no worker
    nothing is read ahead and `get` gives None: the caller reads the file itself.
    """

    def __init__(self, files: Sequence[Path], readers: FileReaders) -> None:
        self._todo = deque((file, _size(file)) for file in files)
        self._started: deque[tuple[Path, int, Future[Prepared | None]]] = deque()
        self._bytes = 0
        self._readers = readers
        self._threads = ThreadPoolExecutor(readers.count, thread_name_prefix="read-ahead") if readers.count else None

    def __enter__(self) -> "ReadAhead":
        self._fill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._readers.stop()
            self._threads.shutdown()
            self._readers.stop()  # one that was being started

    def get(self, file: Path) -> Prepared | None:
        """The file once it is read; None when it was not, or its worker died of it. Files left out are passed over."""
        if file not in (started for started, _, _ in self._started):
            return None
        while True:
            first, size, future = self._started.popleft()
            self._bytes -= size
            self._fill()
            if first == file:
                return future.result()
            future.cancel()

    def _fill(self) -> None:
        while self._threads and self._todo and (not self._started or self._bytes < _AHEAD):
            file, size = self._todo.popleft()
            self._bytes += size
            self._started.append((file, size, self._threads.submit(self._readers.read, file)))


def worker_count(size: int) -> int:
    """How many workers are worth starting to read so many bytes of files: one for each core but the writer's."""
    return min(core_count() - 1, _MOST_WORKERS) if size >= _WORTH_A_WORKER else 0


def _size(file: Path) -> int:
    with contextlib.suppress(OSError):
        return file.stat().st_size
    return 0


def core_count() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalReaders:
    """Files read by processes of this machine: one for each thread that asks, none for a few small files."""

    def __init__(self, files: Iterable[Path], cutter: WordCutter, known: Iterable[KnownTitle]) -> None:
        self.count = worker_count(sum(map(_size, files)))
        self._start = pickle.dumps((cutter.cache, cutter.lexicon, tuple(known)))
        self._own = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stopped = False

    def read(self, file: Path) -> Prepared | None:
        """What the worker of this thread makes of a file; None when it died."""
        if self._stopped or getattr(self._own, "deaths", 0) >= _MOST_DEATHS:
            return None
        try:
            process = self._process()
            _put(process.stdin, pickle.dumps(file))
            answer = pickle.load(process.stdout) if process.stdout else None
        except (OSError, EOFError, pickle.UnpicklingError):
            self._own.process = None
            self._own.deaths = getattr(self._own, "deaths", 0) + 1
            return None
        return answer if isinstance(answer, Prepared) else None

    def _process(self) -> "subprocess.Popen[bytes]":
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if process is None:
            process = subprocess.Popen(
                [sys.executable, "-c", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            self._processes.append(process)
            self._own.process = process
            _put(process.stdin, self._start)
        return process

    def stop(self) -> None:
        """End every worker, whatever it is reading."""
        self._stopped = True
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()


def _put(stream: IO[bytes] | None, message: bytes) -> None:
    if stream is None:
        raise OSError("no pipe")
    stream.write(message)
    stream.flush()


def serve() -> None:
    """The worker's side: a start message, then one file after another until the input ends."""
    # The writer decides when to stop: it closes the input, also when it is interrupted or killed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What a library prints must not stand among the answers.
    cache, lexicon, entries = pickle.load(sys.stdin.buffer)
    cutter, known = WordCutter(cache, lexicon), KnownTitles(entries)
    for file in _messages(sys.stdin.buffer):
        pickle.dump(prepare(file, cutter, known), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _messages(stream: IO[bytes]) -> Iterator[Path]:
    while True:
        try:
            yield pickle.load(stream)
        except EOFError:
            return
