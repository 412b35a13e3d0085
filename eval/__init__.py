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
    from eval.dataset import Dataset, Item, ItemKind, Problem, lint_dataset, read_dataset
    from eval.intervals import Estimate
    from eval.measure import Measure
    from eval.measures import MEASURES
    from eval.output import Figures
    from eval.page import shown
    from eval.retrieval import SPEED_PASSAGES, retrieval_table, run_retrieval
    from eval.run import Report, run_dataset
    from eval.scale import run_scale, scale_table
    from eval.search import SearchItem, read_search_set, run_search, search_table
    from eval.shelf import Shelf, open_shelf

__all__ = [
    "HOW_TO_INSTALL_CHARTS",
    "MEASURES",
    "SPEED_PASSAGES",
    "SYSTEMS",
    "Benchmark",
    "Dataset",
    "Estimate",
    "Figures",
    "Item",
    "ItemKind",
    "Measure",
    "Problem",
    "Report",
    "SearchItem",
    "Shelf",
    "SpreadAsker",
    "charts_available",
    "lint_dataset",
    "open_shelf",
    "read_dataset",
    "read_search_set",
    "retrieval_table",
    "run_benchmark",
    "run_dataset",
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
    "eval.dataset": (
        "Dataset",
        "Item",
        "ItemKind",
        "Problem",
        "lint_dataset",
        "read_dataset",
    ),
    "eval.intervals": ("Estimate",),
    "eval.measure": ("Measure",),
    "eval.measures": ("MEASURES",),
    "eval.output": ("Figures",),
    "eval.page": ("shown",),
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
