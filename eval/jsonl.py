"""Files of one JSON object a line, plain or gzipped: what is wrong is named with its file and line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag import UnusableInput


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file that hold something, numbered from 1, without their ends; `.gz` is unpacked.

    Raises UnusableInput for a file that cannot be opened or unpacked and for a line that is not UTF-8.
    """
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw).decode("utf-8").rstrip("\r\n")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError:
        raise wrong(path, number, "不是 UTF-8 文本") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UnusableInput(f"「{path}」不是完整的 gzip 文件。请重新取得该文件。") from None
    except OSError as error:
        raise UnusableInput(f"无法打开「{path}」：{error.strerror or error}。请核对路径和权限。") from None


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with their line numbers. Raises UnusableInput as `lines`, and for what is no JSON object."""
    for number, text in lines(path):
        try:
            row = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            raise wrong(path, number, f"不是合法的 JSON（{getattr(error, 'msg', '嵌套过深')}）") from None
        if not isinstance(row, dict):
            raise wrong(path, number, "应是一个 JSON 对象")
        yield number, row


def text_field(path: Path, number: int, row: dict[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    """A field that holds text. Raises UnusableInput where it is missing, of another type, or empty against the rule."""
    if name not in row:
        raise wrong(path, number, f"缺少 {name}")
    value = row[name]
    if not isinstance(value, str):
        raise wrong(path, number, f"{name} 应是文字")
    if not value.strip() and not may_be_empty:
        raise wrong(path, number, f"{name} 是空的")
    return value


def wrong(path: Path, number: int, what: str) -> UnusableInput:
    """The error that names a line of a file.

    >>> str(wrong(Path("corpus.jsonl"), 3, "缺少 _id"))
    '「corpus.jsonl」第 3 行：缺少 _id。请改正后再运行。'
    """
    return UnusableInput(f"「{path}」第 {number} 行：{what}。请改正后再运行。")


def digest(path: Path) -> str:
    """The SHA-256 of a file as it lies on disk, in hexadecimal."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
