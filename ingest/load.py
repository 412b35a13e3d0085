"""A file to a document: by its front matter where it has one, otherwise by what it reads like."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.citation import Citation
from ingest.commentary import parse_commentary
from ingest.document import Document, Kind
from ingest.errors import UnusableInput
from ingest.judgment import looks_like_judgment, parse_digest, parse_judgment
from ingest.lines import split_lines
from ingest.readers import read_file
from ingest.statute import is_statute_title, looks_like_statute, parse_statute, short_title, title_aliases

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_DATED_NAME = re.compile(r"(.+?)\s*[(（](\d{4}-\d{2}-\d{2})[)）]")
_STATUTE_FIELDS = frozenset(
    {"version", "adopted", "issuer", "articles", "held", "repealed", "superseded_by", "effective"}
)
_JUDGMENT_FIELDS = frozenset({"case_number", "decided", "instance", "court", "who_sues", "awarded"})
_HEAD_LINES = 12  # where a title is looked for
_LONG_ALIAS = 8  # characters


@dataclass(frozen=True, slots=True)
class KnownTitle:
    """A document that is held: an ingested file with this title, or one of these aliases, is the same document."""

    title: str
    short: str
    kind: Kind
    aliases: tuple[str, ...] = ()


class KnownTitles:
    """The titles of the documents held, found by any name; where two fit, the one added first is meant.

    >>> known = KnownTitles([KnownTitle("中华人民共和国某法", "某法", Kind.STATUTE, ("某法",))])
    >>> known.add(KnownTitle("某案评析", "评析2024", Kind.COMMENTARY))
    >>> [entry.short for entry in known.in_head("# 某案评析\\n正文", "a")]
    ['评析2024']
    """

    def __init__(self, entries: Iterable[KnownTitle] = ()) -> None:
        self._by_line: dict[str, list[tuple[int, KnownTitle]]] = {}
        self._statutes: dict[str, list[tuple[int, KnownTitle]]] = {}
        self._count = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: KnownTitle) -> None:
        """Know one more document."""
        numbered = (self._count, entry)
        self._count += 1
        for line in {_folded(name) for name in (entry.title, *(a for a in entry.aliases if len(a) > _LONG_ALIAS))}:
            self._by_line.setdefault(line, []).append(numbered)
        if entry.kind is Kind.STATUTE:
            for name in {entry.title, *entry.aliases}:
                self._statutes.setdefault(name, []).append(numbered)

    def in_head(self, body: str, stem: str) -> list[KnownTitle]:
        """The documents whose title stands as a line of its own in the head of the text, or is the name of the file.

        A short alias is no title: 办法 stands at the head of many a text.
        """
        lines = {_folded(line.text.lstrip("# ")) for line in split_lines(body[:4000])[:_HEAD_LINES]}
        return _in_order(self._by_line, {*lines, _folded(stem)})

    def statutes(self, document: Document) -> list[KnownTitle]:
        """The statutes that have a name of this one; copies leave the court out of a title or put it in."""
        title = document.title
        return _in_order(self._statutes, {title, document.citation.document, short_title(title), *title_aliases(title)})

    def would_change(self, document: Document, stem: str) -> bool:
        """Whether a document read from the file `stem` without these titles might come out otherwise with them."""
        names = (*self.in_head(document.text, stem), *self.statutes(document))
        return any((entry.short, entry.kind) != (document.citation.document, document.kind) for entry in names)


def _in_order(table: Mapping[str, list[tuple[int, KnownTitle]]], names: Iterable[str]) -> list[KnownTitle]:
    found = {numbered for name in names for numbered in table.get(name, ())}
    return [entry for _, entry in sorted(found, key=lambda numbered: numbered[0])]


def load_document(path: str | Path, *, known: KnownTitles | Iterable[KnownTitle] = ()) -> Document:
    """Read and parse a file.

    A Markdown file with a YAML front matter is parsed by it. Otherwise the kind is guessed: a judgment by its form and
    formulas, a statute by its articles or title, anything else as commentary, paragraph by paragraph. `known` gives the
    short names of documents already held, so that the original of a digest gets the same keys.

    Raises UnusableInput for a file that cannot be read or a front matter that cannot be used.
    """
    file = Path(path)
    raw = read_file(file)
    return parse_text(raw.text, name=file.name, known=known, meta={"format": raw.meta.get("format")})


def parse_text(
    text: str,
    *,
    name: str,
    known: KnownTitles | Iterable[KnownTitle] = (),
    meta: Mapping[str, Any] | None = None,
) -> Document:
    """Parse the words of a file called `name`; as `load_document`, for text that is already at hand.

    >>> parse_text("第一条 甲。\\n第二条 乙。", name="某办法(2020-01-01).txt").citation
    Citation(document='某办法', version='2020', path=())
    """
    front, body = split_front_matter(text, name)
    if front is not None:
        return _parse_with(front, body, name)
    guessed = {k: v for k, v in (meta or {}).items() if v}
    return _parse_guessed(body, name, known if isinstance(known, KnownTitles) else KnownTitles(known), guessed)


def split_front_matter(text: str, name: str) -> tuple[dict[str, Any] | None, str]:
    """The YAML front matter, None where there is none, and the text after it.

    Dates are given as strings, YYYY-MM-DD. Raises UnusableInput, with the line, where the YAML is broken.

    >>> split_front_matter("---\\nshort: 某法\\nadopted: 2020-01-01\\n---\\n正文", "a.md")
    ({'short': '某法', 'adopted': '2020-01-01'}, '正文')
    """
    import yaml

    match = _FRONT_MATTER.match(text)
    if not match:
        return None, text
    try:
        loaded = yaml.safe_load(match[1])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise UnusableInput(
            f"「{name}」第 {line} 行：文件头的 YAML 有误（{error.problem}）。请改正后再导入。"
        ) from None
    except yaml.YAMLError:
        raise UnusableInput(f"「{name}」文件头的 YAML 无法解析。请改正后再导入。") from None
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict):
        raise UnusableInput(f"「{name}」的文件头应为「字段: 值」的形式。请改正后再导入。")
    return {str(key): _as_text(value) for key, value in loaded.items()}, text[match.end() :]


def _as_text(value: Any) -> Any:
    """YAML reads 2020-11-11 as a date; the house writes dates as strings."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, list):
        return [_as_text(entry) for entry in value]
    return value


def _parse_with(front: dict[str, Any], body: str, name: str) -> Document:
    for key in ("title", "short"):
        if key in front and not isinstance(front[key], str):
            raise UnusableInput(f"「{name}」文件头的 {key} 应为文字。请改正后再导入。")
    aliases = front.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise UnusableInput(f"「{name}」文件头的 aliases 应为文字的列表。请改正后再导入。")
    kind = _kind_of(front, body, name)
    front.setdefault("title", front.get("short") or Path(name).stem)
    if kind is Kind.STATUTE:
        return parse_statute(body, front)
    if kind is Kind.JUDGMENT:
        return parse_judgment(body, front)
    front.setdefault("short", front.get("case_number") or _plain_name(front["title"]))
    if kind is Kind.COMMENTARY:
        return parse_commentary(body, Citation(front["short"]), front)
    return parse_digest(body, front, kind)


def _kind_of(front: Mapping[str, Any], body: str, name: str) -> Kind:
    stated = front.get("kind")
    if stated is not None:
        if stated not in list(Kind):
            raise UnusableInput(f"「{name}」文件头的 kind「{stated}」不认识。可用：{'、'.join(Kind)}。")
        return Kind(stated)
    if front.get("text") == "note":
        return Kind.NOTE
    if _JUDGMENT_FIELDS & front.keys():
        return Kind.JUDGMENT_DIGEST if front.get("text") == "digest" else Kind.JUDGMENT
    if _STATUTE_FIELDS & front.keys() or looks_like_statute(body):
        return Kind.STATUTE
    return Kind.COMMENTARY


def _parse_guessed(body: str, name: str, known: KnownTitles, meta: dict[str, Any]) -> Document:
    stem = Path(name).stem
    dated = _DATED_NAME.fullmatch(stem)
    if dated:
        meta["version"] = dated[2]
    same = next(iter(known.in_head(body, stem)), None)
    if looks_like_judgment(body):
        if same and same.kind in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST):
            meta["short"] = same.short
        return parse_judgment(body, meta)
    if same and same.kind is Kind.COMMENTARY:
        return parse_commentary(body, Citation(same.short), {"title": same.title, "short": same.short, **meta})
    head = [line.text.lstrip("# ") for line in split_lines(body[:4000])[:3]]
    if (same and same.kind is Kind.STATUTE) or looks_like_statute(body) or any(map(is_statute_title, head)):
        document = parse_statute(body, {"fallback_title": dated[1] if dated else stem, **meta})
        return _renamed(document, known, body, meta)
    name = _plain_name(stem)
    return parse_commentary(body, Citation(name), {"short": name, **meta})


def _renamed(document: Document, known: KnownTitles, body: str, meta: Mapping[str, Any]) -> Document:
    """A statute whose title is found only by parsing takes the short name under which it is already held."""
    for entry in known.statutes(document):
        if entry.short != document.citation.document:
            return parse_statute(body, {"title": document.title, **meta, "short": entry.short})
    return document


def _folded(words: str) -> str:
    return re.sub(r"[\s《》]", "", words).casefold()


def _plain_name(words: str) -> str:
    """A name that can stand in a key: / @ # part a key, · marks a case."""
    name = re.sub(r"[\s/@#·]+", "_", words).strip("_")
    return name or "未命名文件"
