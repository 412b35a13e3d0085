"""The questions of a batch: one JSON object a line, or a table (CSV or Excel) with a column of questions."""

import codecs
import csv
import io
import json
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from interfaces.dates import read_date
from rag import Turn, UnusableInput

Cell = str | int | float | date | time | timedelta | None

# The names a column goes by, best first, as `_plain` leaves them.
_NAMES = {
    "question": (
        *("问题", "question", "questions", "提问", "咨询问题", "咨询内容", "咨询事项", "问题描述", "问题内容", "query"),
    ),
    "facts": ("案情", "案情描述", "案情简介", "案情摘要", "案件事实", "事实", "facts"),
    "id": ("id", "编号", "序号", "题号", "问题编号", "案件编号", "no", "number"),
    "as_of": ("asof", "法律时点", "时点", "适用日期", "日期", "date"),
}
_HEADER_WITHIN = 10  # rows
_NOT_READ = frozenset((".xls", ".xlsm", ".xlsb", ".ods", ".et", ".numbers"))
_DELIMITERS = ",;\t"
# Stands after the last record: an open quotation mark swallows it. No text that is read holds this character.
_END = "\0"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Excel and its exports add to a date.
_TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: old workbooks and encrypted new ones
_TOO_MANY = "所在的行比表头多出几格。文字中有分隔符的，请加上双引号，或改用 .xlsx。"
_NO_RESULT = "是没有保存结果的公式。请在 Excel 中打开并保存，再重新提问。"


@dataclass(frozen=True, slots=True)
class Task:
    """One question of a batch: the number of its line or row (from 1), and all that stood there by column."""

    line: int
    id: str
    question: str
    history: list[Turn]
    as_of: date | None
    fields: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line or row that could not be answered, and the sentence that says why; `sheet` only in a workbook.

    >>> BadLine(3, "「问题」是空的。", sheet="咨询").place
    '工作表「咨询」第 3 行'
    """

    line: int
    message: str
    sheet: str = ""
    # What stood there, by column; None where that could not be told.
    fields: dict[str, Cell] | None = None

    @property
    def place(self) -> str:
        """Where it stands, as a person looks it up."""
        return f"工作表「{self.sheet}」第 {self.line} 行" if self.sheet else f"第 {self.line} 行"


@dataclass(frozen=True, slots=True)
class Questions:
    """What a file asks: its columns in their order, the questions, and what could not be read in its place."""

    columns: list[str]
    tasks: list[Task | BadLine]
    sheet: str = ""


def read_questions(source: Path) -> Questions:
    """The questions of a file by its suffix: `.csv` and `.tsv`, `.xlsx`, and anything else as JSONL.

    In a table the columns are found by name, in any order, in one of the first ten rows:

        编号 | 案情                   | 日期       | 经办人
        1    | 用他人画作训练模型…… | 2021-06-01 | 张某

    gives one Task with id "1", the facts as question (before what stands in a column 问题, where there is one), the date, and all four cells in `fields`. A row without id is `row-N`, N being
    its row in the file; a line of JSONL without one is `line-N`. Blank rows do not count. A merged cell stands for every
    row it covers. A row that cannot be used is a BadLine in its place.

    Raises UnusableInput when the file cannot be read, has a password, has no column of questions or nothing below it.
    """
    suffix = source.suffix.lower()
    if suffix in _NOT_READ:
        raise UnusableInput(f"不能读取 {suffix} 文件「{source.name}」。请另存为 .xlsx 或 UTF-8 的 .csv。")
    if suffix == ".xlsx":
        return _read_rows(source.name, *_workbook_table(_content(source), source.name))
    if suffix in (".csv", ".tsv"):
        return _read_rows(source.name, *_csv_table(_content(source), source.name))
    return _read_lines(source)


def open_file(path: Path, mode: str) -> Any:
    """Open a file; raises UnusableInput, which names it, where that cannot be done."""
    try:
        return path.open(mode)
    except OSError as error:
        raise UnusableInput(f"无法打开「{path}」：{error.strerror}。请核对路径和权限。") from None


def _content(source: Path) -> bytes:
    with open_file(source, "rb") as file:
        content: bytes = file.read()
    if not content.strip():
        raise UnusableInput(f"「{source.name}」是空文件。请检查文件内容。")
    return content


# --- JSONL -------------------------------------------------------------------------------------------------------------


def _read_lines(source: Path) -> Questions:
    with open_file(source, "rb") as lines:
        tasks = [_read_line(number, raw) for number, raw in enumerate(lines, 1) if raw.strip(b"\xef\xbb\xbf \t\r\n")]
    return Questions(list(dict.fromkeys(column for task in tasks for column in task.fields or ())), tasks)


def _read_line(number: int, raw: bytes) -> Task | BadLine:
    try:
        item = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(number, "不是 UTF-8 文本。")
    except (ValueError, RecursionError):
        return BadLine(number, "不是合法的 JSON。")
    if not isinstance(item, dict):
        return BadLine(number, '应是一个 JSON 对象，形如 {"id": "1", "question": "…"}。')
    fields = {name: _json_cell(value) for name, value in item.items()}
    question = item.get("question")
    if not isinstance(question, str) or not question.strip():
        return BadLine(number, "缺少 question，或者它不是文字。", fields=fields)
    identity = item.get("id", f"line-{number}")
    if not isinstance(identity, str | int) or isinstance(identity, bool) or identity == "":
        return BadLine(number, "id 应是文字或整数。", fields=fields)
    try:
        history, as_of = _history(item.get("history")), _json_date(item.get("as_of"))
    except ValueError as error:
        return BadLine(number, str(error), fields=fields)
    return Task(number, str(identity), question, history, as_of, fields)


def _json_cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)


def _history(value: Any) -> list[Turn]:
    turns = [] if value is None else value
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise ValueError('history 应是列表，每项形如 {"role": "user", "content": "…"}。')
    return [Turn(role=turn["role"], content=turn["content"]) for turn in turns]


def _json_date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError('as_of 应是文字，例如 "2021-06-01"。')
    return read_date(value)


# --- tables ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table as it lies in the file. Rows and columns count from 0; `faults` says what is wrong with a cell.

    `covered` are the cells that lie under a merged cell and hold its value.
    """

    sheet: str
    rows: list[list[Cell]]
    covered: set[tuple[int, int]]
    faults: dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class _Header:
    """The row with the names of the columns, and the column of each of `_NAMES` that was found."""

    row: int
    columns: dict[str, int]

    @property
    def asked(self) -> int:
        """The column of the questions; that of the facts where there is no other."""
        return self.columns.get("question", self.columns.get("facts", -1))


def _read_rows(file: str, grid: _Grid, header: _Header) -> Questions:
    names = _column_names(grid, header)
    tasks = [
        task
        for row in range(header.row + 1, len(grid.rows))
        if (task := _read_row(grid, header, names, row)) is not None
    ]
    if not tasks:
        where = f"「{file}」的工作表「{grid.sheet}」" if grid.sheet else f"「{file}」"
        raise UnusableInput(f"{where}在第 {header.row + 1} 行表头之下没有内容。请每行填写一个问题。")
    return Questions(list(names.values()), tasks, grid.sheet)


def _read_row(grid: _Grid, header: _Header, names: dict[int, str], row: int) -> Task | BadLine | None:
    """The question of a row; None where nothing of its own stands there, and where the header is repeated."""
    cells = grid.rows[row]
    if not any(
        (_text(cell) or (row, at) in grid.faults) and (row, at) not in grid.covered for at, cell in enumerate(cells)
    ):
        return None
    fields = {name: _cell(cells, at) for at, name in names.items()}
    asked = header.asked
    if _text(_cell(cells, asked)) == _text(grid.rows[header.row][asked]):
        return None
    question = "\n".join(
        text
        for name in ("facts", "question")
        if name in header.columns and (text := _text(_cell(cells, header.columns[name])))
    )
    problem = next(
        (f"「{names[at]}」{fault}" for at in header.columns.values() if (fault := grid.faults.get((row, at)))), ""
    )
    if not problem and not question:
        problem = f"「{names[asked]}」是空的。请填写问题，或删除这一行。"
    try:
        as_of = _cell_date(_cell(cells, header.columns["as_of"])) if "as_of" in header.columns else None
    except ValueError as error:
        problem = problem or str(error)
    if problem:
        return BadLine(row + 1, problem, grid.sheet, fields)
    return Task(row + 1, _row_id(grid, header, row), question, [], as_of, fields)


def _row_id(grid: _Grid, header: _Header, row: int) -> str:
    at = header.columns.get("id")
    identity = "" if at is None else _text(_cell(grid.rows[row], at))
    if not identity:
        return f"row-{row + 1}"
    # One number written beside several questions still has to tell them apart.
    return f"{identity}-row-{row + 1}" if (row, at) in grid.covered else identity


def _column_names(grid: _Grid, header: _Header) -> dict[int, str]:
    """The name of every column that has one or holds something, each name once."""
    heads = grid.rows[header.row]
    below = grid.rows[header.row + 1 :]
    names: dict[int, str] = {}
    for at in range(max(map(len, grid.rows[header.row :]))):
        name = " ".join(_text(_cell(heads, at)).split())
        if not name and not any(_text(_cell(cells, at)) for cells in below):
            continue
        name = name or f"第 {at + 1} 列"
        while name in names.values():
            name += "（又）"
        names[at] = name
    return names


def _find_header(rows: Sequence[Sequence[Cell]]) -> _Header | None:
    """The row among the first ten that names most columns, one of questions among them."""
    headers = (_Header(at, _known_columns(cells)) for at, cells in enumerate(rows[:_HEADER_WITHIN]))
    return max(
        (header for header in headers if not header.columns.keys().isdisjoint(("question", "facts"))),
        key=lambda header: len(header.columns),
        default=None,
    )


def _known_columns(cells: Sequence[Cell]) -> dict[str, int]:
    names = [_known_name(cell) if isinstance(cell, str) else "" for cell in cells]
    return {
        field: names.index(best)
        for field, known in _NAMES.items()
        if (best := next((name for name in known if name in names), ""))
    }


def _known_name(head: str) -> str:
    """The name in `_NAMES` that a heading stands for, or an empty string.

    >>> _known_name("*问题（必填）："), _known_name("编号 / ID"), _known_name("问题类型")
    ('问题', '编号', '')
    """
    parts = [name for part in re.split(r"[/|\s]+", head) if (name := _plain(part))]
    for known in _NAMES.values():
        if (whole := _plain(head)) in known:
            return whole
    return next((parts[0] for known in _NAMES.values() if parts and set(parts) <= set(known)), "")


def _plain(head: str) -> str:
    return re.sub(r"\(.*?\)|【.*?】|[\W_]+", "", unicodedata.normalize("NFKC", head).casefold())


def _no_question_column(file: str, looked_at: dict[str, Sequence[Sequence[Cell]]]) -> UnusableInput:
    found = []
    for sheet, rows in looked_at.items():
        heads = max(
            ([text for cell in row if (text := _text(cell))] for row in rows[:_HEADER_WITHIN]), key=len, default=[]
        )
        listed = "、".join(" ".join(head.split())[:20] for head in heads[:20]) or "（空）"
        found.append(f"工作表「{sheet}」：{listed}" if sheet else listed)
    return UnusableInput(
        f"「{file}」前 {_HEADER_WITHIN} 行中没有问题列。找到的列：{'；'.join(found)}。"
        "请把问题所在的列命名为「问题」（或 question、提问、咨询内容、案情）；「编号」和「法律时点」两列可有可无。"
    )


def _cell(cells: Sequence[Cell], at: int) -> Cell:
    return cells[at] if at < len(cells) else None


def _text(cell: Cell) -> str:
    """The words of a cell, as Excel shows them at its plainest.

    >>> _text(7.0), _text(datetime(2021, 6, 1)), _text(" 甲 ")
    ('7', '2021-06-01', '甲')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return str(cell.date())
    return str(cell).strip()


def _cell_date(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    text = _TIME_OF_DAY.sub("", _text(cell))
    return read_date(text) if text else None


# --- CSV ---------------------------------------------------------------------------------------------------------------


def _csv_table(data: bytes, file: str) -> tuple[_Grid, _Header]:
    """The table under the delimiter that gives most known columns, then most columns, then fewest rows too long."""
    text = _decode(data, file)
    found: list[tuple[tuple[int, int, int], _Grid, _Header]] = []
    read: list[list[list[Cell]]] = []
    broken = False
    for delimiter in _DELIMITERS:
        try:
            rows = _records(text, delimiter)
        except csv.Error:
            broken = True
            continue
        read.append(rows)
        if header := _find_header(rows):
            width = len(rows[header.row])
            long = [at for at in range(header.row + 1, len(rows)) if any(map(_text, rows[at][width:]))]
            faults = {(at, header.asked): _TOO_MANY for at in long}
            found.append(((len(header.columns), width, -len(long)), _Grid("", rows, set(), faults), header))
    if not found and broken:
        raise UnusableInput(f"「{file}」有一格超过 {csv.field_size_limit():,} 字，或有双引号没有配对。请改正后再试。")
    if not found:
        # The end that `_records` added is no column.
        widest = max(read, key=lambda rows: max(map(len, rows[:_HEADER_WITHIN])))
        raise _no_question_column(file, {"": widest[:-1]})
    _, grid, header = max(found, key=lambda one: one[0])
    if grid.rows.pop() != [_END]:
        raise UnusableInput(f"「{file}」第 {len(grid.rows) + 1} 行有双引号没有配对，其后的行读不出来。请补上后再试。")
    return grid, header


def _records(text: str, delimiter: str) -> list[list[Cell]]:
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=delimiter)
    return [[cell.replace("\r\n", "\n") for cell in record] for record in reader]


def _decode(data: bytes, file: str) -> str:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnusableInput(f"「{file}」不是 UTF-8 或 GB18030 编码的文本。请另存为 UTF-8 的 .csv，或 .xlsx。")


# --- Excel -------------------------------------------------------------------------------------------------------------


def _workbook_table(data: bytes, file: str) -> tuple[_Grid, _Header]:
    """The first sheet with a column of questions; a hidden sheet only where no other has one."""
    if data.startswith(_COMPOUND_FILE):
        # [MS-OFFCRYPTO] 2.3.4.4: an encrypted workbook is a stream of this name.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnusableInput(f"「{file}」设有打开密码。请在 Excel 中去除密码，另存后再试。")
        raise UnusableInput(f"「{file}」是旧版 .xls 工作簿。请另存为 .xlsx 后再试。")
    looked_at: dict[str, Sequence[Sequence[Cell]]] = {}
    try:
        from openpyxl import load_workbook

        with warnings.catch_warnings():
            # Of what a workbook holds beside its cells, openpyxl warns.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            for sheet in sorted(book.worksheets, key=lambda sheet: bool(sheet.sheet_state != "visible")):
                grid = _read_sheet(sheet)
                if header := _find_header(grid.rows):
                    return grid, header
                looked_at[grid.sheet] = grid.rows
    # A broken workbook fails in whichever part of the reader meets the damage: zip, XML, or a value of the wrong type.
    except Exception as error:
        raise UnusableInput(
            f"「{file}」不是完好的 .xlsx 工作簿（{type(error).__name__}）。请用 Excel 或 WPS 重新保存后再试。"
        ) from None
    raise _no_question_column(file, looked_at)


def _read_sheet(sheet: Any) -> _Grid:
    """The values of a sheet, merged cells filled downwards.

    Only downwards: a title across the table is not the question of its row.
    """
    # Some programs write a size that is too small; the rows tell it themselves.
    sheet.reset_dimensions()
    rows: list[list[Cell]] = []
    faults: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(sheet.iter_rows()):
        values = [_sheet_value(cell.value) for cell in cells]
        # Cells that have only a format may go on to the edge of the sheet.
        while values and values[-1] is None:
            values.pop()
        rows.append(values)
        faults |= {
            (row, at): f"是出错的公式（{cell.value}）。请改正。"
            for at, cell in enumerate(cells)
            if cell.data_type == "e"
        }
    while rows and not rows[-1]:
        rows.pop()
    covered: set[tuple[int, int]] = set()
    merged, unsaved = _merges_and_unsaved(sheet)
    faults |= dict.fromkeys(unsaved, _NO_RESULT)
    for row, column in unsaved:
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [None] * (column + 1 - len(rows[row]))
    for first, last, column in merged:
        for row in range(first + 1, min(last + 1, len(rows))):
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = _cell(rows[first], column)
            covered.add((row, column))
            if fault := faults.get((first, column)):
                faults[row, column] = fault
    return _Grid(str(sheet.title), rows, covered, faults)


def _sheet_value(value: Any) -> Cell:
    if isinstance(value, str):
        # Excel writes a carriage return so (ECMA-376 part 1, 22.4.2.4), and openpyxl leaves it.
        return value.replace("_x000D_", "").replace("\r\n", "\n")
    cell: Cell = value
    return cell


def _merges_and_unsaved(sheet: Any) -> tuple[list[tuple[int, int, int]], set[tuple[int, int]]]:
    """What openpyxl does not tell of a sheet that it streams.

    Merged cells as (first row, last row, first column), and the (row, column) of formulas whose result was not saved.
    """
    from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    merged: list[tuple[int, int, int]] = []
    unsaved: set[tuple[int, int]] = set()
    space = f"{{{SHEET_MAIN_NS}}}"
    with sheet._get_source() as source:
        for _, element in iterparse(source):
            if element.tag == f"{space}mergeCell":
                left, top, _, bottom = range_boundaries(element.get("ref"))
                merged.append((top - 1, bottom - 1, left - 1))
            # A result that is text may be empty (t="str"); any other that is empty was never worked out.
            elif element.tag == f"{space}c" and element.get("r") and element.get("t") != "str":
                if element.find(f"{space}f") is not None and not element.findtext(f"{space}v"):
                    row, column = coordinate_to_tuple(element.get("r"))
                    unsaved.add((row - 1, column - 1))
            elif element.tag == f"{space}row":
                element.clear()
    return merged, unsaved
