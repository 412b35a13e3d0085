"""The command line: `kangbian`. Every command ends with one of the exit codes below."""

import errno
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfaces.evaluation import eval_app
from interfaces.options import AsJson, AsOf, OnRay, Workspace
from interfaces.progress import progress_bar
from rag import KangbianError, NotFound, UnusableInput

if TYPE_CHECKING:
    from rich.console import Console

    from rag import Assistant
    from rag import Workspace as OpenWorkspace


class Exit(IntEnum):
    """What the exit code of a command tells a script."""

    DONE = 0
    FOUND_OR_FAILED = 1
    USAGE = 2
    UNUSABLE = 3
    NOT_FOUND = 4


app = typer.Typer(
    name="kangbian",
    help="抗辩：AIGC 著作权纠纷法律检索，每一句都有核对过的出处。\n\n"
    "Legal research for AIGC copyright disputes in China, every citation checked.",
    epilog="退出码：0 完成；1 有发现或部分失败；2 用法错误；3 输入不可用；4 未找到。数据写入 KANGBIAN_HOME。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
corpus_app = typer.Typer(no_args_is_help=True)
app.add_typer(corpus_app, name="corpus", help="查看、核对、移除已收录的文件 (list, show, verify or remove documents)")
app.add_typer(eval_app, name="eval", help="评测与基准 (evaluate and measure)")


def main() -> None:
    """Run the command of `sys.argv` and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; errors become one sentence on stderr. Returns the exit code.

    >>> run(["ask", "问题", "--as-of", "2025-02-30"])
    2
    """
    _speak_utf8()
    try:
        app(args=arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else Exit.FOUND_OR_FAILED
    except NotFound as error:
        return _fail(str(error), Exit.NOT_FOUND)
    except KangbianError as error:
        return _fail(str(error), Exit.UNUSABLE)
    except OSError as error:
        return _fail(_disk_trouble(error), Exit.UNUSABLE)
    return Exit.DONE


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="问题", help="问题；- 表示从标准输入读取 (- reads stdin)")],
    as_of: AsOf = None,
    show_sent: Annotated[
        bool, typer.Option("--show-sent", help="在标准错误上显示发送给语言模型的内容 (what was sent to the model)")
    ] = False,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """提问，得到每句都有出处的答案 (ask a question)。"""
    text = _read_stdin() if question == "-" else _clean(question)
    with _assistant(workspace) as assistant:
        answer = assistant.ask(text, as_of=as_of)
        sent = assistant.sent(answer.id)
    if show_sent:
        for request in sent:
            _tell("\n".join(f"[{message.role}]\n{message.content}" for message in request.messages))
        if not sent:
            _tell("没有向语言模型发送任何内容。")
    if as_json:
        _print_json(answer.model_dump(mode="json"))
    else:
        from interfaces.terminal import show_answer

        show_answer(answer, _console())


@app.command()
def lookup(
    citation: Annotated[str, typer.Argument(metavar="引用", help="如 著作权法第二十四条第一款第（六）项，或引用键")],
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """查看一处法条、裁判或评论的文字 (show one cited place)。"""
    text = _clean(citation)
    with _assistant(workspace) as assistant:
        place = assistant.lookup(text, as_of=as_of)
    if as_json:
        _print_json(place.model_dump(mode="json"))
    else:
        from interfaces.terminal import show_place

        show_place(place, _console())


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="关键词", help="检索词，可以是一句话")],
    k: Annotated[int, typer.Option("-k", "--top", min=1, max=1000, help="返回多少段 (how many passages)")] = 10,
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """检索相关段落，不作回答 (find passages)。"""
    text = _clean(query)
    with _assistant(workspace) as assistant:
        hits = assistant.search(text, k=k, as_of=as_of)
    if as_json:
        _print_json([hit.model_dump(mode="json") for hit in hits])
    else:
        from interfaces.terminal import show_hits

        show_hits(hits, _console())


@app.command()
def check(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="草稿：.md .txt .docx .pdf，- 表示标准输入")],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="另写一页网页报告 (HTML page)")] = None,
    docx: Annotated[
        Path | None, typer.Option("--docx", metavar="FILE", help="另写一份带批注的 Word 副本 (copy with comments)")
    ] = None,
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """核对草稿中的每一处引用；有错时退出码为 1 (check every citation of a draft)。"""
    from interfaces.check_report import show_report, write_commented, write_page
    from rag import DraftFile, decode_draft, read_draft

    if docx and not draft.lower().endswith(".docx"):
        raise typer.BadParameter("只有 .docx 草稿才能写出带批注的副本。", param_hint="--docx")
    file = DraftFile(decode_draft(sys.stdin.buffer.read(), "标准输入")) if draft == "-" else read_draft(_clean(draft))
    with _assistant(workspace) as assistant:
        report = assistant.check(file.text, as_of)
    if html:
        write_page(report, file.text, html, title=Path(draft).name if file.path else "标准输入")
    if docx:
        write_commented(report, Path(draft), docx)
    if as_json:
        _print_json(report.model_dump(mode="json"))
    else:
        show_report(report, file.text, _console())
    if not report.passes:
        raise typer.Exit(Exit.FOUND_OR_FAILED)


@app.command()
def memo(
    facts: Annotated[str, typer.Argument(metavar="FACTS", help="案情：.txt .md .docx .pdf，- 表示标准输入")],
    target: Annotated[Path, typer.Option("--out", "-o", metavar="MEMO", help="写到哪里：.docx 或 .md")],
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """就一份案情写抗辩研究备忘录，每处引用都经核对 (write a memo on a fact pattern)。"""
    from interfaces.files import write_whole
    from rag import DraftFile, decode_draft, read_draft

    suffix = target.suffix.lower()
    if suffix not in (".docx", ".md"):
        raise typer.BadParameter("备忘录只能写成 .docx 或 .md。", param_hint="--out")
    file = DraftFile(decode_draft(sys.stdin.buffer.read(), "标准输入")) if facts == "-" else read_draft(_clean(facts))
    if file.path and file.path.resolve() == target.resolve():
        raise UnusableInput(f"「{target}」就是案情文件本身。请为备忘录另取一个文件名。")
    with _assistant(workspace) as assistant:
        written = assistant.memo(file.text, as_of)
    if suffix == ".docx":
        from interfaces.memo_word import to_word

        write_whole(target, to_word(written))
    else:
        from interfaces.memo_markdown import to_markdown

        write_whole(target, to_markdown(written).encode())
    if as_json:
        strengths = [{"id": one.id, "strength": one.strength} for one in written.defences]
        footnotes, left_out = len(written.footnotes), written.left_out
        _print_json({"memo": str(target), "defenses": strengths, "footnotes": footnotes, "left_out": left_out})
    else:
        out = f"{written.left_out} 处依据未收录或者未通过核对，没有引用。" if written.left_out else "没有略去的依据。"
        typer.echo(f"已写入 {target}。引用 {len(written.footnotes)} 处，逐处核对过；{out}")


@app.command()
def batch(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN", help='.jsonl：每行一个 {"id","question","history"?,"as_of"?}；.csv .xlsx：有「问题」列的表格'
        ),
    ],
    target: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="OUT", help=".jsonl：每行一个答案；.xlsx：每题一行。再次运行从断处继续"),
    ],
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """成批提问，可中断后继续 (answer a file of questions, resumable)。"""
    from interfaces.batch import run_batch

    with progress_bar("提问") as progress, _assistant(workspace) as assistant:
        tally = run_batch(source, target, assistant.ask, as_of, progress)
    for bad in tally.bad:
        _tell(f"{bad.place}：{bad.message}")
    counts = {"answered": tally.answered, "skipped": tally.skipped, "failed": len(tally.bad)}
    if as_json:
        errors = [
            {"line": bad.line, "message": bad.message} | ({"sheet": bad.sheet} if bad.sheet else {})
            for bad in tally.bad
        ]
        _print_json(counts | {"errors": errors})
    else:
        _tell(f"回答 {tally.answered} 题，已有答案跳过 {tally.skipped} 题，未能回答 {len(tally.bad)} 行。")
    if tally.bad:
        raise typer.Exit(Exit.FOUND_OR_FAILED)


@app.command()
def ingest(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="文件或文件夹：.md .txt .docx .pdf .html")
    ] = None,
    reindex: Annotated[bool, typer.Option("--reindex", help="用当前的嵌入模型重建本工作区的索引 (re-embed)")] = False,
    ray: OnRay = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """收录自己的文件，只留在本机 (add your own documents)。"""
    if not paths and not reindex:
        raise typer.BadParameter("请给出要收录的文件或文件夹，或使用 --reindex。", param_hint="PATH")
    from rag import maybe_cluster

    with maybe_cluster(ray) as cluster, progress_bar("收录") as progress:
        room = _workspace(workspace)
        rebuilt = room.reindex(progress, cluster) if reindex else 0
        report = room.ingest(paths or [], progress, cluster)
    failed = [file for file in report.files if file.status == "failed"]
    if as_json:
        files = [
            {"file": file.file, "status": file.status, "key": file.document, "passages": file.passages}
            | ({"message": file.message} if file.message else {})
            for file in report.files
        ]
        _print_json({"files": files, "failed": len(failed), "reindexed": rebuilt})
    else:
        from interfaces.terminal import show_ingested

        show_ingested(report, rebuilt, _console())
    if failed:
        # A folder may well hold other things; a file named by itself was meant.
        named = len(failed) == len(report.files) and not any(Path(path).is_dir() for path in paths or [])
        raise typer.Exit(Exit.UNUSABLE if named else Exit.FOUND_OR_FAILED)


@corpus_app.command("list")
def list_documents(as_of: AsOf = None, workspace: Workspace = "default", as_json: AsJson = False) -> None:
    """列出已收录的文件 (list the documents held)。"""
    documents = _workspace(workspace).documents()
    today = as_of or date.today()
    if as_json:
        _print_json(
            [
                {
                    "key": str(document.citation),
                    "title": document.title,
                    "kind": document.kind,
                    "in_force": document.in_force(today),
                    "effective": document.stored.effective,
                    "verified": document.verified(),
                    "builtin": document.builtin,
                }
                for document in documents
            ]
        )
    else:
        from interfaces.terminal import show_documents

        show_documents(documents, today, _console())


@corpus_app.command("show")
def show_document(
    name: Annotated[str, typer.Argument(metavar="名称", help="简称、全称或案号，可带版本：著作权法@2020")],
    as_of: AsOf = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """显示一份文件的全部段落与引用键 (show a document, passage by passage)。"""
    short, _, edition = _clean(name).partition("@")
    places = _workspace(workspace).show(short, edition or None, as_of)
    if as_json:
        passages = [{"key": place.key, "text": place.text, "verified": place.verified} for place in places]
        _print_json({"key": str(places[0].document.citation), "title": places[0].title, "passages": passages})
    else:
        from interfaces.terminal import show_passages

        show_passages(places, _console())


@corpus_app.command("verify")
def verify_corpus(workspace: Workspace = "default", as_json: AsJson = False) -> None:
    """核对索引与文字是否完整无改动 (check that nothing is missing or changed)。"""
    report = _workspace(workspace).verify()
    if as_json:
        _print_json({"sound": report.sound, "checks": report.checks, "problems": report.problems})
    else:
        for line in report.checks:
            typer.echo(line)
        for line in report.problems:
            _tell(f"问题：{line}")
        typer.echo("完好。" if report.sound else f"发现 {len(report.problems)} 个问题。")
    if not report.sound:
        raise typer.Exit(Exit.FOUND_OR_FAILED)


@corpus_app.command("remove")
def remove_document(
    name: Annotated[str, typer.Argument(metavar="名称", help="简称、全称或案号，可带版本")],
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """移除自己收录的一份文件 (forget one of your documents)。"""
    short, _, edition = _clean(name).partition("@")
    removed = _workspace(workspace).remove(short, edition or None)
    if as_json:
        _print_json({"removed": removed})
    else:
        typer.echo(f"已移除：{'、'.join(removed)}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址；默认只有本机能访问 (address)")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 (port)")] = 7860,
    workspace: Workspace = "default",
) -> None:
    """打开网页与 REST 接口 (the page and the REST interface)。"""
    from interfaces.server import serve as serve_page

    serve_page(host, port, workspace)


@contextmanager
def _assistant(workspace: str) -> "Iterator[Assistant]":
    """The assistant of a workspace; its first use may build the index, and the terminal says so."""
    from rag import Assistant

    if not sys.stderr.isatty():
        yield Assistant(workspace=workspace)
        return
    from rich.console import Console

    with Console(stderr=True).status("正在准备索引…"):
        assistant = Assistant(workspace=workspace)
    yield assistant


def _workspace(name: str) -> "OpenWorkspace":
    """The documents of a workspace; its first use may build the index, and the terminal says so."""
    from rag import Workspace as OpenWorkspace

    if not sys.stderr.isatty():
        return OpenWorkspace(name)
    with progress_bar("索引") as progress:
        return OpenWorkspace(name, progress=progress)


def _console() -> "Console":
    from rich.console import Console

    # A pipe gets whole lines: wrapping would break the words that a script looks for.
    return Console(highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _tell(message: str) -> None:
    sys.stderr.write(message + "\n")


def _fail(message: str, code: Exit) -> int:
    _tell(f"错误：{message}")
    return code


def _clean(text: str) -> str:
    """Words of the command line, which may hold bytes that are not in the encoding of the terminal."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnusableInput("命令行中有不能识别的字节。请用 UTF-8 编码的终端，或用 - 从标准输入读取问题。") from None
    return text


def _read_stdin() -> str:
    content = sys.stdin.buffer.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.strip()
    raise UnusableInput("标准输入不是文本。请输入 UTF-8 或 GB18030 编码的文字。")


def _disk_trouble(error: OSError) -> str:
    where = f"「{error.filename}」" if error.filename else "文件"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"磁盘已满，未能写入{where}。请清理空间后重试；已有的数据未受影响。"
    return f"无法读写{where}：{error.strerror or error}。请核对路径和权限。"


def _speak_utf8() -> None:
    """Write UTF-8 into pipes whatever the locale; what a terminal cannot show is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("kangbian"))
        raise typer.Exit


@app.callback()
def _options(
    show: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="显示版本 (show the version)")
    ] = False,
) -> None:
    pass
