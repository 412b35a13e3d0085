"""quote_fidelity: the share of the quotations that stand verbatim in the cited place."""

from eval.marking import Marked
from eval.measure import MISSED, Measure, Tally


def count(marked: Marked) -> Tally:
    """Quotations that stand out of all; an answer without quotations is not concerned."""
    if marked.answer is None:
        return MISSED
    quotations = marked.reading.quotations
    return Tally(sum(quotation.stands for quotation in quotations), len(quotations))


QUOTE_FIDELITY = Measure("quote_fidelity", "引文逐字一致率", count)
