"""Datasets, measures, runs and reports: how good the answers are, recomputed from the corpus files.

The public names are below; they load on first use.

>>> from eval import MEASURES
>>> [str(measure) for measure in MEASURES][:2]
['citation_recall', 'citation_precision']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.benchmark import Benchmark, run_benchmark
    from eval.dataset import Dataset, Item, ItemKind, Problem, lint_dataset, read_dataset
    from eval.intervals import Estimate
    from eval.measure import Measure
    from eval.measures import MEASURES
    from eval.page import shown
    from eval.run import Report, run_dataset
    from eval.shelf import Shelf, open_shelf

__all__ = [
    "MEASURES",
    "Benchmark",
    "Dataset",
    "Estimate",
    "Item",
    "ItemKind",
    "Measure",
    "Problem",
    "Report",
    "Shelf",
    "lint_dataset",
    "open_shelf",
    "read_dataset",
    "run_benchmark",
    "run_dataset",
    "shown",
]

_HOMES = {
    "eval.benchmark": ("Benchmark", "run_benchmark"),
    "eval.dataset": ("Dataset", "Item", "ItemKind", "Problem", "lint_dataset", "read_dataset"),
    "eval.intervals": ("Estimate",),
    "eval.measure": ("Measure",),
    "eval.measures": ("MEASURES",),
    "eval.page": ("shown",),
    "eval.run": ("Report", "run_dataset"),
    "eval.shelf": ("Shelf", "open_shelf"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'eval' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
