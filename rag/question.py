"""Reading a question: what it cites, which cases it means, what it asks, in whatever script, language or spelling."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.document import Kind
from ingest.find import find_citations
from ingest.mention import Doubt, Mention
from ingest.names import Names
from ingest.script import to_narrow, to_simplified
from rag.answer import Turn
from rag.claims import courts_named, same_court
from rag.injection import separate_instructions
from rag.lexicon import Lexicon
from rag.library import Library
from rag.relevance import terms
from rag.slips import SlipMender


class Language(StrEnum):
    """The language in which the answer's own words are given; quotations stay Chinese."""

    CHINESE = "zh"
    ENGLISH = "en"

    def pick(self, chinese: str, english: str) -> str:
        """One of two wordings."""
        return english if self is Language.ENGLISH else chinese


@dataclass(frozen=True, slots=True)
class CaseMention:
    """A case that the question means. `documents` holds one name, or several where the words fit more than one."""

    documents: tuple[str, ...]
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `text` is as long as `raw`: simplified, narrow, slips mended, instructions blanked out. `places` are mentions of
    held documents other than cases, `cases` the cases meant, `unheld` mentions of documents that are not held.
    `topic` is what remains when citations are taken away, with legal terms for English and colloquial wordings;
    `inherited` says that places, cases or topic come from the conversation before.
    """

    raw: str
    text: str
    language: Language
    injected: bool
    places: tuple[Mention, ...]
    cases: tuple[CaseMention, ...]
    unheld: tuple[Mention, ...]
    topic: str
    inherited: bool = False
    earlier: str = ""


_LATIN = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Words that lean on what was said before.
_LEANING = re.compile(
    r"呢[？?。]?$|^(?:那|那么|还有|另外|然后|再|它|他|她|其|该|此|这|上述|前述|刚才|前面|后者|前者|另一|而)|"
    r"(?:该|此|本|这个|那个|这起|上述|刚才(?:说|提到)?的|前述|上面(?:说|提到)?的)(?:案|判决|法院|办法|条例|规定|解释|法|条|款|项|文章|作者|原告|被告|抗辩|问题|标准|情形|图)|"
    r"\b(?:it|its|that|this|those|they|the same|the case|that case|the article|what about|how about|and the)\b",
    re.IGNORECASE,
)
# 暂行办法 by itself: no other word of a title stands before it.
_BARE_MEASURES = re.compile(r"(?:^|[^\u4e00-\u9fff]|[据照按和与及在由看说查即于对依])(暂行办法)")
_INSTANCES = (
    ("二审", re.compile(r"二审|终审|上诉审|appeal", re.I)),
    ("一审", re.compile(r"一审|初审|first instance", re.I)),
)


class Reader:
    """Reads questions over one library; made anew when the library changes."""

    def __init__(self, library: Library, names: Names, lexicon: Lexicon) -> None:
        self._library = library
        self._names = names
        self._lexicon = lexicon
        entries = library.entries()
        known = {name for entry in entries for name in (entry.short, entry.title, *entry.aliases)}
        self._mender = SlipMender(known | lexicon.terms)
        self._cases_of: dict[str, list[str]] = {}
        for document in library.documents():
            if self._is_case(document.citation.document) and (city := _city(str(document.meta.get("court") or ""))):
                self._cases_of.setdefault(city, []).append(document.citation.document)

    def read(self, raw: str, history: Sequence[Turn] = ()) -> Question:
        """Read a question in the light of the conversation before it."""
        separated = separate_instructions(raw)
        text = to_narrow(to_simplified(separated.text))
        language = _language(raw)
        mentions = self._mentions(text, language, bool(history))
        if language is Language.CHINESE and not any(_is_settled(mention) for mention in mentions):
            mended = self._mender.mend(text)
            if mended != text:
                text, mentions = mended, self._mentions(mended, language, bool(history))
        question = self._sort(raw, text, language, separated.found, mentions)
        return self._with_history(question, history) if history else question

    def _mentions(self, text: str, language: Language, in_conversation: bool = False) -> list[Mention]:
        """What the text cites, by the grammar and by the looser names that people use in questions."""
        mentions = self._grammar(text)
        if language is Language.ENGLISH and not any(_is_settled(mention) for mention in mentions):
            # The Chinese nickname stands nowhere in the question, so neither does its mention.
            translated = find_citations("；".join(self._lexicon.english.terms(text)), self._names)
            mentions += [replace(mention, start=0, end=0) for mention in translated]
        if not any(self._is_case(short) for mention in mentions for short in _documents(mention)):
            mentions += self._by_city(text, in_conversation)
        return mentions

    def _grammar(self, text: str) -> list[Mention]:
        """Citations as drafts write them; 暂行办法 by itself is the only held document that is called so."""
        alone = _BARE_MEASURES.search(text)
        meant = [short for short in {e.short for e in self._library.entries()} if short.endswith("暂行办法")]
        held_here = [short for short in meant if (found := self._library.document(short)) and found.builtin]
        if alone is None or len(held_here) != 1:
            return find_citations(text, self._names)
        full, shift = held_here[0], len(held_here[0]) - len("暂行办法")
        longer = text[: alone.start(1)] + full + text[alone.end(1) :]
        return [
            replace(mention, start=min(mention.start, len(text)), end=mention.end - shift)
            if mention.start <= alone.start(1) < mention.end
            else replace(mention, start=mention.start - shift, end=mention.end - shift)
            if mention.start > alone.start(1)
            else mention
            for mention in find_citations(longer, self._names)
        ]

    def _by_city(self, text: str, in_conversation: bool) -> list[Mention]:
        """广州案, 金山那个案子: a case called by the place of its court."""
        found: list[Mention] = []
        for city, documents in self._cases_of.items():
            tail = r"(?:法院|互联网法院|中院)?(?:的|那个|这个|判的|那边的?|审的)*(?:案|判决)" + (
                r"|(?:的?那个|那边|法院|的)?(?:呢|的呢)|那个|的案" if in_conversation else ""
            )
            found += [
                Mention(match[0], match.start(), match.end(), None, match[0], candidates=tuple(documents))
                for match in re.finditer(rf"{city}(?:{tail})", text)
            ]
        return found

    def _sort(
        self,
        raw: str,
        text: str,
        language: Language,
        injected: bool,
        mentions: Sequence[Mention],
        inherited: bool = False,
    ) -> Question:
        places: list[Mention] = []
        cases: list[CaseMention] = []
        unheld: list[Mention] = []
        for mention in mentions:
            held = tuple(short for short in _documents(mention) if self._library.document(short))
            if not held:
                if mention.doubt is Doubt.UNKNOWN or (mention.citation and mention.citation.is_case):
                    unheld.append(mention)
            elif any(self._is_case(short) for short in held):
                cases.append(self._case(held, mention, text))
            elif mention.citation is not None:
                places.append(mention)
        return Question(
            raw,
            text,
            language,
            injected,
            tuple(places),
            _distinct(cases),
            tuple(unheld),
            self._topic(text, mentions, language),
            inherited,
        )

    def _is_case(self, short: str) -> bool:
        document = self._library.document(short)
        return document is not None and (
            document.kind in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) or (document.kind is Kind.NOTE and "·" in short)
        )

    def _case(self, held: tuple[str, ...], mention: Mention, text: str) -> CaseMention:
        return CaseMention(self._narrow(held, text), mention.raw, mention.start, mention.end)

    def _narrow(self, held: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Of several cases that a nickname fits, those that fit what else the question says: court, place, instance."""
        if len(held) < 2:
            return held
        metas = {short: document.meta for short in held if (document := self._library.document(short))}
        courts = courts_named(text)
        fits = [
            short
            for short, meta in metas.items()
            if any(same_court(said, str(meta.get("court"))) for said, _, _ in courts)
        ]
        if not fits:
            fits = [short for short, meta in metas.items() if (city := _city(str(meta.get("court")))) and city in text]
        chosen = tuple(fits) or held
        for instance, pattern in _INSTANCES:
            if pattern.search(text):
                same = tuple(short for short in chosen if instance in str(metas[short].get("instance") or ""))
                return same or chosen
        # One dispute in two instances is one case to whoever names it: the first instance leads to the second.
        later = {
            short
            for short in chosen
            if any(other in chosen for other in metas[short].get("related") or ())
            and "二审" in str(metas[short].get("instance"))
        }
        return tuple(short for short in chosen if short not in later) or chosen

    def _topic(self, text: str, mentions: Sequence[Mention], language: Language) -> str:
        letters = list(text)
        for mention in mentions:
            letters[mention.start : mention.end] = " " * (mention.end - mention.start)
        rest = " ".join("".join(letters).split())
        book = self._lexicon.english if language is Language.ENGLISH else self._lexicon.colloquial
        extra = [term for term in book.terms(rest) if term not in rest]
        if language is Language.ENGLISH and extra:
            return " ".join(extra)
        return " ".join([rest, *extra])

    # --- conversation ------------------------------------------------------------------------------------------------

    def _with_history(self, question: Question, history: Sequence[Turn]) -> Question:
        """Fill in from the conversation what a follow-up leaves unsaid."""
        own = bool(question.places or question.cases or question.unheld)
        own_terms = sum(terms(question.topic).values())
        if own and own_terms > 3 and not _LEANING.search(question.text):
            return question
        if not own and own_terms > 14 and not _LEANING.search(question.text):
            return question
        before = "\n".join(to_narrow(to_simplified(separate_instructions(turn.content).text)) for turn in history)
        joined = f"{before}\n{question.text}"
        offset = len(before) + 1
        mentions = self._mentions(joined, question.language, True)
        late = [
            replace(mention, start=mention.start - offset, end=mention.end - offset)
            for mention in mentions
            if mention.start >= offset
        ]
        if not late:
            late = self._by_city(question.text, True)
        read = self._sort(question.raw, question.text, question.language, question.injected, late, True)
        earlier_topic, last_mentions = self._last_user_topic(history)
        if not (read.places or read.cases or read.unheld):
            focus = self._focus(history, question.text)
            read = self._sort(question.raw, question.text, question.language, question.injected, [*late, *focus], True)
        elif not read.cases and not own_terms and last_mentions:
            return replace(read, topic=earlier_topic, inherited=True, earlier=earlier_topic)
        topic = read.topic if own_terms > 6 else f"{read.topic} {earlier_topic}".strip()
        return replace(read, topic=topic, inherited=True, earlier=earlier_topic)

    def _last_user_topic(self, history: Sequence[Turn]) -> tuple[str, list[Mention]]:
        for turn in reversed(history):
            if turn.role == "user":
                text = to_narrow(to_simplified(separate_instructions(turn.content).text))
                mentions = self._mentions(text, _language(text))
                return self._topic(text, mentions, _language(text)), mentions
        return "", []

    def _focus(self, history: Sequence[Turn], text: str) -> list[Mention]:
        """What the conversation was last about: the user's own words outweigh the answers'."""
        leans_on_case = re.search(
            r"案|判|法院|原告|被告|赔|上诉|当事人|工具|court|plaintiff|defendant|case|award", text, re.I
        )
        leans_on_law = re.search(r"条|款|项|办法|条例|解释|规定|施行|article|paragraph", text, re.I)
        for turns in (
            [turn for turn in reversed(history) if turn.role == "user"],
            [turn for turn in reversed(history) if turn.role != "user"],
        ):
            for turn in turns:
                content = to_narrow(to_simplified(separate_instructions(turn.content).text))
                found = [m for m in find_citations(content, self._names) if m.citation or m.candidates]
                cases = [
                    m
                    for m in found
                    if any(self._is_case(s) for s in m.candidates or ((m.citation.document,) if m.citation else ()))
                ]
                others = [m for m in found if m not in cases and m.citation is not None]
                wanted = cases if leans_on_case and cases and not (leans_on_law and others) else others or cases
                if wanted:
                    chosen = wanted[0] if turn.role != "user" else wanted[-1]
                    return [replace(chosen, start=0, end=0)]  # it stands nowhere in the present question
        return []


def _documents(mention: Mention) -> tuple[str, ...]:
    """The documents that a mention may mean."""
    return mention.candidates or ((mention.citation.document,) if mention.citation else ())


def _is_settled(mention: Mention) -> bool:
    return mention.doubt is None and bool(_documents(mention))


def _distinct(cases: Sequence[CaseMention]) -> tuple[CaseMention, ...]:
    return tuple({case.documents: case for case in reversed(cases)}.values())[::-1]


def _language(text: str) -> Language:
    """English when Latin letters clearly outweigh Chinese characters."""
    return Language.ENGLISH if len(_LATIN.findall(text)) > 4 * len(_HAN.findall(text)) + 8 else Language.CHINESE


def _city(court: str) -> str:
    """The place name by which a court is called: 广州互联网法院 -> 广州, 江苏省常熟市人民法院 -> 常熟."""
    match = re.match(
        r"(?:[^省]{2,3}省)?(?:[^市]{2,4}市(?=[^市]{2,6}区))?([\u4e00-\u9fff]{2,4}?)(?:市|区|县|互联网|知识产权|中级|人民|高级|东湖)",
        court,
    )
    return match[1] if match else ""
