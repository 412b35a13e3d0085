"""Passages to checked answers: index, retrieve, analyse, answer, verify.

The public names are below. They load on first use, so that `import rag` and a command's `--help` stay quick.

>>> from rag import Citation
>>> str(Citation.parse("著作权法@2020/24/1/6"))
'著作权法@2020/24/1/6'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.citation import Citation
    from ingest.document import Document, Kind
    from ingest.errors import IndexMismatch, KangbianError, NotFound, ServiceFailure, UnusableInput
    from ingest.find import find_citations
    from ingest.load import load_document
    from ingest.mention import Doubt, Mention
    from ingest.resolve import Catalogue, Entry, resolve
    from rag.analysis import Analysis
    from rag.answer import (
        Answer,
        AnswerKind,
        Defense,
        Element,
        ElementStatus,
        FactSpan,
        Provenance,
        Source,
        Statement,
        Strength,
        Turn,
        Verdict,
    )
    from rag.assistant import Assistant, LookupResult, SearchHit
    from rag.audit import AuditReport
    from rag.check_draft import check
    from rag.check_report import CheckedCitation, CheckReport
    from rag.claims import misfits
    from rag.cluster import Cluster, maybe_cluster
    from rag.draft_files import DraftFile, decode_draft, read_draft
    from rag.embed import load_embedder
    from rag.index import open_index
    from rag.injection import separate_instructions
    from rag.intake import IngestedFile, IngestReport
    from rag.library import HeldDocument, HeldPlace, Library
    from rag.llama_embedding import KangbianEmbedding
    from rag.llama_query_engine import KangbianQueryEngine
    from rag.llama_retriever import KangbianRetriever
    from rag.matrix import FactState, Matrix, fact_matrix
    from rag.memo import write_memo
    from rag.memo_parts import (
        Block,
        Footnote,
        Heading,
        Listing,
        Look,
        Mark,
        Memo,
        Paragraph,
        Runs,
        Section,
        Table,
        TableCell,
        Words,
    )
    from rag.passage_index import PassageIndex, PassageText
    from rag.precedents import Effect
    from rag.prose.endpoint import LanguageModel, Message
    from rag.prose.masking import Masker
    from rag.prose.writing import Sent
    from rag.quotation import stands_in
    from rag.retrieve import Retriever
    from rag.settings import Settings
    from rag.support import SupportCheck, open_support
    from rag.word_draft import WordDraft, open_word
    from rag.word_fonts import set_fonts
    from rag.workspace import Workspace

__all__ = [
    "Analysis",
    "Answer",
    "AnswerKind",
    "Assistant",
    "AuditReport",
    "Block",
    "Catalogue",
    "CheckReport",
    "CheckedCitation",
    "Citation",
    "Cluster",
    "Defense",
    "Document",
    "Doubt",
    "DraftFile",
    "Effect",
    "Element",
    "ElementStatus",
    "Entry",
    "FactSpan",
    "FactState",
    "Footnote",
    "Heading",
    "HeldDocument",
    "HeldPlace",
    "IndexMismatch",
    "IngestReport",
    "IngestedFile",
    "KangbianEmbedding",
    "KangbianError",
    "KangbianQueryEngine",
    "KangbianRetriever",
    "Kind",
    "LanguageModel",
    "Library",
    "Listing",
    "Look",
    "LookupResult",
    "Mark",
    "Masker",
    "Matrix",
    "Memo",
    "Mention",
    "Message",
    "NotFound",
    "Paragraph",
    "PassageIndex",
    "PassageText",
    "Provenance",
    "Retriever",
    "Runs",
    "SearchHit",
    "Section",
    "Sent",
    "ServiceFailure",
    "Settings",
    "Source",
    "Statement",
    "Strength",
    "SupportCheck",
    "Table",
    "TableCell",
    "Turn",
    "UnusableInput",
    "Verdict",
    "WordDraft",
    "Words",
    "Workspace",
    "check",
    "decode_draft",
    "fact_matrix",
    "find_citations",
    "load_document",
    "load_embedder",
    "maybe_cluster",
    "misfits",
    "open_index",
    "open_support",
    "open_word",
    "read_draft",
    "resolve",
    "separate_instructions",
    "set_fonts",
    "stands_in",
    "write_memo",
]

_HOMES = {
    "ingest.citation": ("Citation",),
    "ingest.document": (
        "Document",
        "Kind",
    ),
    "ingest.errors": (
        "IndexMismatch",
        "KangbianError",
        "NotFound",
        "ServiceFailure",
        "UnusableInput",
    ),
    "ingest.load": ("load_document",),
    "ingest.find": ("find_citations",),
    "ingest.mention": ("Doubt", "Mention"),
    "ingest.resolve": ("Catalogue", "Entry", "resolve"),
    "rag.analysis": ("Analysis",),
    "rag.answer": (
        "Answer",
        "AnswerKind",
        "Defense",
        "Element",
        "ElementStatus",
        "FactSpan",
        "Provenance",
        "Source",
        "Statement",
        "Strength",
        "Turn",
        "Verdict",
    ),
    "rag.assistant": (
        "Assistant",
        "LookupResult",
        "SearchHit",
    ),
    "rag.audit": ("AuditReport",),
    "rag.check_draft": ("check",),
    "rag.check_report": (
        "CheckReport",
        "CheckedCitation",
    ),
    "rag.claims": ("misfits",),
    "rag.cluster": ("Cluster", "maybe_cluster"),
    "rag.intake": (
        "IngestReport",
        "IngestedFile",
    ),
    "rag.library": (
        "HeldDocument",
        "HeldPlace",
        "Library",
    ),
    "rag.llama_embedding": ("KangbianEmbedding",),
    "rag.llama_query_engine": ("KangbianQueryEngine",),
    "rag.llama_retriever": ("KangbianRetriever",),
    "rag.memo": ("write_memo",),
    "rag.memo_parts": (
        "Block",
        "Footnote",
        "Heading",
        "Listing",
        "Look",
        "Mark",
        "Memo",
        "Paragraph",
        "Runs",
        "Section",
        "Table",
        "TableCell",
        "Words",
    ),
    "rag.passage_index": (
        "PassageIndex",
        "PassageText",
    ),
    "rag.matrix": (
        "FactState",
        "Matrix",
        "fact_matrix",
    ),
    "rag.precedents": ("Effect",),
    "rag.injection": ("separate_instructions",),
    "rag.prose.endpoint": (
        "LanguageModel",
        "Message",
    ),
    "rag.prose.masking": ("Masker",),
    "rag.prose.writing": ("Sent",),
    "rag.quotation": ("stands_in",),
    "rag.draft_files": (
        "DraftFile",
        "decode_draft",
        "read_draft",
    ),
    "rag.embed": ("load_embedder",),
    "rag.retrieve": ("Retriever",),
    "rag.index": ("open_index",),
    "rag.settings": ("Settings",),
    "rag.support": (
        "SupportCheck",
        "open_support",
    ),
    "rag.word_fonts": ("set_fonts",),
    "rag.word_draft": (
        "WordDraft",
        "open_word",
    ),
    "rag.workspace": ("Workspace",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
