"""Which article of a law a statement speaks of: by meaning (the shipped embedding), by words and by captions.

A paraphrase shares few words with its article, so words alone place one in ten of those that stand under a wrong number. With
the vectors of every article, paragraph and item beside them, weights fitted on labelled sentences (`python -m
rag.training.placing`) tell how sure it is that a statement belongs to another article than the one cited.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.script import to_narrow, to_simplified
from rag.captions import Captions
from rag.library import HeldPlace
from rag.relevance import terms
from rag.statement import NOTHING, LawBook, Score

Floats = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vector]

WEIGHTS = Path(__file__).resolve().parent / "reading" / "placing.json"
_TRIMMED = " ，。,.；;：:（）()"
_OF_A_TEXT = (
    "own", "best", "margin", "lead", "own_words", "best_words", "words", "own_phrases", "best_phrases", "agrees", "rank", "length", "terms",
)  # fmt: skip
FEATURES = (
    *(f"{name}_near" for name in _OF_A_TEXT),
    *(f"{name}_whole" for name in _OF_A_TEXT),
    "attributed",
    "same_best",
    "articles",
)
_REMEMBERED = 4096
_RANKS, _CHARACTERS, _TERMS, _PHRASES = 20, 120, 60, 2.0


@dataclass(frozen=True, slots=True)
class Placed:
    """What a statement speaks of. `article` is the likeliest article other than the one cited, `odds` the log odds that it is
    that one which is meant."""

    article: str
    odds: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights of the features, standardised by mean and scale."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def odds(self, features: Sequence[float]) -> float:
        """The log odds for one row of features."""
        standard = (np.asarray(features, np.float64) - self.mean) / self.scale
        return float(standard @ self.weights + self.bias)


@dataclass(frozen=True, slots=True)
class Part:
    """An article, paragraph or item with its words and its row among the vectors."""

    place: HeldPlace
    row: int


class LawVectors:
    """The articles of one version of one law as vectors: whole with caption, and every paragraph and item."""

    def __init__(
        self, book: LawBook, captions: Captions, children: Callable[[HeldPlace], Sequence[HeldPlace]], embed: Embed
    ) -> None:
        self.articles = list(book.places)
        texts: list[str] = []
        owners: list[int] = []
        self._kin: dict[tuple[str, ...], list[Part]] = {}
        for number, place in enumerate(book.places.values()):
            texts.append(f"{captions.of(place.citation)}\n{place.text}")
            inner = list(children(place))
            for part in (*inner, *(deeper for child in inner for deeper in children(child))):
                self._kin.setdefault(part.citation.path[:-1], []).append(Part(part, len(texts)))
                texts.append(part.text)
            owners += [number] * (len(texts) - len(owners))
        self._vectors = embed(texts) if texts else np.zeros((0, 1), np.float32)
        self._owners = np.asarray(owners, np.intp)

    def nearness(self, vector: Vector) -> Floats:
        """How near each article is to a text: the cosine of its nearest part."""
        best = np.full(len(self.articles), -1.0)
        np.maximum.at(best, self._owners, self._vectors @ vector)
        return best

    def kin(self, path: tuple[str, ...], vector: Vector) -> list[tuple[HeldPlace, float]]:
        """The paragraphs of the article, or the items of the list, to which a place belongs, each with its cosine."""
        parts = self._kin.get(path[:-1], [])
        return [(part.place, float(self._vectors[part.row] @ vector)) for part in parts]


class Placing:
    """Tells of statements whether they speak of the article cited; one for each version of a law."""

    def __init__(self, book: LawBook, vectors: LawVectors, embed: Embed) -> None:
        self._book = book
        self._vectors = vectors
        self._vector = lru_cache(maxsize=_REMEMBERED)(lambda text: embed([text])[0])
        self._nearness = lru_cache(maxsize=_REMEMBERED)(lambda text: vectors.nearness(self._vector(text)))
        self._numbers = {article: number for number, article in enumerate(vectors.articles)}

    @property
    def articles(self) -> list[str]:
        """The numbers of the articles, in the order of the law."""
        return self._vectors.articles

    def judge(self, article: str, near: str, whole: str, attributed: bool) -> Placed | None:
        """The likeliest other article for what a draft says: `near` the words that speak of the citation, `whole` the
        sentence. None for a law of one article, an article that it has not, and where no other article is nearer."""
        if article in self._numbers and all(self._is_nearest(article, text) for text in (near, whole)):
            return None
        features = self.features(article, near, whole, attributed)
        return Placed(features[1], load_weights().odds(features[0])) if features else None

    def _is_nearest(self, article: str, text: str) -> bool:
        nearness = self._nearness(_plain(text))
        return bool(nearness[self._numbers[article]] >= nearness.max())

    def beside(self, path: tuple[str, ...], said: str) -> list[tuple[HeldPlace, float]]:
        """The paragraphs or items among which a place stands, itself among them, each with its cosine to what is said."""
        return self._vectors.kin(path, self._vector(said))

    def features(self, article: str, near: str, whole: str, attributed: bool) -> tuple[list[float], str] | None:
        """The features of a statement (see `FEATURES`) and the likeliest other article."""
        if article not in self._numbers or len(self._numbers) < 2:
            return None
        texts = [_plain(near), _plain(whole)]
        found = [
            _compare(
                text,
                self._nearness(text),
                self._numbers[article],
                self._vectors.articles,
                self._book.scores(text),
            )
            for text in texts
        ]
        best = [number for _, number in found]
        rest = [float(attributed), float(best[0] == best[1]), math.log(len(self._numbers))]
        return [*found[0][0], *found[1][0], *rest], self._vectors.articles[best[1]]


def _plain(text: str) -> str:
    return to_narrow(to_simplified(text)).strip(_TRIMMED) or "空"


def _compare(
    text: str, nearness: Floats, own: int, articles: Sequence[str], scores: Mapping[str, Score]
) -> tuple[list[float], int]:
    others = nearness.copy()
    others[own] = -np.inf
    best = int(np.argmax(others))
    others[best] = -np.inf
    second = max(float(others.max(initial=0.0)), 0.0)
    here, there = scores.get(articles[own], NOTHING), scores.get(articles[best], NOTHING)
    by_words = max(
        (name for name in scores if name != articles[own]), key=lambda name: scores[name].total, default=None
    )
    return [
        float(nearness[own]),
        float(nearness[best]),
        float(nearness[best] - nearness[own]),
        float(nearness[best]) - second,
        here.coverage,
        there.coverage,
        there.coverage - here.coverage,
        min(here.phrases, _PHRASES),
        min(there.phrases, _PHRASES),
        float(by_words == articles[best]),
        min(int((nearness > nearness[own]).sum()), _RANKS) / _RANKS,
        min(len(text), _CHARACTERS) / _CHARACTERS,
        sum(terms(text).values()) / _TERMS,
    ], best


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The fitted weights that ship with the product."""
    held = json.loads(WEIGHTS.read_text("utf-8"))
    rows = [held["features"][name] for name in FEATURES]
    mean, scale, weights = (np.asarray([row[index] for row in rows], np.float64) for index in range(3))
    return Weights(mean, scale, weights, float(held["bias"]))
