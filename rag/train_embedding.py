"""Train the static embedding that Kangbian ships, on a CPU in minutes.

    python -m rag.train_embedding --data DIR --output rag/embedding [--corpus corpus] [--holdout 0.2]

DIR holds `stard/` (a BEIR folder), `pairs/question_statutes.jsonl.gz`, `pairs/question_answer.jsonl.gz` and
`laws.jsonl.gz`. With `--holdout` a fixed share of the STARD questions is kept out and measured, and the model is not
meant to be shipped. The steps: count words and bigrams, build the tokenizer, train features (words, characters,
bigrams) on pairs with negatives from the batch and then with negatives mined by the model itself, and fold the features
of each token into one vector, which is all that a static embedding is at run time.
"""

import argparse
import gzip
import hashlib
import json
import math
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp  # type: ignore[import-untyped]
import yaml
from tokenizers import Tokenizer

from ingest.citation import Citation
from ingest.load import load_document
from rag.embedding_tokenizer import (
    UNKNOWN,
    build_tokenizer,
    is_han,
    log_probabilities,
    read_piece,
)

Array = npt.NDArray[Any]

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_ARTICLE_OF = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?$")


@dataclass(frozen=True)
class Recipe:
    """What can be turned in training; the defaults are the shipped model's, chosen on held-out train questions."""

    dimension: int = 192
    seed: int = 7
    words_at_least: int = 3
    borders: int = 26000
    border_at_least: int = 4
    inner_at_least: int = 4
    batch: int = 256
    negatives: int = 4
    temperature: float = 0.05
    rate: float = 0.01
    passes: tuple[float, ...] = (2.0, 1.0)
    later_laws: float = 0.3
    longest: int = 250
    drop: float = 0.3
    own_scale: float = 1.0
    char_scale: float = 0.3
    lsa: float = 1.0
    idf_power: float = 1.0
    stard_repeat: float = 4.0
    corpus_repeat: float = 3.0
    aigc_repeat: float = 4.0


@dataclass
class Source:
    """Pairs of one origin: `left[i]` should come close to `right[i]`. `group[i]` names the target, so that two equal
    targets in a batch are not taken for negatives of one another. `mined` sources get hard negatives."""

    name: str
    left: list[str]
    right: list[str]
    group: list[str]
    repeat: float = 1.0
    mined: bool = False


@dataclass
class Material:
    """Everything read from the data folder."""

    documents: dict[str, str]
    questions: dict[str, str]
    relevant: dict[str, list[str]]
    sources: list[Source] = field(default_factory=list)
    held_out: list[str] = field(default_factory=list)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def _bare(text: str) -> str:
    return "".join(char for char in text if is_han(char))


def document_text(title: str, text: str) -> str:
    """What is embedded of a passage: the title without its article number, a line break, the text.

    >>> document_text("中华人民共和国民法典第三条", "民事主体的人身权利受法律保护。")
    '中华人民共和国民法典\\n民事主体的人身权利受法律保护。'
    """
    return f"{_ARTICLE_OF.sub('', title)}\n{text}"


def read_material(data: Path, corpus: Path | None, holdout: float, recipe: Recipe) -> Material:
    """Read the data folder and, where given, the corpus of the product and its own question pairs."""
    random_ = random.Random(recipe.seed)
    rows = list(_lines(data / "stard/corpus.jsonl.gz"))
    documents = {row["_id"]: document_text(row["title"], row["text"]) for row in rows}
    by_text = {_bare(row["text"]): row["_id"] for row in rows}
    questions = {row["_id"]: row["text"] for row in _lines(data / "stard/queries.jsonl")}
    relevant: dict[str, list[str]] = {}
    for line in (data / "stard/qrels/train.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, _ = line.split("\t")
        relevant.setdefault(question, []).append(document)
    material = Material(documents, questions, relevant)
    if holdout:
        # Questions with the same articles are often paraphrases: they stay on one side of the split.
        for question in sorted(questions):
            target = "|".join(sorted(relevant[question]))
            if int(hashlib.sha256(target.encode()).hexdigest()[:8], 16) / 2**32 < holdout:
                material.held_out.append(question)
    hidden = set(material.held_out)
    hidden_text = {_bare(questions[question]) for question in hidden}
    stard = [(q, d) for q in sorted(questions) if q not in hidden for d in relevant[q]]
    material.sources.append(
        Source(
            "stard",
            [questions[q] for q, _ in stard],
            [documents[d] for _, d in stard],
            [d for _, d in stard],
            recipe.stard_repeat,
            True,
        )
    )
    untitled = material.sources[0].right
    for number in range(0, len(untitled), 3):
        # The index may hold passages without the title of their document.
        untitled[number] = untitled[number].partition("\n")[2]
    left, right, group = [], [], []
    for row in _lines(data / "pairs/question_statutes.jsonl.gz"):
        if _bare(row["query"]) in hidden_text:
            continue
        for statute in row["statutes"]:
            head, _, text = statute.partition("：")
            title = head.partition("》")[0].strip("《")
            target = by_text.get(_bare(text), text)
            left.append(row["query"])
            right.append(documents.get(target, document_text(title, text)))
            group.append(target)
    material.sources.append(Source("question_statutes", left, right, group, 1.0, True))
    answers = [r for r in _lines(data / "pairs/question_answer.jsonl.gz") if _bare(r["query"]) not in hidden_text]
    material.sources.append(
        Source(
            "question_answer",
            [r["query"] for r in answers],
            [r["answer"] for r in answers],
            [r["query"] for r in answers],
        )
    )
    left, right, group = [], [], []
    for row in _lines(data / "laws.jsonl.gz"):
        target, text = row["id"], row["text"]
        full = documents.get(target, document_text(row["law"], text))
        sentences = [s.strip() for s in _SENTENCE.findall(text) if len(s.strip()) > 8]
        if random_.random() < 0.25:
            left.append(f"{row['law']} {row['chapter'] or ''}")
            right.append(text)
        elif len(sentences) > 1:
            chosen = random_.randrange(len(sentences))
            left.append(sentences[chosen])
            right.append(full.replace(sentences[chosen], "") if random_.random() < 0.7 else full)
        else:
            # A window of a one-sentence article stands for a query that uses some of its words.
            size = max(8, len(text) // 2)
            start = random_.randrange(max(1, len(text) - size))
            left.append(text[start : start + size])
            right.append(full)
        group.append(target)
    material.sources.append(Source("laws", left, right, group))
    if corpus:
        pairs = list(corpus_pairs(corpus))
        material.sources.append(
            Source("corpus", [p[0] for p in pairs], [p[1] for p in pairs], [p[1] for p in pairs], recipe.corpus_repeat)
        )
        asked = list(question_pairs(corpus))
        material.sources.append(
            Source("aigc", [p[0] for p in asked], [p[1] for p in asked], [p[1] for p in asked], recipe.aigc_repeat)
        )
    return material


def corpus_pairs(corpus: Path) -> Iterator[tuple[str, str]]:
    """Pairs from the product's own files: headings to paragraph, a paragraph's first sentence to the rest of it.

    Every `*.md` below `corpus` counts; the front matter gives the title. `lexicon/colloquial.yaml` and
    `lexicon/english.yaml` pair what people say with the terms of the law.
    """
    for name in ("colloquial", "english"):
        path = corpus / "lexicon" / f"{name}.yaml"
        if path.exists():
            for said, terms in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                yield str(said), " ".join(map(str, terms))
    for path in sorted(corpus.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        title, headings = path.stem, dict[int, str]()
        if text.startswith("---"):
            front, _, text = text[3:].partition("\n---")
            found = re.search(r"^(?:short|title):\s*(.+)$", front, re.M)
            title = found[1].strip("\"' ") if found else title
        for block in filter(None, (part.strip() for part in text.split("\n"))):
            mark = re.match(r"(#+)\s*(.+)", block)
            if mark:
                headings = {level: name for level, name in headings.items() if level < len(mark[1])}
                headings[len(mark[1])] = mark[2]
            elif len(block) > 8:
                above = " ".join(headings[level] for level in sorted(headings))
                yield f"{title} {above}", block
                sentences = _SENTENCE.findall(block)
                if len(sentences) > 1:
                    yield sentences[0], f"{title} {above}\n{''.join(sentences[1:])}"


def question_pairs(corpus: Path) -> Iterator[tuple[str, str]]:
    """Our own questions on AIGC copyright with the passages that answer them.

    `training/aigc_pairs.jsonl` has lines `{"question", "keys"}`; a key stands for the passages at or below it, and for
    the passage around it.
    """
    path = corpus / "training" / "aigc_pairs.jsonl"
    if not path.exists():
        return
    passages = [
        (document.title, passage)
        for file in sorted(corpus.rglob("*.md"))
        for document in [load_document(file)]
        for passage in document.passages
        if passage.citation
    ]
    for row in _lines(path):
        for key in row["keys"]:
            place = Citation.parse(key)
            for title, passage in passages:
                held = passage.citation
                if held and (place.contains(held) or held.contains(place)):
                    yield row["question"], document_text(title, passage.text.strip())


# --- counting and the tokenizer -----------------------------------------------------------------------------------


def jieba_frequencies(lexicon: Path | None) -> tuple[dict[str, int], set[str]]:
    """Frequencies of jieba's Chinese words and those of the legal lexicon (a word a line), and the latter words."""
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    found = {word: count for word, count in jieba.dt.FREQ.items() if count > 0 and all(map(is_han, word))}
    special: set[str] = set()
    if lexicon and lexicon.exists():
        for line in lexicon.read_text(encoding="utf-8").splitlines():
            word = (line.split() or [""])[0]
            if word and all(map(is_han, word)):
                special.add(word)
                found[word] = max(found.get(word, 0), 500)
    return found, special


@dataclass
class Counts:
    """How often words, borders and other tokens occur in the training texts, and each character."""

    words: Counter[str]
    borders: Counter[str]
    inner: Counter[str]
    others: Counter[str]


def count_tokens(texts: Sequence[str], frequencies: Mapping[str, int]) -> Counts:
    """Segment every text by the whole dictionary once and count what occurs."""
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    rough = build_tokenizer(log_probabilities(frequencies), [], letters, {})
    counts = Counts(Counter(), Counter(), Counter(), Counter())
    for start in range(0, len(texts), 2000):
        for encoding, text in zip(
            rough.encode_batch(texts[start : start + 2000]), texts[start : start + 2000], strict=True
        ):
            for token in encoding.tokens:
                # Two marks that begin no token are one unknown token, which is the border of two words.
                word, border = read_piece(token)
                if border:
                    counts.borders[word] += 1
                elif word and is_han(word[0]):
                    counts.words[word] += 1
                    counts.inner.update(word[i : i + 2] for i in range(len(word) - 1))
            counts.others.update(re.findall(r"[a-z]{2,}", text.lower()))
    return counts


def simplified_characters(common: Counter[str]) -> dict[str, str]:
    """Traditional characters and their simplified forms, save those that simplified texts use themselves (著, 藉).

    Such a character is one that our texts, which are nearly all simplified, use at least a twentieth as often as the
    form that OpenCC gives for it.
    """
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    pairs = ((char, convert(char)) for char in map(chr, range(0x4E00, 0xA000)))
    return {old: new for old, new in pairs if old != new and len(new) == 1 and common[old] * 20 <= common[new]}


def final_tokenizer(counts: Counts, frequencies: Mapping[str, int], lexicon: set[str], recipe: Recipe) -> Tokenizer:
    """The tokenizer that ships: words and bigrams that occur often enough, each dictionary frequency as it was."""
    characters: Counter[str] = Counter()
    for word, count in counts.words.items():
        for char in word:
            characters[char] += count
    simplified = simplified_characters(characters)
    chosen = {
        word: frequencies.get(word, 1)
        for word, count in counts.words.items()
        if (count >= recipe.words_at_least or len(word) == 1 or word in lexicon)
        and len(word) <= 8
        and not any(char in simplified for char in word)
    }
    for word in lexicon:
        chosen.setdefault(word, frequencies[word])
    total = math.log(sum(frequencies.values()))
    scores = {word: math.log(max(count, 1)) - total for word, count in chosen.items()}
    borders = [b for b, n in counts.borders.most_common(recipe.borders) if n >= recipe.border_at_least]
    others = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    others += [word for word, count in counts.others.items() if count >= 3 and len(word) <= 20]
    return build_tokenizer(scores, borders, others, simplified)


# --- features ------------------------------------------------------------------------------------------------------


def token_features(tokenizer: Tokenizer, counts: Counts, recipe: Recipe) -> tuple[sp.csr_matrix, list[str]]:
    """The features of each token: the word itself, its characters and its bigrams; a border is its bigram.

    Returns a (tokens, features) matrix of weights and the names of the features. The vector of a token is the weighted
    sum of its features' vectors, so that a rare word leans on its parts and a bigram means the same inside a word and
    across a border.
    """
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    frequent = {b for b, n in (counts.inner + counts.borders).items() if n >= recipe.inner_at_least}
    names: dict[str, int] = {}
    rows, columns, weights = [], [], []

    def add(row: int, name: str, weight: float) -> None:
        rows.append(row)
        columns.append(names.setdefault(name, len(names)))
        weights.append(weight)

    for piece, row in vocabulary:
        word, border = read_piece(piece)
        if piece == UNKNOWN or not word:
            continue
        if border:
            add(row, "b:" + word, 1.0)
            continue
        add(row, "w:" + word, recipe.own_scale)
        if is_han(word[0]):
            for char in word:
                add(row, "c:" + char, recipe.char_scale)
            for i in range(len(word) - 1):
                if word[i : i + 2] in frequent and len(word) > 2:
                    add(row, "b:" + word[i : i + 2], 1.0)
    matrix = sp.csr_matrix((weights, (rows, columns)), shape=(len(vocabulary), len(names)), dtype=np.float32)
    return matrix, list(names)


class Bags:
    """Texts as bags of token ids in one flat array: `matrix(rows)` gives a sparse (rows, tokens) count matrix."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> None:
        unknown = tokenizer.token_to_id(UNKNOWN)
        parts: list[Array] = []
        for start in range(0, len(texts), 4000):
            for encoding in tokenizer.encode_batch(texts[start : start + 4000], add_special_tokens=False):
                ids = np.array(encoding.ids, dtype=np.int64)
                parts.append(ids[ids != unknown][: 2 * longest])
        self.flat = np.concatenate(parts)
        self.ends = np.cumsum([len(part) for part in parts])
        self.starts = self.ends - np.array([len(part) for part in parts])
        self.tokens = tokenizer.get_vocab_size()

    def matrix(self, rows: Array) -> sp.csr_matrix:
        lengths = self.ends[rows] - self.starts[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        index = np.repeat(self.starts[rows] - indptr[:-1], lengths) + np.arange(indptr[-1])
        data = np.ones(len(index), dtype=np.float32)
        return sp.csr_matrix((data, self.flat[index], indptr), shape=(len(rows), self.tokens))

    def everything(self) -> sp.csr_matrix:
        return self.matrix(np.arange(len(self.ends)))


def initial_vectors(documents: sp.csr_matrix, recipe: Recipe) -> Array:
    """First vectors of the features: random directions plus latent semantic directions, scaled by rarity.

    Random directions make the model match equal words at once; a truncated singular value decomposition of the
    (documents, features) matrix adds that words of the same articles are alike.
    """
    generator = np.random.default_rng(recipe.seed)
    present = documents.copy()
    present.data[:] = 1.0
    count = np.asarray(present.sum(axis=0)).ravel()
    idf = np.log((documents.shape[0] + 1) / (count + 1)) + 0.1
    vectors = generator.standard_normal((documents.shape[1], recipe.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    if recipe.lsa:
        from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]

        weighted = documents.copy()
        weighted.data = 1 + np.log(weighted.data)
        weighted = weighted @ sp.diags(idf)
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1))).ravel()
        weighted = (sp.diags(1 / np.maximum(norms, 1e-6)) @ weighted).tocsr().astype(np.float32)
        _, _, components = randomized_svd(
            weighted, recipe.dimension, n_iter=2, n_oversamples=16, random_state=recipe.seed
        )
        latent = components.T.astype(np.float32)
        latent /= np.maximum(np.linalg.norm(latent, axis=1, keepdims=True), 1e-6)
        vectors = vectors + recipe.lsa * latent
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    scale = (idf / idf.max()) ** recipe.idf_power
    scaled: Array = (vectors * scale[:, None] * 0.1).astype(np.float32)
    return scaled


def unit_rows(matrix: Array) -> Array:
    """Each row divided by its length; a zero row stays zero."""
    unit: Array = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return unit


# --- training ------------------------------------------------------------------------------------------------------


class Trainer:
    """Features learned by contrast: a pair's left side must pick its right side among the others of the batch.

    The gradient of the loss is written out in numpy, because the features of a batch are a sparse product and only the
    rows that occur are updated (Adam with per-row steps); torch's sparse path was slower.
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
    vectors = initial_vectors((documents.everything() @ folding).tocsr(), recipe)
    trainer = Trainer(vectors, folding, recipe)
    say("first vectors made")
    asked = (
        Bags(tokenizer, [material.questions[q] for q in material.held_out], recipe.longest)
        if material.held_out
        else None
    )
    report(material, asked, documents, trainer.tokens(), say)
    bags = [
        (Bags(tokenizer, s.left, recipe.longest), Bags(tokenizer, s.right, recipe.longest)) for s in material.sources
    ]
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
                number: mine(source, bags[number][0], documents, identities, positives, trainer.tokens(), recipe)
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
    recipe: Recipe,
    depth: int = 60,
) -> Array:
    """For each pair the positions of the documents that the model ranks highest and that are not known to be right."""
    targets = unit_rows(np.asarray(documents.everything() @ tokens))
    found = np.zeros((len(source.left), depth), dtype=np.int64)
    cache: dict[str, Array] = {}
    unit = unit_rows(np.asarray(questions.everything() @ tokens))
    for start in range(0, len(source.left), 512):
        scores = unit[start : start + 512] @ targets.T
        top = np.argpartition(-scores, depth + 100, axis=1)[:, : depth + 100]
        for offset, row in enumerate(top):
            text = source.left[start + offset]
            if text not in cache:
                ordered = row[np.argsort(-scores[offset, row])]
                kept = [i for i in ordered if identities[i] not in positives[text]]
                cache[text] = np.array(kept[:depth])
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


# --- the folder that ships ------------------------------------------------------------------------------------------

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


def training_texts(material: Material) -> list[str]:
    """Every text once, for counting."""
    texts = dict.fromkeys(material.documents.values())
    for source in material.sources:
        texts.update(dict.fromkeys(source.left if source.name != "laws" else []))
        texts.update(dict.fromkeys(source.right if source.name != "laws" else []))
    return list(texts)


if __name__ == "__main__":
    raise SystemExit(main())
