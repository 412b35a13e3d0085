"""The measures of a report, in the order in which it gives them: those that others read, then our own; one file each.

>>> str(named("citation_recall"))
'citation_recall'
"""

from eval.measure import Measure
from eval.measures.abstention_accuracy import ABSTENTION_ACCURACY
from eval.measures.answer_accuracy import ANSWER_ACCURACY
from eval.measures.citation_precision import CITATION_PRECISION
from eval.measures.citation_recall import CITATION_RECALL
from eval.measures.citation_support import CITATION_SUPPORT
from eval.measures.citation_support_judged import CITATION_SUPPORT_JUDGED
from eval.measures.citation_validity import CITATION_VALIDITY
from eval.measures.defense_accuracy import DEFENSE_ACCURACY
from eval.measures.false_premise_accuracy import FALSE_PREMISE_ACCURACY
from eval.measures.hallucinated_citation_rate import HALLUCINATED_CITATION_RATE
from eval.measures.latency_ms import LATENCY_MS
from eval.measures.quote_fidelity import QUOTE_FIDELITY

MEASURES = (
    CITATION_RECALL,
    CITATION_PRECISION,
    CITATION_VALIDITY,
    QUOTE_FIDELITY,
    HALLUCINATED_CITATION_RATE,
    ABSTENTION_ACCURACY,
    FALSE_PREMISE_ACCURACY,
    DEFENSE_ACCURACY,
    ANSWER_ACCURACY,
    LATENCY_MS,
    CITATION_SUPPORT,
    CITATION_SUPPORT_JUDGED,
)


def named(name: str) -> Measure:
    """The measure of that name. Raises KeyError for a name that no measure has."""
    return {measure.name: measure for measure in MEASURES}[name]
