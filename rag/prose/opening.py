"""A writer for one answer: the evidence gathered, the judge and the masks made ready."""

from collections.abc import Callable
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
    """A writer over the sources of the admitted statements. What is the user's own is masked: the question and the words
    of documents that were ingested; the names that the built-in cases are known by stay."""
    evidence = gather(question, admitted, index.library, day)
    masker = Masker(_public_names(index), index.cutter.people)
    masker.learn(question)
    for exhibit in evidence.exhibits:
        document = index.library.document(exhibit.citation.document, exhibit.citation.version, day)
        if document and not document.builtin:
            masker.learn(exhibit.text)
    judge = Judge(evidence, check, load_same_words(corpus))
    return ProseWriter(model, evidence, judge, masker)


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
