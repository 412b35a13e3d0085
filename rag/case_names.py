"""How people call a case when they do not give its number: by its place, its court, a nickname that several share."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from ingest.mention import Mention
from ingest.script import fold, to_simplified
from rag.claims import courts_named, same_court
from rag.library import Library

_INSTANCES = (
    (
        "二审",
        re.compile(
            r"二审|终审|上诉审|上(?:头|面|一)那?级(?:的)?法院|上级法院|中院那边|(?:^|[，。？！,.?!\n]|那)中院|上诉(?:的时候|那个|案|时|里|中|后|多要|多求|阶段|期间|请求|法院|人)|两审|appeal",
            re.I,
        ),
    ),
    ("一审", re.compile(r"一审|初审|两审|first instance", re.I)),
)
# What may stand between a place and the word for a case: 广州的那个案子, 金山法院判决.
_PLACE_TAIL = r"(?:(?:互联网|中级|基层)?(?:人民)?(?:法院|中院)?(?:的|那个|这个|判的|那边的?|审的|那起|这起)*(?:案|判决)|[^，。？！的]{0,6}(?:的)?(?:那起|那个|那件|这起|这个)[^，。？！]{1,24}?案|那个(?=反而|却|反倒|也是|才))"
_PLACE_TAIL_IN_CONVERSATION = rf"(?:{_PLACE_TAIL}|(?:的?那个|那边|法院|的)?(?:呢|的呢)|那个|那边|那(?:[几两三四]?[张件幅部篇首]|起|桩)|的案|的(?=比|相比|[,，和跟]))"
# A court of a place, or what it decided, in whatever words: 江西那件节气图怎么就反着判了, 伦敦的法院.
_JUDGED_THERE = r"(?:[和与跟、][\u4e00-\u9fff]{2,4}(?=的|法院))?(?:的|那边的?|那儿的?)?(?:[\u4e00-\u9fff]{0,8}法院|法官|[^，。？！,.?!]{0,16}(?:判(?!例)|驳|官司|打[赢输]|(?<![法方提草议])案(?![件例]))|那[张幅件首篇段部][^。？！]{0,24}(?:法院|法官))"
_AT_HOME = re.compile(r"国内|境内|中国|大陆")
_WHERE_TO_SUE = re.compile(r"高院|高级|管辖|立案|归[^，。？！]{0,8}管|(?:哪|什么)[个家]?法院|去哪|到哪")
_DESCRIBED, _FEW = 9, 2
# So many pairs of characters of its own tell a case from the others of its place.
_TOLD_APART = 2
# Tools and companies that many cases name tell none from another; those of one case alone do.
_LATIN_WORD = re.compile(r"(?<![a-z])[a-z]{3,}(?![a-z])")
_SHORTEST_ALONE = 4
_IN_THE_STYLE = "-style"
_AGAINST = re.compile(r"(?P<first>[A-Za-z]+) vs?\.? (?P<second>[A-Z][A-Za-z]*)")
_PARTIES = re.compile(
    r"(?P<plaintiff>[\u4e00-\u9fff]{1,7}[\u4e00-\u9fff某])(?:起?诉|状?告了?|vs?\.?)(?P<defendant>[\u4e00-\u9fff]{1,9}[\u4e00-\u9fff某])"
)
_CASE_TAIL = re.compile(r"(?:一案|那?个?案子?|的|官司|纠纷).*$")
# A name at the head of a follow-up that goes on about it, or one that is compared with.
_IN_A_FOLLOW_UP = (
    r"(?:^|(?<=[\n,，。?？!！]))(?:那么?|可是?|而)?(?:[\u4e00-\u9fff]{{2,4}}的)?(?P<name>{0})[”」』》]?\s*(?=也|是不是|[跟和与]|又|却|咋|怎么|有没有|的|要|赔|判|赢|输|那[边个件])"
    r"|(?<=[跟和与比像])(?P<name_>{0})[”」』》]?(?=一样|同样|一路|比|相|不同|那|到底|有什么|有啥|哪|的)"
)
# What says of a name that a case is meant by it.
_CALLED_A_CASE = re.compile(
    r"[”」』》]?(?:[^，。？！,.?!、和与]{0,6}?(?:案|判决|裁定|和解|官司|诉讼|一审|二审|上诉)|[那这][个件起份单桩宗]|[那这]边的?(?:法官|法院|判)|被[^，。？！,.?!]{1,8}?[告诉](?!知)|的?(?:呢|案)|诉|案| case| ruling| judgment| decision| settlement)"
)
_CALLED_FROM_AFAR = re.compile(r"[^，。？！,.?!、]{0,12}?(?:官司|诉讼(?!时效)|和解|案(?![件例情由]))")
_ENGLISH_CASE = re.compile(
    r"(?:'s)?(?: [\w']+){0,2} (?:case|ruling|judg(?:e)?ment|decision|settlement|lawsuit|litigation|appeal|verdict|hearing|suit)\b"
    r"| (?:was|is|got) sued| sued| sues",
    re.I,
)
_ENGLISH_PARTY = re.compile(r"\b(?:sued?|sues|suing|against|defendant|plaintiff) \w+$", re.I)
# What makes one side of a suit of a name: 告Midjourney, Midjourney被诉.
_AS_A_SIDE = re.compile(r"[诉告]了?\s*[A-Za-z]|[A-Za-z]\s*(?:被?[诉告]|公司|案)|\b(?:sue[ds]?|v\.?|against)\b", re.I)
# Latin words of names that name the field and no case.
_OF_THE_FIELD = frozenset({"aigc", "lora", "gpt", "api", "app", "llm"})
# Latin words of names that say something else as well.
_COMMON_LATIN = frozenset({"like", "company", "images", "google", "meta", "getty", "reuters", "disney", "sony"})
# Words of courts and suits; a name alone in a few words, as in Dreamwriter呢, can mean nothing but the case.
_CASE_TALK = re.compile(r"案|判|诉|告|法院|法官|官司|裁|庭|和解|赔|赢|输|认定|一审|二审|侵权")
_NOTHING_ELSE = 20
_TO_WHOM = r"(?:了|的是?|过)?[^。？！?!，]{0,4}?"
_PERSON_CASE = re.compile(
    r"(?<![\u4e00-\u9fff])(?=[\u4e00-\u9fff]某)(?P<name>[\u4e00-\u9fff]某)某?(?:[)）])?(?:一?案|的案子|的官司)"
    r"|案[子件]?[(（](?P<name_>[\u4e00-\u9fff]某)"
)
# Somebody with a name of a firm or society who sues whoever stands behind it.
_SUING = re.compile(
    r"(?P<who>(?:[\u4e00-\u9fff]{2,8}(?:公司|集团|唱片|音乐|协会|出版社?|报社?|影业|传媒|工作室|大学|图片社)|[A-Z][A-Za-z]+))"
    r"[^。？！?!，]{0,6}?(?:起诉|状告|告|诉)了?[^。？！?!，]{0,3}$"
)
_SUED = re.compile(r"(?:起诉|状告|[告诉])了?的?$")
# Whoever is told by a trade alone, as in 音乐公司告Anthropic, may be any party.
_BY_TRADE = re.compile(
    r"(?:[几那这]?[些家个]|多家|[一三]家|三大|某)?(?:音乐|唱片|影视|电影|图片|图库|出版|新闻|媒体|游戏|动漫|词曲)?(?:公司|集团|唱片|音乐|协会|出版社?|报社?)们?"
)
_HEART = re.compile(r"[\u4e00-\u9fffA-Za-z]{2,8}")
# Whoever may be any party: 新创华诉AI公司案 is not called AI公司.
_ANYBODY = re.compile(r"(?:AI|人工智能|某|科技|网络|大模型)*(?:公司|平台|网站|软件|模型)")
_PROPER = re.compile(r"[A-Z][A-Za-z]{3,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLOSE = 0.9
_MOST_ALIKE = 3


_PARTY_TAIL = re.compile(r"等.*$|著作权.*$|侵害.*$|侵犯.*$|信息网络.*$|不正当.*$|合同.*$")


class CaseNames:
    """The cases of a library by the names that people use."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @cached_property
    def _metas(self) -> dict[str, Mapping[str, Any]]:
        return {
            document.citation.document: document.meta
            for document in self._library.documents()
            if self.is_case(document.citation.document)
        }

    @cached_property
    def _by_place(self) -> dict[str, tuple[str, ...]]:
        places: dict[str, tuple[str, ...]] = {}
        for short, meta in self._metas.items():
            for place in _places(str(meta.get("court") or "")):
                places[place] = (*places.get(place, ()), short)
        return places

    @cached_property
    def _by_region(self) -> dict[str, tuple[str, ...]]:
        """Places as above, and the wider regions that the files name: 江西, 德国."""
        regions = dict(self._by_place)
        for short, meta in self._metas.items():
            for place in map(str, meta.get("places") or ()):
                regions[place] = (*regions.get(place, ()), short)
        return regions

    @cached_property
    def _matter(self) -> dict[str, frozenset[str]]:
        """What each case is about, in pairs of characters of its file that few cases share."""
        pairs = {
            short: _pairs(self._library.text(document))
            for short in self._metas
            if (document := self._library.document(short))
        }
        count = Counter(pair for found in pairs.values() for pair in found)
        places = "".join(self._by_region)
        return {
            short: frozenset(pair for pair in found if count[pair] <= _MOST_ALIKE and pair not in places)
            for short, found in pairs.items()
        }

    def _about(self, shorts: Sequence[str], text: str) -> tuple[str, ...]:
        """Those of the cases whose matter a text tells most of; none where it tells of none."""
        said = _pairs(text)
        told = {short: len(said & self._matter[short]) for short in shorts}
        most = max(told.values(), default=0)
        return tuple(short for short in shorts if most >= _TOLD_APART and told[short] == most)

    def is_case(self, short: str) -> bool:
        """Whether a held document is a judgment, a digest of one, or a note on a foreign case."""
        document = self._library.document(short)
        return document is not None and document.is_case

    def called(self, text: str, in_conversation: bool) -> list[Mention]:
        """Cases called by nickname, parties, place, court or a word of their own.

        The first way that finds any decides; what another way finds elsewhere in the text is a further case only where the
        text calls it one: 嘉定案、通州案, Anthropic那个和Ross那个.
        """
        found: list[Mention] = []
        ways = (
            self._by_both_sides(text),
            self._by_nickname(text, in_conversation),
            self._between(text),
            self._at_place(text, in_conversation),
            self._by_place_and_matter(text),
            self._at_court(text),
            self.by_latin_word(text),
        )
        for mentions in ways:
            further = self.further(found, mentions, text) if found else mentions
            found += further
        return found

    def further(self, found: Sequence[Mention], others: Sequence[Mention], text: str) -> list[Mention]:
        """Those of `others` that call another case than the ones found, by words of their own that stand elsewhere."""
        known = {short for mention in found for short in (mention.candidates or _named(mention))}
        known |= {str(other) for short in known for other in self._metas.get(short, {}).get("related") or ()}
        return [
            mention
            for mention in others
            if known.isdisjoint(mention.candidates)
            and (called := _CALLED_A_CASE.match(text, mention.end))
            # A court or a place right before the name of a case speaks of that one: 广州互联网法院审理的春风案.
            and not any(mention.start < other.end and other.start < called.end() for other in found)
        ]

    def _between(self, text: str) -> list[Mention]:
        """A case told by its parties: 绘素诉朱某案, 王某起诉武汉那家公司."""
        return [
            Mention(match[0], *match.span(), None, match[0], candidates=shorts)
            for match in _PARTIES.finditer(text)
            if (shorts := self.of_parties(match["plaintiff"], _CASE_TAIL.sub("", match["defendant"])))
        ]

    @cached_property
    def _sides(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The two sides of the names that have them: 环球音乐诉Anthropic案."""
        sides: dict[tuple[str, str], tuple[str, ...]] = {}
        for short, meta in self._metas.items():
            for alias in meta.get("aliases") or ():
                first, told, second = fold(to_simplified(str(alias))).removesuffix("案").partition("诉")
                if told and min(len(first), len(second)) >= 2:
                    sides[first, second] = tuple(dict.fromkeys((*sides.get((first, second), ()), short)))
        return sides

    def _by_both_sides(self, text: str) -> list[Mention]:
        """A case of which a text names both sides, one as suing: 环球音乐那帮人告Anthropic."""
        folded = fold(text)
        found: dict[tuple[str, ...], Mention] = {}
        for (first, second), shorts in self._sides.items():
            match = re.search(rf"{re.escape(first)}[^。？！?!]{{0,12}}?(?:诉|告){_TO_WHOM}{re.escape(second)}", folded)
            if match:
                found[shorts] = Mention(text[slice(*match.span())], *match.span(), None, match[0], candidates=shorts)
        return list(found.values())

    def unheld_person(self, text: str) -> "re.Match[str] | None":
        """A party by whose name a text calls a case, when no case held has it: 殷某案, 那个配音的案子（殷某）."""
        matches = _PERSON_CASE.finditer(text)
        return next((match for match in matches if (match["name"] or match["name_"]) not in self._persons), None)

    @cached_property
    def _persons(self) -> frozenset[str]:
        return frozenset(pair for short in self._metas for pair in self._parties_of(short))

    def has_party(self, name: str) -> bool:
        """Whether a Latin name stands among the names and parties of a case held."""
        return any(fold(name) in self._parties_of(short) for short in self._metas)

    def is_sued_by_another(self, text: str, start: int, shorts: Sequence[str]) -> bool:
        """Whether the party named at `start` is sued by somebody of a name who is no party of these cases: 环球唱片告Suno."""
        suing = _SUING.search(text, 0, start)
        if suing is None or _BY_TRADE.fullmatch(suing["who"]):
            return False
        return not any(_pairs(suing["who"]) & self._parties_of(short) for short in shorts)

    def _parties_of(self, short: str) -> frozenset[str]:
        meta = self._metas.get(short, {})
        return _pairs(" ".join(map(str, (short, *(meta.get("aliases") or ()), *(meta.get("parties") or {}).values()))))

    def _by_nickname(self, text: str, in_conversation: bool) -> list[Mention]:
        """The heart of a nickname with a word for a case near it: “幻之翼”椅子案, 伴心图, 那伴心呢."""
        found: dict[tuple[int, int], Mention] = {}
        for core, shorts in self._hearts.items():
            if core not in text:
                continue
            tail = (
                rf"[^，。？！,.?!]{{0,{8 if in_conversation else 5}}}?(?:案|判决|官司)|[那这](?:次|回|起|件|桩|单)|图(?:案)?(?![片像形])"
                + (r"|[”」]?(?:呢|那个(?!人)|那件|那边)" if in_conversation else "")
            )
            for match in re.finditer(rf"{re.escape(core)}[”」』》]?(?:{tail})", text):
                span = match.start(), match.start() + len(core)
                found[span] = Mention(text[slice(*span)], *span, None, core, candidates=shorts)
            if in_conversation and core in self._told_apart:
                # Words of the follow-up itself that go on about it, or compare with it: 伴心也是这样吗, 跟触手AI一样不.
                start = text.rfind("\n") + 1
                for match in re.compile(_IN_A_FOLLOW_UP.format(re.escape(core))).finditer(text, start):
                    span = match.span("name") if match["name"] else match.span("name_")
                    found[span] = Mention(core, *span, None, core, candidates=shorts)
        longest = sorted(found.values(), key=lambda mention: mention.start - mention.end)
        kept: list[Mention] = []
        for mention in longest:
            if not any(other.start <= mention.start and mention.end <= other.end for other in kept):
                kept.append(mention)
        return kept

    @cached_property
    def _hearts(self) -> dict[str, tuple[str, ...]]:
        """What is left of the nicknames without 案: 春风, 伴心, 幻之翼."""
        hearts: dict[str, tuple[str, ...]] = {}
        for short, meta in self._metas.items():
            for alias in meta.get("aliases") or ():
                core = to_simplified(str(alias)).removesuffix("案")
                parts = re.split("诉", core) if "诉" in core else [core] if core != alias else []
                for part in parts:
                    if (
                        _HEART.fullmatch(part)
                        and not _ANYBODY.fullmatch(part)
                        and "某" not in part
                        and short not in hearts.get(part, ())
                    ):
                        hearts[part] = (*hearts.get(part, ()), short)
        return hearts

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        """The hearts that stand in the files of one dispute, and of one other at most: 伴心, but not 提示词."""
        texts = {
            short: self._library.text(document) for short in self._metas if (document := self._library.document(short))
        }

        def of_others(shorts: Sequence[str]) -> list[str]:
            related = {str(other) for short in shorts for other in self._metas[short].get("related") or ()}
            return [text for short, text in texts.items() if short not in related | {*shorts}]

        return frozenset(
            core for core, shorts in self._hearts.items() if sum(core in text for text in of_others(shorts)) <= 1
        )

    def _at_place(self, text: str, in_conversation: bool) -> list[Mention]:
        tail = _PLACE_TAIL_IN_CONVERSATION if in_conversation else _PLACE_TAIL
        found = []
        for place, shorts in self._by_place.items():
            for match in re.finditer(f"{place}{tail}", text) if place in text else ():
                # Where words describe the case (北京那个配音演员的案子), they must be those of one that is held.
                described = len(match[0]) - len(place) >= _DESCRIBED
                fitting = self._about(shorts, match[0]) if described and len(shorts) > 1 else shorts
                if fitting:
                    found.append(Mention(match[0], match.start(), match.end(), None, match[0], candidates=fitting))
        return found

    def _by_place_and_matter(self, text: str) -> list[Mention]:
        """A court called by its place, with words of the matter unless one dispute alone is held from there:
        江西那件节气图怎么就反着判了, 慕尼黑和伦敦的法院."""
        found = []
        where_to_sue = _WHERE_TO_SUE.search(text)
        for place, shorts in self._by_region.items():
            match = re.search(f"{place}{_JUDGED_THERE}", text) if place in text and not where_to_sue else None
            if match is None:
                continue
            fitting = self._first_instances(shorts)
            if len(fitting) > 1:
                about = self._first_instances(self._about(shorts, text))
                # Of the courts of another country there are few cases here; those of ours judge many that are not held.
                fitting = about or (() if place in self._by_place or self._is_domestic(shorts[0]) else fitting)
            fitting = tuple(short for short in fitting if not self._names_another(short, text))
            if 0 < len(fitting) <= _FEW:
                start, end = match.start(), match.start() + len(place)
                found.append(Mention(place, start, end, None, place, candidates=fitting))
        return found

    def _at_court(self, text: str) -> list[Mention]:
        """A court of which one dispute alone is held."""
        found = []
        for name, start, end in courts_named(text):
            shorts = tuple(
                short
                for short, meta in self._metas.items()
                if same_court(name, court := str(meta.get("court") or ""))
                # 最高人民法院 is not the Supreme Court of another country.
                and (self._is_domestic(short) or name in court)
                and not self._names_another(short, text)
            )
            if len(self._first_instances(shorts)) == 1:
                found.append(Mention(name, start, end, None, name, candidates=shorts))
        return found

    def _is_domestic(self, short: str) -> bool:
        return bool(self._metas.get(short, {}).get("jurisdiction", "中国") == "中国")

    def _names_another(self, short: str, text: str) -> bool:
        """Whether a text calls something by a Latin name that stands nowhere in the file of a foreign case: 欧盟法院Infopaq案."""
        names = _PROPER.findall(text) if _HAN.search(text) and not self._is_domestic(short) else ()
        return any(fold(name) not in self._words_of_foreign.get(short, "") for name in names)

    @cached_property
    def _words_of_foreign(self) -> dict[str, str]:
        """The file of each foreign case with the names it goes by, folded."""
        return {
            short: fold(" ".join([self._library.text(document), *map(str, document.meta.get("aliases") or ())]))
            for short in self._metas
            if not self._is_domestic(short) and (document := self._library.document(short))
        }

    def of_parties(self, plaintiff: str, defendant: str) -> tuple[str, ...]:
        """The cases between these parties, the first instances where both are held; 陈某 and 上海易某网络科技公司."""
        found = []
        for short, meta in self._metas.items():
            parties = meta.get("parties") or {}
            sides = [to_simplified(str(parties.get(side) or "")) for side in ("plaintiff", "defendant")]
            if all(_is_party(said, held) for said, held in zip((plaintiff, defendant), sides, strict=True)):
                found.append(short)
        return self._first_instances(found)

    def narrow(self, held: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Of several cases that a nickname fits, those that fit what else the text says: court, place, instance."""
        if len(held) < 2:
            return self._other_instance(held, text)
        if _AT_HOME.search(text) and (domestic := tuple(filter(self._is_domestic, held))):
            held = domestic
        courts = courts_named(text)
        metas = {short: self._metas.get(short, {}) for short in held}
        # A court may have heard the appeal in one of them.
        related = dict.fromkeys(str(other) for meta in metas.values() for other in meta.get("related") or ())
        fits = [
            short
            for short in dict.fromkeys((*metas, *related))
            if any(same_court(said, str(self._metas.get(short, {}).get("court"))) for said, _, _ in courts)
        ]
        metas |= {short: self._metas.get(short, {}) for short in fits}
        if not fits:
            fits = [short for short, meta in metas.items() if _stands_near(str(meta.get("court")), text)]
        chosen = tuple(fits) or held
        for instance, pattern in _INSTANCES:
            if pattern.search(text):
                same = tuple(short for short in chosen if instance in str(metas[short].get("instance") or ""))
                return same or (self._other_instance(chosen, text) if len(chosen) == 1 else chosen)
        return self._first_instances(chosen)

    def _other_instance(self, held: tuple[str, ...], text: str) -> tuple[str, ...]:
        """The second instance of a case when that is what the text asks about, and it is held."""
        both = all(pattern.search(text) for _, pattern in _INSTANCES)
        for short in held:
            meta = self._metas.get(short, {})
            if both:
                return (short, *map(str, meta.get("related") or ()))
            for instance, pattern in _INSTANCES:
                if not pattern.search(text) or instance in str(meta.get("instance") or ""):
                    continue
                others = [str(other) for other in meta.get("related") or ()]
                return tuple(o for o in others if instance in str(self._metas.get(o, {}).get("instance"))) or held
        return held

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, ...]]:
        """The cases in whose names a Latin word stands: Suno, Dreamwriter, Anthropic."""
        cases: dict[str, set[str]] = {}
        for short, meta in self._metas.items():
            names = " ".join((short, *map(str, meta.get("aliases") or ())))
            for word in _LATIN_WORD.findall(fold(names)):
                cases.setdefault(word, set()).update(self._first_instances((short, *(meta.get("related") or ()))))
        return {
            word: tuple(sorted(shorts))
            for word, shorts in cases.items()
            if len(shorts) <= _MOST_ALIKE and word not in _OF_THE_FIELD
        }

    @cached_property
    def _made_with(self) -> dict[str, frozenset[str]]:
        """The cases whose works were made with a tool, by the Latin words of its name."""
        cases: dict[str, set[str]] = {}
        for short, meta in self._metas.items():
            for word in _LATIN_WORD.findall(fold(str(meta.get("tool") or ""))):
                cases.setdefault(word, set()).add(short)
        return {word: frozenset(shorts) for word, shorts in cases.items()}

    def _is_tool_of_others(self, word: str, shorts: Sequence[str]) -> bool:
        """Whether a word in the names of these cases is what the works of other cases were made with: Midjourney."""
        return not self._made_with.get(word, frozenset()) <= {*shorts}

    def by_latin_word(self, text: str) -> list[Mention]:
        """Cases called by a Latin word of their names, a slip in it forgiven; one that several share, or that says something
        else as well, only where the text calls it a case."""
        from difflib import get_close_matches

        folded = fold(text)
        if pair := _AGAINST.search(text):
            sides = [self._by_word.get(fold(pair[side]), ()) for side in ("first", "second")]
            both = tuple(short for short in sides[0] if short in sides[1])
            return [Mention(pair[0], *pair.span(), None, pair[0], candidates=both)] if both else []
        found: list[Mention] = []
        for match in _LATIN_WORD.finditer(folded):
            word = match[0]
            near = [word] if word in self._by_word else []
            if len(word) >= _SHORTEST_ALONE and not near:
                near = get_close_matches(word, self._by_word, n=1, cutoff=_CLOSE)
            shorts = self._by_word[near[0]] if near else ()
            shorts = (self._about(shorts, text) or shorts) if len(shorts) > 1 else shorts
            raw = text[match.start() : match.end()]
            far = word not in _COMMON_LATIN and _CALLED_FROM_AFAR.match(text, match.end()) is not None
            alone = len(shorts) == 1 and len(word) >= _SHORTEST_ALONE and word not in _COMMON_LATIN
            if text[match.end() : match.end() + len(_IN_THE_STYLE)].lower() == _IN_THE_STYLE:
                continue
            if shorts and self.is_sued_by_another(text, match.start(), shorts):
                continue
            if (
                near
                and self._is_tool_of_others(near[0], shorts)
                and not _AS_A_SIDE.search(text[max(0, match.start() - 4) : match.end() + 4])
            ):
                continue
            if shorts and (
                (alone and _HAN.search(text) and (_CASE_TALK.search(text) or len(text) < _NOTHING_ELSE))
                or (raw[0].isupper() and (far or _is_case(text, match.end()) or _SUED.search(text, 0, match.start())))
            ):
                found.append(Mention(raw, match.start(), match.end(), None, raw, candidates=shorts))
        return found

    def _first_instances(self, shorts: Sequence[str]) -> tuple[str, ...]:
        """One dispute in two instances is one case to whoever names it: the first instance leads to the second."""
        later = {
            short
            for short in shorts
            if "二审" in str(self._metas.get(short, {}).get("instance"))
            and any(other in shorts for other in self._metas[short].get("related") or ())
        }
        return tuple(short for short in shorts if short not in later) or tuple(shorts)


def _pairs(text: str) -> frozenset[str]:
    """The pairs of characters of each word or run of Chinese, lower case."""
    runs = re.findall(r"[\u4e00-\u9fff]+|[a-z0-9]{3,}", to_simplified(text).lower())
    return frozenset(run[i : i + 2] for run in runs if not run.isascii() for i in range(len(run) - 1)) | frozenset(
        run for run in runs if run.isascii()
    )


def _named(mention: Mention) -> tuple[str, ...]:
    return (mention.citation.document,) if mention.citation else ()


def _is_case(text: str, end: int) -> bool:
    """Whether the words behind a name, in English those beside it, say that a case is meant."""
    if _HAN.search(text):
        return _CALLED_A_CASE.match(text, end) is not None
    return _ENGLISH_CASE.match(text, end) is not None or _ENGLISH_PARTY.search(text, 0, end) is not None


def _is_party(said: str, held: str) -> bool:
    """Whether a party named in a draft is one of those of the file: the name itself, or the first of several."""
    first = re.split("[、和与]", _PARTY_TAIL.sub("", said))[0]
    return len(first) >= 2 and bool(held) and (first in held or (len(first) > 4 and first[2:-2] in held))


def _places(court: str) -> list[str]:
    """The places by which a court may be called: its own, and the city around a district."""
    return [place for place in dict.fromkeys((place_of(court), city_of(court))) if place]


def _stands_near(court: str, text: str) -> bool:
    return any(place in text for place in _places(court))


def place_of(court: str) -> str:
    """The place name by which a court is called.

    >>> place_of("广州互联网法院"), place_of("江苏省常熟市人民法院"), place_of("上海市金山区人民法院")
    ('广州', '常熟', '金山')
    """
    match = re.match(
        r"(?:[^省]{2,3}省)?(?:[^市]{2,4}市(?=[^市]{2,6}区))?([\u4e00-\u9fff]{2,4}?)(?:市|区|县|互联网|知识产权|中级|人民|高级|东湖)",
        court,
    )
    return match[1] if match else ""


def city_of(court: str) -> str:
    """The city of a court that is called by its district.

    >>> city_of("鹰潭市月湖区人民法院"), city_of("广东省深圳市南山区人民法院"), city_of("江苏省常熟市人民法院")
    ('鹰潭', '深圳', '')
    """
    match = re.match(r"(?:[^省]{2,3}省)?([^市]{2,4})市[^市]{2,6}区", court)
    return match[1] if match else ""
