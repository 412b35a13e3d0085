"""Which defence was taken for which: counts worked by hand, and the picture."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from eval.charts import draw_confusion
from eval.confusion import NONE, confusion
from eval.dataset import Item, ItemKind, read_dataset
from eval.marking import Marked, Outcome
from eval.reading import Reading
from rag import Answer, AnswerKind, Defense, Provenance, Strength


def marked(item: Item, *found: tuple[str, Strength]) -> Marked:
    answer = Answer.model_validate(
        {
            "id": item.id, "question": item.question, "kind": AnswerKind.DEFENSE, "abstained": False, "text": "……",
            "as_of": "2026-06-01", "provenance": Provenance(corpus="c", embedder="e", generator="g", version="v"),
            "defenses": [Defense(id=name, name=name, strength=strength) for name, strength in found],
        }
    )  # fmt: skip
    return Marked(item, Outcome(answer if found else None), Reading(), (), ())


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    path = tmp_path / "set.jsonl"
    gold = (
        '"gold": {"defenses": {"expected": ["fair_use", "damages"], "first": ["fair_use"], "excluded": ["no_access"]}}'
    )
    lines = [f'{{"id": "{n}", "kind": "defense", "question": "问{n}", {gold}}}' for n in "123"]
    lines.append('{"id": "4", "kind": "concept", "question": "问", "gold": {}}')
    path.write_text("\n".join(lines), "utf-8")
    return list(read_dataset(path).items)


def test_counts(items: list[Item]) -> None:
    assert items[3].kind is ItemKind.CONCEPT
    found = confusion(
        [
            marked(items[0], ("fair_use", Strength.MEDIUM), ("damages", Strength.MEDIUM)),
            marked(items[1], ("no_access", Strength.STRONG), ("damages", Strength.MEDIUM), ("fair_use", Strength.WEAK)),
            marked(items[2]),
            marked(items[3], ("damages", Strength.MEDIUM)),
        ]
    )
    assert found.first == Counter({("fair_use", "fair_use"): 1, ("fair_use", "no_access"): 1, ("fair_use", NONE): 1})
    assert found.strength["fair_use", "carry", Strength.MEDIUM] == 1
    assert found.strength["fair_use", "carry", Strength.WEAK] == 1
    assert found.strength["no_access", "fail", Strength.STRONG] == 1
    assert found.strength["no_access", "fail", Strength.UNAVAILABLE] == 2
    assert found.defences[0] == "fair_use"


def test_the_picture(items: list[Item], tmp_path: Path) -> None:
    assert importlib.util.find_spec("matplotlib")
    draw_confusion(confusion([marked(items[0], ("fair_use", Strength.MEDIUM))]), tmp_path / "c.svg")
    assert (tmp_path / "c.svg").read_text("utf-8").count("<svg") == 1
