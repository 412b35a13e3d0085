"""citation_recall: the share of the gold groups that the answers meet."""

from eval.marking import Marked
from eval.measure import Measure, Tally


def count(marked: Marked) -> Tally:
    """Groups met out of the groups of the gold; without an answer none is met."""
    return Tally(sum(group.met for group in marked.groups), len(marked.groups))


CITATION_RECALL = Measure("citation_recall", "引用召回率", count)
