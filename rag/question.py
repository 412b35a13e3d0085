"""Reading a question: what it cites, which cases it means, what it asks, in whatever script, language or spelling."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.document import Kind
from ingest.find import find_citations
from ingest.mention import Doubt, Mention
from ingest.numerals import to_int
from ingest.script import to_narrow, to_simplified
from rag.answer import Turn
from rag.case_names import CaseNames
from rag.english_names import EnglishNames
from rag.foreign_law import ForeignLaw
from rag.injection import asking, separate_instructions
from rag.lexicon import Lexicon
from rag.library import Library
from rag.loose_names import LooseNames
from rag.scope import Field
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
    held documents other than cases, `cases` the cases meant, `unheld` mentions of documents that are not held, `loose`
    places without a document (第二十四条). `topic` is what remains when citations are taken away, with legal terms for
    English and colloquial wordings; `inherited` says that places or cases come from the conversation before, whose last
    question is `earlier`; `in_conversation` that something was asked before, `told` is all that the user said then, `talked_of`
    the held documents that the conversation named, the latest first. `planted` says that beside orders to the assistant
    something is named that is not held.
    `carried` is a question that seems to stand by itself, read as one that leans on the conversation.
    """

    raw: str
    text: str
    language: Language
    injected: bool
    places: tuple[Mention, ...]
    cases: tuple[CaseMention, ...]
    unheld: tuple[Mention, ...]
    loose: tuple[Mention, ...]
    topic: str
    inherited: bool = False
    earlier: str = ""
    in_conversation: bool = False
    told: str = ""
    talked_of: tuple[str, ...] = ()
    planted: bool = False
    carried: "Question | None" = None

    @property
    def names_something(self) -> bool:
        """Whether it names a document or a case of its own."""
        return bool(self.places or self.cases or self.unheld)


_ABBREVIATION = 4
_LATIN = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTIES = re.compile(
    r"(?:[A-Z][\w.&]+ ){1,4}vs?\.? (?:[A-Z][\w.&]+ ?){1,4}|[\u4e00-\u9fff]{2,10}(?<![告上起申投胜败])诉(?![讼请求称状])[\u4e00-\u9fff]{2,10}一?案"
)
# Somebody with a name sues somebody with a name: 环球唱片在美国告Suno.
_SUES = re.compile(
    r"(?:[\u4e00-\u9fff]{2,8}(?:公司|集团|唱片|音乐|协会|出版社|报社|影业|传媒|工作室|大学)|[A-Z][A-Za-z]+)(?:在[^，。？！]{1,4})?(?:起诉|状告|告|诉)了?(?:[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)"
)
_TITLE = re.compile(r"《[^《》]*》")
_QUOTED_CASE = re.compile(r"[“「『\"][^“”「」『』\"]{2,20}案[”」』\"]")
# A document told by its year and what was done with it: 2026年某组织大会通过的人工智能条约.
_ISSUED = re.compile(
    r"(?:19|20)\d{2}年[^,。;?!《》]{0,30}?(?:通过|发布|公布|出台|颁布|印发|制定|施行|实施|生效|签署|批准)的"
    r"(?P<name>[^,。;?!《》“”的]{2,30}?(?:条约|公约|协定|法案|条例|办法|规定|意见|解释|指南|准则|细则|标准|白皮书|批复|纪要|草案))"
    r"(?=[,。;?!里中的第关规对是有]|$)"
)
_ARTICLE_ASKED = re.compile(r"第\s*([0-9]+|[〇零一二三四五六七八九十百千]+)\s*条|\b(?:Article|Art\.) ?(\d+)", re.I)
# The articles that a note is on, in its name or title: 欧盟人工智能法第53条, 新加坡版权法第243-244条, 第三条、第四条.
_ARTICLES_TOLD = re.compile(r"第(\d+|[一二三四五六七八九十百]+)(?:-(\d+))?条")
_VERSUS = re.compile(r"(?P<suing>[A-Z][\w.&]{3,}(?: [A-Z][\w.&]+){0,2}) vs?\.? [A-Z][\w.&]{3,}(?: AI\b)?")
# A case called by the work it is about: 《此间的少年》二审.
_CASE_OF_A_WORK = re.compile(
    r"《(?P<title>[^《》]{2,20})》(?:侵权|著作权|抄袭|版权|被诉)?(?:案|[一二终]审|官司|的判决|判决)"
)
_VAGUE = re.compile(r"相关|有关|怎么|怎样|如何|是否|哪|什么|一[部个份]|这|那|新|上述|其他")
_FOOTNOTE = re.compile(
    r"[”》]?的?第?(?:脚注|注释|注)\s?[(〔]?([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?![0-9一-鿿]*[条款项])"
)
# A kind of document with words around it is no name: 请引司法解释第九条, 这个办法.
_NO_NAME = re.compile(
    r"(?:请|并|可是?|但是?|而且?|就|所以|因为|既然|明明|据|照|依|引用?|看|查|列|抄|写明?|说明|注明|标明|指明|适用|参照|对照|结合|违反|符合|满足|属于|翻|背|给|用|把|就|对|按照?|依照?|依据|根据|该|这|那|个|部|条|最高法院?|最高院|最高人民法院|两高|国家|现行|相关|有关|的|新|旧|里|在|和|与|中)*"
    r"(?:司法解释|解释|办法|规定|条例|法律|法规|法)"
)
# What stands before a name and is none of it: 依信网司法解释.
_BEFORE_NAME = re.compile(r"^(?:按照?|依照?|依据|根据|据|照|在|和|与|及|以及|如果|但|而|可)+(?=..)")
# 暂行办法, 实施条例 by themselves: no other word of a title stands before them.
_BARE_KINDS = ("暂行办法", "实施条例")
_BARE = re.compile(rf"(?:^|[^\u4e00-\u9fff]|[据照按和与及在由看说查即于对依])({'|'.join(_BARE_KINDS)})")
# Words of a question about a case.
_OF_A_CASE = re.compile(
    r"案|判|法院|法官|原告|被告|赔|上诉|动议|和解|\b(?:court|judge|case|ruling|appeal|settlement)\b", re.I
)
_ENGLISH_ARTICLE = re.compile(r"\b(?:article|art\.) ?(\d{1,4})\b", re.I)


class Reader:
    """Reads questions over one library; made anew when the library changes."""

    def __init__(self, library: Library, lexicon: Lexicon, field: Field, foreign: ForeignLaw) -> None:
        self._library = library
        self.field = field
        self._foreign = foreign
        self._names = library.catalogue().names
        self._lexicon = lexicon
        self.cases = CaseNames(library)
        known = {name for entry in library.entries() for name in (entry.short, entry.title, *entry.aliases)}
        builtin = {document.citation.document for document in library.documents() if document.builtin}
        self._loose = LooseNames(entry for entry in library.entries() if entry.short in builtin)
        ending = {kind: [short for short in builtin if short.endswith(kind)] for kind in _BARE_KINDS}
        self._bare = {kind: shorts[0] for kind, shorts in ending.items() if len(shorts) == 1}
        self._english = EnglishNames(library.entries())
        self._mender = SlipMender(known | lexicon.terms, self._builtin_texts)

    def _builtin_texts(self) -> list[str]:
        return [self._library.text(document) for document in self._library.documents() if document.builtin]

    def read(self, raw: str, history: Sequence[Turn] = ()) -> Question:
        """Read a question in the light of the conversation before it."""
        separated = separate_instructions(raw)
        text = self._lexicon.in_our_words(to_narrow(to_simplified(separated.text)))
        language = language_of(raw)
        mentions = self.mentions(text, language, in_conversation=bool(history))
        if not self._any_held(mentions):
            mended = self._mender.mend(text) if language is Language.CHINESE else text
            if mended != text:
                text, mentions = mended, self.mentions(mended, language, in_conversation=bool(history))
            mentions = self.loosely(text, mentions)
        if another := [*self._of_an_unheld_work(text), *self._between_others(text)]:
            mentions = self._but_for(mentions, another, text) + another
        mentions = self._without_ours(text, mentions)
        mentions += [] if another else self._unknown_names(text, mentions)
        question = self.sort(raw, text, language, separated.found, mentions)
        if question.injected:
            question = self._in_the_light_of_orders(question)
        if not history:
            return question
        from rag.conversation import documents_talked_of, follow_up, turns_away

        if turns_away(question):
            return follow_up(self, question, history)
        told = "\n".join(self.plain(turn.content) for turn in history if turn.role == "user")
        talk = documents_talked_of(self, history)
        read = replace(follow_up(self, question, history), in_conversation=True, told=told, talked_of=talk)
        if read.inherited or read.names_something:
            return read
        carried = replace(
            follow_up(self, question, history, leaning=True), in_conversation=True, told=told, talked_of=talk
        )
        return replace(read, carried=carried if carried.inherited else None)

    def _in_the_light_of_orders(self, question: Question) -> Question:
        """The question without what is only told beside the orders: names that are not held may be planted there, but what 那个动议
        is may stand there too."""
        spans = asking(question.text)
        unheld = tuple(m for m in question.unheld if any(start <= m.start < end for start, end in spans))
        question = replace(question, unheld=unheld, planted=len(unheld) < len(question.unheld))
        if question.names_something or not _OF_A_CASE.search(question.text):
            asked = " ".join(" ".join(question.text[start:end] for start, end in spans).split())
            topic = self.topic(asked, self.mentions(asked, question.language), question.language)
            return replace(question, topic=topic)
        said = self._lexicon.in_our_words(to_narrow(to_simplified(question.raw)))
        named = [m for m in self.mentions(said, question.language) if any(map(self.cases.is_case, documents_of(m)))]
        beside = [replace(mention, start=0, end=0) for mention in named if self.is_held(mention)]
        read = self.sort(question.raw, question.text, question.language, question.injected, beside)
        return replace(read, planted=question.planted)

    def plain(self, text: str) -> str:
        """A text as questions are read: simplified, narrow, instructions blanked out, slips mended."""
        ours = self._lexicon.in_our_words(to_narrow(to_simplified(separate_instructions(text).text)))
        return self._mender.mend(ours)

    def mentions(self, text: str, language: Language, in_conversation: bool = False) -> list[Mention]:
        """What a text cites, by the grammar and by the looser names that people use in questions."""
        mentions = self._cited(text)
        if language is Language.ENGLISH and not any(is_settled(mention) for mention in mentions):
            # What is found in a text put right or translated stands nowhere in the question itself.
            put_right = self._english.put_right(text)
            elsewhere = find_citations(put_right, self._names) if put_right != text else []
            elsewhere += find_citations("；".join(self._lexicon.english.terms(text)), self._names)
            mentions += [replace(mention, start=0, end=0) for mention in self._with_article(elsewhere, text)]
        # A court inside the title of a law decides nothing: 《最高人民法院关于……的规定》.
        bare = _TITLE.sub(lambda match: " " * len(match[0]), text)
        called = self.cases.called(self.in_chinese(bare, language), in_conversation)
        if language is Language.ENGLISH:
            called = [replace(mention, start=0, end=0) for mention in (*called, *self.cases.by_latin_word(bare))]
        cited = [m for m in mentions if any(self.cases.is_case(short) for short in documents_of(m))]
        if cited:
            called = self.cases.further(cited, called, bare)
        elif called and _QUOTED_CASE.search(bare) and not any(mention.raw.endswith("案") for mention in called):
            called = []  # a case that is called by a name of its own, which nothing held bears
        mentions += called
        return mentions

    def _with_article(self, mentions: list[Mention], text: str) -> list[Mention]:
        """The one statute that an English text names, with the one number that it gives: Article 25 of the evidence rules."""
        numbers = set(_ENGLISH_ARTICLE.findall(text))
        laws = [m for m in mentions if m.citation and self._is_statute(m.citation.document)]
        if len(numbers) != 1 or len({m.citation.document for m in laws if m.citation}) != 1 or laws[0].citation is None:
            return mentions
        if any(m.citation.path for m in laws if m.citation):
            return mentions
        cited = laws[0].citation.at(numbers.pop())
        return [replace(m, citation=cited) if m is laws[0] else m for m in mentions]

    def _is_statute(self, short: str) -> bool:
        document = self._library.document(short)
        return document is not None and document.kind is Kind.STATUTE

    def in_chinese(self, text: str, language: Language) -> str:
        """The text itself, or the Chinese terms of an English one run together, as nicknames are written.

        Names in Latin letters are left where they stand: beside 起诉 one would seem to be sued.
        """
        if language is Language.CHINESE:
            return text
        return "".join(term for term in self.english_terms(text) if not term.isascii())

    def english_terms(self, text: str) -> list[str]:
        """The Chinese terms for what an English text says."""
        return self._lexicon.english.terms(text)

    def loosely(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """The mentions with those added of documents named from memory, when none of them is held."""
        if self._any_held(mentions):
            return mentions
        loose = self._loose.find(text)
        # A longer name that is held outweighs the shorter one inside it that is not.
        return loose + [m for m in mentions if not any(n.start <= m.start and m.end <= n.end for n in loose)]

    def countries_of(self, mention: Mention) -> set[str]:
        """The countries of the documents that a mention may mean; of those of ours 中国."""
        found = [document for short in documents_of(mention) if (document := self._library.document(short))]
        return {str(document.meta.get("jurisdiction", "中国")) for document in found}

    def is_held(self, mention: Mention) -> bool:
        """Whether a document that the mention may mean is held."""
        return any(map(self.holds, documents_of(mention)))

    def is_article(self, mention: Mention) -> bool:
        """Whether a place in a statute is meant."""
        return bool(mention.citation and mention.citation.path) and any(map(self._is_statute, documents_of(mention)))

    def holds(self, short: str) -> bool:
        """Whether a document of that short name is held."""
        return self._library.document(short) is not None

    def _any_held(self, mentions: Sequence[Mention]) -> bool:
        return any(self.is_held(mention) for mention in mentions)

    def _without_ours(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """The mentions without our statutes that an English text only seems to name: the Copyright Act of Canada."""
        foreign = self._foreign.named(text)
        return [
            m
            for m in mentions
            if not (foreign and m.citation and self._is_statute(m.citation.document))
            or (m.start < m.end and not any(one.start < m.end and m.start < one.end for one in foreign))
        ]

    def _between_others(self, text: str) -> list[Mention]:
        """English names of cases of which the suing side stands in no name of a case held: Andersen v. Stability AI."""
        return [
            Mention(match[0], *match.span(), None, match[0], Doubt.UNKNOWN)
            for match in _VERSUS.finditer(text)
            if not any(map(self.cases.has_party, match["suing"].split()))
            and not any(term.endswith("案") for term in self.english_terms(match[0]))
        ]

    def _but_for(self, mentions: Sequence[Mention], others: Sequence[Mention], text: str) -> list[Mention]:
        """The mentions without the cases called only by words of `others`, which are not held: Stability AI of Andersen v. Stability AI."""
        letters = list(text)
        for other in others:
            letters[other.start : other.end] = " " * (other.end - other.start)
        language = language_of(text)
        left = {short for mention in self.mentions("".join(letters), language) for short in documents_of(mention)}
        return [
            m
            for m in mentions
            if left.intersection(found := documents_of(m)) or not any(map(self.cases.is_case, found))
        ]

    def _of_an_unheld_work(self, text: str) -> list[Mention]:
        """Cases called by a work that no file held speaks of."""
        return [
            Mention(match[0], *match.span(), None, match[0], Doubt.UNKNOWN)
            for match in _CASE_OF_A_WORK.finditer(text)
            if not any(match["title"] in held for held in self._builtin_texts())
        ]

    def _unknown_names(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """Cases named by their parties, documents told by their year and foreign law that nothing held is called by.

        Andersen v. Stability AI, 张三诉李四案, 2026年通过的人工智能条约, 加拿大著作权法.
        """
        if self._any_held(mentions):
            return []
        found = [
            (match[0].strip(), *match.span())
            for match in (*_PARTIES.finditer(text), *_SUES.finditer(text), *_QUOTED_CASE.finditer(text))
        ]
        found += [
            (match["name"], *match.span("name"))
            for match in _ISSUED.finditer(text)
            if not (_NO_NAME.fullmatch(match["name"]) or _VAGUE.search(match["name"]))
            and not any(mention.start < match.end("name") and match.start("name") < mention.end for mention in mentions)
        ]
        if person := self.cases.unheld_person(text):
            found.append((f"{person['name'] or person['name_']}案", *person.span()))
        found += [(foreign.name, foreign.start, foreign.end) for foreign in self._foreign.named(text)]
        return [Mention(name, start, end, None, name, Doubt.UNKNOWN) for name, start, end in found]

    def _cited(self, text: str) -> list[Mention]:
        """Citations as drafts write them; 暂行办法 by itself is the one built-in document that is called so."""
        alone = _BARE.search(text)
        name = self._bare.get(alone[1]) if alone else None
        if alone is None or name is None:
            return find_citations(text, self._names)
        start, end = alone.span(1)
        shift = len(name) - (end - start)
        found = []
        for mention in find_citations(text[:start] + name + text[end:], self._names):
            before = mention.start <= start
            found.append(
                replace(
                    mention,
                    start=mention.start if before else mention.start - shift,
                    end=mention.end if mention.end <= start else mention.end - shift,
                )
            )
        return found

    def sort(
        self,
        raw: str,
        text: str,
        language: Language,
        injected: bool,
        mentions: Sequence[Mention],
        *,
        inherited: bool = False,
    ) -> Question:
        """A question from its mentions: places, cases, documents not held."""
        places: list[Mention] = []
        cases: list[CaseMention] = []
        unheld: list[Mention] = []
        loose: list[Mention] = []
        said = self.in_chinese(text, language)
        mentions = [self._footnote(self._abbreviated(mention), text) for mention in mentions]
        for mention in mentions:
            held = tuple(short for short in documents_of(mention) if self._library.document(short))
            if not held:
                if mention.doubt is Doubt.NO_ANTECEDENT or _NO_NAME.fullmatch(mention.name or ""):
                    loose.append(mention)
                elif mention.doubt is Doubt.UNKNOWN or (mention.citation and mention.citation.is_case):
                    unheld.append(mention)
            elif any(self.cases.is_case(short) for short in held):
                cases.append(CaseMention(self.cases.narrow(held, said), mention.raw, mention.start, mention.end))
            elif mention.citation is not None and self._is_on_another_article(mention):
                unheld.append(replace(mention, name=mention.raw))
            elif mention.citation is not None:
                places.append(self._whole_note(mention))
        return Question(
            raw,
            text,
            language,
            injected,
            tuple(places),
            _distinct(cases),
            tuple(unheld),
            tuple(loose),
            self.topic(text, mentions, language),
            inherited,
        )

    def _abbreviated(self, mention: Mention) -> Mention:
        """A name that leaves words of one built-in title out, its beginning and end kept: 生成式暂行办法."""
        name = _BEFORE_NAME.sub("", to_simplified(mention.name or ""))
        if mention.doubt is not Doubt.UNKNOWN or mention.citation is None or len(name) < _ABBREVIATION:
            return mention
        fits = [
            document.citation.document
            for document in self._library.documents()
            if document.builtin
            and document.kind is Kind.STATUTE
            and any(_is_short_for(name, full) for full in (document.title, document.citation.document))
        ]
        if len(set(fits)) != 1:
            return mention
        return replace(mention, citation=replace(mention.citation, document=fits[0]), doubt=None)

    def _footnote(self, mention: Mention, text: str) -> Mention:
        """A commentary with the number of a footnote behind its name: 君合文章注10, 君合2025脚注（十一）."""
        document = self._library.document(mention.citation.document) if mention.citation else None
        number = _FOOTNOTE.match(text, mention.end)
        if document is None or mention.citation is None or document.kind is not Kind.COMMENTARY or number is None:
            return mention
        note = mention.citation.at("注", str(to_int(number[1])))
        return replace(mention, citation=note, raw=text[mention.start : number.end()], end=number.end())

    def _is_on_another_article(self, mention: Mention) -> bool:
        """Whether an article is cited of a law of which nothing but a note on another article is held: 欧盟人工智能法第五十条."""
        document = self._library.document(mention.citation.document) if mention.citation else None
        asked = _ARTICLE_ASKED.search(mention.raw)
        number = to_int(asked[1] or asked[2]) if asked else None
        if document is None or document.kind is not Kind.NOTE or number is None:
            return False
        told = [
            (first, to_int(match[2]) if match[2] else first)
            for match in _ARTICLES_TOLD.finditer(f"{document.citation.document} {document.title}")
            if (first := to_int(match[1]))
        ]
        return bool(told) and not any(first <= number <= (last or first) for first, last in told)

    def _whole_note(self, mention: Mention) -> Mention:
        """A note tells of a law and is not its text: whatever article is cited, the note as a whole is meant."""
        document = self._library.document(mention.citation.document) if mention.citation else None
        if document is None or mention.citation is None or document.kind is not Kind.NOTE:
            return mention
        return replace(mention, citation=mention.citation.at())

    def topic(self, text: str, mentions: Sequence[Mention], language: Language) -> str:
        """What a text says beside its citations, with the legal terms for English and colloquial wordings."""
        letters = list(text)
        for mention in mentions:
            letters[mention.start : mention.end] = " " * (mention.end - mention.start)
        rest = " ".join("".join(letters).split())
        book = self._lexicon.english if language is Language.ENGLISH else self._lexicon.colloquial
        extra = [term for term in book.terms(rest) if term not in rest]
        if language is Language.ENGLISH and extra:
            return " ".join(extra)
        return " ".join([rest, *extra])


def _is_short_for(name: str, title: str) -> bool:
    """Whether a name keeps the beginning and the end of a title and leaves out words between.

    >>> _is_short_for("信网条例", "信息网络传播权保护条例"), _is_short_for("保护条例", "信息网络传播权保护条例")
    (True, False)
    """
    title = title.removeprefix("中华人民共和国").removeprefix("最高人民法院关于")
    letters = iter(title)
    return name[0] == title[0] and name[-2:] == title[-2:] and all(letter in letters for letter in name)


def documents_of(mention: Mention) -> tuple[str, ...]:
    """The documents that a mention may mean."""
    return mention.candidates or ((mention.citation.document,) if mention.citation else ())


def is_settled(mention: Mention) -> bool:
    """Whether a mention means something without doubt."""
    return mention.doubt is None and bool(documents_of(mention))


def language_of(text: str) -> Language:
    """English when Latin letters clearly outweigh Chinese characters.

    >>> language_of("What does Article 24 say?"), language_of("用Stable Diffusion生成的图")
    (<Language.ENGLISH: 'en'>, <Language.CHINESE: 'zh'>)
    """
    return Language.ENGLISH if len(_LATIN.findall(text)) > 4 * len(_HAN.findall(text)) + 8 else Language.CHINESE


def _distinct(cases: Sequence[CaseMention]) -> tuple[CaseMention, ...]:
    return tuple({case.documents: case for case in reversed(cases)}.values())[::-1]
