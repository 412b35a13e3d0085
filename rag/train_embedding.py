"""Train the static embedding that Kangbian ships, on a CPU in minutes.

    python -m rag.train_embedding --data DIR --output rag/embedding [--corpus corpus] [--holdout 0.2]

DIR holds `stard/` (a BEIR folder), `pairs/question_statutes.jsonl.gz`, `pairs/question_answer.jsonl.gz` and
`laws.jsonl.gz`. With `--holdout` a fixed share of the STARD questions is kept out and measured, and the model is not
meant to be shipped. The steps: count words and bigrams, build the tokenizer, train features (words, characters,
bigrams) on pairs with negatives from the batch and then with negatives mined by the model itself, and fold the features
of each token into one vector, which is all that a static embedding is at run time.
"""

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from rag.training_features import (
    Array,
    Bags,
    Counts,
    count_tokens,
    final_tokenizer,
    initial_vectors,
    jieba_frequencies,
    token_features,
    unit_rows,
)
from rag.training_material import Material, Recipe, Source, read_material, training_texts


class Trainer:
    """Features learned by contrast: a pair's left side must pick its right side among the others of the batch.

    The gradient of the loss is written out in numpy: the bags of a batch are a sparse product, and only the features that
    occur in it are updated (momentum, and steps that shrink with each feature's own past gradients, as in Adagrad).
    """

    def __init__(self, vectors: Array, folding: sp.csr_matrix, recipe: Recipe) -> None:
        self.vectors = vectors
        self.folding = folding
        self.recipe = recipe
        self.first = np.zeros_like(vectors)
        self.second = np.zeros(len(vectors), dtype=np.float32)
        self.generator = np.random.default_rng(recipe.seed + 1)

    def tokens(self) -> Array:
        """One vector a token, the fold of its features: shape (tokens, dimension)."""
        return np.asarray(self.folding @ self.vectors)

    def step(self, left: sp.csr_matrix, right: sp.csr_matrix, same: Array, rate: float) -> float:
        """One update. `left` (n, tokens) and `right` (m, tokens) with m >= n: row i of left belongs to row i of right.

        `same` (n, m) marks the other rows of `right` that are no negatives. Returns the mean loss.
        """
        bags = sp.vstack([left, right], format="csr")
        if self.recipe.drop:
            bags.data = bags.data * (self.generator.random(len(bags.data)) >= self.recipe.drop)
        bags = (bags @ self.folding).tocsr()
        rows, inverse = np.unique(bags.indices, return_inverse=True)
        bags = sp.csr_matrix((bags.data, inverse, bags.indptr), shape=(bags.shape[0], len(rows)))
        table = self.vectors[rows]
        raw = np.asarray(bags @ table)
        length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)
        unit = raw / length
        count = left.shape[0]
        a, b = unit[:count], unit[count:]
        scores = (a @ b.T) / self.recipe.temperature
        scores[same] = -1e9
        every = np.arange(count)
        forward = np.exp(scores - scores.max(axis=1, keepdims=True))
        forward /= forward.sum(axis=1, keepdims=True)
        square = scores[:, :count]
        backward = np.exp(square - square.max(axis=0, keepdims=True))
        backward /= backward.sum(axis=0, keepdims=True)
        loss = float(-np.log(np.maximum(forward[every, every], 1e-12)).mean())
        gradient = forward
        gradient[:, :count] += 0.3 * backward
        gradient[every, every] -= 1.3
        gradient /= count * self.recipe.temperature
        down = np.concatenate([gradient @ b, gradient.T @ a])
        down = (down - unit * (down * unit).sum(axis=1, keepdims=True)) / length
        slope = np.asarray(bags.T.tocsr() @ down)
        self.first[rows] = 0.8 * self.first[rows] + 0.2 * slope
        self.second[rows] += (slope * slope).mean(axis=1)
        self.vectors[rows] = table - rate * self.first[rows] / (np.sqrt(self.second[rows])[:, None] + 1e-8)
        return loss


def train(
    material: Material, tokenizer: Tokenizer, counts: Counts, recipe: Recipe, say: Callable[[str], None]
) -> Array:
    """Vectors of the tokens, shape (tokens, dimension), as float32."""
    folding, names = token_features(tokenizer, counts, recipe)
    identities = list(material.documents)
    documents = Bags(tokenizer, list(material.documents.values()), recipe.longest)
    say(f"{tokenizer.get_vocab_size()} tokens, {len(names)} features")
    bags = [
        (Bags(tokenizer, s.left, recipe.longest), Bags(tokenizer, s.right, recipe.longest)) for s in material.sources
    ]
    # A question together with its answer is a document too: it ties the words of laymen to those of the law.
    joined = [
        left.everything() + right.everything()
        for source, (left, right) in zip(material.sources, bags, strict=True)
        if source.name != "laws"
    ]
    together = sp.vstack([documents.everything(), *joined], format="csr")
    vectors = initial_vectors((together @ folding).tocsr(), recipe)
    trainer = Trainer(vectors, folding, recipe)
    say("first vectors made")
    asked = (
        Bags(tokenizer, [material.questions[q] for q in material.held_out], recipe.longest)
        if material.held_out
        else None
    )
    report(material, asked, documents, trainer.tokens(), say)
    groups = [np.array([hash_of(g) for g in s.group]) for s in material.sources]
    positives: dict[str, set[str]] = {}
    for source in material.sources:
        if source.mined:
            for text, target in zip(source.left, source.group, strict=True):
                positives.setdefault(text, set()).add(target)
    generator = np.random.default_rng(recipe.seed + 2)
    sizes = [int(len(s.left) * s.repeat) for s in material.sources]
    laws = [recipe.later_laws if source.name == "laws" else 1.0 for source in material.sources]
    total = sum(
        math.ceil(size * passes * (share if round_ else 1.0) / recipe.batch)
        for round_, passes in enumerate(recipe.passes)
        for size, share in zip(sizes, laws, strict=True)
    )
    done, started = 0, time.monotonic()
    for round_, passes in enumerate(recipe.passes):
        hard: dict[int, Array] = {}
        if round_:
            hard = {
                number: mine(source, bags[number][0], documents, identities, positives, trainer.tokens())
                for number, source in enumerate(material.sources)
                if source.mined
            }
        schedule: list[tuple[int, Array]] = []
        for number, full in enumerate(sizes):
            size = full * (recipe.later_laws if round_ and material.sources[number].name == "laws" else 1.0)
            order = np.concatenate(
                [
                    generator.permutation(len(groups[number]))
                    for _ in range(math.ceil(size * passes / len(groups[number])))
                ]
            )[: int(size * passes)]
            schedule += [(number, order[i : i + recipe.batch]) for i in range(0, len(order), recipe.batch)]
        losses = []
        for position in generator.permutation(len(schedule)):
            number, rows = schedule[position]
            left, right = bags[number][0].matrix(rows), bags[number][1].matrix(rows)
            keys = groups[number][rows]
            same = keys[:, None] == keys[None, :]
            lefts = [material.sources[number].left[i] for i in rows] if material.sources[number].mined else []
            if lefts:
                codes = np.array([hash_of(text) for text in lefts])
                same |= codes[:, None] == codes[None, :]
            np.fill_diagonal(same, False)
            if number in hard:
                picks = generator.integers(0, hard[number].shape[1], size=(len(rows), recipe.negatives))
                chosen = hard[number][rows[:, None], picks].ravel()
                right = sp.vstack([right, documents.matrix(chosen)], format="csr")
                extra = np.array([[identities[i] in positives[text] for i in chosen] for text in lefts])
                same = np.concatenate([same, extra], axis=1)
            progress = done / total
            rate = recipe.rate * min(1.0, done / 50 + 0.02) * (1 - progress * 0.9)
            losses.append(trainer.step(left, right, same, rate))
            done += 1
            if done % 100 == 0:
                say(f"step {done}/{total}, loss {np.mean(losses[-100:]):.3f}, {time.monotonic() - started:.0f} s")
        say(f"round {round_ + 1} of {len(recipe.passes)} done")
        report(material, asked, documents, trainer.tokens(), say)
    return trainer.tokens()


def hash_of(text: str) -> int:
    """A stable 62-bit number for a text, for fast comparison."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def mine(
    source: Source,
    questions: Bags,
    documents: Bags,
    identities: list[str],
    positives: Mapping[str, set[str]],
    tokens: Array,
    depth: int = 60,
) -> Array:
    """For each pair the positions of the documents that the model ranks highest and that are not known to be right."""
    targets = unit_rows(np.asarray(documents.everything() @ tokens))
    found = np.zeros((len(source.left), depth), dtype=np.int64)
    cache: dict[str, Array] = {}
    unit = unit_rows(np.asarray(questions.everything() @ tokens))
    for start in range(0, len(source.left), 512):
        scores = unit[start : start + 512] @ targets.T
        reach = min(depth + 100, len(identities))
        top = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        for offset, row in enumerate(top):
            text = source.left[start + offset]
            if text not in cache:
                ordered = row[np.argsort(-scores[offset, row])]
                kept = [i for i in ordered if identities[i] not in positives[text]]
                # A small collection has fewer: they are repeated.
                cache[text] = np.resize(np.array(kept[:depth], dtype=np.int64), depth)
            found[start + offset] = cache[text]
    return found


def report(material: Material, asked: Bags | None, documents: Bags, tokens: Array, say: Callable[[str], None]) -> None:
    """Recall and MRR on the held-out questions, where there are any."""
    if asked is None:
        return
    identities = list(material.documents)
    targets = unit_rows(np.asarray(documents.everything() @ tokens))
    scores = unit_rows(np.asarray(asked.everything() @ tokens)) @ targets.T
    order = np.argsort(-scores, axis=1)[:, :100]
    ranked = [[identities[i] for i in row] for row in order]
    gold = [set(material.relevant[q]) for q in material.held_out]
    say("held out: " + ", ".join(f"{name} {value:.3f}" for name, value in measures(ranked, gold).items()))


def measures(ranked: Sequence[Sequence[str]], gold: Sequence[set[str]]) -> dict[str, float]:
    """Mean recall@10, recall@100 and MRR@10 over the questions.

    >>> measures([["a", "b"], ["c", "d"]], [{"b"}, {"x"}])
    {'recall@10': 0.5, 'recall@100': 0.5, 'mrr@10': 0.25}
    """

    def recall(cut: int) -> float:
        return float(np.mean([len(set(r[:cut]) & g) / len(g) for r, g in zip(ranked, gold, strict=True)]))

    first = [
        next((1 / (i + 1) for i, d in enumerate(r[:10]) if d in g), 0.0) for r, g in zip(ranked, gold, strict=True)
    ]
    return {"recall@10": recall(10), "recall@100": recall(100), "mrr@10": float(np.mean(first))}


_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_CONFIG: dict[str, Any] = {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def write_model(output: Path, tokenizer: Tokenizer, tokens: Array, documents: sp.csr_matrix) -> None:
    """Write a sentence-transformers folder with 16-bit weights.

    The vectors are turned onto the principal axes of the document vectors, which changes no cosine, so that a reader
    may keep the first numbers of a vector only.
    """
    from safetensors.numpy import save

    spread = unit_rows(np.asarray(documents @ tokens)).astype(np.float64)
    _, axes = np.linalg.eigh(spread.T @ spread)
    turned = tokens.astype(np.float64) @ axes[:, ::-1]
    turned /= np.linalg.norm(turned, axis=1)[np.linalg.norm(turned, axis=1) > 0].mean()
    output.mkdir(parents=True, exist_ok=True)
    (output / "1_Normalize").mkdir(exist_ok=True)
    (output / "model.safetensors").write_bytes(save({"embedding.weight": turned.astype(np.float16)}))
    tokenizer.save(str(output / "tokenizer.json"), pretty=False)
    for name, content in (
        ("modules.json", _MODULES),
        ("config_sentence_transformers.json", _CONFIG),
        ("1_Normalize/config.json", {}),
    ):
        (output / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m rag.train_embedding", description="Train the built-in embedding.")
    parser.add_argument("--data", type=Path, required=True, help="folder with stard/, pairs/ and laws.jsonl.gz")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--corpus", type=Path, help="the product's corpus, for self-supervision on it")
    parser.add_argument("--holdout", type=float, default=0.0, help="share of STARD questions to keep out and measure")
    options = parser.parse_args(arguments)
    recipe = Recipe()
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", file=sys.stderr, flush=True)

    material = read_material(options.data, options.corpus, options.holdout, recipe)
    say("read " + ", ".join(f"{len(source.left)} pairs of {source.name}" for source in material.sources))
    lexicon = options.corpus / "lexicon" / "legal_words.txt" if options.corpus else None
    frequencies, special = jieba_frequencies(lexicon)
    counts = count_tokens(training_texts(material), frequencies)
    tokenizer = final_tokenizer(counts, frequencies, special, recipe)
    say(f"counted {len(counts.words)} words, tokenizer of {tokenizer.get_vocab_size()} tokens")
    tokens = train(material, tokenizer, counts, recipe, say)
    documents = Bags(tokenizer, list(material.documents.values()), recipe.longest).everything()
    write_model(options.output, tokenizer, tokens, documents)
    say(f"written to {options.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
