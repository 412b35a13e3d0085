"""What 同法, 该办法, 第二款 and a lone 第二十四条 point back to: exactly one antecedent, or none."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from ingest.citation import Citation
from ingest.names import Names

_SENTENCE_END = re.compile(r"[。!?！？\n]")
_ENDINGS = {
    "法": ("法", "法典"),
    "法律": ("法", "法典"),
    "司法解释": ("解释", "规定", "批复"),
    "解释": ("解释", "规定"),
}
_SUPREME_COURT = "最高人民法院"
_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Antecedent:
    """One antecedent, or the documents between which the text does not decide (`candidates`; empty: nothing)."""

    citation: Citation | None
    candidates: tuple[str, ...] = ()


class Antecedents:
    """The statutes cited so far, by sentence, and the passage or conversation the text stands in (`context`).

    The nearest sentence that cites anything fitting decides; where it cites two, nothing is decided.
    """

    def __init__(self, folded: str, names: Names, context: Citation | None) -> None:
        self._ends = [match.start() for match in _SENTENCE_END.finditer(folded)]
        self._names = names
        self._context = None if context is None or context.is_case else context
        # The last place cited in each document and in each article, with its sentence, the latest last.
        self._documents: dict[Citation, tuple[int, Citation]] = {}
        self._articles: dict[Citation, tuple[int, Citation]] = {}
        self._place: Citation | None = None
        self._known_fits: dict[tuple[str, str], bool] = {}

    def add(self, position: int, citation: Citation) -> None:
        """Remember a statute cited at `position`."""
        seen = bisect_right(self._ends, position), citation
        self._documents.pop(citation.at(), None)
        self._documents[citation.at()] = seen
        if citation.path:
            article = citation.at(citation.path[0])
            self._articles.pop(article, None)
            self._articles[article] = seen
            self._place = citation

    def document(self, word: str | None = None, *, same: bool = False) -> Antecedent:
        """The document that `word` (法, 办法, 司法解释; None for any) means; `same` for 同法: the one cited last."""
        fitting: list[Citation] = []
        nearest = -1
        for document, (sentence, last) in reversed(self._documents.items()):
            if fitting and sentence != nearest:
                break
            if word is None or self._fits(document.document, word):
                fitting.append(document)
                nearest = sentence
                if same and last.path:
                    break
        if not fitting:
            context = self._context
            fits = context is not None and (word is None or self._fits(context.document, word))
            return Antecedent(context.at() if context and fits else None)
        return _only(fitting)

    def only_document(self) -> Citation | None:
        """The only statute cited in the whole text so far; None for none or several."""
        return next(iter(self._documents)) if len(self._documents) == 1 else None

    def home(self, word: str) -> Antecedent:
        """The document that 本法 means: the one the text is a passage of, else as 该法."""
        if self._context is not None:
            return Antecedent(self._context.at())
        return self.document(word)

    def article(self, *, home: bool = False) -> Antecedent:
        """The article that 该条 or a lone 第二款 means; with `home`, 本条: the text's own article first."""
        context = self._context if self._context and self._context.path else None
        if home and context:
            return Antecedent(context.at(context.path[0]))
        if not self._articles:
            return Antecedent(context.at(context.path[0]) if context else None)
        fitting: list[Citation] = []
        nearest = -1
        for article, (sentence, _) in reversed(self._articles.items()):
            if fitting and (sentence != nearest or len(fitting) > _MOST_CANDIDATES):
                break
            fitting.append(article)
            nearest = sentence
        return _only(fitting)

    def place(self) -> Citation | None:
        """The place cited last, or the one the text stands in."""
        return self._place or self._context

    @property
    def context(self) -> Citation | None:
        """The statute passage that the text stands in."""
        return self._context

    def _fits(self, document: str, word: str) -> bool:
        if (document, word) not in self._known_fits:
            titles = [title for title in self._names.titles(document) if title.endswith(_ENDINGS.get(word, (word,)))]
            judicial = any(title.endswith("解释") or _SUPREME_COURT in title for title in titles)
            self._known_fits[document, word] = judicial if word in ("司法解释", "解释") else bool(titles)
        return self._known_fits[document, word]


def _only(citations: list[Citation]) -> Antecedent:
    if len(citations) == 1:
        return Antecedent(citations[0])
    return Antecedent(None, tuple(dict.fromkeys(citation.document for citation in reversed(citations))))
