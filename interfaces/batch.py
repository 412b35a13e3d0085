"""Many questions, one Answer a line: start, stop and go on without asking anything twice."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from interfaces.dates import read_date
from rag import Answer, NotFound, Turn, UnusableInput

# Told the lines done, the lines in all and the id of the question in hand.
Progress = Callable[[int, int, str], None]


class Ask(Protocol):
    """The one method of an Assistant that a batch needs."""

    def __call__(self, question: str, history: list[Turn], as_of: date | None, id: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Task:
    """One question of a batch, with the number of its line (from 1)."""

    line: int
    id: str
    question: str
    history: list[Turn]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be answered, and the sentence that says why."""

    line: int
    message: str


@dataclass(slots=True)
class Tally:
    """How a batch went: `answered` now, `skipped` because OUT held them already, and the lines that failed."""

    answered: int = 0
    skipped: int = 0
    bad: list[BadLine] = field(default_factory=list)


def run_batch(
    source: Path, target: Path, ask: Ask, as_of: date | None = None, progress: Progress | None = None
) -> Tally:
    """Answer every line of `source` (JSONL) into `target`, in order; what `target` holds already is not asked again.

    `as_of` is the date of the lines that name none. A line
    that is broken is counted and named in the Tally, and the rest goes on. Raises UnusableInput when a file as a whole
    cannot be used; other failures (a full disk) stop the run, and what was written before stays.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise UnusableInput("输出文件与输入文件是同一个。请换一个输出文件。")
    tasks = list(read_tasks(source))
    held = _held_answers(target)
    tally = Tally()
    seen: set[str] = set()
    with _open(target, "ab") as out:
        for done, task in enumerate(tasks):
            if progress:
                progress(done, len(tasks), task.id if isinstance(task, Task) else "")
            if isinstance(task, BadLine):
                tally.bad.append(task)
                continue
            if problem := _conflict(task, seen, held):
                tally.bad.append(BadLine(task.line, problem))
                continue
            seen.add(task.id)
            if task.id in held:
                tally.skipped += 1
                continue
            try:
                answer = ask(task.question, history=task.history, as_of=task.as_of or as_of, id=task.id)
            except (UnusableInput, NotFound) as error:
                tally.bad.append(BadLine(task.line, str(error)))
                continue
            out.write((json.dumps(answer.model_dump(mode="json"), ensure_ascii=False) + "\n").encode())
            # A batch that is killed loses the answer in hand and no other.
            out.flush()
            tally.answered += 1
    if progress:
        progress(len(tasks), len(tasks), "")
    return tally


def read_tasks(source: Path) -> Iterator[Task | BadLine]:
    """The questions of a JSONL file, broken lines in their places; blank lines do not count as questions.

    Raises UnusableInput when the file cannot be read or is a table.
    """
    if source.suffix.lower() in {".csv", ".xlsx", ".xls"}:
        raise UnusableInput(f"「{source.name}」不是 JSONL。请另存为每行一个 JSON 对象的 .jsonl 文件。")
    with _open(source, "rb") as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip(b"\xef\xbb\xbf \t\r\n"):
                yield _read_task(number, raw)


def _read_task(number: int, raw: bytes) -> Task | BadLine:
    try:
        item = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(number, "不是 UTF-8 文本。")
    except (json.JSONDecodeError, RecursionError):
        return BadLine(number, "不是合法的 JSON。")
    if not isinstance(item, dict):
        return BadLine(number, '应是一个 JSON 对象，形如 {"id": "1", "question": "…"}。')
    question = item.get("question")
    if not isinstance(question, str) or not question.strip():
        return BadLine(number, "缺少 question，或者它不是文字。")
    identity = item.get("id", f"line-{number}")
    if not isinstance(identity, str | int) or isinstance(identity, bool) or identity == "":
        return BadLine(number, "id 应是文字或整数。")
    try:
        return Task(number, str(identity), question, _history(item.get("history")), _as_of(item.get("as_of")))
    except ValueError as error:
        return BadLine(number, str(error))


def _history(value: Any) -> list[Turn]:
    turns = [] if value is None else value
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise ValueError('history 应是列表，每项形如 {"role": "user", "content": "…"}。')
    return [Turn(role=turn["role"], content=turn["content"]) for turn in turns]


def _as_of(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError('as_of 应是文字，例如 "2021-06-01"。')
    return read_date(value)


def _conflict(task: Task, seen: set[str], held: dict[str, str]) -> str | None:
    if task.id in seen:
        return f"id「{task.id}」与前面某一行重复。"
    if task.id in held and held[task.id] != task.question:
        return f"输出文件中 id「{task.id}」已是另一个问题的答案。请换一个 id 或输出文件。"
    return None


def _held_answers(target: Path) -> dict[str, str]:
    """Question by id of the answers that `target` holds; a last line that was cut off is taken away.

    Raises UnusableInput when `target` holds anything but answers, so that nobody's file is written into by mistake.
    """
    if not target.exists():
        return {}
    with _open(target, "rb") as lines:
        content: bytes = lines.read()
    *whole, last = content.split(b"\n")
    held: dict[str, str] = {}
    for number, raw in enumerate(whole, 1):
        try:
            held.update(_held_answer(raw))
        except (ValueError, KeyError, TypeError):
            raise UnusableInput(f"「{target}」第 {number} 行不是答案，不在其后续写。请换一个输出文件。") from None
    if last:
        if not held:
            raise UnusableInput(f"「{target}」的内容不是答案，不在其后续写。请换一个输出文件。")
        with _open(target, "r+b") as out:
            out.truncate(len(content) - len(last))
    return held


def _held_answer(raw: bytes) -> dict[str, str]:
    item = json.loads(raw)
    # A line of questions has an id and a question too; only an answer tells where it came from.
    item["provenance"], item["statements"]
    return {item["id"]: item["question"]}


def _open(path: Path, mode: str) -> Any:
    try:
        return path.open(mode)
    except OSError as error:
        raise UnusableInput(f"无法打开「{path}」：{error.strerror}。请核对路径和权限。") from None
