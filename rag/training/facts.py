"""Train the classifier of clauses that reads fact patterns, on a CPU in minutes, with one command.

    python -m rag.training.facts [--corpus corpus] [--unseen eval/datasets/facts] [--output rag/reading]

Read are our own labelled texts: `corpus/training/fact_stories.jsonl`, whole fact patterns clause by clause, and
`fact_clauses.tsv`, single clauses. Each clause carries the facts that it tells (`corpus/lexicon/facts.yaml`), and with a
question mark those that it only alleges, supposes, asks or denies. Several networks are trained, which differ by their seed
alone, and their mean counts. Clauses are read by networks that have not seen their text; from what these say, the facts of
whole patterns are learned to be settled, and every threshold is set. Written are the model, figures.json and the model card.
The unseen texts, by authors of whom it has seen nothing, are used for nothing but the figures.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ingest.errors import UnusableInput
from rag.fact_book import load_facts
from rag.fact_model import AROUND, BEFORE_WEIGHT, FactModel, Floats, Member, Settling, decided, features
from rag.training.fact_card import fact_card

Say = Callable[[str], None]

SAID = "?"
"""Marks a label that is only alleged, supposed, asked or denied."""


@dataclass(frozen=True)
class Recipe:
    """What the training does: networks, their dimension, runs kept, rounds, and so on."""

    members: int = 3
    dimension: int = 96
    least_seen: int = 2
    runs: int = 60_000
    epochs: int = 10
    batch: int = 64
    rate: float = 3e-3
    vector_rate: float = 1e-2
    dropout: float = 0.3
    runs_left_out: float = 0.2
    settling: int = 96
    settling_epochs: int = 60
    folds: int = 5
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text of one or more clauses with the labels of each; `source` says where it stands."""

    clauses: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    source: str


def read_stories(path: Path, facts: Sequence[str]) -> list[Labelled]:
    """Read `{"id", "clauses": [[text, [label]]]}`, one a line. Raises UnusableInput naming the line that is wrong."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        where = f"{path.name} 第 {number} 行"
        try:
            row: dict[str, Any] = json.loads(line)
            clauses = tuple((str(text), tuple(map(str, labels))) for text, labels in row["clauses"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnusableInput(f'{where} 应形如 {{"id", "clauses": [[分句, [标签]]]}}：{error}。') from error
        found.append(_labelled([text for text, _ in clauses], [labels for _, labels in clauses], where, facts))
    return found


def read_clauses(path: Path, facts: Sequence[str]) -> list[Labelled]:
    """Read `labels<TAB>clause`, one a line; labels parted by commas, `-` for none. Raises UnusableInput as above."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        where = f"{path.name} 第 {number} 行"
        labels, tab, clause = line.partition("\t")
        if not tab:
            raise UnusableInput(f"{where} 应为“标签<TAB>分句”。")
        found.append(_labelled([clause], [() if labels == "-" else tuple(labels.split(","))], where, facts))
    return found


def _labelled(clauses: Sequence[str], labels: Sequence[Sequence[str]], where: str, facts: Sequence[str]) -> Labelled:
    unknown = {label for some in labels for label in some if label.removeprefix(SAID) not in facts}
    if unknown:
        raise UnusableInput(f"{where} 的标签「{'、'.join(sorted(unknown))}」不在 corpus/lexicon/facts.yaml 里。")
    return Labelled(tuple(clauses), tuple(map(tuple, labels)), where)


@dataclass(frozen=True)
class Bags:
    """Clauses as weighted rows of the vocabulary, one after the other; `targets` (clauses, 2 * facts) are 0 or 1.

    `first` (texts + 1,) says with which clause each text begins.
    """

    rows: npt.NDArray[np.int64]
    weights: Floats
    starts: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    targets: Floats

    def batches(self, texts: npt.NDArray[np.int64], least: int) -> list[tuple[npt.NDArray[np.int64], list[int]]]:
        """Texts in the order given, parted as soon as they have `least` clauses: their clauses, and how many each text has."""
        found: list[tuple[npt.NDArray[np.int64], list[int]]] = []
        clauses: list[npt.NDArray[np.int64]] = []
        for text in texts:
            clauses.append(np.arange(self.first[text], self.first[text + 1]))
            if sum(map(len, clauses)) >= least:
                found.append((np.concatenate(clauses), [len(one) for one in clauses]))
                clauses = []
        return [*found, (np.concatenate(clauses), [len(one) for one in clauses])] if clauses else found

    def take(self, chosen: npt.NDArray[np.int64], keep: Floats | None = None) -> tuple[torch.Tensor, ...]:
        """The chosen clauses as torch's EmbeddingBag wants them: rows, offsets, weights."""
        sizes = self.starts[chosen + 1] - self.starts[chosen]
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        index = np.repeat(self.starts[chosen] - offsets, sizes) + np.arange(sizes.sum())
        weights = self.weights[index]
        if keep is not None:
            weights = weights * keep[index % len(keep)]
        return torch.from_numpy(self.rows[index]), torch.from_numpy(offsets), torch.from_numpy(weights)


@dataclass(frozen=True)
class Material:
    """Labelled texts, ready to be counted."""

    texts: Sequence[Labelled]
    facts: Sequence[str]

    @cached_property
    def runs(self) -> list[tuple[list[str], list[str]]]:
        """The runs of every clause, text by text."""
        return [one for text in self.texts for one in features(text.clauses)]

    @cached_property
    def targets(self) -> Floats:
        """Shape (clauses, 2 * facts): told, then only said."""
        place = {fact: column for column, fact in enumerate(self.facts)}
        rows = [labels for text in self.texts for labels in text.labels]
        found = np.zeros((len(rows), 2 * len(place)), dtype=np.float32)
        for row, labels in enumerate(rows):
            for label in labels:
                said = label.startswith(SAID)
                found[row, place[label.removeprefix(SAID)] + said * len(place)] = 1
        return found

    def vocabulary(self, recipe: Recipe) -> dict[str, int]:
        """The runs that are kept, the most frequent first."""
        seen: Counter[str] = Counter()
        for own, before in self.runs:
            seen.update(set(own))
            seen.update(set(before))
        kept = sorted((-count, run) for run, count in seen.items() if count >= recipe.least_seen)[: recipe.runs]
        return {run: row for row, (_, run) in enumerate(kept)}

    def bags(self, vocabulary: dict[str, int]) -> Bags:
        """Every clause as rows of a vocabulary."""
        rows: list[int] = []
        weights: list[float] = []
        starts = [0]
        for own, before in self.runs:
            for some, weight in ((own, 1.0), (before, BEFORE_WEIGHT)):
                known = [vocabulary[run] for run in some if run in vocabulary]
                rows += known
                weights += [weight / np.sqrt(len(known))] * len(known) if known else []
            starts.append(len(rows))
        first = np.concatenate([[0], np.cumsum([len(text.clauses) for text in self.texts])])
        return Bags(
            np.array(rows, dtype=np.int64), np.array(weights, dtype=np.float32), np.array(starts), first, self.targets
        )


class Network(torch.nn.Module):
    """The classifier as it is trained; `rag.fact_model.FactModel` reads it."""

    def __init__(self, runs: int, outputs: int, recipe: Recipe) -> None:
        super().__init__()
        self.vectors = torch.nn.EmbeddingBag(runs, recipe.dimension, mode="sum", sparse=True)
        torch.nn.init.normal_(self.vectors.weight, 0, 0.1)
        self.dropout = torch.nn.Dropout(recipe.dropout)
        self.hidden = torch.nn.Linear(recipe.dimension, recipe.dimension)
        self.context = torch.nn.Linear((2 * AROUND + 1) * recipe.dimension, recipe.dimension)
        self.output = torch.nn.Linear(3 * recipe.dimension, outputs)
        # Nearly every output is 0 for nearly every clause.
        torch.nn.init.constant_(self.output.bias, -4.0)

    def forward(
        self, rows: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor, sizes: list[int]
    ) -> torch.Tensor:
        """Logits, shape (clauses, outputs); `sizes` says how many of the clauses each text has."""
        first = self.dropout(torch.tanh(self.vectors(rows, offsets, per_sample_weights=weights)))
        second = self.dropout(torch.relu(self.hidden(first)))
        beyond = first.new_zeros(AROUND, first.shape[1])
        # Texts stand apart by as many empty rows as a clause looks across.
        apart = torch.cat([beyond, *(part for text in first.split(sizes) for part in (text, beyond))])
        counts = torch.tensor(sizes)
        starts = (counts + AROUND).cumsum(0) - counts
        places = torch.cat([start + torch.arange(size) for start, size in zip(starts, sizes, strict=True)])
        around = torch.cat([apart[places + shift] for shift in range(-AROUND, AROUND + 1)], 1)
        third = self.dropout(torch.relu(self.context(around)))
        logits: torch.Tensor = self.output(torch.cat([first, second, third], 1))
        return logits


def train(bags: Bags, runs: int, recipe: Recipe, member: int = 0) -> Network:
    """Train on clauses; the same seed and `member` give the same network."""
    torch.manual_seed(recipe.seed + member)
    random = np.random.default_rng(recipe.seed + member)
    network = Network(runs, bags.targets.shape[1], recipe)
    dense = [*network.hidden.parameters(), *network.context.parameters(), *network.output.parameters()]
    texts = len(bags.first) - 1
    # No more batches than this: each but the last of a round has at least `batch` clauses.
    steps = recipe.epochs * (-(-len(bags.targets) // recipe.batch) + 1)
    slow = torch.optim.AdamW(dense, lr=recipe.rate, weight_decay=1e-3)
    quick = torch.optim.SparseAdam(list(network.vectors.parameters()), lr=recipe.vector_rate)
    slow_plan = torch.optim.lr_scheduler.OneCycleLR(slow, recipe.rate, total_steps=steps, pct_start=0.1)
    quick_plan = torch.optim.lr_scheduler.LambdaLR(quick, lambda step: max(0.02, 1 - step / steps))
    targets = torch.from_numpy(bags.targets)
    for _ in range(recipe.epochs):
        network.train()
        for chosen, sizes in bags.batches(random.permutation(texts), recipe.batch):
            # Runs left out at random, so that no single one is relied on.
            kept = random.random(100_003) > recipe.runs_left_out
            keep = (kept / (1 - recipe.runs_left_out)).astype(np.float32)
            logits = network(*bags.take(chosen, keep), sizes)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets[chosen], reduction="none")
            slow.zero_grad()
            quick.zero_grad()
            loss.sum(1).mean().backward()  # type: ignore[no-untyped-call]
            slow.step()
            quick.step()  # type: ignore[no-untyped-call]
            slow_plan.step()
            quick_plan.step()
    network.eval()
    return network


class SettlingNetwork(torch.nn.Module):
    """The settling as it is trained; `rag.fact_model.Settling` reads it."""

    def __init__(self, facts: int, recipe: Recipe) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(3 * facts, recipe.settling)
        self.output = torch.nn.Linear(recipe.settling, facts)
        # To begin with, a fact stands as surely as its surest clause tells it.
        self.gain = torch.nn.Parameter(torch.full((facts,), 4.0))
        self.dropout = torch.nn.Dropout(recipe.dropout)
        self.facts = facts

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits, shape (texts, facts)."""
        hidden = self.dropout(torch.tanh(self.hidden(self.dropout(inputs))))
        logits: torch.Tensor = self.output(hidden) + self.gain * inputs[:, 2 * self.facts :]
        return logits


def train_settling(highest: Floats, targets: Floats, recipe: Recipe) -> SettlingNetwork:
    """Train on texts: the highest probabilities of their clauses, shape (texts, 2 * facts), and the facts they tell."""
    torch.manual_seed(recipe.seed)
    network = SettlingNetwork(targets.shape[1], recipe)
    steps = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    inputs, right = torch.from_numpy(Settling.inputs(highest)), torch.from_numpy(targets)
    for _ in range(recipe.settling_epochs):
        network.train()
        for batch in torch.randperm(len(inputs)).split(recipe.batch):  # type: ignore[no-untyped-call]
            logits = network(inputs[batch])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, right[batch], reduction="none")
            steps.zero_grad()
            loss.sum(1).mean().backward()  # type: ignore[no-untyped-call]
            steps.step()
    network.eval()
    return network


def settling_of(network: SettlingNetwork, thresholds: Floats) -> Settling:
    """The settling as it is shipped."""
    gain = network.gain.detach().numpy().astype(np.float16).astype(np.float32)
    return Settling(_rounded(network.hidden), _rounded(network.output), gain, thresholds)


def member_of(network: Network) -> Member:
    """The network as it is shipped: vectors of 8 bits, the rest of 16."""
    vectors = network.vectors.weight.detach().numpy()
    scale = np.maximum(np.abs(vectors).max(axis=1), 1e-6) / 127
    return Member(
        vectors=np.rint(vectors / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float16).astype(np.float32),
        hidden=_rounded(network.hidden),
        context=_rounded(network.context),
        output=_rounded(network.output),
    )


def _rounded(layer: torch.nn.Linear) -> tuple[Floats, Floats]:
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    return weight.astype(np.float16).astype(np.float32), bias.astype(np.float16).astype(np.float32)


def save(model: FactModel, folder: Path) -> None:
    """Write a model as `FactModel.load` reads it."""
    from safetensors.numpy import save as packed

    folder.mkdir(parents=True, exist_ok=True)
    layers = {"settling.hidden": model.settling.hidden, "settling.output": model.settling.output}
    content: dict[str, npt.NDArray[Any]] = {"settling.gain": model.settling.gain.astype(np.float16)}
    for number, member in enumerate(model.members):
        content |= {f"{number}.vectors": member.vectors, f"{number}.scale": member.scale.astype(np.float16)}
        layers |= {
            f"{number}.hidden": member.hidden,
            f"{number}.context": member.context,
            f"{number}.output": member.output,
        }
    for name, (weight, bias) in layers.items():
        content |= {f"{name}.weight": weight.astype(np.float16), f"{name}.bias": bias.astype(np.float16)}
    (folder / "model.safetensors").write_bytes(packed(content))
    (folder / "runs.txt").write_text("\n".join(model.vocabulary), "utf-8")
    config = {
        "members": len(model.members),
        "facts": model.facts,
        "thresholds": [round(float(one), 3) for one in model.thresholds],
        "settled": [round(float(one), 3) for one in model.settling.thresholds],
    }
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")


_GRID = np.arange(0.15, 0.85, 0.05, dtype=np.float32)
_MIDDLE, _ENOUGH = np.float32(0.4), 30


# --- measuring --------------------------------------------------------------------------------------------------------


def best_thresholds(probabilities: Floats, targets: Floats) -> Floats:
    """For each output the threshold of the best F1, drawn half-way to the middle; the middle where there is little to tell."""
    found = np.full(probabilities.shape[1], _MIDDLE, dtype=np.float32)
    for column in range(probabilities.shape[1]):
        right = targets[:, column] > 0
        if right.sum() >= _ENOUGH:
            scores = [_f1(probabilities[:, column] >= threshold, right)[2] for threshold in _GRID]
            found[column] = (_GRID[int(np.argmax(scores))] + _MIDDLE) / 2
    return found


def _f1(passed: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean."""
    both = int((passed & right).sum())
    precision, recall = both / max(int(passed.sum()), 1), both / max(int(right.sum()), 1)
    return precision, recall, 2 * both / max(int(passed.sum() + right.sum()), 1)


def measure(passed: npt.NDArray[np.bool_], targets: Floats, facts: Sequence[str]) -> dict[str, Any]:
    """Precision, recall and F1 of each fact, with the macro mean of F1 and the micro F1 over all.

    `passed` (rows, facts) says what was found, `targets` (rows, facts or more) what is right.

    >>> measure(np.array([[True], [False]]), np.array([[1.0], [0.0]]), ["甲"])["macro_f1"]
    1.0
    """
    passed, right = passed[:, : len(facts)], targets[:, : len(facts)] > 0
    rows = {}
    for column, fact in enumerate(facts):
        if right[:, column].any():
            precision, recall, f1 = _f1(passed[:, column], right[:, column])
            rows[fact] = {
                "precision": round(precision, 3),
                "recall": round(recall, 3),
                "f1": round(f1, 3),
                "n": int(right[:, column].sum()),
            }
    return {
        "n": len(targets),
        "macro_f1": round(float(np.mean([row["f1"] for row in rows.values()])), 4),
        "micro_f1": round(_f1(passed.ravel(), right.ravel())[2], 4),
        "facts": rows,
    }


def cross_validated(material: Material, recipe: Recipe, say: Say) -> Floats:
    """The probabilities of every clause by networks that have not seen its text, their mean."""
    fold_of_text = np.random.default_rng(recipe.seed).integers(0, recipe.folds, len(material.texts))
    fold_of_clause = np.repeat(fold_of_text, [len(text.clauses) for text in material.texts])
    found = np.zeros_like(material.targets)
    for fold in range(recipe.folds):
        texts = [text for text, one in zip(material.texts, fold_of_text, strict=True) if one != fold]
        rest = Material(texts, material.facts)
        vocabulary = rest.vocabulary(recipe)
        held = np.flatnonzero(fold_of_text == fold)
        bags = material.bags(vocabulary)
        networks = trained(rest.bags(vocabulary), len(vocabulary), recipe)
        found[fold_of_clause == fold] = np.mean([_predicted(network, bags, held) for network in networks], axis=0)
        say(f"fold {fold + 1} of {recipe.folds}")
    return found


def trained(bags: Bags, runs: int, recipe: Recipe) -> list[Network]:
    """All members, as many at a time as there are processors: one network keeps no more than one of them busy."""
    workers = min(recipe.members, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        weights = list(pool.map(partial(_weights_of, bags, runs, recipe), range(recipe.members)))
    networks = []
    for found in weights:
        network = Network(runs, bags.targets.shape[1], recipe)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})
        networks.append(network.eval())
    return networks


def _weights_of(bags: Bags, runs: int, recipe: Recipe, member: int) -> dict[str, Floats]:
    """The weights of a trained member, as arrays: they go from one process to another."""
    return {name: value.numpy() for name, value in train(bags, runs, recipe, member).state_dict().items()}


def _predicted(network: Network, bags: Bags, texts: npt.NDArray[np.int64]) -> Floats:
    """Shape (clauses of the texts, outputs)."""
    with torch.no_grad():
        found = [
            torch.sigmoid(network(*bags.take(chosen), sizes)).numpy() for chosen, sizes in bags.batches(texts, 512)
        ]
    probabilities: Floats = np.concatenate(found)
    return probabilities


def _highest(rows: Floats, texts: Sequence[Labelled]) -> Floats:
    """The largest value of each column over the clauses of each text, shape (texts, columns)."""
    starts = np.concatenate([[0], np.cumsum([len(text.clauses) for text in texts])[:-1]])
    found: Floats = np.maximum.reduceat(rows, starts)
    return found


def settled_by_others(highest: Floats, targets: Floats, recipe: Recipe) -> Floats:
    """The probability of each fact over each text, by a settling that has not seen the text."""
    fold_of = np.random.default_rng(recipe.seed + 1).integers(0, recipe.folds, len(highest))
    found = np.zeros_like(targets)
    for fold in range(recipe.folds):
        rest, held = fold_of != fold, fold_of == fold
        network = train_settling(highest[rest], targets[rest], recipe)
        middle = np.full(targets.shape[1], _MIDDLE, dtype=np.float32)
        found[held] = settling_of(network, middle).probabilities(highest[held])
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.facts", description="Train the reader of facts.")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="the product's corpus")
    parser.add_argument("--unseen", type=Path, default=Path("eval/datasets/facts"), help="labelled texts to measure on")
    parser.add_argument("--output", type=Path, default=Path("rag/reading"), help="folder to write the model to")
    options = parser.parse_args(arguments)
    recipe, started = Recipe(), time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", file=sys.stderr, flush=True)

    facts = load_facts(options.corpus.resolve()).read
    folder = options.corpus / "training"
    stories = read_stories(folder / "fact_stories.jsonl", facts)
    clauses = read_clauses(folder / "fact_clauses.tsv", facts)
    material = Material([*stories, *clauses], facts)
    say(f"{len(stories)} stories and {len(clauses)} clauses: {len(material.targets)} clauses in all")
    guessed = cross_validated(material, recipe, say)
    thresholds = best_thresholds(guessed, material.targets)
    # The stories stand first.
    inside = sum(len(story.clauses) for story in stories)
    highest = _highest(guessed[:inside], stories)
    told = _highest(material.targets[:inside], stories)[:, : len(facts)]
    settled = settled_by_others(highest, told, recipe)
    standing = best_thresholds(settled, told)
    settling = settling_of(train_settling(highest, told, recipe), standing)
    vocabulary = material.vocabulary(recipe)
    members = tuple(map(member_of, trained(material.bags(vocabulary), len(vocabulary), recipe)))
    model = FactModel(tuple(facts), thresholds, vocabulary, members, settling)
    save(model, options.output)
    figures: dict[str, Any] = {
        "stories": len(stories),
        "single_clauses": len(clauses),
        "clauses": len(material.targets),
        "runs": len(vocabulary),
        "recipe": recipe.__dict__,
        "cross_validation": measure(decided(guessed, thresholds), material.targets, facts),
        "cross_validated_patterns": measure(settled >= standing, told, facts),
    }
    unseen = read_clauses(options.unseen / "unseen_clauses.tsv", facts)
    patterns = read_stories(options.unseen / "unseen_stories.jsonl", facts)
    for name, texts in (("unseen_clauses", unseen), ("unseen_stories", patterns)):
        found = np.concatenate([model.probabilities(text.clauses) for text in texts])
        figures[name] = measure(decided(found, thresholds), Material(texts, facts).targets, facts)
    over_text = np.array([model.settled(model.probabilities(text.clauses)) for text in patterns])
    right = _highest(Material(patterns, facts).targets, patterns)
    figures["unseen_patterns"] = measure(over_text >= standing, right, facts)
    for name in ("unseen_clauses", "unseen_stories", "unseen_patterns", "cross_validated_patterns"):
        say(f"{name}: macro F1 {figures[name]['macro_f1']}, micro F1 {figures[name]['micro_f1']}")
    (options.output / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (options.output / "README.md").write_text(fact_card(figures), "utf-8")
    say(f"written to {options.output} in {round(time.monotonic() - started)} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
