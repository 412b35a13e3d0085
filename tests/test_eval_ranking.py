"""The measures of a ranking, worked by hand."""

import pytest

from eval.ranking import RANKING_MEASURES, RankingMeasure

# Ranking, gains of the relevant ids, measure, value. 1/log2(3) = 0.63093, 1/log2(4) = 0.5, 1/log2(5) = 0.43068.
WORKED = [
    (["a", "b", "c"], {"a": 1}, "recall@5", 1.0),
    (["x", "b", "c"], {"a": 1}, "recall@5", 0.0),
    (["a", "x", "b", "y"], {"a": 1, "b": 1, "c": 1, "d": 1}, "recall@5", 0.5),
    (["x", "y", "a"], {"a": 1}, "recall@2", 0.0),
    ([], {"a": 1}, "recall@10", 0.0),
    (["x", "y", "z", "a"], {"a": 1}, "mrr@10", 0.25),
    (["a", "b"], {"a": 1, "b": 1}, "mrr@10", 1.0),
    (["x"] * 10 + ["a"], {"a": 1}, "mrr@10", 0.0),
    (["a"], {"a": 1}, "ndcg@10", 1.0),
    # DCG 1/log2(3) = 0.63093 over 1.
    (["x", "a"], {"a": 1}, "ndcg@10", 0.63093),
    # DCG 1 + 1/log2(4) = 1.5 over 1 + 1/log2(3) = 1.63093.
    (["a", "x", "b"], {"a": 1, "b": 1}, "ndcg@10", 0.91972),
    # Graded: DCG 1 + 2 x 0.63093 = 2.26186 over 2 + 0.63093 = 2.63093.
    (["b", "a"], {"a": 2, "b": 1}, "ndcg@10", 0.85972),
    # Three relevant, one found at rank 4: 0.43068 over 1 + 0.63093 + 0.5 = 2.13093.
    (["x", "y", "z", "a"], {"a": 1, "b": 1, "c": 1}, "ndcg@10", 0.20211),
    (["x", "y"], {"a": 1}, "ndcg@10", 0.0),
    # Only the first two places count, in the ideal ranking too: 0.63093 over 1.63093.
    (["x", "a", "b"], {"a": 1, "b": 1, "c": 1}, "ndcg@2", 0.38685),
]


@pytest.mark.parametrize(("ranked", "gains", "measure", "value"), WORKED)
def test_worked_by_hand(ranked: list[str], gains: dict[str, float], measure: str, value: float) -> None:
    assert RankingMeasure.parse(measure)(ranked, gains) == pytest.approx(value, abs=5e-6)


def test_the_measures_of_the_contract_read_back() -> None:
    names = ["recall@5", "recall@10", "recall@20", "recall@100", "mrr@10", "ndcg@10"]
    assert [str(measure) for measure in RANKING_MEASURES] == names
    assert [RankingMeasure.parse(name) for name in names] == list(RANKING_MEASURES)


@pytest.mark.parametrize("name", ["recall", "recall@0", "recall@x", "map@10", "@10", ""])
def test_no_measure_has_that_name(name: str) -> None:
    with pytest.raises(ValueError, match="no measure"):
        RankingMeasure.parse(name)
