"""Multiple-choice questions of the user's, read: LawBench 1-2 and JEC-QA have this shape.

    {"instruction"?, "question": "…？A:甲;B:乙", "answer": "正确答案：B。"}                    LawBench
    {"statement": "…？", "option_list": {"A": "甲", "B": "乙"}, "answer": ["A", "B"]}         JEC-QA

As a JSON list or one object a line. `options` stands for `option_list`, a list of options for an object of them;
answers may also be written "AC", "A、C" or "[正确答案]A<eoa>".
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import UnusableInput

LETTERS = "ABCDEFGH"
_IN_TEXT = re.compile(rf"(?<![A-Za-z])([{LETTERS}])\s*[:：.．、]")
_WRAPPED = re.compile(r"^(?:\[?正确答案\]?)?\s*[:：]?\s*(?P<letters>.*?)\s*(?:<eoa>)?[。.]?$")
_PARTED = re.compile(r"[\s,，、;；和]+")
_MOST_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One question, counted from 1: its text with the options, the letters there are, and the letters that are right."""

    number: int
    text: str
    letters: frozenset[str]
    right: frozenset[str]


def read_choices(path: Path) -> tuple[Choice, ...]:
    """Read the questions. Raises UnusableInput naming the file, and the items that are wrong, counted from 1."""
    rows = _rows(path)
    if not rows:
        raise UnusableInput(f"「{path}」中没有题目。应是 JSON 列表，或每行一题的 JSONL。")
    choices: list[Choice] = []
    faults: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            choices.append(_choice(number, row))
        except ValueError as error:
            faults.append(f"第 {number} 题：{error}")
    if faults:
        more = f"；另有 {len(faults) - _MOST_FAULTS} 题" if len(faults) > _MOST_FAULTS else ""
        raise UnusableInput(f"「{path}」{'；'.join(faults[:_MOST_FAULTS])}{more}。请改正后再运行。")
    return tuple(choices)


def letters_in(text: str) -> frozenset[str] | None:
    """The letters that an answer in any of its writings gives; None where it is anything else.

    >>> sorted(letters_in("正确答案：B。") or ""), sorted(letters_in("[正确答案]A、C<eoa>") or ""), letters_in("都不对")
    (['B'], ['A', 'C'], None)
    """
    found = _WRAPPED.match(text.strip())
    letters = _PARTED.sub("", found["letters"]) if found else ""
    return frozenset(letters) if letters and set(letters) <= set(LETTERS) else None


def _rows(path: Path) -> list[Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnusableInput(f"无法打开「{path}」：{error.strerror or error}。请核对路径和权限。") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"「{path}」不是 UTF-8 文本。请另存为 UTF-8。") from None
    try:
        if text.lstrip().startswith("["):
            listed = json.loads(text)
            return listed if isinstance(listed, list) else []
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise UnusableInput(f"「{path}」不是合法的 JSON 或 JSONL。请核对文件是否完整。") from None


def _choice(number: int, row: Any) -> Choice:
    """Raises ValueError that says, in Chinese, what is wrong."""
    if not isinstance(row, dict):
        raise ValueError("应是一个 JSON 对象")
    asked = row.get("question") or row.get("statement")
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError("缺少 question 或 statement")
    options = dict(_options(row.get("options") or row.get("option_list") or {}))
    letters = frozenset(options) or frozenset(_IN_TEXT.findall(asked))
    if len(letters) < 2:
        raise ValueError("没有 options，题干中也没有“A:”“B:”这样的选项")
    answer = row.get("answer")
    given = "".join(answer) if isinstance(answer, list) and all(isinstance(one, str) for one in answer) else answer
    right = letters_in(given) if isinstance(given, str) else None
    if not right or not right <= letters:
        raise ValueError('answer 应是选项的字母，如 "AC"、["A","C"] 或 "[正确答案]A<eoa>"')
    lines = [asked.strip(), *(f"{letter}：{text}" for letter, text in sorted(options.items()))]
    return Choice(number, "\n".join(lines), letters, right)


def _options(options: Any) -> Iterator[tuple[str, str]]:
    """Letter and text of each option of an object, or of a list, which is lettered in its order."""
    if isinstance(options, list):
        options = dict(zip(LETTERS, options, strict=False))
    if not isinstance(options, dict):
        raise ValueError("options 应是字母到文字的对象，或文字的列表")
    for letter, text in options.items():
        if letter not in set(LETTERS) or not isinstance(text, str):
            raise ValueError("options 应是字母到文字的对象，字母为 A 至 H")
        yield letter, text.strip()
