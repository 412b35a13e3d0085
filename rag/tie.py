"""Which words of a draft belong to which citation: its list, its quotations, what is said about it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.mention import Mention
from rag.footnotes import Footnote, footnotes
from rag.sentence import Quotation, Sentences

_LINK = re.compile(r"[、，,/和及与或至到以同时并分别\-—~～\s]{0,6}|(?:[，,]?\s?(?:以及|及其|和|或者|并|并且|与))\s?")
_CITED_BEHIND = re.compile(
    r"[，,。；;]?\s*(?:[（(\[【〔]|——|—)\s*(?:见|参见|详见|语出|引自|出自|摘自|载于|来源|根据|依据|引用)?[：:]?\s*(?:我国|现行)?"
)
_IS_BEHIND = re.compile(
    r"[，,。；;]?\s*(?:——|—|这是|此即|此为|该语|这句话|以上|上述|的表述|一语|一句|等语)*\s*(?:均|也|正|即|就)?(?:是|系|为|出自|见于|见|语出|引自|载于|规定在|来自|源自|规定于|参见|属于|是指)\s*(?:我国|现行)?"
)
_LAW_SAYS = re.compile(
    r"(?:规定|载明|写明|明确|原文|条文|内容|表述|指出|所称|要求|如下|定义|写道|写的是|说(?!明)|是|为|即|限于|以)[^，。；：:“”]{0,6}[，,：:]?\s*$"
)
_COURT_SAYS = re.compile(
    r"(?:法院|判决书?|本院|合议庭|裁判文书|裁定书?|该院|该案|判词|裁判)[^。；“”]{0,16}(?:认为|指出|认定|写道|载明|表示|强调|称|明确|表述|说理|论述|释明)[^。；“”]{0,8}$"
)
_WHOSE = re.compile(
    r"(?:认为|指出|认定|写道|载明|表示|强调|明确|表述|说理|论述|判决书?|原话|称)[^。；“”，,]{0,6}[，,：:]?\s*$"
)
_BLOCK_CREDIT = re.compile(
    r"[\s>]*(?:——|—|--|[（(]|(?:以上|上述|此|该)(?:内容|文字|规定|引文|条文)?)?\s*(?:均?为|均?系|是|即|引自|出自|见|摘自|节自|来源|——|—|--|[（(])[：:]?\s*"
)
_COLON = re.compile(
    r"(?:[^。；;\n“”\"「」『』：:]{0,8}(?:规定|明确|载明|原文|条文|内容|表述|如下|指出|写明|定义)[^。；;\n“”\"「」『』：:]{0,4}|[^\u3400-\u9fff。；;\n“”\"「」『』：:]{0,2})[：:][ \t\u3000]*(?=[^\s“\"「『‘>])"
)
_SPACED = re.compile(r"[ \t\u3000]+(?=[一-鿿])")
_PARENTHESISED = re.compile(r"[（(\[【〔][^（）()\[\]【】〔〕。；;]{0,24}$")
_CLOSING = frozenset(("", *"）)]】〕，,、；;"))
_REFERS_BACK = re.compile(
    r"(?:见|参见|详见|见于|依据是|规定在|规定于|条文在|写在|载于|出自|出处(?:是|为|写的是)?|来源于|源于|源自|根据是|对应|属于|来自|法律依据[:：为是]?|依据[:：]|——)\s*$"
)
_APPOSED = re.compile(
    r"[”’」』》]?(?:一案|案件|案)?(?:一审|二审)?\s*(?:[（(\[【〔]\s?(?:[一-鿿]{2,14}(?:法院|高院|中院)[，,：:]?)?|[，,]?\s?(?=案号|即|又称|也称|简称))"
    r"(?:案号)?(?:[为是：:即]|简称|又称|也称|下称|以下简称)*\s?(?:[一-鿿]{2,14}(?:法院|高院|中院))?[“「]?"
    r"|\s?(?:民事|刑事)?(?:判决书?|裁定书?)?\s?[（(“「]{0,2}"
)
_GOES_ON = re.compile(
    r"\s*(?:该案|该判决|该院|此案|法院|合议庭|一审|二审|终审|最终|判决|裁判|被告|原告|其[^他]|同时|并|审理|案件|被诉|平台|涉案|诉请|赔偿|判令)"
)
_SENTENCES_ON = 4
_NAMES_BESIDE = 3
_CITATIONS_BACK = 40
_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKER_END = re.compile(r"(?s:.*)(?:\[\^?\d{1,3}\]|[①-⑳⁰¹²³⁴-⁹]+)")
_FULL_STOPS = ("。", "！", "？", "；", ".", "!", "?", ";")
_FAR = 400
_PARAGRAPH = 900


@dataclass(slots=True)
class Group:
    """Citations written as one list (第五十二条、第五十三条), with the words that belong to them.

    `after` and `before` are what the sentence says behind and in front of the list, up to the next citations; `primary`
    is the one of the two that speaks of it.
    """

    members: list[int]
    start: int
    end: int
    sentence: int
    quotes: list[Quotation] = field(default_factory=list)
    before: str = ""
    after: str = ""
    clause: str = ""
    referring: bool = False
    number: int = 0
    noted: list[int] = field(default_factory=list)
    borrowed: bool = False


@dataclass(slots=True)
class Tied:
    """A draft with its citations in groups."""

    text: str
    mentions: list[Mention]
    quotes: list[Quotation]
    sentences: Sentences
    groups: list[Group]
    inside: dict[int, Quotation]
    """The quotation in which a mention stands, by the number of the mention."""
    is_case: Callable[[Mention], bool]
    owners: dict[Quotation, Group] = field(default_factory=dict)

    def beside(self, group: Group) -> list[Mention]:
        """The other names of a case written right beside it: 春风案（北京互联网法院（2023）京0491民初11279号）."""
        found = [self.mentions[self.groups[number].members[0]] for number in group.noted]
        for number in (group.number - 1, group.number + 1):
            other = self.groups[number] if 0 <= number < len(self.groups) else None
            if other and self._same_case(min(group, other, key=_start), max(group, other, key=_start)):
                found.append(self.mentions[other.members[0]])
        return found

    def _same_case(self, first: Group, second: Group) -> bool:
        both = all(self.is_case(self.mentions[group.members[0]]) for group in (first, second))
        gap = self.text[first.end : second.start]
        return both and first.sentence == second.sentence and len(gap) <= 30 and _APPOSED.fullmatch(gap) is not None

    def region(self, group: Group) -> tuple[str, str]:
        """What the draft says of a case in front of its name and behind it.

        The sentence, cut where another case begins, and the sentences behind it that go on about 该案 or 法院.
        """
        low, high = self.sentences.span(group.sentence)
        if group.noted and not self.text[low : group.start].strip("0123456789.[]^:： "):
            return group.before, self.text[group.end : high]
        number = group.number
        first = max(0, number - _NAMES_BESIDE)
        while number > first and self._same_case(self.groups[number - 1], self.groups[number]):
            number -= 1
        if number and (before := self._case_in_sentence(number - 1, group.sentence)):
            low = max(low, self._cut(before.end, self.groups[number].start))
        number = group.number
        last = min(len(self.groups) - 1, number + _NAMES_BESIDE)
        while number < last and self._same_case(self.groups[number], self.groups[number + 1]):
            number += 1
        behind = None
        for later in self.groups[number + 1 : number + 6]:
            if later.sentence != group.sentence:
                break
            if self.is_case(self.mentions[later.members[0]]):
                behind = later
                break
        if behind:
            return self.text[low : group.start], self.text[group.end : self._cut(self.groups[number].end, behind.start)]
        taken = {other.sentence for other in self.groups[number + 1 : number + 6]}
        here = self.sentences.index(max(group.start, group.end - 1))
        for sentence in range(here + 1, min(here + 1 + _SENTENCES_ON, len(self.sentences))):
            start, end = self.sentences.span(sentence)
            if "\n" in self.text[high:start] or sentence in taken or not _GOES_ON.match(self.text, start):
                break
            high = end
        return self.text[max(low, group.start - _FAR) : group.start], self.text[
            group.end : min(high, group.end + 2 * _FAR)
        ]

    def _case_in_sentence(self, number: int, sentence: int) -> Group | None:
        lowest = max(0, number - _CITATIONS_BACK)
        while number >= lowest and self.groups[number].sentence == sentence:
            if self.is_case(self.mentions[self.groups[number].members[0]]):
                return self.groups[number]
            number -= 1
        return None

    def _cut(self, end: int, start: int) -> int:
        """Where, between two cases, the words about the second begin."""
        gap = self.text[end:start]
        mark = max(gap.rfind(sign) for sign in "，,；;。、")
        return end + mark + 1 if mark >= 0 else start


def _start(group: Group) -> int:
    return group.start


def tie(
    text: str,
    mentions: list[Mention],
    quotes: Sequence[Quotation],
    sentences: Sentences,
    is_case: Callable[[Mention], bool],
) -> Tied:
    """Put citations into groups and give each the quotations and words that belong to it."""
    opened = [quote.start for quote in quotes]
    inside: dict[int, Quotation] = {}
    for number, mention in enumerate(mentions):
        index = bisect_right(opened, mention.start) - 1
        for quote in quotes[max(0, index - 1) : index + 1]:
            if (
                not quote.block
                and quote.start < mention.start
                and mention.end < quote.end
                and not _is_name(quote, mention)
            ):
                inside[number] = quote
    groups = _groups(text, mentions, sentences, is_case, inside)
    for number, group in enumerate(groups):
        group.number = number
    tied = Tied(text, mentions, _real(quotes, mentions), sentences, groups, inside, is_case)
    _statements(tied)
    free = [group for group in groups if not any(member in inside for member in group.members)]
    starts = [group.start for group in free]
    for quote in tied.quotes:
        owner = _owner(tied, free, bisect_left(starts, quote.start), quote, is_case)
        if owner is not None:
            owner.quotes.append(quote)
            tied.owners[quote] = owner
    every = [group.start for group in groups]
    for note in footnotes(text):
        _join_note(tied, note, every)
    return tied


def _join_note(tied: Tied, note: Footnote, starts: Sequence[int]) -> None:
    """Give the citations of a footnote what the text says and quotes in front of its marker, if they stand bare."""
    text, sentences = tied.text, tied.sentences
    noted = tied.groups[bisect_left(starts, note.start) : bisect_left(starts, note.end)]
    if not noted:
        return
    end = note.marker
    low = sentences.around(max(0, end - 1))[0]
    earlier = _MARKER_END.search(text, low, end)
    low = max(low, earlier.end() if earlier else low, end - _FAR)
    said = text[low:end]
    here = tied.groups[bisect_left(starts, low) : bisect_left(starts, end)]
    quoted = [
        quote
        for quote in tied.quotes
        if low <= quote.start and (quote.end <= end or (quote.block and quote.start < end <= quote.end))
    ]
    for group in noted:
        if tied.is_case(tied.mentions[group.members[0]]):
            group.before = said
            for other in here:
                if tied.is_case(tied.mentions[other.members[0]]):
                    group.noted.append(other.number)
                    other.noted.append(group.number)
                    group.borrowed = bool(other.quotes)
        elif not _HAN.search(text[note.start : group.start].strip("见参详引自出于。：: ")) and not _HAN.search(
            group.after
        ):
            group.before = group.clause = said
            group.referring = True
            if not group.quotes and all(_names_only(tied, quote, group) for quote in quoted):
                for quote in quoted:
                    if owner := tied.owners.get(quote):
                        owner.quotes.remove(quote)
                    tied.owners[quote] = group
                group.quotes = quoted


def _names_only(tied: Tied, quote: Quotation, noted: Group) -> bool:
    """Whether the text names no more than the document for words whose place the note gives: 《解释》写明：“……”[^4]."""
    owner = tied.owners.get(quote)
    if owner is None:
        return True
    named, cited = (tied.mentions[group.members[-1]].citation for group in (owner, noted))
    return named is not None and cited is not None and not named.path and named.document == cited.document


def _is_name(quote: Quotation, mention: Mention) -> bool:
    return mention.end - mention.start >= (quote.end - quote.start) * 0.6


def _real(quotes: Sequence[Quotation], mentions: Sequence[Mention]) -> list[Quotation]:
    """Quotations that are not the marks around a name that is cited."""
    starts = [mention.start for mention in mentions]
    kept = []
    for quote in quotes:
        low = bisect_left(starts, quote.start - 80)
        high = bisect_right(starts, quote.end)
        near = [mention for mention in mentions[low:high] if mention.start < quote.end and mention.end > quote.start]
        covered = any(mention.start <= quote.start and quote.end <= mention.end for mention in near)
        named = any(_is_name(quote, mention) for mention in near)
        if not covered and not named:
            kept.append(quote)
    return kept


def _groups(
    text: str,
    mentions: Sequence[Mention],
    sentences: Sentences,
    is_case: Callable[[Mention], bool],
    inside: dict[int, Quotation],
) -> list[Group]:
    groups: list[Group] = []
    for number, mention in enumerate(mentions):
        sentence = sentences.index(mention.start)
        last = groups[-1] if groups else None
        if (
            last
            and last.sentence == sentence
            and not is_case(mention)
            and not is_case(mentions[last.members[-1]])
            and (number in inside) == (last.members[-1] in inside)
            and (mention.start < last.end or _LINK.fullmatch(text, last.end, mention.start))
        ):
            last.members.append(number)
            last.end = max(last.end, mention.end)
        else:
            groups.append(Group([number], mention.start, mention.end, sentence))
    return groups


def _statements(tied: Tied) -> None:
    text, groups = tied.text, tied.groups
    for index, group in enumerate(groups):
        low, high = tied.sentences.span(group.sentence)
        before, behind = groups[index - 1] if index else None, groups[index + 1] if index + 1 < len(groups) else None
        if before and before.sentence == group.sentence:
            low = max(low, before.end)
        following = index + 1
        while behind and _points_at(tied, behind, group):
            following += 1
            behind = groups[following] if following < len(groups) else None
        if behind and behind.sentence == group.sentence:
            high = min(high, behind.start)
        low, high = max(low, group.start - _FAR), min(high, group.end + _FAR)
        low, high = _cell(text, group, low, high)
        group.before, group.after = text[low : group.start], text[group.end : max(high, group.end)]
        clause = max(group.before.rfind(mark) for mark in "，,：:")
        group.clause = group.before[clause + 1 :]
        enclosed = _PARENTHESISED.search(group.before) is not None and group.after.lstrip()[:1] in _CLOSING
        nothing_behind = not re.search(r"[\u3400-\u9fff]", group.after)
        group.referring = enclosed or (_REFERS_BACK.search(group.before) is not None and nothing_behind)
        if enclosed and not re.search(r"[\u3400-\u9fff]", group.before) and group.sentence:
            # A citation in brackets behind the full stop belongs to the sentence before it.
            low, high = tied.sentences.span(group.sentence - 1)
            if not (before and before.sentence == group.sentence - 1):
                group.before = text[max(low, high - _FAR) : high]


def _cell(text: str, group: Group, low: int, high: int) -> tuple[int, int]:
    """The region cut to the cell in which the citations stand, where the line is a row of a table."""
    line = text.rfind("\n", 0, group.start) + 1
    if not text.startswith("|", line):
        return low, high
    right = text.find("|", group.end)
    return max(low, text.rfind("|", line, group.start) + 1), min(high, right if right >= 0 else high)


def _points_at(tied: Tied, later: Group, group: Group) -> bool:
    """Whether later citations (该款, 该条) only point back at the place just cited: the sentence goes on about it."""
    first, last = tied.mentions[later.members[0]], tied.mentions[group.members[-1]]
    return (
        later.sentence == group.sentence
        and len(later.members) == 1
        and first.name is None
        and (first.relative or "").startswith(("该", "此", "本", "这"))
        and first.citation == last.citation
    )


def _owner(
    tied: Tied, groups: Sequence[Group], at: int, quote: Quotation, is_case: Callable[[Mention], bool]
) -> Group | None:
    """The list of citations that a quotation belongs to; `at` is the first that begins behind its start."""
    text = tied.text
    sentence = tied.sentences.index(quote.start)
    last_sentence = tied.sentences.index(max(quote.start, quote.end - 1))
    previous = (
        groups[at - 1] if at and groups[at - 1].sentence == sentence and groups[at - 1].end <= quote.start else None
    )
    behind = at
    while behind < len(groups) and groups[behind].start < quote.end:
        behind += 1
    following = groups[behind] if behind < len(groups) else None
    if following and following.sentence > last_sentence + 1 and not quote.block:
        following = None
    if following:
        gap = text[quote.end : following.start]
        if len(gap) < 24 and _CITED_BEHIND.fullmatch(gap):
            return following
        # “……”是第二十四条的规定; the citation in front may still be the one that is quoted.
        said_before = previous is not None and _LAW_SAYS.search(text[previous.end : quote.start])
        if len(gap) < 24 and _IS_BEHIND.fullmatch(gap) and not said_before:
            return following
    if quote.block:
        return _owner_of_block(tied, groups, quote, at, following)
    if previous is not None:
        # 不同于春风案，本案中法院认为“……”: the words are those of the case that the text is about.
        turned = is_case(tied.mentions[previous.members[0]]) and "本案" in text[previous.end : quote.start]
        return None if turned else previous
    if following and following.sentence == last_sentence and following.start - quote.end <= 30:
        return following
    lead = text[max(0, quote.start - 40) : quote.start]
    earlier = _earlier(groups, at, quote.start)
    if not earlier:
        return None
    if (
        re.search(r"[：:]\s*$", lead)
        and "\n" in text[earlier[-1].end : quote.start]
        and not re.search(r"\n\s*\n\s*\n", text[earlier[-1].end : quote.start])
    ):
        colon = text.rfind("\n", 0, quote.start)
        if quote.start - colon <= 4 or text[earlier[-1].end : quote.start].count("\n") <= 1:
            return earlier[-1]
    start = tied.sentences.span(sentence)[0]
    opening = text[start : quote.start]
    if "\n" in text[earlier[-1].end : quote.start].strip("\n") and not _COURT_SAYS.search(opening):
        return None
    if _COURT_SAYS.search(opening):
        cases = [group for group in earlier if is_case(tied.mentions[group.members[0]])]
        same = [group for group in cases if "\n" not in text[group.end : quote.start]]
        return same[-1] if same else None
    if re.search(r"规定|载明|写明|条文|原文|进一步|同时|还|并", opening) and _LAW_SAYS.search(opening):
        laws = [group for group in earlier if not is_case(tied.mentions[group.members[0]])]
        return laws[-1] if laws and laws[-1] is earlier[-1] else None
    return None


def _owner_of_block(
    tied: Tied, groups: Sequence[Group], quote: Quotation, at: int, following: Group | None
) -> Group | None:
    """A block quotation belongs to the citation in the line that leads to it, or to the one right behind it."""
    within = [group for group in groups[at : at + 40] if quote.start <= group.start < quote.end]
    if any(tied.mentions[group.members[0]].name for group in within):
        return None
    text = tied.text
    if following and _BLOCK_CREDIT.fullmatch(text, quote.end, following.start):
        return following
    earlier = _earlier(groups, at, quote.start)
    lead = text[earlier[-1].end : quote.start].strip() if earlier else ""
    # A block behind a full stop is a note or a summary of the draft's own.
    if earlier and lead.count("\n") == 0 and not lead.endswith(_FULL_STOPS):
        return earlier[-1]
    return None


def _earlier(groups: Sequence[Group], at: int, offset: int) -> list[Group]:
    return [group for group in groups[max(0, at - 12) : at] if offset - group.end <= _PARAGRAPH and group.end <= offset]


def implied_quotation(tied: Tied, group: Group) -> Quotation | None:
    """Words behind 规定： without marks, or behind the number as the law is printed: to the end of the line.

    Whether they are the provision's words is for the comparison to say.
    """
    text = tied.text
    match = _COLON.match(text, group.end) or _SPACED.match(text, group.end)
    begin = match.end() if match else None
    if begin is None:
        rest = re.compile(r"[》*）)：:]{0,3}[ \t]*\n{1,2}[ \t\u3000]*(?=[一-鿿（(])").match(text, group.end)
        line = text.rfind("\n", 0, group.start) + 1
        if rest is None or group.start - line > 12:
            return None
        begin = rest.end()
    end = text.find("\n", begin)
    end = len(text) if end < 0 else end
    words = text[begin : min(end, begin + 1500)]
    if len(words.strip()) < 8:
        return None
    return Quotation(begin, begin + len(words), words.strip())


def introduced(tied: Tied, group: Group, quote: Quotation, *, court: bool = False) -> bool:
    """Whether the words in front of the quotation say that the law (or the court) speaks."""
    lead = tied.text[max(group.end, quote.start - 40) : quote.start] if group.end <= quote.start else ""
    if court:
        return bool(_WHOSE.search(lead) or (quote.block and group.end <= quote.start))
    return (
        quote.block
        or (bool(_LAW_SAYS.search(lead)) and not re.search(r"的\s*$", lead))
        or lead.strip() in ("：", ":", "，", ",")
    )
