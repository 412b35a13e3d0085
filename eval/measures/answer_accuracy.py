"""answer_accuracy: the share of the items on which every check passes."""

from eval.marking import Marked
from eval.measure import Measure, Tally


def count(marked: Marked) -> Tally:
    """1 where there is an answer and every check passes."""
    return Tally(marked.passed, 1)


ANSWER_ACCURACY = Measure("answer_accuracy", "整体正确率", count)
