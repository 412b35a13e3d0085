"""defense_accuracy: the share of the items with gold defences on which the rule of `eval.checks.defense_faults` holds."""

from eval.marking import Marked
from eval.measure import NOT_CONCERNED, Measure, Tally


def count(marked: Marked) -> Tally:
    """1 where the defences are as the gold wants them."""
    check = marked.check("defenses")
    return Tally(check.passed, 1) if check else NOT_CONCERNED


DEFENSE_ACCURACY = Measure("defense_accuracy", "抗辩判断正确率", count)
