"""Judgments to passages: full texts as courts publish them, and our digests and notes with marked sections.

A full text has no marked headings; its sections open with fixed words (最高人民法院《人民法院民事裁判文书制作规范》, 法〔2016〕221号,
and its criminal and second-instance forms). Sections go forward only, so that 本院认为 in a later paragraph opens nothing.
Keys: `(2024)粤0192民初113号/本院认为/3` in the full text, `(2024)粤0192民初113号/摘要.本院认为/3` in a digest. A paragraph is a
line that is not blank.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ingest.citation import Citation, normal_case_number
from ingest.dates import find_dates
from ingest.document import Document, Kind, Role
from ingest.lines import BLANK, Line, Piece, partition, place_between, split_lines

# The sections of a full text in their order.
_ORDER = (
    "正文",
    "当事人",
    "审理经过",
    "诉讼请求",
    "抗辩",
    "一审请求",
    "一审抗辩",
    "一审查明",
    "一审认为",
    "一审判决",
    "审理查明",
    "本院认为",
    "裁判结果",
    "落款",
    "附录",
)
_STAGE = {name: stage for stage, name in enumerate(_ORDER)}
_BACK_AND_FORTH = {"诉讼请求", "抗辩"}  # a counterclaim follows the defence, and is answered again

_SIDE_CLAIMING = r"(?:原告|反诉原告|上诉人|再审申请人|申请人|申诉人|自诉人|附带民事诉讼原告人|抗诉机关|起诉人)"
_SIDE_DEFENDING = r"(?:被告|被上诉人|反诉被告|被申请人|被申诉人|第三人|原审|被告人|辩护人|其辩护人|各被告|两被告|二被告|上诉人|原告[(（]反诉)"
_PARTY = re.compile(
    rf"(?:{_SIDE_CLAIMING}|{_SIDE_DEFENDING}|公诉机关|委托诉讼代理人|委托代理人|诉讼代理人|法定代表人|法定代理人|负责人|主要负责人|经营者|指定辩护人)"
    r"(?:[(（][^)）]{1,30}[)）])*\s*[:：、，,]?\s*\S"
)
# The words that open a section, tried in this order at the head of a line.
_OPENINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("一审请求", re.compile(r".{0,80}向(?:一审|原审)(?:法院|人民法院)(?:起诉|提出|提起).{0,12}(?:请求|称|诉讼)")),
    ("一审抗辩", re.compile(r".{0,80}(?:在|向)?(?:一审|原审)(?:法院|中|期间)?(?:共同)?(?:答)?辩称")),
    ("一审查明", re.compile(r"(?:一审|原审)(?:法院|人民法院)?(?:经)?(?:审理)?(?:查明|认定(?:的)?(?:案件)?事实|认定)")),
    ("一审认为", re.compile(r"(?:一审|原审)(?:法院|人民法院)(?:经审理)?认为")),
    (
        "一审判决",
        re.compile(
            r"(?:综上|据此|遂|因此|故)?.{0,10}?(?:一审|原审)(?:法院|人民法院)?.{0,200}?(?:判决|裁定)(?:如下)?\s*[:：]"
        ),
    ),
    ("审理经过", re.compile(r".*(?:一案|纠纷|罪).*(?:立案|受理|组成合议庭|独任审判|审理终结|提起上诉|不服.*判决)")),
    (
        "诉讼请求",
        re.compile(
            r"(?:诉讼|上诉|再审|仲裁)?请求(?:事项)?\s*[:：]|事实与理由\s*[:：]|公诉机关指控|.{2,30}人民检察院.{0,40}指控"
        ),
    ),
    (
        "诉讼请求",
        re.compile(
            rf"{_SIDE_CLAIMING}.{{0,80}}?(?:向本院(?:提出|提起|起诉|申请)|诉称|诉请|上诉请求|上诉称|上诉提出|起诉称|起诉请求|提出诉讼请求"
            r"|诉讼请求|申请再审称|请求判令|请求法院|请求本院|提起诉讼|提出反诉)"
        ),
    ),
    ("诉讼请求", re.compile(r".{1,60}?(?:上诉请求|反诉请求|向本院提出(?:诉讼|上诉|反诉)?请求)\s*[:：]")),
    (
        "抗辩",
        re.compile(
            rf"{_SIDE_DEFENDING}.{{0,120}}?(?:辩称|答辩|述称|陈述意见|未作(?:出)?(?:书面)?答辩|未到庭|辩解|辩护意见|未发表意见|对指控|无异议)"
        ),
    ),
    ("抗辩", re.compile(r".{1,60}?(?:答辩称|辩称|述称|答辩意见)\s*[，,:：]")),
    (
        "审理查明",
        re.compile(
            r"(?:本院)?(?:二审|再审)?(?:依法)?经(?:公开)?(?:开庭)?审理(?:，)?(?:本院)?(?:查明|认定)|经(?:本院)?审理查明|(?:本院|二审|另)(?:经审理)?(?:另)?查明|审理查明"
            r"|本院(?:经审理)?(?:对)?(?:案件)?(?:认定|确认)(?:的)?(?:案件)?事实|根据当事人.{0,40}(?:本院)?(?:认定|确认).{0,6}事实"
            r"|(?:本案)?(?:双方)?当事人(?:围绕|为证明|就).{0,40}(?:提交|提供|出示)了?.{0,6}证据|本院二审期间|二审中"
            r"|(?:综合|根据|依据)(?:上述|以上|双方|全案).{0,30}(?:查明|认定)(?:如下|以下|本案)?.{0,4}事实|上述事实"
        ),
    ),
    (
        "本院认为",
        re.compile(r"(?:综合.{0,20})?本院(?:经审查|经审理|经评议|二审|再审)?认为|(?:裁判|判决)理由\s*[:：]?$"),
    ),
)
_FACTS_OPENING = re.compile(r"(?:本院)?经(?:本院)?审理查明|本院查明|本院(?:经审理)?(?:认定|确认)(?:案件)?事实")
_RESULT = re.compile(
    r"(?:判决|裁定|决定|调解|协议)(?:结果)?如下\s*[:：]?$|^(?:判决|裁定|裁判)(?:结果|主文)\s*[:：]?$|^判决\s*[:：]"
)
_SIGNATURE = re.compile(r"(?:代理|助理|独任|见习)?(?:审判[长员]|人民陪审员|法官助理|书记员|执行员)")
_APPENDIX = re.compile(
    r"(?:附|附录|附件|附表|附图)\s*[:：]|附\s*(?:相关|本案|本判决)?.{0,20}(?:法律|法条|条文|条款).{0,10}$|附[录件]?$"
)
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")

_COURT = re.compile(
    r"[\u4e00-\u9fff]{2,40}(?:人民法院|互联网法院|知识产权法院|金融法院|海事法院|铁路运输(?:中级)?法院|法院)"
)
_FORM = re.compile(r"(?:民事|刑事|行政|执行|国家赔偿)?(?:附带民事)?(?:判决|裁定|调解|决定|通知)书")
_NUMBER = re.compile(
    r"[（(〔\[［【]\s*\d{4}\s*[)）〕\]］】]\s*[^\s，。；、：:（(《》]{2,24}?\d\s*号(?:之[一二三四五六七八九十\d]+)?"
)
_INSTANCES = (("民申", "再审审查"), ("再", "再审"), ("终", "二审"), ("初", "一审"), ("执", "执行"))
_HEAD_LIMIT = 60
_HEAD_LINES = 25
_OPENING_LIMIT = 400  # characters in which a line shows which section it opens


def parse_judgment(text: str, meta: Mapping[str, Any]) -> Document:
    """Cut the full text of a judgment or ruling into its sections, paragraphs counted from 1 in each.

    Court, case number, form, date and instance that `meta` does not give are read from the text. Every text parses;
    where no opening words are found the paragraphs stand under 正文.

    >>> text = "某市人民法院\\n民事判决书\\n（2024）京01民初1号\\n原告：甲。\\n本院认为，乙。\\n判决如下：\\n一、丙。\\n二〇二四年二月八日"
    >>> document = parse_judgment(text, {})
    >>> [str(p.citation) for p in document.passages if p.citation][1:4]
    ['(2024)京01民初1号/本院认为/1', '(2024)京01民初1号/裁判结果/1', '(2024)京01民初1号/裁判结果/2']
    >>> document.meta["court"], document.meta["decided"]
    ('某市人民法院', '2024-02-08')
    """
    lines = split_lines(text)
    found = dict(meta)
    body = _head(lines, found)
    citation = _citation(found)
    pieces = [Piece(line.raw_start, Role.TITLE if i == 0 else Role.OTHER) for i, line in enumerate(lines[:body])]
    sections = _sections(lines, body)
    counts: Counter[str] = Counter()
    for line, section in zip(lines[body:], sections, strict=True):
        pieces.append(_piece(text, line, section, counts, citation))
    signed = "\n".join(line.text for line, section in zip(lines[body:], sections, strict=True) if section == "落款")
    for day, _ in find_dates(re.sub(rf"[{BLANK}]", "", signed)):
        found.setdefault("decided", day)
    return _document(text, citation, Kind.JUDGMENT, found, pieces)


def parse_digest(text: str, meta: Mapping[str, Any], kind: Kind) -> Document:
    """Cut a digest (Kind.JUDGMENT_DIGEST) or a note (Kind.NOTE) by its Markdown headings.

    The sections of a digest are keyed `摘要.案情/1`, those of a note `案情/1`.

    >>> digest = parse_digest("## 案情\\n甲。\\n## 裁判结果\\n乙。", {"short": "某院·某案"}, Kind.JUDGMENT_DIGEST)
    >>> [str(p.citation) for p in digest.passages if p.citation]
    ['某院·某案/摘要.案情/1', '某院·某案/摘要.裁判结果/1']
    """
    found = dict(meta)
    citation = _citation(found)
    prefix = "摘要." if kind is Kind.JUDGMENT_DIGEST else ""
    pieces: list[Piece] = []
    counts: Counter[str] = Counter()
    section = "0"
    headings: tuple[str, ...] = ()
    for line in split_lines(text):
        marked = _MARKDOWN.fullmatch(line.text)
        if marked and len(marked[1]) == 1:
            found.setdefault("title", marked[2])
            pieces.append(Piece(line.raw_start, Role.TITLE))
        elif marked:
            if len(marked[1]) == 2:
                section = re.sub(r"[\s/@#]+", "", marked[2]) or "0"
            headings = (marked[2],)
            pieces.append(Piece(line.raw_start, Role.HEADING, headings=headings))
        else:
            pieces.append(_piece(text, line, prefix + section, counts, citation, headings))
    return _document(text, citation, kind, found, pieces)


def looks_like_judgment(text: str) -> bool:
    """Whether a text without front matter reads as a judgment: its form or number at the head, its formulas below."""
    head = [re.sub(rf"[{BLANK}]", "", line.text) for line in split_lines(text[:4000])[:_HEAD_LINES]]
    short = [words for words in head if len(words) <= _HEAD_LIMIT]
    named = any(form.end() == len(words) for words in short for form in _FORM.finditer(words))
    numbered = any(number.end() == len(words) for words in short for number in _NUMBER.finditer(words))
    return (named or numbered) and re.search(r"本院认为|判决如下|裁定如下|本院经审[理查]认为", text) is not None


def find_case_number(text: str) -> str | None:
    """The first case number in `text`, in its one spelling.

    >>> find_case_number("案号：〔2024〕粤0192民初113号")
    '(2024)粤0192民初113号'
    """
    match = _NUMBER.search(unicodedata.normalize("NFKC", text))
    return normal_case_number(match[0]) if match else None


def _document(text: str, citation: Citation, kind: Kind, meta: dict[str, Any], pieces: list[Piece]) -> Document:
    title = str(meta.get("title") or citation.document)
    known = [*(meta.get("aliases") or ()), meta.get("case_number")]
    aliases = tuple(dict.fromkeys(str(a) for a in known if a and str(a) != citation.document))
    return Document(citation, kind, title, text, partition(text, pieces), meta, aliases)


def _citation(meta: dict[str, Any]) -> Citation:
    number = normal_case_number(str(meta.get("case_number") or ""))
    if number:
        meta["case_number"] = number
    short = meta.get("short") or number or "·".join(str(meta[k]) for k in ("court", "title") if meta.get(k))
    meta.setdefault("short", short or "未命名裁判文书")
    return Citation(normal_case_number(str(meta["short"])) or str(meta["short"]))


def _piece(
    text: str, line: Line, section: str, counts: Counter[str], citation: Citation, headings: tuple[str, ...] = ()
) -> Piece:
    counts[section] += 1
    where = citation.at(section, str(counts[section]))
    place = place_between(where, text, line.start, line.end)
    return Piece(line.raw_start, Role.PARAGRAPH, where, headings or (section,), (place,))


def _head(lines: list[Line], meta: dict[str, Any]) -> int:
    """Read court, form and number off the head; the index of the first line of the body."""
    index = 0
    for index, line in enumerate(lines[:_HEAD_LINES]):
        words = _MARKDOWN.sub(r"\2", line.text)
        packed = re.sub(rf"[{BLANK}]", "", words)
        if _PARTY.match(packed) or len(packed) > _HEAD_LIMIT or packed.endswith(("。", "；", "：", ":", "，")):
            break
        if _section_of(packed, _STAGE["正文"]):
            break
        number = find_case_number(packed)
        court = _COURT.search(packed)
        if number:
            meta.setdefault("case_number", number)
        if court and not meta.get("court"):
            meta["court"] = court[0]
        if form := _FORM.search(packed):
            meta.setdefault("form", form[0])
        if index == 0 and not (number or court or form) and len(lines) > 1:
            meta.setdefault("title", words)
    else:
        index = min(len(lines), _HEAD_LINES)
    if index == len(lines):  # a text of short lines only is no head
        return 0
    number = str(meta.get("case_number") or "")
    for mark, instance in _INSTANCES:
        if mark in number:
            meta.setdefault("instance", instance)
            break
    if not meta.get("title") and (meta.get("court") or number):
        meta["title"] = f"{meta.get('court', '')}{number}{meta.get('form', '')}"
    return index


def _sections(lines: list[Line], body: int) -> list[str]:
    """The section of each line from `body` on."""
    words = [re.sub(rf"^#+\s*|[{BLANK}]", "", line.text) for line in lines[body:]]
    results = [i for i, line in enumerate(words) if _RESULT.search(line)]
    result = results[-1] if results else len(words)
    facts = max((i for i, line in enumerate(words[:result]) if _FACTS_OPENING.match(line)), default=-1)
    section = "当事人" if words and _PARTY.match(words[0]) else "正文"
    found = []
    for index, line in enumerate(words):
        opened = _section_of(line, _STAGE[section])
        if index == result:
            # A single paragraph may hold both the reasons and, at its end, 判决如下：.
            opened = "本院认为" if opened == "本院认为" and section != "本院认为" else "裁判结果"
        elif index > result and section in ("本院认为", "裁判结果", "落款"):
            opened = _after_result(line, section)
        elif opened == "本院认为" and index < facts:
            opened = None  # the court on a piece of evidence, before it finds the facts
        elif index > result:
            opened = None
        if opened:
            section = opened
        found.append(section)
        if index == result:
            section = "裁判结果"
    return found


def _section_of(line: str, stage: int) -> str | None:
    """The section that the words at the head of a line open, seen from the stage reached; None where they open none."""
    head = line[:_OPENING_LIMIT]
    for name, pattern in _OPENINGS:
        if pattern.match(head):
            if _STAGE[name] > stage or {name, _ORDER[stage]} == _BACK_AND_FORTH:
                return name
            return None
    return None


def _after_result(line: str, section: str) -> str | None:
    if section != "落款" and (_SIGNATURE.match(line) and len(line) <= 20):
        return "落款"
    if section != "落款" and len(line) <= 14 and next(find_dates(line), None) and line.endswith("日"):
        return "落款"
    return "附录" if _APPENDIX.match(line) else None
