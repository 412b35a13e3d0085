"""One order for what the vectors, the words and the known questions found: a small learned ranking.

Each candidate gets a row of features (`FEATURES`), which a network of one hidden layer turns into one number. It was
fitted on questions that neither the embedding nor the known questions had seen (rag/training/ranking.py); the same code
makes the features there and here. Models that bring no ranking are fused by fixed weights.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput

FILE = "ranking.json"
FEATURES = (
    "cosine",
    "cosine_below_best",
    "cosine_rank",
    "words",
    "words_share",
    "words_rank",
    "known_best",
    "known_votes",
    "known_share",
    "law_share",
    "length",
    "asked",
    "law_asked",
)
# How many candidates each way of finding gives.
NEAREST, WORDS, KNOWN = 300, 120, 80
Floats = npt.NDArray[np.float32]

# Where nothing was learned: seven parts vectors to three parts words.
DENSE_WEIGHT, LEXICAL_WEIGHT = 0.7, 0.3
_LAW_TEMPERATURE = 0.05


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the candidates for one question: arrays of one length, one entry a candidate.

    `cosine` of question and passage (the lowest found for those that were not among the nearest), `words` the BM25
    score, `known_best` and `known_votes` of the known questions that it answers, `law` a number for the document,
    `length` in characters, `asked` and `law_asked` how often it and its document answer known questions (`Asked`).
    """

    cosine: Floats
    words: Floats
    known_best: Floats
    known_votes: Floats
    law: npt.NDArray[np.int32]
    length: npt.NDArray[np.int32]
    asked: Floats
    law_asked: Floats

    def features(self) -> Floats:
        """Shape (candidates, features), in the order of `FEATURES`."""
        mass = np.exp((self.cosine - self.cosine.max()) / _LAW_TEMPERATURE)
        _, law = np.unique(self.law, return_inverse=True)
        laws = np.bincount(law, mass) / mass.sum()
        columns = [
            self.cosine,
            self.cosine - self.cosine.max(),
            1 / (10 + _rank(self.cosine)),
            self.words / 20,
            _share(self.words),
            1 / (10 + _rank(self.words)),
            self.known_best,
            self.known_votes,
            _share(self.known_votes),
            laws[law],
            np.log1p(self.length) / 6,
            self.asked,
            self.law_asked,
        ]
        return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the network: features are brought to mean 0 and deviation 1, then `tanh` of the hidden layer."""

    mean: Floats
    deviation: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats

    @classmethod
    def load(cls, folder: Path) -> "Ranking | None":
        """The ranking that lies beside an embedding; None where there is none.

        Raises UnusableInput when the file is broken, or made for other features than this version computes.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["features"] != list(FEATURES):
                raise UnusableInput(f"「{path}」是为另一个版本制作的。请重新取得模型文件夹。")
            names = ("mean", "deviation", "hidden", "hidden_bias", "output")
            return cls(*(np.array(content[name], dtype=np.float32) for name in names))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnusableInput(f"「{path}」无法读取（{type(error).__name__}）。请重新取得模型文件夹。") from error

    def save(self, folder: Path) -> None:
        """Write it beside an embedding."""
        names = ("mean", "deviation", "hidden", "hidden_bias", "output")
        weights = {name: np.round(getattr(self, name).astype(float), 5).tolist() for name in names}
        content = {"features": list(FEATURES), **weights}
        (folder / FILE).write_text(json.dumps(content) + "\n", encoding="utf-8")

    def scores(self, signals: Signals) -> Floats:
        """One number a candidate, the higher the better; they mean nothing across questions."""
        inner = np.tanh((signals.features() - self.mean) / self.deviation @ self.hidden + self.hidden_bias)
        scores: Floats = inner @ self.output
        return scores


def fused(signals: Signals) -> Floats:
    """The order for a model without a ranking: cosines and BM25, each stretched to 0..1, seven parts to three."""
    return DENSE_WEIGHT * stretched(signals.cosine) + LEXICAL_WEIGHT * stretched(signals.words)


def stretched(values: Floats) -> Floats:
    """Values brought to 0..1, the least to 0 and the greatest to 1; all 1 where they are equal.

    >>> stretched(np.array([1, 3, 2], dtype=np.float32)).tolist()
    [0.0, 1.0, 0.5]
    """
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    if not high > low:
        return np.ones(len(values), dtype=np.float32)
    spread: Floats = ((values - low) / (high - low)).astype(np.float32)
    return spread


def _rank(values: Floats) -> npt.NDArray[np.intp]:
    """0 for the highest, and so on; equals in the order in which they stand."""
    ranks = np.empty(len(values), dtype=np.intp)
    ranks[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return ranks


def _share(values: Floats) -> Floats:
    """Each value as a share of the highest, 0 where that is 0."""
    top = values.max(initial=0.0)
    share: Floats = values / top if top > 0 else np.zeros_like(values)
    return share
