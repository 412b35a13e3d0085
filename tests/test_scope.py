"""What the corpus is about: the words of the field, of its neighbours, and of what lies beyond."""

import math

import pytest

from rag import Settings
from rag.index import open_index
from rag.relevance import rank, terms
from rag.scope import Field, load_field, reach
from rag.settings import DEFAULT_WORKSPACE
from tests.answer_rules import Asking


@pytest.fixture(scope="module")
def field(settings: Settings) -> Field:
    return load_field(settings.corpus)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("著作权侵权怎么赔", True),
        ("AI生成的圖片算作品嗎", True),
        ("提示词能不能受保护", True),
        ("训练数据要不要授权", True),
        ("平台接到通知后怎么办", True),
        ("Is a text-to-image picture a work?", True),
        ("商标被抄袭，平台要不要下架", False),
        ("离婚时房产归谁", False),
        ("今天天气怎么样", False),
        ("劳动合同的试用期", False),
        ("How do I cook pasta?", False),
        # A word of the heart of the field outweighs one of another field.
        ("商标和著作权有什么不同", True),
    ],
)
def test_whether_a_question_is_within_the_field(field: Field, text: str, holds: bool) -> None:
    assert field.holds(text) is holds


def test_without_a_passage_nothing_is_in_scope(field: Field, settings: Settings) -> None:
    index = open_index(settings, DEFAULT_WORKSPACE)
    assert reach(index, field, "著作权侵权怎么赔", "著作权侵权怎么赔", []) == -math.inf


@pytest.mark.parametrize(
    ("question", "abstained"),
    [
        ("用AI画的画能不能申请外观专利", True),
        ("发明专利权的保护期限有多久", True),
        ("我的插画被拿去训练模型怎么办", False),
        ("房东不退押金怎么办", True),
        ("歌曲被AI翻唱侵权吗", False),
        ("小说被机器人洗稿算抄袭吗", False),
        ("糖尿病能不能吃西瓜", True),
    ],
)
def test_questions_on_the_border(ask: Asking, question: str, abstained: bool) -> None:
    assert ask(question).abstained is abstained


def test_terms_leave_asking_words_out() -> None:
    assert sorted(terms("请问什么是实质性相似？")) == ["实质", "性相", "相似", "质性"]
    assert not terms("请问什么是呢？")
    assert terms("LoRA模型")["lora"] == 1


def test_rank_is_by_rare_terms_and_between_none_and_all() -> None:
    texts = ["平台应当尽到合理注意义务。", "判决赔偿经济损失10000元。", "平台应当停止侵权。"]
    scores = rank("平台的注意义务", texts)
    assert scores[0] > scores[2] > scores[1] == 0.0
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert rank("什么", texts) == [0.0, 0.0, 0.0]
    assert rank("平台", []) == []
