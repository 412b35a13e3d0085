"""What the baselines share: jieba's words, and passages counted as they pass."""

from collections.abc import Iterable, Iterator

import jieba

from eval.baselines import Progress
from rag import PassageText


def cut(text: str) -> list[str]:
    """The words of a text as jieba cuts them by default, without marks and spaces.

    >>> cut("保护作者的著作权。")
    ['保护', '作者', '的', '著作权']
    """
    return [word for word in jieba.lcut(text) if word.isalnum()]


def counted(passages: Iterable[PassageText], progress: Progress) -> Iterator[PassageText]:
    """The passages; `progress` is told how many have passed."""
    for number, passage in enumerate(passages, 1):
        yield passage
        progress(number, 0, passage.id)
