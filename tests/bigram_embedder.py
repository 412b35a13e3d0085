"""A stand-in for the embedding model: texts that share character pairs are near each other."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class BigramEmbedder:
    """Hashes character pairs into a vector; quick, exact and the same on every machine.

    `embedded` counts the texts embedded, so that a test can see that nothing is embedded twice.
    """

    def __init__(self, name: str = "bigram", dimension: int = 64, max_chars: int = 400) -> None:
        self.name = name
        self.fingerprint = f"{name}-{dimension}-{max_chars}"
        self.dimension = dimension
        self.max_chars = max_chars
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, of length 1; zero for a text without a pair."""
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for pair in map(str.__add__, text, text[1:]):
                vectors[row, crc32(pair.encode()) % self.dimension] += 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-9)
        return unit
