"""Citations in running text: statutes, judgments, commentary and keys, each with its offsets.

    find_citations(text, names) -> [Mention, ...]

The text is folded once, character for character (`ingest.script.fold`), so every offset found in the folded text holds
in the original. Named documents are found first (title marks, dictionary, numbers); then one pass from left to right
reads the places behind each name and settles the lone places (第二款, 前条, 第五十九条) against what was cited before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import groupby

from ingest.antecedent import Antecedent, Antecedents
from ingest.case_numbers import case_numbers, court_before, issued_numbers
from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Doubt, Mention
from ingest.names import QUOTES, Names, normal_name
from ingest.numerals import to_int
from ingest.place_grammar import COUNTED, ENGLISH_ANCHOR, NUMERAL, PlaceSpan, read_english, read_places
from ingest.script import fold, to_narrow, to_simplified

__all__ = ["Doubt", "Mention", "Names", "find_citations"]

_OPENERS, _CLOSERS = "《〈“‘「『\"'", "》〉”’」』\"'"
_STATE = "中华人民共和国"
# As long, so that every place stays: the name of the state is no part of a name as the dictionary has it.
_NO_STATE = "“" * len(_STATE)
_LONGEST_TITLE = 120
_MOST_DEFINITIONS = 200
_CHINESE = re.compile("[一-鿿]")
_LAW_ENDING = re.compile(
    r"(?:(?<!(?<!预)算)(?<![兵书魔方看做说想心剑拳语枪手技疗写用画笔办])法|法典|条例|规定|办法|解释|规则|细则|决定|意见|准则|公约|协定|通知|批复|规范|标准|指南"
    r"|纪要|修正案|宪法|安排|\bact|\blaw|regulations?|measures|provisions)(?:\([^()]{1,20}\))?$"
)
_BARE_LAW = re.compile(
    r"([一-鿿a-z0-9()、]{0,44}?(?:法|法典|条例|规定|办法|解释|规则|细则|决定|意见|准则|公约|协定|指令|(?<![a-z])(?:gdpr|trips|dmca|ccpa|wct|wppt|dsa))(?:\([一二三四五六七八九十]\)|\(试行\))?)\s?$"
)
_SHORT_LAWS = {"民法", "刑法", "商法", "宪法", "税法", "物权法"}
_LEAD = re.compile(
    r"^.*(?:根据|依据|按照|依照|参照|违反|适用|援引|结合|触犯|构成|符合|属于|以及|或者|包括|例如|比如|请问|什么是|现行|我国|认为|主张|规定于|来自|对照|比照|参见|有没有|不是|这是|[和及与是即被了见查按、]|(?<!数)据)"
    r"(?=[一-鿿a-z0-9]{2})"
)
_NO_LAW = re.compile(
    r"^(?:(?:有关|相关|下列|上述|前述|法律|司法|明确|前款|前条|本|该|此|的|以上|以下|其他|另有|特别|合同|协议|公司|学校|平台|社区|一般|具体|这一|那个|这个|立法|国家|地方|中国|行政|等)*"
    r"(?:的)?(?:规定|解释|决定|意见|办法|法律|法规|规则|细则|准则|条例|法|公约)|.*(?:方法|办法律|做法|看法|说法|想法|写法|用法|语法|(?<!预)算法|书法|无法|合法|违法|非法|依法|执法|司法|立法|守法|犯法|普法|枉法|设法))$"
)
_COUNTRIES = "日本|美国|英国|德国|法国|韩国|欧盟|意大利|西班牙|加拿大|澳大利亚|新西兰|新加坡|印度|俄罗斯|台湾|香港|澳门|瑞士|荷兰|以色列|巴西|越南|泰国|马来西亚|国外|外国|域外"
_FOREIGN = re.compile(rf"(?:我国)?(?:{_COUNTRIES})(?:地区|特别行政区|联邦)?(?:的|现行的?|新|旧|\d{{4}}年的?)?[《“\"]?$")
_VERSION_BEFORE = re.compile(
    r"((?:19|20)\d{2})(?:年(?:\d{1,2}月(?:\d{1,2}日)?)?版?|版)(?:第?[一二三四]?次?(?:修正|修订|修改|公布|通过)后?)?(?:版|本)?的?\s?$"
)
_FORMER = re.compile(r"(?:修[正订改]前的?|旧版?的?|(?<![一-鿿])原|原来的)$")
_REVISION = r"(?:第[一二三四五六]次)?(?:修正|修订|修改|公布|通过)?(?:版|本|文本)?"
_VERSION_AFTER = re.compile(
    rf"\s?\(\s?((?:19|20)\d{{2}})(?:\s?年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?|-\d\d-\d\d)?{_REVISION}\s?\)|\s?((?:19|20)\d{{2}})(?:年?(?:版|修正|修订)(?:版|本)?|(?=第))"
)
_FORMER_AFTER = re.compile(
    r"\s?\((?:旧|旧法|已废止|已失效|修[正订改]前)\)|(?:(?:19|20)\d{2}年)?修[正订改](?:之|以)?前的?(?=第)"
)
_DEFINITION = re.compile(
    r"\s?[\(,]\s?(?:以下|下文|下|后文|以下均)?(?:统称|简称|称)(?:为|作|之为)?[::,]?\s?[“\"‘「《]*(?P<alias>[^()“”\"‘’「」《》,。;]{1,24})[”\"’」》]*\s?\)?"
)
_ASIDE = re.compile(r"\s?\((?:[^()]|\([^()]{1,20}\)){1,60}\)")
_GAP = re.compile(
    rf"\s?(?::\s?|规定的|中的|里的|里面的|中|里|的|之|下)?\s?(?:第{NUMERAL}[编章节分]{{1,2}}|(?:总则|分则|物权|合同|人格权|婚姻家庭|继承|侵权责任)编?)*(?:的|中的?)?\s?"
)
_KEY_VERSION = re.compile(r"@((?:19|20)\d{2}(?:-\d{2}-\d{2})?)(?!\d)")
_STATUTE_PATH = re.compile(r"(?:/(?:附件\d{0,2}|\d{1,4}(?:-\d{1,2})?)(?![\d年月]))+")
_OTHER_PATH = re.compile(
    r"/(?:摘要\.)?(?:[一二三四五六七八九十\d]+(?:\.[一二三四五六七八九十\d]+)*|[一-鿿]{1,8}(?:/[一-鿿]{1,8})??)(?:/\d{1,4}(?!\d))?"
)
_UNKNOWN_KEY = re.compile(
    r"[一-鿿]{2,40}@(?:19|20)\d{2}(?:-\d{2}-\d{2})?(?:/(?:附件\d{0,2}|\d{1,4}(?:-\d{1,2})?))*(?!\d)"
)
_SECTION = re.compile(
    r"\s?(?:判决书|判决)?(?:的|中的?)?\s?[“\"](?P<section>[一-鿿\d.]{1,20})[”\"](?:部分|一节)?(?:的)?第(?P<paragraph>\d{1,4})段"
)
_BEYOND_NAME = re.compile(r"相关法|[院学官系界庭律理人定治典案制域务令益宝师盲]|条(?!例)|规(?!定)")
_RELATIVE_LAW = re.compile(
    r"(?P<marker>同|该|本|此|这部|那部|这个|那个|上述|前述|前引|上引)"
    r"(?P<word>司法解释|暂行办法|标识办法|实施条例|实施细则|法律|法典|法(?![院官系界庭律理人定治典案制域务令规条])|条例|办法|规定|解释|规则|细则|意见|决定|准则)"
)
_GENERIC = re.compile(r"(?:暂行)?办法|(?:实施)?条例|规定|(?:司法)?解释|(?:实施)?细则|意见|决定|规则|准则")
_GENERIC_BEFORE = re.compile(r"(司法解释|暂行办法|实施条例|实施细则|条例|办法)的?\s?$")
_ALONE = {"法", "条例", "办法", "司法解释", "暂行办法", "实施条例", "标识办法"}
_ANCHOR = re.compile(
    rf"第\s?(?=\(?\s?{NUMERAL})|(?<![一-鿿\d第)])\([一二三四五六七八九十]{{1,3}}\)(?=项)"
    rf"|前(?:[一两二三四五六]|\d)?(?P<before>条(?!件|例|款|线)|款(?!项|式)|项(?!目))|(?P<this>[该本同])(?P<level>条(?!件|例|款|线|文|约)|款(?=第|规定)|项(?=规定))"
)
_FOLLOWS = re.compile(
    r"\s?(?:$|[\n。,、;:.!?！？)”』」》(“「『\"‘]|规定|所|之|的|中|与|和|及|或|至|到|呢|吗|是|为|也|则|对|内|里|怎|如|有|讲|说|写|要|适|又|亦|仅|并|均|等|以|除|但|不|第|关于|情形|情况"
    r"|列举|明确|前半|后半|限|只|应|可|还|已|被|能|什么|具体|内容|共|确|使)"
)
_FOLLOWS_STRICTLY = re.compile(r"\s?(?:$|[\n。,;:.!?)]|规定|所称|所列|呢|第|怎么|讲|是什么|说|的规定|但书)")
_NOT_LAW_BEFORE = re.compile(
    r"(?:合同|协议|章程|条款|约定|判决|裁定|主文|判项|请求|诉请|诉求|清单|方案|计划|本院|公告|补充|作品|榜单|新闻|规约|手册|保单|保险单|说明书|契约|合约|招股书|备忘录|租约)(?:书|中|的|之|为|:)?\s?$"
)
_THINGS = re.compile(
    r"\s?(?:新闻|消息|路|道路|线索|评论|视频|建议|理由|短信|微博|街|河|鱼|船|狗|腿|生产线|赛道|信息(?!网络)|留言|弹幕|广告|动态|朋友圈|提示词|结果|回复|生命|裤|裙|线|热搜|帖|笔记|记录|数据|指令|主线|意见|原因|经验|铁律|对话|语音|通知|公告|内容是)"
)
_DOCKET_LIKE = re.compile(r"\d:\d\d-[a-z]{2}-\d+")
_ENGLISH_NAME = re.compile(
    r",?\s?(?:of|in|under)\s(?:the\s)?((?:[A-Z][\w'’.-]*\s(?:(?:of|on|and|for|the)\s)*){0,8}(?:Act|Law|Code|Regulations?|Measures|Provisions|Directive|Convention|Agreement|Rules)(?:\s(?:for|on|of)(?:\s(?:the|of|and|on|for|[A-Z][\w-]*))*\s[A-Z][\w-]*)?)\b"
)
_ENGLISH_LINK = re.compile(
    r"[,\s]{0,2}(?:(?:of|in|under)\s)?(?:the\s)?(?:(?:prc|chinese|china'?s|people's republic of china'?s?)\s)?(?:(?P<year>(?:19|20)\d{2})\s)?"
)


class _Form(Enum):
    TITLE = auto()
    NAME = auto()
    CASE = auto()
    ISSUED = auto()
    RELATIVE = auto()
    KEY = auto()
    LOCAL = auto()


@dataclass(frozen=True, slots=True)
class _Named:
    """A document named at a place of the text; `shorts` are the documents held that the name may mean.

    `word` and `marker` are the parts of 该 + 办法; `cases` the judgments of one written number (113、114号) with what is
    held of each.
    """

    start: int
    end: int
    form: _Form
    name: str
    shorts: tuple[str, ...] = ()
    version: str | None = None
    former: bool = False
    word: str | None = None
    marker: str | None = None
    cases: tuple[tuple[str, tuple[str, ...]], ...] = ()


def find_citations(text: str, names: Names, context: Citation | None = None) -> list[Mention]:
    """Every citation in `text`, in order of place; lists and ranges give one mention for each cited place.

    `context` is where the text stands (the statute passage it is, or the place a conversation was about): 本法, 前款,
    本条 and a lone 第二款 count from there.

    >>> from ingest.names import Entry
    >>> names = Names([Entry("著作权法", "2020-11-11", "中华人民共和国著作权法")])
    >>> text = "依《著作權法》第２４條第一款第（六）、（八）項，该法第59条亦同。"
    >>> for mention in find_citations(text, names):
    ...     print(mention.citation, mention.start, mention.end, mention.raw)
    著作权法/24/1/6 1 23 《著作權法》第２４條第一款第（六）、（八）項
    著作权法/24/1/8 14 23 第（六）、（八）項
    著作权法/59 24 30 该法第59条
    """
    return _Reader(text, names, context).read()


class _Reader:
    """One reading of one text."""

    def __init__(self, text: str, names: Names, context: Citation | None) -> None:
        self._text = text
        self._folded = fold(text)
        self._names = names
        self._antecedents = Antecedents(self._folded, names, context)
        self._local: dict[str, tuple[Citation, tuple[str, ...]]] = {}
        self._found: list[Mention] = []
        self._waiting: list[list[PlaceSpan]] = []

    def read(self) -> list[Mention]:
        named = self._named()
        anchors = sorted(
            [(match.start(), match) for match in _ANCHOR.finditer(self._folded)]
            + [(match.start(), match) for match in ENGLISH_ANCHOR.finditer(self._folded)],
            key=lambda pair: pair[0],
        )
        position, next_anchor = 0, 0
        for index, document in enumerate([*named, None]):
            limit = document.start if document else len(self._folded)
            while next_anchor < len(anchors) and anchors[next_anchor][0] < limit:
                start, match = anchors[next_anchor]
                next_anchor += 1
                if start >= position:
                    position = max(position, self._read_anchor(match, position, document))
            if document and document.start >= position:
                follower = named[index + 1] if index + 1 < len(named) else None
                position = max(position, self._read_named(document, follower))
        self._read_waiting()
        return sorted(self._found, key=lambda mention: (mention.start, mention.end))

    # --- documents named in the text

    def _named(self) -> list[_Named]:
        """The documents named in the text, in order, none overlapping another: the longest from the left."""
        titles = list(self._titles())
        every = [*titles, *self._dictionary(), *self._numbers(), *self._relative_laws(), *self._keys()]
        every.extend(self._local_names())
        every.sort(key=lambda named: (named.start, -named.end, named.form is _Form.NAME, named.form is _Form.LOCAL))
        kept: list[_Named] = []
        for named in every:
            if kept and named.start < kept[-1].end:
                continue
            kept.append(named)
        return kept

    def _titles(self) -> Iterator[_Named]:
        """《…》 around a known name, a word that points back (《办法》), or what looks like the name of a law."""
        for start, end in _title_marks(self._folded):
            inside = self._text[start + 1 : end - 1]
            normal = normal_name(inside)
            shorts = self._names.candidates(inside)
            generic = bool(_GENERIC.fullmatch(normal.name))
            followed = bool(read_places(self._folded, end, named=True)) or _VERSION_AFTER.match(self._folded, end)
            if shorts or generic or _LAW_ENDING.search(normal.name) or followed:
                if generic and not shorts:
                    yield _Named(start, end, _Form.RELATIVE, inside, word=normal.name, marker="《》")
                elif normal.name:
                    yield self._dressed(_Named(start, end, _Form.TITLE, inside, shorts, normal.year))

    def _dictionary(self) -> Iterator[_Named]:
        """Known names, with or without title marks and quotes around or inside them, and the state inside them."""
        folded = self._folded.replace(_STATE, _NO_STATE) if _STATE in self._folded else self._folded
        places = [i for i, character in enumerate(folded) if character not in QUOTES]
        bare = "".join([self._folded[i] for i in places])
        for first, last, name in self._names.occurrences(bare):
            start, end = self._quoted(places[first], places[last - 1] + 1)
            if self._is_whole_word(start, end, name):
                yield self._dressed(_Named(start, end, _Form.NAME, self._text[start:end], self._names.shorts(name)))

    def _quoted(self, start: int, end: int) -> tuple[int, int]:
        """The span with the marks that belong to it: those opened outside and closed inside, and one pair around."""
        folded = self._folded
        inside = folded[start:end]
        if sum(map(inside.count, "》〉”’」』")) > sum(map(inside.count, "《〈“‘「『")):
            while start and folded[start - 1] in _OPENERS:
                start -= 1
        if folded.startswith(_STATE, start - len(_STATE)) and start >= len(_STATE):
            start -= len(_STATE)
        version = _VERSION_AFTER.match(folded, end)
        close = version.end() if version else end
        while start and folded[start - 1] in _OPENERS and folded[close : close + 1] in tuple(_CLOSERS):
            start, end = start - 1, close + 1
            close = end
        return start, end

    def _is_whole_word(self, start: int, end: int, name: str) -> bool:
        folded = self._folded
        if (
            name[0].isascii()
            and name[0].isalnum()
            and start
            and folded[start - 1].isascii()
            and folded[start - 1].isalnum()
        ):
            return False
        following = folded[end : end + 1]
        if name[-1].isascii() and name[-1].isalnum():
            return not (following.isascii() and following.isalnum())
        if name.endswith("法") and _BEYOND_NAME.match(folded, end):
            return False
        return not (name.endswith("法典") and following == "型")

    def _dressed(self, named: _Named) -> _Named:
        """With the version, the age or the country written around the name."""
        folded, start, end, version = self._folded, named.start, named.end, named.version
        if any(self._names.kind(short) is not Kind.STATUTE for short in named.shorts):
            return named
        if foreign := _FOREIGN.search(folded, max(0, start - 16), start):
            name = re.sub(r"[《》“”\"]|的$", "", self._text[foreign.start() : end])
            name = name.replace("的", "", 1) if foreign[0].endswith("的") else name
            return replace(named, start=foreign.start(), name=name, shorts=self._names.candidates(name))
        after_former = _FORMER_AFTER.match(folded, end)
        if after_former is None and (after := _VERSION_AFTER.match(folded, end)):
            version, end = version or after[1] or after[2], after.end()
            after_former = _FORMER_AFTER.match(folded, end)
        former = after_former is not None
        end = after_former.end() if after_former else end
        if before := _VERSION_BEFORE.search(folded, max(0, start - 24), start):
            version, start = version or before[1], before.start()
        elif age := _FORMER.search(folded, max(0, start - 6), start):
            former, start = True, age.start()
        inside = self._text[named.start : named.end]
        if version is None:
            version = normal_name(inside).year
        return replace(named, start=start, end=end, version=version, former=former)

    def _numbers(self) -> Iterator[_Named]:
        """Case numbers, dockets, and documents known by the number under which they were issued."""
        for (start, end), spans in groupby(case_numbers(self._folded), key=lambda span: (span.start, span.end)):
            cases = tuple(
                (span.number, self._names.candidates(span.number))
                if span.number
                else (span.serial or "", self._names.by_serial(span.serial or ""))
                for span in spans
            )
            yield _Named(start, end, _Form.CASE, self._text[start:end], cases=cases)
        for span in issued_numbers(self._folded):
            number = span.number or ""
            yield _Named(span.start, span.end, _Form.ISSUED, number, self._names.candidates(number))

    def _relative_laws(self) -> Iterator[_Named]:
        for match in _RELATIVE_LAW.finditer(self._folded):
            yield _Named(*match.span(), _Form.RELATIVE, match[0], word=match["word"], marker=match["marker"])

    def _keys(self) -> Iterator[_Named]:
        for match in _UNKNOWN_KEY.finditer(self._folded):
            name = match[0].partition("@")[0]
            if not any(self._names.candidates(name[i:]) for i in range(len(name) - 1)):
                yield _Named(*match.span(), _Form.KEY, name)

    def _local_names(self) -> Iterator[_Named]:
        """What the text itself defines (以下简称“甲案”), wherever it stands later in the text."""
        folded = self._folded
        defined: dict[str, int] = {}
        for match in _DEFINITION.finditer(folded):
            for alias in re.split("[或、]", match["alias"]):
                if len(alias.strip()) > 1:
                    defined.setdefault(alias.strip(), match.end())
        for alias, after in list(defined.items())[:_MOST_DEFINITIONS]:
            for match in re.compile(re.escape(alias)).finditer(folded, after):
                start, end = self._quoted(*match.span())
                quoted = start < match.start()
                generic = bool(_GENERIC.fullmatch(alias)) or len(alias) == 2
                apart = (
                    not _CHINESE.match(folded[start - 1 : start] or " ") or folded[start - 1] in "据照和与及按依合反用"
                )
                if quoted or not generic or (apart and folded[end : end + 1] == "第"):
                    yield _Named(start, end, _Form.LOCAL, self._text[match.start() : match.end()])

    # --- a name and what stands behind it

    def _read_named(self, named: _Named, follower: _Named | None) -> int:
        if named.form is _Form.KEY:
            return self._emit_key(named)
        if named.form is _Form.CASE:
            return self._read_case(named)
        if named.form is _Form.RELATIVE:
            return self._read_relative_law(named)
        if named.form is not _Form.ISSUED and (local := self._local.get(_local_name(named.name))):
            return self._read_local(named, *local)
        if named.form is _Form.LOCAL:
            return named.start
        if len(named.shorts) == 1 and self._names.kind(named.shorts[0]) not in (Kind.STATUTE, None):
            return self._read_other(named)
        return self._read_statute(named, follower)

    def _read_local(self, named: _Named, document: Citation, shorts: tuple[str, ...]) -> int:
        """A name that the text has defined for a document."""
        doubt = None if len(shorts) == 1 else Doubt.AMBIGUOUS if shorts else Doubt.UNKNOWN
        named = replace(named, shorts=shorts)
        version = named.version or document.version
        if document.is_case or self._names.kind(document.document) not in (Kind.STATUTE, None):
            self._emit(named.start, named.end, document, named, doubt)
            return named.end
        return self._read_places(named, replace(document, version=version), doubt, None)

    def _read_statute(self, named: _Named, follower: _Named | None) -> int:
        base, doubt = self._document(named)
        return self._read_places(named, base, doubt, follower)

    def _read_places(self, named: _Named, base: Citation, doubt: Doubt | None, follower: _Named | None) -> int:
        key = self._key_tail(named.end)
        if key:
            version, path, end = key
            self._emit(named.start, end, Citation(base.document, version or base.version, path), named, doubt)
            return end
        end, places = self._places_behind(named, base)
        if not places:
            glued = (
                follower and follower.form is _Form.NAME and follower.start == named.end and named.form is _Form.NAME
            )
            if not glued:
                self._emit(named.start, named.end, base, named, doubt)
            return max(end, named.end)
        self._emit_places(places, base, named.start, named, doubt)
        return places[-1].end

    def _document(self, named: _Named) -> tuple[Citation, Doubt | None]:
        shorts = self._names.of_year(named.shorts, named.version)
        if len(shorts) == 1:
            return Citation(shorts[0], named.version), None
        name = named.name if named.form is _Form.ISSUED else _plain_name(named.name)
        return Citation(name, named.version), Doubt.AMBIGUOUS if named.shorts else Doubt.UNKNOWN

    def _places_behind(self, named: _Named, base: Citation) -> tuple[int, list[PlaceSpan]]:
        """The places written behind a name, past a definition, a version, an aside, 的 or the chapter.

        The end is that of a definition or of the last place, whichever was read.
        """
        position = read_to = named.end
        while True:
            if definition := _DEFINITION.match(self._folded, position):
                self._define(self._text[definition.start("alias") : definition.end("alias")], named, base)
                position = read_to = definition.end()
            elif aside := _ASIDE.match(self._folded, position):
                position = aside.end()
            else:
                break
        gap = _GAP.match(self._folded, position)
        start = gap.end() if gap else position
        places = read_places(self._folded, start, named=True)
        if not places and self._folded[start : start + 9].lstrip(", ")[:1] in "§a":
            offset = len(self._folded[start : start + 9]) - len(self._folded[start : start + 9].lstrip(", "))
            english = read_english(self._folded, start + offset)
            places = english[0] if english else []
        return read_to, places

    def _define(self, alias: str, named: _Named, base: Citation) -> None:
        for part in re.split(r"[或、]", alias):
            self._local[_local_name(part)] = (base.at(), named.shorts)

    def _read_case(self, named: _Named) -> int:
        court = court_before(self._folded, named.start)
        written = self._text[slice(*court)] if court else None
        path, last = self._other_path(named.end)
        end = last
        for number, shorts in named.cases:
            doubt = None if len(shorts) == 1 else Doubt.AMBIGUOUS if shorts else Doubt.UNKNOWN
            document = Citation(shorts[0] if len(shorts) == 1 else number)
            one = replace(named, shorts=shorts)
            end = max(end, self._read_definition(one, document))
            self._emit(named.start, last, document.at(*path), one, doubt, court=written)
        return end

    def _read_other(self, named: _Named) -> int:
        """A judgment, a commentary or a note by its name, or the key of one of its places.

        The articles of a foreign rule of which a note is held are part of the mention, and the note is what is cited:
        read alone they would be taken for those of the statute cited before.
        """
        version = _KEY_VERSION.match(self._folded, named.end)
        path, end = self._other_path(version.end() if version else named.end)
        base = Citation(named.shorts[0], version[1] if version else None, path)
        last = end if path or version else named.end
        if last == named.end and self._names.kind(named.shorts[0]) is Kind.NOTE:
            _, places = self._places_behind(named, base)
            last = places[-1].end if places else last
        self._emit(named.start, last, base, named, None)
        return max(last, self._read_definition(named, base.at()))

    def _read_definition(self, named: _Named, document: Citation) -> int:
        definition = _DEFINITION.match(self._folded, named.end)
        if not definition:
            return named.end
        self._define(self._text[definition.start("alias") : definition.end("alias")], named, document)
        return definition.end()

    def _other_path(self, position: int) -> tuple[tuple[str, ...], int]:
        if match := _OTHER_PATH.match(self._folded, position):
            return tuple(self._text[match.start() + 1 : match.end()].split("/")), match.end()
        if match := _SECTION.match(self._folded, position):
            return (match["section"], match["paragraph"]), match.end()
        return (), position

    def _key_tail(self, position: int) -> tuple[str | None, tuple[str, ...], int] | None:
        version = _KEY_VERSION.match(self._folded, position)
        start = version.end() if version else position
        path = _STATUTE_PATH.match(self._folded, start)
        if not version and not path:
            return None
        parts = tuple(path[0][1:].split("/")) if path else ()
        return (version[1] if version else None), parts, path.end() if path else start

    def _read_relative_law(self, named: _Named) -> int:
        word, marker = named.word or "", named.marker or ""
        if local := self._local.get(_local_name(named.name)):
            return self._read_local(named, *local)
        antecedent = (
            self._antecedents.home(word) if marker == "本" else self._antecedents.document(word, same=marker == "同")
        )
        own = self._names.candidates(word) if marker not in ("本", "此") else ()
        if antecedent.citation is None and len(own) == 1:
            # 那个标识办法, where nothing was named before, is the one of that name.
            antecedent = Antecedent(Citation(own[0]))
        _, places = self._places_behind(named, antecedent.citation or Citation(named.name))
        if not places:
            if antecedent.citation and (word in _ALONE or marker == "《》") and marker not in ("本", "此"):
                self._emit(named.start, named.end, antecedent.citation, None, None, relative=named.name)
                return named.end
            return named.start
        if antecedent.citation is None:
            self._emit_lost(named.start, places[-1].end, named.name, antecedent)
        else:
            self._emit_places(places, antecedent.citation, named.start, None, None, relative=named.name)
        return places[-1].end

    # --- places without a name

    def _read_anchor(self, match: re.Match[str], position: int, follower: _Named | None) -> int:
        groups = match.re.groupindex
        if match.re is ENGLISH_ANCHOR:
            return self._read_english_anchor(match.start(), follower)
        if "before" in groups and match["before"]:
            return self._read_before(match)
        if match["this"]:
            return self._read_this(match)
        places = read_places(self._folded, match.start(), named=False)
        if not places:
            return position
        if places[0].levels[0] is not None:
            return self._read_lone_article(places, position)
        return self._read_lone_paragraph(places)

    def _read_lone_article(self, places: list[PlaceSpan], position: int) -> int:
        start, end = places[0].start, places[-1].end
        bare = self._bare_law(position, start)
        if bare:
            name_start, name = bare
            shorts = self._names.candidates(name)
            named = self._dressed(_Named(name_start, start, _Form.NAME, name, shorts))
            base, doubt = self._document(named)
            self._emit_places(places, base, named.start, named, doubt)
            return end
        if _NOT_LAW_BEFORE.search(self._folded, max(0, start - 8), start) or _THINGS.match(self._folded, end):
            return end
        generic = _GENERIC_BEFORE.search(self._folded, max(position, start - 6), start)
        begin = generic.start() if generic else start
        antecedent = self._antecedents.document(generic[1] if generic else None)
        if antecedent.citation is None and not antecedent.candidates and not generic:
            self._waiting.append(places)
        else:
            stretched = [replace(places[0], start=begin), *places[1:]]
            self._emit_relative(stretched, antecedent, self._text[begin : places[0].end])
        return end

    def _read_waiting(self) -> None:
        """Articles before any law was named: they belong to the only law of the text, if there is one."""
        later = self._antecedents.only_document()
        for places in self._waiting:
            self._emit_relative(places, Antecedent(later), self._text[places[0].start : places[0].end])

    def _bare_law(self, position: int, start: int) -> tuple[int, str] | None:
        """The name of a law that is not in the dictionary, directly before 第…条: where it starts, and the name."""
        low = max(position, start - 46)
        match = _BARE_LAW.search(self._folded, low, start)
        if not match:
            return None
        run = match[1]
        about = run.find("关于")
        lead = None if about >= 0 and run.endswith(("规定", "解释", "意见", "决定", "办法", ")")) else _LEAD.match(run)
        offset = lead.end() if lead else max(about, 0)
        name = run[offset:].rstrip()
        if (len(name) < 3 and name not in _SHORT_LAWS) or _NO_LAW.match(name):
            return None
        begin = match.start(1) + offset
        return begin, self._text[begin : begin + len(name)]

    def _read_lone_paragraph(self, places: list[PlaceSpan]) -> int:
        first, end = places[0], places[-1].end
        if _NOT_LAW_BEFORE.search(self._folded, max(0, first.start - 8), first.start) or COUNTED.match(
            self._folded, end
        ):
            return end
        if not _FOLLOWS.match(self._folded, end):
            return end
        antecedent = self._antecedents.article()
        is_item = len(first.levels) > 2
        if antecedent.citation is None:
            credible = first.bracketed if is_item else bool(_FOLLOWS_STRICTLY.match(self._folded, end))
            if credible:
                self._emit_lost(first.start, end, self._text[first.start : end], antecedent)
            return end
        base = antecedent.citation
        if is_item and (place := self._antecedents.place()) and base.contains(place):
            base = place
        self._emit_places(places, base, first.start, None, None, relative=self._text[first.start : first.end])
        return end

    def _read_before(self, match: re.Match[str]) -> int:
        """前款, 前两款, 前条, 前项: counted back from the place that the text stands in."""
        level = {"条": 0, "款": 1, "项": 2}[match["before"]]
        count = to_int(match[0][1:-1]) or 1 if len(match[0]) > 2 else 1
        context = self._antecedents.context
        base = context if context and context.path else None
        if base is None and level == 1:
            base = self._antecedents.place()
        number = to_int(base.path[level]) if base and len(base.path) > level else None
        end = match.end()
        deeper = read_places(self._folded, end, named=False)
        deeper = deeper if deeper and deeper[0].levels[0] is None else []
        if base is not None and base is not context and (number, count) == (1, 1):
            # In running prose 前款 behind the first paragraph of an article is the paragraph just cited.
            base, number = base.at(*base.path[:1], "1"), 2
        if base is None or number is None or number - count < 1:
            self._emit_lost(match.start(), deeper[-1].end if deeper else end, match[0], Antecedent(None))
            return deeper[-1].end if deeper else end
        for back in range(count, 0, -1):
            citation = base.at(*base.path[:level], str(number - back))
            if back == 1 and deeper:
                self._emit_places(deeper, citation, match.start(), None, None, relative=match[0])
            else:
                self._emit(match.start(), end, citation, None, None, relative=match[0])
        return deeper[-1].end if deeper else end

    def _read_this(self, match: re.Match[str]) -> int:
        """该条, 本条, 同条, 该款规定."""
        home = match["this"] == "本"
        antecedent = self._antecedents.article(home=home)
        end = match.end()
        if match["level"] != "条":
            place = self._antecedents.context if home else self._antecedents.place()
            depth = 2 if match["level"] == "款" else 3
            known = antecedent.citation and place and len(place.path) >= depth
            antecedent = Antecedent(place.at(*place.path[:depth]) if known and place else None)
        if _THINGS.match(self._folded, end):
            return end
        deeper = read_places(self._folded, end, named=False)
        if antecedent.citation is None:
            # 该条 alone may be anything; 该条第二款 is a citation, of an article that was not named.
            if match["level"] == "条" and not home and deeper and deeper[0].levels[0] is None:
                self._emit_lost(match.start(), deeper[-1].end, match[0], antecedent)
                return deeper[-1].end
            return end
        if deeper and deeper[0].levels[0] is None:
            self._emit_places(deeper, antecedent.citation, match.start(), None, None, relative=match[0])
            return deeper[-1].end
        self._emit(match.start(), end, antecedent.citation, None, None, relative=match[0])
        return end

    def _read_english_anchor(self, start: int, follower: _Named | None) -> int:
        """Article 24(1)(6) of the Copyright Law; the name may stand on either side."""
        read = read_english(self._folded, start)
        if not read or re.search(r"u\.?s\.?c\.?\s?$|\d\s?$", self._folded[max(0, start - 8) : start]):
            return start + 1
        places, end = read
        link = _ENGLISH_LINK.match(self._folded, end)
        # The link may take in a word with which the name itself begins: Chinese Copyright Law.
        if follower and link and end <= follower.start <= link.end() and follower.form in (_Form.NAME, _Form.TITLE):
            named = replace(follower, version=follower.version or link["year"])
            base, doubt = self._document(named)
            stretched = [*places[:-1], replace(places[-1], end=named.end)]
            self._emit_places(stretched, base, start, named, doubt)
            return named.end
        if unknown := _ENGLISH_NAME.match(to_narrow(self._text[end : end + 120])):
            named = _Named(start, end + unknown.end(), _Form.NAME, unknown[1])
            stretched = [*places[:-1], replace(places[-1], end=named.end)]
            self._emit_places(stretched, Citation(unknown[1]), start, named, Doubt.UNKNOWN)
            return named.end
        self._emit_relative(places, self._antecedents.document(), self._text[start:end])
        return end

    # --- mentions

    def _emit_relative(self, places: list[PlaceSpan], antecedent: Antecedent, word: str) -> None:
        if antecedent.citation is None:
            self._emit_lost(places[0].start, places[-1].end, word, antecedent)
        else:
            self._emit_places(places, antecedent.citation, places[0].start, None, None, relative=word)

    def _emit_places(
        self,
        places: list[PlaceSpan],
        base: Citation,
        start: int,
        named: _Named | None,
        doubt: Doubt | None,
        relative: str | None = None,
    ) -> None:
        for index, place in enumerate(places):
            path, implied = place.path(base.path)
            first = start if index == 0 else place.start
            self._emit(first, place.end, base.at(*path), named, doubt, relative=relative, implied=implied)

    def _emit(
        self,
        start: int,
        end: int,
        citation: Citation,
        named: _Named | None,
        doubt: Doubt | None,
        *,
        relative: str | None = None,
        implied: bool = False,
        court: str | None = None,
    ) -> None:
        mention = Mention(
            raw=self._text[start:end],
            start=start,
            end=end,
            citation=citation,
            name=named.name if named else None,
            doubt=doubt,
            candidates=named.shorts if named and doubt is Doubt.AMBIGUOUS else (),
            relative=relative,
            paragraph_implied=implied,
            former=named.former if named else False,
            court=court,
        )
        self._found.append(mention)
        if not (named and named.form is _Form.CASE) and self._names.kind(citation.document) in (Kind.STATUTE, None):
            self._antecedents.add(start, citation)

    def _emit_lost(self, start: int, end: int, word: str, antecedent: Antecedent) -> None:
        doubt = Doubt.AMBIGUOUS if antecedent.candidates else Doubt.NO_ANTECEDENT
        self._found.append(
            Mention(self._text[start:end], start, end, None, None, doubt, antecedent.candidates, relative=word)
        )

    def _emit_key(self, named: _Named) -> int:
        citation = Citation.parse(self._folded[named.start : named.end])
        self._emit(named.start, named.end, citation, named, Doubt.UNKNOWN)
        return named.end


def _title_marks(folded: str) -> Iterator[tuple[int, int]]:
    """The outermost 《…》, marks included; one left open or too long is passed over."""
    opened: list[int] = []
    for match in re.finditer("[《》\n]", folded):
        if match[0] == "《":
            opened.append(match.start())
        elif match[0] == "\n":
            opened.clear()
        elif opened:
            start = opened.pop()
            if not opened and 2 < match.end() - start <= _LONGEST_TITLE:
                yield start, match.end()


def _plain_name(written: str) -> str:
    """A name that is not held, without title marks, state and version, in simplified characters."""
    normal = normal_name(written).name
    simplified = to_narrow(to_simplified(written))
    place = fold(simplified).find(normal)
    return simplified[place : place + len(normal)] if place >= 0 else normal or simplified


def _local_name(name: str) -> str:
    return "".join(character for character in fold(name.strip()) if character not in QUOTES)
