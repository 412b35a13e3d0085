"""The names under which documents are known, and the catalogue entries they come from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ingest.citation import normal_case_number
from ingest.document import Kind
from ingest.script import fold

QUOTES = frozenset("《》〈〉“”‘’\"'「」『』＂")
_NO_QUOTES = dict.fromkeys(map(ord, QUOTES))
_ISSUERS = re.compile(r"^(?:最高人民法院|最高院|最高法|最高人民检察院|国家互联网信息办公室|国务院|、|和)+(?=关于)")
_STATE = "中华人民共和国"
_REVISION = r"(?:第[一二三四五六]次)?(?:修正|修订|修改|公布|通过|施行)?(?:版|本|文本)?"
_YEAR = r"((?:19|20)\d{2})"
_VERSION_SUFFIX = re.compile(
    rf"\({_YEAR}(?:年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?|-\d\d-\d\d)?{_REVISION}\)$|{_YEAR}年?(?:版|修正|修订|修改)(?:版|本|文本)?$"
)
_VERSION_PREFIX = re.compile(rf"^((?:19|20)\d{{2}})年?{_REVISION}的?(?=\D)")
_AGE_PREFIX = re.compile(r"^(?:现行有效的|现行的|现行|最新的|最新|新修订的|我国|中国|旧的|旧|原)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one document, as the catalogue knows it. Dates are ISO strings, None where unknown.

    `version` is the date of adoption, or the year alone. `effective` is the first day in force, `repealed` the first
    day no longer in force.

    >>> Entry("著作权法", "2020-11-11", "中华人民共和国著作权法", effective="2021-06-01").year
    '2020'
    """

    short: str
    version: str | None = None
    title: str = ""
    aliases: tuple[str, ...] = ()
    kind: Kind = Kind.STATUTE
    adopted: str | None = None
    effective: str | None = None
    repealed: str | None = None
    superseded_by: str | None = None

    @property
    def year(self) -> str | None:
        """The year of adoption; None where it is unknown."""
        date = self.version or self.adopted
        return date[:4] if date else None


@dataclass(frozen=True, slots=True)
class NamedVersion:
    """A name without its trimmings: normal form, and the version that the trimmings named."""

    name: str
    year: str | None = None


def normal_name(name: str) -> NamedVersion:
    """A document's name as the dictionary holds it: folded, no title marks, no state, no version, no issuer.

    >>> normal_name("《中华人民共和国著作权法（2020年修正）》")
    NamedVersion(name='著作权法', year='2020')
    >>> normal_name("2010年《著作权法》")
    NamedVersion(name='著作权法', year='2010')
    >>> normal_name("最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释").name
    '关于审理著作权民事纠纷案件适用法律若干问题的解释'
    """
    text = fold(name.strip()).translate(_NO_QUOTES)
    if normal_case_number(text):
        return NamedVersion(fold(normal_case_number(text) or text))
    if text.isascii():
        return NamedVersion(re.sub(r"\s+", " ", text))
    text = re.sub(r"(?<![a-z0-9]) +| +(?![a-z0-9])", "", text)
    year = None
    if match := _VERSION_PREFIX.match(text):
        year, text = match[1], text[match.end() :]
    if (match := _VERSION_SUFFIX.search(text)) and match.start() > 1:
        year, text = year or match[1] or match[2], text[: match.start()]
    text = _ISSUERS.sub("", _AGE_PREFIX.sub("", text).removeprefix(_STATE))
    return NamedVersion(text.replace(_STATE, ""), year)


@cache
def unheld_names() -> tuple[str, ...]:
    """National laws that a draft may name although nobody has ingested them."""
    lines = files("ingest").joinpath("law_names.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


class Names:
    """Every name of every document, and which documents it may mean.

    Looking a name up costs one dictionary access; scanning a text costs one per character and a few more where a
    name may begin, whatever the number of names.

    >>> names = Names([Entry("著作权法", "2020-11-11", "中华人民共和国著作权法")])
    >>> names.candidates("《中华人民共和国著作权法（2020年修正）》"), names.candidates("商标法")
    (('著作权法',), ())
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._shorts: dict[str, tuple[str, ...]] = {}
        self._years: dict[str, set[str]] = {}
        self._kinds: dict[str, Kind] = {}
        self._titles: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, tuple[str, ...]] = {}
        added: set[tuple[str, str]] = set()
        for entry in entries:
            self._kinds.setdefault(entry.short, entry.kind)
            titles = (*self._titles.get(entry.short, ()), entry.short, entry.title)
            self._titles[entry.short] = tuple(dict.fromkeys(filter(None, titles)))
            for name in (entry.short, entry.title, *entry.aliases):
                if name and (name, entry.short) not in added:  # the versions of a law share most of their names
                    added.add((name, entry.short))
                    self._add(name, entry.short)
        for name, shorts in self._shorts.items():
            # A name that is the short name of one document means that one, whoever else has it as an alias.
            if len(shorts) > 1 and name in shorts:
                self._shorts[name] = (name,)
        unheld = {name: () for name in unheld_names() if name not in self._shorts}
        lengths: dict[str, set[int]] = {}
        for name in (*self._shorts, *unheld):
            # Case numbers are read by their grammar, whatever their brackets and spaces.
            if len(name) > 1 and not normal_case_number(name):
                lengths.setdefault(name[:2], set()).add(len(name))
        self._all: dict[str, tuple[str, ...]] = {**self._shorts, **unheld}
        self._lengths = {head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()}

    def _add(self, name: str, short: str) -> None:
        named = normal_name(name)
        normal, year = named.name, named.year
        if len(normal) < 2:
            return
        if year:
            self._years.setdefault(short, set()).add(year)
        for variant in (normal, normal[:-1] + "一案") if normal.endswith("案") else (normal,):
            known = self._shorts.get(variant, ())
            if short not in known:
                self._shorts[variant] = (*known, short)
        number = normal_case_number(normal)
        if number:
            serial = number.split(")", 1)[1]
            known = self._numbers.get(serial, ())
            if short not in known:
                self._numbers[serial] = (*known, short)

    def candidates(self, name: str) -> tuple[str, ...]:
        """The short names that `name` may mean; empty when nothing of that name is held."""
        normal = normal_name(name)
        return self.of_year(self._shorts.get(normal.name, ()), normal.year)

    def of_year(self, shorts: tuple[str, ...], year: str | None) -> tuple[str, ...]:
        """Of several documents of one name, the one that has this year in its own name, where there is one.

        >>> names = Names([Entry(f"宪法修正案（{year}年）", f"{year}") for year in (1999, 2004)])
        >>> names.candidates("宪法修正案"), names.candidates("宪法修正案（2004年）")
        (('宪法修正案（1999年）', '宪法修正案（2004年）'), ('宪法修正案（2004年）',))
        """
        if len(shorts) < 2 or not year:
            return shorts
        named = tuple(short for short in shorts if year[:4] in self._years.get(short, ()))
        return named if len(named) == 1 else shorts

    def by_serial(self, serial: str) -> tuple[str, ...]:
        """The cases whose number without the year is `serial` (粤0192民初113号)."""
        return self._numbers.get(serial, ())

    def kind(self, short: str) -> Kind | None:
        """What the document is; None when it is not held."""
        return self._kinds.get(short)

    def titles(self, short: str) -> tuple[str, ...]:
        """The short name and the titles of a document; of one that is not held, its name as given."""
        return self._titles.get(short, (short,))

    def occurrences(self, folded: str) -> list[tuple[int, int, str]]:
        """Every place where a name stands in a folded text without title marks: start, end, name; may overlap."""
        found = []
        lengths, every = self._lengths, self._all
        for start in [i for i, head in enumerate(map(str.__add__, folded, folded[1:])) if head in lengths]:
            for size in lengths[folded[start : start + 2]]:
                name = folded[start : start + size]
                if name in every:
                    found.append((start, start + len(name), name))
        return found

    def shorts(self, name: str) -> tuple[str, ...]:
        """The documents of a name that `occurrences` gave."""
        return self._all[name]
