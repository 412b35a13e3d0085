"""One sentence of a model against the evidence: shown only when everything that can be checked of it holds.

named      every number and key in it is one of the evidence, and there is at least one
cited      what it cites in words exists, says so, and is of the evidence (`rag.check_draft`)
quoted     words in quotation marks stand in the original that it names, or in the user's own words
clean      no address, no markup, no instruction
rendered   its words are those of the places named or of the user, nothing put in that claims, nothing turned (`rendering`)
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ingest.citation import Citation
from ingest.errors import UnusableInput
from ingest.script import to_narrow, to_simplified
from rag.answer import Statement
from rag.check_report import CheckedCitation, CheckReport
from rag.injection import separate_instructions
from rag.prose.evidence import Evidence, Exhibit
from rag.prose.rendering import SameWords, rendered
from rag.prose.replies import Said
from rag.quotation import stands_in
from rag.sentence import quotations

_ADDRESS = re.compile(r"https?:|www\.|\w@\w|!\[|\]\(|<\w+[^>]*>|\b\w+\.(?:com|cn|net|org|io)\b", re.I)
_PROMISE = re.compile(
    r"必胜|必然胜诉|一定(?:会)?(?:胜诉|赢|支持)|肯定(?:会)?(?:胜诉|赢)|保证(?:胜诉|不会)|稳赢|百分之百|100\s?[%％]|毫无疑问|"
    r"(?:无需|不必|无须)(?:再)?核对|绝对(?:不会|会|不构成|构成)|guarantee"
)
_SHORTEST = 6
_SHORTEST_QUOTATION = 4
_LETTERS = re.compile(r"[\u3400-\u9fffA-Za-z0-9]")
_LEADS_IN = re.compile(r"[：:]$")


@dataclass(frozen=True, slots=True)
class Passed:
    """A sentence that may be shown, with the keys that bear it."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Failed:
    """A sentence that may not be shown, and why, for the model and for the record."""

    text: str
    reason: str


class Judge:
    """Holds sentences against one evidence. `check` is the check of drafts, `same` the wordings that say the same."""

    def __init__(self, evidence: Evidence, check: Callable[[str], CheckReport], same: SameWords) -> None:
        self._evidence = evidence
        self._check = check
        self._same = same
        self._keys = {exhibit.citation: exhibit for exhibit in evidence.exhibits}
        self._everything = to_narrow(
            to_simplified("\n".join([evidence.question, *(exhibit.text for exhibit in evidence.exhibits)]))
        )

    def is_key(self, words: str) -> bool:
        """Whether words in brackets are a citation key of the evidence, with or without its version."""
        return self._named(words) is not None

    def judge(self, said: Said) -> Passed | Failed | None:
        """The verdict on a sentence; None for one that claims nothing, such as a lead-in."""
        text = said.text
        if len(_LETTERS.findall(text)) < _SHORTEST or _LEADS_IN.search(text):
            return None
        cited = [self._evidence.numbered(number) for number in said.numbers]
        cited += [self._named(key) for key in said.keys]
        if None in cited:
            return Failed(text, "引用了没有给出的证据编号")
        if _ADDRESS.search(text):
            return Failed(text, "含有网址或标记")
        if separate_instructions(text).found or _PROMISE.search(text):
            return Failed(text, "含有指令或保证")
        report = self._check(text)
        for citation in report.citations:
            if not citation.verdict.is_sound:
                return Failed(text, f"“{citation.raw}”：{citation.message}")
            if not self._is_of_evidence(citation.key, citation.raw):
                return Failed(text, f"“{citation.raw}”不在给出的证据中")
        exhibits = list(dict.fromkeys(exhibit for exhibit in cited if exhibit)) or self._cited_in_words(
            report.citations
        )
        if not exhibits:
            return Failed(text, "没有注明所依据的证据")
        if reason := self._misquoted(text, exhibits) or self._unsupported(text, report.citations, exhibits):
            return Failed(text, reason)
        return Passed(Statement(text=text, citations=list(dict.fromkeys(exhibit.key for exhibit in exhibits))))

    def _named(self, words: str) -> Exhibit | None:
        with suppress(UnusableInput):
            named = Citation.parse(words)
            for known, exhibit in self._keys.items():
                if named in (known, Citation(known.document, None, known.path)):
                    return exhibit
        return None

    def _cited_in_words(self, citations: Sequence[CheckedCitation]) -> list[Exhibit]:
        """The exhibits that a sentence without numbers names: those inside the place cited, else those round it."""
        found: list[Exhibit] = []
        for place in (_unversioned(Citation.parse(citation.key)) for citation in citations if citation.key):
            inside = [one for one in self._evidence.exhibits if place.contains(_unversioned(one.citation))]
            found += inside or [one for one in self._evidence.exhibits if _unversioned(one.citation).contains(place)]
        return list(dict.fromkeys(found))

    def _is_of_evidence(self, key: str | None, raw: str) -> bool:
        """Whether what the sentence cites in words is a place of the evidence, or is named in its words."""
        if key is None:
            return False
        citation = Citation.parse(key)
        return (
            any(_overlap(citation, known) for known in self._keys) or to_narrow(to_simplified(raw)) in self._everything
        )

    def _misquoted(self, text: str, exhibits: Sequence[Exhibit]) -> str | None:
        for quotation in quotations(text):
            words = quotation.words.strip()
            if len(_LETTERS.findall(words)) < _SHORTEST_QUOTATION:
                continue
            if stands_in(words, self._evidence.question):
                continue
            if not any(exhibit.quotable and stands_in(words, exhibit.text) for exhibit in exhibits):
                return f"引号内的“{words[:30]}”不是所引证据的原文"
        return None

    def _unsupported(self, text: str, cited: Sequence[CheckedCitation], exhibits: Sequence[Exhibit]) -> str | None:
        # What the sentence cites in words was checked by itself.
        for citation in sorted(cited, key=lambda one: -one.start):
            text = text[: citation.start] + text[citation.end :]
        sources = [f"{exhibit.title}。{exhibit.text}" for exhibit in exhibits]
        points = [point for exhibit in exhibits for point in exhibit.points]
        return rendered(text, [*sources, *points], self._evidence.question, self._same)


def _overlap(one: Citation, other: Citation) -> bool:
    one, other = _unversioned(one), _unversioned(other)
    return one.contains(other) or other.contains(one)


def _unversioned(citation: Citation) -> Citation:
    return Citation(citation.document, None, citation.path)
