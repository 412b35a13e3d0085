"""What a question is worded like, and whether it is within reach of what is held."""

import numpy as np
import pytest

from ingest.errors import UnusableInput
from rag import Settings
from rag.index import open_index
from rag.known_questions import Kin, KnownQuestions
from rag.scope import load_field, scope_signs
from rag.scope_weights import SIGNS, kin_signs, load_scope_weights
from rag.settings import DEFAULT_WORKSPACE
from rag.wording import Wording, load_wording
from tests.answer_rules import Asking


@pytest.mark.parametrize(
    ("question", "abstained"),
    [
        ("舅舅的生日会上乐队翻唱了几首老歌，没收钱，也要付给写歌的人吗", False),
        ("爷爷口述、表哥执笔的回忆录，没有约定，书算谁的？", False),
        ("公司裁员不给补偿怎么办", True),
        ("学插画以后会不会没饭吃", True),
        ("How long should I boil an egg?", True),
    ],
)
def test_questions_that_use_no_word_of_the_field(ask: Asking, question: str, abstained: bool) -> None:
    assert ask(question).abstained is abstained


@pytest.mark.parametrize(
    ("text", "story"),
    [
        (
            "我司在公众号里用了一张网图，对方说是他拿即梦做的，要求赔八千。他只写了一句提示词，没有改过。这能顶得住吗？",
            True,
        ),
        ("合理使用有哪些情形？", False),
        ("春风案判了多少？", False),
    ],
)
def test_a_told_dispute_is_worded_as_one(text: str, story: bool) -> None:
    assert (load_wording().odds(text).story > 0) is story


def test_traditional_characters_and_width_change_nothing() -> None:
    wording = load_wording()
    assert wording.odds("著作權的保護期是多久？") == wording.odds("著作权的保护期是多久?")


def test_a_file_that_is_no_model_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("wording") / "wording.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(UnusableInput, match=r"wording\.safetensors"):
        Wording.load(path)


def test_kin_say_what_is_held_and_how_far_it_leads() -> None:
    held = Kin(np.array([0.8, 0.6, 0.5], np.float32), np.array([True, False, True]))
    share, lead = kin_signs(held)
    assert share > 0.9
    assert lead == pytest.approx(0.2)
    assert kin_signs(Kin(np.zeros(0, np.float32), np.zeros(0, np.bool_))) == [0.0, 0.0]


def test_a_question_without_an_answer_is_kin_of_nothing_held() -> None:
    known = KnownQuestions.of(np.eye(3, dtype=np.float32), [[11], [], [22, 33]])
    kin = known.kin(np.eye(3, dtype=np.float32)[1], 3, lambda hashes: hashes == 22)
    assert sorted(zip(kin.cosines.round(2).tolist(), kin.held.tolist(), strict=True)) == [
        (0.0, False),
        (0.0, True),
        (1.0, False),
    ]
    assert len(known.votes(np.eye(3, dtype=np.float32)[1], 1).answers) == 0


def test_what_is_asked_like_questions_on_a_law_held_is_within_reach(settings: Settings) -> None:
    index, field = open_index(settings, DEFAULT_WORKSPACE), load_field(settings.corpus)
    weights = load_scope_weights()
    signs = [scope_signs(index, field, text, [], 0.1) for text in ("软件买来才知道是盗版要赔吗", "退休金怎么算")]
    assert [weights.margin(found) >= 0 for found in signs] == [True, False]
    assert all(len(found) == len(SIGNS) for found in signs)
