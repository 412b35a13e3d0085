"""Documents and their passages on disk: one SQLite file for the built-in corpus, one for each workspace.

The file is the truth; the vectors and the word index are made from it and can be made again. A document is written
`pending`, becomes `indexed` when its vectors are acknowledged, and only then replaces the one before it. What has to
leave the vector collection is listed in the same transaction: a killed process leaves nothing but work to finish.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ingest.citation import Citation
from ingest.document import Document, Kind, Passage, Place, Role
from ingest.errors import ServiceFailure

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY,
    short TEXT NOT NULL, version TEXT NOT NULL, kind TEXT NOT NULL,
    title TEXT NOT NULL, aliases TEXT NOT NULL, meta TEXT NOT NULL,
    digest TEXT NOT NULL, file TEXT NOT NULL,
    adopted TEXT, effective TEXT, repealed TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'indexed')),
    UNIQUE (short, version, kind, state)
);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, path TEXT, role TEXT NOT NULL, headings TEXT NOT NULL,
    start INTEGER NOT NULL, places TEXT NOT NULL, text TEXT NOT NULL, tokens TEXT,
    UNIQUE (document, ordinal)
);
CREATE INDEX IF NOT EXISTS passages_by_path ON passages (document, path);
CREATE TABLE IF NOT EXISTS pieces (
    id TEXT NOT NULL, passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS pieces_by_id ON pieces (id);
CREATE INDEX IF NOT EXISTS pieces_by_passage ON pieces (passage);
CREATE TABLE IF NOT EXISTS stale (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# Only these roles are searched (`ingest.document.Role`).
SEARCHED = (Role.ARTICLE, Role.PARAGRAPH, Role.FOOTNOTE)
_HEAD = "id, short, version, kind, title, aliases, meta, digest, file, adopted, effective, repealed"
_NO_SPACE = 28  # errno.ENOSPC


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn a failure of the disk or of the file at `path` into a ServiceFailure that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise ServiceFailure(_disk_message(path, str(error))) from error
    except OSError as error:
        full = "full" if error.errno == _NO_SPACE else ""
        raise ServiceFailure(_disk_message(path, f"{full} {error.strerror or error}".strip())) from error


def _disk_message(path: Path, reason: str) -> str:
    kept = "已经存好的内容没有受影响。"
    lowered = reason.lower()
    if "full" in lowered or "no space" in lowered or "quota" in lowered:
        return f"磁盘已满，写不进 {path}。{kept}请腾出空间后重试。"
    if "readonly" in lowered or "read-only" in lowered or "permission" in lowered or "unable to open" in lowered:
        return f"没有权限写入 {path}。{kept}请检查权限，或用环境变量 KANGBIAN_HOME 指定另一个文件夹。"
    if "locked" in lowered:
        return f"{path} 正被另一个进程占用。{kept}请稍后重试。"
    return f"读写 {path} 失败（{reason}）。{kept}请检查磁盘后重试。"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The head of a stored document, without its text.

    `digest` is the SHA-256 of the file it came from; `adopted`, `effective` and `repealed` are ISO dates or None.
    """

    id: int
    citation: Citation
    kind: Kind
    title: str
    aliases: tuple[str, ...]
    meta: Mapping[str, Any]
    digest: str
    file: str
    adopted: str | None
    effective: str | None
    repealed: str | None

    def in_force(self, as_of: date) -> bool | None:
        """Whether the statute is law on that day; None for anything but a statute, or when no date is known."""
        if self.kind is not Kind.STATUTE or not (self.effective or self.repealed):
            return None
        day = as_of.isoformat()
        return (self.effective or "") <= day and (not self.repealed or day < self.repealed)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A stored passage; `start` counts characters from the start of the document's text."""

    id: int
    document: int
    path: tuple[str, ...] | None
    role: Role
    headings: tuple[str, ...]
    start: int
    places: tuple[tuple[tuple[str, ...], int, int], ...]
    text: str

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Piece:
    """What the vectors hold for a passage or a part of it; `id` is the citation key, with `#start-end` for a part."""

    id: str
    passage: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPassage:
    """What the index adds to a passage before it is stored: its word tokens and the spans to embed, by id."""

    tokens: str = ""
    pieces: tuple[tuple[str, int, int], ...] = ()


@dataclass(slots=True)
class Store:
    """The SQLite file of one index unit. Threads share a Store; each has its own connection.

    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "store.sqlite")
    >>> store.generation, store.documents()
    (0, [])
    """

    path: Path
    _local: threading.local = field(default_factory=threading.local, repr=False)

    def __post_init__(self) -> None:
        with disk(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            made = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stale'").fetchone()
            if not made:
                self._connection.executescript(_SCHEMA)

    # --- connections -------------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30.0, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is stored or none."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if connection.in_transaction:
            connection.execute("COMMIT")

    def _read(self, sql: str, arguments: Sequence[object] = ()) -> list[Any]:
        with disk(self.path):
            return self._connection.execute(sql, arguments).fetchall()

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    # --- facts about the unit ----------------------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """A stored fact about the unit itself (its model, its generation), or None."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set_facts(self, **facts: str) -> None:
        """Store facts about the unit itself, in one transaction."""
        with disk(self.path), self._write() as connection:
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def identity(self, proposed: str) -> str:
        """The name of the unit, given once: `proposed` by whoever comes first."""
        with disk(self.path):
            self._connection.execute("INSERT OR IGNORE INTO facts VALUES ('identity', ?)", (proposed,))
        return self.fact("identity") or proposed

    @property
    def generation(self) -> int:
        """Grows by one whenever the indexed documents change; a reader compares it to see that it is out of date."""
        return int(self.fact("generation") or 0)

    # --- writing -----------------------------------------------------------------------------------------------------

    def insert_pending(
        self, document: Document, digest: str, file: str, extras: Sequence[NewPassage]
    ) -> StoredDocument:
        """Store a document beside the one it will replace; nobody reads it until `publish`."""
        head = document.citation
        meta = json.dumps(dict(document.meta), ensure_ascii=False, default=str)
        dates = [_iso(document.meta.get(name)) for name in ("adopted", "effective", "repealed")]
        with disk(self.path), self._write() as connection:
            connection.execute(
                "DELETE FROM documents WHERE short = ? AND version = ? AND kind = ? AND state = 'pending'",
                (head.document, head.version or "", document.kind.value),
            )
            cursor = connection.execute(
                "INSERT INTO documents (short, version, kind, title, aliases, meta, digest, file,"
                " adopted, effective, repealed, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
                (
                    head.document,
                    head.version or "",
                    document.kind.value,
                    document.title,
                    json.dumps(document.aliases, ensure_ascii=False),
                    meta,
                    digest,
                    file,
                    *dates,
                ),
            )
            number = int(cursor.lastrowid or 0)
            # Nobody else writes meanwhile: the ids that follow can be given out here.
            first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM passages").fetchone()[0]
            connection.executemany(
                "INSERT INTO passages (id, document, ordinal, path, role, headings, start, places, text, tokens)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        first + ordinal,
                        number,
                        ordinal,
                        "/".join(passage.citation.path) if passage.citation else None,
                        passage.role.value,
                        json.dumps(passage.headings, ensure_ascii=False),
                        passage.start,
                        _pack(passage.places),
                        passage.text,
                        extra.tokens if passage.role in SEARCHED and passage.citation else None,
                    )
                    for ordinal, (passage, extra) in enumerate(zip(document.passages, extras, strict=True))
                ),
            )
            for ordinal, extra in enumerate(extras):
                _insert_pieces(connection, first + ordinal, extra)
        stored = self.document(number)
        if stored is None:
            raise ServiceFailure(f"写入 {self.path} 的文件没有留下。请检查磁盘后重试。")
        return stored

    def publish(self, numbers: Iterable[int]) -> None:
        """Make pending documents the indexed ones of their names, all at once.

        What they replace goes, and its vectors become stale.
        """
        with disk(self.path), self._write() as connection:
            for number in numbers:
                same = "SELECT short, version, kind FROM documents WHERE id = ?"
                name = connection.execute(same, (number,)).fetchone()
                old = "SELECT id FROM documents WHERE short = ? AND version = ? AND kind = ? AND state = 'indexed'"
                for (former,) in connection.execute(old, name).fetchall():
                    _drop(connection, former)
                connection.execute("UPDATE documents SET state = 'indexed' WHERE id = ?", (number,))
            _clear_stale(connection)
            _next_generation(connection)
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('counts', ?)", (_counted(connection),))

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget these documents; their vectors become stale."""
        with disk(self.path), self._write() as connection:
            for number in numbers:
                _drop(connection, number)
            _clear_stale(connection)
            _next_generation(connection)
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('counts', ?)", (_counted(connection),))

    def pending(self) -> list[int]:
        """Documents whose writing was cut short before their vectors were acknowledged."""
        return [row[0] for row in self._read("SELECT id FROM documents WHERE state = 'pending' ORDER BY id")]

    def stale(self) -> list[str]:
        """Ids that the vector collection may still hold and that no stored document has."""
        return [row[0] for row in self._read("SELECT id FROM stale")]

    def forget_stale(self, ids: Iterable[str]) -> None:
        """Strike out ids that have left the vector collection."""
        with disk(self.path), self._write() as connection:
            connection.executemany("DELETE FROM stale WHERE id = ?", [(identity,) for identity in ids])

    def replace_extras(self, number: int, extras: Sequence[NewPassage]) -> None:
        """Store other words and other spans to embed for the passages of a document, in their order."""
        with disk(self.path), self._write() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE document = ? ORDER BY ordinal", (number,)
            ).fetchall()
            for (passage,), extra in zip(rows, extras, strict=True):
                searched = (extra.tokens, passage)
                connection.execute("UPDATE passages SET tokens = ? WHERE id = ? AND tokens IS NOT NULL", searched)
                connection.execute("DELETE FROM pieces WHERE passage = ?", (passage,))
                _insert_pieces(connection, passage, extra)

    def replace_words(self, number: int, words: Sequence[str]) -> None:
        """Store the words of a document's passages again, in their order; the index over them is then out of date."""
        with disk(self.path), self._write() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE document = ? ORDER BY ordinal", (number,)
            ).fetchall()
            for (passage,), text in zip(rows, words, strict=True):
                searched = (text, passage)
                connection.execute("UPDATE passages SET tokens = ? WHERE id = ? AND tokens IS NOT NULL", searched)
            _next_generation(connection)

    # --- reading -----------------------------------------------------------------------------------------------------

    def documents(self, pending: bool = False) -> list[StoredDocument]:
        """Every indexed document, with `pending` the unfinished ones too, by short name, version and kind."""
        state = "" if pending else "WHERE state = 'indexed'"
        sql = f"SELECT {_HEAD} FROM documents {state} ORDER BY short, version, kind"
        return [_document(row) for row in self._read(sql)]

    def document(self, number: int) -> StoredDocument | None:
        """One document by its id, pending or indexed."""
        rows = self._read(f"SELECT {_HEAD} FROM documents WHERE id = ?", (number,))
        return _document(rows[0]) if rows else None

    def documents_by_id(self, numbers: Iterable[int]) -> list[StoredDocument]:
        """Documents by their ids, pending or indexed, in that order; those that are gone are left out."""
        return [document for document in map(self.document, numbers) if document]

    def load(self, stored: StoredDocument) -> Document:
        """The document as the parser made it."""
        passages = [_parsed(stored.citation, passage) for passage in self.passages(stored.id)]
        text = "".join(passage.text for passage in passages)
        return Document(stored.citation, stored.kind, stored.title, text, tuple(passages), stored.meta, stored.aliases)

    def text(self, number: int) -> str:
        """The whole text of a document: its passages joined."""
        rows = self._read("SELECT text FROM passages WHERE document = ? ORDER BY ordinal", (number,))
        return "".join(row[0] for row in rows)

    def passages(self, number: int, path: str | None = None) -> list[StoredPassage]:
        """The passages of a document in order; with `path`, that one and those inside it (`二` holds `二.一.1/1`)."""
        sql = f"SELECT {_PASSAGE} FROM passages WHERE document = ?"
        arguments: list[object] = [number]
        if path is not None:
            # Between "." and "0" in ASCII stand only "." and "/": one range takes what is nested by either.
            sql += " AND (path = ? OR (path >= ? AND path < ?))"
            arguments += [path, path + ".", path + "0"]
        return [_passage(row) for row in self._read(sql + " ORDER BY ordinal", arguments)]

    def between(self, number: int, start: int, end: int) -> list[StoredPassage]:
        """All pieces of a document's text from `start` up to `end`, headings and blank lines among them."""
        sql = f"SELECT {_PASSAGE} FROM passages WHERE document = ? AND start >= ? AND start < ? ORDER BY ordinal"
        return [_passage(row) for row in self._read(sql, (number, start, end))]

    def passages_by_id(self, numbers: Iterable[int]) -> dict[int, StoredPassage]:
        """Passages by their ids; those that are gone are left out."""
        wanted = list(numbers)
        rows = self._read(f"SELECT {_PASSAGE} FROM passages WHERE id IN ({_marks(wanted)})", wanted)
        return {row[0]: _passage(row) for row in rows}

    def owners(self, ids: Sequence[str]) -> dict[str, int]:
        """The id of the passage that each piece is part of; pieces that no indexed document has are left out."""
        rows = self._read(
            "SELECT pieces.id, pieces.passage FROM pieces JOIN passages ON passages.id = pieces.passage"
            " JOIN documents ON documents.id = passages.document"
            f" WHERE documents.state = 'indexed' AND pieces.id IN ({_marks(ids)})",
            ids,
        )
        return dict(rows)

    def pieces(self, number: int | None = None) -> Iterator[Piece]:
        """The spans to embed: of one document, or of all that are indexed. Read as they are needed."""
        condition = "documents.state = 'indexed'" if number is None else "documents.id = ?"
        sql = (
            "SELECT pieces.id, passages.id, pieces.start, pieces.end, passages.text, passages.headings FROM pieces"
            " JOIN passages ON passages.id = pieces.passage JOIN documents ON documents.id = passages.document"
            f" WHERE {condition} ORDER BY passages.id, pieces.start"
        )
        with disk(self.path):
            for row in self._connection.execute(sql, () if number is None else (number,)):
                text = row[4][row[2] : row[3]]
                yield Piece(row[0], row[1], row[2], row[3], text, tuple(json.loads(row[5])))

    def piece_ids(self) -> set[str]:
        """The ids that the vector collection should hold: those of the indexed documents."""
        sql = (
            "SELECT pieces.id FROM pieces JOIN passages ON passages.id = pieces.passage"
            " JOIN documents ON documents.id = passages.document WHERE documents.state = 'indexed'"
        )
        return {row[0] for row in self._read(sql)}

    def searched(self) -> Iterator[tuple[int, str, str, str]]:
        """Id, words (joined by spaces), short name of the document and text of every passage that is searched."""
        sql = (
            "SELECT passages.id, passages.tokens, documents.short, passages.text FROM passages"
            " JOIN documents ON documents.id = passages.document"
            " WHERE documents.state = 'indexed' AND passages.tokens IS NOT NULL ORDER BY passages.id"
        )
        with disk(self.path):
            yield from self._connection.execute(sql)

    def searched_ids(self, number: int) -> list[int]:
        """The ids of the passages of a document that are searched, in order."""
        sql = "SELECT id FROM passages WHERE document = ? AND tokens IS NOT NULL ORDER BY ordinal"
        return [row[0] for row in self._read(sql, (number,))]

    def counts(self) -> dict[str, int]:
        """How many indexed documents, passages that are searched, and pieces there are; counted when they changed."""
        known = self.fact("counts")
        if known is None:
            with disk(self.path):
                known = _counted(self._connection)
        counts: dict[str, int] = json.loads(known)
        return counts

    def heads_of(self, ids: Sequence[str]) -> dict[str, tuple[StoredDocument, Piece]]:
        """What each piece is a part of, and the piece with its words; pieces that nothing has are left out."""
        owners = self.owners(ids)
        passages = self.passages_by_id(owners.values())
        documents = {
            document.id: document for document in self.documents_by_id({p.document for p in passages.values()})
        }
        spans = self._read(f"SELECT id, start, end FROM pieces WHERE id IN ({_marks(ids)})", ids)
        found = {}
        for identity, start, end in spans:
            if passage := passages.get(owners.get(identity, -1)):
                piece = Piece(identity, passage.id, start, end, passage.text[start:end], passage.headings)
                found[identity] = (documents[passage.document], piece)
        return found


def _counted(connection: sqlite3.Connection) -> str:
    joined = "FROM passages JOIN documents ON documents.id = passages.document WHERE documents.state = 'indexed'"
    ids = joined.replace("passages JOIN", "pieces JOIN passages ON passages.id = pieces.passage JOIN")
    asked = {
        "documents": "SELECT count(*) FROM documents WHERE state = 'indexed'",
        "passages": f"SELECT count(*) {joined} AND passages.tokens IS NOT NULL",
        "pieces": f"SELECT count(DISTINCT pieces.id) {ids}",
    }
    return json.dumps({name: connection.execute(sql).fetchone()[0] for name, sql in asked.items()})


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


_PASSAGE = "id, document, path, role, headings, start, places, text"


def _drop(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO stale SELECT pieces.id FROM pieces JOIN passages ON passages.id = pieces.passage"
        " WHERE passages.document = ?",
        (number,),
    )
    connection.execute("DELETE FROM documents WHERE id = ?", (number,))


def _insert_pieces(connection: sqlite3.Connection, passage: int, extra: NewPassage) -> None:
    rows = [(identity, passage, start, end) for identity, start, end in extra.pieces]
    connection.executemany("INSERT INTO pieces VALUES (?, ?, ?, ?)", rows)


def _clear_stale(connection: sqlite3.Connection) -> None:
    """An id that some stored document has is not stale, whoever else gave it up."""
    connection.execute("DELETE FROM stale WHERE EXISTS (SELECT 1 FROM pieces WHERE pieces.id = stale.id)")


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO facts VALUES ('generation', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1"
    )


def _iso(value: object) -> str | None:
    """An ISO date, from what YAML made of it; anything else is no date."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None


def _pack(places: Sequence[Place]) -> str:
    packed = [["/".join(place.citation.path), place.start, place.end] for place in places]
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))


def _parsed(head: Citation, stored: StoredPassage) -> Passage:
    places = []
    for path, start, end in stored.places:
        text = stored.text[start - stored.start : end - stored.start].strip()
        places.append(Place(replace(head, path=path), start, end, text))
    citation = replace(head, path=stored.path) if stored.path else None
    return Passage(citation, stored.start, stored.end, stored.text, stored.role, stored.headings, tuple(places))


def _document(row: Sequence[Any]) -> StoredDocument:
    return StoredDocument(
        id=row[0],
        citation=Citation(row[1], row[2] or None),
        kind=Kind(row[3]),
        title=row[4],
        aliases=tuple(json.loads(row[5])),
        meta=json.loads(row[6]),
        digest=row[7],
        file=row[8],
        adopted=row[9],
        effective=row[10],
        repealed=row[11],
    )


def _passage(row: Sequence[Any]) -> StoredPassage:
    return StoredPassage(
        id=row[0],
        document=row[1],
        path=tuple(row[2].split("/")) if row[2] else None,
        role=Role(row[3]),
        headings=tuple(json.loads(row[4])),
        start=row[5],
        places=tuple((tuple(path.split("/")), start, end) for path, start, end in json.loads(row[6])),
        text=row[7],
    )
