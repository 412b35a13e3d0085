"""A check of drafts over an index, as the assistant makes it: what training and measuring read claims with."""

from datetime import date
from pathlib import Path

from rag.captions import load_captions
from rag.case_slots import load_companies
from rag.check_draft import DraftCheck
from rag.concordance import Concordance, load_concordance
from rag.index import Index


def checker_over(index: Index, corpus: Path, day: date) -> tuple[DraftCheck, Concordance]:
    """The check, and the concordance that it uses."""
    concordance = load_concordance(corpus)
    return DraftCheck(index.library, load_captions(corpus), concordance, load_companies(corpus), day), concordance
