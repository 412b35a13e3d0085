"""false_premise_accuracy: the share of the items with a false premise on which every check passes."""

from eval.dataset import ItemKind
from eval.marking import Marked
from eval.measure import NOT_CONCERNED, Measure, Tally


def count(marked: Marked) -> Tally:
    """1 where the answer to a question with a false premise is wholly right."""
    return Tally(marked.passed, 1) if marked.item.kind is ItemKind.FALSE_PREMISE else NOT_CONCERNED


FALSE_PREMISE_ACCURACY = Measure("false_premise_accuracy", "错误前提识别率", count)
