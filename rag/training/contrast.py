"""Vectors of features learned by contrast: the two sides of a pair must find each other among many others.

Rounds: the first with negatives from the batch, the later ones also with documents that the model itself ranks high for
the question though they do not answer it.
"""

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]

from rag.training.features import Array, TextFeatures
from rag.training.material import Recipe, Source

_HARD, _SEARCHED = 40, 60


class Trainer:
    """One table of vectors under training.

    The gradient of the loss is written out: a batch is a sparse product over the features that occur in it, and only
    those are updated (momentum, and steps that shrink with each feature's own past gradients, as in Adagrad).
    """

    def __init__(self, vectors: Array, texts: TextFeatures, recipe: Recipe) -> None:
        self.vectors = vectors
        self._texts = texts
        self._recipe = recipe
        self._first = np.zeros_like(vectors)
        self._second = np.zeros(len(vectors), dtype=np.float32)
        self._place = np.zeros(len(vectors), dtype=np.int32)
        self._generator = np.random.default_rng(recipe.seed + 1)

    def step(self, left: Array, right: Array, same: Array, rate: float) -> float:
        """One update with texts `left` (n) and `right` (m >= n): row i of left belongs to row i of right.

        `same` (n, m) marks the other rows of `right` that are no negatives. Returns the mean loss.
        """
        entries, weights, lengths = self._texts.sample(
            np.concatenate([left, right]), self._generator, self._recipe.drop
        )
        present = np.zeros(len(self.vectors), dtype=bool)
        present[entries] = True
        rows = np.flatnonzero(present)
        self._place[rows] = np.arange(len(rows), dtype=np.int32)
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        bags = sp.csr_matrix((weights, self._place[entries], bounds), shape=(len(lengths), len(rows)))
        table = self.vectors[rows]
        raw = bags @ table
        length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
        unit = raw / length
        count = len(left)
        a, b = unit[:count], unit[count:]
        heat = np.float32(self._recipe.temperature)
        scores = (a @ b.T) / heat
        scores[same] = -1e4
        every = np.arange(count)
        forward = np.exp(scores - scores.max(axis=1, keepdims=True))
        forward /= forward.sum(axis=1, keepdims=True)
        square = scores[:, :count]
        backward = np.exp(square - square.max(axis=0, keepdims=True))
        backward /= backward.sum(axis=0, keepdims=True)
        loss = float(-np.log(np.maximum(forward[every, every], 1e-12)).mean())
        gradient = forward
        gradient[:, :count] += np.float32(0.3) * backward
        gradient[every, every] -= np.float32(1.3)
        gradient /= count * heat
        down = np.concatenate([gradient @ b, gradient.T @ a])
        down = (down - unit * (down * unit).sum(axis=1, keepdims=True)) / length
        slope = bags.T.tocsr() @ down
        self._first[rows] = 0.8 * self._first[rows] + 0.2 * slope
        self._second[rows] += (slope * slope).mean(axis=1)
        self.vectors[rows] = table - np.float32(rate) * self._first[rows] / (
            np.sqrt(self._second[rows])[:, None] + 1e-8
        )
        return loss


@dataclass
class _Pairs:
    """A source in numbers: rows of the two texts, numbers that tell equal targets and equal questions."""

    source: Source
    left: Array
    right: Array
    target: Array
    asker: Array
    size: int

    @classmethod
    def of(cls, source: Source, texts: TextFeatures) -> "_Pairs":
        left, right = texts.rows(source.left), texts.rows(source.right)
        target = np.unique(np.array(source.group), return_inverse=True)[1]
        return cls(source, left, right, target, left, int(len(left) * source.repeat))

    def in_round(self, number: int, recipe: Recipe) -> int:
        """How many pairs a round takes: of the laws, few after the first."""
        share = recipe.later_laws if number and self.source.name == "laws" else 1.0
        return int(self.size * recipe.passes[number] * share)


def train(
    sources: Sequence[Source],
    documents: Mapping[str, str],
    texts: TextFeatures,
    first: Array,
    recipe: Recipe,
    say: Callable[[str], None],
) -> Array:
    """Vectors of the features, shape (features, dimension), from the `first` ones. `texts` holds every text named."""
    trainer = Trainer(first.copy(), texts, recipe)
    pairs = [_Pairs.of(source, texts) for source in sources if source.left]
    answered = _answered(pairs, {identity: row for row, identity in enumerate(documents)})
    places = texts.rows(list(documents.values()))
    generator = np.random.default_rng(recipe.seed + 2)
    total = sum(math.ceil(p.in_round(r, recipe) / recipe.batch) for r in range(len(recipe.passes)) for p in pairs)
    done = 0
    for round_ in range(len(recipe.passes)):
        hard = [
            _mine(p, texts, places, answered, trainer.vectors) if round_ and p.source.mined else None for p in pairs
        ]
        losses = []
        schedule = _schedule(
            [p.in_round(round_, recipe) for p in pairs], [len(p.left) for p in pairs], recipe, generator
        )
        for number, chosen in schedule:
            one, found = pairs[number], hard[number]
            target, asker = one.target[chosen], one.asker[chosen]
            same = (target[:, None] == target[None, :]) | (asker[:, None] == asker[None, :])
            np.fill_diagonal(same, False)
            right = one.right[chosen]
            if found is not None:
                columns = generator.integers(0, found.shape[1], (len(chosen), recipe.negatives))
                picked = found[chosen[:, None], columns].ravel()
                right = np.concatenate([right, places[picked]])
                same = np.concatenate([same, _answers_of(one.left[chosen], picked, answered)], axis=1)
            rate = recipe.rate * min(1.0, done / 50 + 0.02) * (1 - 0.9 * done / total)
            losses.append(trainer.step(one.left[chosen], right, same, rate))
            done += 1
            if done % 200 == 0:
                say(f"step {done}/{total}, loss {np.mean(losses[-200:]):.3f}")
    return trainer.vectors


def _schedule(
    sizes: Sequence[int], lengths: Sequence[int], recipe: Recipe, generator: np.random.Generator
) -> list[tuple[int, Array]]:
    """Batches of one source each, as (source, positions), in random order."""
    batches: list[tuple[int, Array]] = []
    for number, (size, length) in enumerate(zip(sizes, lengths, strict=True)):
        if not size:
            continue
        order = np.concatenate([generator.permutation(length) for _ in range(math.ceil(size / length))])[:size]
        batches += [(number, order[i : i + recipe.batch]) for i in range(0, size, recipe.batch)]
    return [batches[i] for i in generator.permutation(len(batches))]


def _answered(pairs: Sequence[_Pairs], position: Mapping[str, int]) -> dict[int, Set[int]]:
    """For each question (by its text's row) the positions of the documents known to answer it."""
    found: dict[int, set[int]] = {}
    for one in pairs:
        if one.source.mined:
            for row, group in zip(one.left.tolist(), one.source.group, strict=True):
                found.setdefault(row, set()).add(position.get(group, -1))
    return dict(found)


def _answers_of(questions: Array, picked: Array, answered: Mapping[int, Set[int]]) -> Array:
    """Which of the picked documents answer which question, shape (questions, picked)."""
    marks = np.zeros((len(questions), len(picked)), dtype=bool)
    order = np.argsort(picked, kind="stable")
    ordered = picked[order]
    for row, question in enumerate(questions.tolist()):
        for document in answered[question]:
            low, high = np.searchsorted(ordered, [document, document + 1])
            marks[row, order[low:high]] = True
    return marks


def _mine(one: _Pairs, texts: TextFeatures, places: Array, answered: Mapping[int, Set[int]], vectors: Array) -> Array:
    """For each pair the positions of the documents ranked highest for its question that do not answer it.

    Shape (pairs, 40); a small collection has fewer, which are repeated.
    """
    targets = texts.vectors(vectors, places)
    asked, back = np.unique(one.left, return_inverse=True)
    unit = texts.vectors(vectors, asked)
    found = np.zeros((len(asked), _HARD), dtype=np.int64)
    reach = min(_SEARCHED, len(places))
    for start in range(0, len(asked), 512):
        scores = unit[start : start + 512] @ targets.T
        top = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        for offset, row in enumerate(top):
            ordered = row[np.argsort(-scores[offset, row], kind="stable")]
            known = answered[int(asked[start + offset])]
            kept = [document for document in ordered.tolist() if document not in known][:_HARD]
            found[start + offset] = np.resize(np.array(kept or [ordered[-1]], dtype=np.int64), _HARD)
    mined: Array = found[back]
    return mined
