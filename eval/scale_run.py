"""The processes of one size: one makes the index, one opens it and asks. See `eval.scale`."""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from eval.benchmark import percentile_95
from eval.child import Progress, folder_bytes, peak_mib, run_child, serve_child
from eval.scale import passages_of_size, questions, real_passages
from rag import PassageIndex, Settings, load_embedder

_MIB = 2**20


def measure_size(task: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Index `size` passages of `corpus` (a folder or None), ask from a second process, and return the figures.

    With `index` the task is that of the second process: open the index in that folder and ask.
    """
    corpus = Path(task["corpus"]) if task["corpus"] else None
    if "index" in task:
        return _asked(Path(task["index"]), corpus, progress)
    size = int(task["size"])
    real = min(size, sum(1 for _ in real_passages(corpus)))

    def told(done: int, total: int, what: str) -> None:
        progress(done, max(total, size), "建立索引")

    # On Windows the index is still open when the folder is removed.
    with tempfile.TemporaryDirectory(prefix="kangbian-scale-", ignore_cleanup_errors=True) as home:
        folder = Path(home) / "index"
        started = time.perf_counter()
        PassageIndex.build(folder, passages_of_size(size, corpus), progress=told)
        seconds = time.perf_counter() - started
        point = {
            "passages": size,
            "synthetic": size - real,
            "seconds": round(seconds, 3),
            "index_peak_mib": peak_mib(),
            "disk_mib": round(folder_bytes(folder) / _MIB, 2),
            "disk_parts_mib": {
                path.name: round((folder_bytes(path) if path.is_dir() else path.stat().st_size) / _MIB, 2)
                for path in sorted(folder.iterdir())
            },
        }
        return point | run_child("eval.scale_run", {**task, "index": str(folder)}, progress)


def _asked(folder: Path, corpus: Path | None, progress: Progress) -> dict[str, Any]:
    asked = questions(corpus)
    started = time.perf_counter()
    index = PassageIndex.open(folder)
    index.rank(asked[0])  # Open is what can answer; a second question finds everything loaded.
    opened = time.perf_counter() - started
    times, embedding = [], []
    embedder = load_embedder(Settings.from_env().embed_model)
    embedder.embed(asked[:1])
    for number, question in enumerate(asked, 1):
        started = time.perf_counter()
        index.rank(question)
        times.append((time.perf_counter() - started) * 1000)
        progress(number, len(asked), "检索")
    peak = peak_mib()
    for question in asked:
        started = time.perf_counter()
        embedder.embed([question])
        embedding.append((time.perf_counter() - started) * 1000)
    return {
        "open_seconds": round(opened, 3),
        "query_peak_mib": peak,
        "queries": len(asked),
        "p50_ms": round(median(times), 3),
        "p95_ms": round(percentile_95(times), 3),
        "embed_p50_ms": round(median(embedding), 3),
    }


if __name__ == "__main__":
    serve_child(measure_size)
