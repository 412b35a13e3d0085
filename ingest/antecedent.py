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
        self._seen: list[tuple[int, Citation]] = []

    def add(self, position: int, citation: Citation) -> None:
        """Remember a statute cited at `position`."""
        self._seen.append((bisect_right(self._ends, position), citation))

    def document(self, word: str | None = None, *, same: bool = False) -> Antecedent:
        """The document that `word` (法, 办法, 司法解释; None for any) means; `same` for 同法: the one cited last."""
        fitting = [(sentence, c) for sentence, c in self._seen if word is None or self._fits(c.document, word)]
        if same and fitting and fitting[-1][1].path:
            fitting = fitting[-1:]
        context = self._context
        if not fitting:
            fits = context is not None and (word is None or self._fits(context.document, word))
            return Antecedent(context.at() if context and fits else None)
        return _only([c.at() for sentence, c in fitting if sentence == fitting[-1][0]])

    def home(self, word: str) -> Antecedent:
        """The document that 本法 means: the one the text is a passage of, else as 该法."""
        if self._context is not None:
            return Antecedent(self._context.at())
        return self.document(word)

    def article(self, position: int, *, home: bool = False) -> Antecedent:
        """The article that 该条 or a lone 第二款 means; with `home`, 本条: the text's own article first."""
        context = self._context if self._context and self._context.path else None
        if home and context:
            return Antecedent(context.at(context.path[0]))
        fitting = [(sentence, c) for sentence, c in self._seen if c.path]
        if not fitting:
            return Antecedent(context.at(context.path[0]) if context else None)
        return _only([c.at(c.path[0]) for sentence, c in fitting if sentence == fitting[-1][0]])

    def place(self) -> Citation | None:
        """The place cited last, or the one the text stands in."""
        fitting = [c for _, c in self._seen if c.path]
        return fitting[-1] if fitting else self._context

    @property
    def context(self) -> Citation | None:
        """The statute passage that the text stands in."""
        return self._context

    def _fits(self, document: str, word: str) -> bool:
        for title in self._names.titles(document):
            if title.endswith(_ENDINGS.get(word, (word,))):
                return word not in ("司法解释", "解释") or title.endswith("解释") or _SUPREME_COURT in title
        return False


def _only(citations: list[Citation]) -> Antecedent:
    distinct = list(dict.fromkeys(citations))
    if len(distinct) == 1:
        return Antecedent(distinct[0])
    return Antecedent(None, tuple(dict.fromkeys(citation.document for citation in distinct)))
