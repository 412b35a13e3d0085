"""`kangbian eval`: run a dataset, measure time and memory."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

eval_app = typer.Typer(no_args_is_help=True)

_AsJson = Annotated[bool, typer.Option("--json", help="只输出 JSON (machine-readable)")]


@eval_app.command("run")
def run_dataset(
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET.jsonl", help="题目，每行一个 JSON 对象 (questions with gold)")
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="报告的文件夹；中断后再次运行从断处继续")],
    workspace: Annotated[
        str, typer.Option("--workspace", "-w", metavar="NAME", help="工作区，叠加在内置语料之上")
    ] = "default",
    as_json: _AsJson = False,
) -> None:
    """用数据集评测，写出 report.json 与 report.html (evaluate on a dataset)。"""
    from eval import MEASURES, read_dataset, shown
    from eval import run_dataset as run
    from rag import Assistant

    # A broken dataset is named before anything slow is opened.
    read_dataset(dataset)
    report = run(dataset, folder, Assistant(workspace=workspace), workspace=workspace)
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
