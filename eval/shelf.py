"""The corpus as the measures see it: read from the corpus files themselves, not from the index that answers.

    open_shelf(settings, workspace) -> Shelf

A measure that asked the index would repeat the index's mistakes. The built-in files are parsed anew; a user's own
documents are held nowhere but in the workspace, and are read from there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from rag import Catalogue, Citation, Document, Entry, HeldPlace, Kind, Settings, Workspace, load_document

_FOLDERS = ("statutes", "judgments", "notes", "commentary")
_DIGESTS = (Kind.JUDGMENT_DIGEST, Kind.NOTE)


@dataclass(frozen=True)
class Copy:
    """One document: its passages in order, and the text of every place in it, by path."""

    citation: Citation
    kind: Kind
    title: str
    aliases: tuple[str, ...]
    meta: Mapping[str, Any]
    passages: tuple[tuple[tuple[str, ...], str], ...]
    places: Mapping[tuple[str, ...], str] = field(repr=False)

    @classmethod
    def of(cls, document: Document) -> "Copy":
        """A parsed document."""
        cited = [passage for passage in document.passages if passage.citation]
        return cls(
            document.citation,
            document.kind,
            document.title,
            document.aliases,
            document.meta,
            tuple((passage.citation.path, passage.text.strip()) for passage in cited if passage.citation),
            {place.citation.path: place.text.strip() for passage in cited for place in passage.places},
        )

    @property
    def is_digest(self) -> bool:
        """Whether the words are ours: they are never shown as a quotation."""
        return self.kind in _DIGESTS or self.meta.get("text") in ("digest", "note")

    def text(self, path: tuple[str, ...]) -> str | None:
        """The words at a place; a section or a document is its passages joined. None when there is no such place."""
        if path in self.places:
            return self.places[path]
        here = replace(self.citation, path=path)
        inside = [text for inner, text in self.passages if here.contains(replace(self.citation, path=inner))]
        return "\n".join(inside) if inside else None

    def is_whole_at(self, path: tuple[str, ...]) -> bool:
        """Whether a place that this copy lacks does not exist: it is held whole, or whole around that place."""
        held = self.meta.get("held") or "all"
        if held == "all" or not path:
            return True
        head = path[0].partition("-")[0]
        if not head.isdecimal():
            return False
        if (count := self.meta.get("articles")) is not None and int(head) > int(count):
            return True
        spans = (str(span).partition("-") for span in held)
        return any(int(first) <= int(head) <= int(last or first) for first, _, last in spans)


class Shelf:
    """Every document that may be cited, by name and version.

    >>> shelf = Shelf([])
    >>> shelf.normal(Citation.parse("著作权法/24"), date(2026, 1, 1)), shelf.exists(Citation.parse("著作权法/24"))
    (Citation(document='著作权法', version=None, path=('24',)), None)
    """

    def __init__(self, copies: Iterable[Copy]) -> None:
        self._copies: dict[str, list[Copy]] = {}
        for copy in copies:
            self._copies.setdefault(copy.citation.document, []).append(copy)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The names and versions, for finding and resolving citations in running text."""
        return Catalogue(_entry(copy) for copy in chain.from_iterable(self._copies.values()))

    def normal(self, citation: Citation, day: date) -> Citation:
        """The one spelling of a place: short name for an alias, the version in force on `day` where none is named.

        Where none was in force on that day the latest version held is meant, which `lapsed` and `pending` then tell.
        """
        if citation.document not in self._copies:
            candidates = self.catalogue.candidates(citation.document)
            if len(candidates) == 1:
                citation = replace(citation, document=candidates[0])
        if citation.version:
            entry = self.catalogue.entry(citation, day)
        else:
            versions = self.catalogue.versions(citation.document)
            entry = self.catalogue.in_force(citation.document, day) or (versions[-1] if versions else None)
        return replace(citation, version=self.catalogue.version_key(entry)) if entry else citation

    def copies(self, citation: Citation) -> list[Copy]:
        """The copies in which a normal citation may be looked up."""
        return [
            copy
            for copy in self._copies.get(citation.document, ())
            if citation.version in (None, self.catalogue.version_key(_entry(copy)))
        ]

    def texts(self, citation: Citation) -> list[tuple[Copy, str]]:
        """The words at a normal citation, in every copy that has the place."""
        texts = ((copy, copy.text(citation.path)) for copy in self._answering(citation))
        return [(copy, text) for copy, text in texts if text is not None]

    def exists(self, citation: Citation) -> bool | None:
        """Whether the place of a normal citation is held (True), does not exist (False) or cannot be told (None)."""
        answering = self._answering(citation)
        if any(copy.text(citation.path) is not None for copy in answering):
            return True
        return False if any(copy.is_whole_at(citation.path) for copy in answering) else None

    def lapsed(self, citation: Citation, day: date) -> bool:
        """Whether a normal citation names law that a later version or a repeal has ended by `day`."""
        entry = self.catalogue.entry(citation, day)
        if entry is None:
            held = self.catalogue.in_force(citation.document, day)
            # A version that is not held: an earlier year than the one in force has been superseded.
            return bool(held and held.year and citation.version and citation.version[:4] < held.year)
        begun = (entry.effective or entry.adopted or "") <= day.isoformat()
        return entry.kind is Kind.STATUTE and begun and self.catalogue.in_force(citation.document, day) != entry

    def pending(self, citation: Citation, day: date) -> bool:
        """Whether a normal citation names law that has not yet taken effect on `day`."""
        entry = self.catalogue.entry(citation, day)
        return entry is not None and entry.kind is Kind.STATUTE and (entry.effective or "") > day.isoformat()

    def case(self, short: str) -> Mapping[str, Any] | None:
        """The front matter of a judgment or of its digest; None for anything else."""
        kinds = (Kind.JUDGMENT_DIGEST, Kind.JUDGMENT)
        return next((copy.meta for copy in self._copies.get(short, ()) if copy.kind in kinds), None)

    def _answering(self, citation: Citation) -> list[Copy]:
        """A digest's sections are named 摘要.…, the bare names belong to the full text of a judgment."""
        copies = self.copies(citation)
        if citation.is_digest:
            return [copy for copy in copies if copy.kind is Kind.JUDGMENT_DIGEST]
        if citation.path:
            return [copy for copy in copies if copy.kind is not Kind.JUDGMENT_DIGEST]
        return copies


def open_shelf(settings: Settings | None = None, workspace: Workspace | str | None = None) -> Shelf:
    """The built-in corpus from its files, and the documents ingested into `workspace` where one is given.

    Raises UnusableInput for a name that no workspace can have.
    """
    if isinstance(workspace, str):
        workspace = Workspace(workspace, settings)
    settings = settings or (workspace.settings if workspace else Settings.from_env())
    files = chain.from_iterable(sorted((settings.corpus / folder).glob("*.md")) for folder in _FOLDERS)
    copies = [Copy.of(load_document(file)) for file in files]
    return Shelf([*copies, *(_ingested(workspace) if workspace else ())])


def _ingested(workspace: Workspace) -> Iterator[Copy]:
    library = workspace.library()
    for document in library.documents():
        if document.builtin:
            continue
        passages = library.passages(document.citation.document, document.citation.version)
        own = [passage for passage in passages if not passage.document.builtin]
        places: dict[tuple[str, ...], str] = {}
        queue: list[HeldPlace] = list(own)
        while queue:
            place = queue.pop(0)
            places[place.citation.path] = place.text
            queue += library.children(place.citation)
        yield Copy(
            document.citation,
            document.kind,
            document.title,
            document.stored.aliases,
            document.meta,
            tuple((passage.citation.path, passage.text) for passage in own),
            places,
        )


def _entry(copy: Copy) -> Entry:
    meta = {
        name: str(copy.meta[name])
        for name in ("adopted", "effective", "repealed", "superseded_by")
        if copy.meta.get(name)
    }
    version = meta.get("adopted") or copy.citation.version if copy.citation.version else None
    return Entry(
        copy.citation.document,
        version,
        copy.title,
        copy.aliases,
        copy.kind,
        meta.get("adopted"),
        meta.get("effective"),
        meta.get("repealed"),
        meta.get("superseded_by"),
    )
