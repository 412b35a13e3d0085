"""citation_support_judged: the share of the statements that follow from what they cite, by a language model.

Only where a run was asked for it. A statement that could not be judged counts as not supported, or a server that is down
would raise the share; the report tells how many there are.
"""

from eval.marking import Marked
from eval.measure import MISSED, NOT_CONCERNED, Measure, Tally
from eval.support_judge import Support


def count(marked: Marked) -> Tally:
    """Statements judged supported out of all that cite."""
    if marked.rulings is None:
        return NOT_CONCERNED
    if marked.answer is None:
        return MISSED
    return Tally(sum(ruling.support is Support.SUPPORTED for ruling in marked.rulings), len(marked.rulings))


CITATION_SUPPORT_JUDGED = Measure("citation_support_judged", "出处支持率（语言模型判断）", count)
