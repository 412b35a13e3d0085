"""How the passage index grows: time, memory, disk and latency at rising numbers of passages.

    run_scale(Path("scale"), [1000, 10000]) -> scale/scale.json, scale/scale.md, scale/scale.svg

Passages are real as far as they reach; beyond, their sentences are drawn anew into passages of the same lengths. Each size
is indexed in a process of its own and asked from another (`eval.scale_run`). A size that stands in scale.json, measured
on the same passages with the same model, is not measured again, so a run that was stopped goes on.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from eval.beir import read_passages, read_queries
from eval.charts import charts_available, draw_scale
from eval.child import Progress, run_child
from eval.intervals import SEED
from eval.output import Figures, provenance, write_json, write_text
from eval.shelf import Copy
from rag import PassageText, Settings, UnusableInput, load_document, load_embedder

SIZES = (1_000, 10_000, 60_000, 200_000)
QUERIES = 200
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？\n]?")
_TITLE = "合成段落"
_QUERY_CHARACTERS = 40


def run_scale(
    folder: Path, sizes: Sequence[int] = SIZES, corpus: Path | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Measure each size that is not in `folder/scale.json` yet, and return what then stands in it.

    `corpus` is a BEIR folder that gives passages and questions; the built-in statutes without one.

    Raises UnusableInput for sizes below 1, a corpus in which something is wrong and a folder that cannot be used;
    ServiceFailure where a process fails: the sizes measured until then are kept.
    """
    if not sizes or min(sizes) < 1:
        raise UnusableInput("--sizes 应是以逗号分隔的正整数，如 1000,10000,60000。")
    target = folder / "scale.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInput(f"无法写入「{folder}」：{error.strerror or error}。请核对路径和权限。") from None
    embedder = load_embedder(Settings.from_env().embed_model)
    source = {
        "corpus": corpus.resolve().name if corpus else "built-in statutes",
        "sha256": _digest(chain(real_passages(corpus), (PassageText("", "", q) for q in questions(corpus)))),
        "embedder": embedder.fingerprint,
    }
    points = {point["passages"]: point for point in _held(target, source)}
    started = datetime.now(UTC)
    content: dict[str, Any] = {}
    ordered: list[dict[str, Any]] = []
    for size in sorted(set(sizes)):
        if size not in points:
            points[size] = _measured(size, corpus, progress)
        ordered = [points[number] for number in sorted(points)]
        content = {"source": source, "points": ordered, "provenance": provenance(started)}
        write_json(target, content)
        write_text(folder / "scale.md", scale_table(content).markdown())
    if charts_available():
        draw_scale(ordered, folder / "scale.svg")
    return content


def scale_table(content: Mapping[str, Any]) -> Figures:
    """The table of what `run_scale` returned, one row a size."""
    head = ["passages", "synthetic", "index s", "passages/s", "index peak MiB", "disk MiB", "disk by part (MiB)", "open s",
            "query peak MiB", "p50 ms", "p95 ms", "of it embedding p50 ms"]  # fmt: skip
    rows = [
        [
            f"{point['passages']:,}",
            f"{point['synthetic']:,}",
            f"{point['seconds']:.1f}",
            f"{point['passages'] / point['seconds']:,.0f}",
            f"{point['index_peak_mib']:.0f}",
            f"{point['disk_mib']:.1f}",
            ", ".join(f"{part} {mib:.1f}" for part, mib in point["disk_parts_mib"].items()),
            f"{point['open_seconds']:.2f}",
            f"{point['query_peak_mib']:.0f}",
            f"{point['p50_ms']:.1f}",
            f"{point['p95_ms']:.1f}",
            f"{point['embed_p50_ms']:.2f}",
        ]
        for point in content["points"]
    ]
    return Figures(head, rows)


def passages_of_size(size: int, corpus: Path | None) -> Iterator[PassageText]:
    """So many passages: the real ones first, then made of their sentences. The same size gives the same passages."""
    real = 0
    for passage in islice(real_passages(corpus), size):
        real += 1
        yield passage
    if real < size:
        yield from _recombined(size - real, corpus)


def real_passages(corpus: Path | None) -> Iterator[PassageText]:
    """The passages of a BEIR folder, or the articles of the built-in statutes."""
    return read_passages(corpus) if corpus else _statutes()


def questions(corpus: Path | None) -> list[str]:
    """What is asked: queries of the corpus, or sentences of the statutes, cut short; `QUERIES` of them, drawn at random."""
    if corpus:
        asked = list(read_queries(corpus).values())
    else:
        asked = [sentence[:_QUERY_CHARACTERS] for sentence in _sentences(_statutes())]
    generator = Random(SEED)
    return generator.sample(asked, QUERIES) if len(asked) >= QUERIES else generator.choices(asked, k=QUERIES)


def _measured(size: int, corpus: Path | None, progress: Progress | None) -> dict[str, Any]:
    def told(done: int, total: int, what: str) -> None:
        if progress:
            progress(done, total, f"{size:,} 段 {what}")

    task = {"size": size, "corpus": str(corpus.absolute()) if corpus else None}
    return run_child("eval.scale_run", task, told)


def _held(target: Path, source: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The points that an earlier run measured on the same passages; none where those were others."""
    if not target.exists():
        return []
    try:
        content = json.loads(target.read_text("utf-8"))
        same, points = content["source"] == source, list(content["points"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UnusableInput(f"「{target}」不是本程序写的测量结果。请换一个输出文件夹，或移走该文件。") from None
    return points if same else []


def _statutes() -> Iterator[PassageText]:
    for file in sorted((Settings.from_env().corpus / "statutes").glob("*.md")):
        copy = Copy.of(load_document(file))
        for path, text in copy.passages:
            if path and text:
                yield PassageText("/".join((str(copy.citation), *path)), copy.title, text)


def _sentences(passages: Iterable[PassageText]) -> list[str]:
    return [found for passage in passages for found in _SENTENCE.findall(passage.text) if len(found) > 5]


def _recombined(count: int, corpus: Path | None) -> Iterator[PassageText]:
    """Passages of one to four sentences, each sentence from another passage, so that few are alike."""
    sentences = _sentences(real_passages(corpus))
    if not sentences:
        raise UnusableInput("语料中没有可用来合成段落的句子。请换一个语料，或减小 --sizes。")
    generator = Random(SEED)
    for number in range(count):
        drawn = generator.choices(sentences, k=generator.randint(1, 4))
        yield PassageText(f"synthetic/{number}", _TITLE, "".join(drawn))


def _digest(passages: Iterable[PassageText]) -> str:
    found = sha256()
    for passage in passages:
        found.update(f"{passage.id}\0{passage.title}\0{passage.text}\1".encode())
    return found.hexdigest()
