"""From a question to passages: the places it cites, then the words it uses and what it means, in one ranking.

1. The exact route: places cited in the question (第二十四条, a case number) come first, as they stand in the corpus.
2. The vectors, the words (BM25) and the known questions each bring candidates, and the ranking puts them in one order
   (rag/ranker.py). Models that bring no ranking are fused by fixed weights.
3. Passages of a document that the question names, without saying where, are ranked among themselves as well.
4. Law not in force on the date asked about is left out unless its version is asked for by name.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.citation import Citation
from ingest.document import Kind
from ingest.find import find_citations
from ingest.resolve import resolve
from rag.index import Index
from rag.library import HeldPlace
from rag.ranking import DENSE_WEIGHT, LEXICAL_WEIGHT, NEAREST, stretched
from rag.store import StoredPassage

_DEPTH = 100
# Who names a case asks about that case; who names a law asks what follows from it, and judgments may say so better.
_NAMED_WEIGHT, _LAW_NAMED_WEIGHT = 2.0, 0.5

# Number of the unit (0 built-in, 1 workspace) and id of a passage in it.
_Row = tuple[int, int]


class Route(StrEnum):
    """How a passage was found."""

    EXACT = "exact"
    NAMED = "named"
    FUSED = "fused"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` falls along the list; more than 1 only for places cited in the query."""

    place: HeldPlace
    score: float
    route: Route

    @property
    def citation(self) -> Citation:
        """Where the passage stands."""
        return self.place.citation

    @property
    def key(self) -> str:
        """The citation key, without the tail of a split passage."""
        return self.place.key

    @property
    def title(self) -> str:
        """The full title of the document."""
        return self.place.title

    @property
    def text(self) -> str:
        """The words of the passage."""
        return self.place.text

    @property
    def kind(self) -> Kind:
        """What the document is."""
        return self.place.kind


@dataclass(frozen=True, slots=True)
class Retriever:
    """Searches one workspace over the built-in corpus."""

    index: Index

    def search(
        self, query: str, k: int = 10, as_of: date | None = None, kinds: Collection[Kind] | None = None
    ) -> list[Hit]:
        """The `k` best passages, best first, each key once; fewer when fewer have anything to do with the query.

        `as_of` is today unless given; `kinds` limits the kinds of documents. Raises IndexMismatch when the user's own
        passages were indexed by another model, ServiceFailure when the disk or the Chroma server fails.
        """
        if not query.strip() or k < 1:
            return []
        day = as_of or date.today()
        self.index.require_current()
        exact, named, rest = self._cited(query, day)
        hits: dict[str, Hit] = {}
        for number, cited in enumerate(exact):
            if kinds is None or cited.kind in kinds:
                hits.setdefault(cited.key, Hit(cited, 2.0 - number / (len(exact) + 1), Route.EXACT))
        versions = {(place.citation.document, place.citation.version) for place in exact}
        for place, score, route in self._places(self._ranked(rest, k, kinds, named), k, day):
            if len(hits) >= k:
                break
            if place is None or (kinds is not None and place.kind not in kinds):
                continue
            asked = (place.citation.document, place.citation.version) in versions | named
            if place.in_force is False and not asked:
                continue
            hits.setdefault(place.key, Hit(place, score, route))
        return list(hits.values())[:k]

    def _cited(self, query: str, as_of: date) -> tuple[list[HeldPlace], set[tuple[str, str | None]], str]:
        """The places that the query cites, the (short name, version) of documents it names as a whole, and the rest.

        The rest is what is asked about them: numbers and names would only find passages that cite the same places.
        """
        library = self.index.library
        places: list[HeldPlace] = []
        named: set[tuple[str, str | None]] = set()
        rest, last = [], 0
        catalogue = library.catalogue()
        for mention in find_citations(query, catalogue.names):
            citation = resolve(mention, catalogue, as_of).citation
            if citation is None:
                continue
            place = library.place(citation, as_of) if citation.path else None
            document = library.document(citation.document, citation.version, as_of)
            if place is not None:
                places.append(place)
            elif document is not None:
                named.add((document.citation.document, document.citation.version))
            if document is not None:
                rest.append(query[last : mention.start])
                last = max(last, mention.end)
        asked = " ".join([*rest, query[last:]])
        return places, named, asked if self.index.cutter.words(asked) else query

    def _ranked(
        self, query: str, k: int, kinds: Collection[Kind] | None, named: set[tuple[str, str | None]]
    ) -> Iterable[tuple[_Row, float, Route]]:
        """All candidates with their score between 0 and 1, best first."""
        index = self.index
        words = index.cutter.words(query)
        lexical = index.lexical()
        vector = index.embedder.embed([query])[0]
        where: dict[str, Any] | None = {"kind": {"$in": [kind.value for kind in kinds]}} if kinds else None
        nearest = self._nearest(vector, max(NEAREST, min(5 * k, 500)), where)
        located = lexical.locate(np.array([near[:2] for near in nearest], dtype=np.int64).reshape(-1, 2))
        cosines = np.array([near[2] for near in nearest], dtype=np.float32)
        held = located >= 0
        found, ranked = index.ranker().rank(vector, words, located[held], cosines[held], lexical, bool(kinds))
        owners = lexical.rows[found].tolist()
        scores: dict[_Row, float] = {
            (unit, passage): float(score) for (unit, passage), score in zip(owners, ranked, strict=True)
        }
        favoured: set[_Row] = set()
        top = 1.0
        for short, version in sorted(named, key=str):
            kind = index.library.catalogue().names.kind(short)
            rows = self._rows_of(short, version)
            favoured.update(rows)
            within = np.array(rows, dtype=np.int64).reshape(-1, 2)
            weight = _LAW_NAMED_WEIGHT if kind is Kind.STATUTE else _NAMED_WEIGHT
            top = max(top, 1.0 + weight)
            _add(scores, lexical.search(words, len(rows), within), weight * LEXICAL_WEIGHT)
            _add(scores, self._nearest(vector, _DEPTH, {"document": short}), weight * DENSE_WEIGHT)
        for row, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
            yield row, score / top, Route.NAMED if row in favoured else Route.FUSED

    def _nearest(
        self, vector: NDArray[np.float32], k: int, where: dict[str, Any] | None
    ) -> list[tuple[int, int, float]]:
        """(Unit, passage id, cosine) by the similarity of the passage's best piece, those of all units in one order."""
        found: dict[_Row, float] = {}
        for number, unit in self.index.vectors():
            nearest = unit.vectors.nearest(vector, k, where)
            owners = unit.store.owners([identity for identity, _ in nearest])
            for identity, score in nearest:
                if identity in owners:
                    found.setdefault((number, owners[identity]), score)
        ranked = sorted(found.items(), key=lambda item: -item[1])[:k]
        return [(unit, passage, score) for (unit, passage), score in ranked]

    def _rows_of(self, short: str, version: str | None) -> list[_Row]:
        units = self.index.units()
        return [
            (0 if document.builtin else 1, passage)
            for document in self.index.library.versions(short)
            if document.citation.version == version
            for passage in units[0 if document.builtin else 1].store.searched_ids(document.stored.id)
        ]

    def _places(
        self, ranked: Iterable[tuple[_Row, float, Route]], k: int, as_of: date
    ) -> Iterator[tuple[HeldPlace | None, float, Route]]:
        """The place of each row, None where another copy wins over it; read from the stores `k` at a time."""
        units, rows = self.index.units(), iter(ranked)
        while batch := list(islice(rows, k)):
            stored: dict[_Row, StoredPassage] = {}
            for number, unit in enumerate(units):
                wanted = [identity for (owner, identity), _, _ in batch if owner == number]
                stored |= {(number, identity): one for identity, one in unit.store.passages_by_id(wanted).items()}
            for row, score, route in batch:
                passage = stored.get(row)
                yield self.index.library.held(passage, row[0] == 0, as_of) if passage else None, score, route


def _add(scores: dict[_Row, float], ranking: Sequence[tuple[int, int, float]], weight: float) -> None:
    """Add what a ranking says, its scores stretched so that the best is 1 and the worst 0."""
    shares = stretched(np.array([score for _, _, score in ranking], dtype=np.float32))
    for (unit, passage, _), share in zip(ranking, shares.tolist(), strict=True):
        scores[unit, passage] = scores.get((unit, passage), 0.0) + weight * share
