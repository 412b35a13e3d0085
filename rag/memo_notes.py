"""The footnotes of a memo: a place is cited only when it passed the check, and every place cited is kept for the annex."""

import re
from collections.abc import Collection, Iterable
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from rag.authorities import Authorities
from rag.draft import Support
from rag.library import HeldPlace, Library
from rag.memo_parts import Footnote, Mark
from rag.provision import words_of
from rag.relevance import rank
from rag.verify import is_ours, judge, source_of

# Characters of a provision that a footnote quotes; the annex has the whole of it.
_QUOTED = 120
_ITEM_LABEL = re.compile(r"^（[一二三四五六七八九十]+）")
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")


class Notes:
    """Numbers footnotes. `told` are the cases whose status the body states, so that no footnote states it again."""

    def __init__(self, library: Library, authorities: Authorities, as_of: date, told: Collection[str]) -> None:
        self._library = library
        self._authorities = authorities
        self._as_of = as_of
        self._told = set(told)
        self._first: dict[str, int] = {}
        self._refused: set[str] = set()
        self.footnotes: list[Footnote] = []
        self.places: dict[str, HeldPlace] = {}

    @property
    def left_out(self) -> int:
        """How many places are not held, or failed the check."""
        return len(self._refused)

    def cite(self, key: str, reason: str = "") -> Mark | None:
        """A footnote for a place, with the words of it that are nearest to `reason`; None where it may not be cited."""
        place = self._authorities.place(key, reason)
        if place is None:
            self._refused.add(key)
            return None
        return self.cite_place(place, reason)

    def cite_all(self, keys: Iterable[str], reason: str = "", most: int | None = None) -> list[tuple[HeldPlace, Mark]]:
        """The places of several keys with their footnotes, each once, those that may be cited; `most` of them."""
        found: dict[str, tuple[HeldPlace, Mark]] = {}
        for key in keys:
            if len(found) == most:
                break
            place = self._authorities.place(key, reason)
            if place is not None and place.key in found:
                continue
            mark = self.cite(key, reason)
            if place is not None and mark is not None:
                found[place.key] = place, mark
        return list(found.values())

    def cite_place(self, place: HeldPlace, reason: str = "", in_text: str | None = None) -> Mark | None:
        """A footnote for a place that was opened; `in_text` are words of it that the body quotes."""
        words = in_text or self._excerpt(place, reason)
        finding = judge(self._library, place.citation, words, self._as_of)
        if not finding.verdict.is_sound:
            self._refused.add(place.key)
            return None
        first = self._first.get(place.key)
        number = len(self.footnotes) + 1
        source = source_of(finding, Support(place.citation, words))
        remark, status = ("", "") if first else (self._remark(place), self._status(place))
        self.footnotes.append(Footnote(number, source, remark, status, in_text is not None, first))
        self._first.setdefault(place.key, number)
        self.places[place.key] = place
        return Mark(number)

    def _excerpt(self, place: HeldPlace, reason: str) -> str | None:
        """The words that a footnote quotes: the place if it is short, else its sentence nearest to `reason`, if short.

        Nothing where the body has quoted a provision of which this is a part.
        """
        if place.kind is not Kind.STATUTE:
            return None
        quoted = (Citation.parse(note.source.key) for note in self.footnotes if note.in_text)
        if any(whole.contains(place.citation) for whole in quoted):
            return None
        whole = words_of(place)
        if len(place.citation.path) > 2:
            whole = _ITEM_LABEL.sub("", whole)
        if len(whole) <= _QUOTED:
            return whole.replace("\n", "").rstrip("；")
        sentences = [found.strip() for found in _SENTENCE.findall(whole) if found.strip()]
        scores = rank(reason, sentences)
        best = max(range(len(sentences)), key=lambda index: (scores[index], -index))
        found = sentences[best]
        if _ITEM_LABEL.match(found):
            # An item says little without the words that lead the list.
            lead = next((index for index in range(best - 1, -1, -1) if sentences[index].endswith("：")), best)
            between = "……" if best - lead > 1 else ""
            both = f"{sentences[lead]}{between}{found}"
            found = both if lead < best and len(both) <= _QUOTED else sentences[lead]
        found = f"{found.rstrip('；：')}……" if found.endswith(("；", "：")) else found
        return found if len(found) <= _QUOTED else None

    def _remark(self, place: HeldPlace) -> str:
        said = "（摘要）" if is_ours(place) else "" if place.verified else "（文本未经逐字核验）"
        return f"{said}（在法律时点并非现行有效）" if place.in_force is False else said

    def _status(self, place: HeldPlace) -> str:
        """The status of a case where the memo has not stated it yet."""
        short, status = place.citation.document, str(place.document.meta.get("status") or "")
        if place.kind not in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) or short in self._told:
            return ""
        self._told.add(short)
        return status
