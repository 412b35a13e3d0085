"""Whether a passage answers a question: what is asked for is looked up in the passage word by word.

Each word of the question is laid beside those of the passage that it attends to, and what the two have to do with each other is
weighed (decomposable attention, Parikh and others 2016): a question can be full of the words of an article and still ask for what the
article does not say. The words are those of the shipped embedding, with their neighbours; several networks, which differ by
chance alone, are asked, and their mean counts. Fitted by `python -m rag.training.answering`; read with numpy alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput
from rag.embed import StaticEmbedder, shipped

FILE = Path(__file__).resolve().parent / "reading" / "answering.safetensors"
MOST_ASKED, MOST_READ = 48, 128
"""So many words of a question and of a passage are read."""
PASSAGES = 3
"""So many passages found first are read."""
_TITLE = 20
LAYERS = ("projection", "question", "passage", "asking", "answering", "comparison", "weight", "hidden", "output")
Floats = npt.NDArray[np.float32]
Layer = tuple[Floats, Floats]


def passage_text(title: str, text: str) -> str:
    """What is read of a passage: the beginning of its title, and its words."""
    return f"{title[:_TITLE]} {text}"


@dataclass(frozen=True)
class Member:
    """One network: linear layers by the names of `LAYERS`, each of weights (outputs, inputs) and a bias (outputs,)."""

    layers: Mapping[str, Layer]

    def read(self, words: Floats, side: str) -> Floats:
        """The words of a question or of a passage, each beside itself with its neighbours: shape (words, 2 * dimension)."""
        plain = np.tanh(self._through("projection", words))
        around = np.pad(plain, ((1, 1), (0, 0)))
        near = np.concatenate([around[:-2], around[1:-1], around[2:]], axis=1)
        return np.concatenate([plain, np.maximum(self._through(side, near), 0)], axis=1)

    def odds(self, asked: Floats, read: Floats) -> float:
        """The log odds that the passage read answers the question read."""
        wanted, given = self._through("asking", asked), self._through("answering", read)
        likeness = wanted @ given.T / np.sqrt(np.float32(wanted.shape[1]))
        beside = _softmax(likeness) @ read
        highest = likeness.max(axis=1, keepdims=True)
        compared = np.maximum(
            self._through("comparison", np.concatenate([asked, beside, asked * beside, highest], axis=1)), 0
        )
        share = _softmax(self._through("weight", asked).T)[0]
        summed = np.concatenate([share @ compared, compared.max(axis=0), share @ asked])
        return float(self._through("output", np.maximum(self._through("hidden", summed), 0))[0])

    def _through(self, name: str, inputs: Floats) -> Floats:
        weights, bias = self.layers[name]
        outputs: Floats = inputs @ weights.T + bias
        return outputs


@dataclass(frozen=True)
class Answering:
    """`scale` is what the vectors of the embedding are divided by."""

    members: tuple[Member, ...]
    scale: float
    embedding: StaticEmbedder

    @classmethod
    def load(cls, path: Path) -> "Answering":
        """Read a model. Raises UnusableInput for a file that is none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            packed = {name: values.astype(np.float32) for name, values in load_file(path).items()}
            members = [
                Member({name: (packed[f"{number}.{name}.weight"], packed[f"{number}.{name}.bias"]) for name in LAYERS})
                for number in range(int(packed["members"][0]))
            ]
            return cls(tuple(members), float(packed["scale"][0]), shipped())
        except (OSError, KeyError, IndexError, SafetensorError) as error:
            raise UnusableInput(
                f"答问模型「{path}」无法读取（{type(error).__name__}）。请重新安装，或运行 python -m rag.training.answering。"
            ) from error

    def save(self, path: Path) -> None:
        """Write it where `load` finds it, in 16 bits a number."""
        from safetensors.numpy import save

        parts: dict[str, npt.NDArray[Any]] = {
            "members": np.array([len(self.members)], np.float32),
            "scale": np.array([self.scale], np.float32),
        }
        for number, member in enumerate(self.members):
            for name, (weights, bias) in member.layers.items():
                parts[f"{number}.{name}.weight"] = np.ascontiguousarray(weights, dtype=np.float16)
                parts[f"{number}.{name}.bias"] = bias.astype(np.float16)
        path.write_bytes(save(parts))

    def odds(self, questions: Sequence[str], passages: Sequence[str]) -> Floats:
        """The log odds that each passage (`passage_text`) answers each question: shape (questions, passages).

        >>> ask = ["作品登记向什么机构办理？", "作品登记的收费标准是多少？"]
        >>> rule = passage_text("中华人民共和国著作权法", "作者等著作权人可以向国家著作权主管部门认定的登记机构办理作品登记。")
        >>> office, fee = load_answering().odds(ask, [rule])[:, 0]
        >>> bool(office > fee)
        True
        """
        found = np.zeros((len(self.members), len(questions), len(passages)), dtype=np.float32)
        asked = [self._vectors(text, MOST_ASKED) for text in questions]
        read = [self._vectors(text, MOST_READ) for text in passages]
        for number, member in enumerate(self.members):
            theirs = [member.read(words, "passage") for words in read]
            for row, words in enumerate(asked):
                ours = member.read(words, "question")
                found[number, row] = [member.odds(ours, their) for their in theirs]
        mean: Floats = found.mean(axis=0)
        return mean

    def _vectors(self, text: str, most: int) -> Floats:
        vectors: Floats = self.embedding.weights[self.embedding.words(text, most)].astype(np.float32) / self.scale
        return vectors


def together(odds: Floats) -> Floats:
    """The log odds that any of the passages answers a question, from those of each (questions, passages): shape (questions,).

    >>> [round(float(odds), 1) for odds in together(np.array([[0.0, 0.0], [-9.0, 3.0]], dtype=np.float32))]
    [0.7, 3.0]
    """
    found: Floats = np.logaddexp.reduce(odds, axis=1)
    return found


def _softmax(values: Floats) -> Floats:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


@lru_cache(maxsize=1)
def load_answering() -> Answering:
    """The model that ships with the product."""
    return Answering.load(FILE)
