"""The cases of a memo: what stands against the defences tried and how it can be met, and the nearest cases as a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.document import Kind
from ingest.numerals import to_chinese
from rag.analysis import Analysis
from rag.answer import ElementStatus
from rag.defence_answer import EFFECTS, reasoning_of, source_name
from rag.library import HeldPlace, Library
from rag.matrix import FactState, fact_matrix
from rag.memo_notes import Notes
from rag.memo_parts import Block, Heading, Mark, Table, TableCell, Words, plain, said, table
from rag.precedents import Compared, compare, precedents
from rag.weighing import Weighed

CASES = (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST)
_SIGNS = {FactState.THERE: "●", FactState.OPPOSITE: "○", FactState.ABSENT: ""}
_NAMED = 5


@dataclass(slots=True)
class Against:
    """A source that stands against tried defences, or is pending: what it says of each (defence, key, reason)."""

    place: HeldPlace
    held: list[tuple[Weighed, str, str]]
    pending: bool

    @property
    def short(self) -> str:
        """The document."""
        return self.place.citation.document


def all_against(analysis: Analysis) -> list[Against]:
    """What stands against the defences tried, and what is pending: one for each source, in the order of the defences."""
    found: dict[str, Against] = {}
    for one in analysis.tried:
        for key in (*one.rule.adverse, *one.rule.pending):
            reason = one.rule.reasons[key]
            place = analysis.authorities.place(key, reason)
            if place is None:
                continue
            whole = place.citation.document if place.kind in CASES else place.key
            pending = key in one.rule.pending
            known = found.setdefault(whole, Against(place, [], pending))
            known.held.append((one, key, reason))
            known.pending = known.pending and pending
    return list(found.values())


def adverse(analysis: Analysis, notes: Notes, library: Library, against: Iterable[Against]) -> Iterator[Block]:
    """Every source that stands against a defence tried, with its status, and how it can be met; then what is pending."""
    for one in analysis.tried:
        # What is not held cannot be shown, but it is counted.
        for key in (*one.rule.adverse, *one.rule.pending):
            if analysis.authorities.place(key, one.rule.reasons[key]) is None:
                notes.cite(key, one.rule.reasons[key])
    compared = {one.precedent.key: one for one in _all_compared(analysis, library)}
    sources = list(against)
    groups = (
        ("不利的判例和规定", "不利之处", [one for one in sources if not one.pending]),
        ("审理中或者结果未知的案件", "与本案的关系", [one for one in sources if one.pending]),
    )
    listed = 0
    for title, relation, group in groups:
        rows = [row for one in group if (row := _row(one, analysis, notes, compared.get(one.short)))]
        if rows:
            listed += 1
            yield Heading(f"（{to_chinese(listed)}）{title}")
            if listed == 1:
                yield said("下表所称“未见”，指案情或者案例摘要没有记载，不等于没有此事实。")
            yield table(("依据与状态", relation, "应对"), rows, (4, 5, 6))
    if not listed:
        yield said("没有收录对拟主张的抗辩不利的判例或规定。")


def _all_compared(analysis: Analysis, library: Library) -> Iterator[Compared]:
    """Every precedent beside the facts, those with nothing in common too."""
    cases = precedents(library)
    shared = {one.precedent.key: one for one in compare(analysis.case, cases, analysis.book)}
    for one in cases:
        yield shared.get(one.key) or Compared(one, (), tuple(sorted(one.facts)), (), 0.0)


def _row(one: Against, analysis: Analysis, notes: Notes, compared: Compared | None) -> tuple[TableCell, ...] | None:
    runs: list[Words | Mark] = []
    for defence, key, reason in one.held:
        mark = notes.cite(key, reason)
        if mark is not None:
            before = "\n" if runs else ""
            runs += [Words(f"{before}就{defence.rule.name}：{reason}"), mark]
    if not runs:
        return None
    name = Words(source_name(one.place, analysis), bold=True)
    status = str(one.place.document.meta.get("status") or "") if one.place.kind in CASES else ""
    named = (name, Words(f"\n{status}")) if status else (name,)
    reply = _told_apart(one, compared, analysis) if compared else _met_by_proof(one)
    return TableCell(named), TableCell(tuple(runs)), plain("\n".join(reply))


def _met_by_proof(one: Against) -> list[str]:
    """How a provision can be met: by proof of the elements that rest on it."""
    needed = [
        element.rule.met_when
        for defence, key, _ in one.held
        for element in defence.elements
        if key in element.rule.citations
    ]
    proof = "".join(dict.fromkeys(needed))
    return [f"应举证证明：{proof}" if proof else "应就其要件举证，或者说明本案不在其适用范围之内。"]


def _told_apart(one: Against, compared: Compared, analysis: Analysis) -> list[str]:
    """How a case can be met: by the facts that set it apart, those of this matter among them; and what both share."""
    helpful = _helpful(one, analysis)
    apart = (
        ("事实相反，该案为", compared.opposed),
        ("该案有而本案未见", compared.only_there),
        ("本案有而该案未见", [name for name in helpful if name not in compared.precedent.facts]),
    )
    shared = ("相同而须正面回应", [name for name in compared.shared if name not in helpful])
    parts = [f"{label}：{'、'.join(names[:_NAMED])}。" for label, names in (*apart, shared) if names]
    if one.pending:
        parts.append("尚无结果，不作先例援引；提交前应再查。")
    elif not any(names for _, names in apart):
        parts.append("关键事实一致，难以区分，应在法律适用上回应。")
    return parts


def _helpful(one: Against, analysis: Analysis) -> list[str]:
    """The facts told here that meet an element of the defences against which a source stands."""
    found = [
        name
        for defence, _, _ in one.held
        for element in defence.of(ElementStatus.MET)
        if (condition := analysis.case.first(element.rule.signals.met))
        for name in condition.needs
    ]
    return list(dict.fromkeys(found))


def nearest_cases(analysis: Analysis, notes: Notes) -> Iterator[Block]:
    """The facts against the nearest cases, and which way each cuts for the defences tried."""
    drawn = fact_matrix(analysis)
    nearest = {one.precedent.key: one for one in analysis.nearest}
    yield said(
        f"左起依相近程度排列。{_SIGNS[FactState.THERE]}有此事实；{_SIGNS[FactState.OPPOSITE]}事实相反；空白为未见记载。"
        "末几行为各案对拟主张的各项抗辩的作用，“—”为未评价。"
    )
    header = [plain("事实")]
    for column in drawn.columns:
        marks = _reasoning(nearest[column.key], analysis, notes) if column.key else []
        header.append(TableCell((Words(column.name), *marks), centred=True))
    rows = []
    for row, fact in enumerate(drawn.facts):
        cells = [column.cells[row] for column in drawn.columns]
        signs = [TableCell((Words(_SIGNS[cell]),), cell is FactState.THERE, True) for cell in cells]
        rows.append((plain(fact), *signs))
    for row, defence in enumerate(drawn.defences):
        effects = [column.effects[row] for column in drawn.columns]
        words = [EFFECTS[effect][0] if effect in EFFECTS else "—" for effect in effects]
        cells_below = [plain(word, centred=True) for word in words]
        rows.append((plain(f"抗辩：{defence}", bold=True), *cells_below))
    yield Table(tuple(header), tuple(rows), (4, *(2 for _ in drawn.columns)))


def _reasoning(compared: Compared, analysis: Analysis, notes: Notes) -> list[Mark]:
    """A footnote for what a case says of the defences."""
    tried = {one.rule.id for one in analysis.tried}
    about = "".join(bearing.note for bearing in compared.precedent.bearings if bearing.defence in tried)
    place = reasoning_of(compared, analysis, about)
    mark = notes.cite_place(place) if place else None
    return [mark] if mark else []
