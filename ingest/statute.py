"""Statutes to passages: one passage an article, its paragraphs and items as places inside it.

Reads official layouts (gazette text, the NPC database, collections in Markdown): headings 编/分编/章/节, articles with
之一, a preamble before the first article (`0/n`), annexes (`附件/n`), notes. A document without articles, such as an
amendment numbered 一、二、三、, counts its paragraphs: `0/n`. An opinion whose items run through as 1、2、3、 has them as its
articles (`法发〔2011〕18号/8`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ingest.article import article_places
from ingest.citation import Citation
from ingest.dates import find_dates
from ingest.document import Document, Kind, Role
from ingest.lines import BLANK, Line, Piece, partition, place_between, split_lines
from ingest.numerals import to_int

# Parts of the patterns.
_N = r"[一二三四五六七八九十百千零〇○两\d０-９]{1,12}"
_MARKUP = r"(?:#{1,6}\s*)?(?:[*_]{2})?\s*"
_GAP = rf"[{re.escape(BLANK)}]"

_ARTICLE = re.compile(rf"{_MARKUP}第\s?({_N})\s?条(?:\s?之\s?([一二三四五六七八九十]{{1,3}}))?(?:[*_]{{2}})?")
_RUNNING_ITEM = re.compile(r"(?:[*_]{2})?(\d{1,3})\s*[、.．](?!\d)")
# Words that make 第二十条 at the head of a line a reference and not the beginning of an article.
_REFERENCE = re.compile(
    r"第|的|所|之|至|到|和|与|或|及|以及|、|，|,|。|；|;|规定|中|内|修改|改为|作为|删去|增加|后增|前增|前款|等|相应|合并|移至|前|项"
)
_HEADING = re.compile(rf"(#{{1,6}}\s*)?(?:[*_]{{2}})?第\s?{_N}\s?(分编|编|篇|章|节)(?:[*_]{{2}})?({_GAP}*)(.*)")
_RANK = {"编": 0, "篇": 0, "分编": 1, "章": 2, "节": 3}
_BARE_HEADING = re.compile(
    rf"(?:#{{1,6}}\s*)?(附{_GAP}*则|总{_GAP}*则|序{_GAP}*言|引{_GAP}*言|前{_GAP}*言|导{_GAP}*言)"
)
_MARKDOWN = re.compile(r"(#{1,6})(?:\s+(.*?)\s*#*|)$")
_ANNEX = re.compile(rf"(?:#{{1,6}}\s*)?(附件|附录|附表|附图|附)\s?({_N})?(?:\s*[:：.、]\s*|{_GAP}+|$)(.*)")
_CONTENTS = re.compile(rf"(?:#{{1,6}}\s*)?目{_GAP}*[录次]")
_INFO_END = re.compile(r"<!--.*-->")
_AMENDING = re.compile(r"(?:修改|改)为[:：]$|增加.{0,20}[:：]$|作为第.{1,12}条.{0,6}[:：]$|调整为[:：]$")
_NOTE = re.compile(r"(?:([①-⑳])|注(\d{0,2})[:：]|\[(\d{1,2})\])\s*(?=\S)")

_HISTORY = re.compile(
    r"[(（]?\s*(?:根据)?\s*\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日.*"
    r"(?:通过|公布|发布|批准|施行|修订|修正|修改|印发|令第.*号|》|）|\))[　 ]*[)）]?"
)
_EFFECT = re.compile(r"自.{4,14}日起?(?:施行|实施|执行)")
_ADOPTING = re.compile(r"通过|公布|发布|批准|修订|修正|修改|印发")
_ISSUED = re.compile(
    r"(?:.*(?:令|公告)\s*)?[(（]?第?.{0,12}第?[0-9０-９一二三四五六七八九十百零〇]+号[)）]?"
    r"|.{0,6}[〔\[（(【]\s*\d{4}\s*[〕\]）)】]\s*第?\s*\d+\s*号|.*(?:主席令|国务院令|公告|委员会令|部令)"
    r"|《.*(?:现予公布|现予发布|已于.*通过|已经.*通过).*"
)
_TITLE_END = re.compile(
    r"(?:法|法典|条例|规定|办法|解释|决定|修正案|细则|意见|批复|通知|规则|准则|标准|纪要|公告|守则|章程|方案|答复|补充规定|"
    r"宪法|公约|协定|议定书|编)(?:[(（][^)）]*[)）])*"
)
_OFFICIAL_TITLE = re.compile(
    r"(?:(?:中华人民共和国|最高人民(?:法|检察)院|国务院|全国人民代表大会|中共中央).*|.{2,30}修正案|关于.*的决定)(?<="
    r"[法例定法释案则见复知准要告程宪约）)])"
)
_SENTENCE_END = re.compile(r"[。：:；;！？…][”’」』）)]*$")
_ORGAN = re.compile(
    r".{0,40}(?:法院|检察院|国务院|委员会|部|局|署|厅|办公室|办|会议|主席.*|总理.*|院长.*|部长.*|局长.*|公章.?|院印.?)"
)
_SIGNED = re.compile(r"[〇○零一二三四五六七八九十]{4}年.{1,3}月.{1,3}日|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
_SIGNATORY = re.compile(
    rf"(?:总理|主席|委员长|院长|部长|主任|检察长|局长|署长){_GAP}*[\u4e00-\u9fff{re.escape(BLANK)}]{{2,6}}"
)
_HEADING_LIMIT = 40
_TITLE_LIMIT = 120
_HEAD_LINES = 40
_COUNTRY = "中华人民共和国"
_COURT_TITLE = re.compile(r"最高人民法院(?:、最高人民检察院)?(?=关于)")


def parse_statute(text: str, meta: Mapping[str, Any]) -> Document:
    """Cut a law, a regulation, a judicial interpretation or an amendment into its articles.

    `meta` is the front matter, or what is known of the file; title, adoption, effect and history that it does not give
    are read from the head of the text, and `held` (`all`, or ranges such as `1164-1258`) from the articles found. Every
    text parses; the passages joined give it back.

    >>> law = parse_statute("中华人民共和国某法\\n第一条 甲。\\n第一条之一 乙。\\n丙。", {"version": "2020-11-11"})
    >>> [str(place.citation) for passage in law.passages for place in passage.places if place.text == "丙。"]
    ['某法@2020/1-1/2']
    """
    lines = split_lines(text)
    reader = _Reader(text, lines, dict(meta))
    return reader.document()


def short_title(title: str) -> str:
    """The name a law goes by: 中华人民共和国 is dropped; a judicial interpretation keeps its whole title.

    >>> short_title("中华人民共和国著作权法"), short_title("国际邮轮在中华人民共和国港口靠港补给的规定")
    ('著作权法', '国际邮轮在中华人民共和国港口靠港补给的规定')
    """
    stripped = title.removeprefix(_COUNTRY)
    return stripped if stripped else title


def title_aliases(title: str) -> tuple[str, ...]:
    """Other ways to write a title: with and without the country or the court in front.

    >>> title_aliases("最高人民法院关于审理某某案件的解释")
    ('关于审理某某案件的解释',)
    """
    variants = [title.removeprefix(_COUNTRY), _COURT_TITLE.sub("", title), _COURT_TITLE.sub("最高法院", title)]
    folded = re.sub(rf"《{_COUNTRY}", "《", title)
    return tuple(dict.fromkeys(v for v in (*variants[:2], folded) if v and v != title))


def is_statute_title(line: str) -> bool:
    """Whether a line is the title of an official document, with the name of its issuer or its kind.

    >>> is_statute_title("中华人民共和国刑法修正案（十二）"), is_statute_title("浅谈著作权法")
    (True, False)
    """
    return len(line) <= _TITLE_LIMIT and _OFFICIAL_TITLE.fullmatch(line) is not None


def looks_like_statute(text: str) -> bool:
    """Whether a text without front matter reads as a statute: its articles are a good part of its lines."""
    lines = split_lines(text)
    articles = len(_article_starts(lines))
    return articles >= 2 and articles * 25 >= len(lines)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line that may begin an article: its number (133, 1 for 之一), where the words begin, and how sure the form is."""

    index: int
    number: tuple[int, int]
    body: int
    strong: bool


def _article_starts(lines: Sequence[Line]) -> list[tuple[int, tuple[int, int], int]]:
    """Index of the line, number and offset of the words of each article, references and quotations left out."""
    candidates = _candidates(lines)
    found: list[tuple[int, tuple[int, int], int]] = []
    strong_numbers = Counter(c.number for c in candidates if c.strong)
    previous: tuple[int, int] | None = None
    quoted: tuple[int, int] | None = None
    for candidate in candidates:
        strong_numbers[candidate.number] -= candidate.strong
        if not _accepts(candidate, previous, strong_numbers, first=not found):
            continue
        # 增加五条，内容如下： is followed by the articles of another law, numbered as they stand there.
        if previous and not _follows(candidate.number, previous):
            in_quotation = quoted is not None and _follows(candidate.number, quoted)
            if in_quotation or _is_introduced(lines, candidate.index):
                quoted = candidate.number
                continue
        found.append((candidate.index, candidate.number, candidate.body))
        previous, quoted = candidate.number, None
    return found


def _accepts(
    candidate: _Candidate, previous: tuple[int, int] | None, later: Counter[tuple[int, int]], first: bool
) -> bool:
    number = candidate.number
    if previous is None:
        return candidate.strong or (first and number == (1, 0))
    follows = _follows(number, previous)
    if not candidate.strong:
        return follows
    if follows or number == (1, 0):
        return True
    if number <= previous:
        return False
    # A leap forward is a reference when the article that ought to come next still comes.
    return later[(previous[0] + 1, 0)] <= 0 and later[(previous[0], previous[1] + 1)] <= 0


def _follows(number: tuple[int, int], previous: tuple[int, int]) -> bool:
    return number in ((previous[0] + 1, 0), (previous[0], previous[1] + 1))


def _is_introduced(lines: Sequence[Line], index: int) -> bool:
    """Whether a colon introduces the line, headings in between passed over."""
    while index > 1 and _heading_rank(lines[index - 1].text) is not None:
        index -= 1
    return index > 0 and lines[index - 1].text.endswith(("：", ":"))


def _candidates(lines: Sequence[Line]) -> list[_Candidate]:
    candidates = []
    for index, line in enumerate(lines):
        if "条" not in line.text[:40]:
            continue
        match = _ARTICLE.match(line.text)
        number = to_int(match[1]) if match else None
        if match is None or not number:
            continue
        if index and _AMENDING.search(lines[index - 1].text):
            continue
        rest = line.text[match.end() :]
        words = rest.lstrip(BLANK + "*_:：")
        separated = not rest or rest[0] in BLANK + ":：" or match[0].endswith(("**", "__"))
        if not separated and _REFERENCE.match(words):
            continue
        body = line.end - len(words)
        sub = to_int(match[2]) or 0 if match[2] else 0
        candidates.append(_Candidate(index, (number, sub), body, separated))
    return candidates


def _running_items(lines: Sequence[Line], held: bool) -> list[tuple[int, tuple[int, int], int]]:
    """The items 1、2、3、 of an opinion, where they run through the whole document without starting again."""
    found = []
    for index, line in enumerate(lines):
        if match := _RUNNING_ITEM.match(line.text):
            body = line.start + match.end()
            found.append((index, (int(match[1]), 0), body))
    numbers = [number for _, (number, _), _ in found]
    if held and numbers and numbers == sorted(set(numbers)):
        return found
    return found if len(numbers) >= 3 and numbers == list(range(1, len(numbers) + 1)) else []


@dataclass(slots=True)
class _Reader:
    """One pass over the lines of a statute."""

    text: str
    lines: list[Line]
    meta: dict[str, Any]
    pieces: list[Piece] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def document(self) -> Document:
        signature = self._signature()
        body_lines = self.lines[:signature]
        starts = _article_starts(body_lines)
        if not starts:
            starts = _running_items(body_lines, bool(self.meta.get("held")))
        begins = {index: (number, body) for index, number, body in starts}
        last_article = starts[-1][0] if starts else -1
        index = self._head(min(begins, default=signature))
        citation = self._citation()
        index = self._contents(index)
        taken: Counter[str] = Counter()
        annex = ""
        while index < signature:
            line = self.lines[index]
            after_articles = index > last_article
            if index in begins and not annex:
                number, body = begins[index]
                end_index = self._article_end(index, begins, signature, last_article)
                name = str(number[0]) + (f"-{number[1]}" if number[1] else "")
                taken[name] += 1
                if taken[name] > 1:  # a second law in the same file begins again with 第一条
                    name += f"({taken[name]})"
                where = citation.at(name)
                places = article_places(self.text, where, line.start, body, self.lines[end_index - 1].end)
                self.pieces.append(Piece(line.raw_start, Role.ARTICLE, where, self._above(), places))
                index = end_index
                continue
            if not _is_introduced(self.lines, index) and self._heading(line, annex):
                pass
            elif (after_articles or annex) and (opened := _annex(line.text)):
                annex = opened
                self.headings = [(-2, line.text.lstrip("# "))]
                self.pieces.append(Piece(line.raw_start, Role.HEADING, headings=self._above()))
            elif note := _NOTE.match(line.text):
                self._note(line, note, citation)
            else:
                self._paragraph(line, annex or "0", citation, bool(begins))
            index += 1
        self.pieces += [Piece(line.raw_start, Role.OTHER) for line in self.lines[signature:]]
        self._effect()
        if starts:
            self.meta.setdefault("held", held_articles(number for _, (number, _), _ in starts))
        title = str(self.meta["title"])
        aliases = tuple(dict.fromkeys((*(self.meta.get("aliases") or ()), title, *title_aliases(title))))
        aliases = tuple(alias for alias in aliases if alias != citation.document)
        passages = partition(self.text, self.pieces)
        return Document(citation, Kind.STATUTE, title, self.text, passages, self.meta, aliases)

    def _above(self) -> tuple[str, ...]:
        return tuple(words for _, words in self.headings)

    def _citation(self) -> Citation:
        title = str(self.meta["title"])
        short = str(self.meta.setdefault("short", short_title(title) or "未命名文件"))
        version = str(self.meta.get("version") or self.meta.get("adopted") or "")
        if version:
            self.meta.setdefault("version", version)
        return Citation(short, str(self.meta.get("year_key") or version[:4]) or None)

    def _signature(self) -> int:
        """The index where the signature at the end begins: organs and a date, without a full stop."""
        index = len(self.lines)
        dated = False
        while index > 1:
            words = self.lines[index - 1].text
            signed = bool(_SIGNED.fullmatch(words))
            if not signed and not (_ORGAN.fullmatch(words) and len(words) <= _HEADING_LIMIT and "附" not in words):
                break
            dated = dated or signed
            index -= 1
        begins_article = any(_ARTICLE.match(line.text) for line in self.lines[index:])
        return index if dated and not begins_article and index < len(self.lines) else len(self.lines)

    def _head(self, first: int) -> int:
        """Take title, history and numbers off the head; the index of the first line that counts."""
        info = next((i for i, line in enumerate(self.lines) if _INFO_END.fullmatch(line.text)), -1)
        title: list[str] = []
        history: list[str] = []
        index = 0
        while index < max(info + 1, min(_HEAD_LINES, len(self.lines))):
            line = self.lines[index]
            marked = _MARKDOWN.fullmatch(line.text)
            words = marked[2] or "" if marked else line.text
            in_title = not title or not _TITLE_END.fullmatch("".join(title))
            role = Role.OTHER
            if index <= info:
                if marked and not title:
                    title.append(words)
                    role = Role.TITLE
                elif marked:
                    self.meta.setdefault("part", words)
                    self.headings.append((-1, words))
                    role = Role.HEADING
                elif index < info:
                    history.append(words)
            elif marked and len(marked[1]) == 1 and not title:
                title.append(words)
                role = Role.TITLE
            elif index >= first or _HEADING.fullmatch(line.text) or _BARE_HEADING.fullmatch(words) or marked:
                break
            elif _HISTORY.fullmatch(words) or _SIGNED.fullmatch(words):
                history.append(words)
            elif _CONTENTS.fullmatch(words):
                break
            elif _ISSUED.fullmatch(words) or _SIGNATORY.fullmatch(words):
                pass
            elif _SENTENCE_END.search(words) or len(words) > _TITLE_LIMIT or _NUMBERED.match(words):
                break
            elif in_title and info < 0 and not self.meta.get("title"):
                title.append(words)
                role = Role.TITLE
            elif words == self.meta.get("title"):
                role = Role.TITLE
            self.pieces.append(Piece(line.raw_start, role))
            index += 1
        joined = re.sub(rf"(?<=[^\x00-\xff]){_GAP}+(?=[^\x00-\xff])", "", "".join(title))
        self.meta["title"] = self.meta.get("title") or joined or self.meta.get("fallback_title") or ""
        self.meta.pop("fallback_title", None)
        self._dates(history)
        return index

    def _dates(self, history: list[str]) -> None:
        """Adoption of the present version and its effect, as far as the history under the title tells them."""
        if history:
            self.meta.setdefault("history", list(history))
        adopted = effective = ""
        for line in history:
            for day, end in find_dates(line):
                if line[end:].lstrip(BLANK + "起").startswith("施行"):
                    effective = day
                elif (_ADOPTING.search(line) or _SIGNED.fullmatch(line)) and day > adopted:
                    adopted = day
        version = str(self.meta.get("version") or "")
        # The history of some copies stops before the last amendment, which the name of the file knows.
        adopted = version if adopted[:4] < version[:4] else adopted
        if adopted:
            self.meta.setdefault("adopted", adopted)
        # A law amended since often says only when its first version took effect.
        if effective and effective >= adopted:
            self.meta.setdefault("effective", effective)

    def _effect(self) -> None:
        """The day of effect from the closing article (本法自……起施行), unless it is that of an earlier version."""
        adopted = str(self.meta.get("adopted") or "")
        closing = next((line.text for line in reversed(self.lines) if _EFFECT.search(line.text)), "")
        if self.meta.get("effective") or not adopted or not closing:
            return
        for day, end in find_dates(closing):
            if day >= adopted and closing[end:].lstrip("起").startswith(("施行", "实施", "执行")):
                self.meta["effective"] = day

    def _contents(self, index: int) -> int:
        """Pass over a table of contents: its headings come again in the text."""
        if index >= len(self.lines) or not _CONTENTS.fullmatch(self.lines[index].text):
            return index
        after = index + 1
        seen: set[str] = set()
        while after < len(self.lines):
            key = re.sub(rf"{_GAP}|#", "", self.lines[after].text)
            is_heading = _HEADING.fullmatch(self.lines[after].text) or _BARE_HEADING.fullmatch(key)
            if not is_heading or key in seen:
                break
            seen.add(key)
            after += 1
        self.pieces += [Piece(line.raw_start, Role.OTHER) for line in self.lines[index:after]]
        return after

    def _article_end(
        self, index: int, begins: Mapping[int, tuple[tuple[int, int], int]], signature: int, last: int
    ) -> int:
        end = index + 1
        while end < signature and end not in begins:
            words, before = self.lines[end].text, self.lines[end - 1].text
            if _heading_rank(words) is not None and not before.endswith(("：", ":")):
                break
            if _NOTE.match(words) and not _in_list(before):
                break
            if index >= last and _annex(words):
                break
            end += 1
        return end

    def _heading(self, line: Line, annex: str) -> bool:
        rank = _heading_rank(line.text)
        if rank is None or (annex and _annex(line.text)):
            return False
        if not annex and _annex(line.text) and not _BARE_HEADING.fullmatch(line.text):
            return False
        words = re.sub(rf"{_GAP}+", " ", line.text.strip("#*_ "))
        self.headings = [h for h in self.headings if h[0] < rank] + [(rank, words)]
        self.pieces.append(Piece(line.raw_start, Role.HEADING, headings=self._above()))
        return True

    def _note(self, line: Line, note: re.Match[str], citation: Citation) -> None:
        circled = str(ord(note[1]) - 0x245F) if note[1] else note[2] or note[3]
        self.counts["注"] += 1
        where = citation.at("注", circled if circled and self.counts["注"] == int(circled) else str(self.counts["注"]))
        place = place_between(where, self.text, line.start, line.end)
        self.pieces.append(Piece(line.raw_start, Role.FOOTNOTE, where, self._above(), (place,)))

    def _paragraph(self, line: Line, section: str, citation: Citation, has_articles: bool) -> None:
        is_imprint = section == "0" and has_articles and not _SENTENCE_END.search(line.text)
        if is_imprint or _INFO_END.fullmatch(line.text):
            self.pieces.append(Piece(line.raw_start, Role.OTHER))
            return
        self.counts[section] += 1
        where = citation.at(section, str(self.counts[section]))
        place = place_between(where, self.text, line.start, line.end)
        self.pieces.append(Piece(line.raw_start, Role.PARAGRAPH, where, self._above(), (place,)))


def held_articles(numbers: Iterable[int]) -> str | list[str | int]:
    """Which articles of a law a text has: `all` when they run from 1 without a gap, else ranges and single numbers.

    >>> held_articles([1, 2, 3]), held_articles([5, 1164, 1165, 1166])
    ('all', [5, '1164-1166'])
    """
    main = sorted(set(numbers))
    if main == list(range(1, len(main) + 1)):
        return "all"
    runs = [[n for _, n in run] for _, run in groupby(enumerate(main), key=lambda pair: pair[1] - pair[0])]
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else run[0] for run in runs]


_NUMBERED = re.compile(r"[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+[、.．]")


def _heading_rank(line: str) -> int | None:
    """The rank of a heading line, 0 (编) to 4; None for a line that is no heading."""
    if match := _HEADING.fullmatch(line):
        words = match[4].strip("*_")
        if match[1]:
            return _RANK[match[2]]
        # Without a mark of its own, 第一章规定的… at the head of a line is a sentence.
        is_reference = re.search(r"[。；;，：:]", words) or (not match[3] and _REFERENCE.match(words))
        return None if is_reference or len(words) > _HEADING_LIMIT else _RANK[match[2]]
    if _BARE_HEADING.fullmatch(line):
        return _RANK["章"]
    if match := _MARKDOWN.fullmatch(line):
        is_article = _ARTICLE.match(line) or _SENTENCE_END.search(line)
        return None if is_article else min(len(match[1]), 4)
    return None


def _annex(line: str) -> str | None:
    """The section name of an annex that this line opens: 附件, 附件1; None where the line opens none."""
    match = _ANNEX.fullmatch(line)
    if not match or len(line) > _TITLE_LIMIT or _SENTENCE_END.search(match[3] or ""):
        return None
    word = "附件" if match[1] == "附" else match[1]
    number = to_int(match[2]) if match[2] else None
    return f"{word}{number or ''}"


def _in_list(previous: str) -> bool:
    return previous.endswith(("：", ":", "；", ";"))
