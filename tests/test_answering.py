"""Whether a passage answers a question: the shipped model, its file, and that numpy computes what was trained."""

import numpy as np
import pytest
import torch

from ingest.errors import UnusableInput
from rag.answering import MOST_ASKED, MOST_READ, Answering, load_answering, passage_text, together
from rag.embed import shipped
from rag.training import answering
from rag.training.asked import Asked

REGISTRATION = passage_text(
    "中华人民共和国著作权法", "作者等著作权人可以向国家著作权主管部门认定的登记机构办理作品登记。"
)


@pytest.mark.parametrize(
    ("answered", "not_answered"),
    [
        ("作品登记向什么机构办理？", "作品登记的收费标准是多少？"),
        ("画好的东西想登记，该找哪儿？", "画好的东西想登记，几天能拿到证？"),
        ("Who registers works?", "How much does it cost to register a work?"),
    ],
)
def test_a_question_full_of_the_words_of_a_rule_may_ask_for_something_else(answered: str, not_answered: str) -> None:
    inside, outside = load_answering().odds([answered, not_answered], [REGISTRATION])[:, 0]
    assert outside < 0
    assert inside > outside + 1


def test_every_pair_of_question_and_passage_has_its_odds() -> None:
    model = load_answering()
    other = passage_text("中华人民共和国著作权法", "著作权属于作者，本法另有规定的除外。")
    odds = model.odds(["著作权归谁？", "", "🙂"], [REGISTRATION, other, ""])
    assert odds.shape == (3, 3)
    assert np.isfinite(odds).all()
    assert odds[0, 1] == pytest.approx(model.odds(["著作权归谁？"], [other])[0, 0])


def test_any_passage_may_answer() -> None:
    odds = np.array([[-9.0, 2.0, -9.0]], dtype=np.float32)
    assert together(odds)[0] == pytest.approx(2.0, abs=1e-3)


def test_a_file_that_is_no_model_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("answering") / "answering.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(UnusableInput, match=r"answering\.safetensors"):
        Answering.load(path)


def test_training_tells_what_is_asked_for_and_numpy_reads_it_the_same(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small training: offices are answered by one passage, fees by none."""
    asked = [Asked(f"{place}登记找哪个机构", True) for place in ("作品", "画", "歌曲", "小说", "照片", "软件")]
    asked += [
        Asked(f"{place}登记收费多少", False, rare=True) for place in ("作品", "画", "歌曲", "小说", "照片", "软件")
    ]
    texts = [one.text for one in asked]
    monkeypatch.setattr(answering, "_looked_up", lambda some: [[REGISTRATION] for _ in some])
    monkeypatch.setattr(answering, "ProcessPoolExecutor", _InThisProcess)
    recipe = answering.Recipe(members=2, epochs=60, batch=4, rate=1e-2, folds=3)
    given = answering.material(asked, recipe, lambda _: None)
    odds = answering.unseen_odds(given, texts, recipe, lambda _: None)
    assert ((odds > 0) == (given.answered > 0)).mean() > 0.8
    networks = answering.trained(given, [list(range(len(asked)))] * 2, [1, 2], recipe)
    network = next(networks)
    path = tmp_path_factory.mktemp("answering") / "answering.safetensors"
    answering.packed([network]).save(path)
    read = Answering.load(path).odds(texts, [REGISTRATION])
    with torch.no_grad():
        learned = np.concatenate([network(batch).numpy() for batch in given.batches(range(len(texts)), 5)])
    assert read == pytest.approx(learned, abs=0.05)


def test_long_texts_are_read_to_their_bounds() -> None:
    assert len(shipped().words("著作权" * 200, MOST_ASKED)) == MOST_ASKED
    assert len(shipped().words("", MOST_READ)) == 1


class _InThisProcess:
    """A pool that calls in turn: what it runs may be replaced by a test."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> "_InThisProcess":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    map = staticmethod(map)
