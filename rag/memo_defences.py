"""The defences of a memo: elements, authority, what would change the result; then evidence, and the sum."""

import re
from collections.abc import Iterable, Iterator

from ingest.document import Kind
from ingest.numerals import to_chinese
from rag.analysis import Analysis, would_change
from rag.answer import ElementStatus
from rag.defence_answer import provisions_shown, source_name, strength_label, supporting_of, why_set_aside
from rag.defence_rules import FLOOR, Award, ElementRule
from rag.library import HeldPlace
from rag.memo_cases import CASES
from rag.memo_notes import Notes
from rag.memo_parts import (
    Block,
    Heading,
    Listing,
    Look,
    Mark,
    Paragraph,
    Runs,
    Table,
    TableCell,
    Words,
    lead,
    listing,
    one_line,
    plain,
    said,
    table,
)
from rag.money import write_amount
from rag.provision import name_of, nickname, pinpoint, words_of
from rag.weighing import Weighed, WeighedElement

_STATUS = {ElementStatus.MET: "成立", ElementStatus.UNMET: "不成立", ElementStatus.UNKNOWN: "待查"}
_LAW_SHOWN = 3
# Words of a claim, and how far before the amount they may stand, in characters.
_NONE_HELD = "没有收录可比的判赔。"


def defences(analysis: Analysis, notes: Notes) -> Iterator[Block]:
    """Each defence tried: why it has its strength, its provisions, elements and authority, and what would change that."""
    for number, one in enumerate(analysis.tried, start=1):
        yield Heading(f"（{to_chinese(number)}）{one.rule.name}：{strength_label(one, analysis)}")
        why = _why(one, analysis)
        if one.rule.id == FLOOR:
            yield said(f"{why}计算方法的规定和可比判赔见第七部分。")
        else:
            yield said(why)
            yield from _provisions(one, analysis, notes)
        yield lead("要件（加粗者为决定性要件）：")
        yield _elements(one, notes)
        favourable = [
            (Words(f"{source_name(place, analysis)}：{one.rule.reasons[key]}"), mark)
            for key, place, mark in _cited(supporting_of(one, analysis), one, analysis, notes)
        ]
        if favourable:
            yield lead("有利依据：")
            yield Listing(tuple(favourable))
        yield lead("可能改变结论的情况：")
        yield listing(would_change(one), "·")
    yield from _set_aside(analysis, notes)


def _why(one: Weighed, analysis: Analysis) -> str:
    """Why a defence has its strength; where its file holds it down, that too."""
    held_down = any(limit is one.strength and analysis.case.first(when) for limit, when in one.rule.at_most.items())
    open_points = one.of(ElementStatus.UNMET, decisive=True) or one.of(ElementStatus.UNKNOWN, decisive=True)
    return f"{one.why}但此类案情的结果仍不确定，强度只评为“中”。" if held_down and not open_points else one.why


def _cited(
    keys: Iterable[str], one: Weighed, analysis: Analysis, notes: Notes
) -> Iterator[tuple[str, HeldPlace, Mark]]:
    for key in keys:
        place = analysis.authorities.place(key, one.rule.reasons[key])
        mark = notes.cite(key, one.rule.reasons[key])
        if place is not None and mark is not None:
            yield key, place, mark


def _provisions(one: Weighed, analysis: Analysis, notes: Notes) -> Iterator[Block]:
    for place in provisions_shown(one, analysis):
        words = words_of(place)
        mark = notes.cite_place(place, in_text=words)
        if mark is None:
            continue
        doubt = "" if place.verified else "（文本未经逐字核验）"
        doubt += "（在法律时点并非现行有效）" if place.in_force is False else ""
        yield Paragraph((Words(f"{source_name(place, analysis)}规定{doubt}"), mark, Words("：")))
        yield Paragraph((Words(f"“{words}”"),), Look.QUOTE)


def _elements(one: Weighed, notes: Notes) -> Table:
    rows = [
        (
            plain(element.rule.name, bold=element.rule.decisive),
            plain(_STATUS[element.status], centred=True),
            plain(_basis(element)),
            TableCell(_law(element.rule.citations, _about(element.rule), notes)),
        )
        for element in one.elements
    ]
    return table(("要件", "状态", "案情依据", "法律依据"), rows, (9, 4, 8, 15))


def _law(keys: Iterable[str], reason: str, notes: Notes) -> Runs:
    """The sources of a cell by their short names, each with its footnote."""
    runs: list[Words | Mark] = []
    for place, mark in notes.cite_all(keys, reason, _LAW_SHOWN):
        if runs:
            runs.append(Words("\n"))
        runs += [Words(_short_name(place)), mark]
    return tuple(runs) or (Words("无已收录的依据"),)


def _set_aside(analysis: Analysis, notes: Notes) -> Iterator[Block]:
    rows = [
        (
            plain(one.rule.name),
            plain(strength_label(one, analysis), centred=True),
            plain(why_set_aside(one, analysis)),
            TableCell(_law(one.why_citations, one.why, notes)),
        )
        for one in analysis.defences
        if not one.tried
    ]
    if rows:
        yield Heading(f"（{to_chinese(len(analysis.tried) + 1)}）不宜作为主要抗辩的")
        yield table(("抗辩", "强度", "理由", "法律依据"), rows, (4, 2, 8, 4))


def evidence(analysis: Analysis, notes: Notes) -> Iterator[Block]:
    """The burden of proof and the evidence for each defence tried; no item twice."""
    listed: set[str] = set()
    for number, one in enumerate(analysis.tried, start=1):
        yield Heading(f"（{to_chinese(number)}）{one.rule.name}")
        burden = one.rule.burden
        marks = [mark for _, mark in notes.cite_all(burden.citations, burden.text)]
        yield Paragraph((Words("举证责任：", bold=True), Words(burden.text), *marks))
        fresh = [item for item in one.rule.evidence if item not in listed]
        listed.update(fresh)
        if fresh:
            yield listing(fresh, "□")


def damages(analysis: Analysis, notes: Notes) -> Iterator[Block]:
    """The provisions on the sum, and comparable awards."""
    floor = next((one for one in analysis.tried if one.rule.id == FLOOR), None)
    if floor is not None:
        yield from _provisions(floor, analysis, notes)
    estimate = analysis.estimate
    if estimate is None:
        yield said(_NONE_HELD)
        return
    rows = []
    for one in estimate.comparable:
        award, mark = one.award, notes.cite_place(one.place)
        if mark is None:
            continue
        share = f"{award.awarded / award.claimed:.0%}" if award.claimed else "—"
        rows.append(
            (
                TableCell((Words(nickname(one.place.document)), mark)),
                plain(_circumstances(award)),
                plain(f"{award.claimed}" if award.claimed is not None else "未核到", centred=True),
                plain(f"{award.awarded}", centred=True),
                plain(share, centred=True),
            )
        )
    if not rows:
        yield said(_NONE_HELD)
        return
    yield lead("可比判赔（元）：")
    yield table(("案件", "情形", "诉请", "判赔", "比例"), rows, (4, 5, 2, 2, 2))
    if len(rows) > 1:
        yield said(
            f"最低{write_amount(estimate.low)}，中位数{write_amount(estimate.middle)}，最高{write_amount(estimate.high)}。"
        )
    claim = estimate.asked
    asked = f"案情所称的请求，单项最高为{write_amount(claim)}，可与之对照。" if claim else ""
    yield said(f"{asked}可比案件只有{len(rows)}件，案情、诉请和证据都与本案有别，只供判断量级，不是对本案数额的预测。")


def _about(rule: ElementRule) -> str:
    """What an element is about, for choosing the paragraph of a source that says it."""
    return f"{rule.name}。{rule.met_when}{rule.defeated_when}"


def _basis(element: WeighedElement) -> str:
    """The words of the facts that decide an element."""
    if element.fact:
        return one_line(element.fact.text)
    return "案情未提及" if element.status is ElementStatus.UNKNOWN else "案情没有相反记载"


def _circumstances(award: Award) -> str:
    """What an award was for, with what must be said of it; that the claim is not known stands in its own column."""
    notes = [note for note in award.note.split("；") if note and "诉请数额" not in note]
    return f"{award.who}（{'；'.join(notes)}）" if notes else award.who


def _short_name(place: HeldPlace) -> str:
    """A source in a cell: 《著作权法》第三条, 春风案, 君合文章."""
    document = place.document
    if place.kind in CASES:
        return nickname(document)
    if place.kind is Kind.COMMENTARY and document.meta.get("publisher"):
        return f"{document.meta['publisher']}文章"
    return f"{_without_year(name_of(document))}{pinpoint(place.citation) if place.kind is Kind.STATUTE else ''}"


def _without_year(name: str) -> str:
    return re.sub(r"（\d{4}）$", "", name)
