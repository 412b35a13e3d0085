"""The training of the shipped embedding, on a small data folder: what is read, how it is cut, what comes out."""

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embed import load_embedder
from rag.embedding_tokenizer import build_tokenizer, character_map, read_piece
from rag.known_questions import KnownQuestions
from rag.ranking import Ranking
from rag.training import __main__ as command
from rag.training.contrast import train
from rag.training.features import (
    Counts,
    TextFeatures,
    count_tokens,
    final_tokenizer,
    initial_vectors,
    simplified_characters,
    token_features,
)
from rag.training.figures import figures
from rag.training.material import Material, Recipe, corpus_pairs, read_material, training_texts
from rag.training.model_files import write_model

ARTICLES = [
    (
        "著作权法第二十四条",
        "在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬。应当指明作者姓名。",
        "拿来用要付钱吗",
    ),
    (
        "著作权法第五十四条",
        "侵犯著作权的，侵权人应当按照实际损失给予赔偿。损失难以计算的，给予五百元以上的赔偿。",
        "抄了要赔多少",
    ),
    (
        "民法典第一千零七十九条",
        "夫妻一方要求离婚的，可以直接向人民法院提起离婚诉讼。感情破裂的，准予离婚。",
        "想离婚他不同意",
    ),
    (
        "劳动合同法第十九条",
        "劳动合同期限三个月以上的，试用期不得超过一个月。同一用人单位只能约定一次。",
        "试用期能有多久",
    ),
    (
        "道路交通安全法第七十六条",
        "机动车发生交通事故造成损失的，由保险公司赔偿。不足的部分由有过错的一方承担。",
        "撞了车谁来赔",
    ),
]
FREQUENCIES = {
    "著作权": 900,
    "著作权法": 400,
    "著作": 800,
    "作品": 900,
    "许可": 700,
    "支付": 700,
    "报酬": 500,
    "赔偿": 900,
    "损失": 900,
    "离婚": 600,
    "夫妻": 600,
    "诉讼": 800,
    "人民": 999,
    "法院": 999,
    "劳动": 900,
    "合同": 900,
    "试用期": 100,
    "用人单位": 300,
    "机动车": 300,
    "交通": 900,
    "事故": 700,
}
SMALL = Recipe(dimension=8, batch=8, passes=(4.0, 4.0), words_at_least=1, border_at_least=1, inner_at_least=1, drop=0.2)


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of five articles with a question each."""
    folder = tmp_path / "data"
    keys = [f"法{number}" for number in range(len(ARTICLES))]
    rows = list(zip(keys, ARTICLES, strict=True))
    _write(folder / "stard/corpus.jsonl.gz", [{"_id": k, "title": a[0], "text": a[1]} for k, a in rows])
    _write(folder / "stard/queries.jsonl", [{"_id": f"q{k}", "text": a[2]} for k, a in rows])
    (folder / "stard/qrels").mkdir()
    lines = ["query-id\tcorpus-id\tscore", *(f"q{k}\t{k}\t1" for k in keys)]
    (folder / "stard/qrels/train.tsv").write_text("\n".join(lines), encoding="utf-8")
    _write(
        folder / "pairs/question_statutes.jsonl.gz",
        [{"query": a[2] + "？", "statutes": [f"《{a[0][:-5]}》第五条：{a[1]}"]} for _, a in rows],
    )
    _write(folder / "pairs/question_answer.jsonl.gz", [{"query": a[2], "answer": a[1]} for _, a in rows])
    _write(
        folder / "laws.jsonl.gz",
        [{"id": k, "law": a[0][:-5], "chapter": "第一章", "text": a[1]} for k, a in rows],
    )
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one law and questions of our own: one on that law, one on an article of the data folder."""
    folder = tmp_path / "corpus"
    (folder / "statutes").mkdir(parents=True)
    (folder / "statutes/law.md").write_text(
        "---\ntitle: 甲法\nshort: 甲法\naliases: []\nversion: 2020-01-01\nadopted: 2020-01-01\neffective: 2020-02-01\n"
        "repealed: null\nissuer: 某机关\nsource: 公报\ntext: official\narticles: 2\nheld: all\n---\n\n# 甲法\n\n## 第一章 总则\n\n"
        "第一条 作品受保护。作者享有权利。\n\n第二条 侵权的应当赔偿损失。\n",
        encoding="utf-8",
    )
    _write(folder / "training/aigc_questions.jsonl", [{"question": "要赔吗", "keys": ["甲法@2020/2"]}])
    _write(folder / "training/lay_questions.jsonl", [{"question": "分手费", "keys": ["法2", "乙法@2000-01-01/9"]}])
    return folder


def _trained(material: Material, hidden: Sequence[str] = ()) -> tuple[Any, Any]:
    counts = count_tokens(training_texts(material), FREQUENCIES)
    tokenizer = final_tokenizer(counts, FREQUENCIES, set(), SMALL)
    folding, _ = token_features(tokenizer, counts, SMALL)
    sources = material.sources_without(hidden)
    texts = dict.fromkeys(material.documents.values())
    for source in sources:
        texts.update(dict.fromkeys([*source.left, *source.right]))
    bags = TextFeatures(tokenizer, folding, list(texts), 100)
    first = initial_vectors(bags.matrix, SMALL)
    return tokenizer, folding @ train(sources, material.documents, bags, first, SMALL, lambda line: None)


def test_training_gives_a_model_that_loads_and_has_learned_its_pairs(data: Path, tmp_path: Path) -> None:
    tokenizer, tokens = _trained(read_material(data, None, SMALL))
    write_model(tmp_path / "model", tokenizer, tokens)
    embedder = load_embedder(tmp_path / "model")
    questions = embedder.embed([article[2] for article in ARTICLES])
    articles = embedder.embed([article[1] for article in ARTICLES])
    assert np.argmax(questions @ articles.T, axis=1).tolist() == list(range(len(ARTICLES)))


def test_the_same_data_give_the_same_vectors(data: Path) -> None:
    one, two = (_trained(read_material(data, None, SMALL))[1] for _ in range(2))
    assert np.array_equal(one, two)


def test_hidden_questions_are_in_no_source(data: Path) -> None:
    material = read_material(data, None, SMALL)
    folds = [material.fold(number, 2) for number in range(2)]
    assert sorted(folds[0] + folds[1]) == sorted(material.questions)
    assert folds[0]
    hidden = {material.questions[question] for question in folds[0]}
    used = {text for source in material.sources_without(folds[0]) for text in source.left}
    assert not hidden & used
    assert hidden <= {text for source in material.sources for text in source.left}


def test_our_own_questions_become_pairs_and_answers(data: Path, corpus: Path) -> None:
    material = read_material(data, corpus, SMALL)
    assert ("甲法 甲法 第一章 总则", "第一条 作品受保护。作者享有权利。") in list(corpus_pairs(corpus))
    by_name = {source.name: source for source in material.sources}
    assert (by_name["aigc_questions"].left, by_name["aigc_questions"].right) == (
        ["要赔吗"],
        ["甲法\n第二条 侵权的应当赔偿损失。"],
    )
    assert material.answers["要赔吗"] == ["甲法@2020/2"]
    # An article that the collection does not hold teaches nothing.
    assert by_name["lay_questions"].group == ["法2"]


def test_one_command_writes_model_known_questions_ranking_and_figures(data: Path, corpus: Path, tmp_path: Path) -> None:
    output, work = tmp_path / "model", tmp_path / "work"
    call = ["--data", str(data), "--corpus", str(corpus), "--output", str(output), "--folds", "2", "--work", str(work)]
    assert command.main(call) == 0
    known = KnownQuestions.load(output)
    assert known is not None
    assert len(known.vectors) == len(ARTICLES) + 2
    assert Ranking.load(output) is not None
    content = json.loads((output / "figures.json").read_text("utf-8"))
    assert content["questions"] == len(ARTICLES)
    assert set(content["stages"]) == {"bm25", "vectors", "fused", "ranked"}
    folds = sorted(work.glob("fold-*"))
    assert len(folds) == 2
    kept = [fold.stat().st_mtime_ns for fold in folds]
    weights = (output / "model.safetensors").read_bytes()
    assert command.main(call) == 0
    assert [fold.stat().st_mtime_ns for fold in folds] == kept
    assert (output / "model.safetensors").read_bytes() == weights
    assert command.main([*call[:4], "--output", str(tmp_path / "held"), *call[6:], "--without", "0"]) == 0
    unseen = (tmp_path / "held/unseen.queries.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["_id"] for line in unseen] == read_material(data, None, SMALL).fold(0, 2)
    held = KnownQuestions.load(tmp_path / "held")
    assert held is not None
    assert len(held.vectors) == len(known.vectors) - len(unseen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("著作权人", ["著作权", "权人", "人"]),
        ("作品的作者", ["作品", "品的", "的", "的作", "作者"]),
        ("著作權", ["著作权"]),
        ("AI作品，ＡＩ", ["ai", "作品", "ai"]),
        ("作品。作者", ["作品", "作者"]),
        ("。！", []),
    ],
)
def test_words_and_the_bigrams_between_them_come_out_of_one_tokenizer(text: str, expected: list[str]) -> None:
    words = {"著作权": -8.0, "人": -5.0, "作品": -7.0, "的": -3.0, "作者": -8.0, "作": -7.0, "品": -9.0, "者": -8.0}
    tokenizer = build_tokenizer(words, ["权人", "品的", "的作", "品作"], ["ai"], {"權": "权"})
    known = [token for token, number in zip(*_tokens(tokenizer, text), strict=True) if number]
    assert [read_piece(token)[0] for token in known] == expected


def _tokens(tokenizer: Any, text: str) -> tuple[list[str], list[int]]:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    return encoding.tokens, encoding.ids


def test_a_known_border_does_not_pull_a_word_apart() -> None:
    words = {"合同法": -9.0, "合同": -6.0, "法": -5.0}
    for borders in ([], ["同法"]):
        tokens, numbers = _tokens(build_tokenizer(words, borders, [], {}), "合同法")
        assert [read_piece(t)[0] for t, n in zip(tokens, numbers, strict=True) if n] == ["合同法"]


def test_a_character_map_replaces_every_key_and_nothing_else() -> None:
    from tokenizers import normalizers

    table = {chr(0x4E00 + 37 * number): f"[{number}]" for number in range(400)} | {"ab": "x"}
    normalise = normalizers.Precompiled(character_map(table)).normalize_str
    text = "".join(chr(0x4E00 + number) for number in range(3000))
    assert normalise(text) == "".join(table.get(char, char) for char in text)


def test_a_character_map_takes_no_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        character_map({"a\0": "b"})


def test_traditional_characters_are_mapped_save_those_that_simplified_texts_use() -> None:
    table = simplified_characters(Counter({"著": 500, "着": 300, "权": 900, "权利": 1, "權": 2}))
    assert table["權"] == "权"
    assert "著" not in table


def test_borders_are_counted_between_words_only() -> None:
    counts: Counts = count_tokens(["著作权作品，作品"], FREQUENCIES)
    assert counts.words == {"著作权": 1, "作品": 2}
    assert counts.borders == {"权作": 1}
    assert counts.inner == {"著作": 1, "作权": 1, "作品": 2}


def test_figures_by_hand() -> None:
    marks = [np.array([False, False, True]), np.array([False] * 11 + [True])]
    found = figures({"ranked": marks}, [2, 1])["ranked"]
    values = {name: one["value"] for name, one in found.items()}
    assert values == {"recall@10": 0.25, "recall@100": 0.75, "mrr@10": pytest.approx(1 / 6, abs=1e-4)}
    assert found["recall@10"]["low"] == 0.0
    assert found["recall@10"]["high"] == 0.5
