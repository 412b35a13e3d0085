"""How near short texts are in meaning, by the shipped embedding whatever model indexes: for choosing inside one document."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.embed import shipped

if TYPE_CHECKING:
    from rag.placing import Vector


def near(text: str, others: Sequence[str]) -> list[float]:
    """The cosine of a text with each of the others, -1 to 1.

    >>> theft, loan = near("擅自复制他人作品", ["未经许可复制作品", "民间借贷的利息"])
    >>> theft > loan
    True
    """
    vector = _vector(text)
    return [float(_vector(other) @ vector) for other in others]


@lru_cache(maxsize=8192)
def _vector(text: str) -> "Vector":
    vector: Vector = shipped().embed([text])[0]
    return vector
