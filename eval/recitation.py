"""Questions for the words of an article: does a lookup give them, word for word?

    [{"instruction", "question": "民法商法著作权法第二十七条的内容是什么？", "answer": "答案:…"}, …]

This is task 1-1 of LawBench (Fei et al. 2023, arXiv 2309.16289), whose score is the mean of ROUGE-L over words of jieba; whose
paragraphs are joined by commas, which is how ours are given too. The file is the user's, and so is the law: what is not held
scores 0 and is counted.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import jieba
from rapidfuzz.distance import LCSseq

from eval.child import Progress
from eval.intervals import estimate
from eval.jsonl import digest
from eval.measure import Tally
from eval.output import Figures, prepare_output, provenance, write_json, write_text
from rag import LookupResult, NotFound, UnusableInput

_ASKED = re.compile(r"^(?P<place>.+?第[^条]{1,12}条(?:之[一二三四五六七八九十]+)?).{0,3}内容是什么？?$")
_MARK = re.compile(r"^答案[:：]")
_SPACE = re.compile(r"\s+")


class Reciter(Protocol):
    """The one method of an Assistant that is needed."""

    def lookup(self, citation: str, as_of: date | None = None) -> LookupResult:
        """The words at a place; raises NotFound where there is none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One article asked for: the place as it is written in the question, and its words."""

    place: str
    words: str


def read_recitation(path: Path) -> tuple[Asked, ...]:
    """Read the questions. Raises UnusableInput naming the file, and the item that is wrong, counted from 1."""
    try:
        rows = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnusableInput(f"无法打开「{path}」：{error.strerror or error}。请核对路径和权限。") from None
    except (ValueError, RecursionError):
        raise UnusableInput(f"「{path}」不是 UTF-8 的 JSON 文件。请取得 LawBench 的 1-1.json。") from None
    if not isinstance(rows, list) or not rows:
        raise UnusableInput(f"「{path}」中没有题目，应是 JSON 列表。请取得 LawBench 的 1-1.json。")
    return tuple(_asked(path, number, row) for number, row in enumerate(rows, 1))


def rouge_l(given: str, wanted: str) -> float:
    """The F-measure of the longest common subsequence of words (Lin 2004), 0 to 1.

    >>> rouge_l("公司成立后，股东不得抽逃出资。", "公司成立后，股东不得抽逃出资。")
    1.0
    >>> rouge_l("", "公司成立后，股东不得抽逃出资。")
    0.0
    """
    ours, theirs = jieba.lcut(given), jieba.lcut(wanted)
    common = LCSseq.similarity(ours, theirs)
    return 2.0 * common / (len(ours) + len(theirs)) if ours or theirs else 0.0


def run_recitation(
    path: Path, target: Path, reciter: Reciter, as_of: date | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Look every article up, write `target` and a table beside it, and return what stands in `target`.

        {"items", "held", "exact", "rouge_l", "rouge_l_held", "intervals": {…}, "misses": [{"place", "rouge_l", …}], "provenance"}

    `exact` counts the articles given word for word, blanks aside. Raises UnusableInput for questions in which something is
    wrong and for an output that cannot be written.
    """
    prepare_output(target)
    asked = read_recitation(path)
    started = datetime.now(UTC)
    rows = []
    for number, one in enumerate(asked, 1):
        rows.append(_row(reciter, one, as_of))
        if progress:
            progress(number, len(asked), one.place)
    held = [row for row in rows if row["key"]]
    all_of_them, of_held = (estimate([Tally(row["rouge_l"], 1) for row in part]) for part in (rows, held))
    content = {
        "items": len(rows),
        "held": len(held),
        "exact": sum(row["exact"] for row in rows),
        "rouge_l": all_of_them.value,
        "rouge_l_held": of_held.value,
        "intervals": {
            "rouge_l": [all_of_them.low, all_of_them.high],
            "rouge_l_held": [of_held.low, of_held.high],
        },
        "misses": [row for row in rows if not row["exact"]],
        "provenance": {**provenance(started), "dataset": {"name": path.name, "sha256": digest(path)}},
    }
    write_json(target, content)
    write_text(target.with_suffix(".md"), recitation_table(content).markdown())
    return content


def recitation_table(content: Mapping[str, Any]) -> Figures:
    """The table of what `run_recitation` returned: all articles, then those whose law is held."""
    rows = []
    for label, name, n in (("all", "rouge_l", content["items"]), ("held", "rouge_l_held", content["held"])):
        value, (low, high) = content[name], content["intervals"][name]
        score = f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]" if n else "—"
        rows.append([label, str(n), score, str(content["exact"])])
    return Figures(["articles", "n", "ROUGE-L", "word for word"], rows)


def _asked(path: Path, number: int, row: Any) -> Asked:
    question, answer = (row.get(name) if isinstance(row, dict) else None for name in ("question", "answer"))
    found = _ASKED.match(question.strip()) if isinstance(question, str) else None
    if not found or not isinstance(answer, str) or not answer.strip():
        raise UnusableInput(
            f"「{path}」第 {number} 题：question 应形如“商标法第二条的内容是什么？”，answer 应是条文。请改正后再运行。"
        )
    return Asked(found["place"], _MARK.sub("", answer.strip()))


def _row(reciter: Reciter, asked: Asked, as_of: date | None) -> dict[str, Any]:
    try:
        found = reciter.lookup(asked.place, as_of)
    except NotFound as error:
        return {"place": asked.place, "key": None, "rouge_l": 0.0, "exact": False, "why": str(error)}
    given = ",".join(line.strip() for line in found.text.splitlines() if line.strip())
    exact = _SPACE.sub("", given) == _SPACE.sub("", asked.words)
    return {"place": asked.place, "key": found.key, "rouge_l": round(rouge_l(given, asked.words), 4), "exact": exact}
