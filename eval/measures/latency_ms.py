"""latency_ms: the median wall time of an answer in milliseconds, as the one who asks sees it. Less is better."""

from eval.marking import Marked
from eval.measure import NOT_CONCERNED, Measure, Summary, Tally


def count(marked: Marked) -> Tally:
    """The time that asking took, whether an answer came or an error."""
    taken = marked.outcome.latency_ms
    return NOT_CONCERNED if taken is None else Tally(taken, 1)


LATENCY_MS = Measure("latency_ms", "回答用时（毫秒，中位数）", count, Summary.MEDIAN, falling=True)
