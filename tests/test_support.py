"""How often the offline method agrees with labels, and how statements with their sources are counted."""

from pathlib import Path

import pytest

import eval as evaluation
from eval.measures import named
from rag import Statement, open_support
from rag.settings import Settings
from rag.support import FEATURES, load_support_weights
from rag.training.support import agreement, labelled
from tests.eval_answers import ITEM_6, answer, marked, source

UNSEEN = Path(evaluation.__file__).parent / "datasets" / "statements" / "two.jsonl"
FAIR_USE = "著作权法@2020/24/1/6"


def test_the_method_agrees_with_two_in_three_labels_of_another_author(settings: Settings) -> None:
    features, labels = labelled(UNSEEN)
    found = agreement(features, labels, load_support_weights())
    assert found["n"] >= 200
    assert found["agreement"] >= 0.7
    assert found["kappa"] >= 0.4


def test_a_figure_that_stands_nowhere_is_counted(settings: Settings) -> None:
    check = open_support(settings)
    at = FEATURES.index("missing")
    said = [
        check.features(f"法院判决被告赔偿{sum_}元。", ["被告赔偿原告五百元。"], "赔了多少？")[at]
        for sum_ in ("500", "800")
    ]
    assert said[0] < said[1]


def test_a_statement_that_denies_its_source_is_less_likely(settings: Settings) -> None:
    check = open_support(settings)
    passage = "提供者不得利用算法、数据、平台等优势实施垄断和不正当竞争行为。"
    bound = check.likelihood("提供者不得利用算法优势实施不正当竞争行为。", [passage], "能这样做吗？")
    free = check.likelihood("提供者可以利用算法优势实施不正当竞争行为。", [passage], "能这样做吗？")
    assert bound > 0.5 > free


@pytest.mark.parametrize(
    ("statement", "tally"),
    [
        (
            Statement(text=f"《著作权法》第二十四条：“{ITEM_6}”", citations=[FAIR_USE]),
            (1, 1),
        ),  # no more than the quotation
        (
            Statement(text=f"《著作权法》第二十四条：“{ITEM_6}”", citations=["著作权法@2020/900"]),
            (0, 1),
        ),  # stands nowhere
        (Statement(text="法院判令被告赔偿原告经济损失九百万元并公开赔礼道歉。", citations=[FAIR_USE]), (0, 1)),
        (Statement(text="没有出处的话不计。", citations=[]), (0, 0)),
    ],
)
def test_statements_are_counted(statement: Statement, tally: tuple[int, int]) -> None:
    given = marked(answer(statement.text, source(FAIR_USE), statements=[statement]))
    found = named("citation_support").count(given)
    assert (found.hits, found.total) == tally


def test_no_answer_is_a_miss() -> None:
    found = named("citation_support").count(marked(None))
    assert (found.hits, found.total) == (0, 1)
