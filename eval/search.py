"""Questions over the corpus that is held: does `Assistant.search` find the passages that answer?

    {"id", "question", "keys": [[key, alternative, ...], ...]}

Each inner list is one thing that the answer needs, met by any passage at, below or, within the same article or section,
above one of its keys. `run_search` measures, and lists every group that the first ten passages miss.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from eval.benchmark import percentile_95
from eval.child import Progress
from eval.intervals import estimate
from eval.jsonl import digest, objects, text_field, wrong
from eval.measure import Tally
from eval.output import Figures, prepare_output, provenance, write_json, write_text
from rag import Citation, IndexMismatch, LookupResult, NotFound, SearchHit, ServiceFailure, UnusableInput

DEPTH = 20
RECALL_AT = (1, 5, 10, 20)
_MISSED_BEYOND = 10
_MRR_DEPTH = 10
# How many of the passages that came first a miss shows.
_SHOWN = 3


class Searcher(Protocol):
    """The two methods of an Assistant that are needed."""

    def lookup(self, citation: str, as_of: date | None = None) -> LookupResult:
        """The words at a key; raises NotFound where there is no such place."""

    def search(self, query: str, k: int = 10, as_of: date | None = None) -> Sequence[SearchHit]:
        """The `k` best passages, best first."""


@dataclass(frozen=True, slots=True)
class SearchItem:
    """One question; `keys` are groups of citations, `style` is what kind of question it is ("" where that is not said)."""

    id: str
    question: str
    keys: tuple[tuple[Citation, ...], ...]
    style: str = ""


def read_search_set(path: Path) -> tuple[SearchItem, ...]:
    """Read a set of questions. Raises UnusableInput, naming file and line, for anything that is wrong with it."""
    items: list[SearchItem] = []
    first_line: dict[str, int] = {}
    for number, row in objects(path):
        name = text_field(path, number, row, "id")
        if name in first_line:
            raise wrong(path, number, f"id「{name}」与第 {first_line[name]} 行重复")
        first_line[name] = number
        style = text_field(path, number, row, "style") if "style" in row else ""
        items.append(SearchItem(name, text_field(path, number, row, "question"), _keys(path, number, row), style))
    if not items:
        raise UnusableInput(f"「{path}」中没有题目。请每行写一个 JSON 对象。")
    return tuple(items)


def meets(found: Citation, key: Citation) -> bool:
    """Whether a passage meets a key: at it, below it, or around it within one article or section.

    >>> parse = Citation.parse
    >>> meets(parse("著作权法@2020/24/1"), parse("著作权法@2020/24"))
    True
    >>> meets(parse("著作权法@2020/24"), parse("著作权法@2020/24/1/6"))
    True
    >>> meets(parse("著作权法@2020"), parse("著作权法@2020/24"))
    False
    """
    return key.contains(found) or bool(found.path and found.path == key.path[: len(found.path)] and found.contains(key))


def run_search(dataset: Path, target: Path, searcher: Searcher, progress: Progress | None = None) -> dict[str, Any]:
    """Search for every question of `dataset`, write `target` and a table beside it, and return what stands in `target`.

    A question on which the search fails finds nothing; a key that is not held is listed under `unheld`. Raises UnusableInput for a set in which something is wrong and for
    an output that cannot be written; ServiceFailure or IndexMismatch when nothing can be searched at all.
    """
    prepare_output(target)
    items = read_search_set(dataset)
    started = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    searcher.search(items[0].question, DEPTH)  # What the first search loads is no part of the time of a search.
    for number, item in enumerate(items, 1):
        rows.append(_asked(searcher, item))
        if progress:
            progress(number, len(items), item.id)
    content = _figures(rows) | {
        "by_style": {
            style: _figures([row for row in rows if row["style"] == style])
            for style in dict.fromkeys(row["style"] for row in rows)
            if style
        },
        "misses": [
            {name: row[name] for name in ("id", "question")}
            | {"keys": group, "rank": rank, "first": row["found"][:_SHOWN]}
            | ({"error": row["error"]} if row["error"] else {})
            for row in rows
            for group, rank in zip(row["keys"], row["ranks"], strict=True)
            if rank is None or rank > _MISSED_BEYOND
        ],
        "unheld": sorted(
            {str(key) for item in items for group in item.keys for key in group if not _holds(searcher, key)}
        ),
        "items": rows,
        "provenance": {**provenance(started), "dataset": {"name": dataset.name, "sha256": digest(dataset)}},
    }
    write_json(target, content)
    write_text(target.with_suffix(".md"), search_table(content).markdown())
    return content


def search_table(content: Mapping[str, Any]) -> Figures:
    """The table of what `run_search` returned: all questions, then each style."""
    names = [*(f"recall@{depth}" for depth in RECALL_AT), f"mrr@{_MRR_DEPTH}"]
    head = ["questions", "n", *names, "p50 ms", "p95 ms"]
    rows = []
    for label, part in {"all": content, **content["by_style"]}.items():
        figures = [
            f"{part[name]:.3f} [{part['intervals'][name][0]:.3f}, {part['intervals'][name][1]:.3f}]" for name in names
        ]
        latency = part["latency_ms"]
        rows.append([label, str(part["questions"]), *figures, f"{latency['p50']:.1f}", f"{latency['p95']:.1f}"])
    return Figures(head, rows)


def _keys(path: Path, number: int, row: dict[str, Any]) -> tuple[tuple[Citation, ...], ...]:
    if "keys" not in row:
        raise wrong(path, number, "缺少 keys")
    groups = row["keys"]
    sound = (
        isinstance(groups, list)
        and groups
        and all(isinstance(group, list) and group and all(isinstance(key, str) for key in group) for group in groups)
    )
    if not sound:
        raise wrong(path, number, "keys 应是引用键的列表的列表，每个内层列表至少一项")
    try:
        return tuple(tuple(Citation.parse(key) for key in group) for group in groups)
    except UnusableInput as error:
        raise wrong(path, number, str(error).rstrip("。")) from None


def _holds(searcher: Searcher, key: Citation) -> bool:
    try:
        searcher.lookup(str(key))
    except NotFound:
        return False
    return True


def _asked(searcher: Searcher, item: SearchItem) -> dict[str, Any]:
    found: list[Citation] = []
    error = None
    started = time.perf_counter()
    try:
        found = [Citation.parse(hit.key) for hit in searcher.search(item.question, DEPTH)]
    except (ServiceFailure, IndexMismatch):
        raise
    except Exception as failure:
        # Whatever fails on one question is a miss on it, and no reason to lose the others.
        error = f"{type(failure).__name__}: {failure}"
    elapsed = round((time.perf_counter() - started) * 1000, 3)
    ranks = [
        next((rank for rank, place in enumerate(found, 1) if any(meets(place, key) for key in group)), None)
        for group in item.keys
    ]
    return {
        "id": item.id,
        "question": item.question,
        "style": item.style,
        "keys": [[str(key) for key in group] for group in item.keys],
        "ranks": ranks,
        "found": [str(place) for place in found],
        "latency_ms": elapsed,
        "error": error,
    }


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Recall counts groups, the reciprocal rank questions; intervals draw questions."""
    tallies = {
        f"recall@{depth}": [
            Tally(sum(rank is not None and rank <= depth for rank in row["ranks"]), len(row["ranks"])) for row in rows
        ]
        for depth in RECALL_AT
    }
    firsts = [min((rank for rank in row["ranks"] if rank is not None), default=None) for row in rows]
    tallies[f"mrr@{_MRR_DEPTH}"] = [
        Tally(1 / first if first is not None and first <= _MRR_DEPTH else 0.0, 1) for first in firsts
    ]
    found = {name: estimate(counts) for name, counts in tallies.items()}
    times = sorted(row["latency_ms"] for row in rows)
    return {
        **{name: value.value for name, value in found.items()},
        "latency_ms": {"p50": round(median(times), 3), "p95": round(percentile_95(times), 3)},
        "intervals": {name: [value.low, value.high] for name, value in found.items()},
        "questions": len(rows),
        "groups": sum(len(row["ranks"]) for row in rows),
        "failed": sum(row["error"] is not None for row in rows),
    }
