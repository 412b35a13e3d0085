"""Fitting the ranking on questions that the embedding has not seen: each fold is ranked by a model trained on the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.candidates import Asked, Columns, gather
from rag.known_questions import KnownQuestions, answer_hash
from rag.ranking import KNOWN, NEAREST, Floats, Ranking, Signals, fused
from rag.training.features import Array
from rag.training.material import Material

_HIDDEN, _EPOCHS, _BATCH, _RATE, _DECAY, _NETWORKS = 16, 60, 64, 3e-3, 1e-3, 3


_BATCH_OF_ROWS = 2_000
# Cosine from which on two questions with the same answers ask the same: for those that the corpus answers, for those on other laws,
# which are many and only have to tell one field from another, and for those that nothing answers, of which each asks something else.
_THE_SAME, _THE_SAME_ELSEWHERE, _THE_SAME_NOWHERE = 0.68, 0.3, 0.70


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one question: documents by position, what is known of them, which are right, how many exist."""

    fold: int
    question: str
    rows: Array
    signals: Signals
    right: Array
    relevant: int
    nearest: Array
    words: Array


def columns_of(material: Material) -> Columns:
    """The columns of the collection's documents, as an index of it would have them."""
    return Columns.of((text.partition("\n")[0], text.partition("\n")[2]) for text in material.documents.values())


def known_questions(material: Material, asked: dict[str, Array], hidden: set[str]) -> KnownQuestions:
    """The questions, but the hidden ones; `asked` has the vector of each. Of those that ask nearly the same and have the same
    answers the first is kept: one vote is enough. Where what the corpus answers and what it does not lie side by side, all are."""
    texts = {**material.documents, **material.passages}
    hashes = {identity: answer_hash(text.partition("\n")[2]) for identity, text in texts.items()}
    kept = [question for question in material.answers if question not in hidden]
    answers = [sorted({hashes[identity] for identity in material.answers[question]}) for question in kept]
    vectors = np.array([asked[question] for question in kept], dtype=np.float32)
    same = [
        _THE_SAME_NOWHERE
        if not (found := material.answers[question])
        else _THE_SAME_ELSEWHERE
        if material.passages.keys().isdisjoint(found)
        else _THE_SAME
        for question in kept
    ]
    ours = np.array([not material.passages.keys().isdisjoint(material.answers[question]) for question in kept])
    chosen = _each_once(vectors, answers, same, _rivals(vectors, ours))
    return KnownQuestions.of(vectors[chosen], [answers[row] for row in chosen])


def _rivals(vectors: Array, ours: Array) -> Array:
    """For each question the cosine of the nearest on the other side: for one that the corpus answers the nearest that it does not."""
    found = np.full(len(vectors), -1.0, dtype=np.float32)
    others = {side: vectors[ours == side] for side in (True, False)}
    for start in range(0, len(vectors), _BATCH_OF_ROWS):
        part = slice(start, start + _BATCH_OF_ROWS)
        for side in (True, False):
            rows = ours[part] == side
            if rows.any() and len(others[not side]):
                found[part][rows] = (vectors[part][rows] @ others[not side].T).max(axis=1)
    return found


def _each_once(vectors: Array, answers: Sequence[Sequence[int]], same: Sequence[float], rivals: Array) -> list[int]:
    """The rows without those whose cosine with an earlier one that has the same answers is at least their `same`, and more than
    their rival's."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, found in enumerate(answers):
        others = groups.setdefault(tuple(found), [])
        if not others or float((vectors[others] @ vectors[row]).max()) < max(same[row], rivals[row]):
            others.append(row)
    return sorted(row for rows in groups.values() for row in rows)


def judge(
    fold: int,
    questions: Sequence[str],
    material: Material,
    asked: dict[str, Array],
    documents: Array,
    words: dict[str, Array],
    columns: Columns,
    known: KnownQuestions,
) -> list[Judged]:
    """The candidates of the questions of a fold, found as the index finds them, but with exact neighbours.

    `documents` (n, dimension) and `asked` are vectors of the model that has not seen the fold; `words` holds the BM25
    scores of every document for each question.
    """
    position = {identity: row for row, identity in enumerate(material.documents)}
    asked_about = Asked.of(columns, known)
    found = []
    for question in questions:
        text = material.questions[question]
        cosines = documents @ asked[text]
        nearest = np.argpartition(-cosines, NEAREST)[:NEAREST] if len(cosines) > NEAREST else np.arange(len(cosines))
        nearest = nearest[np.argsort(-cosines[nearest], kind="stable")]
        votes = known.votes(asked[text], KNOWN)
        rows, signals = gather(columns, asked_about, nearest, cosines[nearest], words[question], votes)
        relevant = [position[identity] for identity in material.relevant[question]]
        spoken = np.argsort(-words[question], kind="stable")[:100]
        right = np.isin(rows, relevant)
        found.append(Judged(fold, question, rows, signals, right, len(relevant), nearest[:100], spoken))
    return found


def fit(judged: Sequence[Judged], seed: int) -> Ranking:
    """The network under which the right candidates have the greatest share (softmax over each question's candidates).

    Three networks with other beginnings, put side by side in one, so that chance decides less.
    """
    import torch

    features = [one.signals.features() for one in judged]
    every = np.concatenate(features)
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6
    usable = [(feature, one.right) for feature, one in zip(features, judged, strict=True) if one.right.any()]
    longest = max(len(feature) for feature, _ in usable)
    inputs = torch.zeros(len(usable), longest, every.shape[1])
    empty = torch.ones(len(usable), longest, dtype=torch.bool)
    target = torch.zeros(len(usable), longest)
    for row, (feature, right) in enumerate(usable):
        inputs[row, : len(feature)] = torch.from_numpy((feature - mean) / deviation)
        empty[row, : len(feature)] = False
        target[row, : len(right)] = torch.from_numpy(right / right.sum())
    parts = []
    for number in range(_NETWORKS):
        torch.manual_seed(seed + number)
        hidden, output = torch.nn.Linear(every.shape[1], _HIDDEN), torch.nn.Linear(_HIDDEN, 1, bias=False)
        network = torch.nn.Sequential(hidden, torch.nn.Tanh(), torch.nn.Dropout(0.1), output)
        steps = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
        for _ in range(_EPOCHS):
            for batch in torch.randperm(len(usable)).split(_BATCH):  # type: ignore[no-untyped-call]
                scores = network(inputs[batch]).squeeze(-1).masked_fill(empty[batch], -1e9)
                loss = -(target[batch] * torch.log_softmax(scores, 1)).sum(1).mean()
                steps.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                steps.step()
        parts.append(
            (hidden.weight.detach().numpy().T, hidden.bias.detach().numpy(), output.weight.detach().numpy()[0])
        )
    return Ranking(
        mean.astype(np.float32),
        deviation.astype(np.float32),
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts]),
        (np.concatenate([part[2] for part in parts]) / _NETWORKS).astype(np.float32),
    )


def stages(judged: Sequence[Judged], seed: int, folds: int) -> dict[str, list[Array]]:
    """For each stage the right-or-wrong marks of every question's list, best first: BM25, vectors, fused, ranked.

    The ranking of a fold is fitted on the other folds.
    """
    marks: dict[str, list[Array]] = {"bm25": [], "vectors": [], "fused": [], "ranked": []}
    for fold in range(folds):
        held = [one for one in judged if one.fold == fold]
        if not held:
            continue
        ranking = fit([one for one in judged if one.fold != fold], seed)
        for one in held:
            right = one.rows[one.right]
            marks["bm25"].append(np.isin(one.words, right))
            marks["vectors"].append(np.isin(one.nearest, right))
            marks["fused"].append(_ordered(one, fused(one.signals)))
            marks["ranked"].append(_ordered(one, ranking.scores(one.signals)))
    return marks


def _ordered(one: Judged, scores: Floats) -> Array:
    return one.right[np.argsort(-scores, kind="stable")]
