"""Who sued whom, over what, under which number: names in a draft that the case file does not know.

A digest leaves much out, so what it does not say is no contradiction. But it does name the parties, the work, the tool and the
number: another one in their place was put there by mistake.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from rag.claims import Misfit
from rag.money import find_amounts, write_amount

_MARKS = "，,。；;：:？?！!\n"
_ROLES = (
    (re.compile(r"原告|起诉|提起|权利人|维权|诉请|索赔"), "plaintiff"),
    (re.compile(r"被告|告的是|被诉|抗辩|担责|判赔|被判|赔偿的是|起诉的是"), "defendant"),
)
_TITLE = re.compile(r"《([^《》]{1,20})》")
_A_RULE = re.compile(
    r"(?:法|法典|条例|办法|规定|解释|指南|意见|批复|公约|协定|协议|报告|通知|声明|标准|合同|案例|日报|时报|公报|学报)(?:[（(].*)?$"
)
_OVER_A_WORK = re.compile(r"作品|剧|小说|形象|人物|角色|歌|曲|诗|画|图|维权|权利|截取|训练|抄|侵害|客体|著作权")
_OBJECT = re.compile(
    r"(?:涉案(?:的)?(?:作品|客体|内容)?|客体|标的|权利作品|作品|保护的|争的|争议的|审的|据以维权的|涉及的)(?:[^，。；]{0,6}?)(?:是|为|系|即)"
    r"|生成(?:了|的|一)|用[^，。；]{1,12}(?:画|写|做|生成)的|保护的是|改的是|训练(?!集|数据)"
)
_KINDS = (
    re.compile(r"音乐|歌曲|录音|乐曲|曲子|配乐"),
    re.compile(r"诗(?!意)|诗歌|小说|剧本|歌词|新闻稿"),
    re.compile(r"源代码|源程序|代码"),
    re.compile(r"婚纱照|风景照|摄影照片|摄影作品|照片"),
    re.compile(r"电影|预告片|电视剧|剧集"),
    re.compile(r"短视频|视频"),
    re.compile(r"图片|插画|图案|画作|美术|绘画|图像|画|图"),
)
_DOCKET = re.compile(r"\d:\d{2}-(?:cv|cr|md|mc)-\d{4,5}")
_FINED = re.compile(r"罚金[^，。；]{0,6}?\d[\d,.]*\s?(?:万|千)?元")
_DAY = re.compile(r"((?:19|20)\d{2})\s?[年-]\s?(\d{1,2})\s?[月-]\s?(\d{1,2})\s?(?:日|号|(?!\d))")
_DECIDED = re.compile(r"判决|宣判|作出|裁定|审结|裁判|判令|认定|判")
_OTHER_DAY = re.compile(r"立案|受理|开庭|起诉|提起|公开|发布|入选|公布|上诉|报道|收案|通知|许可|和解|创作|发表|生成")
_NOT_SO = re.compile(r"不是|并非|没有|不存在|未(?!来)|否定|否认|不能|无(?!论)|误")
_DENIED_WITHIN = 6
_FOREIGN_SUM = re.compile(r"(\d[\d,.]*)\s*(亿|千万|百万|万)?\s*(美元|欧元|英镑|日元)")
_UNITS = {"亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "": 1.0, None: 1.0}


@dataclass(frozen=True)
class CaseWords:
    """All that a case file says, words and front matter in one, and what is looked up in it again and again."""

    meta: Mapping[str, Any]
    words: str

    @classmethod
    def of(cls, meta: Mapping[str, Any], text: str) -> "CaseWords":
        """The words of a file: `text` is what it says beside its front matter."""
        return cls(meta, f"{text} {_flat(meta)}")

    @cached_property
    def lowered(self) -> str:
        """The words without regard to case."""
        return self.words.lower()

    @cached_property
    def sums(self) -> dict[tuple[float, str], str]:
        """Foreign sums by value and currency."""
        return {(_value(match), match[3]): match[0] for match in _FOREIGN_SUM.finditer(self.words)}

    @cached_property
    def fines(self) -> set[int]:
        """Fines in yuan."""
        return {amount.yuan for match in _FINED.finditer(self.words) for amount in find_amounts(match[0])}

    @cached_property
    def days(self) -> set[tuple[int, ...]]:
        """Every day that is named."""
        return {tuple(map(int, match.groups())) for match in _DAY.finditer(self.words)}


def slots(said: str, known: CaseWords, companies: Iterable[str]) -> list[Misfit]:
    """What a draft names as party, work, number, sum or day, and the file knows nothing of. `companies` are names to look for.

    >>> file = CaseWords.of({"parties": {"plaintiff": "李某", "defendant": "刘某"}}, "李某诉刘某。被告转载了图片。")
    >>> [m.field for m in slots("被告是小红书平台", file, ["小红书"])]
    ['defendant']
    """
    return [
        *_parties(said, known, companies),
        *_works(said, known),
        *_objects(said, known),
        *_dockets(said, known),
        *_sums(said, known),
        *_fines(said, known),
        *_days(said, known),
        *_misstated(said, known.meta),
    ]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_flat(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_flat(inner) for inner in value)
    return str(value or "")


def _clause(said: str, at: int) -> str:
    low = max(said.rfind(mark, 0, at) for mark in _MARKS) + 1
    high = min((found for mark in _MARKS if (found := said.find(mark, at)) >= 0), default=len(said))
    return said[low:high]


def _parties(said: str, known: CaseWords, companies: Iterable[str]) -> list[Misfit]:
    parties = known.meta.get("parties") or {}
    lowered, told = known.lowered, said.lower()
    for name in companies:
        at = told.find(name.lower())
        if at < 0 or name.lower() in lowered:
            continue
        clause = _clause(said, at)
        role = next((field for pattern, field in _ROLES if pattern.search(clause)), None)
        if role and (held := str(parties.get(role) or "")):
            return [Misfit(role, held, at, at + len(name))]
    return []


def _works(said: str, known: CaseWords) -> list[Misfit]:
    held = str(known.meta.get("work") or "")
    for match in _TITLE.finditer(said):
        title = match[1]
        if (
            held
            and title not in known.words
            and not _A_RULE.search(title)
            and _OVER_A_WORK.search(_clause(said, match.start()))
        ):
            return [Misfit("object", held, *match.span())]
    return []


def _objects(said: str, known: CaseWords) -> list[Misfit]:
    """The kind of the work (a song, a poem, code), where the text says what it was and the file knows no such thing."""
    held = str(known.meta.get("work") or "")
    for mark in _OBJECT.finditer(said) if held else ():
        rest = said[mark.end() : mark.end() + 24]
        rest = rest[: min((at for sign in _MARKS if (at := rest.find(sign)) >= 0), default=len(rest))]
        kinds = [pattern for pattern in _KINDS if pattern.search(rest)]
        if kinds and not any(pattern.search(known.words) for pattern in kinds):
            return [Misfit("object", held, mark.end(), mark.end() + len(rest))]
    return []


def _dockets(said: str, known: CaseWords) -> list[Misfit]:
    for match in _DOCKET.finditer(said):
        held = str(known.meta.get("docket") or "")
        if held and match[0] not in known.words:
            return [Misfit("docket", held, *match.span())]
    return []


def _sums(said: str, known: CaseWords) -> list[Misfit]:
    for match in _FOREIGN_SUM.finditer(said):
        same = [words for (_, currency), words in known.sums.items() if currency == match[3]]
        if same and (_value(match), match[3]) not in known.sums:
            return [Misfit("sum", "、".join(dict.fromkeys(same)), *match.span())]
    return []


def _fines(said: str, known: CaseWords) -> list[Misfit]:
    for match in _FINED.finditer(said):
        if known.fines and any(amount.yuan not in known.fines for amount in find_amounts(match[0])):
            return [Misfit("sum", "罚金" + "、".join(map(write_amount, sorted(known.fines))), *match.span())]
    return []


def _days(said: str, known: CaseWords) -> list[Misfit]:
    """A day on which the case is told to have been decided, and that stands nowhere in its file."""
    held = str(known.meta.get("decided") or "")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", held):
        return []
    for match in _DAY.finditer(said):
        low = max(said.rfind(mark, 0, match.start()) for mark in "。；;\n") + 1
        high = min((at for mark in "。；;\n" if (at := said.find(mark, match.end())) >= 0), default=len(said))
        around = said[max(low, match.start() - 12) : min(high, match.end() + 26)]
        told = tuple(map(int, match.groups()))
        if told in known.days or _OTHER_DAY.search(_clause(said, match.start())) or not _DECIDED.search(around):
            continue
        year, month, day = map(int, held.split("-"))
        return [Misfit("decided", f"{year}年{month}月{day}日", *match.span())]
    return []


def joined(raw: str, paragraph: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """One of several suits that a file holds together, in a paragraph that gives the docket of another of them."""
    rows = [(str(row["docket"]), row["names"]) for row in meta.get("joined") or ()]
    own = next((docket for docket, names in rows if any(name in raw for name in names)), None)
    if own is None or own in paragraph or not any(docket in paragraph for docket, _ in rows):
        return []
    return [Misfit("docket", own, 0, 0)]


def _misstated(said: str, meta: Mapping[str, Any]) -> list[Misfit]:
    """What is often said of the case and is wrong, by the file's own list: `misstated`, words of which one of each must stand."""
    for row in meta.get("misstated") or ():
        places = [min((at for word in words if (at := said.find(word)) >= 0), default=-1) for words in row["words"]]
        if min(places) >= 0 and not _NOT_SO.search(said, max(0, min(places) - _DENIED_WITHIN), max(places)):
            return [Misfit("misstated", str(row["held"]), min(places), max(places))]
    return []


def _value(match: re.Match[str]) -> float:
    return float(match[1].replace(",", "").rstrip(".") or 0) * _UNITS[match[2]]


@lru_cache(maxsize=4)
def load_companies(corpus: Path) -> tuple[str, ...]:
    """The names of `corpus/lexicon/companies.txt`, the longest first; none where there is no such file."""
    file = corpus / "lexicon" / "companies.txt"
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return tuple(sorted(names, key=len, reverse=True))
