"""What one question searches for: several parts of its answer ask for the same."""

from dataclasses import replace
from datetime import date

from rag.index import Index
from rag.retrieve import Hit, Retriever
from rag.scope import SENTENCES

_FOUND = 40
_LONG_QUERY, _TELLING_SENTENCE, _SENTENCES_SEARCHED, _SENTENCE_WEIGHT = 60, 8, 4, 0.6


class Finder:
    """Searches for one question on one day, for the same words once."""

    def __init__(self, index: Index, day: date) -> None:
        self.index = index
        self.day = day
        self._found: dict[str, list[Hit]] = {}

    def search(self, query: str) -> list[Hit]:
        """The passages nearest to a query, 40 at most; of a long one each sentence is searched for too, since one of them asks."""
        if query not in self._found:
            self._found[query] = self._looked_up(query)
        return self._found[query]

    def _looked_up(self, query: str) -> list[Hit]:
        retriever = Retriever(self.index)
        hits = retriever.search(query, _FOUND, self.day)
        sentences = [part for part in SENTENCES.split(query) if len(part) >= _TELLING_SENTENCE]
        if len(query) < _LONG_QUERY or len(sentences) < 2:
            return hits
        best = {hit.key: hit for hit in hits}
        for sentence in sentences[-_SENTENCES_SEARCHED:]:
            for hit in retriever.search(sentence, _FOUND // 2, self.day):
                known = best.get(hit.key)
                score = hit.score * _SENTENCE_WEIGHT + (known.score if known else 0.0)
                best[hit.key] = replace(hit, score=score)
        return sorted(best.values(), key=lambda hit: -hit.score)[:_FOUND]
