"""What is held, and the words at every place of it: a workspace read over the built-in corpus.

Three rules decide between copies (contract, "Corpus files"): a built-in official text wins over an ingested copy of the
same version; a full text replaces a digest in its workspace; without `@` a key means the version in force on the date
asked about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from ingest.citation import Citation
from ingest.document import Kind
from ingest.resolve import Catalogue, Entry
from rag.store import Store, StoredDocument, StoredPassage


class Held(StrEnum):
    """Whether a place is held, and if it is not, whether it exists at all."""

    YES = "yes"
    NO_SUCH_PLACE = "no_such_place"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document as the library shows it; `stored` has its title, dates and meta.

    `builtin` says which store it lies in; `followed` is the first day of the next version held, None for the latest.
    """

    stored: StoredDocument
    builtin: bool
    followed: str | None = None

    @property
    def citation(self) -> Citation:
        """Short name and version."""
        return self.stored.citation

    @property
    def kind(self) -> Kind:
        """What the document is."""
        return self.stored.kind

    @property
    def is_case(self) -> bool:
        """Whether it tells of a case: a judgment, its digest, or a note on a foreign case, which is called by its court."""
        return self.kind in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) or (
            self.kind is Kind.NOTE and "·" in self.citation.document
        )

    @property
    def title(self) -> str:
        """The full title."""
        return self.stored.title

    @property
    def meta(self) -> "dict[str, Any]":
        """The front matter of the file, or what its reader could tell."""
        return dict(self.stored.meta)

    @property
    def start(self) -> str:
        """The first day of this version as far as it is known: of effect, else of adoption; ISO, or empty."""
        return self.stored.effective or self.stored.adopted or ""

    def in_force(self, as_of: date) -> bool | None:
        """Whether a statute is law on that day; None for other documents, and where no date is known.

        A later version that has taken effect ends the earlier ones, whether or not their files say so.
        """
        if self.kind is not Kind.STATUTE:
            return None
        if self.followed and self.followed <= as_of.isoformat():
            return False
        return self.stored.in_force(as_of)

    def verified(self, path: Sequence[str] = ()) -> bool:
        """Whether the text at `path` was verified word for word; always true of a text that the user ingested."""
        if self.meta.get("text") == "unverified":
            return False
        unverified = {str(article) for article in self.meta.get("unverified") or ()}
        return path[0] not in unverified if path else not unverified


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place and its words. `start` and `end` count characters from the start of the document's text.

    `in_force` is None for anything but a statute; `effective` is an ISO date or None.
    """

    citation: Citation
    document: HeldDocument
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    in_force: bool | None

    @property
    def key(self) -> str:
        """The citation key."""
        return str(self.citation)

    @property
    def title(self) -> str:
        """The full title of the document."""
        return self.document.title

    @property
    def kind(self) -> Kind:
        """What the document is."""
        return self.document.kind

    @property
    def version(self) -> str | None:
        """The version, as in the key."""
        return self.citation.version

    @property
    def effective(self) -> str | None:
        """The first day in force."""
        return self.document.stored.effective

    @property
    def verified(self) -> bool:
        """Whether the text was verified word for word."""
        return self.document.verified(self.citation.path)


@dataclass(slots=True)
class _Shelf:
    """One store and what it held when it was last looked at."""

    store: Store
    builtin: bool
    generation: int = -1
    documents: list[HeldDocument] = field(default_factory=list)
    by_id: dict[int, HeldDocument] = field(default_factory=dict)

    def is_current(self) -> bool:
        return self.generation == self.store.generation

    def look(self) -> None:
        self.generation = self.store.generation
        self.documents = [HeldDocument(stored, self.builtin) for stored in self.store.documents()]

    def follow(self, starts: Mapping[str, Mapping[str | None, str]]) -> None:
        """Tell every document when the version after it begins."""
        self.documents = [
            replace(document, followed=_next_start(document, starts.get(document.citation.document, {})))
            for document in self.documents
        ]
        self.by_id = {document.stored.id: document for document in self.documents}


class Library:
    """The read side: documents, passages and places of the built-in corpus and of one workspace.

    Reading never waits for writing: what another process adds is seen at the next call.
    """

    def __init__(self, builtin: Store, own: Store | None = None) -> None:
        self._shelves = [_Shelf(builtin, True)] + ([_Shelf(own, False)] if own else [])
        self._by_short: dict[str, list[HeldDocument]] = {}

    # --- the shelf ---------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in what has been written since; whether anything had changed."""
        if all(shelf.is_current() for shelf in self._shelves):
            return False
        starts: dict[str, dict[str | None, str]] = {}
        for shelf in self._shelves:
            shelf.look()
            for document in shelf.documents:
                if document.kind is Kind.STATUTE:
                    starts.setdefault(document.citation.document, {}).setdefault(
                        document.citation.version, document.start
                    )
        by_short: dict[str, list[HeldDocument]] = {}
        for shelf in self._shelves:
            shelf.follow(starts)
            for document in shelf.documents:
                by_short.setdefault(document.citation.document, []).append(document)
        self._by_short = by_short
        self.__dict__.pop("_catalogue", None)
        return True

    def documents(self) -> list[HeldDocument]:
        """Every document held, the built-in ones first."""
        self.refresh()
        return [document for shelf in self._shelves for document in shelf.documents]

    def entries(self) -> list[Entry]:
        """What the citation grammar needs to know of every document: one entry a version, of the copy that wins."""
        return list(self.catalogue().entries)

    def catalogue(self) -> Catalogue:
        """The documents by name and version, for finding and resolving citations in running text."""
        self.refresh()
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(entry for copies in self._by_short.values() for entry in _entries(copies))

    # --- documents ---------------------------------------------------------------------------------------------------

    def versions(self, short: str) -> list[HeldDocument]:
        """Every copy of a document, the latest version first; of one version the copy that wins comes first."""
        self.refresh()
        return sorted(self._by_short.get(short, ()), key=_precedence)

    def document(self, short: str, version: str | None = None, as_of: date | None = None) -> HeldDocument | None:
        """The copy that a citation of this document means; None when none is held.

        Without `version` it is the one in force on `as_of` (today unless given); if none of those held is in force,
        the nearest one, whose `in_force` then says so.
        """
        copies = self._copies(short, version, as_of or date.today())
        return copies[0] if copies else None

    def _copies(self, short: str, version: str | None, as_of: date) -> list[HeldDocument]:
        """All copies that may answer for a citation, the one that wins first."""
        copies = self.versions(short)
        if version is not None:
            exact = [copy for copy in copies if copy.citation.version == version]
            return exact or [copy for copy in copies if _is_year_of(version, copy.stored)]
        if not copies:
            return []
        # The latest that has taken effect; where none has, the first that will.
        day = as_of.isoformat()
        begun = [copy for copy in copies if copy.start <= day]
        chosen = begun[0] if begun else copies[-1]
        return [copy for copy in copies if copy.citation.version == chosen.citation.version]

    # --- places ------------------------------------------------------------------------------------------------------

    def place(self, citation: Citation, as_of: date | None = None) -> HeldPlace | None:
        """The words at a place, at whatever depth: document, section, article, paragraph, item; None when not held."""
        day = as_of or date.today()
        for copy in self._answering(citation, day):
            found = self._span(copy, citation.path)
            if found:
                text, start, end, headings = found
                named = Citation(copy.citation.document, copy.citation.version, citation.path)
                return HeldPlace(named, copy, text, start, end, headings, copy.in_force(day))
        return None

    def children(self, citation: Citation, as_of: date | None = None) -> list[HeldPlace]:
        """The places directly inside: the articles of a statute, the paragraphs of an article, the items of one."""
        day = as_of or date.today()
        parent = self.place(citation, day)
        if parent is None:
            return []
        inside = self._paths(parent.document, citation.path)
        outermost = [path for path in inside if not any(_is_inside(path, other) for other in inside)]
        places = (self.place(replace(parent.citation, path=path), day) for path in outermost)
        return [place for place in places if place]

    def passages(self, short: str, version: str | None = None, as_of: date | None = None) -> list[HeldPlace]:
        """The citable passages of a document in order: its articles or numbered paragraphs."""
        day = as_of or date.today()
        document = self.document(short, version, day)
        if document is None:
            return []
        return [
            self._place(document, passage, passage.path, day)
            for passage in self._store(document).passages(document.stored.id)
            if passage.path
        ]

    def holds(self, citation: Citation, as_of: date | None = None) -> Held:
        """Whether a place is held; if not, whether the document is known well enough to say that it does not exist.

        A statute held in part says how many articles the whole has (`articles`) and which are held (`held`): a number
        within the whole but outside what is held is not held, a number beyond the whole does not exist.
        """
        day = as_of or date.today()
        copies = self._copies(citation.document, citation.version, day)
        if not copies:
            return Held.NOT_HELD
        answering = self._answering(citation, day)
        if any(self._span(copy, citation.path) for copy in answering):
            return Held.YES
        if not answering:
            return Held.NOT_HELD  # the words of a judgment of which only a digest is held
        if any(self._is_whole_around(copy, citation.path) for copy in answering):
            return Held.NO_SUCH_PLACE
        return Held.NOT_HELD

    def text(self, document: HeldDocument) -> str:
        """The whole text of a document."""
        return self._store(document).text(document.stored.id)

    def held(self, passage: StoredPassage, builtin: bool, as_of: date) -> HeldPlace | None:
        """A stored passage as a place; None when its document is gone or another copy of the place wins over it."""
        shelf = self._shelves[0 if builtin else 1]
        document = shelf.by_id.get(passage.document)
        if document is None or passage.path is None:
            return None
        citation = replace(document.citation, path=passage.path)
        if len(self._by_short[citation.document]) > 1 and not self._wins(document, citation, as_of):
            return None
        return self._place(document, passage, passage.path, as_of)

    def _wins(self, document: HeldDocument, citation: Citation, as_of: date) -> bool:
        if document.kind is Kind.JUDGMENT_DIGEST:
            return all(copy.kind is Kind.JUDGMENT_DIGEST for copy in self._by_short[citation.document])
        for copy in self._answering(citation, as_of):
            if copy == document:
                return True
            if self._span(copy, citation.path):
                return False
        return False

    def _place(self, document: HeldDocument, passage: StoredPassage, path: tuple[str, ...], as_of: date) -> HeldPlace:
        citation = replace(document.citation, path=path)
        lead = len(passage.text) - len(passage.text.lstrip())
        text = passage.text.strip()
        start = passage.start + lead
        in_force = document.in_force(as_of)
        return HeldPlace(citation, document, text, start, start + len(text), passage.headings, in_force)

    # --- within a document -------------------------------------------------------------------------------------------

    def _answering(self, citation: Citation, as_of: date) -> list[HeldDocument]:
        """The copies in which a place may be looked for, the one that wins first."""
        copies = self._copies(citation.document, citation.version, as_of)
        if citation.is_digest:
            return [copy for copy in copies if copy.kind is Kind.JUDGMENT_DIGEST]
        if citation.path:
            copies = [copy for copy in copies if copy.kind is not Kind.JUDGMENT_DIGEST]
        if len(copies) > 1 and not copies[0].verified(citation.path):
            # An unverified text of ours is no official text: it yields to the copy that the user brought.
            copies = sorted(copies, key=lambda copy: copy.builtin)
        return copies

    def _span(self, document: HeldDocument, path: tuple[str, ...]) -> tuple[str, int, int, tuple[str, ...]] | None:
        """Text, start, end and headings of a place; None when the document has no such place."""
        store, number = self._store(document), document.stored.id
        joined = "/".join(path)
        passages = store.passages(number, joined or None)
        if passages:
            # A section or a heading has no passage of its own: it runs from its first passage to its last.
            start = passages[0].start
            end = passages[-1].end
            if len(passages) > 1:
                passages = store.between(number, start, end)
            whole = "".join(passage.text for passage in passages)
            lead = len(whole) - len(whole.lstrip())
            return whole.strip(), start + lead, start + lead + len(whole.strip()), passages[0].headings
        for depth in range(len(path) - 1, 0, -1):
            for passage in store.passages(number, "/".join(path[:depth])):
                for inner, start, end in passage.places:
                    if inner == path:
                        text = passage.text[start - passage.start : end - passage.start]
                        return text.strip(), start, end, passage.headings
        return None

    def _paths(self, document: HeldDocument, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Every path inside `path`, in the order of the text."""
        store, number = self._store(document), document.stored.id
        passages: list[StoredPassage] = []
        for depth in range(len(path), -1, -1):
            passages = store.passages(number, "/".join(path[:depth]) or None)
            if passages:
                break
        paths: dict[tuple[str, ...], None] = {}
        for passage in passages:
            if passage.path:
                paths[passage.path] = None
            paths.update(dict.fromkeys(inner for inner, _, _ in passage.places))
        return [inner for inner in paths if _is_inside(inner, path)]

    def _is_whole_around(self, copy: HeldDocument, path: tuple[str, ...]) -> bool:
        """Whether the copy is held whole around `path`, so that a place it lacks does not exist."""
        if not path or copy.kind is not Kind.STATUTE:
            return True
        number, held, articles = _number(path[0]), copy.meta.get("held"), copy.meta.get("articles")
        if number is None:
            return held in (None, "all")
        if held not in (None, "all"):
            return (articles is not None and number > int(articles)) or any(
                a <= number <= b for a, b in map(_range, held)
            )
        if articles is not None:
            return True
        # Of a file that a user brought nobody has said how much of the law it holds: its own numbers tell.
        numbers = {_number(inner[0]) for inner in self._paths(copy, ())} - {None, 0}
        return not numbers or (1 in numbers and (number in numbers or number > max(filter(None, numbers))))

    def _store(self, document: HeldDocument) -> Store:
        return self._shelves[0 if document.builtin else 1].store


def _next_start(document: HeldDocument, starts: Mapping[str | None, str]) -> str | None:
    """When the version after this one begins; copies of one version begin together, whatever their files say."""
    own = starts.get(document.citation.version, document.start)
    return min((start for start in starts.values() if start > own), default=None)


def _is_inside(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if path == other:
        return False
    return Citation("", None, other).contains(Citation("", None, path))


def _precedence(copy: HeldDocument) -> tuple[object, ...]:
    """Latest version first; then full texts before digests; then, for law, the official built-in text."""
    stored = copy.stored
    full = copy.kind is not Kind.JUDGMENT_DIGEST and stored.meta.get("text") != "digest"
    official_first = copy.builtin if copy.kind is Kind.STATUTE else not copy.builtin
    return (_descending(copy.start or stored.citation.version), not full, not official_first)


def _descending(text: str | None) -> tuple[int, ...]:
    return tuple(-ord(character) for character in text or "") or (0,)


def _is_year_of(version: str, stored: StoredDocument) -> bool:
    dates: Iterable[str | None] = (stored.citation.version, stored.adopted)
    return any(text and (text.startswith(version) or version.startswith(text)) for text in dates)


def _number(article: str) -> int | None:
    """133 of `133` and of `133-1`; None for an annex."""
    head = article.partition("-")[0]
    return int(head) if head.isdecimal() else None


def _range(part: object) -> tuple[int, int]:
    """`1164-1187` or `8` as numbers."""
    first, _, last = str(part).partition("-")
    return int(first), int(last or first)


def _entries(copies: Sequence[HeldDocument]) -> Iterator[Entry]:
    """One entry for each version, with the names of all its copies."""
    by_version: dict[str | None, list[HeldDocument]] = {}
    for copy in sorted(copies, key=_precedence):
        by_version.setdefault(copy.citation.version, []).append(copy)
    for version, same in by_version.items():
        stored = same[0].stored
        names = [name for copy in same for name in (*copy.stored.aliases, copy.title)]
        yield Entry(
            short=stored.citation.document,
            version=stored.adopted if version and stored.adopted else version,
            title=stored.title,
            aliases=tuple(dict.fromkeys(names)),
            kind=stored.kind,
            adopted=stored.adopted,
            effective=stored.effective,
            repealed=stored.repealed,
            superseded_by=stored.meta.get("superseded_by"),
        )
