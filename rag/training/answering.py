"""Train what tells whether a passage answers a question, on a CPU in minutes, with one command.

    python -m rag.training.answering [--corpus corpus] [--output rag/reading]

Read are our own questions in `corpus/training`: those that the corpus answers, those on other national law and those that nothing
here answers, each with the passages that a search finds first. Which of them answers is not said: a question counts as answered where
any of its passages does, by the sum of their odds. The vectors of words are those of the shipped embedding and stay as they are, so
train this anew after it, and the weights of `python -m rag.training.wording` after this. Several networks are trained, which
differ by their seed alone.
"""

import argparse
import os
import random
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from rag.answering import LAYERS, MOST_ASKED, MOST_READ, PASSAGES, Answering, Floats, Member, passage_text
from rag.embed import shipped
from rag.index import open_index
from rag.retrieve import Retriever
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.training.asked import Asked, read_questions

Say = Callable[[str], None]
_FAR_FROM_ANY = -1e4


@dataclass(frozen=True)
class Recipe:
    """What the training does. `rare` and `other` are the weights of the questions that nothing answers, which are few, and of
    those on law that is not held, which are easily told, against the others."""

    members: int = 3
    dimension: int = 48
    hidden: int = 48
    epochs: int = 3
    batch: int = 64
    rate: float = 2e-3
    decay: float = 1e-3
    dropout: float = 0.3
    rare: float = 3.0
    other: float = 0.5
    other_law: int = 6_000
    folds: int = 4
    seed: int = 7


@dataclass(frozen=True)
class Material:
    """Questions and passages as rows of the embedding; `found[i]` are the passages found for question i, `answered` and `weights`
    (questions,) its label and what it counts."""

    questions: list[list[int]]
    passages: list[list[int]]
    found: list[list[int]]
    answered: Floats
    weights: Floats

    def batches(self, order: Sequence[int], size: int) -> "Iterator[Batch]":
        """The questions in the order given, so many at a time."""
        for start in range(0, len(order), size):
            part = order[start : start + size]
            places: dict[int, int] = {}
            for row in part:
                for passage in self.found[row]:
                    places.setdefault(passage, len(places))
            # A question with fewer passages than others has its last one again, which is left out of the sum.
            widest = max(len(self.found[row]) for row in part)
            chosen = np.zeros((len(part), widest), dtype=np.int64)
            real = np.zeros((len(part), widest), dtype=np.bool_)
            for number, row in enumerate(part):
                chosen[number, : len(self.found[row])] = [places[passage] for passage in self.found[row]]
                real[number, : len(self.found[row])] = True
            yield Batch(
                list(part),
                *_padded([self.questions[row] for row in part]),
                *_padded([self.passages[passage] for passage in places]),
                torch.from_numpy(chosen),
                torch.from_numpy(real),
            )


@dataclass(frozen=True)
class Batch:
    """Questions and passages padded to one length; masks are 1 where a word stands. `chosen` (questions, passages) are rows of
    the passages, of which those count that are `real`."""

    rows: list[int]
    questions: torch.Tensor
    question_mask: torch.Tensor
    passages: torch.Tensor
    passage_mask: torch.Tensor
    chosen: torch.Tensor
    real: torch.Tensor


def _padded(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    words, mask = np.zeros((len(rows), longest), np.int64), np.zeros((len(rows), longest), np.float32)
    for number, row in enumerate(rows):
        words[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return torch.from_numpy(words), torch.from_numpy(mask)


class Network(torch.nn.Module):
    """What `rag.answering.Member` computes, for many questions at once."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        vectors = shipped().weights.astype(np.float32)
        self.table = torch.from_numpy(vectors / _scale(vectors))
        size, hidden = recipe.dimension, recipe.hidden
        self.projection = torch.nn.Linear(vectors.shape[1], size)
        self.question = torch.nn.Linear(3 * size, size)
        self.passage = torch.nn.Linear(3 * size, size)
        self.asking = torch.nn.Linear(2 * size, size)
        self.answering = torch.nn.Linear(2 * size, size)
        self.comparison = torch.nn.Linear(6 * size + 1, hidden)
        self.weight = torch.nn.Linear(2 * size, 1)
        self.hidden = torch.nn.Linear(2 * hidden + 2 * size, hidden)
        self.output = torch.nn.Linear(hidden, 1)
        self.dropout = torch.nn.Dropout(recipe.dropout)

    def read(self, words: torch.Tensor, mask: torch.Tensor, side: torch.nn.Linear) -> torch.Tensor:
        """Shape (texts, words, 2 * dimension)."""
        there = mask.unsqueeze(2)
        plain = torch.tanh(self.projection(self.dropout(functional.embedding(words, self.table)))) * there
        around = functional.pad(plain, (0, 0, 1, 1))
        near = torch.cat([around[:, :-2], around[:, 1:-1], around[:, 2:]], dim=2)
        return torch.cat([plain, functional.relu(side(near)) * there], dim=2)

    def forward(self, batch: Batch) -> torch.Tensor:
        """The log odds that a passage answers its question, shape (questions, passages); very low where none stands."""
        asked = self.read(batch.questions, batch.question_mask, self.question)
        read = self.read(batch.passages, batch.passage_mask, self.passage)[batch.chosen]
        given, there = self.answering(read), batch.passage_mask[batch.chosen].unsqueeze(2)
        likeness = self.asking(asked).unsqueeze(1) @ given.transpose(2, 3) / given.shape[3] ** 0.5
        likeness = likeness.masked_fill(there == 0, _FAR_FROM_ANY)
        beside = torch.softmax(likeness, dim=3) @ read
        ours = asked.unsqueeze(1).expand(-1, beside.shape[1], -1, -1)
        highest = likeness.max(dim=3, keepdim=True).values
        compared = functional.relu(
            self.comparison(self.dropout(torch.cat([ours, beside, ours * beside, highest], dim=3)))
        )
        compared = compared * batch.question_mask.unsqueeze(1).unsqueeze(3)
        share = self.weight(asked).squeeze(2).masked_fill(batch.question_mask == 0, _FAR_FROM_ANY)
        share = torch.softmax(share, dim=1)
        weighed = (compared * share.unsqueeze(1).unsqueeze(3)).sum(dim=2)
        question = (asked * share.unsqueeze(2)).sum(dim=1).unsqueeze(1).expand(-1, beside.shape[1], -1)
        summed = torch.cat([weighed, compared.max(dim=2).values, question], dim=2)
        odds = self.output(self.dropout(functional.relu(self.hidden(summed)))).squeeze(2)
        found: torch.Tensor = odds.masked_fill(~batch.real, _FAR_FROM_ANY)
        return found


def _scale(vectors: Floats) -> float:
    return float(np.sqrt((vectors**2).mean()))


def material(questions: Sequence[Asked], recipe: Recipe, say: Say) -> Material:
    """The questions with the passages that a search finds first, looked up by as many processes as there are processors."""
    texts = [question.text for question in questions]
    workers = os.cpu_count() or 1
    parts = [texts[number::workers] for number in range(workers)]
    looked_up: list[list[str]] = [[] for _ in texts]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for number, found in enumerate(pool.map(_looked_up, parts)):
            looked_up[number::workers] = found
    say(f"{len(texts)} questions looked up")
    numbers = {text: number for number, text in enumerate(dict.fromkeys(text for row in looked_up for text in row))}
    words = shipped().words
    weights = [recipe.rare if question.rare else 1.0 if question.within else recipe.other for question in questions]
    return Material(
        [words(text, MOST_ASKED) for text in texts],
        [words(text, MOST_READ) for text in numbers],
        [[numbers[text] for text in row] for row in looked_up],
        np.array([bool(question.within) for question in questions], dtype=np.float32),
        np.array(weights, dtype=np.float32),
    )


def _looked_up(texts: Sequence[str]) -> list[list[str]]:
    retriever = Retriever(open_index(Settings.from_env(), DEFAULT_WORKSPACE))
    return [[passage_text(hit.title, hit.text) for hit in retriever.search(text, PASSAGES)] or [""] for text in texts]


def unseen_odds(given: Material, texts: Sequence[str], recipe: Recipe, say: Say) -> npt.NDArray[np.float64]:
    """The log odds that each question is answered, by a network that has not seen it, shape (questions,)."""
    folds = np.array([zlib.crc32(text.encode()) % recipe.folds for text in texts])
    kept = [np.flatnonzero(folds != fold).tolist() for fold in range(recipe.folds)]
    odds = np.zeros(len(texts))
    for fold, network in enumerate(trained(given, kept, [recipe.seed] * recipe.folds, recipe)):
        rows = np.flatnonzero(folds == fold)
        with torch.no_grad():
            for batch in given.batches(rows.tolist(), recipe.batch):
                odds[batch.rows] = torch.logsumexp(network(batch), dim=1).numpy()
        right = (odds[rows] >= 0) == (given.answered[rows] > 0)
        say(f"fold {fold + 1} of {recipe.folds}: {right.mean():.3f} of {len(rows)} unseen questions right")
    return odds


def trained(given: Material, kept: Sequence[Sequence[int]], seeds: Sequence[int], recipe: Recipe) -> Iterator[Network]:
    """Networks trained on the rows kept for each, as many at a time as there are processors."""
    workers = min(len(seeds), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for found in pool.map(partial(_weights, given, recipe), kept, seeds):
            network = Network(recipe)
            network.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})
            yield network.eval()


def _weights(given: Material, recipe: Recipe, rows: Sequence[int], seed: int) -> dict[str, Floats]:
    """The weights of a trained network, as arrays: they go from one process to another."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    network = Network(recipe)
    answered, weights = torch.from_numpy(given.answered), torch.from_numpy(given.weights)
    steps = recipe.epochs * -(-len(rows) // recipe.batch)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=steps)
    order = list(rows)
    network.train()
    for _ in range(recipe.epochs):
        chance.shuffle(order)
        for batch in given.batches(order, recipe.batch):
            odds = torch.logsumexp(network(batch), dim=1)
            losses = functional.binary_cross_entropy_with_logits(odds, answered[batch.rows], reduction="none")
            optimiser.zero_grad()
            (losses * weights[batch.rows]).mean().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return {name: value.numpy() for name, value in network.state_dict().items()}


def packed(networks: Sequence[Network]) -> Answering:
    """The networks as they are read."""
    states: list[Mapping[str, torch.Tensor]] = [network.state_dict() for network in networks]
    members = [
        Member({name: (state[f"{name}.weight"].numpy(), state[f"{name}.bias"].numpy()) for name in LAYERS})
        for state in states
    ]
    return Answering(tuple(members), _scale(shipped().weights.astype(np.float32)), shipped())


def main(arguments: list[str] | None = None) -> None:
    """Look up, train, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--output", type=Path, default=Path("rag/reading"))
    options = parser.parse_args(arguments)

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    recipe = Recipe()
    index = open_index(Settings.from_env(), DEFAULT_WORKSPACE)
    questions = read_questions(options.corpus, index, recipe.other_law, recipe.seed)
    given = material(questions, recipe, say)
    every, seeds = list(range(len(questions))), range(recipe.seed, recipe.seed + recipe.members)
    networks = []
    for network in trained(given, [every] * recipe.members, seeds, recipe):
        networks.append(network)
        say(f"network {len(networks)} of {recipe.members} trained")
    packed(networks).save(options.output / "answering.safetensors")


if __name__ == "__main__":
    main()
