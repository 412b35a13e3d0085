"""The index makes, renews and mends itself: fingerprints, the manifest, kill -9 at every moment, a server that is down."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.citation import Citation
from ingest.errors import ServiceFailure, UnusableInput
from rag.audit import audit
from rag.chroma import ChromaServer
from rag.index import Index, open_index
from rag.lexical import Lexical
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.vectors import Vectors
from rag.workspace import Workspace
from rag.writer import FORMAT
from tests.bigram_embedder import BigramEmbedder
from tests.small_corpus import small_settings

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small corpus with its index made; a test that changes anything works on a copy."""
    settings = small_settings(tmp_path_factory.mktemp("built"))
    open_index(settings, embedder=BigramEmbedder())
    return settings


def copy_of(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(settings.home, folder / "home")
    shutil.copytree(settings.corpus, folder / "corpus")
    return Settings(home=folder / "home", corpus=folder / "corpus")


def problems(index: Index) -> tuple[str, ...]:
    return audit([("内置", index.builtin), ("客户甲", index.own)], index.lexical(), index.settings.corpus).problems


def keys(index: Index, query: str) -> list[str]:
    return [hit.key for hit in Retriever(index).search(query)]


def test_the_manifest_says_what_made_the_index(built: Settings) -> None:
    index = open_index(built, embedder=BigramEmbedder())
    (manifest,) = built.home.glob("builtin/*/manifest.json")
    written = json.loads(manifest.read_text("utf-8"))
    assert written == index.manifest
    assert (written["model"], written["embedder"], written["version"]) == ("bigram", "bigram-64-400", FORMAT)
    assert written["documents"] == 4
    assert written["fingerprint"].startswith(manifest.parent.name)
    assert problems(index) == ()


def test_a_second_start_embeds_nothing(built: Settings) -> None:
    embedder = BigramEmbedder()
    open_index(built, embedder=embedder)
    assert embedder.embedded == 0


def test_a_changed_corpus_file_renews_the_index(built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    file = settings.corpus / "statutes" / "generative_ai_measures_2023.md"
    file.write_text(file.read_text("utf-8").replace("训练数据处理活动", "语料处理活动"), "utf-8")
    index = open_index(settings, embedder=BigramEmbedder())
    assert index.manifest["fingerprint"] != open_index(built, embedder=BigramEmbedder()).manifest["fingerprint"]
    place = index.library.place(Citation.parse("生成式人工智能服务管理暂行办法/7"))
    assert place is not None
    assert "语料处理活动" in place.text
    assert problems(index) == ()


def test_another_model_gets_an_index_of_its_own_and_the_last_but_one_goes(built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    for dimension in (32, 48):
        open_index(settings, embedder=BigramEmbedder(dimension=dimension))
    assert len(list(settings.home.glob("builtin/*/manifest.json"))) == 2


@pytest.mark.parametrize(
    "moment",
    [
        "before:Vectors.write",
        "after:Vectors.write",
        "after:Store.publish",
        "before:Lexical.build",
        "before:index._prune",
    ],
)
def test_a_build_that_is_killed_is_finished_by_the_next_start(moment: str, tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    assert run_until_killed(moment, tmp_path) == -9
    index = open_index(settings, embedder=BigramEmbedder())
    assert problems(index) == ()
    assert index.manifest["passages"] == index.builtin.vectors.count() - split_extra(index)
    assert keys(index, "网络服务提供者 通知 必要措施")[0] == "民法典@2020/1195"


@pytest.mark.parametrize("moment", ["before:Vectors.write", "after:Vectors.write", "after:Store.publish"])
def test_an_ingest_that_is_killed_is_whole_at_the_next_start(moment: str, built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    Workspace("客户甲", settings, embedder=BigramEmbedder()).ingest(
        [note(tmp_path, "第一份.md", "先前的意见仍然保留。")]
    )
    second = note(tmp_path, "第二份.md", "晶钻吊坠的权属意见。")
    assert run_until_killed(moment, tmp_path, second) == -9
    index = open_index(settings, "客户甲", embedder=BigramEmbedder())
    assert {document.title for document in index.library.documents() if not document.builtin} == {"第一份", "第二份"}
    assert keys(index, "晶钻吊坠的权属")[0] == "第二份/0/1"
    assert problems(index) == ()


def note(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def run_until_killed(moment: str, folder: Path, *files: Path) -> int:
    command = [sys.executable, "-m", "tests.killed", moment, str(folder), *map(str, files)]
    return subprocess.run(command, cwd=REPOSITORY, check=False, stderr=subprocess.DEVNULL).returncode


def split_extra(index: Index) -> int:
    """How many vectors there are beyond one a passage."""
    ids = index.builtin.store.piece_ids()
    return len(ids) - len({identity.partition("#")[0] for identity in ids})


@pytest.mark.parametrize("lost", ["chroma", "lexical", "manifest.json", "store.sqlite"])
def test_a_lost_part_is_made_again(lost: str, built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    (folder,) = (path for path in settings.home.glob("builtin/*") if path.is_dir())
    shutil.rmtree(folder / lost) if (folder / lost).is_dir() else (folder / lost).unlink()
    index = open_index(settings, embedder=BigramEmbedder())
    assert keys(index, "网络服务提供者 通知 必要措施")[0] == "民法典@2020/1195"
    assert problems(index) == ()


@pytest.mark.parametrize("broken", ["store.sqlite", "chroma/chroma.sqlite3"])
def test_a_broken_part_is_made_again(broken: str, built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    (folder,) = (path for path in settings.home.glob("builtin/*") if path.is_dir())
    (folder / broken).write_bytes(b"torn" * 5000)
    index = open_index(settings, embedder=BigramEmbedder())
    assert keys(index, "网络服务提供者 通知 必要措施")[0] == "民法典@2020/1195"
    assert problems(index) == ()


def test_a_long_lived_reader_sees_what_another_process_ingests(built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    reader = open_index(settings, "客户甲", embedder=BigramEmbedder())
    assert "第三份/0/1" not in keys(reader, "晶钻吊坠的权属意见")
    file = note(tmp_path, "第三份.md", "晶钻吊坠的权属意见。")
    code = (
        "import sys; from pathlib import Path; from rag.settings import Settings; from rag.workspace import Workspace;"
        "from tests.bigram_embedder import BigramEmbedder; folder = Path(sys.argv[1]);"
        "settings = Settings(home=folder / 'home', corpus=folder / 'corpus');"
        "Workspace('客户甲', settings, embedder=BigramEmbedder()).ingest([sys.argv[2]])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(file)], cwd=REPOSITORY, check=True)
    assert keys(reader, "晶钻吊坠的权属意见")[0] == "第三份/0/1"
    assert any(key.startswith("第三份") for _, key in nearest(reader, "晶钻吊坠的权属意见"))


def nearest(index: Index, text: str) -> list[tuple[float, str]]:
    vector = index.embedder.embed([text])[0]
    return [(score, key) for _, unit in index.vectors() for key, score in unit.vectors.nearest(vector, 3)]


def test_a_disk_that_fills_while_the_words_are_saved(
    built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = small_settings(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("rag.lexical.np.save", full)
        with pytest.raises(ServiceFailure, match="磁盘已满"):
            open_index(settings, embedder=BigramEmbedder())
    index = open_index(settings, embedder=BigramEmbedder())
    assert problems(index) == ()
    assert isinstance(index.lexical(), Lexical)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    settings.home.write_text("not a folder")
    with pytest.raises(ServiceFailure, match=str(settings.home)):
        open_index(settings, embedder=BigramEmbedder())


def test_a_chroma_server_that_is_down_is_named(built: Settings, tmp_path: Path) -> None:
    vectors = Vectors(tmp_path, "kangbian-test", ChromaServer("http://127.0.0.1:9"))
    with pytest.raises(ServiceFailure, match=r"http://127\.0\.0\.1:9.*请确认 Chroma 服务已启动"):
        vectors.count()


@pytest.mark.parametrize("url", ["ftp://host", "http://", "http://host:port"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="KANGBIAN_CHROMA_URL"):
        Vectors(tmp_path, "kangbian-test", ChromaServer(url)).count()


def test_any_llama_index_application_can_open_the_collection(built: Settings) -> None:
    from llama_index.core.vector_stores.types import VectorStoreQuery

    index = open_index(built, embedder=BigramEmbedder())
    vector = index.embedder.embed(["网络服务提供者接到通知后，应当及时将该通知转送相关网络用户"])[0]
    store = index.builtin.llama_store()
    found = store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=3))
    assert found.nodes[0].metadata["key"] == "民法典@2020/1195"
    assert found.nodes[0].metadata["effective"] == 20210101
    assert "网络服务提供者" in found.nodes[0].text
