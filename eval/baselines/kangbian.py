"""Kangbian's own passage index."""

from collections.abc import Iterable
from pathlib import Path

from eval.baselines import Progress
from rag import PassageIndex, PassageText, ServiceFailure


class KangbianSystem:
    """The index that the product builds, asked as the product asks it."""

    def __init__(self) -> None:
        self._index: PassageIndex | None = None

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Progress) -> None:
        """See `System.build`."""
        self._index = PassageIndex.build(folder, passages, progress=progress)

    def open(self, folder: Path) -> None:
        """Take the index that lies in a folder. Raises as `PassageIndex.open`."""
        self._index = PassageIndex.open(folder)

    def search(self, query: str, k: int) -> list[str]:
        """See `System.search`."""
        if self._index is None:
            raise ServiceFailure("索引尚未建立。")
        return [name for name, _ in self._index.rank(query, k)]
