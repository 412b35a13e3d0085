"""Weights of named signs, fitted by logistic regression and kept as JSON: `{"signs": {name: weight}, "threshold": number}`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatRow = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SignWeights:
    """`weights` (signs,) and the `threshold` from which on what the signs speak for is so.

    >>> SignWeights(np.array([2.0, -1.0]), 0.5).margin([1.0, 1.0])
    0.5
    """

    weights: FloatRow
    threshold: float

    @classmethod
    def load(cls, path: Path, names: Sequence[str]) -> "SignWeights":
        """The weights that ship with the product, in the order of `names`."""
        held: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return cls(np.array([held["signs"][name] for name in names], np.float64), float(held["threshold"]))

    def save(self, path: Path, names: Sequence[str]) -> None:
        """Write them where `load` finds them."""
        content = {
            "signs": {name: round(float(weight), 5) for name, weight in zip(names, self.weights, strict=True)},
            "threshold": round(self.threshold, 5),
        }
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")

    def margin(self, found: Sequence[float]) -> float:
        """How far the signs speak for it, in log odds; 0 and more says yes."""
        return float(self.weights @ np.asarray(found)) - self.threshold
