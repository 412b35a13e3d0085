"""abstention_accuracy: the share of the items that say whether to abstain on which the answer does so."""

from eval.marking import Marked
from eval.measure import NOT_CONCERNED, Measure, Tally


def count(marked: Marked) -> Tally:
    """1 where the answer abstains exactly when the gold says so."""
    check = marked.check("abstain")
    return Tally(check.passed, 1) if check else NOT_CONCERNED


ABSTENTION_ACCURACY = Measure("abstention_accuracy", "拒答正确率", count)
