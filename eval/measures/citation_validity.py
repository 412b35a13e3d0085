"""citation_validity: the share of the citations that are exact or valid."""

from eval.marking import Marked
from eval.measure import MISSED, Measure, Tally


def count(marked: Marked) -> Tally:
    """Sound citations out of all; an answer that rightly cites nothing is not concerned."""
    if marked.answer is None:
        return MISSED
    verdicts = [judged.verdict for judged in marked.reading.citations]
    return Tally(sum(verdict.is_sound for verdict in verdicts), len(verdicts))


CITATION_VALIDITY = Measure("citation_validity", "引用有效率", count)
