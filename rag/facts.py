"""Reading a fact pattern: which facts the words show, who is meant by them, and what is only said, asked or supposed.

The wordings are data (`corpus/lexicon/facts.yaml`); here is only how clauses, negation, attribution and hypotheses bear
on them. Every finding keeps the words that decide it, with offsets into the text as it was given.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.errors import UnusableInput
from ingest.script import to_narrow, to_simplified
from rag.answer import FactSpan


class Actor(StrEnum):
    """Of whom a clause speaks."""

    CLAIMANT = "claimant"
    DEFENDANT = "defendant"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that wordings show; the fields are explained at the head of `corpus/lexicon/facts.yaml`."""

    name: str
    name_en: str
    cues: "re.Pattern[str] | None"
    by: Actor | None
    denied: str | None
    counts_when_said: bool
    when: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact and the words that show it; `alleged` when only the other side says so."""

    fact: str
    start: int
    end: int
    alleged: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """Facts that must all be there, and facts that must not.

    >>> Condition.parse("被告是平台 且 !自供内容")
    Condition(needs=('被告是平台',), lacks=('自供内容',))
    """

    needs: tuple[str, ...]
    lacks: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """Read `甲 且 乙 且 !丙`."""
        parts = [part.strip() for part in text.split("且")]
        return cls(
            tuple(part for part in parts if not part.startswith("!")),
            tuple(part[1:].strip() for part in parts if part.startswith("!")),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every fact that the condition speaks of."""
        return self.needs + self.lacks


@dataclass(frozen=True, slots=True)
class Case:
    """A fact pattern, read: the findings by fact, in the order of the text. `raw` is the text as it was given."""

    raw: str
    found: Mapping[str, tuple[Finding, ...]]
    alleged: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    def has(self, fact: str) -> bool:
        """Whether the facts show it."""
        return fact in self.found

    def meets(self, condition: Condition) -> bool:
        """Whether a condition holds."""
        return all(map(self.has, condition.needs)) and not any(map(self.has, condition.lacks))

    def first(self, conditions: Iterable[Condition]) -> Condition | None:
        """The first condition that holds."""
        return next((condition for condition in conditions if self.meets(condition)), None)

    def span(self, condition: Condition) -> FactSpan | None:
        """The words that show the first fact which a condition needs; None where it rests on silence alone."""
        for name in condition.needs:
            for finding in self.found[name]:
                if finding.end > finding.start:
                    return FactSpan(text=self.raw[finding.start : finding.end], start=finding.start, end=finding.end)
        return None


# --- the word list ----------------------------------------------------------------------------------------------------

_SAME_SENTENCE = r"(?:(?!没|未|不|无|拒|非)[^。;!?\n])"
_GAPS = {"~~": _SAME_SENTENCE + "{0,40}?", "~": _SAME_SENTENCE + "{0,14}?", "≈": r"[^,。;!?\n没未不无拒非]{0,14}?"}


@dataclass(frozen=True, slots=True)
class FactBook:
    """The word list, ready to read with."""

    facts: tuple[Fact, ...]
    names_en: Mapping[str, str]
    who: Mapping[Actor, "re.Pattern[str]"]

    def require(self, names: Iterable[str], where: str) -> None:
        """Raise UnusableInput when a condition names a fact that the list does not have."""
        for name in names:
            if name not in self.names_en:
                raise UnusableInput(f"{where} 引用的事实「{name}」不在 corpus/lexicon/facts.yaml 里。请补上或改名。")


@lru_cache(maxsize=4)
def load_facts(corpus: Path) -> FactBook:
    """Read `lexicon/facts.yaml` of a corpus folder. Raises UnusableInput for a wording that is no pattern."""
    import yaml

    path = corpus / "lexicon" / "facts.yaml"
    data: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    facts = tuple(_fact(row, data["words"], path) for row in data["facts"])
    who = {Actor(actor): re.compile("|".join(_edged(words)), re.IGNORECASE) for actor, words in data["who"].items()}
    book = FactBook(facts, {fact.name: fact.name_en for fact in facts}, who)
    for fact in facts:
        book.require(
            [*([fact.denied] if fact.denied else []), *(name for condition in fact.when for name in condition.names)],
            path.name,
        )
    return book


def _fact(row: Mapping[str, Any], words: Mapping[str, str], path: Path) -> Fact:
    cues = [_expanded(cue, words) for cue in row.get("cues", ())]
    try:
        pattern = re.compile("|".join(cues), re.IGNORECASE) if cues else None
    except re.error as error:
        raise UnusableInput(f"{path.name} 里「{row['name']}」的措辞不是有效的正则表达式：{error}。") from error
    return Fact(
        name=row["name"],
        name_en=row["en"],
        cues=pattern,
        by=Actor(row["by"]) if row.get("by") else None,
        denied=row.get("denied"),
        counts_when_said=row.get("said") == "counts",
        when=tuple(map(Condition.parse, row.get("when", ()))),
    )


def _expanded(cue: str, words: Mapping[str, str]) -> str:
    for name, pattern in words.items():
        cue = cue.replace("{" + name + "}", pattern)
    for gap, pattern in _GAPS.items():
        cue = cue.replace(gap, pattern)
    # The text is read in one script, where some characters of a name change too: 哪吒 reads 哪咤.
    return to_simplified(cue)


def _edged(words: Iterable[str]) -> Iterator[str]:
    for word in sorted(words, key=len, reverse=True):
        yield rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)


# --- sentences, and what in them is no fact ---------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^。!?;\n]*?(?:[。!?;\n]+|\.(?=\s|$)|$)")
_CLAUSE_START = re.compile(r"(?:^|[,。;:!?\n])\s*")
# What negates a wording stands right before it, with at most a few small words between.
_NEGATED = re.compile(
    r"(?:没有|没|从未|并未|未)(?:对|向|给|将|把)[^,。;:!?]{1,10}$|(?:没有|没|从未|未|不曾|从不|并非|无|拿不出|提供不了|不能提供|无法提供)[^,。;:!?]{1,8}(?:或者|或|、|和|及)(?:对外|公开|用于|进行)?$|(?:没有|没|从未|并未|未曾|未|不曾|从不|并不|并非|不是|不|非|无|no|not|never|without|n't)"
    r"(?:任何|实际|经|曾|有|再|做|对|其|过|进行|予以|主动|知道|清楚|了解|在|向|被|因此|从中|用于|专门|得到|能|会|要|ever|any|been|be|a|an|the|yet|\s){0,3}$",
    re.IGNORECASE,
)
_NOT_NEGATION = re.compile(r"(?:不仅|不但|不光|无不|不得不|非但|并非没有|not only)\s*\S{0,2}$", re.IGNORECASE)
_SAYS = (
    r"(?:则|又|也|还|均|都|在诉状中|在起诉状中|向法院|来函|在函中|当庭|反复|一再|坚持|起诉[^,。;]{0,12}[,]?)*"
    r"(?:诉称|声称|坚称|宣称|自称|指称|称|主张|认为|指控|指责|控诉|(?<!小)说(?!明|唱|法)|质疑|怀疑|推测|alleges?|alleged|claims?|claimed|contends?|argues?|asserts?|says|said)(?:that)?"
)
_TURN = re.compile(
    r"但是|但|然而|实际上|事实上|其实|不过|而实际|经核实|经查|查明|however|but|in fact|actually", re.IGNORECASE
)
# What is put in evidence, or told by the own side, is no longer what the claimant says.
_PROVES = re.compile(r",\s*(?:并|且|还|也)?(?:提供了|提交了|出示|当庭|拿出|展示)")
_OWN_SIDE = re.compile(r",\s*(?=我方|我们|我司|被告|客户|本公司|我)")
_SUPPOSED = re.compile(
    r"如果|假如|假设|假定|倘若|若是|要是|万一|一旦|若(?!干)|即使|即便|\b(?:if|suppose|assuming|unless|even if)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"能否|可否|是否|能不能|可不可以|是不是|有没有|会不会|该不该|要不要|怎么|怎样|如何|哪些|哪一?项|哪个|什么|应否|算不算|构不构成|"
    r"(?:可以|能够|能|可|应当|应该|会|算|属于|构成)(?=[^,。;!?\n]{0,40}吗)|"
    r"\b(?:can|could|may|should|does|do|is|are|whether|which|what|how) (?:we|they|it|this|the|i|our|defen[cs]es?|a)\b",
    re.IGNORECASE,
)
_PLEADED = re.compile(r"(?:以|主张|提出|援引|适用|进行|依据)[^,。;!?\n]{0,16}?(?:抗辩|为由)")
_BLAMED = re.compile(r"被[^,。;!?\n]{0,24}?(?:起诉|诉至|诉|告上|告|投诉|索赔|控告|追责|指控)")
_NAME = (
    r"(?:[甲乙丙丁](?:公司|方|某)?|[张李王赵][三四五六七]|[A-Z](?:公司|平台)|(?<![A-Za-z])[A-Z](?![A-Za-z站 ])|[赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐"
    r"费廉岑薛雷贺倪汤滕罗毕郝安常于时傅皮卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛米贝明戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾路江童颜郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍"
    r"万柯管卢莫房解应丁邓洪包左石崔吉龚程邢裴陆翁侯段侯叶白刘龙](?:某[某甲乙丙丁]?|先生|女士|小姐|老师))"
)
_SUES = re.compile(
    r"(?<!审查)起诉|诉至|诉请|状告|要告|索赔|发(?:来|了|过)?[^,。;]{0,3}(?:律师)?函|发函|提起诉讼|告上|向法院|要求[^,。;!?]{0,8}赔偿|主张权利|主张(?:其|享有|著作权|版权)|维权|\b(?:sued|sues|claims)\b"
)
_MEANWHILE = r"(?:现在|现|已经|已|遂|便|就|随后|因此|一并|直接|要求|准备|要|将|于是|并|后来|发现后|也)*"
# Whoever is named by what they are: 电视台起诉网站, 被电影公司起诉.
_SUING = re.compile(
    rf"(?:^|[,。;:!?\n])\s*{_MEANWHILE}(?P<who>(?!有人|被|因|如|若|我|原告|被告|客户|他|她)[\u4e00-\u9fff]{{2,7}}?){_MEANWHILE}(?<!审查)(?<!被)起诉|"
    r"被(?:一家|一名|一位|某)?(?P<by>[\u4e00-\u9fff]{2,6}?)(?:起诉|告上)"
)
_SUED = re.compile(
    r"起诉(?:了)?(?P<who>(?!书|状|我|被告|客户|他|她|至|到|后|称|要|侵|索)[\u4e00-\u9fff]{2,6}?)(?=[,。;!?\n]|侵|要求|索赔|承担|和|销售|$)"
)
# 个人用户 is what the defendant is, not another person on a platform.
_LONE_USER = re.compile(r"(?:个人|普通|终端|一名|一位|作为|是)$")
# 客户是短视频博主: what the own side is names nobody else.
_APPOSED = re.compile(r"(?:客户|我们?|我方|我司|被告|当事人|委托人)(?:是|为|系|本人是)[^,。;!?\n]{0,8}$")
_SENTENCE_END = re.compile(r"[。!?;\n]")
_NAME_AGAINST = re.compile(rf"(?P<a>{_NAME})(?:起诉|诉|状告|控告|将|把)(?P<b>{_NAME})")
_ANY_NAME = re.compile(_NAME)
_SELF_SUES = re.compile(
    r"(?<!起诉)(?<!告)(?<!诉)(?:我们|我方|我司|我公司|我|客户|本公司)(?:是原告|作为原告|已经|已|现在|现|想|要|打算|准备|拟|决定|欲|便|就|遂|因此|将其|把他|把对方|将对方|向法院|[,]){0,3}"
    r"(?:起诉(?!书|状|我)|维权|提起诉讼|告(?:他|她|对方|到法院)|索赔)|(?:侵犯|侵害|侵权|盗用|抄袭|偷)了?(?:我们|我方|我司|我|客户)的|"
    r"\b(?:we|I|our client) (?:sued|want to sue|intend to sue|are suing|am suing)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where in the text which words stand that are not to be taken as plain facts."""

    clauses: tuple[int, ...]
    alleged: tuple[tuple[int, int], ...]
    idle: tuple[tuple[int, int], ...]
    mentions: tuple[tuple[int, Actor | None], ...]

    def actor_at(self, position: int) -> Actor | None:
        """Of whom the text speaks at a position: the last mention before it."""
        index = bisect_right(self.mentions, position, key=lambda mention: mention[0]) - 1
        return self.mentions[index][1] if index >= 0 else None


def read_facts(text: str, book: FactBook, raw: str | None = None) -> Case:
    """Read a fact pattern; offsets count characters of `text`, and of `raw`, from which the deciding words are shown.

    Denied wordings show the opposite where the list names one; what the claimant only says is kept apart; what is
    supposed or asked is left out.
    """
    narrow = to_narrow(to_simplified(text))
    reading = _reading(narrow, book)
    findings = [finding for fact in book.facts for finding in _found(narrow, fact, reading)]
    findings = _without_swallowed(findings, book)
    found: dict[str, list[Finding]] = {}
    alleged: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.start):
        (alleged if finding.alleged else found).setdefault(finding.fact, []).append(finding)
    case = Case(
        text if raw is None else raw,
        {name: tuple(rows) for name, rows in found.items()},
        {name: tuple(rows) for name, rows in alleged.items()},
    )
    return _with_inferred(case, book)


def _with_inferred(case: Case, book: FactBook) -> Case:
    """Add the facts that follow from others, in the order of the list."""
    found = dict(case.found)
    for fact in book.facts:
        if fact.when and fact.name not in found:
            current = Case(case.raw, found, case.alleged)
            condition = current.first(fact.when)
            if condition:
                span = current.span(condition)
                found[fact.name] = (Finding(fact.name, span.start, span.end) if span else Finding(fact.name, 0, 0),)
    return Case(case.raw, found, case.alleged)


# A deed told without a subject is the defendant's.
_MAY_BE: Mapping[Actor, tuple[Actor | None, ...]] = {
    Actor.CLAIMANT: (Actor.CLAIMANT,),
    Actor.DEFENDANT: (Actor.DEFENDANT, None),
    Actor.USER: (Actor.USER,),
}


def _found(text: str, fact: Fact, reading: _Reading) -> Iterator[Finding]:
    if fact.cues is None:
        return
    for match in fact.cues.finditer(text):
        start, end = match.span()
        if end == start or _inside(start, reading.idle):
            continue
        if fact.by and reading.actor_at(start) not in _MAY_BE[fact.by]:
            continue
        alleged = not fact.counts_when_said and _inside(start, reading.alleged)
        clause = reading.clauses[bisect_right(reading.clauses, start) - 1]
        before = text[max(clause, start - 12) : start]
        negation = _NEGATED.search(before)
        if negation and not _NOT_NEGATION.search(before):
            if fact.denied:
                yield Finding(fact.denied, start - len(before) + negation.start(), end, alleged)
            continue
        yield Finding(fact.name, start, end, alleged)


def _without_swallowed(findings: Sequence[Finding], book: FactBook) -> list[Finding]:
    """Drop a finding whose words lie inside those that show its opposite: 粉丝很少 within 并非粉丝很少."""
    opposites = {fact.name: fact.denied for fact in book.facts if fact.denied}
    kept = []
    for one in findings:
        opposite = opposites.get(one.fact)
        swallowed = opposite and any(
            other.fact == opposite and other.start <= one.start and one.end <= other.end for other in findings
        )
        if not swallowed:
            kept.append(one)
    return kept


def _inside(position: int, regions: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in regions)


def _reading(text: str, book: FactBook) -> _Reading:
    sentences = [match.span() for match in _SENTENCE.finditer(text) if match.end() > match.start()]
    clauses = tuple(match.end() for match in _CLAUSE_START.finditer(text)) or (0,)
    mentions = _mentions(text, book)
    alleged = tuple(_alleged(text, sentences, book, mentions))
    idle = tuple(_idle(text, sentences))
    # Inside what the claimant says, 其, 他 and 自己 are the claimant.
    pronouns = [
        (start + match.start(), Actor.CLAIMANT)
        for start, end in alleged
        for match in re.finditer(r"(?:其(?!他|实)|他(?!人)|她|自己)", text[start:end])
    ]
    merged = sorted([*mentions, *pronouns], key=lambda mention: mention[0])
    return _Reading(clauses, alleged, idle, tuple(merged))


def _mentions(text: str, book: FactBook) -> list[tuple[int, Actor | None]]:
    """Who is mentioned where; the party that writes may be the one who sues."""
    flipped = _SELF_SUES.search(text) is not None
    swap = {Actor.CLAIMANT: Actor.DEFENDANT, Actor.DEFENDANT: Actor.CLAIMANT, Actor.USER: Actor.USER}
    blamed = [match.span() for match in _BLAMED.finditer(text)]
    found: list[tuple[int, Actor | None]] = []
    for actor, pattern in book.who.items():
        for match in pattern.finditer(text):
            if _inside(match.start(), blamed) or _APPOSED.search(text, max(0, match.start() - 16), match.start()):
                continue
            if match[0] == "用户" and _LONE_USER.search(text, 0, match.start()):
                continue
            literal = match[0] in ("原告", "被告", "被告人", "plaintiff", "defendant")
            found.append((match.start(), swap[actor] if flipped and not literal else actor))
    names = _names(text)
    found += [
        (match.start(), names[match[0]])
        for match in re.finditer(
            "|".join(_edged_name(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)", text
        )
        if not _inside(match.start(), blamed)
    ]
    found += [(end, Actor.DEFENDANT) for _, end in blamed]
    return sorted(found, key=lambda mention: mention[0])


def _edged_name(name: str) -> str:
    """A pattern for a name; a lone letter never stands inside a word: A, but not AI."""
    return rf"(?<![A-Za-z]){name}(?![A-Za-z])" if name.isascii() else re.escape(name)


def _names(text: str) -> dict[str, Actor | None]:
    """Which of the persons named sues: 甲公司起诉乙公司, 被李某起诉; another name beside the claimant is the defendant."""
    roles: dict[str, Actor | None] = {}
    for match in _NAME_AGAINST.finditer(text):
        roles[match["a"]], roles[match["b"]] = Actor.CLAIMANT, Actor.DEFENDANT
    if not roles:
        for verb in _SUES.finditer(text):
            sentence = _SENTENCE_END.split(text[: verb.start()])[-1]
            before = list(_ANY_NAME.finditer(sentence))
            if before:
                blamed = "被" in sentence[before[-1].end() :]
                roles[before[-1][0]] = Actor.DEFENDANT if blamed else Actor.CLAIMANT
                break
    for match in _SUING.finditer(text):
        roles.setdefault(match["who"] or match["by"], Actor.CLAIMANT)
    for match in _SUED.finditer(text):
        roles.setdefault(match["who"], Actor.DEFENDANT)
    if Actor.CLAIMANT in roles.values():
        for match in _ANY_NAME.finditer(text):
            roles.setdefault(match[0], Actor.DEFENDANT)
    return roles


def _alleged(
    text: str, sentences: Sequence[tuple[int, int]], book: FactBook, mentions: Sequence[tuple[int, Actor | None]]
) -> Iterator[tuple[int, int]]:
    """What the claimant says: from the verb of saying to the end of the sentence, a turn, or the next party's own clause."""
    claimants = [position for position, actor in mentions if actor is Actor.CLAIMANT]
    speaking = re.compile(_SAYS, re.IGNORECASE)
    for start, end in sentences:
        for position in claimants:
            if not start <= position < end:
                continue
            said = speaking.search(text, position, min(end, position + 24))
            if not said or re.search(r"(?:我方|我们|被告|客户|我司)", text[position : said.start()][-6:]):
                continue
            stop = _TURN.search(text, said.end(), end)
            limit = stop.start() if stop else end
            later = [
                match.start()
                for pattern, gap in ((_PROVES, 0), (_OWN_SIDE, 8))
                for match in pattern.finditer(text, said.end() + gap, limit)
            ]
            own = min(later, default=limit)
            yield said.end(), own


def _idle(text: str, sentences: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is supposed or asked: after 如果 to the end of the sentence, after 能否 to the end of the clause."""
    for number, (start, end) in enumerate(sentences):
        for match in _SUPPOSED.finditer(text, start, end):
            setting_the_scene = number == 0 and match.start() - start < 4
            if not setting_the_scene:
                yield match.start(), end
                break
        for match in _ASKED.finditer(text, start, end):
            stop = re.compile(r"[,。;!?\n]").search(text, match.end())
            yield match.start(), stop.end() if stop else end
        for match in _PLEADED.finditer(text, start, end):
            yield match.span()


# --- is it a fact pattern at all? -------------------------------------------------------------------------------------

_DISPUTE = re.compile(
    r"被[^,。;!?\n]{0,24}?(?:起诉|诉|告|投诉|索赔|追责|指控|控告)|起诉|诉至|告上|告了|诉(?:我|客户|其|他|某)|原告|(?:称|说|认为)[^,。;!?]{0,20}(?:侵权|抄袭|侵犯)|律师函|发[^,。;]{0,6}函|传票|应诉|应对|要(?:求)?(?:我|他|她|客户|被告)[^,。;!?]{0,8}(?:赔|删|停|道歉)|侵权通知|索赔|要求(?:我|赔偿|删除|下架|停止)|"
    r"提起公诉|公诉|维权|状告|指控|要告|想告|被诉|投诉|发函|告我|主张(?:我|其|享有|著作权|版权|权利|侵权)|侵权(?:吗|风险)|"
    r"\b(?:sued|sues|suing|lawsuit|cease[- ]and[- ]desist|claims? (?:that|infringement)|alleg\w+|accus\w+|infring\w+|prosecut\w+)\b",
    re.IGNORECASE,
)
_PLEA = re.compile(
    r"抗辩|怎么(?:辩|应|办|回应|抗)|如何(?:辩|应|抗|回应)|能(?:否|不能)?主张|可(?:以|否)主张|答辩|辩护|不侵权|胜诉|免责|减轻|要不要赔|赔多少|要赔|责任|侵权吗|有哪些(?:抗辩|理由|办法)|"
    r"\bdefen[cs]es?\b|\bdefend\b|\bliab\w+\b|\bargue\b",
    re.IGNORECASE,
)
_PARTY = re.compile(
    rf"我(?!国)|客户|委托人|当事人|本公司|被告|原告|(?:称|说|认为)[^,。;!?]{0, 20}(?:侵权|抄袭|侵犯)|对方|某(?:公司|平台|网站|画师|用户|大学|出版社|店|AI)|一[名位家个](?:画师|插画师|摄影师|作家|公司|平台|用户|设计师|博主|网友|店|学生|老师|教师|企业)|{_NAME}|"
    r"\b(?:we|our|us|client|plaintiff|defendant|I|my|a (?:company|user|platform|shop|seller))\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"(?:用|使用|利用|通过|以|把|将|拿|转载|上传|发布|下载|印|生成|训练|抓取|爬取|销售|卖|进货|进了|运营|经营|提供|接入|调用|截取|换脸|剪辑|制作|收到|拿到|删除|下架|抄袭|模仿|复制|展示|改编|画|做|播放|引用)了?|"
    r"\b(?:used?|upload\w*|generat\w+|train\w*|runs?|operat\w+|sold|sells?|print\w*|post\w*|cop(?:y|ies|ied)|creat\w+|made|makes?|bought|scrap\w+|publish\w*|receiv\w+|repost\w*|offers?|provid\w+)\b",
    re.IGNORECASE,
)
_MATTER = re.compile(
    r"AI|人工智能|生成|模型|素材|短文|转载|GPT|豆包|提示词|训练|提示词|LoRA|换脸|著作权|版权|作品|抄袭|图案|图片|插画|画|小说|照片|歌|音乐|视频|文章|报告|形象|角色|Midjourney|Stable|侵权|"
    r"\b(?:image|picture|novel|song|copyright|artwork|character|work|prompt|model|photo|article)s?\b",
    re.IGNORECASE,
)
# A question about law, a case or a concept: it speaks of elements, provisions or a judgment, and nobody did anything.
_ABSTRACT = re.compile(
    r"构成要件|要件(?:是|有)|是什么意思|什么是|何谓|概念|定义|含义|第[〇零一二三四五六七八九十百千\d]+条|规定了?(?:什么|哪)|(?:怎么|如何|怎样)(?:规定|认定|理解|区分|看待|判断|评价)|"
    r"(?:哪些|什么)(?:规定|法律|法条)|案(?:的)?(?:原告|被告|法院|判决|裁判|结果|一审|二审|案号|争议|判|中)|(?:判决|法院)(?:认为|怎么|如何|是)|君合|文章|司法实践|裁判(?:观点|规则|思路)|学界|观点|"
    r"\bwhat is\b|\bdefinition\b|\belements of\b|\bArticle \d+|\bholding\b|\bcourt held\b",
    re.IGNORECASE,
)
_CASE_NAMED = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{2,12}(?<![图方档答草个备立文提])案(?!件|例|情|由|号|发|中人|卷)|\(\d{4}\)\s*\S{2,8}号|\b\w+ case\b|\bv\. "
)


_OURS = re.compile(
    r"我(?:方|们|司|社|公司|店|厂|校|平台|在|用|的|把|转|从|做|是)|客户|委托人|当事人|\b(?:we|our|client|my|I)\b",
    re.IGNORECASE,
)
# Characters from which on a text with a deed and a dispute tells a story, whoever it is about.
_STORY = 30


def looks_like_facts(text: str) -> bool:
    """Whether a text tells what someone did and is or may be sued for, rather than asking about law in the abstract.

    >>> looks_like_facts("客户用AI生成海报，被一名插画师起诉抄袭，有哪些抗辩？")
    True
    >>> looks_like_facts("合理使用的构成要件是什么？"), looks_like_facts("春风案被告提出了哪些抗辩？")
    (False, False)
    """
    narrow = to_narrow(to_simplified(text))
    deeds = len(_DEED.findall(narrow))
    dispute, plea = _DISPUTE.search(narrow), _PLEA.search(narrow)
    if not deeds or not (dispute or plea) or not _MATTER.search(narrow):
        return False
    ours = _OURS.search(narrow)
    if _CASE_NAMED.search(narrow) and not (ours and dispute):
        return False
    told_at_length = len(narrow) >= _STORY
    if _ABSTRACT.search(narrow) and not (dispute and (ours or _PARTY.search(narrow)) and told_at_length):
        return False
    if ours:
        return True
    return bool(dispute) and (told_at_length or (bool(plea) and _PARTY.search(narrow) is not None))
