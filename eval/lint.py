"""What is wrong with a set of questions before any is asked: doubles, what was trained on, gold not held, kinds too few.

A question that stands in the training data measures memory, and two alike count one mistake twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from eval.dataset import Item, ItemKind, read_dataset
from eval.jsonl import objects
from eval.marking import unheld_gold
from eval.shelf import Shelf

# So alike that one is the other with a word changed, of 100. Questions on two articles of one form score about 85.
_ALIKE = 93.0
# Below it a word changed is a question changed: 著作权法第三条 and 著作权法第四条.
_SHORTEST = 16
_LEAST_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a set. `line` counts from 1, and is 0 where the fault is of the set as a whole."""

    name: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.name} 第 {self.line} 行：{self.message}" if self.line else f"{self.name}：{self.message}"


def find_faults(path: Path, shelf: Shelf, training: Iterable[Path] = ()) -> list[Fault]:
    """Everything wrong with the set in a file; `training` are JSONL files with a `question` or a `text` a line.

    Two texts are alike from a Levenshtein ratio (rapidfuzz, insertions and deletions) of 93 of 100 on, short ones only
    where they are the same. Raises UnusableInput for a file
    with broken lines.
    """
    dataset = read_dataset(path)
    return [
        *_doubles(dataset.name, dataset.items),
        *_trained_on(dataset.name, dataset.items, training),
        *(
            Fault(dataset.name, item.line, f"标准引用 {key} 没有收录。")
            for item in dataset.items
            for key in unheld_gold(item, shelf)
        ),
        *_unbalanced(dataset.name, dataset.items),
    ]


def _asked(item: Item) -> str:
    """What is asked, with the conversation before it: 那赔多少？ is another question behind another case."""
    return " ".join([*(turn.content for turn in item.history), item.question])


def _doubles(name: str, items: Sequence[Item]) -> Iterator[Fault]:
    texts = [_asked(item) for item in items]
    for number, item in enumerate(items):
        found = _nearest(texts[number], texts[:number])
        if found is not None:
            yield Fault(name, item.line, f"与第 {items[found].line} 行（{items[found].id}）几乎相同。")


def _trained_on(name: str, items: Sequence[Item], training: Iterable[Path]) -> Iterator[Fault]:
    for path in training:
        read = [(number, str(row.get("question") or row.get("text") or "")) for number, row in objects(path)]
        known = [text for _, text in read]
        for item in items:
            found = _nearest(item.question, known)
            if found is not None:
                yield Fault(name, item.line, f"与训练材料 {path.name} 第 {read[found][0]} 行几乎相同。")


def _nearest(text: str, others: Sequence[str]) -> int | None:
    """The place of a text that is almost the same; None where there is none."""
    if len(text) < _SHORTEST:
        return others.index(text) if text in others else None
    found = process.extractOne(text, others, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return int(found[2]) if found else None


def _unbalanced(name: str, items: Sequence[Item]) -> Iterator[Fault]:
    counts = Counter(item.kind for item in items)
    for kind in ItemKind:
        share = counts[kind] / len(items)
        if share < _LEAST_SHARE:
            yield Fault(name, 0, f"{kind.value} 只有 {counts[kind]} 题，占 {share:.0%}，少于 {_LEAST_SHARE:.0%}。")
