"""Putting the candidates for a question in order, by what the embedding in use brings for it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.candidates import Asked, Columns, gather
from rag.embed import Embedder, StaticEmbedder
from rag.known_questions import KnownQuestions
from rag.lexical import Lexical
from rag.ranking import KNOWN, Floats, Ranking, fused, stretched


@dataclass(slots=True)
class Ranker:
    """The ranking and the known questions that lie beside an embedding; both None for a model that brings none."""

    ranking: Ranking | None
    known: KnownQuestions | None
    _counted: "tuple[Columns, Asked] | None" = field(default=None, repr=False)

    @classmethod
    def of(cls, embedder: Embedder) -> "Ranker":
        """The one that belongs to an embedding. Raises UnusableInput when its files are broken."""
        if not isinstance(embedder, StaticEmbedder):
            return cls(None, None)
        return cls(Ranking.load(embedder.folder), KnownQuestions.load(embedder.folder))

    def rank(
        self,
        vector: Floats,
        words: list[str],
        nearest: npt.NDArray[np.int64],
        cosines: Floats,
        lexical: Lexical,
        wide: bool = False,
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """Rows of the word index and their scores between 0 and 1, best first.

        `vector` (length 1) and `words` are those of the question, `nearest` the rows nearest to it with their
        `cosines`. `wide` takes ten times as many by words, for a search that will leave most of them out.
        """
        votes = self.known.votes(vector, KNOWN) if self.known else None
        scores = lexical.scores(words)
        columns = lexical.columns
        if self._counted is None or self._counted[0] is not columns:
            self._counted = columns, Asked.of(columns, self.known)
        rows, signals = gather(columns, self._counted[1], nearest, cosines, scores, votes, wide)
        if not len(rows):
            return rows, np.zeros(0, dtype=np.float32)
        found = stretched(self.ranking.scores(signals) if self.ranking else fused(signals))
        order = np.argsort(-found, kind="stable")
        return rows[order], found[order]
