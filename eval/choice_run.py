"""Multiple-choice questions put before the language model that the user has configured, with the passages found for each.

A question scores 1 where the set of letters is the right one, else 0; a reply that names no letters, and no reply at all,
count as wrong and are listed. The form of the reply is LawBench's (Fei et al. 2023, arXiv 2309.16289), the rules are ours
(`eval/prompts/choose.md`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from eval.child import Progress
from eval.choice import Choice, letters_in, read_choices
from eval.intervals import estimate
from eval.journal import Journal
from eval.jsonl import digest
from eval.measure import Tally
from eval.output import Figures, prepare_output, provenance, write_json, write_text
from eval.questioner import Prompt, Questioner, between_marks, new_code
from rag import LanguageModel, Masker, SearchHit, ServiceFailure, UnusableInput

_MARKED = re.compile(r"\[正确答案\](.*?)<eoa>", re.S)
# Characters of the passages and of the question.
_LONGEST_PASSAGES, _LONGEST_QUESTION = 8_000, 12_000
_LONGEST_SHOWN = 300


class Library(Protocol):
    """What is needed of an Assistant: passages, and masks for what leaves the machine."""

    def search(self, query: str, k: int = 10, as_of: date | None = None) -> list[SearchHit]:
        """The passages nearest to a query."""

    def masker(
        self, private: Sequence[str], places: Mapping[str, str] | None = None, as_of: date | None = None
    ) -> Masker:
        """Masks for private texts and for the words of places (key: words)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the questions are asked: so many passages before each (0: closed book), with names and numbers masked or not,
    over the law of a day (None: today's)."""

    passages: int = 5
    masked: bool = True
    as_of: date | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the provenance."""
        day = (self.as_of or date.today()).isoformat() if self.passages else None
        return {"passages": self.passages, "masked": self.masked, "as_of": day}


OPEN_BOOK = Conditions()


def run_choices(
    path: Path,
    target: Path,
    model: LanguageModel,
    library: Library,
    conditions: Conditions = OPEN_BOOK,
    workspace: str = "default",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Ask every question, write `target` and a table beside it, and return what stands in `target`.

        {"items", "right", "accuracy", "unreadable", "unanswered", "intervals": {"accuracy": [low, high]},
         "rows": [{"number", "right", "given", "correct", "sources", "reply"?, "why"?}], "provenance"}

    The replies are kept beside `target`, in `.jsonl`, from the moment they come: a killed run goes on, and so does one in
    which questions were left unanswered, with those. Raises UnusableInput for questions in which something is wrong and
    for an output that cannot be written.
    """
    prepare_output(target)
    choices = read_choices(path)
    questioner = Questioner(model, Prompt.read("choose"))
    started = datetime.now(UTC)
    dataset = {"name": path.name, "sha256": digest(path)}
    run = {"dataset": dataset["sha256"], "workspace": workspace, **questioner.provenance, **conditions.as_json()}
    with _writing(target):
        journal = Journal(target.with_suffix(".jsonl"), run)
        known = {row["number"]: row for row in journal.rows}
        rows = []
        for done, choice in enumerate(choices):
            if progress:
                progress(done, len(choices), f"第 {choice.number} 题")
            row = known.get(choice.number)
            if row is None:
                row = _asked(choice, questioner, library, conditions)
                if "why" not in row:
                    journal.add(row)
            rows.append(row)
        if progress:
            progress(len(choices), len(choices), "")
        if all("why" not in row for row in rows):
            journal.finish()
    found = estimate([Tally(row["correct"], 1) for row in rows])
    content = {
        "items": len(rows),
        "right": sum(row["correct"] for row in rows),
        "accuracy": found.value,
        "unreadable": sum(row["given"] is None and "why" not in row for row in rows),
        "unanswered": sum("why" in row for row in rows),
        "intervals": {"accuracy": [found.low, found.high]},
        "rows": rows,
        "provenance": {
            **provenance(started),
            "dataset": dataset,
            "workspace": workspace,
            **questioner.provenance,
            **conditions.as_json(),
        },
    }
    write_json(target, content)
    write_text(target.with_suffix(".md"), choices_table(content).markdown())
    return content


def choices_table(content: Mapping[str, Any]) -> Figures:
    """The table of what `run_choices` returned: one row."""
    low, high = content["intervals"]["accuracy"]
    made = content["provenance"]
    return Figures(
        ["model", "passages", "n", "accuracy", "unreadable", "unanswered"],
        [
            [
                made["model"],
                str(made["passages"]),
                str(content["items"]),
                f"{100 * content['accuracy']:.1f} [{100 * low:.1f}, {100 * high:.1f}]",
                str(content["unreadable"]),
                str(content["unanswered"]),
            ]
        ],
    )


def _asked(choice: Choice, questioner: Questioner, library: Library, conditions: Conditions) -> dict[str, Any]:
    """The row of a question: with `reply` where nothing could be read from it, with `why` where none came."""
    row: dict[str, Any] = {"number": choice.number, "right": "".join(sorted(choice.right)), "given": None}
    row |= {"correct": False, "sources": []}
    if len(choice.text) > _LONGEST_QUESTION:
        return row | {"reply": f"（题目超过 {_LONGEST_QUESTION} 字，没有发送）"}
    hits = library.search(choice.text, conditions.passages, conditions.as_of) if conditions.passages else []
    row["sources"] = [hit.key for hit in hits]
    places = {hit.key: hit.text for hit in hits}
    masker = library.masker([choice.text] if conditions.masked else [], places, conditions.as_of)
    listed = "\n\n".join(f"[{number}] {hit.title}\n{hit.text}" for number, hit in enumerate(hits, 1))
    texts = {"资料": masker.mask(listed[:_LONGEST_PASSAGES])} if hits else {}
    try:
        reply = questioner.reply(between_marks({**texts, "题目": masker.mask(choice.text)}, new_code()))
    except ServiceFailure as error:
        return row | {"why": str(error)}
    given = _given(reply, choice)
    if given is None:
        return row | {"reply": reply[:_LONGEST_SHOWN]}
    return row | {"given": "".join(sorted(given)), "correct": given == choice.right}


def _given(reply: str, choice: Choice) -> frozenset[str] | None:
    """The letters of a reply; None where it gives none, gives two answers, or names an option that there is not."""
    marked = {letters_in(words) for words in _MARKED.findall(reply)} or {letters_in(reply)}
    given = marked.pop() if len(marked) == 1 else None
    return given if given and given <= choice.letters else None


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turn an OSError inside into an UnusableInput that names the file."""
    try:
        yield
    except OSError as error:
        raise UnusableInput(
            f"无法写入「{target}」旁边的记录：{error.strerror or error}。请核对路径、权限和磁盘空间；已得到的答案仍在。"
        ) from error
