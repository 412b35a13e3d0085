"""The question sets of the repository, asked for real: nearly all answers right, and no unsound citation in any."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import eval as evaluation
from rag import Assistant, Settings, Verdict

DATASETS = Path(evaluation.__file__).parent / "datasets"


def quietly(done: int, total: int, id: str) -> None:
    """No progress on stderr."""


@pytest.fixture(scope="module")
def reports(
    assistant: Assistant, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Sequence[evaluation.Report]:
    folder = tmp_path_factory.mktemp("reports")
    return [
        evaluation.run_dataset(DATASETS / f"{name}.jsonl", folder / name, assistant, resamples=10, progress=quietly)
        for name in ("inside", "outside")
    ]


def test_at_least_95_in_100_items_are_wholly_right(reports: Sequence[evaluation.Report]) -> None:
    items = [item for report in reports for item in report.as_json()["items"]]
    assert len(items) >= 500
    wrong = [item["id"] for item in items if not item["passed"]]
    assert len(wrong) <= 0.05 * len(items), wrong


def test_no_answer_lists_a_citation_that_is_not_sound(reports: Sequence[evaluation.Report]) -> None:
    items = [item for report in reports for item in report.as_json()["items"]]
    unsound = [
        (item["id"], found["key"], found["verdict"])
        for item in items
        for found in item["citations"]
        if found["listed"] and not Verdict(found["verdict"]).is_sound
    ]
    assert unsound == []


def test_every_quotation_stands_where_it_is_cited(reports: Sequence[evaluation.Report]) -> None:
    assert [report.measures["quote_fidelity"].value for report in reports] == [1.0, 1.0]


def test_false_premises_and_unanswerable_questions_are_all_seen_through(reports: Sequence[evaluation.Report]) -> None:
    for report in reports:
        assert report.measures["false_premise_accuracy"].value == 1.0
        assert report.measures["abstention_accuracy"].value == 1.0
