"""The index on a real `chroma run`: the same as embedded, readers beside a writer, and every way a server can fail."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import chromadb
import numpy as np
import pytest

from ingest.errors import IndexMismatch, KangbianError, ServiceFailure, UnusableInput
from rag import writer
from rag.chroma import ChromaServer
from rag.index import Index, open_index
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.vectors import VectorRecord, Vectors
from rag.workspace import Workspace
from tests.bigram_embedder import BigramEmbedder
from tests.chroma_run import ChromaRun, free_port, guarded_server, silent_server
from tests.reader_process import text_of
from tests.small_corpus import small_settings

REPOSITORY = Path(__file__).parent.parent
QUESTIONS = ("网络服务提供者 通知 必要措施", "训练数据来源合法", "春风送来了温柔案的独创性", "民法典第一千一百九十五条")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    """One server for the tests that leave it as it was."""
    running = ChromaRun(tmp_path_factory.mktemp("chroma"))
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ChromaRun]:
    """A server for one test."""
    running = ChromaRun(tmp_path / "chroma")
    yield running
    running.stop()


def on_server(folder: Path, url: str) -> Settings:
    small = small_settings(folder)
    return Settings(home=small.home, corpus=small.corpus, chroma_url=url)


def found(index: Index) -> list[list[tuple[str, float]]]:
    return [
        [(hit.key, round(hit.score, 4)) for hit in Retriever(index).search(question, k=5)] for question in QUESTIONS
    ]


def collections(url: str) -> set[str]:
    client = chromadb.HttpClient("127.0.0.1", int(url.rpartition(":")[2]))
    return {collection.name for collection in client.list_collections()}


def foreign(url: str, name: str, dimension: int, **metadata: str) -> None:
    """Put a collection of somebody else's vectors in place of the one of this name."""
    client = chromadb.HttpClient("127.0.0.1", int(url.rpartition(":")[2]))
    if name in {collection.name for collection in client.list_collections()}:
        client.delete_collection(name)
    made = client.create_collection(name, embedding_function=None, metadata=metadata or None)
    made.upsert(ids=["甲/0/1"], embeddings=np.ones((1, dimension), dtype=np.float32))


def note(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# --- the same as embedded ---------------------------------------------------------------------------------------------


def test_a_server_gives_what_the_embedded_engine_gives(server: ChromaRun, tmp_path: Path) -> None:
    here = open_index(small_settings(tmp_path / "here"), embedder=BigramEmbedder())
    there = open_index(on_server(tmp_path / "there", server.url), embedder=BigramEmbedder())
    assert found(there) == found(here)
    assert not (there.builtin.store.path.parent / "chroma").exists()


def test_a_second_home_shares_the_built_in_collection(server: ChromaRun, tmp_path: Path) -> None:
    first = open_index(on_server(tmp_path / "first", server.url), embedder=BigramEmbedder())
    held = collections(server.url)
    second = open_index(on_server(tmp_path / "second", server.url), embedder=BigramEmbedder())
    assert first.builtin.vectors.name == second.builtin.vectors.name
    assert collections(server.url) == held
    assert found(second) == found(first)


def test_readers_see_every_batch_while_another_process_writes(
    server: ChromaRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = on_server(tmp_path, server.url)
    open_index(settings, embedder=BigramEmbedder())
    finished = tmp_path / "finished"
    command = [sys.executable, "-m", "tests.reader_process", server.url, str(tmp_path), str(finished)]
    readers = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    # Two documents of two passages to a batch.
    monkeypatch.setattr(writer, "_BATCH", 4)
    workspace = Workspace("共享", settings, embedder=BigramEmbedder())
    for round_ in range(3):
        files = [note(tmp_path, f"意见{n}.md", text_of(n)) for n in range(round_ * 4, round_ * 4 + 4)]
        assert not [file for file in workspace.ingest(files).files if file.status != "added"]
    finished.touch()
    for reader in readers:
        seen, said = reader.communicate()
        assert (reader.returncode, said) == (0, "")
        assert seen.rstrip().endswith("12]")
    assert workspace.verify().problems == ()


# --- what is lost comes back ------------------------------------------------------------------------------------------


def test_a_collection_that_is_lost_while_it_is_searched_is_put_back(server: ChromaRun, tmp_path: Path) -> None:
    settings = on_server(tmp_path, server.url)
    Workspace("丢失", settings, embedder=BigramEmbedder()).ingest([note(tmp_path, "意见0.md", text_of(0))])
    index = open_index(settings, "丢失", embedder=BigramEmbedder())
    before = found(index)
    for unit in index.units():
        unit.vectors.drop()
    assert found(index) == before
    assert [unit.vectors.ids() for unit in index.units()] == [unit.store.piece_ids() for unit in index.units()]


def test_a_server_that_comes_back_empty_is_filled_from_the_store(own_server: ChromaRun, tmp_path: Path) -> None:
    index = open_index(on_server(tmp_path, own_server.url), embedder=BigramEmbedder())
    before = found(index)
    own_server.stop()
    with pytest.raises(ServiceFailure, match=f"连不上向量服务 {own_server.url}.*请确认 Chroma 服务已启动"):
        found(index)
    own_server.start(tmp_path / "empty")
    assert found(index) == before


def test_a_writer_whose_collection_is_lost_begins_it_anew(server: ChromaRun, tmp_path: Path) -> None:
    vectors = Vectors(tmp_path, "kangbian-writer", ChromaServer(server.url))
    vectors.write([record("甲")])
    Vectors(tmp_path, "kangbian-writer", ChromaServer(server.url)).drop()
    vectors.write([record("乙")])
    assert vectors.ids() == {"乙"}


def record(identity: str) -> VectorRecord:
    return VectorRecord(identity, np.array([1, 0], dtype=np.float32), "某法", "statute")


def test_former_built_in_collections_go_and_nobody_else_s(own_server: ChromaRun, tmp_path: Path) -> None:
    foreign(own_server.url, "somebody-else", 3)
    foreign(own_server.url, "kangbian-0123456789abcdef", 3)
    settings = on_server(tmp_path, own_server.url)
    names = [open_index(settings, embedder=BigramEmbedder(dimension=d)).builtin.vectors.name for d in (32, 48, 64)]
    assert collections(own_server.url) == {"somebody-else", "kangbian-0123456789abcdef", *names[1:]}


# --- vectors of another model -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metadata", [{"embedder": "another"}, {}])
def test_another_model_s_vectors_are_named_with_the_command(
    metadata: dict[str, str], server: ChromaRun, tmp_path: Path
) -> None:
    settings = on_server(tmp_path, server.url)
    workspace = Workspace("客户甲", settings, embedder=BigramEmbedder())
    workspace.ingest([note(tmp_path, "意见0.md", text_of(0))])
    index = open_index(settings, "客户甲", embedder=BigramEmbedder())
    before = found(index)
    foreign(server.url, index.own.vectors.name, 3, **metadata)
    fresh = open_index(settings, "客户甲", embedder=BigramEmbedder())
    for asked in (fresh, index):
        with pytest.raises(IndexMismatch, match=r"另一个嵌入模型的向量.*kangbian ingest --reindex --workspace 客户甲"):
            found(asked)
    with pytest.raises(IndexMismatch, match="kangbian ingest --reindex --workspace 客户甲"):
        workspace.ingest([note(tmp_path, "意见1.md", text_of(1))])
    assert workspace.reindex() == 2
    workspace.remove("意见1")
    assert found(open_index(settings, "客户甲", embedder=BigramEmbedder())) == before
    assert workspace.verify().problems == ()


def test_a_built_in_collection_of_another_model_is_made_anew(server: ChromaRun, tmp_path: Path) -> None:
    settings = on_server(tmp_path, server.url)
    index = open_index(settings, embedder=BigramEmbedder())
    before = found(index)
    foreign(server.url, index.builtin.vectors.name, 3, embedder="another")
    assert found(open_index(settings, embedder=BigramEmbedder())) == before


# --- servers that fail ------------------------------------------------------------------------------------------------


def test_a_server_that_is_slow_is_named_with_the_seconds(tmp_path: Path) -> None:
    with silent_server() as url, pytest.raises(ServiceFailure) as told:
        Vectors(tmp_path, "kangbian-test", ChromaServer(url, timeout=0.2)).count()
    assert str(told.value) == (
        f"向量服务 {url} 在 0.2 秒内没有应答。请稍后重试，或用 KANGBIAN_CHROMA_TIMEOUT 设置更长的秒数。"
    )


def test_a_server_that_is_no_chroma_is_named(tmp_path: Path) -> None:
    with guarded_server("令牌") as url, pytest.raises(KangbianError, match=f"向量服务 {url}"):
        Vectors(tmp_path, "kangbian-test", ChromaServer(url)).count()


def test_a_token_opens_the_server_and_is_never_shown(tmp_path: Path) -> None:
    with guarded_server("s3cret") as url:
        assert Vectors(tmp_path, "kangbian-test", ChromaServer(url, "s3cret")).count() == 0
        with pytest.raises(ServiceFailure, match="拒绝访问。请核对 KANGBIAN_CHROMA_TOKEN") as told:
            Vectors(tmp_path, "kangbian-test", ChromaServer(url, "s3cret-wrong")).count()
    settings = Settings.from_env({"KANGBIAN_CHROMA_URL": url, "KANGBIAN_CHROMA_TOKEN": "s3cret"})
    shown = f"{told.value} {settings} {settings.chroma_server()} {Vectors(tmp_path, 'n', settings.chroma_server())}"
    assert "s3cret" not in shown


def test_https_is_spoken_where_the_address_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with guarded_server("t", context) as url:
        with pytest.raises(ServiceFailure, match=f"连不上向量服务 {url}.*CERTIFICATE_VERIFY_FAILED"):
            Vectors(tmp_path, "kangbian-test", ChromaServer(url, "t")).count()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert Vectors(tmp_path, "kangbian-test", ChromaServer(url, "t", timeout=9)).count() == 0


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    server: ChromaRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert Vectors(tmp_path, "kangbian-none", ChromaServer(server.url, timeout=8)).count() == 0


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"KANGBIAN_CHROMA_TIMEOUT": "soon"}, "KANGBIAN_CHROMA_TIMEOUT「soon」不是秒数"),
        ({"KANGBIAN_CHROMA_TIMEOUT": "0"}, "不是秒数"),
        ({"KANGBIAN_CHROMA_TIMEOUT": "inf"}, "不是秒数"),
        ({"KANGBIAN_CHROMA_URL": "http://a:b@host"}, "不能写用户名或密码"),
        ({"KANGBIAN_CHROMA_URL": "http://host/path"}, "不是可用的地址"),
        ({"KANGBIAN_CHROMA_URL": "http://host", "KANGBIAN_CHROMA_TOKEN": "令 牌"}, "KANGBIAN_CHROMA_TOKEN"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variables: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=named) as told:
        Vectors(tmp_path, "kangbian-test", Settings.from_env(variables).chroma_server()).count()
    assert "a:b" not in str(told.value)
