"""From a question to a checked answer, on one page.

read      what the question cites, means and asks, in the light of the conversation (`question`)
compose   drafts from the statutes, the cases, the commentary or the defences, each naming the places that bear it
admit     only drafts whose every citation exists and whose every quoted word stands there (`verify`)
answer    the statements that passed, their sources, the warnings a reader needs
"""

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib.metadata import version as distribution_version
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from ingest.citation import Citation
from ingest.document import Kind
from ingest.errors import NotFound, UnusableInput
from ingest.find import find_citations
from rag.answer import Answer, AnswerKind, Provenance, Source, Statement, Turn
from rag.captions import load_captions
from rag.case_slots import load_companies
from rag.check_report import CheckReport
from rag.compose import Composer
from rag.composed import Composed, nothing_here
from rag.concordance import load_concordance
from rag.days_told import transition
from rag.foreign_law import load_foreign_law
from rag.index import Index, open_index
from rag.lexicon import load_lexicon
from rag.provision import cites_old_numbers, words_of
from rag.question import Language, Question, Reader
from rag.retrieve import Retriever
from rag.scope import load_field
from rag.settings import DEFAULT_WORKSPACE, Settings
from rag.verify import Admitted, admit, written_out

if TYPE_CHECKING:
    from ingest.resolve import Catalogue
    from rag.analysis import Analysis
    from rag.check_draft import DraftCheck
    from rag.memo_parts import Memo
    from rag.prose.endpoint import LanguageModel
    from rag.prose.masking import Masker
    from rag.prose.writing import Prose, ProseWriter, Sent

LONGEST_QUESTION = 60_000
_GENERATOR = "extractive"
_ANSWERS_REMEMBERED = 50


class LookupResult(BaseModel):
    """One place, as `lookup` gives it. Dates are ISO; `in_force` is true for anything but repealed or future law; `notes`
    say what a reader must know of the document, such as that it cites a law by the numbers of an earlier version."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    text: str
    version: str | None
    in_force: bool
    effective: str | None
    source_kind: Kind
    verified: bool
    notes: list[str] = Field(default_factory=list)


class SearchHit(BaseModel):
    """One passage, as `search` gives it; the score falls along the list."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    text: str
    score: float


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
        self._endpoint = self.settings.endpoint()
        self._model: LanguageModel | None = None
        self._checker: tuple[Catalogue, date, DraftCheck] | None = None
        self._sent: dict[str, list[Sent]] = {}

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
        """The statements of the answer as they pass the check, then the answer itself.

        Where a language model is set, its sentences come first, those that passed; then what was found without it.
        """
        started = time.perf_counter()
        _require_readable(question)
        day = as_of or date.today()
        read = self._read(question, history)
        understood = time.perf_counter()
        composed = Composer(self._index, self.settings.corpus, day).compose(read)
        written = time.perf_counter()
        admitted = admit(self._index.library, composed.drafts, day)
        verified = time.perf_counter()
        name = id or uuid4().hex[:12]
        prose = None
        if self._endpoint and admitted.sources and composed.kind not in (AnswerKind.ABSTAIN, AnswerKind.CLARIFY):
            writer = self._writer(read, admitted, day)
            yield from writer.write()
            prose = writer.prose
            self._remember(name, prose.sent)
        yield from admitted.statements
        timings = {
            "read": understood - started,
            "compose": written - understood,
            "verify": verified - written,
            "total": time.perf_counter() - started,
        }
        if prose:
            timings["prose"] = time.perf_counter() - verified
        yield self._answer(name, read, composed, admitted, prose, day, timings)

    def sent(self, answer_id: str) -> "list[Sent]":
        """What was sent to the language model for an answer, as it left the machine, and what came back.

        Of the last answers only; empty where nothing was sent.
        """
        return self._sent.get(answer_id, [])

    def masker(
        self, private: Sequence[str], places: Mapping[str, str] | None = None, as_of: date | None = None
    ) -> "Masker":
        """Masks for texts before they leave the machine: names and numbers in `private` texts and, of `places` (key:
        words), in those of ingested documents."""
        from rag.prose.opening import open_masker

        return open_masker(private, places or {}, self._index, as_of or date.today())

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
            notes=cites_old_numbers(library, place.document, day, Language.CHINESE),
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
        return self._draft_check(as_of or date.today()).check(text)

    def analyse(self, facts: str, as_of: date | None = None) -> "Analysis":
        """The defences held against a fact pattern, with the nearest cases: what an answer of kind `defense` says, as data.

        Raises UnusableInput for a text that is empty, over-long or unreadable.
        """
        from rag.analysis import analyse, read_case

        _require_readable(facts)
        read, corpus = self._read(facts, ()), self.settings.corpus
        case = read_case(read.text, corpus, read.raw)
        return analyse(case, self._index.library, corpus, as_of or date.today(), read.language)

    def memo(self, facts: str, as_of: date | None = None) -> "Memo":
        """The memo on a fact pattern, every citation checked.

        Raises UnusableInput as `analyse` does, and for a text that tells of no dispute over AIGC copyright.
        """
        from rag.memo import require_dispute, write_memo

        day = as_of or date.today()
        analysis = self.analyse(facts, day)
        require_dispute(analysis, self.settings.corpus)
        return write_memo(analysis, facts, day, self._index.library, self._provenance(), date.today())

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _draft_check(self, day: date) -> "DraftCheck":
        from rag.check_draft import DraftCheck

        library, corpus = self._index.library, self.settings.corpus
        with self._lock:
            catalogue, known = library.catalogue(), self._checker
            if known is None or known[0] is not catalogue or known[1] != day:
                made = DraftCheck(library, load_captions(corpus), load_concordance(corpus), load_companies(corpus), day)
                self._checker = known = (catalogue, day, made)
        return known[2]

    def _writer(self, question: Question, admitted: Admitted, day: date) -> "ProseWriter":
        from rag.prose.opening import open_writer

        assert self._endpoint is not None
        self._model = self._model or self._endpoint.open()
        check = self._draft_check(day).check
        return open_writer(question.raw, admitted, self._index, self.settings.corpus, day, self._model, check)

    def _remember(self, answer_id: str, sent: "list[Sent]") -> None:
        self._sent[answer_id] = sent
        while len(self._sent) > _ANSWERS_REMEMBERED:
            self._sent.pop(next(iter(self._sent)))

    def _read(self, question: str, history: Sequence[Turn]) -> Question:
        library = self._index.library
        with self._lock:
            if library.refresh() or self._reader is None:
                self._reader = Reader(
                    library,
                    load_lexicon(self.settings.corpus),
                    load_field(self.settings.corpus),
                    load_foreign_law(self.settings.corpus),
                )
        return self._reader.read(question, history)

    # --- assembling --------------------------------------------------------------------------------------------------

    def _answer(
        self,
        id: str,
        question: Question,
        composed: Composed,
        admitted: Admitted,
        prose: "Prose | None",
        day: date,
        timings: dict[str, float],
    ) -> Answer:
        statements = [*(prose.statements if prose else ()), *admitted.statements]
        supported = any(statement.citations for statement in statements)
        abstained = composed.kind is AnswerKind.ABSTAIN or (not supported and composed.kind is not AnswerKind.CLARIFY)
        if not statements:
            statements = [Statement(text=draft.text) for draft in nothing_here(question).drafts]
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
            warnings=[
                *(self._told_of(prose, question) if prose else ()),
                *composed.warnings,
                *self._warnings(question, sources, admitted.held_back, day),
            ],
            as_of=day,
            provenance=self._provenance(prose),
            timings_ms={name: round(seconds * 1000, 2) for name, seconds in timings.items()},
        )

    def _told_of(self, prose: "Prose", question: Question) -> list[str]:
        """What a reader should know of the language model's part in an answer."""
        pick = question.language.pick
        found = [prose.failure] if prose.failure else []
        if prose.dropped:
            found.append(
                pick(
                    f"语言模型写的句子中有{prose.dropped}句未通过核对，没有显示。",
                    f"{prose.dropped} sentence(s) of the language model failed the check and are not shown.",
                )
            )
        if not prose.statements and not prose.failure:
            found.append(
                pick(
                    "语言模型没有写出通过核对的句子，以下为直接摘录的答案。",
                    "No sentence of the language model passed the check; the answer is extracted from the sources.",
                )
            )
        if prose.masked:
            found.append(
                pick(
                    f"发送给语言模型的文字中已遮盖{prose.masked}处姓名、号码等。",
                    f"{prose.masked} name(s) and number(s) were masked in what was sent to the language model.",
                )
            )
        return found

    def _provenance(self, prose: "Prose | None" = None) -> Provenance:
        return Provenance(
            corpus=str(self._index.manifest.get("fingerprint", ""))[:12],
            embedder=self._index.embedder.name,
            generator=f"{self._model.name}+{_GENERATOR}" if self._model and prose and prose.statements else _GENERATOR,
            version=distribution_version("kangbian"),
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
        if notice := transition(question.text, filter(None, places), day, question.language):
            found.append(notice)
        if any(place and not place.verified for place in places):
            found.append(
                pick(
                    "部分条文文本未经逐字核验，已标明。", "Some texts were not verified word for word; they are marked."
                )
            )
        for short in dict.fromkeys(place.document.citation.document for place in places if place):
            document = library.document(short, None, day)
            found += cites_old_numbers(library, document, day, question.language) if document else []
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
        if "/" in citation:
            # A key is taken as it stands: found in running text it would end where the last real place ends.
            with suppress(UnusableInput):
                key = Citation.parse(citation.strip())
                if key.path and self._index.library.versions(key.document):
                    return key
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
