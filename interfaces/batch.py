"""Many questions from a file, their answers into another: start, stop and go on without asking anything twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Protocol

from interfaces.batch_input import BadLine, Questions, Task, open_file, read_questions
from interfaces.files import write_whole
from rag import Answer, NotFound, Turn, UnusableInput

# Tables that a batch does not write; a file of any other name is JSONL.
_NOT_WRITTEN = frozenset((".csv", ".tsv", ".xls", ".xlsm", ".xlsb", ".ods"))

# Told the lines done, the lines in all and the id of the question in hand.
Progress = Callable[[int, int, str], None]


class Ask(Protocol):
    """The one method of an Assistant that a batch needs."""

    def __call__(self, question: str, history: list[Turn], as_of: date | None, id: str) -> Answer: ...


@dataclass(slots=True)
class Tally:
    """How a batch went: `answered` now, `skipped` because OUT held them already, and the lines that failed."""

    answered: int = 0
    skipped: int = 0
    bad: list[BadLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Held:
    """An answer given before: to which question, as of which day, and where in the file it begins (bytes)."""

    question: str
    as_of: str
    offset: int

    def answers(self, question: str, day: date | None) -> bool:
        """Whether it is the answer to this question; without a day, as of whatever day it was given."""
        return self.question == question and (day is None or str(day) == self.as_of)


def run_batch(
    source: Path, target: Path, ask: Ask, as_of: date | None = None, progress: Progress | None = None
) -> Tally:
    """Answer every question of `source` into `target`, in order; what was answered before is not asked again.

    `source` is JSONL or a table (`read_questions`). `target` is JSONL, one answer a line, or with the suffix `.xlsx` a
    workbook. The answers to a workbook are kept beside it in `TARGET.journal.jsonl` until all are there: then it is written
    whole, and the journal removed. `as_of` is the date of the questions that name none. A line or row that is broken is
    counted and named in the Tally, and the rest goes on. Raises UnusableInput when a file as a whole cannot be used; other
    failures (a full disk) stop the run, and what was written before stays.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise UnusableInput("输出文件与输入文件是同一个。请换一个输出文件。")
    suffix = target.suffix.lower()
    if suffix in _NOT_WRITTEN:
        raise UnusableInput(f"不能写出 {suffix} 文件「{target.name}」。请把输出文件命名为 .xlsx 或 .jsonl。")
    if suffix == ".xlsx":
        return _fill_workbook(source, target, ask, as_of, progress)
    return _answer_all(read_questions(source), target, _held_answers(target), ask, as_of, progress)


def _fill_workbook(source: Path, target: Path, ask: Ask, as_of: date | None, progress: Progress | None) -> Tally:
    from interfaces.batch_workbook import fits, is_untouched, to_workbook

    if target.exists() and not is_untouched(target):
        raise UnusableInput(f"「{target}」已经存在，而且不是成批提问写出的，或者后来有人改过。请换一个输出文件。")
    began = perf_counter()
    questions = read_questions(source)
    if not fits(questions):
        raise UnusableInput(f"「{source.name}」的行数超过一张 Excel 工作表的上限。请拆分，或输出为 .jsonl。")
    journal = target.with_name(f"{target.name}.journal.jsonl")
    if journal.exists() and source.exists() and journal.samefile(source):
        raise UnusableInput(f"「{source}」是写出「{target.name}」时的记录。请换一个输出文件。")
    held = _held_answers(journal, is_journal=True)
    tally = _answer_all(questions, journal, held, ask, as_of, progress, is_journal=True)
    bad = {line.line: line for line in tally.bad}
    held = _held_answers(journal, is_journal=True)
    with open_file(journal, "rb") as answers:

        def outcome(task: Task | BadLine) -> Answer | BadLine:
            if isinstance(task, BadLine) or task.line in bad:
                return bad[task.line]
            answers.seek(held[task.id].offset)
            return Answer.model_validate_json(answers.readline())

        write_whole(target, to_workbook(questions, outcome, perf_counter() - began))
    journal.unlink()
    return tally


def _answer_all(
    questions: Questions,
    target: Path,
    held: dict[str, _Held],
    ask: Ask,
    as_of: date | None,
    progress: Progress | None,
    is_journal: bool = False,
) -> Tally:
    """Append the answers that `held` lacks; a journal also takes another answer to an id, and its last one counts."""
    tasks = questions.tasks
    tally = Tally()
    seen: set[str] = set()
    with open_file(target, "ab") as out:
        for done, task in enumerate(tasks):
            if progress:
                progress(done, len(tasks), task.id if isinstance(task, Task) else "")
            if isinstance(task, BadLine):
                tally.bad.append(task)
                continue
            day = task.as_of or as_of
            before = held.get(task.id)
            if is_journal and before and not before.answers(task.question, day):
                before = None
            if problem := _conflict(task, seen, before):
                tally.bad.append(BadLine(task.line, problem, questions.sheet))
                continue
            seen.add(task.id)
            if before:
                tally.skipped += 1
                continue
            try:
                answer = ask(task.question, history=task.history, as_of=day, id=task.id)
            except (UnusableInput, NotFound) as error:
                tally.bad.append(BadLine(task.line, str(error), questions.sheet))
                continue
            out.write((json.dumps(answer.model_dump(mode="json"), ensure_ascii=False) + "\n").encode())
            # A batch that is killed loses the answer in hand and no other.
            out.flush()
            tally.answered += 1
    if progress:
        progress(len(tasks), len(tasks), "")
    return tally


def _conflict(task: Task, seen: set[str], before: _Held | None) -> str | None:
    if task.id in seen:
        return f"id「{task.id}」与前面某一行重复。"
    if before and before.question != task.question:
        return f"输出文件中 id「{task.id}」已是另一个问题的答案。请换一个 id 或输出文件。"
    return None


def _held_answers(target: Path, is_journal: bool = False) -> dict[str, _Held]:
    """The answers that `target` holds, by id; a last line that was cut off is taken away.

    Raises UnusableInput when `target` holds anything but answers, so that nobody's file is written into by mistake. A journal
    is known by its name, and may hold nothing but the beginning of an answer.
    """
    if not target.exists():
        return {}
    held: dict[str, _Held] = {}
    offset = 0
    with open_file(target, "rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.endswith(b"\n"):
                break
            try:
                held.update(_held_answer(raw, offset))
            except (ValueError, KeyError, TypeError):
                raise UnusableInput(f"「{target}」第 {number} 行不是答案，不在其后续写。请换一个输出文件。") from None
            offset += len(raw)
    if target.stat().st_size > offset:
        if not held and not is_journal:
            raise UnusableInput(f"「{target}」的内容不是答案，不在其后续写。请换一个输出文件。")
        with open_file(target, "r+b") as out:
            out.truncate(offset)
    return held


def _held_answer(raw: bytes, offset: int) -> dict[str, _Held]:
    item = json.loads(raw)
    # A line of questions has an id and a question too; only an answer tells where it came from.
    item["provenance"], item["statements"]
    return {item["id"]: _Held(item["question"], item["as_of"], offset)}
