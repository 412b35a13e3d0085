"""citation_precision: the share of the citations that meet gold, on items with gold citations."""

from eval.marking import Marked
from eval.measure import MISSED, NOT_CONCERNED, Measure, Tally


def count(marked: Marked) -> Tally:
    """Citations that meet a group of the gold out of all; an answer that cites nothing where it should counts as wrong."""
    if not marked.groups:
        return NOT_CONCERNED
    citations = marked.pointing()
    if not citations:
        return MISSED
    met = sum(any(group.takes(judged.citation) for group in marked.groups) for judged in citations)
    return Tally(met, len(citations))


CITATION_PRECISION = Measure("citation_precision", "引用精确率", count)
