"""The process of one system: index the passages, run the queries, measure. See `eval.retrieval`."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from eval.baselines import SYSTEMS, System, open_system
from eval.baselines.kangbian import KangbianSystem
from eval.beir import TestSet, read_test_set
from eval.benchmark import percentile_95
from eval.child import Progress, folder_bytes, peak_mib, serve_child
from eval.intervals import estimate
from eval.measure import Tally
from eval.ranking import RANKING_MEASURES
from eval.retrieval import RetrievalTask
from rag import IndexMismatch, PassageText, UnusableInput

DEPTH = 100
# Beside a kept index: from which corpus it was made, and what making it took.
_MADE_FROM = "made-from.json"


def run_system(task: RetrievalTask, progress: Progress) -> dict[str, Any]:
    """Run one system, write its queries to `task.rows` and return its figures."""
    test_set = read_test_set(
        Path(task.folder), Path(task.queries) if task.queries else None, Path(task.qrels) if task.qrels else None
    )
    info = SYSTEMS[task.system]
    system = open_system(task.system)
    with ExitStack() as stack:
        if task.index:
            index = _kept_index(system, test_set, Path(task.index), progress)
        else:
            # On Windows the index is still open when the folder is removed.
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="kangbian-eval-", ignore_cleanup_errors=True)
            )
            index = _index(system, test_set, Path(folder), task.limit if info.speed_only else None, progress)
        queries = list(islice(test_set.queries.items(), task.limit_queries))
        rows = list(_ask(system, queries, test_set.labels, progress))
    with open(task.rows, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    times = sorted(row["latency_ms"] for row in rows)
    result: dict[str, Any] = {"system": task.system, "speed_only": info.speed_only}
    intervals = {}
    for measure in map(str, RANKING_MEASURES):
        found = estimate([Tally(row[measure], 1) for row in rows])
        result[measure] = None if info.speed_only else found.value
        if not info.speed_only:
            intervals[measure] = [found.low, found.high]
    result |= {
        "latency_ms": {"p50": round(median(times), 3), "p95": round(percentile_95(times), 3)},
        "index": index,
        "intervals": intervals,
        "queries": {"run": len(rows), "failed": sum("error" in row for row in rows), "left_out": test_set.left_out},
    }
    if index["passages"] < test_set.passages:
        # Indexing is one pass over the passages, so its time grows as their number.
        seconds = index["seconds"] * test_set.passages / index["passages"]
        result["extrapolated"] = {"passages": test_set.passages, "seconds": round(seconds, 1)}
    return result


def _index(
    system: System, test_set: TestSet, folder: Path, limit: int | None, progress: Progress
) -> dict[str, int | float]:
    passages = min(limit or test_set.passages, test_set.passages)

    def told(done: int, total: int, what: str) -> None:
        progress(done, total or passages, "建立索引")

    texts: Iterator[PassageText] = islice(test_set.texts(), passages)
    started = time.perf_counter()
    system.build(texts, folder, told)
    return {
        "passages": passages,
        "seconds": round(time.perf_counter() - started, 3),
        "peak_rss_mb": peak_mib(),
        "bytes": folder_bytes(folder),
    }


def _kept_index(system: System, test_set: TestSet, folder: Path, progress: Progress) -> dict[str, int | float]:
    """The index in a folder, made where the folder is empty or missing; what making it took is kept beside it."""
    assert isinstance(system, KangbianSystem)
    index_folder, note = folder / "index", folder / _MADE_FROM
    if not folder.exists() or not any(folder.iterdir()):
        index_folder.mkdir(parents=True)
        index = _index(system, test_set, index_folder, None, progress)
        note.write_text(json.dumps({"corpus": test_set.digests["corpus"], "index": index}), "utf-8")
        return index
    try:
        made: dict[str, Any] = json.loads(note.read_text("utf-8"))
        corpus, kept = made["corpus"], made["index"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UnusableInput(f"「{folder}」不是空文件夹，也没有建完的索引。请换一个文件夹，或清空它。") from None
    if corpus != test_set.digests["corpus"]:
        raise IndexMismatch(f"「{folder}」中的索引出自另一个语料。请换一个文件夹，或删除它后重新建立。")
    system.open(index_folder)
    return dict(kept)


def _ask(
    system: System, queries: Sequence[tuple[str, str]], labels: Mapping[str, Mapping[str, float]], progress: Progress
) -> Iterator[dict[str, Any]]:
    """One row a query; one that fails found nothing."""
    for number, (name, text) in enumerate(queries):
        if number == 0:
            # What the first question loads is no part of the time of a question.
            _search(system, text)
        started = time.perf_counter()
        ranked, error = _search(system, text)
        elapsed = round((time.perf_counter() - started) * 1000, 3)
        gains = labels[name]
        row: dict[str, Any] = {"id": name, "ranked": ranked}
        row |= {str(measure): round(measure(ranked, gains), 6) for measure in RANKING_MEASURES}
        row["latency_ms"] = elapsed
        yield row | ({"error": error} if error else {})
        progress(number + 1, len(queries), "检索")


def _search(system: System, text: str) -> tuple[list[str], str | None]:
    try:
        return list(dict.fromkeys(system.search(text, DEPTH)))[:DEPTH], None
    except Exception as failure:
        # Whatever fails on one query is a miss on that query, and no reason to lose the others.
        return [], f"{type(failure).__name__}: {failure}"


def _work(task: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return run_system(RetrievalTask(**task), progress)


if __name__ == "__main__":
    serve_child(_work)
