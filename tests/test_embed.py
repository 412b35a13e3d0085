"""The shipped embedding and the door to any other: shapes, meaning, agreement with sentence-transformers, errors."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import UnusableInput
from rag.embed import BUILT_IN, Embedder, StaticEmbedder, TransformerEmbedder, load_embedder
from rag.llama_embedding import KangbianEmbedding

TEXTS = [
    "人工智能生成的图片是否构成作品？",
    "第二十四条　在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬",
    "（2024）粤0192民初113号民事判决书",
    "Is an AIGC image protected by copyright?",
    "著作權人有權許可他人行使權利",
    "Ａ１２３ｘ",
    "侵权" * 3000,
]

# anchor, nearer, farther
NEARER = [
    ("未经许可复制他人作品", "擅自使用著作权人的作品", "劳动合同的试用期"),
    ("AI画的图有没有版权", "人工智能生成内容是否构成作品", "夫妻共同财产如何分割"),
    ("拿别人的画训练模型", "使用作品训练生成式人工智能", "交通事故责任认定"),
    ("赔多少钱", "赔偿数额", "保护期限"),
    ("自己学习用一下别人的作品", "为个人学习、研究或者欣赏，使用他人已经发表的作品", "机动车登记的条件"),
    ("平台收到投诉没删", "网络服务提供者接到通知后未及时采取必要措施", "公司股东会的召集"),
    ("有没有见过原告的画", "接触作品的可能性", "建设工程价款优先受偿"),
    ("离婚以后孩子归谁", "父母与未成年子女的抚养", "注册商标的宣告无效"),
]

EMPTY = ["", " \n\t", "。，！？", "——"]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder()


def test_vectors_have_one_shape_and_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("text", EMPTY)
def test_a_text_without_words_is_like_nothing(embedder: Embedder, text: str) -> None:
    blank, word = embedder.embed([text, "作品"])
    assert not blank.any()
    assert word.any()


def test_the_same_text_gives_the_same_vector_alone_in_company_and_loaded_again(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([load_embedder().embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize(("anchor", "nearer", "farther"), NEARER)
def test_like_meaning_is_nearer(embedder: Embedder, anchor: str, nearer: str, farther: str) -> None:
    a, b, c = embedder.embed([anchor, nearer, farther])
    assert a @ b > a @ c + 0.05


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("著作權人許可他人複製作品", "著作权人许可他人复制作品"),
        ("訓練模型是否構成合理使用", "训练模型是否构成合理使用"),
        ("ＡＩＧＣ作品", "aigc作品"),
        ("第２４条", "第24条"),
    ],
)
def test_script_width_and_case_make_no_difference(embedder: Embedder, one: str, other: str) -> None:
    first, second = embedder.embed([one, other])
    assert first == pytest.approx(second, abs=1e-6)


def test_sentence_transformers_reads_the_same_vectors_without_remote_code(embedder: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUILT_IN), local_files_only=True, device="cpu")
    assert embedder.embed(TEXTS) == pytest.approx(np.asarray(model.encode(TEXTS), dtype=np.float32), abs=1e-3)
    assert model.get_embedding_dimension() == embedder.dimension


def test_the_library_path_gives_the_same_vectors_and_zeros_for_no_words(embedder: Embedder) -> None:
    other = TransformerEmbedder(str(BUILT_IN))
    assert other.embed([*TEXTS, *EMPTY]) == pytest.approx(embedder.embed([*TEXTS, *EMPTY]), abs=1e-3)
    assert other.embed([]).shape == (0, embedder.dimension)


def test_a_folder_of_the_same_form_is_read_the_same_way(embedder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "模型"
    shutil.copytree(BUILT_IN, folder)
    other = load_embedder(folder)
    assert isinstance(other, StaticEmbedder)
    assert (other.name, other.fingerprint) == (str(folder), embedder.fingerprint)
    assert np.array_equal(other.embed(TEXTS), embedder.embed(TEXTS))


def test_the_fingerprint_follows_the_weights(embedder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUILT_IN, folder)
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert load_embedder(folder).fingerprint != embedder.fingerprint


def test_the_embedder_says_who_it_is(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    assert embedder.name == "built-in"
    assert len(embedder.fingerprint) == 16
    assert embedder.max_chars >= 500


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_given_means_the_shipped_model(embedder: Embedder, value: str | None) -> None:
    assert load_embedder(value).fingerprint == embedder.fingerprint


def test_a_folder_without_a_model_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"没有向量模型.*KANGBIAN_EMBED_MODEL"):
        load_embedder(tmp_path)


def test_a_file_is_not_a_model(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"")
    with pytest.raises(UnusableInput, match="不是模型文件夹"):
        load_embedder(file)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "),
        ("model.safetensors", b"short"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b""),
        ("modules.json", b"not json"),
    ],
)
def test_a_broken_model_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUILT_IN, folder)
    (folder / name).write_bytes(content)
    with pytest.raises(UnusableInput, match="无法读取"):
        load_embedder(folder)


def test_a_model_that_is_not_here_is_not_downloaded() -> None:
    with pytest.raises(UnusableInput, match=r"本机没有向量模型「no-such-owner/no-such-model」.*不联网"):
        load_embedder("no-such-owner/no-such-model")


def test_the_shipped_model_needs_neither_torch_nor_a_network() -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from rag.embed import load_embedder\n"
        "load_embedder().embed(['作品'])\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'huggingface_hub'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_model_folder_is_small_and_carries_its_papers() -> None:
    files = [path for path in BUILT_IN.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 30_000_000
    assert {"README.md", "NOTICE"} <= {path.name for path in files}
    modules = json.loads((BUILT_IN / "modules.json").read_text(encoding="utf-8"))
    assert all(module["type"].startswith("sentence_transformers.") for module in modules)


def test_llama_index_gets_the_same_vectors(embedder: Embedder) -> None:
    embedding = KangbianEmbedding(embedder)
    first, second = embedder.embed(["合理使用", "赔偿数额"])
    assert embedding.get_query_embedding("合理使用") == pytest.approx(first.tolist())
    assert embedding.get_text_embedding_batch(["合理使用", "赔偿数额"])[1] == pytest.approx(second.tolist())
    assert embedding.model_name == "built-in"
