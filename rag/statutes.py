"""Answers about statutes: the official words at their pinpoint, and what is wrong with a citation in the question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Mention
from rag.captions import Captions
from rag.concordance import Concordance, Renumbering
from rag.draft import Draft, Support
from rag.library import Held, HeldDocument, HeldPlace, Library
from rag.nearness import near
from rag.provision import name_of, pinpoint, words_of
from rag.question import Language, Question
from rag.relevance import rank, terms

# Below this share of a question's terms an article does not speak of what the question says about it, when another
# article of the same law holds at least the second share; measured on the questions of eval/datasets.
_STRANGER, _AT_HOME, _FAR_BELOW = 0.12, 0.34, 0.5
# An article this near to the best one may be the one meant just as well.
_AS_NEAR = 0.85
_PLACES_SHOWN = 12
_NUMBER = r"[一二三四五六七八九十百千万两\d]+"
_QUANTITY = re.compile(rf"{_NUMBER}(?:余)?(?:万元|元|倍|年|个月|日内|日|小时|周岁)")
_WHEN, _ACT = (
    r"什么时候|何时|哪天|几号|哪一年|哪年|几月|时间|日期",
    r"施行|生效|实施|公布|发布|通过|颁布|修[订正改]|出台",
)
_EFFECTIVE = re.compile(
    rf"(?:{_WHEN}).{{0,8}}(?:{_ACT})|(?:{_ACT}).{{0,8}}(?:{_WHEN})|(?:已经|开始|现在)?(?:施行|生效)了?(?:吗|没有|没|了吗)"
    r"|(?:19|20)\d{2}年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:就|才|已经?|开始|起)?(?:施行|生效|实施)"
    r"|\bwhen\b.{0,40}\b(?:effect|force|adopted|promulgated|issued)|effective date|date of effect|entry into force",
    re.I,
)
_ISSUER = re.compile(
    r"谁(?:发布|制定|颁布|公布|通过)|哪(?:个|些|几个)?(?:部门|机关|机构)|制定机关|发布机关|who (?:issued|adopted)", re.I
)
_NUMBER_OF = re.compile(r"文号|发文字号|第几号|几号令|哪号令|令号|多少号令|法释.{0,4}号|document number|decree", re.I)
_COUNT = re.compile(
    r"多少条|(?<!第)几条(?:法条|条文)?(?=[？?吗呢。]|$)|(?:共|总共|一共)有?(?:多少|几)|how many articles", re.I
)
# Words that make a figure a limit or a term rather than an amount somebody hopes for.
_AS_BOUND = re.compile(
    r"上限|下限|最[高低多少]|至[多少]|不超过|封顶|起步|以上|以下|规定|保护期|时效|期限|倍|maximum|minimum|at most|at least|up to",
    re.I,
)
# Who asks for all cases, factors or kinds is not helped by one of them.
_EVERY_ITEM = re.compile(r"哪些|情形|因素|种类|几种|几项|列举|分别|全部|所有|all|which|factors|list")
_PREAMBLE = re.compile(r"引言|序言|前言|导言|第一条(?:之|以)?前|preamble", re.I)
_LEAD = re.compile(r"引语|开头|总括|各项之前|列举(?:各项)?(?:之|以)前|chapeau|introductory|opening words", re.I)
_LAST_ITEM = re.compile(r"兜底|最后一项|末项|其他情形那|catch-?all|last item", re.I)
# Words that ask to carry an old number over into the law of today.
_CARRY_OVER = re.compile(
    r"对应(?:的)?(?:现行|新|2020|今)|(?:现行|新|现在的?|如今的?)(?:著作权)?法?(?:的|里|中|是|上)*(?:第?几|哪)[一]?条|现在是?(?:第几|哪一?)条|旧(?:法|条号)|current (?:law|number)",
    re.I,
)
# Words that ask for the number that an article of today had before.
_CARRY_BACK = re.compile(
    r"(?:2001|2010|旧|原来?|以前|过去|修[改订正]前|老)(?:年)?(?:版|的)?(?:《?著作权法》?|法|文本)?(?:里|中|上|时|的|叫|是|为|对应)*(?:第几|哪一?)条"
    r"|对应(?:的)?(?:是)?(?:旧|老|原|2010|修[改订正]前)|(?:former|old|previous|earlier) (?:number|article|version)",
    re.I,
)
# How far the nearest part of an article, by words and meaning together (up to 2), is ahead of the next: of 633 questions on one
# paragraph or item it was the right one for 9 in 10 from the first distance on, one of the nearest two for 19 in 20 from the
# second on; below that, one of three for 17 in 20.
_CLEAR, _CLOSE, _MANY_PARTS = 0.2, 0.05, 4
# Parts that have next to nothing in common with the question are not called near.
_NEAR_AT_ALL = 0.25
_WHICH_ITEM = re.compile(r"[哪第][一几]?项|[到明注写][明到出]?项(?!目)|which item", re.I)
_OVERVIEW = re.compile(r"介绍|概述|是什么|简介|主要内容|overview|what is|summar", re.I)


@dataclass(frozen=True, slots=True)
class StatuteDesk:
    """What the statute answers are written from."""

    library: Library
    concordance: Concordance
    captions: Captions
    as_of: date


def provision(desk: StatuteDesk, place: HeldPlace, language: Language) -> Draft:
    """The words of a place, introduced by law, version and pinpoint, with the marks a reader must see."""
    words = words_of(place)
    where = pinpoint(place.citation, language)
    marks = []
    if not place.verified:
        marks.append(language.pick("文本未经逐字核验", "text not verified word for word"))
    if place.in_force is False:
        marks.append(_not_in_force(desk, place.document, language))
    mark = f"（{'；'.join(marks)}）" if marks else ""
    name = name_of(place.document, language)
    said = language.pick("规定", " provides")
    return Draft(f"{name}{language.pick('', ', ')}{where}{said}{mark}：\n“{words}”", (Support(place.citation, words),))


def commented(place: HeldPlace, language: Language) -> Draft:
    """A paragraph of a commentary: our digest of it in our words, the full text in quotation marks."""
    words = words_of(place)
    heading = place.citation.path[0]
    digest = place.document.meta.get("text") == "digest"
    said = language.pick(
        f"{name_of(place.document)}（{heading}{'，摘要' if digest else ''}）：{words if digest else f'“{words}”'}",
        f"The commentary ({heading}{', our digest' if digest else ''}): {words if digest else f'“{words}”'}",
    )
    return Draft(said, (Support(place.citation, words),))


def _not_in_force(desk: StatuteDesk, document: HeldDocument, language: Language) -> str:
    effective = document.stored.effective
    if effective and effective > desk.as_of.isoformat():
        return language.pick(
            f"在{desk.as_of}尚未施行，{effective}起施行", f"not yet in force on {desk.as_of}; effective {effective}"
        )
    return language.pick(f"在{desk.as_of}已不再有效", f"no longer in force on {desk.as_of}")


def cited_places(question: Question, desk: StatuteDesk) -> list[Draft]:
    """The places that the question cites: their words, or what is wrong with the citation."""
    drafts: list[Draft] = []
    for mention in _with_path(question)[:_PLACES_SHOWN]:
        citation = mention.citation
        assert citation is not None
        if carried_back := _former_number(question, mention, desk):
            drafts += carried_back
            continue
        renumbered = _old_number(question, mention, desk)
        if renumbered:
            drafts += _renumbered(desk, renumbered, question.language)
            continue
        held = desk.library.holds(citation, desk.as_of)
        place = desk.library.place(citation, desk.as_of)
        if place is None and mention.paragraph_implied:
            place = _item_anywhere(desk, citation)
        if place is None:
            drafts += _missing(desk, citation, held, question.language)
            continue
        if _AS_BOUND.search(question.text):
            drafts += strange_quantities(question, [place])
        drafts += _shown(desk, place, question)
        drafts += _elsewhere(desk, place, question)
    return drafts


def _item_anywhere(desk: StatuteDesk, citation: Citation) -> HeldPlace | None:
    """An item cited without its paragraph, when only one paragraph of the article has it."""
    article, _, item = citation.path[:3]
    paragraphs = desk.library.children(citation.at(article), desk.as_of)
    found = [
        desk.library.place(paragraph.citation.at(*paragraph.citation.path, item), desk.as_of)
        for paragraph in paragraphs
    ]
    held = [place for place in found if place]
    return held[0] if len(held) == 1 else None


def _with_path(question: Question) -> list[Mention]:
    """Mentions of a place inside a document; a place that holds a later, deeper one gives way to it."""
    inside = [mention for mention in question.places if mention.citation and mention.citation.path]
    citations = [mention.citation for mention in inside]
    kept = [
        mention
        for index, mention in enumerate(inside)
        if not any(
            other is not None
            and other != mention.citation
            and mention.citation is not None
            and mention.citation.contains(other)
            for other in citations[index + 1 :]
        )
    ]
    return list({str(mention.citation): mention for mention in kept}.values())


def _shown(desk: StatuteDesk, place: HeldPlace, question: Question) -> list[Draft]:
    """The place itself; for an item the words before the list too; for an article the part that the question is after."""
    if place.kind is not Kind.STATUTE:
        return [commented(place, question.language)]
    drafts = [provision(desk, place, question.language), *number_then(desk, place, question.language)]
    depth = len(place.citation.path)
    if depth >= 3:
        parent = desk.library.place(place.citation.at(*place.citation.path[: depth - 1]), desk.as_of)
        if parent:
            lead = words_of(parent).split("\n", 1)[0]
            intro = question.language.pick("该项所在一款的总括文字是：", "The words introducing the list are: ")
            drafts.append(Draft(f"{intro}“{lead}”", (Support(parent.citation, lead),)))
    elif depth == 1:
        drafts += pinpointed(desk, place, question)
    return drafts


def pinpointed(desk: StatuteDesk, place: HeldPlace, question: Question) -> list[Draft]:
    """The paragraph or item of an article nearest to the question; the nearest two or three where none stands out."""
    inner = leaves(desk, place)
    if _LEAD.search(question.text) and inner:
        first = desk.library.children(place.citation, desk.as_of)[0]
        lead = words_of(first).split("\n", 1)[0]
        return [Draft(f"{pinpoint(first.citation, question.language)}：“{lead}”", (Support(first.citation, lead),))]
    if _LAST_ITEM.search(question.text) and (items := [leaf for leaf in inner if len(leaf.citation.path) > 2]):
        last, words = items[-1], words_of(items[-1])
        return [Draft(f"{pinpoint(last.citation, question.language)}：“{words}”", (Support(last.citation, words),))]
    if re.search(r"[哪第][一几]?款|which paragraph", question.text, re.I):
        inner = desk.library.children(place.citation, desk.as_of)
    elif _WHICH_ITEM.search(question.text) and any(len(leaf.citation.path) > 2 for leaf in inner):
        inner = [leaf for leaf in inner if len(leaf.citation.path) > 2]
    elif _EVERY_ITEM.search(question.text):
        inner = desk.library.children(place.citation, desk.as_of)
    return _told_nearest(_nearest(desk, inner, question), question.language)


def _nearest(desk: StatuteDesk, parts: Sequence[HeldPlace], question: Question) -> list[HeldPlace]:
    """The part of an article nearest to the question, the nearest first; two or three where none stands out."""
    # What a follow-up says itself tells the part; what it goes on with tells the article.
    own = question.topic.removesuffix(question.earlier).strip()
    topic = own if says_something(own) else question.topic
    if len(parts) < 2 or not terms(topic):
        return []
    texts = [f"{part.text}\n{desk.captions.inside(part.citation)}" for part in parts]
    scores = [
        by_words + by_meaning for by_words, by_meaning in zip(rank(topic, texts), near(topic, texts), strict=True)
    ]
    order = sorted(range(len(parts)), key=lambda index: -scores[index])
    ahead = scores[order[0]] - scores[order[1]]
    if scores[order[0]] < _NEAR_AT_ALL:
        return []
    few = 1 if ahead >= _CLEAR else 2 if ahead >= _CLOSE or len(parts) < _MANY_PARTS else 3
    return [parts[index] for index in order[:few]]


def nearest_part(desk: StatuteDesk, place: HeldPlace, question: Question) -> HeldPlace:
    """The paragraph or item of a place that is nearest to the question; the place itself where it has no parts."""
    return next(iter(_nearest(desk, leaves(desk, place), question)), place)


def talked_of(desk: StatuteDesk, citation: Citation, question: Question) -> list[Draft]:
    """The part nearest to a follow-up of an article that the conversation cited, the part already cited left out."""
    article = desk.library.place(citation.at(citation.path[0]), desk.as_of)
    if article is None or article.kind is not Kind.STATUTE:
        return []
    parts = [part for part in leaves(desk, article) if not citation.contains(part.citation) or len(citation.path) == 1]
    part = next(iter(_nearest(desk, parts, question) or parts), article)
    words = words_of(part)
    label = question.language.pick("前面谈到的", "In what was talked of, ")
    where = f"{name_of(part.document, question.language)}{question.language.pick('', ', ')}{pinpoint(part.citation, question.language)}"
    return [Draft(f"{label}{where}：“{words}”", (Support(part.citation, words),))]


def _told_nearest(parts: Sequence[HeldPlace], language: Language) -> list[Draft]:
    """The nearest part in its words and the next ones by number: the article stands above as a whole.

    Nearness is all that was found out; whether a part answers the question is for the reader.
    """
    if not parts:
        return []
    first, *others = parts
    words, comma = words_of(first), language.pick("", ", ")
    label = language.pick("其中与问题最接近的是", "The part nearest to the question is ")
    # The law is named again: what stands before may have been told already, and falls away.
    name = f"{name_of(first.document, language)}{comma}"
    drafts = [Draft(f"{label}{name}{pinpoint(first.citation, language)}：“{words}”", (Support(first.citation, words),))]
    if others:
        listed = language.pick("、", " and ").join(f"{name}{pinpoint(other.citation, language)}" for other in others)
        said = language.pick(f"其次是{listed}。", f"Next comes {listed}.")
        drafts.append(Draft(said, tuple(Support(other.citation) for other in others)))
    return drafts


def leaves(desk: StatuteDesk, place: HeldPlace) -> list[HeldPlace]:
    """The paragraphs and items of an article that hold no smaller places."""
    inner = desk.library.children(place.citation, desk.as_of)
    found: list[HeldPlace] = []
    for child in inner:
        below = desk.library.children(child.citation, desk.as_of)
        found += below or [child]
    return found


def _missing(desk: StatuteDesk, citation: Citation, held: Held, language: Language) -> list[Draft]:
    """Say of a place that it does not exist, or that it is not held; and show the nearest place that does exist."""
    document = desk.library.document(citation.document, citation.version, desk.as_of)
    if document is None:
        return []
    name, where = name_of(document, language), pinpoint(citation, language)
    if held is Held.NOT_HELD:
        return [
            Draft(
                language.pick(
                    f"{name}{where}未收录：本库只收录该文件的一部分，无法核对，也不作推测。",
                    f"{name}, {where} is not held: only part of the document is held here, so it cannot be checked.",
                )
            )
        ]
    last = _last_article(desk, document)
    count = document.meta.get("articles") or (last and last.citation.path[0])
    if len(citation.path) == 1 or desk.library.place(citation.at(citation.path[0]), desk.as_of) is None:
        article = pinpoint(citation.at(citation.path[0]), language)
        said = language.pick(
            f"{name}没有{article}：该文件共{count}条，这一条不存在，问题所依据的条号有误。",
            f"{name} has no {article}: it has {count} articles, so the article cited does not exist.",
        )
        # The last article bears the count where it is the one counted; a law held in part bears it as a whole.
        is_whole = last is not None and last.citation.path[0] == str(count)
        return [
            Draft(said, (Support(replace(document.citation, path=last.citation.path if last and is_whole else ())),))
        ]
    for depth in range(len(citation.path) - 1, 0, -1):
        parent = desk.library.place(citation.at(*citation.path[:depth]), desk.as_of)
        if parent:
            inside = desk.library.children(parent.citation, desk.as_of)
            is_law = document.kind is Kind.STATUTE
            unit = language.pick(
                ("款", "项", "目")[min(depth, 3) - 1] if is_law else "段",
                ("paragraph", "item", "subitem")[min(depth, 3) - 1] if is_law else "paragraph",
            )
            counted = language.pick(
                f"只有{len(inside)}{unit}" if inside else f"不分{unit}", f"has {len(inside)} {unit}(s)"
            )
            said = language.pick(
                f"{name}没有{where}：{pinpoint(parent.citation)}{counted}，所引的{unit}不存在。",
                f"{name} has no {where}: {pinpoint(parent.citation, language)} {counted}.",
            )
            shown = provision(desk, parent, language) if is_law else commented(parent, language)
            return [Draft(said, (Support(parent.citation),)), shown]
    return []


def _last_article(desk: StatuteDesk, document: HeldDocument) -> HeldPlace | None:
    articles = [
        place
        for place in desk.library.passages(document.citation.document, document.citation.version, desk.as_of)
        if place.citation.path[0].partition("-")[0].isdecimal() and place.citation.path[0] != "0"
    ]
    return articles[-1] if articles else None


# --- numbers of an earlier version ------------------------------------------------------------------------------------


def _old_number(question: Question, mention: Mention, desk: StatuteDesk) -> Renumbering | None:
    """The row that shows that a number is that of the earlier version: named as such, or told by what is said of it."""
    citation = mention.citation
    assert citation is not None
    article = citation.path[0]
    rows = desk.concordance.since(citation.document, article)
    old_version = desk.concordance.old_version(citation.document)
    if not rows or old_version is None:
        return None
    row = rows[0]
    if mention.former or (citation.version or "").startswith(old_version):
        return desk.concordance.deepened(row, citation.path)
    if citation.version is not None or not row.moved:
        return None
    if _CARRY_OVER.search(question.text):
        return desk.concordance.deepened(row, citation.path)
    now = desk.concordance.before(citation.document, article)
    told_now = max((other.is_told_by(question.topic) for other in now), default=0)
    place = desk.library.place(citation.at(article), desk.as_of)
    told_now += _holds_topic(place, question.topic)
    return desk.concordance.deepened(row, citation.path) if row.is_told_by(question.topic) > told_now else None


def _former_number(question: Question, mention: Mention, desk: StatuteDesk) -> list[Draft]:
    """For a question that asks which number an article of today had before: number and topic, the old text is not held."""
    citation = mention.citation
    assert citation is not None
    old_version = desk.concordance.old_version(citation.document)
    asked_of_old = mention.former or (citation.version or "").startswith(old_version or "\0")
    if old_version is None or asked_of_old or not _CARRY_BACK.search(question.text):
        return []
    place = desk.library.place(citation.at(citation.path[0]), desk.as_of)
    row = next(iter(desk.concordance.before(citation.document, citation.path[0])), None)
    if place is None or (row is not None and row.old is None):
        name, new = f"《{citation.document}》", pinpoint(citation.at(citation.path[0]), question.language)
        said = question.language.pick(
            f"{name}{new}在{old_version}年版中没有对应的条文。",
            f"{name} {new} had no counterpart in the {old_version} version.",
        )
        return [Draft(said, (Support(place.citation),))] if place else []
    if row is None or row.old is None:
        return []
    old, new = pinpoint(row.old, question.language), pinpoint(place.citation, question.language)
    name = name_of(place.document, question.language)
    said = question.language.pick(
        f"{name}{new}（{row.topic}）在{row.old.version}年《{row.law}》中是{old}；本库未收录{row.old.version}年版原文，只核对条号与主题。",
        f"{name} {new} ({row.topic}) was {old} in the {row.old.version} version, of which the text is not held; number and topic only.",
    )
    return [Draft(said, (Support(place.citation),)), provision(desk, place, question.language)]


def _holds_topic(place: HeldPlace | None, topic: str) -> int:
    return 0 if place is None else int(rank(topic, [place.text, ""])[0] > 0.6)


def _renumbered(desk: StatuteDesk, row: Renumbering, language: Language) -> list[Draft]:
    assert row.old is not None
    document = desk.library.document(row.law, None, desk.as_of)
    if document is None:
        return []
    name = name_of(document, language)
    old = pinpoint(row.old, language)
    if row.new is None:
        return [
            Draft(
                language.pick(
                    f"{row.old.version}年版的{old}（{row.topic}）在现行{name}中没有单独的对应条文；本库未收录旧版原文。",
                    f"{old} of the {row.old.version} version ({row.topic}) has no article of its own in {name}.",
                )
            )
        ]
    current = replace(row.new, version=None)
    place = desk.library.place(current, desk.as_of) or desk.library.place(current.at(row.new.path[0]), desk.as_of)
    if place is None:
        return []
    new = pinpoint(place.citation, language)
    said = language.pick(
        f"条号已变更：{row.topic}在{row.old.version}年《{row.law}》中是{old}，现行{name}中是{new}。引用时应以{new}为准；本库未收录{row.old.version}年版原文，只核对条号与主题。",
        f"The number has changed: {row.topic} was {old} in the {row.old.version} version and is {new} of {name} now. "
        f"The {row.old.version} text is not held; number and topic only.",
    )
    return [Draft(said, (Support(place.citation),)), provision(desk, place, language)]


def number_then(desk: StatuteDesk, place: HeldPlace, language: Language) -> list[Draft]:
    """For a provision that was not yet law on the day asked about: the number its matter had in the version before."""
    effective = place.effective
    if place.in_force is not False or not effective or effective <= desk.as_of.isoformat():
        return []
    rows = desk.concordance.before(place.citation.document, place.citation.path[0])
    row = next((row for row in rows if row.old and row.kind in ("moved", "unchanged")), None)
    if row is None or row.old is None:
        return []
    old, new = pinpoint(row.old, language), pinpoint(place.citation.at(place.citation.path[0]), language)
    said = language.pick(
        f"在{desk.as_of}适用的是{row.old.version}年版，{row.topic}当时是{old}（现为{new}）；本库未收录{row.old.version}年版原文，只核对条号与主题。",
        f"On {desk.as_of} the {row.old.version} version applied, where {row.topic} was {old} (now {new}); its text is not held.",
    )
    return [Draft(said, (Support(place.citation),))]


# --- what the question says about an article --------------------------------------------------------------------------


def _elsewhere(desk: StatuteDesk, place: HeldPlace, question: Question) -> list[Draft]:
    """Where the law really says what the question puts into another article."""
    asks_for_part = _LAST_ITEM.search(question.text) or _LEAD.search(question.text)
    if place.kind is not Kind.STATUTE or question.inherited or asks_for_part or not says_something(question.topic):
        return []
    articles = [
        other
        for other in desk.library.passages(place.citation.document, place.citation.version, desk.as_of)
        if other.citation.path[0] != "0"
    ]
    # The law's own words first, then the words under which commentaries print its articles.
    scores = rank(question.topic, [f"{other.text}\n{desk.captions.of(other.citation)}" for other in articles])
    own = next(
        (
            score
            for score, other in zip(scores, articles, strict=True)
            if other.citation.path[0] == place.citation.path[0]
        ),
        0.0,
    )
    best = max(range(len(articles)), key=scores.__getitem__, default=None)
    if best is None or scores[best] < _AT_HOME or own > max(_STRANGER, _FAR_BELOW * scores[best]):
        return []
    near = sorted(
        (index for index, score in enumerate(scores) if score >= _AS_NEAR * scores[best]),
        key=lambda index: -scores[index],
    )
    homes = [articles[index] for index in near[:2]]
    where = pinpoint(place.citation.at(place.citation.path[0]), question.language)
    meant = question.language.pick("或者", " or ").join(pinpoint(home.citation, question.language) for home in homes)
    name = name_of(place.document, question.language)
    said = question.language.pick(
        f"问题所说的内容不在{where}，而在{name}{meant}。",
        f"What the question describes is not in {where} but in {name}, {meant}.",
    )
    shown = [
        draft
        for home in homes
        for draft in (provision(desk, home, question.language), *pinpointed(desk, home, question))
    ]
    return [Draft(said, tuple(Support(home.citation) for home in homes)), *shown]


def says_something(topic: str) -> bool:
    """Whether a question says something of its own beside citing: at least three telling terms."""
    return sum(terms(topic).values()) >= 3


def strange_quantities(question: Question, shown: list[HeldPlace]) -> list[Draft]:
    """A notice when the question names a sum, a multiple or a term that the provisions shown fix otherwise."""
    asked = _QUANTITY.findall(question.text)
    if not asked or not shown:
        return []
    from rag.quantity import conflicts

    drafts = []
    for place in shown[:2]:
        found = conflicts(asked, place.text, as_bound=_AS_BOUND.search(question.text) is not None)
        if found:
            where = f"{name_of(place.document, question.language)}{pinpoint(place.citation, question.language)}"
            listed = "、".join(found)
            said = question.language.pick(
                f"问题中的数字与条文不符：{where}所定的是“{listed}”。"
                if len(found) == 1
                else f"问题中的数字与条文不符，应以{where}的文字为准。",
                f"A figure in the question differs from the text: see {where}.",
            )
            supports = tuple(Support(place.citation, quantity) for quantity in found)
            drafts.append(Draft(said, supports))
            break
    return drafts


# --- about a document as a whole --------------------------------------------------------------------------------------


def about_document(desk: StatuteDesk, document: HeldDocument, question: Question) -> list[Draft]:
    """Issuer, dates and size of a statute, when the question asks for them or for nothing else."""
    text, language = question.text, question.language
    general = not says_something(question.topic) or (
        _OVERVIEW.search(text) is not None and sum(terms(question.topic).values()) < 6
    )
    wants_dates, wants_issuer, wants_count, wants_number = (
        bool(pattern.search(text)) for pattern in (_EFFECTIVE, _ISSUER, _COUNT, _NUMBER_OF)
    )
    if not (general or asks_about_document(text)):
        return []
    meta, name = document.meta, name_of(document, language)
    facts = []
    if meta.get("issuer") and (general or wants_issuer):
        facts.append(language.pick(f"制定机关为{meta['issuer']}", f"issued by {meta['issuer']}"))
    if general or wants_dates:
        if document.stored.adopted:
            facts.append(
                language.pick(f"{_written(document.stored.adopted)}通过", f"adopted {document.stored.adopted}")
            )
        if document.stored.effective:
            facts.append(
                language.pick(
                    f"{_written(document.stored.effective)}起施行", f"in force from {document.stored.effective}"
                )
            )
    if meta.get("number") and (general or wants_number or wants_issuer):
        facts.append(language.pick(f"文号为{meta['number']}", f"document number {meta['number']}"))
    if meta.get("articles") and (general or wants_count):
        facts.append(language.pick(f"共{meta['articles']}条", f"{meta['articles']} articles"))
    if not facts:
        return []
    drafts = [Draft(f"{name}（全称《{document.title}》）：{'，'.join(facts)}。", (Support(document.citation),))]
    if wants_dates or general:
        last = [
            place
            for place in desk.library.passages(document.citation.document, document.citation.version, desk.as_of)[-3:]
            if re.search(r"起施行|之日起", place.text)
        ]
        drafts += [provision(desk, place, language) for place in last[-1:]]
    return drafts


def asks_for_preamble(text: str) -> bool:
    """Whether a question asks for what stands before the first article."""
    return _PREAMBLE.search(text) is not None


def preamble(desk: StatuteDesk, document: HeldDocument, question: Question) -> list[Draft]:
    """The paragraphs before the first article, when the question asks for them."""
    if not asks_for_preamble(question.text):
        return []
    passages = desk.library.passages(document.citation.document, document.citation.version, desk.as_of)
    return [provision(desk, place, question.language) for place in passages if place.citation.path[0] == "0"]


def asks_about_document(text: str) -> bool:
    """Whether a question asks for the issuer, a date, the number or the size of a statute.

    >>> asks_about_document("标识办法的文号和发布机关"), asks_about_document("标识办法第四条")
    (True, False)
    """
    return any(pattern.search(text) for pattern in (_EFFECTIVE, _ISSUER, _COUNT, _NUMBER_OF))


def _written(day: str) -> str:
    """An ISO date in words: 2021年6月1日."""
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"
