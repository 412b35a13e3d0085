"""`kangbian eval`: run a dataset, hold a run against a gate or another run, measure retrieval, time and memory."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfaces.options import AsJson, AsOf, OnRay, Workspace, date_option
from interfaces.progress import progress_bar

if TYPE_CHECKING:
    from eval import Failure, Figures, Gate, ItemKind, Report

# As `interfaces.cli.Exit` has it: something was found or failed.
_NOT_MET = 1

eval_app = typer.Typer(no_args_is_help=True)


@eval_app.command("run")
def run_dataset(
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET.jsonl", help="题目，每行一个 JSON 对象 (questions with gold)")
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="报告的文件夹；中断后再次运行从断处继续")],
    workspace: Workspace = "default",
    gate_file: Annotated[
        Path | None,
        typer.Option("--gate", metavar="GATE.toml", help="门槛；有一项未达到时退出码为 1 (thresholds to reach)"),
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option("--as-of", metavar="DATE", parser=date_option, help="没有写明时点的题所用的法律时点 (law as of)"),
    ] = None,
    only_held_out: Annotated[bool, typer.Option("--only-held-out", help="只测 held_out 为 true 的题")] = False,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="只测这类题，如 statute，可重复 (only this kind)")
    ] = None,
    judge: Annotated[
        bool,
        typer.Option(
            "--judge",
            help="另由所设置的语言模型判断每句陈述能否由出处得出；遮盖姓名号码后发送 (judge by language model)",
        ),
    ] = False,
    ray: OnRay = None,
    as_json: AsJson = False,
) -> None:
    """用数据集评测，写出 report.json 与 report.html (evaluate on a dataset)。"""
    from eval import (
        MEASURES,
        Part,
        SpreadAsker,
        SupportJudge,
        check_gate,
        configured_model,
        read_dataset,
        read_gate,
        rulings_shown,
        shown,
    )
    from eval import run_dataset as run
    from rag import Assistant, Settings, maybe_cluster

    # What is wrong with the dataset, the part, the gate or the model is named before anything slow is opened.
    part = Part(_kinds(kinds or []), only_held_out, as_of)
    part.of(read_dataset(dataset))
    gate = read_gate(gate_file) if gate_file else None
    settings = Settings.from_env()
    model = configured_model(settings) if judge else None
    if model:
        _tell(f"陈述、出处和案情将在遮盖姓名、号码后发送给 {model.name}（{settings.llm_url}）。")
    with maybe_cluster(ray) as cluster:
        # Opened here first, also for the workers: one process builds the index, and the others find it.
        assistant = Assistant(workspace=workspace)
        asker = SpreadAsker(cluster, workspace, assistant.settings) if cluster else assistant
        judging = SupportJudge(model, assistant.masker) if model else None
        report = run(dataset, folder, asker, workspace=workspace, part=part, judge=judging)
    content = report.as_json()
    failures = check_gate(report, gate) if gate else []
    if as_json:
        figures = {name: content[name] for name in ("measures", "provenance")}
        figures |= {"gate": _gate_json(report, gate, failures)} if gate else {}
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    else:
        for measure in MEASURES:
            found = report.measures[measure.name]
            interval = f"[{shown(measure.name, found.low)}, {shown(measure.name, found.high)}]" if found.n else ""
            typer.echo(
                f"{measure.name:<28}{shown(measure.name, found.value):>10}  {interval}  n={found.n}  {measure.label}"
            )
        if judged := report.provenance.get("judge"):
            typer.echo(f"语言模型对陈述的判断：{rulings_shown(judged['rulings'])}")
            if judged["rulings"]["not_judged"]:
                typer.echo("未判断的按不支持计；因服务失败而未判断的，再次运行同一命令只补问这些。")
        failed = sum(not item.passed for item in report.items)
        typer.echo(f"{len(report.items)} 题，未通过 {failed} 题。报告：{folder / 'report.html'}")
        if gate:
            _print_gate(report, gate, failures)
    if failures:
        raise typer.Exit(_NOT_MET)


@eval_app.command("lint")
def lint(
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET.jsonl", help="题目，每行一个 JSON 对象 (questions with gold)")
    ],
    training: Annotated[
        list[Path] | None,
        typer.Option("--training", metavar="F.jsonl", help="另外的训练材料，每行有 question 或 text，可重复"),
    ] = None,
    workspace: Workspace = "default",
    as_json: AsJson = False,
) -> None:
    """检查题目本身：重复、与训练材料相同、标准引用未收录、类型失衡；有发现时退出码为 1 (check the questions)。"""
    from eval import find_faults, open_shelf
    from rag import Settings

    shipped = sorted((Settings.from_env().corpus / "training").glob("*.jsonl"))
    faults = find_faults(dataset, open_shelf(workspace=workspace), [*shipped, *(training or [])])
    if as_json:
        content = [{"line": fault.line, "message": fault.message} for fault in faults]
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    else:
        for fault in faults:
            typer.echo(str(fault))
        typer.echo(f"{len(faults)} 处问题。" if faults else "没有发现问题。")
    if faults:
        raise typer.Exit(_NOT_MET)


@eval_app.command("compare")
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="先前的评测：报告文件夹或 report.json (the earlier run)")],
    b: Annotated[Path, typer.Argument(metavar="B", help="要比较的评测：报告文件夹或 report.json (the later run)")],
    as_json: AsJson = False,
) -> None:
    """逐题比较两次评测；B 有任何一项更差时退出码为 1 (compare two runs)。"""
    from eval import compare_reports, read_report

    found = compare_reports(read_report(a), read_report(b))
    _print(found.as_json(), found.table(), as_json, found.summary())
    if found.worse:
        raise typer.Exit(_NOT_MET)


@eval_app.command("benchmark")
def benchmark(
    dataset: Annotated[
        Path | None,
        typer.Option("--dataset", metavar="DATASET.jsonl", help="热回答用这些问题 (questions for warm answers)"),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, max=100, help="冷启动次数 (cold starts)")] = 5,
    as_json: AsJson = False,
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
    as_json: AsJson = False,
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
    workspace: Workspace = "default",
    as_json: AsJson = False,
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


@eval_app.command("recite")
def recite(
    questions: Annotated[Path, typer.Argument(metavar="1-1.json", help="LawBench 1-1 的题目 (articles to recite)")],
    target: Annotated[Path, typer.Option("--out", "-o", metavar="F.json", help="结果，含每一处不同")],
    workspace: Workspace = "default",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """测量条文是否逐字给出：LawBench 1-1，ROUGE-L (recite articles)。"""
    from eval import read_recitation, recitation_table, run_recitation
    from rag import Assistant

    # A broken file is named before anything slow is opened.
    read_recitation(questions)
    with progress_bar("条文背诵") as progress:
        content = run_recitation(questions, target, Assistant(workspace=workspace), as_of, progress)
    missing = content["items"] - content["held"]
    last = f"{missing} 条没有收录，按 0 计；逐条列在 {target}" if missing else f"结果：{target}"
    _print(content, recitation_table(content), as_json, last)


@eval_app.command("choose")
def choose(
    questions: Annotated[
        Path, typer.Argument(metavar="FILE", help="选择题：LawBench 1-2 或 JEC-QA 形状的 JSON、JSONL (multiple choice)")
    ],
    target: Annotated[
        Path, typer.Option("--out", "-o", metavar="OUT.json", help="结果；逐题记录写在旁边，中断后从断处继续")
    ],
    passages: Annotated[
        int, typer.Option("-k", "--top", min=1, max=50, help="每题之前放多少段检索结果 (passages before each question)")
    ] = 5,
    no_sources: Annotated[bool, typer.Option("--no-sources", help="不放检索结果 (closed book)")] = False,
    unmasked: Annotated[
        bool,
        typer.Option("--unmasked", help="不遮盖题目中的姓名和号码，用于公开的考题 (names are part of the question)"),
    ] = False,
    workspace: Workspace = "default",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """由所设置的语言模型做选择题，题前放检索到的资料；题目会发送给该模型 (multiple choice by language model)。"""
    from eval import Conditions, choices_table, configured_model, read_choices, run_choices
    from rag import Assistant, Settings

    # A broken file and a missing model are named before anything slow is opened.
    read_choices(questions)
    settings = Settings.from_env()
    model = configured_model(settings)
    _tell(f"题目将发送给 {model.name}（{settings.llm_url}）{'' if unmasked else '，姓名、号码遮盖后发送'}。")
    conditions = Conditions(0 if no_sources else passages, not unmasked, as_of)
    with progress_bar("选择题") as progress:
        content = run_choices(questions, target, model, Assistant(workspace=workspace), conditions, workspace, progress)
    if content["unreadable"]:
        _tell(f"{content['unreadable']} 题的回复看不出选了哪些选项，按错误计，逐题列在 {target}。")
    if content["unanswered"]:
        _tell(f"{content['unanswered']} 题没有得到回复，按错误计；再次运行同一命令只补问这些题。")
    last = f"{content['items']} 题，选对 {content['right']} 题。结果：{target}"
    _print(content, choices_table(content), as_json, last)


@eval_app.command("scale")
def scale(
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="结果的文件夹；已有的规模不再重测")],
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N,N,…", help="段落数，以逗号分隔 (numbers of passages)")
    ] = "1000,10000,60000,200000",
    corpus: Annotated[
        Path | None, typer.Option("--corpus", metavar="BEIR_DIR", help="真实段落的来源；不给则用内置法条")
    ] = None,
    as_json: AsJson = False,
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


def _kinds(names: list[str]) -> "tuple[ItemKind, ...]":
    from eval import ItemKind

    unknown = [name for name in names if name not in list(ItemKind)]
    if unknown:
        raise typer.BadParameter(
            f"「{'」「'.join(unknown)}」不认识。可用：{'、'.join(ItemKind)}。", param_hint="--kind"
        )
    return tuple(ItemKind(name) for name in names)


def _gate_json(report: "Report", gate: "Gate", failures: "list[Failure]") -> dict[str, Any]:
    return {
        "met": not failures,
        "thresholds": [
            {
                "measure": threshold.measure.name,
                "bound": threshold.bound.value,
                "limit": threshold.limit,
                "value": threshold.reading(report.measures[threshold.measure.name]),
                "met": threshold.met(report.measures[threshold.measure.name]),
            }
            for threshold in gate.thresholds
        ],
        "failures": [failure.message for failure in failures],
    }


def _print_gate(report: "Report", gate: "Gate", failures: "list[Failure]") -> None:
    """Each threshold with what was reached, then what the comparison with the baseline found."""
    typer.echo("门槛：")
    for threshold in gate.thresholds:
        found = report.measures[threshold.measure.name]
        value = threshold.reading(found)
        told = "没有可测的题" if value is None else f"{value:g}"
        typer.echo(f"  {'达到' if threshold.met(found) else '未达到'}  {threshold}：{told}")
    behind = [failure for failure in failures if failure.is_behind]
    for failure in behind:
        typer.echo(f"  未达到  {failure}")
    if gate.baseline is not None and not behind:
        typer.echo("  达到  与基线比较：没有更差的指标")


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
