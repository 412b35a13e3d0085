"""hallucinated_citation_rate: the share of the citations that are nonexistent, altered or mismatch. Less is better."""

from eval.judge import HALLUCINATED
from eval.marking import Marked
from eval.measure import Measure, Tally


def count(marked: Marked) -> Tally:
    """Made-up citations out of all; an item without an answer counts as wrong, or silence would lower the rate."""
    if marked.answer is None:
        return Tally(1, 1)
    verdicts = [judged.verdict for judged in marked.reading.citations]
    return Tally(sum(verdict in HALLUCINATED for verdict in verdicts), len(verdicts))


HALLUCINATED_CITATION_RATE = Measure("hallucinated_citation_rate", "虚构引用率", count, falling=True)
