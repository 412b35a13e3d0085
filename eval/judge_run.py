"""Judging every answer of a run: each ruling kept in the journal as soon as it is given, so that none is asked for twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.child import Progress
from eval.dataset import Item
from eval.journal import Journal
from eval.marking import Outcome, told
from eval.shelf import Shelf
from eval.support_judge import Ruling, Support, SupportJudge, ruling_of


@dataclass(frozen=True, slots=True)
class Judged:
    """The rulings of a run by item, those who gave them, and how many the server failed to give."""

    rulings: Mapping[str, tuple[Ruling, ...]]
    judge: Mapping[str, str]
    failures: int

    @property
    def provenance(self) -> dict[str, Any]:
        """`{"model", "prompt_sha256", "rulings": {"supported": n, "not_supported": n, "cannot_tell": n, "not_judged": n}}`."""
        counts = Counter(ruling.support for rulings in self.rulings.values() for ruling in rulings)
        return {**self.judge, "rulings": {support.value: counts[support] for support in Support}}


def judge_all(
    items: Sequence[Item],
    outcomes: Mapping[str, Outcome],
    judge: SupportJudge,
    shelf: Shelf,
    journal: Journal,
    tell: Progress,
) -> Judged:
    """Judge every statement that cites; those already judged by the same model under the same prompt are not asked again."""
    known = {
        (row["of"], ruling.statement, ruling.citations): ruling
        for row in journal.rows
        if row.get("judge") == judge.provenance
        for ruling in (Ruling.of_json(row["ruling"]),)
    }
    found: dict[str, tuple[Ruling, ...]] = {}
    failures = 0
    for done, item in enumerate(items):
        tell(done, len(items), f"{item.id} 核对出处")
        answer = outcomes[item.id].answer
        rulings: list[Ruling] = []
        for statement in answer.statements if answer else ():
            name = (item.id, statement.text, tuple(statement.citations))
            if answer and statement.citations and name not in known:
                known[name], failed = ruling_of(judge, statement, answer, told(item), shelf)
                failures += failed
                if not failed:
                    journal.add({"of": item.id, "judge": judge.provenance, "ruling": known[name].as_json()})
            if statement.citations:
                rulings.append(known[name])
        found[item.id] = tuple(rulings)
    tell(len(items), len(items), "")
    return Judged(found, judge.provenance, failures)
