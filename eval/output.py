"""What the measurements write: figures as JSON, a table beside them, and where they come from."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eval.intervals import RESAMPLES, SEED
from rag import ServiceFailure, UnusableInput

_LIBRARIES = ("bm25s", "chromadb", "jieba", "llama-index-core", "numpy", "rank-bm25", "sentence-transformers", "torch")


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures: the names of the columns, and rows of as many cells.

    >>> print(Figures(["system", "p50 ms"], [["bm25s", "1.2"]]).markdown(), end="")
    | system | p50 ms |
    |---|---|
    | bm25s | 1.2 |
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table in Markdown."""
        head, *rows = (f"| {' | '.join(cells)} |\n" for cells in (self.head, *self.rows))
        return head + "|" + "---|" * len(self.head) + "\n" + "".join(rows)


def provenance(started: datetime) -> dict[str, Any]:
    """When, with which versions and on what kind of machine; nothing that tells one machine of a kind from another."""
    return {
        "evaluator": version("kangbian"),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "python": platform.python_version(),
        "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()},
        "bootstrap": {"seed": SEED, "resamples": RESAMPLES, "interval": "95%"},
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def prepare_output(target: Path) -> None:
    """Make the folder of an output file, before anything slow is done.

    Raises UnusableInput where the file cannot be written, and for a name that would hide the files written beside it.
    """
    if target.suffix in (".md", ".svg", ".jsonl") or target.is_dir():
        raise UnusableInput(
            f"「{target}」不能作为输出文件：旁边还要写同名的 .md、.svg、.jsonl。请改用以 .json 结尾的文件名。"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab"):
            pass
        if not target.stat().st_size:
            target.unlink()
    except OSError as error:
        raise UnusableInput(f"无法写入「{target}」：{error.strerror or error}。请核对路径和权限。") from None


def write_json(target: Path, content: Mapping[str, Any]) -> None:
    """Write figures, whole or not at all. Raises ServiceFailure when the disk does not take them."""
    write_text(target, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def write_text(target: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises ServiceFailure when the disk does not take it."""
    try:
        replace_file(target, text)
    except OSError as error:
        raise ServiceFailure(f"无法写入「{target}」：{error.strerror or error}。请检查磁盘和权限。") from error


def replace_file(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
