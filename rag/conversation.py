"""Follow-up questions: what a question leaves unsaid is filled in from the conversation before it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ingest.citation import Citation
from ingest.mention import Mention
from ingest.numerals import to_chinese
from rag.answer import Turn
from rag.question import Language, Question, Reader, documents_of, language_of
from rag.relevance import terms

# Words that lean on what was said before.
_LEANING = re.compile(
    r"呢\s*[？?。]?\s*$|呢[,，]|^(?:那|那么|可是|但是?|不过|换成|换作|换到|第[一二两三四]种|[前后]一?种|还有|然后|再|它|他|她|其|该|此|这|上述|前述|刚才|前面|后者|前者|而|所以|为什么|为何|同一)|"
    r"(?:该|此|本|[那这][个起]?|上述|刚才(?:说|提到)?的|前述|上面(?:说|提到)?的)"
    r"(?:案|判决|法院|办法|条例|规定|解释|法|条|款|项|文章|作者|原告|被告|抗辩|标准|情形|图)|"
    r"(?:上|下|前|后|这|该)一?[条款项]|那半[边块]|[他她它]们?(?:没有?|吗|了|不)?[？?。]?$|"
    r"\b(?:it|its|that|this|those|they|the same|the case|the article|what about|how about)\b|^and\b",
    re.IGNORECASE,
)
_TURNING_AWAY = re.compile(
    r"先不说|先放一放|不[说聊谈](?:这个|这些)了?|换个(?:问题|话题|事)|另外(?:想)?问|另一个问题|再问一个|顺便问|unrelated|different (?:question|matter)|another question",
    re.I,
)
_COMPARING = re.compile(
    r"相比|对比|比较|比(?:起|呢|一比)|区别|不同|差别|差异|相反|反着|[跟和与].{1,12}(?:比|一样|一路)|一[个件边家].{1,5}一[个件边家]|并排|对照|[跟和与].{1,12}谁|compare|versus|differ|than\b",
    re.I,
)
_WITH_IT = re.compile(r"[跟和与比](?:它|他|她|这|那|前者|上述|刚才)")
_BOTH = re.compile(
    r"这两(?:个|件|起)|[这那]俩|两边|两(?:个|件|起)?案|两[起家](?!公司)|二者|两者|两个案子|分别|both\b|the two\b", re.I
)
_ABOUT_CASE = re.compile(r"案|判|法院|原告|被告|赔|上诉|当事人|工具|court|plaintiff|defendant|case|award", re.I)
_ABOUT_LAW = re.compile(r"[条款项]|办法|条例|解释|规定|施行|article|paragraph", re.I)
_NEXT_ARTICLE = re.compile(r"(?:下|后|再下)(?:面|头)?(?:的)?一?条|next article", re.I)
# The part of an article behind the one cited: 再下面那段.
_NEXT_PART = re.compile(
    r"(?:再|下|后)(?:往)?(?:下|后)?(?:面|头|边)?[的那]?(?:一)?[款项段]|next (?:paragraph|item)", re.I
)
_FORMER_ARTICLE = re.compile(r"(?:上|前)一?条|previous article", re.I)
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ENGLISH_PLACE = re.compile(
    rf"\b(?:({'|'.join(_ORDINALS)})|(\d{{1,2}})(?:st|nd|rd|th))\s+(paragraph|item)\b|\b(paragraph|item)\s+(\d{{1,2}})\b",
    re.I,
)
_PART = re.compile(r"第[一二三四五六七八九十\d]+(?:部分|卷|篇|辑)")
# Going back to something that was asked earlier, by its place in the talk or by a word of it: 绕回我头一个问题, 那剧照那事.
_FIRST = r"(?:最开始|一开始|最初|最先|最早|开头|头一?|第一)那?[个种件条次样项]?(?:问|说|提|讲)?(?:过|到)?的?那?[个件]?"
_RETURNING = re.compile(
    r"回到|[说绕转倒拉]回|回头(?:看|说|讲)|回过头|再说(?:前面|之前|刚才|最初|一开始)|(?:最开始|一开始|最初|最先|头一个|第一个)(?:问|说|提)?的?|"
    r"(?:前面|之前|早先|上面|先前|刚才)(?:问|说|提|讲)?(?:到|过|起)?的?(?:那|这)|那[^,。;!?那]{1,8}那(?:事|个|件|头|边|桩)|"
    r"(?:^|[^之从])前一?[个件](?![月年天小季世半])|最[早先](?:问|那个问题)|头一?[个件](?:案|官司|问题)|[前上]面那[个家件起桩]|"
    r"go(?:ing)? back to|back to|(?:return|returning) to|earlier question|my first question",
    re.I,
)
_BACK_TO_FIRST = re.compile(
    rf"(?:[回绕转倒拉]回?到?|再?说回)[^,。;!?]{{0,6}}{_FIRST}|{_FIRST}(?:问题|话题|案|官司)|最[早先初](?:问|说|提|讲)的?|\bfirst (?:question|one|point|topic|case)\b",
    re.I,
)
_BACK_TO_FORMER = re.compile(
    r"[前上]面那[个家件起桩]|前一?[个种件次样](?![月年天小季世半])|上上个|\b(?:previous|former|one before)\b", re.I
)
# What is gone back to was not asked last.
_BACK = re.compile(r"回到|[说绕转]回|回过头|前面|之前|早先|先前|最[初早先]|go(?:ing)? back|earlier", re.I)
# Asking for any case or rule of a kind is no word on the one talked of: 有没有拿AI改图判了刑的.
_ASKS_FOR_ANY = re.compile(r"^(?:那|那么)?(?:有没有|有无|有哪些|哪些|哪几)|^(?:is|are) there any\b", re.I)
# Asking another law for what was talked of: 民法典里也有对应的一条吧.
_COUNTERPART = re.compile(
    r"(?:对应|相应|类似|同样|相同|一样|差不多|呼应)的?(?:一?[条款项]|规定|条文|说法|制度)|也有(?:吗|么|没有|吧|这|一条|规定)|"
    r"\b(?:counterpart|equivalent|corresponding|similar) (?:rule|provision|article)?",
    re.I,
)
# The same asked of something else: 换成软件呢，没签书面合同.
_OF_ANOTHER = re.compile(r"^(?:那|那么)?(?:换成|换作|换到|换)|\b(?:say|think|hold|rule|decide)s? the same\b", re.I)
# Asking where the rule talked of stands, or for its words.
_FOR_ITS_WORDS = re.compile(
    r"^(?:(?:好的?|嗯|谢谢?|thx|thanks|ok(?:ay)?|please|and|so|now)[,，.。!！ ]*)*(?:那么?|请|麻烦|能不能|可否)?(?:给|贴|发|把)?(?:我|一下|个)?(?:这[条句个话]?)?的?"
    r"(?:出处|(?:法条|法律)?依据|原文|原话|条文|哪一?[条款]|第几[条款]|条号|一字不[差漏]|(?:now )?the (?:\w+ )?(?:exact |chinese |original )?(?:wording|words|text|source)\b|(?:what is|what's|give me) the (?:source|wording)|"
    r"verbatim|source\b|which (?:article|paragraph)(?: is that)?\W*$)",
    re.I,
)
# A question with so many terms of its own says enough by itself, unless it leans on what came before.
_SELF_SUFFICIENT, _SHORT, _FEW = 14, 6, 2


def follow_up(reader: Reader, question: Question, history: Sequence[Turn], *, leaning: bool = False) -> Question:
    """The question with what it leaves to the conversation filled in; itself when it leaves nothing.

    With `leaning` it is read so whatever its words say.
    """
    own = sum(terms(question.topic).values())
    away = _TURNING_AWAY.search(question.text) is not None
    goes_on = (leaning or leans(question)) and not away
    if turns_away(question):
        # What says so is no part of what is asked.
        asked = _TURNING_AWAY.sub(lambda match: " " * len(match[0]), question.text)
        return replace(question, text=asked, topic=_TURNING_AWAY.sub("", question.topic).strip(" ,"))
    complete = own > (3 if question.names_something else _SELF_SUFFICIENT)
    complete = complete or (reader.field.is_central(question.text) and _ABOUT_CASE.search(question.text) is None)
    if not goes_on and (complete or (own > _SHORT and _ASKS_FOR_ANY.search(question.text))):
        return question
    said = _returned_to(question, [_Said(reader, turn) for turn in history])
    earlier = next((turn for turn in reversed(said) if turn.by_user), None)
    late = _of_countries(reader, question, _late_mentions(reader, question, said))
    if not any(map(reader.is_held, late)):
        late += question.unheld  # 韩国是怎么规定的 asks for what is not held, whatever was talked of
    read = reader.sort(question.raw, question.text, question.language, question.injected, late, inherited=True)
    if read.cases and _COMPARING.search(question.text):
        focus = [mention for mention in _focus(reader, said, "案") if documents_of(mention)]
        read = reader.sort(
            question.raw, question.text, question.language, question.injected, [*focus, *late], inherited=True
        )
    if read.places and not read.cases and _COMPARING.search(question.text) and _WITH_IT.search(question.text):
        # 实施条例第九条跟它差在哪: the place talked of is compared with the one named.
        focus = [mention for mention in _focus(reader, said, "条") if mention.citation and mention.citation.path]
        read = reader.sort(
            question.raw, question.text, question.language, question.injected, [*late, *focus], inherited=True
        )
    if not read.names_something and _BOTH.search(question.text):
        pair = _last_two(reader, said)
        read = reader.sort(question.raw, question.text, question.language, question.injected, pair, inherited=True)
    if not read.names_something:
        about_case = _ABOUT_CASE.search(question.text) is not None
        known = reader.field.holds(question.text) or reader.field.is_elsewhere(question.text)
        if not goes_on and own > _SHORT and not about_case and known:
            return question
        focus = _of_countries(reader, question, _focus(reader, said, question.text))
        read = reader.sort(
            question.raw, question.text, question.language, question.injected, [*late, *focus], inherited=True
        )
    earlier_topic = earlier.topic if earlier else ""
    if earlier_topic and asks_for_its_words(question.text):
        return replace(read, topic=earlier_topic, earlier=earlier_topic)
    if own > _SHORT:
        # Who goes back, or asks another law for the same, leaves the matter itself to what was said.
        leaves_matter = len(said) < len(history) or any(
            one.search(question.text) for one in (_COUNTERPART, _OF_ANOTHER)
        )
        leaves_matter = leaves_matter or bool(reader.field.foreign.asked(question.text))
        topic = f"{read.topic} {earlier_topic}".strip() if leaves_matter else read.topic
        return replace(read, topic=topic, earlier=earlier_topic)
    # What is asked now counts twice, what it leaves to the question before it once.
    return replace(read, topic=f"{read.topic} {read.topic} {earlier_topic}".strip(), earlier=earlier_topic)


def _of_countries(reader: Reader, question: Question, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions without what is of another country than that whose law a question asks for: 英国跟它正好反过来？"""
    countries = reader.field.foreign.asked(question.text)
    return [
        mention
        for mention in mentions
        if not countries
        or (mention.start < mention.end and question.language is Language.CHINESE)
        or not countries.isdisjoint(reader.countries_of(mention))
    ]


def _returned_to(question: Question, said: "Sequence[_Said]") -> "Sequence[_Said]":
    """The conversation up to the exchange that a question goes back to, by its place or by the words they share.

    All of it where a question does not go back.
    """
    asked = [number for number, turn in enumerate(said) if turn.by_user]
    if len(asked) < 2 or _RETURNING.search(question.text) is None:
        return said
    if _BACK_TO_FIRST.search(question.text):
        return said[: asked[1]]
    if _BACK_TO_FORMER.search(question.text):
        return said[: asked[-1]]
    ends = [*asked[1:], len(said)]
    told = [" ".join(turn.text for turn in said[start:end]) for start, end in zip(asked, ends, strict=True)]
    wanted, bags = terms(question.text), [terms(text) for text in told]

    def shared(number: int) -> tuple[int, int]:
        """How many terms an exchange shares with the question, and how many characters that it alone has: 那把椅子 of 蝴蝶椅."""
        others = set("".join(told[:number] + told[number + 1 :]))
        own = {letter for letter in told[number] if letter not in others}
        return sum(term in bags[number] for term in wanted), len(own.intersection(question.text))

    best = max(range(len(asked)), key=lambda number: (shared(number), number))
    if any(shared(best)):
        return said[: ends[best]]
    return said[: asked[-1]] if _BACK.search(question.text) else said


def turns_away(question: Question) -> bool:
    """Whether a question changes the subject in so many words, and asks something of its own: 先不聊这个，."""
    own = max(sum(terms(question.topic).values()), len(question.text.split()) - 2)
    return _TURNING_AWAY.search(question.text) is not None and own > _FEW


def documents_talked_of(reader: Reader, history: Sequence[Turn]) -> tuple[str, ...]:
    """The held documents that a conversation named, the latest first, of each exchange those of the question first."""
    said = _latest_first([_Said(reader, turn) for turn in history])
    named = [short for turn in said for mention in turn.mentions for short in documents_of(mention)]
    return tuple(short for short in dict.fromkeys(named) if reader.holds(short))


def asks_for_its_words(text: str) -> bool:
    """Whether a follow-up asks for nothing but where the rule talked of stands, or for its words.

    >>> asks_for_its_words("出处？第几条第几款，我写函要用"), asks_for_its_words("那平台呢，依据是第几条")
    (True, False)
    """
    return _FOR_ITS_WORDS.match(text) is not None


def leans(question: Question) -> bool:
    """Whether a question leans on what was said before: by its words, or because it compares one case with nothing."""
    compares = _COMPARING.search(question.text) is not None
    alone = len(question.cases) == 1 and not question.places
    leaning = any(one.search(question.text) for one in (_LEANING, _RETURNING, _COUNTERPART))
    leaning = leaning or (not question.names_something and _BOTH.search(question.text) is not None)
    leaning = leaning or (compares and _WITH_IT.search(question.text) is not None)
    return leaning or (compares and alone)


@dataclass(frozen=True)
class _Said:
    """An earlier turn, read."""

    reader: Reader
    turn: Turn

    @property
    def by_user(self) -> bool:
        return self.turn.role == "user"

    @cached_property
    def text(self) -> str:
        return self.reader.plain(self.turn.content)

    @cached_property
    def mentions(self) -> list[Mention]:
        return self.reader.mentions(self.text, language_of(self.text))

    @property
    def topic(self) -> str:
        return self.reader.topic(self.text, self.mentions, language_of(self.text))


def _late_mentions(reader: Reader, question: Question, said: Sequence[_Said]) -> list[Mention]:
    """What the question cites when it is read on behind the conversation: 第二款, 那个办法, 杭州那个."""
    before = "\n".join(turn.text for turn in said)
    asked = _in_chinese(question.text) if question.language is Language.ENGLISH else question.text
    offset = len(before) + 1
    mentions = reader.mentions(f"{before}\n{asked}", Language.CHINESE, in_conversation=True)
    late = [
        replace(mention, start=mention.start - offset, end=mention.end - offset)
        for mention in mentions
        if mention.start >= offset
    ]
    if asked != question.text and (place := _ENGLISH_PLACE.search(question.text)):
        late = [replace(mention, start=place.start(), end=place.end()) for mention in late]
    return (
        late
        or _neighbour(mentions, question.text)
        or _other_part(reader, mentions, question.text)
        or reader.cases.called(_pointing(reader, question), in_conversation=True)
        or reader.loosely(question.text, [])
    )


def _pointing(reader: Reader, question: Question) -> str:
    """The question as Chinese points to a case; the terms of an English one are each made to point: 张家港那个."""
    if question.language is Language.CHINESE:
        return question.text
    return "".join(f"{term}那个，" for term in reader.english_terms(question.text))


def _neighbour(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """下一条, 上一条: the article beside the one cited last."""
    cited = [mention.citation for mention in mentions if mention.citation and mention.citation.path]
    if cited and len(cited[-1].path) > 1 and cited[-1].path[-1].isdecimal() and (part := _NEXT_PART.search(text)):
        *above, number = cited[-1].path
        behind = cited[-1].at(*above, str(int(number) + 1))
        return [Mention(part[0], part.start(), part.end(), behind, behind.document)]
    onwards, backwards = _NEXT_ARTICLE.search(text), _FORMER_ARTICLE.search(text)
    said = onwards or backwards
    if said is None or not cited or not cited[-1].path[0].isdecimal():
        return []
    last = cited[-1]
    beside = Citation(last.document, last.version, (str(int(last.path[0]) + (1 if onwards else -1)),))
    return [Mention(said[0], said.start(), said.end(), beside, last.document)]


def _other_part(reader: Reader, mentions: Sequence[Mention], text: str) -> list[Mention]:
    """那第三部分呢: the part of that number of a document which the conversation named by another."""
    asked = _PART.search(text)
    for mention in reversed(mentions if asked else ()):
        name = mention.citation.document if mention.citation else ""
        other = _PART.sub(asked[0], name) if asked else name
        if asked and other != name:
            found = Mention(asked[0], *asked.span(), Citation(other), other)
            return [found] if reader.is_held(found) else []
    return []


def _in_chinese(text: str) -> str:
    """The places of an English follow-up in Chinese: the second paragraph, item 3.

    >>> _in_chinese("And the second paragraph?")
    'And 第二款?'
    """

    def written(match: re.Match[str]) -> str:
        number = _ORDINALS.index(match[1].lower()) + 1 if match[1] else int(match[2] or match[5])
        unit = (match[3] or match[4]).lower()
        return f"第{to_chinese(number)}款" if unit == "paragraph" else f"第（{to_chinese(number)}）项"

    return re.sub(r"\bthe (?=第)", "", _ENGLISH_PLACE.sub(written, text))


def _last_two(reader: Reader, said: Sequence[_Said]) -> list[Mention]:
    """The two cases that the conversation named last, in the order in which they were named."""
    found: dict[tuple[str, ...], Mention] = {}
    for turn in reversed(said):
        for mention in reversed(turn.mentions):
            documents = documents_of(mention)
            if any(reader.cases.is_case(short) for short in documents):
                found.setdefault(reader.cases.narrow(documents, turn.text), mention)
    return [replace(mention, start=0, end=0) for mention in list(found.values())[:2]][::-1]


def _latest_first(said: "Sequence[_Said]") -> "Iterator[_Said]":
    """The turns from the last exchange to the first, in each the question before its answer."""
    exchange: list[_Said] = []
    for turn in reversed(said):
        exchange.append(turn)
        if turn.by_user:
            yield from reversed(exchange)
            exchange = []
    yield from exchange


def _focus(reader: Reader, said: Sequence[_Said], text: str) -> list[Mention]:
    """What the conversation was last about: the user's own words outweigh the answers'."""
    wants_case, wants_law = _ABOUT_CASE.search(text), _ABOUT_LAW.search(text)
    exchanges = list(_latest_first(said))
    if wants_law and not wants_case:
        # 这条的第一款: an article that an answer cited, though the question before it named a case.
        exchanges = [turn for turn in exchanges if any(map(reader.is_article, turn.mentions))] or exchanges
    for turn in exchanges:
        found = [mention for mention in turn.mentions if reader.is_held(mention)]
        cases = [mention for mention in found if any(reader.cases.is_case(short) for short in documents_of(mention))]
        laws = [mention for mention in found if mention not in cases and mention.citation is not None]
        wanted = cases if wants_case and cases and not (wants_law and laws) else laws or cases
        if wanted:
            chosen = wanted[-1] if turn.by_user else wanted[0]
            return [replace(chosen, start=0, end=0)]  # it stands nowhere in the present question
    return []
