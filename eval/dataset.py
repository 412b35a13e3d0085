"""Reading a dataset: one question a line, with what a right answer must and must not hold.

    {"id", "kind", "question", "history"?, "as_of"?, "held_out"?, "gold": {"citations"?, "defenses"?, "contains"?,
     "contains_any"?, "absent"?, "abstain"?}}

Only id, kind, question and gold are required. Unknown fields are ignored, an absent gold field checks nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag import Strength, Turn, UnusableInput

_SHOWN = 20


class ItemKind(StrEnum):
    """What an item is there to try."""

    DEFENSE = "defense"
    STATUTE = "statute"
    CASE = "case"
    CONCEPT = "concept"
    FALSE_PREMISE = "false_premise"
    UNANSWERABLE = "unanswerable"
    INJECTION = "injection"
    MULTI_TURN = "multi_turn"


@dataclass(frozen=True, slots=True)
class GoldDefenses:
    """What must come of the defences.

    Each of `expected` is at least medium, and one of them, or of `first`, ranks first. Each of `excluded` is weak or
    unavailable where it appears at all; each of `at_most` is no stronger than said where it appears.
    """

    expected: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    at_most: Mapping[str, Strength] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gold:
    """What a right answer holds; None and empty fields check nothing.

    `citations` are groups of keys: a group is met by any one of its keys. Of each list in `contains_any` one string
    must stand in the answer; of `contains` every one, of `absent` none.
    """

    citations: tuple[tuple[str, ...], ...] = ()
    defenses: GoldDefenses | None = None
    contains: tuple[str, ...] = ()
    contains_any: tuple[tuple[str, ...], ...] = ()
    absent: tuple[str, ...] = ()
    abstain: bool | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question and its gold; `line` counts from 1, `raw_gold` is the gold as written.

    `held_out` says that nobody looked at the item while the program was being improved.
    """

    line: int
    id: str
    kind: ItemKind
    question: str
    history: tuple[Turn, ...]
    as_of: date | None
    gold: Gold
    raw_gold: Mapping[str, Any] = field(default_factory=dict, compare=False)
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a line, in a sentence that names the field."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset, read: the items of its sound lines, the problems of the others, the SHA-256 of the file."""

    name: str
    digest: str
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Which items of a dataset are run: all kinds where `kinds` is empty; `as_of` is the day of items that name none.

    >>> Part(kinds=(ItemKind.STATUTE, ItemKind.CASE), as_of=date(2020, 10, 1)).as_json()
    {'kinds': 'case,statute', 'as_of': '2020-10-01'}
    """

    kinds: tuple[ItemKind, ...] = ()
    only_held_out: bool = False
    as_of: date | None = None

    def of(self, dataset: Dataset) -> Dataset:
        """The dataset with the items of this part alone. Raises UnusableInput where there is none."""
        items = tuple(
            replace(item, as_of=item.as_of or self.as_of)
            for item in dataset.items
            if (not self.kinds or item.kind in self.kinds) and (item.held_out or not self.only_held_out)
        )
        if not items:
            asked = [f"kind 为 {'、'.join(sorted(self.kinds))}"] if self.kinds else []
            asked += ["held_out 为 true"] if self.only_held_out else []
            raise UnusableInput(f"数据集「{dataset.name}」中没有{'且'.join(asked)}的题目。请放宽条件，或在题目中标明。")
        return replace(dataset, items=items)

    def as_json(self) -> dict[str, str]:
        """What was chosen, and nothing of what was left as it is: empty for a whole dataset."""
        chosen = {
            "kinds": ",".join(sorted(set(self.kinds))),
            "held_out": "only" if self.only_held_out else "",
            "as_of": self.as_of.isoformat() if self.as_of else "",
        }
        return {name: value for name, value in chosen.items() if value}


WHOLE = Part()


def read_dataset(path: Path) -> Dataset:
    """Read a dataset in which nothing is wrong.

    Raises UnusableInput naming every broken line (the first twenty of them), or a file that cannot be read or is empty.
    """
    dataset = lint_dataset(path)
    if dataset.problems:
        shown = "\n".join(f"  {problem}" for problem in dataset.problems[:_SHOWN])
        more = len(dataset.problems) - _SHOWN
        rest = f"\n  另有 {more} 处。" if more > 0 else ""
        raise UnusableInput(f"数据集「{path}」有 {len(dataset.problems)} 处问题，请改正后再运行：\n{shown}{rest}")
    if not dataset.items:
        raise UnusableInput(f"数据集「{path}」中没有题目。请每行写一个 JSON 对象。")
    return dataset


def lint_dataset(path: Path) -> Dataset:
    """Read a dataset and find everything that is wrong with it; raises UnusableInput only for a file as a whole."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableInput(f"无法打开数据集「{path}」：{error.strerror}。请核对路径和权限。") from None
    items: list[Item] = []
    problems: list[Problem] = []
    first_line: dict[str, int] = {}
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not raw.strip():
            continue
        reader = _LineReader(number)
        item = reader.read(raw)
        problems += reader.problems
        if item is None:
            continue
        if item.id in first_line:
            problems.append(Problem(number, f"id「{item.id}」与第 {first_line[item.id]} 行重复。"))
            continue
        first_line[item.id] = number
        items.append(item)
    return Dataset(path.name, sha256(content).hexdigest(), tuple(items), tuple(problems))


class _LineReader:
    """Reads one line and remembers everything that is wrong with it."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.problems: list[Problem] = []

    def read(self, raw: bytes) -> Item | None:
        try:
            row = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError:
            self._wrong("不是 UTF-8 文本。")
            return None
        except (json.JSONDecodeError, RecursionError) as error:
            self._wrong(f"不是合法的 JSON（{getattr(error, 'msg', '嵌套过深')}）。")
            return None
        if not isinstance(row, dict):
            self._wrong("应是一个 JSON 对象。")
            return None
        missing = [name for name in ("id", "kind", "question", "gold") if name not in row]
        for name in missing:
            self._wrong(f"缺少 {name}。")
        item = Item(
            line=self.line,
            id=self._id(row.get("id", "")) if "id" in row else "",
            kind=self._kind(row["kind"]) if "kind" in row else ItemKind.CONCEPT,
            question=self._question(row["question"]) if "question" in row else "",
            history=self._history(row.get("history")),
            as_of=self._day(row.get("as_of")),
            gold=self._gold(row["gold"]) if "gold" in row else Gold(),
            raw_gold=row["gold"] if isinstance(row.get("gold"), dict) else {},
            held_out=self._held_out(row.get("held_out")),
        )
        return None if self.problems else item

    def _wrong(self, message: str) -> None:
        self.problems.append(Problem(self.line, message))

    def _id(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            self._wrong("id 应是文字或整数，且不为空。")
        return str(value)

    def _kind(self, value: Any) -> ItemKind:
        if value not in list(ItemKind):
            self._wrong(f"kind「{value}」不认识。可用：{'、'.join(ItemKind)}。")
            return ItemKind.CONCEPT
        return ItemKind(value)

    def _question(self, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            self._wrong("question 应是文字，且不为空。")
            return ""
        return value

    def _day(self, value: Any) -> date | None:
        if value is None:
            return None
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except (TypeError, ValueError):
            self._wrong(f"as_of「{value}」不是 YYYY-MM-DD 形式的日期。")
            return None

    def _held_out(self, value: Any) -> bool:
        if not isinstance(value, bool | None):
            self._wrong("held_out 应是 true 或 false。")
            return False
        return bool(value)

    def _history(self, value: Any) -> tuple[Turn, ...]:
        if value is None:
            return ()
        turns = value if isinstance(value, list) else [value]
        sound = all(
            isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)
            for turn in turns
        )
        if not isinstance(value, list) or not sound:
            self._wrong('history 应是列表，每项形如 {"role": "user", "content": "…"}。')
            return ()
        return tuple(Turn(role=turn["role"], content=turn["content"]) for turn in turns)

    # --- gold ---------------------------------------------------------------------------------------------------------

    def _gold(self, value: Any) -> Gold:
        if not isinstance(value, dict):
            self._wrong("gold 应是一个 JSON 对象；没有可检查的内容时写 {}。")
            return Gold()
        abstain = value.get("abstain")
        if not isinstance(abstain, bool | None):
            self._wrong("gold.abstain 应是 true 或 false。")
            abstain = None
        return Gold(
            citations=self._groups("gold.citations", value.get("citations")),
            defenses=self._defenses(value.get("defenses")),
            contains=self._strings("gold.contains", value.get("contains")),
            contains_any=self._groups("gold.contains_any", value.get("contains_any")),
            absent=self._strings("gold.absent", value.get("absent")),
            abstain=abstain,
        )

    def _strings(self, name: str, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
            self._wrong(f"{name} 应是文字的列表，各项不为空。")
            return ()
        return tuple(value)

    def _groups(self, name: str, value: Any) -> tuple[tuple[str, ...], ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(group, list) and group for group in value):
            self._wrong(f"{name} 应是列表的列表，每个内层列表至少一项。")
            return ()
        return tuple(self._strings(name, group) for group in value)

    def _defenses(self, value: Any) -> GoldDefenses | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong("gold.defenses 应是一个 JSON 对象。")
            return None
        name = "gold.defenses"
        return GoldDefenses(
            expected=self._strings(f"{name}.expected", value.get("expected")),
            first=self._strings(f"{name}.first", value.get("first")),
            excluded=self._strings(f"{name}.excluded", value.get("excluded")),
            at_most=dict(self._limits(value.get("at_most"))),
        )

    def _limits(self, value: Any) -> Iterator[tuple[str, Strength]]:
        if value is None:
            return
        if not isinstance(value, dict):
            self._wrong("gold.defenses.at_most 应是一个 JSON 对象。")
            return
        for name, strength in value.items():
            if strength in list(Strength):
                yield name, Strength(strength)
            else:
                self._wrong(f"gold.defenses.at_most 中 {name} 的「{strength}」不认识。可用：{'、'.join(Strength)}。")
