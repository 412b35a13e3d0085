"""What a question is worded like, by the runs of its characters: one that the corpus can answer, a told story of a dispute.

Word lists know a field by its terms, and people ask without them: 婚礼上请朋友唱歌要不要给写歌的人交钱. Each run of up to three
characters or words has a vector, found by its hash; their sum and one layer over it give the odds (fastText's idea,
Joulin and others 2017). Fitted on labelled questions by `python -m rag.training.wording`; read with numpy alone.
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput
from rag.fact_model import runs

FILE = Path(__file__).resolve().parent / "reading" / "wording.safetensors"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Odds:
    """Log odds that a question is `within` reach of the corpus, and that it tells a `story` of a dispute."""

    within: float
    story: float


def buckets(text: str, count: int) -> list[int]:
    """The numbers of the runs of a text, each once, in ascending order.

    >>> len(buckets("算作品吗", 1 << 15)), buckets("AI", 8) == buckets("ai", 8)
    (15, True)
    """
    return sorted({zlib.crc32(run.encode()) % count for run in runs(text)})


@dataclass(frozen=True)
class Wording:
    """`vectors` (buckets, dimension) are 8-bit numbers to be multiplied by `scale` (buckets,); `output` (2, dimension) and
    `bias` (2,) turn their sum into log odds.

    >>> wording = load_wording()
    >>> wording.odds("合理使用有哪些情形？").within > 0 > wording.odds("红烧肉怎么做才不腻？").within
    True
    """

    vectors: npt.NDArray[np.int8]
    scale: Floats
    output: Floats
    bias: Floats

    @classmethod
    def load(cls, path: Path) -> "Wording":
        """Read a model. Raises UnusableInput for a file that is none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            packed = load_file(path)
            return cls(packed["vectors"], packed["scale"], packed["output"], packed["bias"])
        except (OSError, KeyError, SafetensorError) as error:
            raise UnusableInput(
                f"问法模型「{path}」无法读取（{type(error).__name__}）。请重新安装，或运行 python -m rag.training.wording。"
            ) from error

    def save(self, path: Path) -> None:
        """Write it where `load` finds it."""
        from safetensors.numpy import save

        parts: dict[str, npt.NDArray[Any]] = {
            "vectors": self.vectors,
            "scale": self.scale,
            "output": self.output,
            "bias": self.bias,
        }
        path.write_bytes(save(parts))

    def odds(self, text: str) -> Odds:
        """The log odds of a question, traditional characters and full width read as the plain ones."""
        rows = buckets(text, len(self.vectors))
        total = (self.vectors[rows] * self.scale[rows, None]).sum(axis=0) / np.float32(np.sqrt(len(rows)))
        within, story = np.tanh(total) @ self.output.T + self.bias
        return Odds(float(within), float(story))


@lru_cache(maxsize=1)
def load_wording() -> Wording:
    """The model that ships with the product."""
    return Wording.load(FILE)
