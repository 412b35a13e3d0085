"""A writer for one answer: the evidence gathered, the judge and the masks made ready."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from ingest.citation import Citation
from ingest.document import Kind
from rag.check_report import CheckReport
from rag.index import Index
from rag.library import HeldDocument
from rag.prose.endpoint import LanguageModel
from rag.prose.evidence import gather
from rag.prose.judging import Judge
from rag.prose.masking import Masker
from rag.prose.rendering import load_same_words
from rag.prose.writing import ProseWriter
from rag.verify import Admitted

_CASES = (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST, Kind.NOTE)


def open_writer(
    question: str,
    admitted: Admitted,
    index: Index,
    corpus: Path,
    day: date,
    model: LanguageModel,
    check: Callable[[str], CheckReport],
) -> ProseWriter:
    """A writer over the sources of the admitted statements, masked as `open_masker` has it."""
    evidence = gather(question, admitted, index.library, day)
    masker = open_masker([question], {exhibit.key: exhibit.text for exhibit in evidence.exhibits}, index, day)
    judge = Judge(evidence, check, load_same_words(corpus))
    return ProseWriter(model, evidence, judge, masker)


def open_masker(private: Iterable[str], places: Mapping[str, str], index: Index, day: date) -> Masker:
    """Masks for what is the user's own: private texts, and of places (key: words) those of documents that were ingested.

    The names that the built-in cases are known by stay. A place that no document here has counts as the user's.
    """
    masker = Masker(_public_names(index), index.cutter.people)
    for text in private:
        masker.learn(text)
    for key, words in places.items():
        citation = Citation.parse(key)
        document = index.library.document(citation.document, citation.version, day)
        if document is None or not document.builtin:
            masker.learn(words)
    return masker


def _public_names(index: Index) -> list[str]:
    return [
        name
        for document in index.library.documents()
        if document.builtin and document.kind in _CASES
        for name in _names_of(document)
    ]


def _names_of(document: HeldDocument) -> list[str]:
    meta = document.meta
    parties = meta.get("parties") or {}
    named = [
        *(meta.get("aliases") or ()),
        *(meta.get("court_aliases") or ()),
        *parties.values(),
        meta.get("court"),
        meta.get("work"),
    ]
    return [document.title, str(Citation(document.citation.document)), *(str(name) for name in named if name)]
