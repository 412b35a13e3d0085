"""Answers to questions that cite nothing: the law, the cases and the commentary that speak of it, side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from ingest.document import Kind
from ingest.numerals import to_chinese, to_int
from rag.captions import load_captions
from rag.cases import CaseFile
from rag.draft import Draft, Support
from rag.editor_notes import EditorNote, load_editor_notes
from rag.library import HeldDocument, HeldPlace, Library
from rag.provision import name_of, pinpoint, words_of
from rag.question import Language, Question
from rag.retrieve import Hit
from rag.statutes import (
    StatuteDesk,
    commented,
    nearest_part,
    number_then,
    pinpointed,
    provision,
    says_something,
    strange_quantities,
)


class Leaning(StrEnum):
    """Which kind of source a question asks for first."""

    LAW = "law"
    CASES = "cases"
    COMMENTARY = "commentary"
    NONE = "none"


_LEANINGS = (
    (
        Leaning.COMMENTARY,
        re.compile(
            r"(?<!那篇)(?<!己)(?<!己的)(?<!人的)(?<!我的)(?<!他的)(?<!她的)(?<!写)(?<!发)文章|君合|作者认为|作者的?观点|评论|这篇|律师(?:们)?认为|the (?:authors?|commentary)|junhe|law firm",
            re.I,
        ),
    ),
    (
        Leaning.CASES,
        re.compile(
            r"案例|判例|案件|哪(?:个|些|起|几个)案|有没有.{0,6}案|法院(?:是?怎么|如何|一般|会|有没有|曾)|司法实践|裁判|判决|判过|case law|court|precedent|cases?\b",
            re.I,
        ),
    ),
    (
        Leaning.LAW,
        re.compile(
            r"哪(?:一|几)?(?:条(?![路道出])|部法|个法|些条|款|部)|第几条|法条|条文|法律依据|法律规定|依据(?:是|什么)|规定在哪|怎么规定|如何规定|有(?:什么|哪些|何)规定|法定|定义|是指|规定了|according to law|statut|provision|which article|legal basis|defin",
            re.I,
        ),
    ),
)
_COUNTS = {
    Leaning.LAW: (3, 1, 1),
    Leaning.CASES: (2, 4, 2),
    Leaning.COMMENTARY: (1, 1, 4),
    Leaning.NONE: (3, 3, 3),
}
_DEFINITION = re.compile(
    r"[“\"「]([^”\"」]{2,16})[”\"」](?:是|的|在|这个|一词|究竟|到底|怎么|如何|指)|(?:什么是|何谓|什么叫|何为)([\u4e00-\u9fffA-Za-z]{2,14})"
    r"|([\u4e00-\u9fffA-Za-z]{2,10}?)的?(?:法律)?(?:定义|含义|意思)"
)
# When this was chosen, the article asked for by unseen authors was among the first three found for 82 in 100, among five for 88.
_MORE_LAWS = 2
_SHORT_PROVISION = 300
# How much the words of a caption weigh beside the fused score of the search, both between 0 and 1.
_CAPTION_WEIGHT = 0.6
_FOREIGN = re.compile(
    r"美国|欧盟|欧洲|德国|英国|日本|新加坡|韩国|域外|国外|外国|海外|比较法|v\.|\b(?:us|u\.s\.|usa|american|eu|european|german|germany|uk|british|japan|"
    r"japanese|singapore|foreign|overseas|comparative)\b",
    re.IGNORECASE,
)
_PLACES_SHOWN = 4
_TELLING_SECTIONS = (
    "本院认为",
    "裁判结果",
    "案情",
    "对五项抗辩的意义",
    "要点",
    "状态",
    "效力与状态",
    "意义",
    "诉讼请求",
    "抗辩",
    "争议焦点",
)


@dataclass(frozen=True, slots=True)
class ConceptDesk:
    """What the answers to general questions are written from."""

    library: Library
    statutes: StatuteDesk
    corpus: Path
    as_of: date


def leaning(text: str) -> Leaning:
    """Which source a question asks for by its wording.

    >>> leaning("哪一条规定了法定赔偿"), leaning("有没有法院否定可版权性的案例"), leaning("什么是实质性相似")
    (<Leaning.LAW: 'law'>, <Leaning.CASES: 'cases'>, <Leaning.NONE: 'none'>)
    """
    return next((side for side, pattern in _LEANINGS if pattern.search(text)), Leaning.NONE)


def about_concept(desk: ConceptDesk, question: Question, named: Sequence[Hit], found: Sequence[Hit]) -> list[Draft]:
    """Law, commentary with its notes, and cases from the passages found, what the question leans to first.

    `named` are passages of documents that the question names; they come before those that a search found.
    """
    hits = _defining(question, [*named, *_by_captions(desk, question, found)])
    side = leaning(question.text)
    laws, cases, comments = _COUNTS[side]
    statutes = _first(hits, Kind.STATUTE, laws + _MORE_LAWS)
    by_kind = {
        Leaning.LAW: _laws(desk, question, statutes[:laws])
        + told_briefly(desk, question, statutes[laws:], ("另可参看", "See also ")),
        Leaning.COMMENTARY: _comments(desk, question, _first(_citing(question, hits), Kind.COMMENTARY, comments)),
        Leaning.CASES: _cases(desk, question, hits, cases),
    }
    order = sorted(by_kind, key=lambda kind: kind is not side)
    return [draft for kind in order for draft in by_kind[kind]]


def _defining(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """For a question that asks what a term means: the provisions that define it, first."""
    match = _DEFINITION.search(question.text)
    term = next((group for group in match.groups() if group), "").strip("“”\"'《》「」 ") if match else ""
    if not term:
        return list(hits)
    defines = re.compile(rf"{re.escape(term)}[”」]?[，,（(]?[^。；\n]{{0,8}}?是?指")
    return sorted(hits, key=lambda hit: not (hit.kind is Kind.STATUTE and defines.search(hit.text)))


def _citing(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """Who asks what a document says of an article asks for the passages of it that cite the article: those first."""
    articles = [m.citation.path[0] for m in question.places if m.citation and m.citation.path]
    numbers = [f"第{to_chinese(int(article))}条" for article in articles if article.isdecimal() and article != "0"]
    return sorted(hits, key=lambda hit: not any(number in hit.text for number in numbers))


def _by_captions(desk: ConceptDesk, question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """The passages found, those first of which the question uses the words of the caption."""
    # What a follow-up adds of its own tells more than the topic it goes on with.
    own = question.topic.removesuffix(question.earlier) if question.inherited else question.topic
    told = load_captions(desk.corpus).told_by(own if own.strip() else question.topic)

    def score(hit: Hit) -> float:
        return hit.score + _CAPTION_WEIGHT * told.get(f"{hit.citation.document}/{hit.citation.path[0]}", 0.0)

    return sorted(hits, key=score, reverse=True)


def _first(hits: Sequence[Hit], kind: Kind, count: int) -> list[HeldPlace]:
    places = {hit.key: hit.place for hit in hits if hit.kind is kind}
    return list(places.values())[:count]


def _laws(desk: ConceptDesk, question: Question, places: Sequence[HeldPlace]) -> list[Draft]:
    drafts = []
    for place in places:
        drafts += [
            provision(desk.statutes, place, question.language),
            *number_then(desk.statutes, place, question.language),
            *pinpointed(desk.statutes, place, question),
        ]
    return [*strange_quantities(question, list(places[:1])), *drafts]


def nearest_laws(desk: ConceptDesk, question: Question, found: Sequence[Hit], count: int) -> list[HeldPlace]:
    """The provisions nearest to a question among the passages found."""
    return _first(_by_captions(desk, question, found), Kind.STATUTE, count)


def told_briefly(
    desk: ConceptDesk, question: Question, places: Sequence[HeldPlace], label: tuple[str, str]
) -> list[Draft]:
    """Short provisions whole, of the others the part nearest to the question, behind a Chinese or English label."""
    drafts = []
    for place in places:
        part = nearest_part(desk.statutes, place, question)
        shown = place if len(words_of(place)) <= _SHORT_PROVISION else part
        words = words_of(shown)
        name = name_of(shown.document, question.language)
        where = f"{name}{question.language.pick('', ', ')}{pinpoint(shown.citation, question.language)}"
        supports = [Support(shown.citation, words)]
        if part is not shown:
            supports.append(Support(part.citation))
        drafts.append(Draft(f"{question.language.pick(*label)}{where}：“{words}”", tuple(supports)))
    return drafts


def _comments(desk: ConceptDesk, question: Question, places: Sequence[HeldPlace]) -> list[Draft]:
    drafts: list[Draft] = []
    for place in places:
        drafts.append(commented(place, question.language))
        drafts += notes_on(desk, place, question.language)
    return drafts


_OUTLINE = re.compile(
    r"[哪几](?:些|几|五|个|种)?项|几[个种点]|五项|哪五|哪几|结构|目录|大纲|提纲|主要内容|讲了什么|写了什么|提出了?哪|介绍|outline|contents|list",
    re.I,
)
_ASKS_FOR_OUTLINE = re.compile(
    r"(?:抗辩|思路|部分|方面|要点|观点|内容)[^。？?]{0,8}(?:哪[几些五]|几[个种点项]|列)|(?:哪[几些五]|几)[个种点项]?(?:抗辩|思路|部分|方面|要点|观点)|"
    r"结构|目录|大纲|提纲|outline|contents",
    re.I,
)
_AUTHORS = re.compile(
    r"作者是|谁写|谁的文章|哪家律所|哪个律所|什么时候(?:发|写)|何时发|发表|发布|哪年|who wrote|author|published", re.I
)


# A defence by its number; 第十三项 of a paragraph is an item.
_NUMBERED = re.compile(r"(?<![款条])第([一二三四五六1-6])[项个种点大](?=抗辩|思路|理由|路|呢|讲|说|是|怎么|又|$)")
_NUMBERED_SHOWN = 4
_DEFENCE_HEADING = re.compile("抗辩[一二三四五六]：")


def asks_for_authors(text: str) -> bool:
    """Whether a question asks who wrote a text, or when and where it was published."""
    return _AUTHORS.search(text) is not None


def about_commentary(document: HeldDocument, headings: Sequence[str], question: Question) -> list[Draft]:
    """Authors, date and outline of a commentary, when the question asks for them."""
    meta, name = document.meta, name_of(document)
    drafts = []
    if asks_for_authors(question.text) or not says_something(question.topic):
        authors = "、".join(map(str, meta.get("authors") or ()))
        facts = [str(part) for part in (meta.get("publisher"), authors, meta.get("published")) if part]
        drafts += [Draft(f"{name}：{'，'.join(facts)}。", (Support(document.citation),))] if facts else []
    if (_OUTLINE.search(question.text) or not says_something(question.topic)) and headings:
        label = question.language.pick("各部分为", "its parts are")
        defences = [heading for heading in headings if _DEFENCE_HEADING.search(heading)]
        parts = defences if defences and "抗辩" in question.text else headings
        drafts.append(Draft(f"{name}，{label}：{'；'.join(parts)}。", (Support(document.citation),)))
    return drafts


def defence_numbered(desk: ConceptDesk, question: Question, places: Sequence[HeldPlace]) -> list[Draft]:
    """The passages of a commentary under the heading of the defence that a question asks for by its number: 第五项抗辩讲什么."""
    asked = _NUMBERED.search(question.text)
    number = to_int(asked[1]) if asked else None
    if number is None:
        return []
    told = [p for p in places if any(f"抗辩{to_chinese(number)}" in heading for heading in p.headings)]
    return _comments(desk, question, told[:_NUMBERED_SHOWN])


def asks_for_outline(text: str) -> bool:
    """Whether a question asks which parts or points a text has."""
    return _ASKS_FOR_OUTLINE.search(text) is not None


def notes_on(desk: ConceptDesk, place: HeldPlace, language: Language) -> list[Draft]:
    """The editor's notes that belong to a paragraph of the commentary."""
    return [
        noted(desk, note, language)
        for note in load_editor_notes(desk.corpus)
        if place.citation.path and note.is_on(place.citation)
    ]


def noted(desk: ConceptDesk, note: EditorNote, language: Language) -> Draft:
    """An editor's note, with the places that bear it out."""
    held = [place for citation in note.citations if (place := desk.library.place(citation, desk.as_of))]
    label = language.pick(f"编者注（{note.verdict}）：", f"Editor's note ({note.verdict}): ")
    doubt = language.pick("（此注把握不大，引用前请再核对）", " (low confidence)") if note.confidence == "low" else ""
    targets = [place for citation in note.targets[:1] if (place := desk.library.place(citation, desk.as_of))]
    return Draft(f"{label}{note.note}{doubt}", tuple(Support(place.citation) for place in held or targets))


def _is_foreign(place: HeldPlace) -> bool:
    return bool(place.document.meta.get("jurisdiction", "中国") != "中国")


def _cases(desk: ConceptDesk, question: Question, hits: Sequence[Hit], count: int) -> list[Draft]:
    """The telling paragraph of each case found, with its name, the nearest case first."""
    chosen: dict[str, list[HeldPlace]] = {}
    for hit in hits:
        if hit.kind not in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST, Kind.NOTE):
            continue
        section = hit.citation.path[0].removeprefix("摘要.")
        if section not in _TELLING_SECTIONS or "没有意义" in hit.text:
            continue  # a digest says of each defence that did not come up that it has nothing to say on it
        chosen.setdefault(hit.citation.document, []).append(hit.place)
    drafts = []
    # Foreign authority is asked for where a foreign country is named, or where nothing else was found first.
    foreign = _FOREIGN.search(question.text) is not None or any(_is_foreign(hit.place) for hit in hits[:1])
    # It only persuades here: otherwise it comes after the domestic.
    nearest = sorted(chosen.items(), key=lambda item: not foreign and _is_foreign(item[1][0]))
    for short, places in nearest[:count]:
        case = CaseFile.open(desk.library, short, desk.as_of)
        if case is None:
            continue
        if case.document.kind is Kind.NOTE:
            heart = [*case.section("要点"), *case.section("本院认为")]
            places = [*places[:2], *heart[:2], *case.section("效力与状态")[:1], *case.section("状态")[:1]]
        for place in list({place.key: place for place in places}.values())[:_PLACES_SHOWN]:
            words = words_of(place)
            full = place.kind is Kind.JUDGMENT
            name = name_of(place.document)
            drafts.append(Draft(f"{name}：{f'“{words}”' if full else words}", (Support(place.citation, words),)))
    return drafts
