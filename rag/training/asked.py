"""The questions and fact patterns that the readers of questions are trained on: our own texts in `corpus/training`."""

import json
import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.citation import Citation
from rag.index import Index
from rag.training.material import outside_questions

_PLEADING = 0.75
# They are few, and they alone tell a scene that asks for a rule from a dispute told to be weighed.
_SCENES_REPEATED = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its labels: `within` reach (None: not said), a told `story`; `rare` where nothing at all answers it."""

    text: str
    within: bool | None
    story: bool = False
    rare: bool = False


def read_questions(corpus: Path, index: Index, other_law: int, seed: int) -> list[Asked]:
    """All questions of the corpus folder, each once, with at most so many on law that is not held."""
    folder = corpus / "training"
    found = {row["question"]: Asked(row["question"], True) for row in _rows(folder / "aigc_questions.jsonl")}
    others: list[Asked] = []
    for row in _rows(folder / "lay_questions.jsonl"):
        if any(_is_held(index, key) for key in row["keys"]):
            found.setdefault(row["question"], Asked(row["question"], True))
        elif row["question"] not in found:
            others.append(Asked(row["question"], False))
    random.Random(seed).shuffle(others)
    outside = [Asked(question, False, rare=True) for question in outside_questions(corpus)]
    return [*found.values(), *others[:other_law], *outside]


def read_stories(corpus: Path, seed: int) -> list[Asked]:
    """Every fact pattern as it stands, and without its last clause but with a closing sentence of another author; and scenes
    told to be weighed or to ask for a rule."""
    folder, chance = corpus / "training", random.Random(seed)
    closing: dict[bool, list[str]] = {True: [], False: []}
    for row in _rows(folder / "closing_questions.jsonl"):
        closing[row["asks"] == "pleading"].append(row["text"])
    found = []
    for row in _rows(folder / "fact_stories.jsonl"):
        clauses = [text for text, _ in row["clauses"]]
        found.append(Asked("".join(clauses), None, story=True))
        pleads = chance.random() < _PLEADING
        found.append(Asked("".join([*clauses[:-1], chance.choice(closing[pleads])]), None, story=pleads))
    for scene, is_story in told_scenes(corpus).items():
        found += [Asked(scene, None, story=is_story)] * _SCENES_REPEATED
    return found


def told_scenes(corpus: Path) -> dict[str, bool]:
    """Scenes, and whether each is told to be weighed."""
    return {row["text"]: bool(row["story"]) for row in _rows(corpus / "training" / "told_or_asked.jsonl")}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _is_held(index: Index, key: str) -> bool:
    """Whether an article of the collection, by its key with a full date, is held in the corpus as it stands today."""
    law, _, rest = key.partition("@")
    return index.library.place(Citation(law, None, tuple(rest.split("/")[1:2])), date.today()) is not None
