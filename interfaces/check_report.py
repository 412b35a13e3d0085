"""The report on a draft: in the terminal, as an HTML page, and as comments in a copy of the Word file."""

from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from rag import CheckedCitation, CheckReport, UnusableInput, Verdict

_STYLES = {
    Verdict.NOT_IN_CORPUS: "cyan",
    Verdict.AMBIGUOUS: "yellow",
    Verdict.EXACT: "green",
    Verdict.VALID: "green",
}
_AUTHOR, _INITIALS = "抗辩引用核对", "抗辩"
_SHOWN = 60


def show_report(report: CheckReport, draft: str, console: Console) -> None:
    """Print every finding with its line, the differences in words, and the count of each verdict."""
    for citation, line in zip(report.citations, _lines(report, draft), strict=True):
        style = _STYLES.get(citation.verdict, "red")
        raw = " ".join(citation.raw.split())
        console.print(
            Text.assemble(
                (f"第{line}行  ", "dim"), (f"{citation.verdict.label}  ", f"bold {style}"), (raw[:_SHOWN], "bold")
            )
        )
        console.print(Text(f"    {citation.message}"))
        if citation.changes:
            console.print(_difference(citation))
        if citation.suggestion:
            console.print(Text.assemble("    应引：", (citation.suggestion, "green")))
    counts = "，".join(f"{Verdict(name).label} {count}" for name, count in report.summary.items() if count)
    total = len(report.citations)
    console.print(Text(f"共{total}处引用：{counts}。" if total else "没有找到对法条或案件的引用。", style="bold"))
    if notice := unreadable(draft):
        console.print(Text(notice, style="yellow"))
    unchecked = report.summary[Verdict.NOT_IN_CORPUS]
    if unchecked:
        console.print(Text(f"其中{unchecked}处本库没有收录，没有核对，不等于正确。", style="cyan"))


def unreadable(draft: str) -> str:
    """A notice where bytes of the draft could not be read: what they said was not checked. Empty where all were."""
    count = draft.count("\ufffd")
    return (
        f"草稿中有{count}处字节不能识别（编码混用或损坏），那里的文字没有核对。请另存为 UTF-8 后再核对。"
        if count
        else ""
    )


def _lines(report: CheckReport, draft: str) -> Iterator[int]:
    """The line of each citation, 1 for the first."""
    line, position = 1, 0
    for citation in report.citations:
        line += draft.count("\n", position, max(position, citation.start))
        position = max(position, citation.start)
        yield line


def _difference(citation: CheckedCitation) -> Text:
    line = Text("    差异：")
    for number, change in enumerate(citation.changes):
        if number:
            line.append("；")
        mark = " bold" if change.grave else ""
        if change.quoted:
            line.append(change.quoted, f"red strike{mark}")
        if change.source:
            line.append(change.source, f"green underline{mark}")
        if change.grave:
            line.append(" ⚠", "yellow")
    return line


# --- HTML --------------------------------------------------------------------------------------------------------------

STYLE = Path(__file__).parent / "static" / "report.css"
_CLASSES = {
    Verdict.NOT_IN_CORPUS: "none",
    Verdict.AMBIGUOUS: "warn",
    Verdict.EXACT: "good",
    Verdict.VALID: "good",
}


def write_page(report: CheckReport, draft: str, target: Path, title: str) -> None:
    """Write the report as one HTML file that loads nothing: the table of findings, then the draft with its marks."""
    target.write_bytes(whole_page(report, draft, title).encode("utf-8", "replace"))


def whole_page(report: CheckReport, draft: str, title: str) -> str:
    """The report as the text of an HTML file."""
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>引用核对：{escape(title)}</title>'
        f"<style>{STYLE.read_text('utf-8')}</style></head><body>\n<h1>引用核对：{escape(title)}</h1>\n"
        f"{report_body(report, draft)}\n</body></html>\n"
    )


def report_body(report: CheckReport, draft: str | None, show: Callable[[str], str] = escape) -> str:
    """The counts, the table of findings and, where it is given, the marked draft; `show` makes text safe where it is put."""
    rows = "\n".join(_row(number, citation, show) for number, citation in enumerate(report.citations, 1))
    counts = "，".join(f"{Verdict(name).label} {count}" for name, count in report.summary.items() if count)
    total = len(report.citations)
    head = f"共{total}处引用：{counts}。“未收录”的没有核对，不等于正确。" if total else "没有找到对法条或案件的引用。"
    table = (
        f"<table><tr><th>#</th><th>引用</th><th>结论</th><th>说明</th><th>应引</th></tr>\n{rows}\n</table>"
        if total
        else ""
    )
    notice = f"<p>{show(unreadable(draft))}</p>" if draft and unreadable(draft) else ""
    body = f"\n<h2>草稿</h2>\n<pre>{_marked(report, draft, show)}</pre>" if draft is not None else ""
    return f'<div class="kb-report"><p>{head}</p>{notice}\n{table}{body}</div>'


def _row(number: int, citation: CheckedCitation, show: Callable[[str], str]) -> str:
    kind = _CLASSES.get(citation.verdict, "bad")
    differences = "；".join(
        f"<span{' class=grave' if change.grave else ''}><del>{show(change.quoted)}</del><ins>{show(change.source)}</ins></span>"
        for change in citation.changes
    )
    shown = f"<br>差异：{differences}" if differences else ""
    source = f"<br><details><summary>条文</summary>{show(citation.source)}</details>" if citation.source else ""
    return (
        f'<tr class="{kind}" id="c{number}"><td><a href="#d{number}">{number}</a></td><td>{show(citation.raw)}</td>'
        f"<td><b>{citation.verdict.label}</b></td><td>{show(citation.message)}{shown}{source}</td>"
        f"<td><code>{show(citation.suggestion or '')}</code></td></tr>"
    )


def _marked(report: CheckReport, draft: str, show: Callable[[str], str]) -> str:
    """The draft with every citation marked; citations that share a span share a mark, of the worst of them."""
    parts, position = [], 0
    numbered = list(enumerate(report.citations, 1))
    order = list(Verdict)
    for (start, end), same in groupby(numbered, key=lambda pair: (pair[1].start, pair[1].end)):
        together = list(same)
        if start < position:
            continue
        worst = min((citation for _, citation in together), key=lambda citation: order.index(citation.verdict))
        kind = _CLASSES.get(worst.verdict, "bad")
        anchors = "".join(f'<a id="d{number}" href="#c{number}">' for number, _ in together[:1])
        parts.append(show(draft[position:start]))
        parts.append(f'{anchors}<mark class="{kind}" title="{show(worst.message)}">{show(draft[start:end])}</mark></a>')
        position = end
    parts.append(show(draft[position:]))
    return "".join(parts)


# --- Word --------------------------------------------------------------------------------------------------------------


def write_commented(report: CheckReport, source: Path, target: Path) -> None:
    """Write a copy of the Word file with a comment at every finding that is not a plain pass.

    Raises UnusableInput when the copy would overwrite the draft.
    """
    from rag import open_word

    if target.resolve() == source.resolve():
        raise UnusableInput(f"「{target}」就是草稿本身。请为带批注的副本另取一个文件名。")
    draft = open_word(source)
    for citation in report.citations:
        if citation.verdict.is_sound:
            continue
        runs = draft.runs_at(citation.start, citation.end)
        if runs:
            draft.comment(runs, f"【{citation.verdict.label}】{_comment(citation)}", _AUTHOR, _INITIALS)
    draft.save(target)


def _comment(citation: CheckedCitation) -> str:
    return citation.message + (f"\n应引：{citation.suggestion}" if citation.suggestion else "")
