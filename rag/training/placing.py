"""Fit the weights by which a statement under a wrong article number is told, on a CPU in a minute, with one command.

    python -m rag.training.placing [--corpus corpus] [--unseen eval/datasets/placing/unseen.jsonl] [--output rag/reading/placing.json]

Read are sentences of drafts with a slot for the citation and the place that they truly speak of
(`corpus/training/placed_statements.jsonl`). Each stands once under its own number and, for what is to be found, under
neighbours, strangers and the number of the earlier version. Vague ones, which speak of no article in particular, count only as
right: nothing may be found in them. The unseen sentences, by another author, are used for the figures alone.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]

from ingest.citation import Citation
from ingest.describe import describe
from rag.check_draft import DraftCheck
from rag.concordance import Concordance
from rag.index import open_index
from rag.placing import FEATURES, Floats, Placing, Weights
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.training.checker import checker_over

_SEED = 5
# A right number called wrong costs a reader more than a wrong one missed.
_WEIGHT_OF_RIGHT = 6.0
_PENALTY = 1.0
_NEIGHBOURS = (-2, -1, 1, 2)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence under one number: its features, whether that number is wrong, whether it tells its article clearly."""

    features: list[float]
    wrong: bool
    clear: bool
    found: bool
    """Whether the likeliest other article is the right one."""


def main(arguments: list[str] | None = None) -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--unseen", type=Path, default=Path("eval/datasets/placing/unseen.jsonl"))
    parser.add_argument("--output", type=Path, default=Path("rag/reading/placing.json"))
    options = parser.parse_args(arguments)
    index = open_index(Settings.from_env(), DEFAULT_WORKSPACE)
    check, concordance = checker_over(index, options.corpus, date.today())
    seen = list(examples(options.corpus / "training" / "placed_statements.jsonl", check, concordance))
    weights = fit(seen)
    options.output.write_text(json.dumps(written(FEATURES, weights), indent=1) + "\n", "utf-8")
    for name, rows in (("seen", seen), ("unseen", list(examples(options.unseen, check, concordance)))):
        sys.stdout.write(f"{name}: {json.dumps(figures(rows, weights))}\n")


def examples(file: Path, check: DraftCheck, concordance: Concordance) -> Iterator[Example]:
    """Every sentence of a file under its own number and, if it is clear or not, under wrong ones."""
    chance = random.Random(_SEED)
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        home = Citation.parse(row["key"])
        right = {home.path[0], *(Citation.parse(key).path[0] for key in row["also"])}
        placing = check.placing(home)
        for path in (home.path, *((article,) for article in wrong_numbers(home, right, placing, concordance, chance))):
            made = _example(row, home, path, right, check, placing)
            if made:
                yield made


def wrong_numbers(
    home: Citation, right: set[str], placing: Placing, concordance: Concordance, chance: random.Random
) -> list[str]:
    """A neighbour, a stranger and, where there is one, the number of the earlier version."""
    articles = placing.articles
    at = articles.index(home.path[0])
    near = [articles[at + step] for step in _NEIGHBOURS if 0 <= at + step < len(articles)]
    near = [article for article in near if article not in right]
    far = [article for article in articles if article not in right and article not in near]
    former = [
        row.old.path[0]
        for row in concordance.rows
        if row.law == home.document and row.old and row.new and row.kind != "part" and row.new.path[0] == home.path[0]
    ]
    picked = [chance.choice(group) for group in (near, far) if group]
    return [*picked, *(article for article in former[:1] if article not in right and article in articles)]


def _example(
    row: dict[str, Any], home: Citation, path: tuple[str, ...], right: set[str], check: DraftCheck, placing: Placing
) -> Example | None:
    cited = Citation(home.document, None, path)
    draft = row["text"].replace("{cite}", describe(cited))
    claim = next(
        (claim for mention, claim in check.claims(draft) if mention.citation and mention.citation.path[:1] == path[:1]),
        None,
    )
    made = claim and placing.features(path[0], claim.primary, claim.whole, claim.attributed)
    if not made:
        return None
    return Example(made[0], path[0] not in right, row["kind"] == "clear", made[1] in right)


def fit(rows: list[Example]) -> Weights:
    """The weights of the features; vague sentences count only where they are right."""
    rows = [row for row in rows if row.clear or not row.wrong]
    wrong = np.asarray([row.wrong for row in rows], np.float64)
    share = np.where(wrong > 0, 1.0, _WEIGHT_OF_RIGHT)
    return fitted(np.asarray([row.features for row in rows]), wrong, share, _PENALTY)


def fitted(features: Floats, labels: Floats, share: Floats, penalty: float) -> Weights:
    """Logistic regression with an L2 penalty over standardised features; `share` is the weight of each row."""
    mean, scale = features.mean(0), features.std(0) + 1e-9
    standard = (features - mean) / scale

    def loss(point: Floats) -> tuple[float, Floats]:
        odds = standard @ point[:-1] + point[-1]
        likely = 1 / (1 + np.exp(-odds))
        value = float((share * (np.logaddexp(0, odds) - labels * odds)).sum() + penalty * (point[:-1] ** 2).sum() / 2)
        error = share * (likely - labels)
        return value, np.append(standard.T @ error + penalty * point[:-1], error.sum())

    point = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return Weights(mean, scale, point[:-1], float(point[-1]))


def written(names: Sequence[str], weights: Weights) -> dict[str, Any]:
    """Weights as they are kept: mean, scale and weight of each feature by its name, and the bias."""
    return {
        "features": {
            name: [round(float(value), 5) for value in row]
            for name, *row in zip(names, weights.mean, weights.scale, weights.weights, strict=True)
        },
        "bias": round(weights.bias, 5),
    }


def figures(rows: list[Example], weights: Weights) -> dict[str, float]:
    """At the odds that the check asks for: the share of wrong numbers found in clear sentences, of those placed rightly, and
    of right numbers called wrong."""
    from rag.statute_check import SURE_ELSEWHERE

    called = [(row, weights.odds(row.features) > SURE_ELSEWHERE) for row in rows]
    wrong = [(row, is_called) for row, is_called in called if row.wrong and row.clear]
    right = [is_called for row, is_called in called if not row.wrong]
    caught = [row for row, is_called in wrong if is_called]
    return {
        "wrong_found": round(len(caught) / len(wrong), 3),
        "placed_rightly": round(sum(row.found for row in caught) / max(len(caught), 1), 3),
        "right_called_wrong": round(sum(right) / len(right), 4),
        "wrong": len(wrong),
        "right": len(right),
    }


if __name__ == "__main__":
    main()
