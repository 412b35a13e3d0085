"""The answers of a batch as a workbook: one row a question, and a sheet that sums them up."""

import io
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

from interfaces.batch_input import BadLine, Cell, Questions, Task
from interfaces.wording import ZH
from rag import Answer, AnswerKind, Verdict

# The columns after those of the input, each with its width in characters.
_OUTCOME = {
    "答案": 72,
    "类型": 12,
    "是否拒答": 10,
    "引用": 44,
    "引用键": 30,
    "抗辩": 26,
    "提示": 36,
    "错误": 30,
}
_WIDEST, _NARROWEST = 50, 8  # characters, of the columns of the input
_MOST_ROWS = 1_048_576  # Excel, specifications and limits
_MOST_CHARACTERS = 32_767  # the same; Excel counts UTF-16 units
_CUT = "……（超出 Excel 单元格 32,767 字的上限，后文从略；全文请输出为 .jsonl）"
# XML 1.0, 2.2: what is no character of a document.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet takes for a formula when the cell is typed again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")
_EXACT_DIGITS = 10**15  # Excel keeps fifteen digits of a number
_MAKER = "Kangbian"
_HEAD_SHADE = "D9E2F3"


def to_workbook(questions: Questions, outcome: Callable[[Task | BadLine], Answer | BadLine], seconds: float) -> bytes:
    """The bytes of an .xlsx file: the sheet 答案 with a row for each of `questions`, and the sheet 汇总.

    `outcome` gives the answer to a question or what prevented it; `seconds` is how long the batch ran. No text becomes a
    formula, and what Excel cannot hold in a cell is cut with a note.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = _MAKER
    tally = _Tally()
    sheet = book.create_sheet("答案")
    # A table that was itself written by a batch has these columns already.
    names = [f"{name}（原表）" if name in _OUTCOME else name for name in questions.columns]
    widths = [*_input_widths(questions), *_OUTCOME.values()]
    _lay_out(sheet, [*names, *_OUTCOME], widths, rows=len(questions.tasks) + 1)
    for task in questions.tasks:
        result = outcome(task)
        tally.add(result)
        fields = task.fields or {}
        _append(sheet, [*(fields.get(column) for column in questions.columns), *_outcome_cells(result)])
    sums = list(tally.lines(seconds))
    sheet = book.create_sheet("汇总")
    _lay_out(sheet, ["项目", "结果"], [28, 60], rows=len(sums) + 1)
    for line in sums:
        _append(sheet, list(line))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def fits(questions: Questions) -> bool:
    """Whether a sheet has rows enough for these questions and the header."""
    return len(questions.tasks) < _MOST_ROWS


def is_untouched(path: Path) -> bool:
    """Whether a file is a workbook of `to_workbook` that no other program has saved since."""
    from openpyxl import load_workbook

    try:
        with path.open("rb") as file:
            made = load_workbook(file, read_only=True).properties
    # Whatever keeps openpyxl from reading it, it is not a workbook of ours.
    except Exception:
        return False
    return bool(made.creator == made.lastModifiedBy == _MAKER)


def _outcome_cells(result: Answer | BadLine) -> list[Cell]:
    if isinstance(result, BadLine):
        return [*[None] * (len(_OUTCOME) - 1), f"{result.place}：{result.message}"]
    return [
        result.text,
        ZH.kinds[result.kind],
        "是" if result.abstained else "否",
        "\n".join(source.title for source in result.citations),
        "\n".join(source.key for source in result.citations),
        "\n".join(f"{defense.name}：{ZH.strengths[defense.strength]}" for defense in result.defenses),
        "\n".join(result.warnings),
        None,
    ]


@dataclass(slots=True)
class _Tally:
    """What the sheet 汇总 says, counted row by row."""

    failed: int = 0
    abstained: int = 0
    kinds: Counter[AnswerKind] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    # The things that should be the same in all answers, each with every value that it had.
    made: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, result: Answer | BadLine) -> None:
        if isinstance(result, BadLine):
            self.failed += 1
            return
        self.abstained += result.abstained
        self.kinds[result.kind] += 1
        self.verdicts.update(source.verdict for source in result.citations)
        by = result.provenance
        made = {"法律时点": str(result.as_of), "语料": by.corpus, "嵌入模型": by.embedder}
        made |= {"生成": by.generator, "版本": by.version}
        for name, value in made.items():
            self.made.setdefault(name, Counter())[value] += 1

    def lines(self, seconds: float) -> Iterator[tuple[str, Cell]]:
        answered = self.kinds.total()
        yield "行数", answered + self.failed
        yield "已回答", answered
        yield "其中拒答", self.abstained
        yield "未能回答", self.failed
        for kind in AnswerKind:
            yield f"类型：{ZH.kinds[kind]}", self.kinds[kind]
        for verdict in Verdict:
            yield f"引用：{verdict.label}", self.verdicts[verdict]
        yield "本次用时（秒）", round(seconds, 1)
        for name, values in self.made.items():
            several = len(values) > 1
            yield (
                name,
                "\n".join(f"{value}（{count} 题）" if several else value for value, count in sorted(values.items())),
            )


# --- cells -------------------------------------------------------------------------------------------------------------


def _lay_out(sheet: Any, names: list[str], widths: list[int], rows: int) -> None:
    """The header of a sheet, frozen, with a filter; a streamed sheet wants its widths before its rows."""
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{rows}"
    heads = [_cell(sheet, name) for name in names]
    for head in heads:
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor=_HEAD_SHADE)
    sheet.append(heads)


def _append(sheet: Any, values: list[Cell]) -> None:
    sheet.append([None if value is None else _cell(sheet, value) for value in values])


def _cell(sheet: Any, value: Cell) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    value = _writable(value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # openpyxl takes a leading = for a formula, and #N/A for an error.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA_STARTS)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _writable(value: Cell) -> Cell:
    if isinstance(value, str):
        return _fitted(_FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, int | float) and (abs(value) >= _EXACT_DIGITS or not math.isfinite(value)):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.replace(tzinfo=None)
    return value


def _fitted(text: str) -> str:
    """Text that fits into a cell; the end of a longer one is replaced by a note.

    >>> len(_fitted("长" * 40_000)), _fitted("短")
    (32767, '短')
    """
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _MOST_CHARACTERS:
        return text
    # A character of two units is not cut in half.
    return units[: 2 * (_MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _input_widths(questions: Questions) -> Iterator[int]:
    for column in questions.columns:
        values = (str(value) for task in questions.tasks if (value := (task.fields or {}).get(column)) is not None)
        longest = max((_width(line) for value in (column, *values) for line in value[:400].split("\n")), default=0)
        yield min(max(longest + 3, _NARROWEST), _WIDEST)


def _width(text: str) -> int:
    """Columns that a line takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
