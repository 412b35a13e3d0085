"""citation_support: the share of the statements that follow from the places that they cite, by an offline method."""

from eval.marking import Marked
from eval.measure import MISSED, Measure, Tally


def count(marked: Marked) -> Tally:
    """Statements that follow out of all that cite; an answer that cites nothing is not concerned."""
    if marked.answer is None:
        return MISSED
    return Tally(sum(marked.supported), len(marked.supported))


CITATION_SUPPORT = Measure("citation_support", "出处支持率", count)
