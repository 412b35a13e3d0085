"""A slice of the questions asked for real against the gate, and the same by builds that were broken on purpose."""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import eval as evaluation
from eval import Failure, Part, Report, check_gate, read_gate, run_dataset
from ingest.citation import Citation
from rag import Answer, Assistant, Library, Settings, Source, Turn, verify
from rag.draft import Support
from rag.library import HeldPlace
from rag.retrieve import Hit, Retriever

FOLDER = Path(evaluation.__file__).parent
EVERY = 3
DAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every third question that is not held out; all kinds are among them."""
    lines = (FOLDER / "datasets" / "questions.jsonl").read_text("utf-8").splitlines()
    seen = [line for line in lines if not json.loads(line)["held_out"]]
    path = tmp_path_factory.mktemp("slice") / "slice.jsonl"
    path.write_text("\n".join(seen[::EVERY]), "utf-8")
    return path


def quietly(done: int, total: int, id: str) -> None:
    """No progress on stderr."""


def report(questions: Path, folder: Path, assistant: Any) -> Report:
    return run_dataset(questions, folder, assistant, part=Part(as_of=DAY), resamples=10, progress=quietly)


def missed(found: Report) -> list[Failure]:
    return check_gate(found, read_gate(FOLDER / "gate-slice.toml"))


def test_the_slice_reaches_its_gate(questions: Path, tmp_path: Path, assistant: Assistant) -> None:
    found = report(questions, tmp_path, assistant)
    assert {item.item.kind for item in found.items} == set(evaluation.ItemKind)
    assert [str(failure) for failure in missed(found)] == []


# --- builds that are broken -------------------------------------------------------------------------------------------

Break = Callable[[pytest.MonkeyPatch], None]


def other_words(patch: pytest.MonkeyPatch) -> None:
    """The index was built from files whose digest is not that of the corpus: a word differs."""
    place = Library.place

    def changed(self: Library, citation: Citation, as_of: date | None = None) -> HeldPlace | None:
        found = place(self, citation, as_of)
        return found and replace(found, text=found.text.replace("应当", "可以"))

    patch.setattr(Library, "place", changed)


def shuffled_index(patch: pytest.MonkeyPatch) -> None:
    """The rows of the index no longer belong to their passages."""
    search = Retriever.search

    def shuffled(self: Retriever, query: str, k: int = 10, *more: Any, **named: Any) -> list[Hit]:
        hits = search(self, query, 100, *more, **named)
        random.Random(0).shuffle(hits)
        return hits[:k]

    patch.setattr(Retriever, "search", shuffled)


def one_off(patch: pytest.MonkeyPatch) -> None:
    """Sources name the article after the one that was checked."""
    source_of = verify.source_of

    def shifted(finding: verify.Finding, support: Support) -> Source:
        found = source_of(finding, support)
        return found.model_copy(update={"key": re.sub(r"(?<=/)\d+", lambda n: str(int(n[0]) + 1), found.key, count=1)})

    patch.setattr(verify, "source_of", shifted)


def no_field(patch: pytest.MonkeyPatch) -> None:
    """The filter by field is dropped: every question is answered."""
    for where in ("rag.compose.reach", "rag.admission.reach"):
        patch.setattr(where, lambda *_, **__: 1.0)


def strengths_lost(patch: pytest.MonkeyPatch) -> None:
    """No element of a defence is ever met."""
    patch.setattr("rag.analysis.weigh", lambda case, rules: [])


def no_sources(patch: pytest.MonkeyPatch) -> None:
    """The sources of an answer are lost on the way out."""
    ask = Assistant.ask

    def bare(self: Assistant, *asked: Any, **named: Any) -> Answer:
        found = ask(self, *asked, **named)
        statements = [statement.model_copy(update={"citations": []}) for statement in found.statements]
        text = "\n".join(statement.text for statement in statements)
        return found.model_copy(update={"citations": [], "statements": statements, "text": text})

    patch.setattr(Assistant, "ask", bare)


def no_history(patch: pytest.MonkeyPatch) -> None:
    """The conversation before the question is forgotten."""
    ask = Assistant.ask

    def forgetful(
        self: Assistant, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        return ask(self, question, (), as_of, id)

    patch.setattr(Assistant, "ask", forgetful)


@pytest.mark.parametrize(
    ("broken", "measures"),
    [
        (other_words, {"quote_fidelity"}),
        (shuffled_index, {"citation_recall"}),
        (one_off, {"hallucinated_citation_rate", "quote_fidelity", "citation_validity"}),
        (no_field, {"abstention_accuracy"}),
        (strengths_lost, {"defense_accuracy"}),
        (no_sources, {"citation_recall"}),
        (no_history, {"citation_recall"}),
    ],
)
def test_a_broken_build_fails_the_gate(
    questions: Path, tmp_path: Path, settings: Settings, broken: Break, measures: set[str], assistant: Assistant
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        failures = missed(report(questions, tmp_path, Assistant(settings=settings)))
    assert {failure.measure.name for failure in failures if failure.measure} >= measures, failures
