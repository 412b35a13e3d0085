"""From a mention to the version of a document that it means on a given day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Doubt, Mention
from ingest.names import Entry, Names

__all__ = ["Catalogue", "Entry", "Names", "resolve"]


class Catalogue:
    """Every version of every document that is held, and the names they go by.

    >>> catalogue = Catalogue([
    ...     Entry("著作权法", "2010-02-26", "中华人民共和国著作权法", effective="2010-04-01", repealed="2021-06-01"),
    ...     Entry("著作权法", "2020-11-11", "中华人民共和国著作权法", effective="2021-06-01"),
    ... ])
    >>> catalogue.in_force("著作权法", "2019-01-01").version, catalogue.in_force("著作权法", "2026-01-01").version
    ('2010-02-26', '2020-11-11')
    >>> [catalogue.version_key(entry) for entry in catalogue.versions("著作权法")]
    ['2010', '2020']
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.names = Names(self.entries)
        self._versions: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._versions.setdefault(entry.short, []).append(entry)
        for versions in self._versions.values():
            versions.sort(key=lambda entry: (entry.version or "", entry.effective or ""))

    def candidates(self, name: str) -> list[str]:
        """The short names that `name` may mean, with or without title marks, state, version or issuer."""
        return list(self.names.candidates(name))

    def versions(self, short: str) -> tuple[Entry, ...]:
        """Every version held, the oldest first; empty when the document is not held."""
        return tuple(self._versions.get(short, ()))

    def in_force(self, short: str, as_of: date | str | None = None) -> Entry | None:
        """The version in force on `as_of` (today if None): the latest that had taken effect and was not repealed.

        A version without dates counts as in force. A later version that has taken effect ends the earlier ones.
        None when nothing is held, or nothing was in force.
        """
        day = _iso(as_of)
        begun = [entry for entry in self.versions(short) if (entry.effective or entry.adopted or "") <= day]
        if not begun:
            return None
        latest = max(begun, key=lambda entry: (entry.effective or entry.adopted or "", entry.version or ""))
        return None if latest.repealed and latest.repealed <= day else latest

    def version_key(self, entry: Entry) -> str | None:
        """What stands behind @ in a key: the year of adoption, the date if two versions share the year.

        None for a version whose date is not known, and for judgments, commentary and notes.
        """
        if entry.kind is not Kind.STATUTE or entry.year is None:
            return None
        rivals = {other.version for other in self.versions(entry.short) if other.year == entry.year}
        return (entry.version or entry.adopted) if len(rivals) > 1 else entry.year

    def entry(self, citation: Citation, as_of: date | str | None = None) -> Entry | None:
        """The version that a citation means: the one it names, by year or date, else the one in force."""
        if citation.version is None:
            return self.in_force(citation.document, as_of)
        named = [
            entry for entry in self.versions(citation.document) if (entry.version or "").startswith(citation.version)
        ]
        return named[-1] if len(named) == 1 else None


def resolve(mention: Mention, catalogue: Catalogue, as_of: date | str | None = None) -> Mention:
    """The mention with the version it means put in, the rest unchanged.

    A version named in the text is kept, even one that is not held; a year in which a version took effect and none was
    adopted means that version (2021 年《著作权法》 is the one adopted in 2020). 旧 means the only version that is no longer
    in force. Without either it is the version in force on `as_of`, and None where none is held or in force.

    >>> from ingest.find import find_citations
    >>> catalogue = Catalogue([Entry("著作权法", "2020-11-11", "中华人民共和国著作权法", effective="2021-06-01")])
    >>> for mention in find_citations("著作权法第24条和2010年著作权法第22条", catalogue.names):
    ...     print(resolve(mention, catalogue, "2026-01-01").citation)
    著作权法@2020/24
    著作权法@2010/22
    """
    citation = mention.citation
    if citation is None or mention.doubt is not None:
        return mention
    if citation.version is not None:
        return replace(mention, citation=replace(citation, version=_adopted(citation, catalogue)))
    current = catalogue.in_force(citation.document, as_of)
    if mention.former:
        past = [entry for entry in catalogue.versions(citation.document) if entry is not current]
        if len(past) != 1:
            return replace(mention, doubt=Doubt.UNKNOWN)
        current = past[0]
    if current is None:
        return mention
    return replace(mention, citation=replace(citation, version=catalogue.version_key(current)))


def _adopted(citation: Citation, catalogue: Catalogue) -> str | None:
    """The version as the key spells it, from a year of adoption or of effect."""
    version = citation.version or ""
    versions = catalogue.versions(citation.document)
    adopted = [entry for entry in versions if (entry.version or "").startswith(version)]
    begun = [entry for entry in versions if (entry.effective or "").startswith(version)]
    for fitting in (adopted, begun):
        if len(fitting) == 1:
            return catalogue.version_key(fitting[0]) or version
        if fitting:
            break
    return version


def _iso(day: date | str | None) -> str:
    if day is None:
        return date.today().isoformat()
    return day if isinstance(day, str) else day.isoformat()
