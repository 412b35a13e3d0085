"""Datasets, measures, runs and reports: how good the answers are, recomputed from the corpus files.

The public names are below; they load on first use.

>>> from eval import MEASURES
>>> [str(measure) for measure in MEASURES][:2]
['citation_recall', 'citation_precision']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.asking import SpreadAsker
    from eval.baselines import SYSTEMS
    from eval.benchmark import Benchmark, run_benchmark
    from eval.charts import HOW_TO_INSTALL_CHARTS, charts_available
    from eval.choice import read_choices
    from eval.choice_run import Conditions, choices_table, run_choices
    from eval.compare import Change, Comparison, Difference, compare_reports, read_report
    from eval.dataset import Dataset, Item, ItemKind, Part, Problem, lint_dataset, read_dataset
    from eval.gate import Bound, Failure, Gate, Threshold, check_gate, read_gate
    from eval.intervals import Estimate
    from eval.lint import Fault, find_faults
    from eval.measure import Measure
    from eval.measures import MEASURES
    from eval.output import Figures
    from eval.questioner import configured_model
    from eval.recitation import read_recitation, recitation_table, run_recitation
    from eval.retrieval import SPEED_PASSAGES, retrieval_table, run_retrieval
    from eval.run import Report, run_dataset
    from eval.scale import run_scale, scale_table
    from eval.search import SearchItem, read_search_set, run_search, search_table
    from eval.shelf import Shelf, open_shelf
    from eval.support_judge import SupportJudge
    from eval.wording import rulings_shown, shown

__all__ = [
    "HOW_TO_INSTALL_CHARTS",
    "MEASURES",
    "SPEED_PASSAGES",
    "SYSTEMS",
    "Benchmark",
    "Bound",
    "Change",
    "Comparison",
    "Conditions",
    "Dataset",
    "Difference",
    "Estimate",
    "Failure",
    "Fault",
    "Figures",
    "Gate",
    "Item",
    "ItemKind",
    "Measure",
    "Part",
    "Problem",
    "Report",
    "SearchItem",
    "Shelf",
    "SpreadAsker",
    "SupportJudge",
    "Threshold",
    "charts_available",
    "check_gate",
    "choices_table",
    "compare_reports",
    "configured_model",
    "find_faults",
    "lint_dataset",
    "open_shelf",
    "read_choices",
    "read_dataset",
    "read_gate",
    "read_recitation",
    "read_report",
    "read_search_set",
    "recitation_table",
    "retrieval_table",
    "rulings_shown",
    "run_benchmark",
    "run_choices",
    "run_dataset",
    "run_recitation",
    "run_retrieval",
    "run_scale",
    "run_search",
    "scale_table",
    "search_table",
    "shown",
]

_HOMES = {
    "eval.asking": ("SpreadAsker",),
    "eval.baselines": ("SYSTEMS",),
    "eval.benchmark": (
        "Benchmark",
        "run_benchmark",
    ),
    "eval.charts": (
        "HOW_TO_INSTALL_CHARTS",
        "charts_available",
    ),
    "eval.choice": ("read_choices",),
    "eval.choice_run": (
        "Conditions",
        "choices_table",
        "run_choices",
    ),
    "eval.compare": (
        "Change",
        "Comparison",
        "Difference",
        "compare_reports",
        "read_report",
    ),
    "eval.dataset": (
        "Dataset",
        "Item",
        "ItemKind",
        "Part",
        "Problem",
        "lint_dataset",
        "read_dataset",
    ),
    "eval.gate": (
        "Bound",
        "Failure",
        "Gate",
        "Threshold",
        "check_gate",
        "read_gate",
    ),
    "eval.intervals": ("Estimate",),
    "eval.lint": (
        "Fault",
        "find_faults",
    ),
    "eval.measure": ("Measure",),
    "eval.measures": ("MEASURES",),
    "eval.output": ("Figures",),
    "eval.questioner": ("configured_model",),
    "eval.support_judge": ("SupportJudge",),
    "eval.wording": (
        "rulings_shown",
        "shown",
    ),
    "eval.recitation": (
        "read_recitation",
        "recitation_table",
        "run_recitation",
    ),
    "eval.retrieval": (
        "SPEED_PASSAGES",
        "retrieval_table",
        "run_retrieval",
    ),
    "eval.run": (
        "Report",
        "run_dataset",
    ),
    "eval.scale": (
        "run_scale",
        "scale_table",
    ),
    "eval.search": (
        "SearchItem",
        "read_search_set",
        "run_search",
        "search_table",
    ),
    "eval.shelf": (
        "Shelf",
        "open_shelf",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'eval' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
