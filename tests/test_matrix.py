"""The facts held against the nearest cases: the table, and its picture on the page."""

import xml.etree.ElementTree as ElementTree
from datetime import date

import pytest

from interfaces.matrix import draw_matrix
from interfaces.wording import EN, ZH
from rag import Assistant, Effect, FactState, Matrix, fact_matrix

DAY = date(2026, 6, 1)
FACTS = (
    "某动漫公司起诉我们模型分享社区，因为有用户上传了以其热播动画角色训练的LoRA。模型由用户自行训练发布，我们没有推荐，"
    "设有投诉举报入口和关键词过滤，收到通知当天下架、转通知用户并更新了过滤词。有哪些抗辩？"
)


@pytest.fixture(scope="module")
def drawn(assistant: Assistant) -> Matrix:
    return fact_matrix(assistant.analyse(FACTS, DAY))


def test_the_first_column_is_the_matter_and_the_others_are_cases(drawn: Matrix) -> None:
    own, *cases = drawn.columns
    assert (own.name, own.key) == ("本案", "")
    assert 2 <= len(cases) <= 6
    assert all(case.key for case in cases)
    assert "(2025)沪0116民初2354号" in [case.key for case in cases[:3]]


def test_a_cell_is_there_where_the_file_of_the_case_says_so(drawn: Matrix, assistant: Assistant) -> None:
    facts = {one.precedent.key: one.precedent.facts for one in assistant.analyse(FACTS, DAY).nearest}
    for case in drawn.columns[1:]:
        for fact, cell in zip(drawn.facts, case.cells, strict=True):
            assert (cell is FactState.THERE) == (fact in facts[case.key]), (case.key, fact)


def test_the_opposite_of_a_fact_is_told_apart_from_silence(drawn: Matrix) -> None:
    own = dict(zip(drawn.facts, drawn.columns[0].cells, strict=True))
    assert own["通知后处理"] is FactState.THERE
    assert own.get("推荐编辑", FactState.OPPOSITE) is FactState.OPPOSITE


def test_each_case_cuts_as_its_file_says(drawn: Matrix) -> None:
    row = drawn.defences.index("已尽注意义务 / 非直接侵权")
    medusa = next(case for case in drawn.columns if case.key == "(2025)沪0116民初2354号")
    assert medusa.effects[row] is Effect.SUPPORTS
    assert drawn.columns[0].effects == (None,) * len(drawn.defences)


@pytest.mark.parametrize("words", [ZH, EN])
def test_the_picture_is_one_sound_drawing(drawn: Matrix, words: object) -> None:
    html = draw_matrix(drawn, words)  # type: ignore[arg-type]
    picture = ElementTree.fromstring(html)
    texts = ["".join(node.itertext()) for node in picture.iter("text")]
    assert len(list(picture.iter("circle"))) == sum(
        cell is not FactState.ABSENT for column in drawn.columns for cell in column.cells
    )
    assert all(any(fact in text for text in texts) for fact in drawn.facts)
    assert "http" not in html


def test_without_a_comparable_case_there_is_no_picture() -> None:
    assert draw_matrix(Matrix((), (), ()), ZH) == ""
