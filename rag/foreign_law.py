"""Foreign law: a question that asks for it is answered from what is held of it, or told that it is not held, and not answered
from the law of China."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Chinese law asked about beside the foreign one, or for somebody from abroad, is answered.
_CHINA = re.compile(
    r"中国|我国|国内|境内|大陆|本国|咱们|北京|上海|\b(?:china|chinese|prc|mainland|beijing|shanghai)\b", re.I
)
# What makes of a place a question on its law, and not on a tune, a tourist or a seller from there: 韩国著作权法, 澳洲那边, 印度法院怎么判.
_ITS_LAW = (
    r"(?:(?:那边|那里|那儿|(?:对此|又)?是?(?:怎么|如何|咋|怎样)规定)(?!的?(?:朋友|客户|亲戚|同事|供应商|供货商|老板|公司|工厂|厂家|卖家|买家|人|店))|当地|境内|国内|"
    # A painter, a firm or a song from there, or what somebody does there, says nothing of its law: 韩国画师告到法院.
    r"(?:人工智能|[^，。？！,.?!人家师商户者司厂客他她我向被把告画歌片剧卖买]){0,6}?(?:法律|法院|法上|法里|法案|立法|权法|法典|条例|权制度|知识产权署|版权局|判例|判决|法官|宪法|法第|的法))"
    r"|(?:'s)?(?: [\w-]+){0,3}? (?:law|act|statute|code|court|ruling|exception|legislation|bill|regime|fair dealing|judge|case)s?\b"
)
_UNDER = r"(?:\b(?:law|act|statutes?|code|courts?|exception|legislation|legal|illegal)\b[^.?!]{0,30}? (?:in|of|under) (?:the )?)"
# What makes of a jurisdiction a question on its law, beside the above: 在日本, 按美国的规矩, 欧盟给新闻出版者, what does the EU say.
_UNDER_ITS_LAW = (
    r"(?:[按依照据]|依据|根据|按照)(?:{0})(?!形成|取得|办)|"
    # What somebody does there says nothing of its law: 在东京买的画册, 在美国形成的证据.
    r"(?:在|于)(?:{0})(?:那边|那儿|那里)?(?=[，,:：？?吗呢]|(?:人|的话|是不是|是否|还)?(?:能|可以|可不可以|算|怎么|如何|会|有|受|合法|违法|行得通|也|法|打官司|起诉|训练|拿|用|登记|申请|要|该|属))|"
    r"(?:{0})(?:人|方面)?(?:给|对|规定|要求|允许|承认|认不认|怎么|如何|有没有|有无|是不是|能不能|管不管|那边|哪年|也|呢|跟|和|与|会|认)|"
    r"^(?:那么?|而|但是?|可是?|换成|换到)?(?:{0})(?:[正恰刚]好|好像|似乎|是否|正?相反|反而|倒|却|又|的话|一样|同样|不同)|"
    r"\b(?:in|under|by|of) (?:the )?(?:{0})\b|\b(?:does|do|did|has|have|would|will|is|are|can) (?:the )?(?:{0})\b|^(?:and|but|what about|how about|and what about) (?:the )?(?:{0})\b"
)
_CITED = (
    re.compile(r"(?<![\w.])\d{1,2} ?U\.? ?S\.? ?C\b\.?(?: ?§+ ?[\w.()-]+)?", re.I),
    re.compile(r"(?<![A-Za-z])(?:AB|SB|HB|H\.R\.) ?-?\d{2,5}(?!\d)"),
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words of a question that call foreign law, and where they stand."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ForeignLaw:
    """Foreign law of which nothing is held, and of which notes are: see the head of `corpus/lexicon/foreign_law.yaml`.

    >>> from rag.settings import Settings
    >>> law = load_foreign_law(Settings().corpus)
    >>> [found.name for text in ("DMCA第512条", "澳洲那边算侵权不", "韩国进口的画") for found in law.named(text)]
    ['DMCA', '澳洲的法律']
    """

    places: re.Pattern[str]
    documents: re.Pattern[str]
    noted: Mapping[str, re.Pattern[str]]

    def asked(self, text: str) -> frozenset[str]:
        """The jurisdictions with notes of which a question asks the law, none where it asks of Chinese law beside.

        >>> from rag.settings import Settings
        >>> law = load_foreign_law(Settings().corpus)
        >>> sorted(law.asked("在日本，以公司名义发表的作品保护到哪年")), sorted(law.asked("日本动漫被人搬运"))
        (['日本'], [])
        """
        if _CHINA.search(text):
            return frozenset()
        return frozenset(name for name, pattern in self.noted.items() if pattern.search(text))

    def named(self, text: str) -> list[Foreign]:
        """What a question calls of it, the statutes first; a place only where its law is asked about."""
        cited = [match for pattern in (self.documents, *_CITED) for match in pattern.finditer(text)]
        if cited or _CHINA.search(text):
            return [Foreign(match[0], *match.span()) for match in cited]
        return [
            Foreign(
                f"{name} law" if (name := match["place"] or match["behind"]).isascii() else f"{name}的法律",
                *match.span(),
            )
            for match in self.places.finditer(text)
        ]


@lru_cache(maxsize=4)
def load_foreign_law(corpus: Path) -> ForeignLaw:
    """Read the names of a corpus folder."""
    import yaml

    rows = yaml.load((corpus / "lexicon" / "foreign_law.yaml").read_text("utf-8"), yaml.CSafeLoader)
    places = _any_of(rows["places"])
    its_law = rf"(?P<place>{places})(?i:{_ITS_LAW})|(?i:{_UNDER})(?P<behind>{places})"
    noted = {name: _law_of(_any_of(words)) for name, words in rows["noted"].items()}
    return ForeignLaw(re.compile(its_law), re.compile(_any_of(rows["documents"])), noted)


def _law_of(places: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{places})(?i:{_ITS_LAW})|(?i:{_UNDER})(?:{places})|{_UNDER_ITS_LAW.format(places)}")


def _any_of(words: list[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    bounded = [rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" if word.isascii() else word for word in longest_first]
    return "|".join(bounded)
