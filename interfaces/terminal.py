"""An answer in a terminal: the text, then the places it rests on. Plain lines when the output is not a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rag import Answer, Hit, LookupResult, Source

NOTICE = "以上为法律检索与研究结果，不构成法律意见。"

_SOURCE_KINDS = {
    "statute": "法条",
    "judgment": "裁判原文",
    "judgment_digest": "裁判摘要",
    "commentary": "评论",
    "note": "注",
}
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
            table.add_row(f"[{number}]".replace("[", "\\["), _source_line(source))
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


def show_hits(hits: list[Hit], console: Console) -> None:
    """Print the passages found, best first."""
    if not hits:
        console.print(Text("没有找到相关段落。"))
    for number, hit in enumerate(hits, 1):
        console.print(Text.assemble((f"{number}. ", "dim"), (hit.title, "bold"), "  ", (hit.key, "dim")))
        console.print(Padding(Text(hit.text), (0, 0, 0, 3)))


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
