"""A retrieval test set, run on one system or several, and what is written of it.

    run_retrieval(test_set, ["kangbian"], Path("out.json")) -> {"recall@10": ..., ...}

    out.json             the figures of the first system at the top level; with several, all of them under `systems`
    out.queries.jsonl    one line a query: the ids of the first hundred, the measures, the milliseconds
    out.md, out.svg      with several systems: a table, and recall against latency (where matplotlib is installed)

Every system runs in a process of its own (`eval.retrieval_run`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.baselines import SYSTEMS
from eval.beir import TestSet, read_test_set
from eval.charts import charts_available, draw_retrieval
from eval.child import Progress, run_child
from eval.output import Figures, prepare_output, provenance, write_json, write_text
from eval.ranking import RANKING_MEASURES
from rag import Settings, UnusableInput, load_embedder

# Enough to tell the speed of a transformer, which takes minutes for it on two cores.
SPEED_PASSAGES = 2000


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """What the process of one system is told; paths are absolute, `rows` is the file of the single queries.

    `limit_queries` is how many queries are run, `limit` how many passages a system gets that is run for its speed alone;
    `index` a folder in which the index is kept.
    """

    folder: str
    queries: str | None
    qrels: str | None
    system: str
    rows: str
    limit_queries: int | None
    limit: int
    index: str | None


def run_retrieval(
    folder: Path,
    systems: Sequence[str],
    target: Path,
    *,
    queries: Path | None = None,
    qrels: Path | None = None,
    limit_queries: int | None = None,
    limit: int = SPEED_PASSAGES,
    index: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the test set in `folder` on `systems`, write the files and return what stands in `target`.

    `limit_queries` takes the first so many queries that have a label; `limit` the first so many passages, for systems
    that are run for their speed alone. `index` keeps the index of a single run of Kangbian there and takes it the next time.

    Raises UnusableInput for a test set in which something is wrong, a system that is unknown or not installed, a model
    that is none, an index made from another corpus and an output that cannot be written; IndexMismatch for an index made
    by another model.
    """
    for name in systems:
        if name not in SYSTEMS:
            raise UnusableInput(f"没有名为「{name}」的系统。可用：{'、'.join(SYSTEMS)}。")
        SYSTEMS[name].require()
    if index and list(systems) != ["kangbian"]:
        raise UnusableInput("--index 只用于 kangbian 一个系统。请去掉 --index，或只测 kangbian。")
    prepare_output(target)
    embedder = load_embedder(Settings.from_env().embed_model)
    test_set = read_test_set(folder, queries, qrels)
    tell = progress or _silent
    started = datetime.now(UTC)
    found: dict[str, dict[str, Any]] = {}
    content: dict[str, Any] = {}
    for name in systems:
        rows = rows_file(target, name if len(systems) > 1 else None)
        task = RetrievalTask(
            str(folder.absolute()),
            str(queries.absolute()) if queries else None,
            str(qrels.absolute()) if qrels else None,
            name,
            str(rows.absolute()),
            limit_queries,
            limit,
            str(index.absolute()) if index else None,
        )

        def told(done: int, total: int, what: str, name: str = name) -> None:
            tell(done, total, f"{name} {what}")

        found[name] = run_child("eval.retrieval_run", asdict(task), told)
        # Written after each system, so that one that fails at the end costs none of the others.
        content = {
            **found[systems[0]],
            **({"systems": found} if len(systems) > 1 else {}),
            "provenance": {
                **provenance(started),
                "test_set": _test_set_json(test_set, limit_queries),
                "embedder": {"name": embedder.name, "fingerprint": embedder.fingerprint},
            },
        }
        write_json(target, content)
    if len(systems) > 1:
        write_text(target.with_suffix(".md"), retrieval_table(content).markdown())
        if charts_available():
            labels = {name: SYSTEMS[name].label for name in found}
            draw_retrieval(found, labels, target.with_suffix(".svg"))
    return content


def rows_file(target: Path, system: str | None = None) -> Path:
    """Where the single queries are written: beside the figures, and with several systems one file each."""
    return target.with_name(f"{target.stem}{f'.{system}' if system else ''}.queries.jsonl")


def retrieval_table(content: Mapping[str, Any]) -> Figures:
    """The table of what `run_retrieval` returned, one row a system.

    A figure that was reckoned from fewer passages is marked with ≈, one that means nothing is a dash.
    """
    head = ["system", "passages", *map(str, RANKING_MEASURES), "p50 ms", "p95 ms", "index s", "peak MiB", "disk MiB"]
    rows = []
    for name, result in _results(content).items():
        index, latency = result["index"], result["latency_ms"]
        full = result.get("extrapolated")
        seconds = f"{index['seconds']:.1f}" + (f" (≈ {full['seconds']:.0f} for {full['passages']:,})" if full else "")
        rows.append(
            [
                SYSTEMS[name].label + (" (random weights: speed only)" if result["speed_only"] else ""),
                f"{index['passages']:,}",
                *(_with_interval(result, str(measure)) for measure in RANKING_MEASURES),
                f"{latency['p50']:.1f}",
                f"{latency['p95']:.1f}",
                seconds,
                f"{index['peak_rss_mb']:.0f}",
                f"{index['bytes'] / 2**20:.0f}",
            ]
        )
    return Figures(head, rows)


def _results(content: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The figures of each system by name."""
    found: Mapping[str, Mapping[str, Any]] = content.get("systems") or {content["system"]: content}
    return found


def _with_interval(result: Mapping[str, Any], name: str) -> str:
    if result[name] is None:
        return "–"
    low, high = result["intervals"][name]
    return f"{result[name]:.3f} [{low:.3f}, {high:.3f}]"


def _test_set_json(test_set: TestSet, limit_queries: int | None) -> dict[str, Any]:
    return {
        "name": test_set.folder.resolve().name,
        "passages": test_set.passages,
        "queries": len(test_set.queries),
        "queries_run": min(limit_queries or len(test_set.queries), len(test_set.queries)),
        "queries_left_out": test_set.left_out,
        "sha256": dict(test_set.digests),
    }


def _silent(done: int, total: int, what: str) -> None:
    """No progress."""
