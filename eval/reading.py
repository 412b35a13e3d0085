"""Reading an answer: what it cites, what it quotes, and the verdict on each, whatever it says of itself.

    read_answer(answer, asked, shelf, day) -> Reading

Counted are the keys that the answer lists, the citations in its running text, and the words in quotation marks. Not
counted are citations inside words that stand in a cited place (a provision cites other provisions; that is the source
speaking), and citations named only in order to reject them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from eval.judge import gravest, judge
from eval.rejection import rejects, sentence_of
from eval.shelf import Shelf
from rag import Answer, Citation, Doubt, Mention, UnusableInput, Verdict, find_citations, misfits, resolve, stands_in

# Shorter words in quotation marks are terms or names, not quotations.
_SHORTEST_QUOTATION = 12
# How much of the words round a citation must stand in the source for the citation to be the source's own.
_WINDOW = 12
_STRAIGHT = re.compile(r'"([^"\n]+)"')
_OPENING, _CLOSING = "“「『", "”」』"
_NOT_IN_FORCE = re.compile(
    r"尚未施行|尚未生效|未生效|未施行|(?:已经?)?(?:不再有效|失效|废止)|并非有效|not (?:yet )?in force|no longer in force|repealed",
    re.IGNORECASE,
)
_CORRECTING = re.compile(
    r"更正|不符|有误|并非|不是|而非|没有|不正确|\bnot\b|incorrect|correction|does not match|wrong|[?？]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class JudgedCitation:
    """A citation of the answer with the gravest verdict on it. `listed` is False where only the running text has it."""

    citation: Citation
    verdict: Verdict
    listed: bool

    @property
    def key(self) -> str:
        """The citation key, version put in."""
        return str(self.citation)


@dataclass(frozen=True, slots=True)
class JudgedQuotation:
    """Words that are said to stand at a place, and the verdict on them."""

    citation: Citation
    words: str
    verdict: Verdict

    @property
    def stands(self) -> bool:
        """Whether the words stand verbatim in the cited place."""
        return self.verdict is Verdict.EXACT


@dataclass(frozen=True, slots=True)
class Reading:
    """The citations of an answer, each once, and its quotations, each once."""

    citations: tuple[JudgedCitation, ...] = ()
    quotations: tuple[JudgedQuotation, ...] = ()


def read_answer(answer: Answer, asked: str, shelf: Shelf, day: date) -> Reading:
    """Find and judge everything that an answer cites and quotes.

    `asked` is the question with the conversation before it; `day` is the day whose law applies.
    """
    return _Reader(answer, asked, shelf, day).read()


@dataclass(frozen=True, slots=True)
class _Named:
    """A citation in the running text: the mention, and its normal form."""

    mention: Mention
    citation: Citation


class _Reader:
    """One reading of one answer."""

    def __init__(self, answer: Answer, asked: str, shelf: Shelf, day: date) -> None:
        self._answer, self._text, self._asked_text = answer, answer.text, asked
        self._shelf, self._day = shelf, day
        self._listed = self._keys()
        self._source_texts = [text for citation in self._listed for _, text in shelf.texts(citation)]
        self._all_sources = "\n".join(self._source_texts)
        self._quoted = list(quoted_spans(self._text))
        # Whatever the version: a question about the number of 2010 is answered by naming that number.
        self._asked = {replace(named.citation, version=None) for named in self._mentions(asked)}
        self._named = [named for named in self._mentions(self._text) if not self._is_source_speaking(named.mention)]
        self._marked = bool(_NOT_IN_FORCE.search(self._text))

    def read(self) -> Reading:
        quotations = list(dict.fromkeys([*self._listed_quotations(), *self._quotations_in_text()]))
        verdicts: dict[Citation, list[Verdict]] = {}
        for citation in self._listed:
            verdicts[citation] = [self._judge(citation)]
        for named in self._named:
            if not self._is_rejected(named):
                doubtful = named.mention.doubt is Doubt.AMBIGUOUS
                verdict = Verdict.AMBIGUOUS if doubtful else self._judge(named.citation)
                verdicts.setdefault(named.citation, []).append(verdict)
        for quotation in quotations:
            verdicts.setdefault(quotation.citation, []).append(quotation.verdict)
        for citation in self._mismatched():
            verdicts.setdefault(citation, []).append(Verdict.MISMATCH)
        judged = [JudgedCitation(c, gravest(found), c in self._listed) for c, found in verdicts.items()]
        return Reading(tuple(citation for citation in judged if self._counts(citation)), tuple(quotations))

    def _counts(self, judged: JudgedCitation) -> bool:
        """Whether a citation is one of the answer's: not one that it rejects, and no listed place named again as a whole."""
        if not judged.verdict.is_sound:
            return not self._only_rejected(judged.citation)
        return judged.listed or not any(judged.citation.contains(listed) for listed in self._listed)

    def _judge(self, citation: Citation, words: str | None = None) -> Verdict:
        return judge(self._shelf, citation, words, self._day, marked=self._marked)

    # --- what is cited ------------------------------------------------------------------------------------------------

    def _keys(self) -> list[Citation]:
        """Every key that the answer lists anywhere, normal, each once."""
        answer = self._answer
        keys = [source.key for source in answer.citations]
        keys += [key for statement in answer.statements for key in statement.citations]
        for defense in answer.defenses:
            keys += [key for element in defense.elements for key in element.citations]
            keys += [*defense.supporting, *defense.adverse]
        return list(dict.fromkeys(self._normal(key) for key in keys))

    def _normal(self, key: str) -> Citation:
        return self._shelf.normal(parse_key(key), self._day)

    def _mentions(self, text: str) -> list[_Named]:
        """The citations of places and of cases in a running text; a law that is only named cites nothing."""
        found = []
        for raw in find_citations(text, self._shelf.catalogue.names):
            mention = resolve(raw, self._shelf.catalogue, self._day)
            citation = mention.citation
            if citation is None or not (citation.path or citation.is_case):
                continue
            if mention.doubt is Doubt.AMBIGUOUS and not citation.path:
                continue  # a nickname that fits several cases
            found.append(_Named(mention, self._shelf.normal(citation, self._day)))
        return found

    def _is_source_speaking(self, mention: Mention) -> bool:
        """Whether a citation stands inside words that are those of a cited place."""
        if any(start <= mention.start and mention.end <= end for start, end in self._quoted):
            return True
        left, right = sentence_of(self._text, mention.start, mention.end)
        around = (
            self._text[max(left, mention.start - _WINDOW) : mention.end],
            self._text[mention.start : min(right, mention.end + _WINDOW)],
        )
        # The label of a source repeats its key and nothing else: such a citation is the answer's own.
        enough = len(mention.raw) + _WINDOW // 2
        return any(len(words) >= enough and self._stands_in_sources(words) for words in around)

    def _stands_in_sources(self, words: str) -> bool:
        # What stands in none of them, read as one text, stands in no single one.
        return stands_in(words, self._all_sources) and any(stands_in(words, text) for text in self._source_texts)

    def _is_rejected(self, named: _Named) -> bool:
        lapsed = self._shelf.lapsed(named.citation, self._day)
        return rejects(
            self._text, named.mention, asked=replace(named.citation, version=None) in self._asked, lapsed=lapsed
        )

    def _only_rejected(self, citation: Citation) -> bool:
        """Whether the text names this citation, and every time in order to reject it."""
        places = [named for named in self._named if named.citation == citation]
        return bool(places) and all(self._is_rejected(named) for named in places)

    # --- what is quoted -----------------------------------------------------------------------------------------------

    def _listed_quotations(self) -> Iterator[JudgedQuotation]:
        for source in self._answer.citations:
            if source.quote and source.quote.strip():
                citation = self._normal(source.key)
                yield JudgedQuotation(citation, source.quote, self._judge(citation, source.quote))

    def _quotations_in_text(self) -> Iterator[JudgedQuotation]:
        for start, end in self._quoted:
            words = self._text[start:end]
            if len(plain(words)) < _SHORTEST_QUOTATION or self._is_narrated(start, end):
                continue
            bearers = self._bearers(words, start)
            verdicts = [(citation, self._judge(citation, words)) for citation in bearers]
            exact = [pair for pair in verdicts if pair[1] is Verdict.EXACT]
            if exact:
                yield JudgedQuotation(exact[0][0], words, Verdict.EXACT)
            elif verdicts and not stands_in(words, self._asked_text):
                citation, verdict = verdicts[0]
                yield JudgedQuotation(citation, words, verdict)

    def _is_narrated(self, start: int, end: int) -> bool:
        """Whether the quotation marks are those of a cited place: a digest that reports somebody's words."""
        with_marks = plain(self._text[start - 1 : end + 1])
        return any(with_marks in plain(text) for text in self._source_texts)

    def _bearers(self, words: str, start: int) -> list[Citation]:
        """The places that must hold words quoted in the text, the likeliest first.

        Those of the statement that quotes them; without one, the places named before them in the paragraph; without any,
        everything that the answer lists.
        """
        stated = [
            self._normal(key)
            for statement in self._answer.statements
            if words in statement.text
            for key in statement.citations
        ]
        paragraph = self._text.rfind("\n\n", 0, start) + 1
        near = [named.citation for named in self._named if paragraph <= named.mention.start < start][::-1]
        if stated:
            return list(dict.fromkeys([*(citation for citation in near if citation in stated), *stated]))
        return list(dict.fromkeys(near or self._listed))

    # --- what is said of a case ---------------------------------------------------------------------------------------

    def _mismatched(self) -> Iterator[Citation]:
        """The citations of cases beside which the answer states another court, date, amount or outcome.

        Only a paragraph that speaks of one case is judged: with two, nobody can tell whose amount it is.
        """
        for start, end in _paragraphs(self._text):
            here = {named.citation for named in self._named if start <= named.mention.start < end}
            for statement in self._answer.statements:
                if statement.text and statement.text in self._text[start:end]:
                    here.update(self._normal(key) for key in statement.citations)
            cases = {citation.document for citation in here if self._shelf.case(citation.document) is not None}
            if len(cases) != 1:
                continue
            meta = self._shelf.case(next(iter(cases))) or {}
            if misfits(self._own_words(start, end), meta):
                told = [citation for citation in here if citation.document in cases]
                listed = [citation for citation in self._listed if citation.document in cases]
                yield from [citation for citation in listed if citation in told] or listed or told

    def _own_words(self, start: int, end: int) -> str:
        """What a paragraph says in words of the answer's own: not the source's, not in quotation marks, no correction."""
        kept = []
        for left, right in _sentences(self._text, start, end):
            sentence = self._text[left:right]
            quoted = any(first < right and left < last for first, last in self._quoted)
            if not (quoted or _CORRECTING.search(sentence)):
                kept.append(self._without_source(sentence))
        return "".join(kept)

    def _without_source(self, sentence: str) -> str:
        """What is left of a sentence without the words of a source; a label before a colon is the answer's own."""
        for start in (0, *(match.end() for match in re.finditer("[：:]", sentence))):
            # A bare figure behind a label (判赔金额：5000元) stands somewhere in most sources and proves nothing.
            long_enough = len(plain(sentence[start:])) >= _WINDOW
            if long_enough and self._stands_in_sources(sentence[start:]):
                return sentence[:start]
        return sentence


def parse_key(key: str) -> Citation:
    """A key as an answer or a dataset writes it; one that cannot be parsed is a document that nobody holds.

    >>> parse_key("著作权法@2020/24").path, parse_key("/").document
    (('24',), '/')
    """
    try:
        return Citation.parse(key)
    except UnusableInput:
        return Citation(key)


def plain(text: str) -> str:
    """A text without white space and with characters in their narrow width, for comparing.

    >>> plain("（六） 為 ＡＩ")
    '(六)為AI'
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


def quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """The words in quotation marks, outermost only, marks left out; a mark left open ends with its paragraph.

    >>> [("甲“乙“丙”丁”戊")[slice(*span)] for span in quoted_spans("甲“乙“丙”丁”戊")]
    ['乙“丙”丁']
    """
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, character in enumerate(text):
        if character in _OPENING:
            opened.append(place)
        elif character in _CLOSING and opened:
            start = opened.pop()
            if not opened:
                found.append((start + 1, place))
        elif character == "\n" and text[place + 1 : place + 2] == "\n":
            opened.clear()
    inside = [match.span(1) for match in _STRAIGHT.finditer(text)]
    found += [span for span in inside if not any(start <= span[0] < end for start, end in found)]
    yield from sorted(found)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\n\s*\n|\Z", text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()


def _sentences(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    position = start
    while position < end:
        stop = min(sentence_of(text, position, position + 1)[1], end)
        yield position, max(stop, position + 1)
        position = max(stop, position + 1)
