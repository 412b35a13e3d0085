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


def test_false_premises_are_all_seen_through_and_hardly_a_question_is_refused_wrongly(
    reports: Sequence[evaluation.Report],
) -> None:
    for report in reports:
        assert report.measures["false_premise_accuracy"].value == 1.0
        assert (report.measures["abstention_accuracy"].value or 0) >= 0.99


# --- fact patterns ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def patterns(
    assistant: Assistant, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Sequence[evaluation.Report]:
    folder = tmp_path_factory.mktemp("patterns")
    sets = sorted((DATASETS / "defences").glob("*.jsonl"))
    return [
        evaluation.run_dataset(path, folder / path.stem, assistant, resamples=10, progress=quietly) for path in sets
    ]


def test_at_least_90_in_100_fact_patterns_are_wholly_right(patterns: Sequence[evaluation.Report]) -> None:
    items = [item for report in patterns for item in report.as_json()["items"]]
    assert len(items) >= 700
    wrong = [item["id"] for item in items if not item["passed"]]
    assert len(wrong) <= 0.1 * len(items), wrong


def test_no_analysis_cites_what_does_not_stand(patterns: Sequence[evaluation.Report]) -> None:
    for report in patterns:
        assert report.measures["hallucinated_citation_rate"].value == 0.0
        assert report.measures["citation_validity"].value == 1.0
        assert report.measures["quote_fidelity"].value == 1.0


def test_every_fact_pattern_is_answered_with_defences(patterns: Sequence[evaluation.Report]) -> None:
    """The words that decide an element stand in the question, and adverse authority is named in the text."""
    unanswered = asked = 0
    for report in patterns:
        for item in report.as_json()["items"]:
            asked += 1
            answer = item["answer"]
            unanswered += answer["kind"] != "defense"
            listed = {source["key"] for source in answer["citations"]}
            for defense in answer["defenses"]:
                for element in defense["elements"]:
                    fact = element["fact"]
                    assert fact is None or item["question"][fact["start"] : fact["end"]] == fact["text"]
                if defense["strength"] in ("strong", "medium"):
                    assert set(defense["adverse"]) <= listed
    assert unanswered <= 0.01 * asked
