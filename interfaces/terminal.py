"""An answer in a terminal: the text, then the places it rests on. Plain lines when the output is not a terminal."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rag import Answer, LookupResult, SearchHit, Source

if TYPE_CHECKING:
    from rag import HeldDocument, HeldPlace, IngestReport

NOTICE = "以上为法律检索与研究结果，不构成法律意见。"

_SOURCE_KINDS = {
    "statute": "法条",
    "judgment": "裁判原文",
    "judgment_digest": "裁判摘要",
    "commentary": "评论",
    "note": "注",
}
_OUTCOMES = {"added": "新增", "updated": "更新", "unchanged": "未变", "duplicate": "重复", "failed": "失败"}
_STRENGTHS = {"strong": "强", "medium": "中", "weak": "弱", "unavailable": "不可用"}
_STATUSES = {"met": "具备", "unmet": "不具备", "unknown": "待查"}


def show_answer(answer: Answer, console: Console) -> None:
    """Print the answer, its defences, its sources and its notices."""
    console.print(Text(answer.text))
    for defense in answer.defenses:
        console.print()
        console.print(Text(f"【{defense.name}】{_STRENGTHS[defense.strength]}", style="bold"))
        for element in defense.elements:
            console.print(Text(f"  · {element.name}：{_STATUSES[element.status]}"))
    _show_list("需要补充的事实", answer.clarify, console, "cyan")
    _show_list("提示", answer.warnings, console, "yellow")
    if answer.citations:
        console.print()
        console.print(Text(f"依据（法律时点 {answer.as_of.isoformat()}）", style="bold"))
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for number, source in enumerate(answer.citations, 1):
            table.add_row(Text(f"[{number}]"), _source_line(source))
        console.print(Padding(table, (0, 0, 0, 1)))
    console.print()
    console.print(Text(NOTICE, style="dim"))


def show_place(place: LookupResult, console: Console) -> None:
    """Print one place of a document with its version and whether it is in force."""
    console.print(Text.assemble((place.title, "bold"), "  ", (place.key, "dim")))
    state = "现行有效" if place.in_force else "非现行有效"
    facts = [state]
    if place.version:
        facts.append(f"版本 {place.version}")
    if place.effective:
        facts.append(f"施行 {place.effective}")
    console.print(Text("  ".join(facts), style="green" if place.in_force else "red"))
    console.print()
    console.print(Text(place.text))


def show_hits(hits: list[SearchHit], console: Console) -> None:
    """Print the passages found, best first."""
    if not hits:
        console.print(Text("没有找到相关段落。"))
    for number, hit in enumerate(hits, 1):
        console.print(Text.assemble((f"{number}. ", "dim"), (hit.title, "bold"), "  ", (hit.key, "dim")))
        console.print(Padding(Text(hit.text), (0, 0, 0, 3)))


def show_documents(documents: "Sequence[HeldDocument]", today: date, console: Console) -> None:
    """Print what is held, one document a line."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("引用键", "类别", "状态", "名称"):
        table.add_column(title, overflow="fold")
    for document in documents:
        marks = [] if document.in_force(today) is not False else ["非现行有效"]
        marks += [] if document.verified() else ["部分未逐字核验"]
        marks += [] if document.builtin else ["自行收录"]
        table.add_row(
            Text(str(document.citation)), _SOURCE_KINDS[document.kind], "、".join(marks), Text(document.title)
        )
    console.print(table)


def show_passages(places: "Sequence[HeldPlace]", console: Console) -> None:
    """Print a document passage by passage, each under its key."""
    console.print(Text(places[0].title, style="bold"))
    headings: tuple[str, ...] = ()
    for place in places:
        if place.headings != headings:
            headings = place.headings
            console.print()
            console.print(Text("　".join(headings), style="bold"))
        console.print()
        console.print(Text(place.key + ("" if place.verified else "　未逐字核验"), style="dim"))
        console.print(Text(place.text))


def show_ingested(report: "IngestReport", reindexed: int, console: Console) -> None:
    """Print what became of every file, then how many went which way."""
    for file in report.files:
        style = "red" if file.status == "failed" else "dim" if file.status == "unchanged" else "green"
        told = f"{file.document}（{file.passages} 段）" if file.document else ""
        console.print(
            Text.assemble((f"{_OUTCOMES[file.status]}  ", style), file.file, "  ", (told, "dim"), file.message)
        )
    counts = [f"{name} {sum(file.status == status for file in report.files)}" for status, name in _OUTCOMES.items()]
    if report.files:
        console.print(Text("，".join(counts), style="bold"))
    if reindexed:
        console.print(Text(f"重建索引 {reindexed} 份文件。", style="bold"))


def _show_list(title: str, lines: list[str], console: Console, style: str) -> None:
    if lines:
        console.print()
        console.print(Text(title, style=f"bold {style}"))
        for line in lines:
            console.print(Text(f"  · {line}"))


def _source_line(source: Source) -> Text:
    kind = _SOURCE_KINDS[source.source_kind]
    line = Text.assemble((f"{kind} ", "cyan"), source.title, "  ", (source.key, "dim"))
    if source.source_kind == "statute" and not source.in_force:
        line.append("  非现行有效", style="red")
    return line
