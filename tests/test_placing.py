"""Statements under a wrong number, measured on sentences whose author knew nothing of the program."""

from datetime import date
from pathlib import Path

import pytest

import eval as evaluation
from rag import Assistant
from rag.index import open_index
from rag.placing import load_weights
from rag.training.checker import checker_over
from rag.training.placing import examples, figures
from tests.checked import told

UNSEEN = Path(evaluation.__file__).parent / "datasets" / "placing" / "unseen.jsonl"


def test_the_figures_on_unseen_sentences(assistant: Assistant) -> None:
    """The figures of rag/reading/README.md, worked out again; a day's difference of a library moves them by a hair."""
    settings = assistant.settings
    check, concordance = checker_over(open_index(settings, "default"), settings.corpus, date(2026, 11, 1))
    found = figures(list(examples(UNSEEN, check, concordance)), load_weights())
    assert found["wrong_found"] == pytest.approx(0.98, abs=0.02)
    assert found["placed_rightly"] >= 0.9
    assert found["right_called_wrong"] <= 0.05
    assert found["wrong"] > 300


@pytest.mark.parametrize(
    ("sentence", "verdict", "suggestion"),
    [
        ("复制品的发行者说不清合法来源就要担责，见著作权法第五十三条。", "outdated", "著作权法@2020/59"),
        ("故意删掉作品里的权利管理信息，是《著作权法》第五十条明令禁止的行为。", "wrong_pinpoint", "著作权法@2020/51"),
        ("至于倍数，应当综合过错程度和情节严重程度，这是惩罚性赔偿司法解释第五条的要求。", "wrong_pinpoint", "惩罚性赔偿司法解释@2021/6"),
        ("著作权民事纠纷司法解释第二十六条第一款允许把符合规定的律师费用算进赔偿范围。", "wrong_pinpoint", "著作权民事纠纷司法解释@2020/26/2"),
        ("依照《著作权法》第五十二条，被告应当承担民事责任。", "valid", None),
        ("| 要件 | 依据 |\n|---|---|\n| 损害赔偿 | 《著作权法》第三条 |", "valid", None),
        ("The platform removed the model the next day (《著作权法》第三条).", "valid", None),
    ],
)  # fmt: skip
def test_a_statement_under_a_number(sentence: str, verdict: str, suggestion: str | None) -> None:
    assert [found[1:] for found in told(sentence)] == [(verdict, suggestion)]
