"""The places that the files on defences name, opened at the paragraph that says what they are named for."""

from collections.abc import Iterable, Mapping
from datetime import date
from weakref import WeakKeyDictionary, proxy

from ingest.citation import Citation
from rag.draft import Support
from rag.library import HeldPlace, Library
from rag.relevance import rank


class Authorities:
    """Opens keys as of a date, and remembers what it opened."""

    def __init__(self, library: Library, as_of: date) -> None:
        self._library = library
        self._as_of = as_of
        self._opened: dict[tuple[str, str], HeldPlace | None] = {}
        self._passages: dict[str, list[HeldPlace]] = {}

    def place(self, key: str, reason: str = "") -> HeldPlace | None:
        """The place of a key; of a whole section the paragraph nearest to `reason`. None when it is not held."""
        known = (key, reason)
        if known not in self._opened:
            self._opened[known] = self._open(key, reason)
        return self._opened[known]

    def supports(self, keys: Iterable[str], reason: str = "") -> tuple[Support, ...]:
        """Supports for the keys that are held, each once."""
        places = [place for key in keys if (place := self.place(key, reason))]
        return tuple(Support(citation) for citation in dict.fromkeys(place.citation for place in places))

    def keys(self, keys: Iterable[str], reasons: Mapping[str, str]) -> list[str]:
        """The keys as an answer cites them."""
        places = (self.place(key, reasons.get(key, "")) for key in keys)
        return list(dict.fromkeys(place.key for place in places if place))

    def _open(self, key: str, reason: str) -> HeldPlace | None:
        citation = Citation.parse(key)
        if len(citation.path) > 1 or not (citation.is_digest or _is_heading(citation)):
            return self._library.place(citation, self._as_of)
        if citation.document not in self._passages:
            self._passages[citation.document] = self._library.passages(citation.document, None, self._as_of)
        inside = [
            place
            for place in self._passages[citation.document]
            if Citation(citation.document, None, citation.path).contains(
                Citation(citation.document, None, place.citation.path)
            )
        ]
        if not inside:
            return self._library.place(citation, self._as_of)
        scores = rank(reason, [place.text for place in inside]) if reason else [0.0] * len(inside)
        return inside[max(range(len(inside)), key=lambda index: (scores[index], -index))]


def _is_heading(citation: Citation) -> bool:
    """Whether the path names a section and not an article: 二.三, not 24."""
    return bool(citation.path) and not citation.path[0].replace("-", "").isdecimal()


# What was opened last for each library, by date and by the documents held: an analysis opens the same hundred places.
_OPENED: "WeakKeyDictionary[Library, tuple[tuple[object, ...], Authorities]]" = WeakKeyDictionary()


def authorities_of(library: Library, as_of: date) -> Authorities:
    """The authorities of a library on a day; what was opened before is kept until the documents held change."""
    held = (as_of, *((document.builtin, document.stored.id) for document in library.documents()))
    known = _OPENED.get(library)
    if known is None or known[0] != held:
        known = held, Authorities(proxy(library), as_of)
        _OPENED[library] = known
    return known[1]
