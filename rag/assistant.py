"""From a question to a checked answer, on one page.

read      what the question cites, means and asks, in the light of the conversation (`question`)
compose   drafts from the statutes, the cases, the commentary or the defences, each naming the places that bear it
admit     only drafts whose every citation exists and whose every quoted word stands there (`verify`)
answer    the statements that passed, their sources, the warnings a reader needs
"""

import re
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version as distribution_version
from itertools import chain
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from ingest.citation import Citation
from ingest.document import Kind
from ingest.errors import NotFound, UnusableInput
from ingest.find import find_citations
from ingest.numerals import to_int
from rag.answer import Answer, AnswerKind, Defense, Provenance, Source, Statement, Strength, Turn
from rag.captions import load_captions
from rag.case_list import introduced, listed, wish
from rag.cases import CaseDesk, CaseFile, about_case, are_instances, asks_for_fact, several_fit
from rag.check_report import CheckReport
from rag.concepts import ConceptDesk, Leaning, about_commentary, about_concept, leaning, notes_on
from rag.concordance import load_concordance
from rag.draft import Draft
from rag.index import Index, open_index
from rag.lexicon import load_lexicon
from rag.library import HeldDocument
from rag.provision import words_of
from rag.question import Question, Reader
from rag.relevance import rank, terms
from rag.retrieve import Hit, Retriever, Route
from rag.scope import in_scope, load_field
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.statutes import (
    StatuteDesk,
    about_document,
    asks_about_document,
    asks_for_preamble,
    cited_places,
    preamble,
    says_something,
)
from rag.verify import Admitted, admit, written_out

LONGEST_QUESTION = 20_000
_GENERATOR = "extractive"
_FOUND = 40
_SHORTEST = 3
_SENTENCES = re.compile(r"[。？！?!；;\n]+")
_LONG_QUERY, _TELLING_SENTENCE, _SENTENCES_SEARCHED, _SENTENCE_WEIGHT = 60, 8, 4, 0.6
# A question that names a law or a case, or asks for one, wants the defences only when it says so.
_WANTS_DEFENCE = re.compile(r"抗辩|答辩|应诉|辩护|反驳|怎么辩|如何辩|怎么应对|如何应对|胜算|defen[cs]e", re.I)
_QUOTED = re.compile(r"[“\"「]([^”\"」]{6,80})[”\"」]")
_SAME_COURT = re.compile(r"同一(?:个|家)?法院|该法院|该院|这家法院|这个法院|the same court", re.I)
# The share of a question's terms that a passage of a named document must hold to be shown first.
_SPEAKS_OF_IT = 0.15
# A passage of another source is shown beside what the question names from this share of its terms on; a question
# about a named case is taken to ask for more from so many characters on.
_BESIDE, _LONG = 0.3, 30


class LookupResult(BaseModel):
    """One place, as `lookup` gives it. Dates are ISO; `in_force` is true for anything but repealed or future law."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    text: str
    version: str | None
    in_force: bool
    effective: str | None
    source_kind: Kind
    verified: bool


class SearchHit(BaseModel):
    """One passage, as `search` gives it; the score falls along the list."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    text: str
    score: float


@dataclass(slots=True)
class _Composed:
    """Drafts with the kind of answer they make."""

    kind: AnswerKind
    drafts: list[Draft]
    defenses: list[Defense] = field(default_factory=list)
    clarify: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Assistant:
    """Answers questions over one workspace and the built-in corpus; every citation is checked before it is shown.

        assistant = Assistant()
        answer = assistant.ask("著作权法第二十四条第一款第（六）项")
        answer.citations[0].key    # 著作权法@2020/24/1/6

    The first use builds the index of the built-in corpus, which takes some seconds.
    """

    def __init__(self, workspace: str = DEFAULT_WORKSPACE, settings: Settings | None = None) -> None:
        """Open a workspace. Raises UnusableInput for a name that cannot be one, ServiceFailure when the disk fails."""
        self.settings = settings or Settings.from_env()
        self._index: Index = open_index(self.settings, workspace)
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    # --- doors -------------------------------------------------------------------------------------------------------

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        """Answer a question. `history` holds the earlier turns, oldest first; `as_of` is the day whose law applies.

        Raises UnusableInput for an empty, over-long or unreadable question.
        """
        *_, answer = self.stream(question, history, as_of, id)
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Iterator[Statement | Answer]:
        """The statements of the answer as they pass the check, then the answer itself."""
        started = time.perf_counter()
        _require_readable(question)
        day = as_of or date.today()
        read = self._read(question, history)
        understood = time.perf_counter()
        composed = self._compose(read, day)
        written = time.perf_counter()
        admitted = admit(self._index.library, composed.drafts, day)
        yield from admitted.statements
        timings = {
            "read": understood - started,
            "compose": written - understood,
            "verify": time.perf_counter() - written,
            "total": time.perf_counter() - started,
        }
        yield self._answer(id or uuid4().hex[:12], read, composed, admitted, day, timings)

    def lookup(self, citation: str, as_of: date | None = None) -> LookupResult:
        """The words at a cited place, given in any form or as a key. Raises NotFound when there is no such place here."""
        _require_readable(citation)
        day = as_of or date.today()
        library = self._index.library
        wanted = self._cited(citation)
        place = library.place(wanted, day) if wanted else None
        if place is None:
            raise NotFound(self._why_missing(citation, wanted, day))
        return LookupResult(
            key=place.key,
            title=place.title,
            text=words_of(place),
            version=place.document.stored.adopted or place.version,
            in_force=place.in_force is not False,
            effective=place.effective,
            source_kind=place.kind,
            verified=place.verified,
        )

    def search(
        self, query: str, k: int = 10, as_of: date | None = None, kinds: Collection[Kind] | None = None
    ) -> list[SearchHit]:
        """The passages nearest to a query, best first."""
        _require_readable(query)
        hits = Retriever(self._index).search(query, k, as_of, kinds)
        return [SearchHit(key=hit.key, title=hit.title, text=hit.text, score=round(hit.score, 6)) for hit in hits]

    def check(self, text: str, as_of: date | None = None) -> CheckReport:
        """Every citation of a statute or a case in a draft, each with one verdict, its reason and the right place."""
        from rag.check_draft import DraftCheck

        corpus = self.settings.corpus
        return DraftCheck(
            self._index.library, load_captions(corpus), load_concordance(corpus), as_of or date.today()
        ).check(text)

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _read(self, question: str, history: Sequence[Turn]) -> Question:
        library = self._index.library
        with self._lock:
            if library.refresh() or self._reader is None:
                self._reader = Reader(library, load_lexicon(self.settings.corpus), load_field(self.settings.corpus))
        return self._reader.read(question, history)

    def _compose(self, question: Question, day: date) -> _Composed:
        """Which answer a question gets: the most particular thing it names decides."""
        library, corpus = self._index.library, self.settings.corpus
        statutes = StatuteDesk(library, load_concordance(corpus), load_captions(corpus), day)
        concepts = ConceptDesk(library, statutes, corpus, day)
        if not re.search(r"\w", question.text):
            return _instructions_only(question) if question.injected else _too_short(question)
        facts = self._defences(question, day)
        if facts:
            return facts
        field = load_field(corpus)
        if question.inherited and field.is_elsewhere(question.text) and not field.holds(question.text):
            return _nothing_here(question)
        drafts: list[Draft] = []
        kinds: list[AnswerKind] = []
        if question.cases:
            kinds.append(AnswerKind.CASE)
            drafts += self._about_cases(question, day)
        cited = [mention.citation for mention in question.places if mention.citation and mention.citation.path]
        if cited:
            in_law = any((held := library.document(c.document)) and held.kind is Kind.STATUTE for c in cited)
            kinds.append(AnswerKind.STATUTE if in_law else AnswerKind.CONCEPT)
            drafts += [*cited_places(question, statutes), *self._notes_on_cited(concepts, question, day)]
        whole = [mention.citation for mention in question.places if mention.citation and not mention.citation.path]
        for citation in whole:
            document = library.document(citation.document, citation.version, day)
            about = self._about(statutes, document, question) if document else []
            if document and about:
                kinds.append(AnswerKind.STATUTE if document.kind is Kind.STATUTE else AnswerKind.CONCEPT)
                drafts += about
        if question.inherited and question.cases and (same := self._same_court(question, day)):
            return _Composed(AnswerKind.CASE, introduced(same, question))
        if drafts and self._is_told(question, whole):
            beside = self._beside(question, concepts, day) if any(draft.supports for draft in drafts) else []
            return _Composed(kinds[0], [*drafts, *beside, *self._unheld(question)])
        if question.unheld and not (question.cases or question.places):
            return _Composed(AnswerKind.ABSTAIN, self._unheld(question))
        if question.loose and not drafts and not says_something(question.topic):
            return _which_law(question)
        wanted = None if question.places else wish(question.text)
        if wanted and not wanted.is_empty and (found := listed(library, wanted, question, day)):
            return _Composed(AnswerKind.CASE, introduced(found, question))
        return self._general(question, concepts, day, drafts)

    def _beside(self, question: Question, desk: ConceptDesk, day: date) -> list[Draft]:
        """What other sources say of the rest of a question that names its place or its case."""
        if not says_something(question.topic) or (
            question.cases and len(question.topic) < _LONG and not question.inherited
        ):
            return []
        hits = self._search(question.topic, day)
        named = {short for case in question.cases for short in case.documents}
        named |= {mention.citation.document for mention in question.places if mention.citation}
        others = [hit for hit in hits if hit.citation.document not in named]
        parts = [part for part in _SENTENCES.split(question.topic) if says_something(part)] or [question.topic]
        scores = [rank(part, [hit.text for hit in others]) for part in parts]
        near = [hit for index, hit in enumerate(others) if max(score[index] for score in scores) >= _BESIDE][:2]
        near += [hit for hit in others if self._is_about(hit, named) and hit not in near][:2]
        return about_concept(desk, question, [], near) if near else []

    def _is_about(self, hit: Hit, named: set[str]) -> bool:
        """Whether a note was written about one of the documents named."""
        return hit.kind is Kind.NOTE and not named.isdisjoint(hit.place.document.meta.get("about") or ())

    def _same_court(self, question: Question, day: date) -> list[Draft]:
        """The other cases of the court that the conversation is about, when the question asks for them."""
        if not _SAME_COURT.search(question.text):
            return []
        named = question.cases[0].documents[0]
        document = self._index.library.document(named, None, day)
        court = str(document.meta.get("court") or "") if document else ""
        wanted = wish(f"{_SAME_COURT.sub(court, question.text)}有哪些案件")
        return listed(self._index.library, wanted, question, day, but=named) if court and wanted else []

    def _about(self, desk: StatuteDesk, document: HeldDocument, question: Question) -> list[Draft]:
        """A document as a whole: dates and issuer of a statute, authors and outline of a commentary."""
        if document.kind is Kind.NOTE:
            case = CaseFile.open(self._index.library, document.citation.document, desk.as_of)
            lexicon = load_lexicon(self.settings.corpus)
            return about_case(CaseDesk(self._index.library, lexicon, desk.as_of), case, question) if case else []
        if document.kind is not Kind.COMMENTARY:
            return [*preamble(desk, document, question), *about_document(desk, document, question)]
        passages = self._index.library.passages(document.citation.document, document.citation.version, desk.as_of)
        headings = list(dict.fromkeys(heading for place in passages for heading in place.headings))
        return about_commentary(document, headings, question)

    def _is_told(self, question: Question, whole: Sequence[Citation]) -> bool:
        """Whether what the question names answers it, so that nothing need be searched for."""
        adds = says_something(question.topic)
        if question.inherited and all(mention.start == mention.end for mention in question.places):
            # The place comes from the conversation; what the question adds of its own has to be looked up.
            return bool(question.cases) or not terms(question.topic.removesuffix(question.earlier))
        kinds = {held.kind for citation in whole if (held := self._index.library.document(citation.document))}
        if Kind.COMMENTARY in kinds or leaning(question.text) is Leaning.COMMENTARY:
            return not adds
        if question.cases or not whole or not adds:
            return True
        about = asks_about_document(question.text) or asks_for_preamble(question.text)
        return kinds == {Kind.NOTE} or (kinds == {Kind.STATUTE} and about)

    def _general(self, question: Question, desk: ConceptDesk, day: date, before: list[Draft]) -> _Composed:
        """A question that cites nothing in particular: by retrieval, if the corpus has anything to do with it."""
        hits = self._numbered(question, self._search(self._query(question), day))
        if not question.places and not in_scope(load_field(self.settings.corpus), question.text, question.topic, hits):
            short = len(re.findall(r"\w", question.text)) < _SHORTEST
            return _too_short(question) if short else _nothing_here(question)
        found = about_concept(desk, question, self._inside(question, day), hits)
        side = leaning(question.text)
        if question.inherited or side is Leaning.COMMENTARY:
            drafts = [*found, *before]
        else:
            drafts = [*before, *self._case_described(question, hits, day), *found]
        kind = {Leaning.LAW: AnswerKind.STATUTE, Leaning.CASES: AnswerKind.CASE}.get(side, AnswerKind.CONCEPT)
        return _Composed(kind, drafts + self._unheld(question))

    def _search(self, query: str, day: date) -> list[Hit]:
        """The passages nearest to a query; of a long one each sentence is searched for too, since one of them asks."""
        retriever = Retriever(self._index)
        hits = retriever.search(query, _FOUND, day)
        sentences = [part for part in _SENTENCES.split(query) if len(part) >= _TELLING_SENTENCE]
        if len(query) < _LONG_QUERY or len(sentences) < 2:
            return hits
        best = {hit.key: hit for hit in hits}
        for sentence in sentences[-_SENTENCES_SEARCHED:]:
            for hit in retriever.search(sentence, _FOUND // 2, day):
                known = best.get(hit.key)
                score = hit.score * _SENTENCE_WEIGHT + (known.score if known else 0.0)
                best[hit.key] = replace(hit, score=score)
        return sorted(best.values(), key=lambda hit: -hit.score)[:_FOUND]

    def _numbered(self, question: Question, hits: list[Hit]) -> list[Hit]:
        """Where the question gives the number of an article and no law, the articles of that number first."""
        numbers = set(
            re.findall(r"第([0-9]+|[一二三四五六七八九十百]+)条", "".join(mention.raw for mention in question.loose))
        )
        wanted = {str(to_int(number)) for number in numbers}
        return sorted(hits, key=lambda hit: not (hit.kind is Kind.STATUTE and hit.citation.path[0] in wanted))

    def _case_described(self, question: Question, hits: Sequence[Hit], day: date) -> list[Draft]:
        """What a question asks of a case that it describes without naming: of the case found first."""
        lexicon = load_lexicon(self.settings.corpus)
        judgments = (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST)
        first = next((hit for hit in hits if hit.kind in judgments), None)
        if not asks_for_fact(lexicon, question.text) or not hits or hits[0].kind not in judgments:
            return []
        case = CaseFile.open(self._index.library, first.citation.document, day) if first else None
        return about_case(CaseDesk(self._index.library, lexicon, day), case, question, brief=True) if case else []

    def _inside(self, question: Question, day: date) -> list[Hit]:
        """The passages of documents that the question names which speak most of the rest of what it says."""
        topic = question.topic.removesuffix(question.earlier) if question.inherited else question.topic
        topic = topic if says_something(topic) else question.topic
        # Words that the question quotes tell the place better than what is said around them.
        if quoted := "".join(_QUOTED.findall(question.text)):
            topic = quoted
        found: list[Hit] = []
        for citation in dict.fromkeys(replace(m.citation, path=()) for m in question.places if m.citation):
            passages = self._index.library.passages(citation.document, citation.version, day)
            scores = rank(topic, [place.text for place in passages])
            best = sorted(range(len(passages)), key=lambda index: -scores[index])[:3]
            if not best or not scores[best[0]]:
                continue
            # A long question is told by no article as a whole: what counts is which one it tells most of.
            least = max(_SPEAKS_OF_IT * min(1.0, _LONG / len(topic)), 0.6 * scores[best[0]])
            found += [
                Hit(passages[index], scores[index], Route.NAMED)
                for index in best
                if scores[index] > least or index == best[0]
            ]
        return found

    def _named(self, question: Question) -> list[Citation]:
        """The documents that a question names itself, and those of the conversation when it adds nothing."""
        adds = says_something(question.topic.removesuffix(question.earlier))
        return [
            mention.citation
            for mention in question.places
            if mention.citation and (mention.start < mention.end or not (question.inherited and adds))
        ]

    def _query(self, question: Question) -> str:
        names = [citation.document for citation in self._named(question)]
        return " ".join([question.topic or question.text, *dict.fromkeys(names)])

    def _about_cases(self, question: Question, day: date) -> list[Draft]:
        library = self._index.library
        desk = CaseDesk(library, load_lexicon(self.settings.corpus), day)
        drafts: list[Draft] = []
        wanted = list(dict.fromkeys(chain.from_iterable(case.documents for case in question.cases)))
        files = [case for short in wanted if (case := CaseFile.open(library, short, day))]
        for mention in question.cases:
            if len(mention.documents) > 1 and not question.inherited:
                fitting = [case for case in files if case.document.citation.document in mention.documents]
                if not are_instances(fitting):
                    drafts.append(several_fit(mention.raw, fitting, question.language))
        for case in files:
            drafts += about_case(desk, case, question, brief=len(files) > 1)
        return drafts

    def _notes_on_cited(self, desk: ConceptDesk, question: Question, day: date) -> list[Draft]:
        """Editor's notes that belong to a paragraph of the commentary which the question cites."""
        cited = [mention.citation for mention in question.places if mention.citation and mention.citation.path]
        places = [place for citation in cited if (place := self._index.library.place(citation, day))]
        return [
            draft
            for place in places
            if place.kind is Kind.COMMENTARY
            for draft in notes_on(desk, place, question.language)
        ]

    def _defences(self, question: Question, day: date) -> _Composed | None:
        from rag.defences import analyse
        from rag.facts import looks_like_facts

        wants_defence = _WANTS_DEFENCE.search(question.text) is not None
        elsewhere = question.names_something or leaning(question.text) is not Leaning.NONE or wish(question.text)
        if question.injected or (elsewhere and not wants_defence) or not looks_like_facts(question.text):
            return None
        defenses, drafts, clarify = analyse(question, self._index.library, self.settings.corpus, day)
        # The amount can always be argued about: facts that carry nothing else were not told to be weighed.
        carries = any(d.strength in (Strength.STRONG, Strength.MEDIUM) and d.id != "damages" for d in defenses)
        return _Composed(AnswerKind.DEFENSE, drafts, defenses, clarify) if carries or wants_defence else None

    def _unheld(self, question: Question) -> list[Draft]:
        """Say of each document that the question names and we do not hold that we do not hold it."""
        names = list(dict.fromkeys(mention.name or mention.raw for mention in question.unheld))
        if not names:
            return []
        listed = "、".join(names)
        return [
            Draft(
                question.language.pick(
                    f"本库没有收录{listed}，无法核对，也不作推测。可以用 kangbian ingest 导入原文后再问。",
                    f"{listed}: not held here, so it cannot be checked. Ingest the text with kangbian ingest and ask again.",
                )
            )
        ]

    # --- assembling --------------------------------------------------------------------------------------------------

    def _answer(
        self, id: str, question: Question, composed: _Composed, admitted: Admitted, day: date, timings: dict[str, float]
    ) -> Answer:
        statements = admitted.statements
        supported = any(statement.citations for statement in statements)
        abstained = composed.kind is AnswerKind.ABSTAIN or (not supported and composed.kind is not AnswerKind.CLARIFY)
        if not statements:
            statements = [Statement(text=draft.text) for draft in _nothing_here(question).drafts]
        text = written_out(statements, admitted.sources)
        sources = list(admitted.sources.values())
        return Answer(
            id=id,
            question=question.raw,
            kind=AnswerKind.ABSTAIN if abstained else composed.kind,
            abstained=abstained,
            text=text,
            statements=statements,
            citations=sources,
            defenses=composed.defenses,
            clarify=composed.clarify,
            warnings=[*composed.warnings, *self._warnings(question, sources, admitted.held_back, day)],
            as_of=day,
            provenance=Provenance(
                corpus=str(self._index.manifest.get("fingerprint", ""))[:12],
                embedder=self._index.embedder.name,
                generator=_GENERATOR,
                version=distribution_version("kangbian"),
            ),
            timings_ms={name: round(seconds * 1000, 2) for name, seconds in timings.items()},
        )

    def _warnings(self, question: Question, sources: Sequence[Source], held_back: int, day: date) -> list[str]:
        pick = question.language.pick
        library = self._index.library
        found = []
        kinds = {source.source_kind for source in sources}
        if kinds & {Kind.JUDGMENT_DIGEST, Kind.NOTE}:
            found.append(
                pick(
                    "裁判与域外材料为本库摘要，据公开报道整理，不是原文；引用前请核对判决书。",
                    "Cases and foreign materials are digests of ours, not the originals; check the judgment before citing.",
                )
            )
        if any(not source.in_force for source in sources):
            found.append(
                pick(
                    f"部分条文在{day}并非有效，已在文中标明。",
                    f"Some provisions were not in force on {day}; they are marked.",
                )
            )
        places = [library.place(Citation.parse(source.key), day) for source in sources]
        if any(place and not place.verified for place in places):
            found.append(
                pick(
                    "部分条文文本未经逐字核验，已标明。", "Some texts were not verified word for word; they are marked."
                )
            )
        for short in dict.fromkeys(
            place.document.citation.document for place in places if place and place.document.meta.get("cites_law")
        ):
            document = library.document(short, None, day)
            for law, old in (document.meta.get("cites_law") or {}).items() if document else ():
                found.append(
                    pick(
                        f"《{short}》条文中引用的《{law}》条号是{old}年版的旧条号。",
                        f"{short} cites {law} by the article numbers of {old}.",
                    )
                )
        if question.injected:
            found.append(
                pick(
                    "问题中的指令性文字只作为文本处理，没有执行。",
                    "Instructions inside the question were treated as text.",
                )
            )
        if held_back:
            found.append(
                pick(
                    f"有{held_back}句未通过引用核对，没有显示。",
                    f"{held_back} statement(s) failed the citation check and are not shown.",
                )
            )
        return found

    def _cited(self, citation: str) -> Citation | None:
        mentions = [
            mention for mention in find_citations(citation, self._index.library.catalogue().names) if mention.citation
        ]
        if mentions:
            return max(
                (mention.citation for mention in mentions if mention.citation), key=lambda found: len(found.path)
            )
        try:
            return Citation.parse(citation)
        except UnusableInput:
            return None

    def _why_missing(self, asked: str, citation: Citation | None, day: date) -> str:
        if citation is None:
            return f"没有看懂引用「{asked[:60]}」。应形如：著作权法第二十四条第一款第（六）项。"
        document = self._index.library.document(citation.document, citation.version, day)
        if document is None:
            return f"没有收录「{citation.document}」。可用 kangbian corpus list 查看已收录的文件，或用 kangbian ingest 导入。"
        return f"「{document.title}」中没有收录「{asked[:60]}」这一处。请核对条、款、项的号码。"


def _require_readable(text: str) -> None:
    if not text.strip():
        raise UnusableInput("问题是空的。请写出要问的法条、案件或问题。")
    if len(text) > LONGEST_QUESTION:
        raise UnusableInput(
            f"问题有{len(text)}个字符，超过{LONGEST_QUESTION}个的上限。请只写与争议有关的事实和问题，或用 kangbian ingest 导入长文件。"
        )
    if "\x00" in text or sum(ord(letter) < 32 and letter not in "\t\n\r" for letter in text) > len(text) // 10:
        raise UnusableInput("问题不是文字（含有大量控制字符）。请检查输入的文件或编码。")


def _too_short(question: Question) -> _Composed:
    asked = question.language.pick(
        "请把问题写得具体一些：涉及哪部法律的哪一条、哪个案件，或者案情是什么？",
        "Please be more specific: which article, which case, or what are the facts?",
    )
    return _Composed(AnswerKind.CLARIFY, [Draft(asked)], clarify=[asked])


def _which_law(question: Question) -> _Composed:
    asked = question.language.pick(
        "请说明是哪一部法律（例如《著作权法》）的这一条。", "Please say which law this article belongs to."
    )
    return _Composed(AnswerKind.CLARIFY, [Draft(asked)], clarify=[asked])


def _instructions_only(question: Question) -> _Composed:
    said = question.language.pick(
        "输入中只有指令性文字，没有可以检索的问题。请写出要问的法条、案件或案情。",
        "There are only instructions here and no question to look up.",
    )
    return _Composed(AnswerKind.ABSTAIN, [Draft(said)])


def _nothing_here(question: Question) -> _Composed:
    said = question.language.pick(
        "本库没有可以回答这个问题的依据：收录范围是 AIGC 著作权的法条、裁判摘要和评论，以及您自己导入的文件。不作推测。",
        "Nothing held here answers this question. The corpus covers AIGC copyright: statutes, case digests, commentary, and what you ingest.",
    )
    return _Composed(AnswerKind.ABSTAIN, [Draft(said)])
