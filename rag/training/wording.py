"""Fit what tells whether a question is within reach and whether it tells a story, on a CPU in minutes, with one command.

    python -m rag.training.wording [--corpus corpus] [--output rag/reading]

Read are our own texts in `corpus/training`: questions on AIGC copyright (`aigc_questions.jsonl`) and on national law
(`lay_questions.jsonl`), within reach where what answers them is held in the corpus, those that nothing here answers
(`outside_questions.jsonl`), fact patterns (`fact_stories.jsonl`), closing sentences of fact patterns that ask how a party stands,
or about law instead (`closing_questions.jsonl`), and scenes told to be weighed or to ask for a rule (`told_or_asked.jsonl`). The runs of characters are learned by a small network with two outputs; what it
says of questions that it has not seen, what those of `rag.training.answering` say that have not seen them either, and the other signs (`rag.scope_weights.SIGNS`, `rag.story.SIGNS`), are then weighed by logistic
regression. The
known questions beside the shipped embedding are among those read, so a question's own vector is left out of its kin.
"""

import argparse
import random
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ingest.script import to_narrow, to_simplified
from rag.analysis import read_case
from rag.foreign_law import load_foreign_law
from rag.index import Index, open_index
from rag.lexicon import load_lexicon
from rag.placing import Weights
from rag.question import Reader
from rag.relevance import rank
from rag.retrieve import Retriever
from rag.scope import Field, covering, load_field, scope_signs
from rag.scope_weights import SIGNS
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.sign_weights import SignWeights
from rag.story import SIGNS as STORY_SIGNS
from rag.story import story_signs
from rag.training import answering
from rag.training.asked import Asked, read_questions, read_stories, told_scenes
from rag.training.placing import fitted
from rag.wording import Floats, Wording, buckets

Say = Callable[[str], None]
_TRUST = {"central": 1.0, "elsewhere": -1.0}


@dataclass(frozen=True)
class Recipe:
    """What the fitting does. `rare` is the weight of the questions that nothing answers, which are few, against the others."""

    buckets: int = 1 << 15
    dimension: int = 32
    epochs: int = 6
    batch: int = 128
    rate: float = 1e-2
    dropout: float = 0.3
    runs_left_out: float = 0.2
    other_law: int = 12_000
    rare: float = 3.0
    folds: int = 5
    weighed: int = 2_000
    penalty: float = 1.0
    # A question refused wrongly costs a reader more than a needless answer, which quotes what it rests on.
    weight_of_inside: float = 2.0
    seed: int = 7


class _Network(torch.nn.Module):
    """The sum of the vectors of a question's runs, and a linear layer over it: within reach, story."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.vectors = torch.nn.EmbeddingBag(recipe.buckets, recipe.dimension, mode="sum")
        torch.nn.init.normal_(self.vectors.weight, 0, 0.01)
        self.output = torch.nn.Linear(recipe.dimension, 2)
        self.dropout = torch.nn.Dropout(recipe.dropout)

    def forward(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Log odds, shape (questions, 2)."""
        flat = torch.tensor([number for row in rows for number in row])
        starts = torch.tensor(np.cumsum([0, *(len(row) for row in rows[:-1])]))
        size = torch.tensor([len(row) ** 0.5 for row in rows]).unsqueeze(1)
        summed = torch.tanh(self.vectors(flat, starts) / size)
        found: torch.Tensor = self.output(self.dropout(summed))
        return found


def learn(questions: Sequence[Asked], recipe: Recipe) -> _Network:
    """The network, trained on these questions."""
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    network = _Network(recipe)
    rows = [buckets(question.text, recipe.buckets) for question in questions]
    wanted = torch.tensor([[float(bool(question.within)), float(question.story)] for question in questions])
    share = torch.tensor(
        [[0.0 if question.within is None else recipe.rare if question.rare else 1.0, 1.0] for question in questions]
    )
    steps = torch.optim.Adam(network.parameters(), lr=recipe.rate, weight_decay=1e-6)
    order = list(range(len(questions)))
    network.train()
    for _ in range(recipe.epochs):
        chance.shuffle(order)
        for start in range(0, len(order), recipe.batch):
            part = order[start : start + recipe.batch]
            kept = [
                [run for run in rows[number] if chance.random() > recipe.runs_left_out] or rows[number]
                for number in part
            ]
            losses = torch.nn.functional.binary_cross_entropy_with_logits(network(kept), wanted[part], reduction="none")
            steps.zero_grad()
            (losses * share[part]).mean().backward()  # type: ignore[no-untyped-call]
            steps.step()
    network.eval()
    return network


def unseen_odds(questions: Sequence[Asked], recipe: Recipe, say: Say) -> npt.NDArray[np.float64]:
    """The log odds of each question by a network that has not seen it, shape (questions, 2)."""
    found = np.zeros((len(questions), 2))
    folds = np.array([zlib.crc32(question.text.encode()) % recipe.folds for question in questions])
    for fold in range(recipe.folds):
        network = learn([q for q, of in zip(questions, folds, strict=True) if of != fold], recipe)
        held = np.flatnonzero(folds == fold)
        with torch.no_grad():
            found[held] = network([buckets(questions[row].text, recipe.buckets) for row in map(int, held)]).numpy()
        say(f"fold {fold + 1} of {recipe.folds} done")
    return found


def unseen_answers(corpus: Path, index: Index, say: Say) -> dict[str, float]:
    """The log odds that each question is answered, by networks that have not seen it."""
    recipe = answering.Recipe()
    texts = read_questions(corpus, index, recipe.other_law, recipe.seed)
    given = answering.material(texts, recipe, say)
    odds = answering.unseen_odds(given, [one.text for one in texts], recipe, say)
    return {one.text: float(of) for one, of in zip(texts, odds, strict=True)}


def weighed(
    questions: Sequence[Asked],
    odds: npt.NDArray[np.float64],
    answered: Mapping[str, float],
    index: Index,
    corpus: Path,
    recipe: Recipe,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The signs of a sample of questions that name no document, and their labels; `answered` are the log odds by what has not seen
    them, without those of which the shipped model has seen none."""
    field = load_field(corpus)
    reader = Reader(index.library, load_lexicon(corpus), field, load_foreign_law(corpus))
    chance = random.Random(recipe.seed)
    groups: dict[tuple[bool, bool], list[int]] = {}
    for row, question in enumerate(questions):
        if question.within is not None:
            groups.setdefault((question.within, question.rare), []).append(row)
    sample = [row for rows in groups.values() for row in chance.sample(rows, min(len(rows), recipe.weighed))]
    signs, labels = [], []
    for row in sample:
        text = questions[row].text
        made = _signs(text, float(odds[row, 0]), answered.get(text), reader, index, field)
        if made:
            signs.append(made)
            labels.append(float(not questions[row].within))
    return np.asarray(signs), np.asarray(labels)


def _signs(
    text: str, odds: float, answered: float | None, reader: Reader, index: Index, field: Field
) -> list[float] | None:
    read_as = reader.read(text)
    if read_as.names_something:
        return None
    hits = Retriever(index).search(read_as.topic or read_as.text, 12)
    covered = covering(read_as.text, rank(read_as.topic, [hit.text for hit in hits]))
    return scope_signs(index, field, read_as.text, hits, covered, is_known=True, odds=odds, answered=answered)


def story_weights(
    questions: Sequence[Asked], odds: npt.NDArray[np.float64], corpus: Path, recipe: Recipe, say: Say
) -> SignWeights:
    """Weights of the signs of a story, from the scenes of which some are told to be weighed and some ask for a rule.

    Neither the wording's odds nor the reader of facts have seen them. Beside them stand, at half the weight, short questions
    that ask for a rule and fact patterns as they are told.
    """
    scenes = told_scenes(corpus)
    rows = {question.text: row for row, question in enumerate(questions)}
    chance = random.Random(recipe.seed)
    short = chance.sample([text for text, row in rows.items() if questions[row].within], recipe.weighed)
    patterns = chance.sample(
        [text for text, row in rows.items() if questions[row].story and text not in scenes], recipe.weighed // 2
    )
    texts = [*(text for text in rows if text in scenes), *short, *patterns]
    field = load_field(corpus)
    signs, labels = [], []
    for text in texts:
        plain, row = to_narrow(to_simplified(text)), rows[text]
        signs.append(story_signs(plain, float(odds[row, 1]), len(read_case(plain, corpus).sure()), field))
        labels.append(float(questions[row].story))
    found, told = np.asarray(signs), np.asarray(labels)
    share = np.array([1.0 if text in scenes else 0.5 for text in texts])
    folds = np.array([zlib.crc32(text.encode()) % recipe.folds for text in texts])
    right: dict[bool, list[bool]] = {True: [], False: []}
    for fold in range(recipe.folds):
        weights = _weights(fitted(found[folds != fold], told[folds != fold], share[folds != fold], recipe.penalty))
        for text, of_fold, signs_found, label in zip(texts, folds == fold, found, told, strict=True):
            if of_fold:
                right[text in scenes].append((weights.margin(signs_found) >= 0) == bool(label))
    for name, of in (("scenes", True), ("others", False)):
        say(f"told to be weighed or not, {name}: {np.mean(right[of]):.3f} of {len(right[of])} right, cross-validated")
    return _weights(fitted(found, told, share, recipe.penalty))


def _weights(fit: Weights, more: Sequence[float] = ()) -> SignWeights:
    """Weights over signs as they are found, from those over standardised ones; `more` is added to each."""
    threshold = float((fit.mean / fit.scale) @ fit.weights - fit.bias)
    return SignWeights(fit.weights / fit.scale + np.array(more or [0.0] * len(fit.weights)), threshold)


def main(arguments: list[str] | None = None) -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--output", type=Path, default=Path("rag/reading"))
    options = parser.parse_args(arguments)

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    recipe = Recipe()
    index = open_index(Settings.from_env(), DEFAULT_WORKSPACE)
    questions = read_questions(options.corpus, index, recipe.other_law, recipe.seed)
    questions += read_stories(options.corpus, recipe.seed)
    say(f"{len(questions)} texts, {sum(bool(question.within) for question in questions)} questions within reach")
    odds = unseen_odds(questions, recipe, say)
    for name, right in (("story", True), ("no story", False)):
        told = [odds[row, 1] > 0 for row, question in enumerate(questions) if question.story is right]
        say(f"taken for a story: {np.mean(told):.3f} of {len(told)} ({name})")
    network = learn(questions, recipe)
    packed(network).save(options.output / "wording.safetensors")
    signs, outside = weighed(questions, odds, unseen_answers(options.corpus, index, say), index, options.corpus, recipe)
    share = np.where(outside > 0, 1.0, recipe.weight_of_inside)
    fit = fitted(signs, 1 - outside, share, recipe.penalty)
    # The sample was made of hard cases; in earnest a word of the field, without one of another, is asked about the field.
    weights = _weights(fit, [_TRUST.get(name, 0.0) for name in SIGNS])
    weights.save(options.output / "scope.json", SIGNS)
    story_weights(questions, odds, options.corpus, recipe, say).save(options.output / "story.json", STORY_SIGNS)
    within = np.array([weights.margin(row) >= 0 for row in signs])
    say(f"kept {within[outside == 0].mean():.3f} of {int((1 - outside).sum())} within reach")
    say(f"refused {(~within)[outside == 1].mean():.3f} of {int(outside.sum())} out of it")


def packed(network: _Network) -> Wording:
    """The network with its vectors in 8 bits a number."""
    vectors: Floats = network.vectors.weight.detach().numpy()
    scale = (np.abs(vectors).max(axis=1) / 127 + 1e-12).astype(np.float32)
    output, bias = network.output.weight.detach().numpy(), network.output.bias.detach().numpy()
    return Wording(np.rint(vectors / scale[:, None]).astype(np.int8), scale, output, bias)


if __name__ == "__main__":
    main()
