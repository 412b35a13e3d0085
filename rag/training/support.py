"""Fit the weights by which statements are judged against their sources, on a CPU in seconds, with one command.

    python -m rag.training.support [--seen FILE FILE] [--unseen FILE] [--output rag/reading/support.json]

Read are statements with the passages that they name, labelled supported or not: one.jsonl and three.jsonl of
`eval/datasets/statements`. The unseen ones, two.jsonl by another author, are used for the figures alone: how many labels the method agrees with, and Cohen's kappa.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from ingest.citation import Citation
from rag.index import open_index
from rag.placing import Floats, Weights
from rag.provision import title_of, words_of
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.support import FEATURES, SupportCheck
from rag.training.placing import fitted, written

_FOLDER = Path("eval/datasets/statements")


def main(arguments: list[str] | None = None) -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seen", type=Path, nargs="+", default=[_FOLDER / "one.jsonl", _FOLDER / "three.jsonl"])
    parser.add_argument("--unseen", type=Path, default=_FOLDER / "two.jsonl")
    parser.add_argument("--output", type=Path, default=Path("rag/reading/support.json"))
    options = parser.parse_args(arguments)
    features, labels = labelled(*options.seen)
    weights = fitted(features, labels, np.ones(len(labels)), penalty=4.0)
    options.output.write_text(json.dumps(written(FEATURES, weights), indent=1) + "\n", "utf-8")
    for name, (rows, wanted) in (("seen", (features, labels)), ("unseen", labelled(options.unseen))):
        sys.stdout.write(f"{name}: {json.dumps(agreement(rows, wanted, weights))}\n")


def labelled(*files: Path) -> tuple[Floats, Floats]:
    """Features and labels (1 for supported) of every statement of these files."""
    index = open_index(Settings.from_env(), DEFAULT_WORKSPACE)
    check = SupportCheck(index.cutter.words, index.embedder.embed)
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    features = []
    for row in rows:
        places = [index.library.place(Citation.parse(key)) for key in row["keys"]]
        sources = [f"{title_of(place)}。{words_of(place)}" for place in places if place]
        features.append(check.features(row["statement"], sources, row["question"]))
    return np.asarray(features), np.asarray([float(row["supported"]) for row in rows])


def agreement(features: Floats, labels: Floats, weights: Weights) -> dict[str, float]:
    """The share of labels agreed with, Cohen's kappa, and n."""
    said = np.asarray([weights.odds(row) > 0 for row in features], np.float64)
    same = float((said == labels).mean())
    chance = float(said.mean() * labels.mean() + (1 - said.mean()) * (1 - labels.mean()))
    return {"agreement": round(same, 3), "kappa": round((same - chance) / (1 - chance), 3), "n": len(labels)}


if __name__ == "__main__":
    main()
