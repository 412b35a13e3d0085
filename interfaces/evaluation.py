"""`kangbian eval`: run a dataset, measure retrieval, time and memory."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfaces.progress import progress_bar

if TYPE_CHECKING:
    from eval import Figures

eval_app = typer.Typer(no_args_is_help=True)

_AsJson = Annotated[bool, typer.Option("--json", help="只输出 JSON (machine-readable)")]

OnRay = Annotated[
    str | None,
    typer.Option("--ray", metavar="local|HOST:PORT", help="由 Ray 分给多个进程或多台机器，结果相同 (spread by Ray)"),
]


@eval_app.command("run")
def run_dataset(
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET.jsonl", help="题目，每行一个 JSON 对象 (questions with gold)")
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="报告的文件夹；中断后再次运行从断处继续")],
    workspace: Annotated[
        str, typer.Option("--workspace", "-w", metavar="NAME", help="工作区，叠加在内置语料之上")
    ] = "default",
    ray: OnRay = None,
    as_json: _AsJson = False,
) -> None:
    """用数据集评测，写出 report.json 与 report.html (evaluate on a dataset)。"""
    from eval import MEASURES, SpreadAsker, read_dataset, shown
    from eval import run_dataset as run
    from rag import Assistant, maybe_cluster

    # A broken dataset is named before anything slow is opened.
    read_dataset(dataset)
    with maybe_cluster(ray) as cluster:
        # Opened here first, also for the workers: one process builds the index, and the others find it.
        assistant = Assistant(workspace=workspace)
        asker = SpreadAsker(cluster, workspace, assistant.settings) if cluster else assistant
        report = run(dataset, folder, asker, workspace=workspace)
    content = report.as_json()
    if as_json:
        sys.stdout.write(
            json.dumps({name: content[name] for name in ("measures", "provenance")}, ensure_ascii=False, indent=2)
            + "\n"
        )
        return
    for measure in MEASURES:
        found = report.measures[measure.name]
        interval = f"[{shown(measure.name, found.low)}, {shown(measure.name, found.high)}]" if found.n else ""
        typer.echo(
            f"{measure.name:<28}{shown(measure.name, found.value):>10}  {interval}  n={found.n}  {measure.label}"
        )
    failed = sum(not item.passed for item in report.items)
    typer.echo(f"{len(report.items)} 题，未通过 {failed} 题。报告：{folder / 'report.html'}")


@eval_app.command("benchmark")
def benchmark(
    dataset: Annotated[
        Path | None,
        typer.Option("--dataset", metavar="DATASET.jsonl", help="热回答用这些问题 (questions for warm answers)"),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, max=100, help="冷启动次数 (cold starts)")] = 5,
    as_json: _AsJson = False,
) -> None:
    """测量冷启动、热回答、建索引的时间与内存 (time and memory)。"""
    from eval import read_dataset, run_benchmark

    questions = [item.question for item in read_dataset(dataset).items] if dataset else None
    found = run_benchmark(questions, runs)
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else found.table())


@eval_app.command("retrieval")
def retrieval(
    folder: Annotated[
        Path, typer.Argument(metavar="BEIR_DIR", help="含 corpus.jsonl[.gz]、queries.jsonl、qrels/*.tsv 的文件夹")
    ],
    target: Annotated[Path, typer.Option("--out", "-o", metavar="F.json", help="结果；逐条查询写在旁边")],
    queries: Annotated[Path | None, typer.Option("--queries", metavar="F", help="另用这个查询文件")] = None,
    qrels: Annotated[Path | None, typer.Option("--qrels", metavar="F", help="另用这个标注文件")] = None,
    systems: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="NAME", help="kangbian、bm25s、rank_bm25、llamaindex，可重复；默认 kangbian"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="测量全部系统，没有安装的除外 (every system)")] = False,
    limit_queries: Annotated[
        int | None, typer.Option("--limit-queries", min=1, metavar="N", help="只用前 N 条有标注的查询")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", help="只测速度的系统（llamaindex）用前 N 段，默认 2000"),
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="保留索引，下次直接使用；只用于 kangbian")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """在 BEIR 格式的检索测试集上测量，可与其他系统比较 (measure retrieval)。"""
    from eval import (
        HOW_TO_INSTALL_CHARTS,
        SPEED_PASSAGES,
        SYSTEMS,
        charts_available,
        retrieval_table,
        run_retrieval,
    )

    chosen = list(dict.fromkeys(systems or ["kangbian"]))
    if every:
        chosen = [name for name, info in SYSTEMS.items() if info.installed]
        for info in SYSTEMS.values():
            if not info.installed:
                _tell(f"跳过 {info.name}：未安装 {info.requires}。安装：pip install 'kangbian[{info.extra}]'。")
    with progress_bar("检索评测") as progress:
        content = run_retrieval(
            folder,
            chosen,
            target,
            queries=queries,
            qrels=qrels,
            limit_queries=limit_queries,
            limit=limit or SPEED_PASSAGES,
            index=index,
            progress=progress,
        )
    if len(chosen) > 1 and not charts_available():
        _tell(HOW_TO_INSTALL_CHARTS)
    left_out = content["queries"]["left_out"]
    if left_out:
        _tell(f"{left_out} 条查询没有相关标注，未计入。")
    for name, result in content.get("systems", {chosen[0]: content}).items():
        if result["queries"]["failed"]:
            _tell(f"{name}：{result['queries']['failed']} 条查询失败，按未命中计。")
    _print(content, retrieval_table(content), as_json, f"结果：{target}")


@eval_app.command("search")
def search(
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET.jsonl", help='每行一个 {"id","question","keys":[[键, 可替代的键],…]}')
    ],
    target: Annotated[Path, typer.Option("--out", "-o", metavar="F.json", help="结果，含每一处未命中")],
    workspace: Annotated[
        str, typer.Option("--workspace", "-w", metavar="NAME", help="工作区，叠加在内置语料之上")
    ] = "default",
    as_json: _AsJson = False,
) -> None:
    """测量对已收录语料的检索 (measure search over the corpus held)。"""
    from eval import read_search_set, run_search, search_table
    from rag import Assistant

    # A broken set is named before anything slow is opened.
    read_search_set(dataset)
    with progress_bar("检索评测") as progress:
        content = run_search(dataset, target, Assistant(workspace=workspace), progress)
    for key in content["unheld"]:
        _tell(f"警告：标准引用 {key} 未收录，按未命中计。")
    misses = f"{content['groups']} 处依据，前十段未命中 {len(content['misses'])} 处，逐处列在 {target}"
    _print(content, search_table(content), as_json, misses)


@eval_app.command("scale")
def scale(
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="结果的文件夹；已有的规模不再重测")],
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N,N,…", help="段落数，以逗号分隔 (numbers of passages)")
    ] = "1000,10000,60000,200000",
    corpus: Annotated[
        Path | None, typer.Option("--corpus", metavar="BEIR_DIR", help="真实段落的来源；不给则用内置法条")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """测量索引随规模增长的时间、内存、磁盘与检索用时 (how the index grows)。"""
    from eval import HOW_TO_INSTALL_CHARTS, charts_available, run_scale, scale_table

    try:
        numbers = [int(number) for number in sizes.replace("，", ",").split(",") if number.strip()]
    except ValueError:
        raise typer.BadParameter("应是以逗号分隔的正整数，如 1000,10000。", param_hint="--sizes") from None
    with progress_bar("规模评测") as progress:
        content = run_scale(folder, numbers, corpus, progress)
    if not charts_available():
        _tell(HOW_TO_INSTALL_CHARTS)
    _print(content, scale_table(content), as_json, f"结果：{folder / 'scale.json'}")


def _print(content: Any, figures: "Figures", as_json: bool, last: str) -> None:
    """The figures as JSON, or as a table with a last line."""
    if as_json:
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        return
    from rich.console import Console
    from rich.table import Table

    # A pipe gets whole rows, as Markdown: a table cut to some width would lose figures.
    if sys.stdout.isatty():
        table = Table(*figures.head, box=None, pad_edge=False, header_style="bold")
        for row in figures.rows:
            table.add_row(*row)
        Console(highlight=False, markup=False).print(table)
    else:
        sys.stdout.write(figures.markdown())
    typer.echo(last)


def _tell(message: str) -> None:
    sys.stderr.write(message + "\n")
