"""Nothing leaves the house unchecked: every place must exist, every quoted word must stand there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from rag.answer import Source, Statement, Verdict
from rag.draft import Draft, Support
from rag.library import Held, HeldPlace, Library
from rag.provision import title_of
from rag.quotation import stands_in

_OURS = (Kind.JUDGMENT_DIGEST, Kind.NOTE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of one citation found. `place` is None unless the place is held."""

    verdict: Verdict
    place: HeldPlace | None = None
    better: Citation | None = None


def judge(library: Library, citation: Citation, words: str | None, as_of: date) -> Finding:
    """Check one citation and the words that are said to stand there.

    The verdicts are those of the contract. Words of a judgment of which only a digest is held cannot be checked:
    `not_in_corpus`. Words that stand elsewhere in the document give `wrong_pinpoint`, with the right place.
    """
    held = library.holds(citation, as_of)
    if held is Held.NOT_HELD:
        return Finding(Verdict.NOT_IN_CORPUS)
    place = library.place(citation, as_of)
    if held is Held.NO_SUCH_PLACE or place is None:
        return Finding(Verdict.NONEXISTENT)
    if place.in_force is False and citation.version is None:
        return Finding(Verdict.OUTDATED, place)
    if words is None:
        return Finding(Verdict.VALID, place)
    if stands_in(words, place.text):
        return Finding(Verdict.EXACT, place)
    better = next(
        (
            other.citation
            for other in library.passages(citation.document, place.citation.version, as_of)
            if stands_in(words, other.text)
        ),
        None,
    )
    return Finding(Verdict.WRONG_PINPOINT if better else Verdict.ALTERED, place, better)


@dataclass(slots=True)
class Admitted:
    """The statements that passed, their sources in the order of first use, and how many were held back."""

    statements: list[Statement] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    held_back: int = 0


def admit(library: Library, drafts: Iterable[Draft], as_of: date) -> Admitted:
    """Let through the drafts of which every citation is exact or valid; each source is listed once.

    A draft whose statement was already made is dropped silently; one that fails the check is counted.
    """
    admitted = Admitted()
    said: set[str] = set()
    for draft in drafts:
        findings = [judge(library, support.citation, support.words, as_of) for support in draft.supports]
        if not all(finding.verdict.is_sound for finding in findings):
            admitted.held_back += 1
            continue
        if draft.text in said:
            continue
        said.add(draft.text)
        sources = [source_of(finding, support) for finding, support in zip(findings, draft.supports, strict=True)]
        for source in sources:
            known = admitted.sources.get(source.key)
            if known is None or (known.quote is None and source.quote is not None):
                admitted.sources[source.key] = source
        keys = list(dict.fromkeys(source.key for source in sources))
        admitted.statements.append(Statement(text=draft.text, citations=keys))
    return admitted


def source_of(finding: Finding, support: Support) -> Source:
    """A place that passed the check as a source."""
    place = finding.place
    assert place is not None
    quote = None if is_ours(place) else support.words
    return Source(
        key=place.key,
        title=title_of(place),
        quote=quote,
        verdict=Verdict.EXACT if quote else Verdict.VALID,
        in_force=place.in_force is not False,
        source_kind=place.kind,
    )


def is_ours(place: HeldPlace) -> bool:
    """Whether the words of a place are a digest or a note of ours, which are never given as a quotation."""
    return place.kind in _OURS or place.document.meta.get("text") in ("digest", "note")


def written_out(statements: Sequence[Statement], sources: dict[str, Source]) -> str:
    """The whole answer as a person reads it: statements, each followed by its sources in brackets."""
    parts = []
    for statement in statements:
        titles = "；".join(sources[key].title for key in statement.citations)
        parts.append(f"{statement.text}\n【{titles}】" if titles else statement.text)
    return "\n\n".join(parts)
