"""The reader of facts: which facts each clause tells or only says, and which of them stand over the whole text.

A clause is its characters and words and the runs of up to three of them, with those of the clause before at half the
weight; each has a vector, and a clause is the sum of them (fastText's idea, Joulin and others 2017). What stands around it
tells whose picture it is and who did it, where the clause leaves that out: a layer looks at the clause with two on either
side, another at the clause alone, and a last one turns them into a probability for every fact. Several such networks, which differ
by chance alone, are asked, and their mean counts: they err on different clauses. Over the text each fact is then weighed once more by
what all the others say: whose picture was generated is told by who draws by hand, who kept a log, who was asked for records.

Read with numpy alone. It lies in `rag/reading`; `rag/training/facts.py` makes it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput
from ingest.script import to_narrow, to_simplified

BUILT_IN = Path(__file__).parent / "reading"
LONGEST_RUN = 3
BEFORE = "p|"
"""Marks what stands in the clause before."""
BEFORE_WEIGHT = 0.5
AROUND = 2
"""How many clauses on either side a clause is read with."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PART = re.compile(r"[\u3400-\u9fff]|[a-z][a-z'\-]*|#\d|[^\s\w]")
Floats = npt.NDArray[np.float32]


def runs(clause: str, longest: int = LONGEST_RUN) -> list[str]:
    """The characters and words of a clause and the runs of up to `longest` of them; a number counts by its length.

    >>> runs("卖了300件", 2)
    ['^', '卖', '了', '#3', '件', '$', '^卖', '卖了', '了 #3', '#3 件', '件$']
    """
    text = to_narrow(to_simplified(clause)).lower()
    text = _NUMBER.sub(lambda number: f" #{min(len(re.sub(r'[.].*|,', '', number[0])), 9)} ", text)
    parts = ["^", *_PART.findall(text), "$"]
    found = []
    for length in range(1, longest + 1):
        for start in range(len(parts) - length + 1):
            run = parts[start : start + length]
            found.append((" " if any(len(part) > 1 for part in run) else "").join(run))
    return found


def features(clauses: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """For each clause of a text its own runs, and the marked short runs of the clause before."""
    before: list[str] = []
    for clause in clauses:
        yield runs(clause), before
        before = [BEFORE + run for run in runs(clause, 2)]


@dataclass(frozen=True)
class Settling:
    """Weighs the facts of a text against each other: two layers over the highest probabilities of all its clauses.

    `thresholds` (facts,) are the probabilities from which on a fact stands.
    """

    hidden: tuple[Floats, Floats]
    output: tuple[Floats, Floats]
    gain: Floats
    thresholds: Floats

    @staticmethod
    def inputs(highest: Floats) -> Floats:
        """What it looks at, for `highest` of shape (texts, 2 * facts): probabilities, and the log odds of what is told."""
        told = np.clip(highest[:, : highest.shape[1] // 2], 0.002, 0.998)
        found: Floats = np.concatenate([highest, np.log(told / (1 - told)) / 4], axis=1).astype(np.float32)
        return found

    def probabilities(self, highest: Floats) -> Floats:
        """Shape (texts, facts): the probability that each fact is told in the text."""
        inputs = self.inputs(highest)
        hidden = np.tanh(inputs @ self.hidden[0].T + self.hidden[1])
        logits = hidden @ self.output[0].T + self.output[1] + self.gain * inputs[:, highest.shape[1] :]
        return _logistic(logits)


Layer = tuple[Floats, Floats]
"""The weights (outputs, inputs) and the bias (outputs,) of a linear layer."""


@dataclass(frozen=True)
class Member:
    """One network of the reader. `vectors` (runs, dimension) are 8-bit numbers, to be multiplied by `scale` (runs,)."""

    vectors: npt.NDArray[np.int8]
    scale: Floats
    hidden: Layer
    context: Layer
    output: Layer

    def probabilities(self, rows: Sequence[Sequence[tuple[Sequence[int], float]]]) -> Floats:
        """Shape (clauses, outputs), for the weighted runs of each clause of one text."""
        first = np.tanh(np.array([self._sum(of_clause) for of_clause in rows]))
        second = np.maximum(first @ self.hidden[0].T + self.hidden[1], 0)
        third = np.maximum(surrounded(first) @ self.context[0].T + self.context[1], 0)
        logits = np.concatenate([first, second, third], axis=1) @ self.output[0].T + self.output[1]
        return _logistic(logits)

    def _sum(self, of_clause: Sequence[tuple[Sequence[int], float]]) -> Floats:
        total = np.zeros(self.vectors.shape[1], dtype=np.float32)
        for rows, weight in of_clause:
            if rows:
                vectors = self.vectors[rows] * self.scale[rows, None]
                total += vectors.sum(axis=0) * np.float32(weight / np.sqrt(len(rows)))
        return total


@dataclass(frozen=True)
class FactModel:
    """`facts` names the outputs; `thresholds` are the probabilities from which on a clause tells a fact, or only says it."""

    facts: tuple[str, ...]
    thresholds: Floats
    vocabulary: Mapping[str, int]
    members: tuple[Member, ...]
    settling: Settling

    @classmethod
    def load(cls, folder: Path) -> "FactModel":
        """Read a model. Raises UnusableInput for a folder that holds none or a broken one."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
            vocabulary = (folder / "runs.txt").read_text("utf-8").split("\n")
            packed = load_file(folder / "model.safetensors")

            def layer(name: str) -> Layer:
                return packed[f"{name}.weight"].astype(np.float32), packed[f"{name}.bias"].astype(np.float32)

            members = [
                Member(
                    packed[f"{number}.vectors"],
                    packed[f"{number}.scale"].astype(np.float32),
                    layer(f"{number}.hidden"),
                    layer(f"{number}.context"),
                    layer(f"{number}.output"),
                )
                for number in range(int(config["members"]))
            ]

            return cls(
                facts=tuple(config["facts"]),
                thresholds=np.array(config["thresholds"], dtype=np.float32),
                vocabulary={run: row for row, run in enumerate(vocabulary)},
                members=tuple(members),
                settling=Settling(
                    layer("settling.hidden"),
                    layer("settling.output"),
                    packed["settling.gain"].astype(np.float32),
                    np.array(config["settled"], dtype=np.float32),
                ),
            )
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise UnusableInput(
                f"案情分类器「{folder}」无法读取（{type(error).__name__}）。请重新安装，或按 rag/reading/README.md 重新训练。"
            ) from error

    def probabilities(self, clauses: Sequence[str]) -> Floats:
        """Shape (clauses, 2 * facts): first of each fact being told, then of its being only said.

        `clauses` are those of one text, in order: each is read with those around it.
        """
        if not clauses:
            return np.zeros((0, 2 * len(self.facts)), dtype=np.float32)
        rows = [
            [
                ([row for run in found if (row := self.vocabulary.get(run)) is not None], weight)
                for found, weight in pair
            ]
            for pair in (((own, 1.0), (before, BEFORE_WEIGHT)) for own, before in features(clauses))
        ]
        found: Floats = np.mean([member.probabilities(rows) for member in self.members], axis=0, dtype=np.float32)
        return found

    def settled(self, probabilities: Floats) -> Floats:
        """The probability of each fact over a whole text, from those of its clauses (`probabilities`); shape (facts,)."""
        if not len(probabilities):
            return np.zeros(len(self.facts), dtype=np.float32)
        found: Floats = self.settling.probabilities(probabilities.max(axis=0, keepdims=True))[0]
        return found


def _logistic(logits: Floats) -> Floats:
    # As a hyperbolic tangent, which unlike an exponential never overflows.
    found: Floats = (0.5 + 0.5 * np.tanh(logits / 2)).astype(np.float32)
    return found


def surrounded(clauses: Floats) -> Floats:
    """Each row with the rows around it, from `AROUND` before to `AROUND` after; nothing stands beyond the ends.

    Shape (clauses, (2 * AROUND + 1) * dimension).

    >>> surrounded(np.array([[1.0], [2.0]])).tolist()
    [[0.0, 0.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 0.0, 0.0]]
    """
    beyond = np.pad(clauses, ((AROUND, AROUND), (0, 0)))
    found: Floats = np.concatenate([beyond[shift : shift + len(clauses)] for shift in range(2 * AROUND + 1)], axis=1)
    return found


def decided(probabilities: Floats, thresholds: Floats) -> npt.NDArray[np.bool_]:
    """Which outputs count, shape as `probabilities`: what a clause more likely only says, it does not tell.

    >>> decided(np.array([[0.6, 0.9], [0.6, 0.5]]), np.array([0.4, 0.4])).tolist()
    [[False, True], [True, True]]
    """
    passed = probabilities >= thresholds
    half = probabilities.shape[1] // 2
    passed[:, :half] &= probabilities[:, :half] >= probabilities[:, half:]
    return passed


@lru_cache(maxsize=2)
def load_model(folder: Path = BUILT_IN) -> FactModel:
    """The classifier of a folder, read once."""
    return FactModel.load(folder)
