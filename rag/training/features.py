"""From texts to numbers for the training: counts, the tokenizer, the features of tokens, bags, first vectors."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from rag.embedding_tokenizer import UNKNOWN, build_tokenizer, is_han, log_probabilities, read_piece
from rag.training.material import Recipe

Array = npt.NDArray[Any]


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


class TextFeatures:
    """Texts as bags of features: row i of a sparse (texts, features) matrix is `texts[i]`; `rows` finds a text."""

    def __init__(self, tokenizer: Tokenizer, folding: sp.csr_matrix, texts: Sequence[str], longest: int) -> None:
        unknown = tokenizer.token_to_id(UNKNOWN)
        parts: list[Array] = []
        for start in range(0, len(texts), 4000):
            for encoding in tokenizer.encode_batch(texts[start : start + 4000], add_special_tokens=False):
                ids = np.array(encoding.ids, dtype=np.int32)
                parts.append(ids[ids != unknown][: 2 * longest])
        ends = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        flat = np.concatenate(parts)
        tokens = sp.csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(parts), folding.shape[0]))
        self.matrix = (tokens @ folding).tocsr()
        self._row = {text: row for row, text in enumerate(texts)}

    def rows(self, texts: Sequence[str]) -> Array:
        """The numbers of these texts."""
        return np.array([self._row[text] for text in texts], dtype=np.int64)

    def sample(self, rows: Array, generator: np.random.Generator, drop: float) -> tuple[Array, Array, Array]:
        """Feature numbers, weights and lengths of these rows' bags, a share `drop` of the entries left out."""
        starts, ends = self.matrix.indptr[rows].astype(np.int64), self.matrix.indptr[rows + 1].astype(np.int64)
        lengths = ends - starts
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        index = np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1])
        if drop:
            kept = generator.random(len(index), dtype=np.float32) >= drop
            lengths = np.diff(np.concatenate([[0], np.cumsum(kept)])[bounds])
            index = index[kept]
        return self.matrix.indices[index], self.matrix.data[index], lengths

    def vectors(self, table: Array, rows: Array | None = None) -> Array:
        """Vectors of length 1 of these texts, of all if none are named, by the vectors of the features."""
        chosen = self.matrix if rows is None else self.matrix[rows]
        return unit_rows(np.asarray(chosen @ table, dtype=np.float32))


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
        # Fewer texts than numbers in a vector leave the last numbers empty.
        latent = np.zeros_like(vectors)
        latent[:, : len(components)] = components.T
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
