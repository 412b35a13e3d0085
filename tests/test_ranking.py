"""Known questions, candidates and their ranking: small arrays with results worked by hand."""

from pathlib import Path

import numpy as np
import pytest

from ingest.errors import IndexMismatch, UnusableInput
from rag import PassageIndex, PassageText, Settings
from rag.candidates import Asked, Columns, gather
from rag.known_questions import KnownQuestions, Votes, answer_hash
from rag.ranking import FEATURES, Ranking, Signals, fused, stretched


def unit(*numbers: float) -> list[float]:
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers]


def floats(*numbers: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.array(numbers, dtype=np.float32)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("第三条　作品，是指智力成果。", "作品是指智力成果", True),
        ("第一百二十条之一　资助恐怖活动", "资助恐怖活动", True),
        ("第三条第一款的规定", "第一款的规定", True),
        ("作品是指智力成果", "作品是指智力成果等", False),
        ("ＡＩ生成", "AI生成", True),
    ],
)
def test_an_answer_is_known_by_its_words_alone(one: str, other: str, same: bool) -> None:
    assert (answer_hash(one) == answer_hash(other)) is same


def test_the_nearest_known_questions_vote_for_their_answers() -> None:
    vectors = np.array([unit(1, 0), unit(1, 1), unit(0, 1), unit(-1, 0)], dtype=np.float32)
    known = KnownQuestions.of(vectors, [[11], [11, 22], [33], [44]])
    votes = known.votes(floats(1, 0), 2)
    assert votes.answers.tolist() == [11, 22]
    assert votes.best == pytest.approx([1.0, 0.71], abs=0.01)
    share = 0.7087**3 / 2**0.5
    assert votes.total == pytest.approx([1 + share, share], abs=0.01)


def test_known_questions_are_saved_and_read_back(tmp_path: Path) -> None:
    known = KnownQuestions.of(np.array([unit(1, 2)], dtype=np.float32), [[2**64 - 1, 5]])
    assert KnownQuestions.load(tmp_path) is None
    known.save(tmp_path)
    again = KnownQuestions.load(tmp_path)
    assert again is not None
    assert again.votes(floats(1, 0), 5).answers.tolist() == [5, 2**64 - 1]


def test_no_known_questions_have_no_votes() -> None:
    known = KnownQuestions.of(np.zeros((0, 2), dtype=np.float32), [])
    assert known.votes(floats(1, 0), 5).answers.tolist() == []


def test_candidates_come_from_vectors_words_and_known_questions() -> None:
    columns = Columns.of([("甲法", "第一条 甲"), ("甲法", "第二条 乙"), ("乙法", "丙丙"), ("乙法", "乙")])
    votes = Votes(np.array([answer_hash("乙"), 7], dtype=np.uint64), floats(0.9, 0.8), floats(1.5, 1.2))
    rows, signals = gather(columns, Asked.of(columns, None), np.array([2]), floats(0.4), floats(3, 0, 0, 0), votes)
    # Row 0 has a word, row 2 is near, rows 1 and 3 have the words of a known answer.
    assert rows.tolist() == [0, 1, 2, 3]
    assert signals.cosine.tolist() == pytest.approx([0.4] * 4)
    assert signals.words.tolist() == [3, 0, 0, 0]
    assert signals.known_best.tolist() == pytest.approx([0, 0.9, 0, 0.9])
    assert signals.known_votes.tolist() == pytest.approx([0, 1.5, 0, 1.5])
    assert signals.law.tolist() == [0, 0, 1, 1]
    assert signals.length.tolist() == [5, 5, 2, 1]


def test_what_is_often_asked_about_is_counted() -> None:
    columns = Columns.of([("甲法", "第一条 甲"), ("甲法", "第二条 乙"), ("乙法", "丙")])
    known = KnownQuestions.of(np.eye(3, dtype=np.float32), [[answer_hash("乙")], [answer_hash("乙")], [99]])
    asked = Asked.of(columns, known)
    assert asked.row == pytest.approx([0, np.log(3) / 3, 0])
    assert asked.law == pytest.approx([np.log(2.05 / 7) / 5] * 2 + [np.log(0.05 / 6) / 5])


def test_no_candidates_are_no_error() -> None:
    columns = Columns.of([("甲法", "甲")])
    rows, _ = gather(columns, Asked.of(columns, None), np.zeros(0, dtype=np.int64), floats(), floats(0), None)
    assert rows.tolist() == []


def signals() -> Signals:
    law, length = np.array([0, 0, 1], dtype=np.int32), np.array([10, 20, 30], dtype=np.int32)
    return Signals(
        floats(0.5, 0.4, 0.1),
        floats(0, 8, 2),
        floats(0, 0.9, 0),
        floats(0, 2, 0),
        law,
        length,
        floats(0, 1, 0),
        floats(0, 0, 1),
    )


def test_features_by_hand() -> None:
    features = dict(zip(FEATURES, signals().features().T, strict=True))
    assert features["cosine_below_best"] == pytest.approx([0, -0.1, -0.4])
    assert features["cosine_rank"] == pytest.approx([1 / 10, 1 / 11, 1 / 12])
    assert features["words_share"] == pytest.approx([0, 1, 0.25])
    assert features["words_rank"] == pytest.approx([1 / 12, 1 / 10, 1 / 11])
    assert features["known_share"] == pytest.approx([0, 1, 0])
    mass = np.exp([0, -2, -8])
    assert features["law_share"] == pytest.approx([mass[:2].sum() / mass.sum()] * 2 + [mass[2] / mass.sum()])


def test_fixed_weights_where_a_model_brings_no_ranking() -> None:
    assert fused(signals()) == pytest.approx([0.7, 0.7 * 0.75 + 0.3, 0.3 * 0.25])
    assert stretched(floats(2, 2)).tolist() == [1, 1]


def test_a_ranking_is_saved_and_read_back(tmp_path: Path) -> None:
    count = len(FEATURES)
    hidden = np.zeros((count, 1), dtype=np.float32)
    hidden[FEATURES.index("known_best")] = 1.0
    ranking = Ranking(np.zeros(count, np.float32), np.ones(count, np.float32), hidden, floats(0), floats(2))
    ranking.save(tmp_path)
    again = Ranking.load(tmp_path)
    assert again is not None
    assert again.scores(signals()) == pytest.approx([0, 2 * np.tanh(0.9), 0])


@pytest.mark.parametrize("content", ["", "{}", '{"features": ["cosine"]}', '{"features": null}'])
def test_a_broken_ranking_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "ranking.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"ranking\.json"):
        Ranking.load(tmp_path)


def test_broken_known_questions_are_named(tmp_path: Path) -> None:
    (tmp_path / "known_questions.safetensors").write_bytes(b"no tensors")
    with pytest.raises(UnusableInput, match="known_questions"):
        KnownQuestions.load(tmp_path)


PASSAGES = [
    PassageText("甲/1", "著作权法", "为保护文学、艺术和科学作品作者的著作权，制定本法。"),
    PassageText("a b", "著作权法", "侵犯著作权的，侵权人应当按照权利人的实际损失给予赔偿。"),
    PassageText("3", "劳动合同法", "劳动合同期限三个月以上不满一年的，试用期不得超过一个月。"),
    PassageText("4", "", ""),
]


def test_bare_passages_are_indexed_opened_and_ranked(tmp_path: Path, settings: Settings) -> None:
    seen: list[int] = []
    built = PassageIndex.build(tmp_path / "i", PASSAGES, settings, lambda done, total, what: seen.append(done))
    opened = PassageIndex.open(tmp_path / "i", settings)
    for question, first in [("抄袭要赔多少损失", "a b"), ("试用期最长多久", "3")]:
        assert built.rank(question)[0][0] == first
        assert opened.rank(question, 1) == built.rank(question, 1)
    assert seen == [4]
    ranked = opened.rank("试用期最长多久")
    assert len({identity for identity, _ in ranked}) == len(ranked)
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_what_cannot_be_a_passage_index_is_said(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UnusableInput, match="id 相同"):
        PassageIndex.build(tmp_path / "twice", [PASSAGES[0], PASSAGES[0]], settings)
    with pytest.raises(UnusableInput, match="没有段落"):
        PassageIndex.build(tmp_path / "empty", [], settings)
    with pytest.raises(UnusableInput, match="没有段落索引"):
        PassageIndex.open(tmp_path / "nowhere", settings)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("keep me")
    with pytest.raises(UnusableInput, match="不是空文件夹"):
        PassageIndex.build(tmp_path / "other", PASSAGES, settings)
    assert (tmp_path / "other" / "letter.txt").read_text() == "keep me"


def test_an_index_of_another_model_is_refused(tmp_path: Path, settings: Settings) -> None:
    PassageIndex.build(tmp_path / "i", PASSAGES, settings)
    manifest = tmp_path / "i" / "passages.json"
    embedder = "0" * 16
    manifest.write_text(manifest.read_text("utf-8").replace('"embedder": "', f'"embedder": "{embedder}'), "utf-8")
    with pytest.raises(IndexMismatch, match="另一个"):
        PassageIndex.open(tmp_path / "i", settings)
