"""Running a dataset: ask every item, mark the answers, measure, and write the report.

    run_dataset(dataset, folder, assistant) -> Report      folder/report.json, report.html, report.docx, items.jsonl

Where gold names defences, `defences.svg` shows which were taken for others.

`items.jsonl` is the journal: its first line says which run it belongs to, then comes one line for each answer as soon as
it is given, with a judge one for each statement judged, and a last line when the run is done. A run that was killed goes on
where it stopped; one that was finished begins anew.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.asking import Asker, SpreadAsker, ask_each
from eval.charts import charts_available, draw_confusion
from eval.confusion import confusion
from eval.dataset import WHOLE, Dataset, Item, Part, read_dataset
from eval.intervals import RESAMPLES, SEED, Estimate, estimate
from eval.journal import Journal
from eval.judge_run import judge_all
from eval.marking import Marked, Outcome, mark, unheld_gold
from eval.measures import MEASURES
from eval.output import replace_file
from eval.page import report_page
from eval.report_word import write_report_word
from eval.shelf import Shelf, open_shelf
from eval.support_judge import SupportJudge
from rag import Answer, Provenance, UnusableInput

_JOURNAL, _REPORT, _CONFUSION = "items.jsonl", "report.json", "defences.svg"
_PAGE, _WORD = "report.html", "report.docx"

# Told the items done, the items in all and the id of the item in hand.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found. `as_json` is `report.json`, in the shape of the contract ("Measures in report.json")."""

    measures: dict[str, Estimate]
    items: tuple[Marked, ...]
    provenance: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """`{"measures": {name: {"value", "low", "high", "n"}}, "items": [...], "provenance": {...}}`."""
        return {
            "measures": {
                name: {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
                for name, found in self.measures.items()
            },
            "items": [_item_json(marked) for marked in self.items],
            "provenance": self.provenance,
        }


def run_dataset(
    dataset: Path,
    folder: Path,
    assistant: Asker | SpreadAsker,
    *,
    shelf: Shelf | None = None,
    workspace: str = "default",
    part: Part = WHOLE,
    judge: SupportJudge | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    progress: Progress | None = None,
) -> Report:
    """Ask and mark every item of `dataset`, and write the report into `folder`, which is made where it is missing.

    `part` chooses items, and the day of those that name none. A run of another part in the same folder begins anew.
    `shelf` is what answers are held against: the corpus files and the documents of `workspace` unless given. Progress
    goes to stderr unless `progress` is given. A `SpreadAsker` asks on a cluster. With `judge`, a
    language model judges the statements that cite; where it failed on some, the same run again asks for those alone. A gold key that is not held is warned
    about and scored as a miss. An item on which asking fails has no answer and counts as wrong.

    Raises UnusableInput for a dataset with broken lines (each one named), for a part without items, and for a folder
    that cannot be used or holds somebody else's `items.jsonl`; ServiceFailure or IndexMismatch when the assistant
    cannot work at all: the answers given until then are kept for the next run.
    """
    read = part.of(read_dataset(dataset))
    shelf = shelf or open_shelf(workspace=workspace)
    tell = progress or _tell_stderr
    warnings = _warnings(read, shelf)
    for warning in warnings if progress is None else ():
        sys.stderr.write(f"警告：{warning}\n")
    started = datetime.now(UTC)
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        journal = Journal(folder / _JOURNAL, {"dataset": read.digest, "workspace": workspace, **part.as_json()})
        outcomes = _ask_all(read.items, assistant, journal, tell)
        judged = judge_all(read.items, outcomes, judge, shelf, journal, tell) if judge else None
        marked = tuple(
            mark(item, outcomes[item.id], shelf, judged.rulings[item.id] if judged else None) for item in read.items
        )
        report = Report(
            {
                measure.name: estimate(measure.tallies(marked), measure.summary, seed=seed, resamples=resamples)
                for measure in MEASURES
            },
            marked,
            _provenance(read, marked, warnings, workspace, seed, resamples, started)
            | {"part": part.as_json()}
            | ({"judge": judged.provenance} if judged else {}),
        )
        content = report.as_json()
        replace_file(folder / _REPORT, json.dumps(content, ensure_ascii=False, indent=1))
        found = confusion(marked)
        replace_file(folder / _PAGE, report_page(content, found))
        write_report_word(content, found, folder / _WORD)
        if charts_available() and any(item.gold.defenses for item in read.items):
            draw_confusion(found, folder / _CONFUSION)
        # With rulings that a server failed to give, the journal stays open: the next run asks for those.
        if judged is None or not judged.failures:
            journal.finish()
    return report


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask_all(
    items: Sequence[Item], assistant: Asker | SpreadAsker, journal: Journal, tell: Progress
) -> dict[str, Outcome]:
    outcomes = _held(journal, items)
    made_by = _maker(list(outcomes.values()))
    pending = [item for item in items if item.id not in outcomes]
    answered = ask_each(assistant, tuple(pending))
    done = len(outcomes)
    while pending:
        item = pending.pop(0)
        tell(done, len(items), item.id)
        outcome = next(answered)
        if made_by and outcome.answer and outcome.answer.provenance != made_by:
            # The corpus, the model or the program has changed since the run was killed: half a run of each is no run.
            journal.begin()
            pending = [other for other in items if other.id != item.id]
            answered = ask_each(assistant, tuple(pending))
            outcomes, done = {}, 0
        made_by = outcome.answer.provenance if outcome.answer else made_by
        journal.add(_row(item, outcome))
        outcomes[item.id] = outcome
        done += 1
    tell(len(items), len(items), "")
    return outcomes


def _maker(outcomes: Sequence[Outcome]) -> Provenance | None:
    return next((outcome.answer.provenance for outcome in outcomes if outcome.answer), None)


def _held(journal: Journal, items: Sequence[Item]) -> dict[str, Outcome]:
    """What an earlier, unfinished run got for items that are still the same."""
    rows = {row["id"]: row for row in journal.rows if "id" in row}
    return {
        item.id: Outcome(
            Answer.model_validate(row["answer"]) if row["answer"] else None, row["error"], row["latency_ms"]
        )
        for item in items
        if (row := rows.get(item.id)) and row["asked"] == _asked(item)
    }


def _row(item: Item, outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer.model_dump(mode="json") if outcome.answer else None
    row = {"id": item.id, "asked": _asked(item), "answer": answer}
    return row | {"error": outcome.error, "latency_ms": outcome.latency_ms}


def _asked(item: Item) -> dict[str, Any]:
    """What was asked, so that an answer is never taken for that of another question."""
    return {
        "question": item.question,
        "history": [[turn.role, turn.content] for turn in item.history],
        "as_of": item.as_of.isoformat() if item.as_of else None,
    }


# --- reporting --------------------------------------------------------------------------------------------------------


def _item_json(marked: Marked) -> dict[str, Any]:
    item, answer = marked.item, marked.answer
    return {
        "id": item.id,
        "kind": item.kind.value,
        **_asked(item),
        "history": [turn.model_dump() for turn in item.history],
        "gold": dict(item.raw_gold),
        "passed": marked.passed,
        "failed": [{"check": check.name, "detail": check.detail} for check in marked.checks if not check.passed],
        "checks": {check.name: check.passed for check in marked.checks},
        "measures": {
            measure.name: [tally.hits, tally.total] for measure in MEASURES if (tally := measure.count(marked)).total
        },
        "citations": [
            {"key": judged.key, "verdict": judged.verdict.value, "listed": judged.listed}
            for judged in marked.reading.citations
        ],
        "quotations": [
            {"key": str(quotation.citation), "quote": quotation.words, "verdict": quotation.verdict.value}
            for quotation in marked.reading.quotations
        ],
        **({} if marked.rulings is None else {"rulings": [ruling.as_json() for ruling in marked.rulings]}),
        "answer": answer.model_dump(mode="json") if answer else None,
        "error": marked.outcome.error,
        "latency_ms": marked.outcome.latency_ms,
    }


def _provenance(
    dataset: Dataset,
    marked: Sequence[Marked],
    warnings: Sequence[str],
    workspace: str,
    seed: int,
    resamples: int,
    started: datetime,
) -> dict[str, Any]:
    maker = _maker([item.outcome for item in marked])
    return {
        "dataset": {"name": dataset.name, "sha256": dataset.digest, "items": len(dataset.items)},
        "assistant": maker.model_dump() if maker else None,
        "evaluator": version("kangbian"),
        "workspace": workspace,
        "bootstrap": {"seed": seed, "resamples": resamples, "interval": "95%"},
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "warnings": list(warnings),
    }


def _warnings(dataset: Dataset, shelf: Shelf) -> list[str]:
    return [
        f"第 {item.line} 行（{item.id}）：标准引用 {key} 未收录，按未命中计。"
        for item in dataset.items
        for key in unheld_gold(item, shelf)
    ]


def _tell_stderr(done: int, total: int, item: str) -> None:
    """A line that overwrites itself on a terminal; elsewhere a line for every tenth."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r\033[K评测 {done}/{total} {item}{end}")
        sys.stderr.flush()
    elif done == total or done % max(1, total // 10) == 0:
        sys.stderr.write(f"评测 {done}/{total}\n")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn an OSError inside into an UnusableInput that names the folder."""
    try:
        yield
    except OSError as error:
        raise UnusableInput(
            f"无法写入「{folder}」：{error.strerror or error}。请核对路径、权限和磁盘空间；已得到的答案仍在。"
        ) from error
