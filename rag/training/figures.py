"""What the cross-validation measured: recall and reciprocal rank with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np

from rag.training.features import Array

_RESAMPLES = 2000


def figures(stages: Mapping[str, Sequence[Array]], relevant: Sequence[int]) -> dict[str, dict[str, dict[str, float]]]:
    """Per stage recall@10, recall@100 and MRR@10: value and 95% bootstrap interval over the questions.

    `stages` holds for each question the marks of its list, best first (True for a right document), `relevant` how many
    right documents each question has.

    >>> figures({"bm25": [np.array([False, True]), np.array([False, False])]}, [1, 2])["bm25"]["mrr@10"]["value"]
    0.25
    """
    measured: dict[str, dict[str, dict[str, float]]] = {}
    for stage, lists in stages.items():
        values = {
            "recall@10": [marks[:10].sum() / count for marks, count in zip(lists, relevant, strict=True)],
            "recall@100": [marks[:100].sum() / count for marks, count in zip(lists, relevant, strict=True)],
            "mrr@10": [1 / (np.argmax(marks[:10]) + 1) if marks[:10].any() else 0.0 for marks in lists],
        }
        measured[stage] = {name: _interval(np.array(one, dtype=float)) for name, one in values.items()}
    return measured


def _interval(values: Array) -> dict[str, float]:
    generator = np.random.default_rng(0)
    means = [values[generator.integers(0, len(values), len(values))].mean() for _ in range(_RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"value": round(float(values.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
