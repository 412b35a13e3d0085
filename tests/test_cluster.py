"""Work spread by a real Ray: the same as on one machine, workers killed midway included; and every way it can fail.

Those that need Ray are marked `ray` (make test-ray).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from eval import SpreadAsker, run_dataset
from eval.asking import Asker
from ingest.errors import ServiceFailure, UnusableInput
from rag import Assistant, Cluster, IngestReport, Settings, Workspace
from rag.index import open_index
from rag.spread import SpreadEmbedder
from tests.bigram_embedder import BigramEmbedder
from tests.chroma_run import free_port, guarded_server, silent_server
from tests.small_corpus import small_settings
from tests.test_law_collection import COLLECTION

ROOT = Path(__file__).parent.parent
COMMAND = "from interfaces.cli import main; main()"
INSIDE = ROOT / "eval" / "datasets" / "inside.jsonl"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One local Ray for all tests here."""
    with Cluster("local") as started:
        yield started


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small corpus, its index made once."""
    made = small_settings(tmp_path_factory.mktemp("cluster"))
    open_index(made, embedder=BigramEmbedder())
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of laws on disk, with a file that cannot be used."""
    made = tmp_path_factory.mktemp("laws")
    for name, text in COLLECTION.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(text, "utf-8")
    (made / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    return made


class Killing:
    """Progress that kills every worker process once, in the middle of the work."""

    def __init__(self, cluster: Cluster, moment: int) -> None:
        self.cluster, self.moment, self.killed = cluster, moment, set[int]()

    def __call__(self, done: int, total: int, what: str) -> None:
        if done == self.moment and not self.killed:
            self.killed = set(self.cluster.each(os.getpid, [()] * 8))
            for pid in self.killed:
                os.kill(pid, signal.SIGKILL)


def outcome(report: IngestReport) -> list[tuple[str, str, str | None, int, str]]:
    return [(file.file, file.status.value, file.document, file.passages, file.message) for file in report.files]


def stored(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Key, title and text of every passage the user brought."""
    library = workspace.library()
    own = [document for document in library.documents() if not document.builtin]
    places = [place for document in own for place in library.passages(str(document.citation).partition("@")[0])]
    return [(place.key, place.title, place.text) for place in places]


def words(workspace: Workspace) -> list[tuple[int, str]]:
    return [(passage, cut) for passage, cut, _, _ in workspace._unit().store.searched()]


@pytest.mark.ray
@pytest.mark.parametrize("killed", [False, True])
def test_an_ingest_that_is_spread_stores_what_one_process_stores(
    killed: bool, cluster: Cluster, small: Settings, folder: Path
) -> None:
    alone = Workspace(f"独自{killed:d}", small, embedder=BigramEmbedder())
    plain = alone.ingest([folder])
    spread = Workspace(f"分布{killed:d}", small, embedder=BigramEmbedder())
    killing = Killing(cluster, 3 if killed else -1)
    assert outcome(spread.ingest([folder], killing, cluster)) == outcome(plain)
    assert bool(killing.killed) is killed
    assert stored(spread) == stored(alone)
    assert words(spread) == words(alone)
    assert spread.verify().problems == ()


@pytest.mark.ray
def test_texts_embedded_by_workers_have_the_same_vectors(cluster: Cluster) -> None:
    texts = [f"第{number}条 未经许可复制作品。" for number in range(501)]
    embedder = BigramEmbedder()
    spread = SpreadEmbedder(embedder, cluster)
    vectors = spread.embed(texts)
    assert embedder.embedded == 0
    assert np.array_equal(vectors, embedder.embed(texts))
    assert spread.fingerprint == embedder.fingerprint


def without_times(content: dict[str, Any]) -> dict[str, Any]:
    """A report without what depends on the hour and the speed of the machine."""
    content["measures"].pop("latency_ms")
    for name in ("started", "finished"):
        content["provenance"].pop(name)
    for item in content["items"]:
        item.pop("latency_ms")
        item["measures"].pop("latency_ms")
        item["answer"].pop("timings_ms")
    return content


@pytest.mark.ray
def test_an_evaluation_that_is_spread_gives_the_same_report(
    cluster: Cluster, assistant: Assistant, tmp_path: Path
) -> None:
    dataset = tmp_path / "d.jsonl"
    dataset.write_text("\n".join(INSIDE.read_text("utf-8").splitlines()[:12]), "utf-8")

    def run(name: str, asker: Asker | SpreadAsker, killing: Killing) -> dict[str, Any]:
        report = run_dataset(dataset, tmp_path / name, asker, progress=killing)
        journal = (tmp_path / name / "items.jsonl").read_text("utf-8").splitlines()
        assert [json.loads(line)["id"] for line in journal[1:-1]] == [item.item.id for item in report.items]
        return without_times(report.as_json())

    spread = SpreadAsker(cluster, "default", assistant.settings)
    plain = run("plain", assistant, Killing(cluster, -1))
    killing = Killing(cluster, 5)
    assert run("spread", spread, killing) == plain
    assert killing.killed


def block_once(marker: str) -> int:
    """Wait for ever the first time, having said who waits."""
    try:
        with Path(marker).open("x") as out:
            out.write(str(os.getpid()))
    except FileExistsError:
        return os.getpid()
    signal.pause()
    return 0


def die_unless_here(here: int) -> int:
    """Kill the process, unless it is this one."""
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return here


def fail(message: str) -> None:
    """An error of the house, far away."""
    raise UnusableInput(message)


@pytest.mark.ray
def test_work_whose_worker_is_killed_is_done_again(cluster: Cluster, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(cluster.call, block_once, str(marker))
        while not (marker.exists() and marker.read_text()):
            Event().wait(0.02)
        first = int(marker.read_text())
        os.kill(first, signal.SIGKILL)
        assert answer.result() not in (0, first, os.getpid())


@pytest.mark.ray
def test_work_that_kills_every_worker_is_done_here(cluster: Cluster) -> None:
    assert cluster.call(die_unless_here, os.getpid()) == os.getpid()


@pytest.mark.ray
def test_an_error_of_the_house_comes_back_as_it_is(cluster: Cluster) -> None:
    with pytest.raises(UnusableInput, match=r"^没有文字。$"):
        cluster.call(fail, "没有文字。")


@pytest.mark.ray
def test_other_code_on_a_worker_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.cluster.code_digest", lambda: "another")
    with pytest.raises(UnusableInput, match="与本机版本不同"):
        cluster.call(os.getpid)


@pytest.mark.ray
@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="reads the kernel's tables, which only Linux has")
def test_a_local_ray_listens_on_the_loopback_address_only(cluster: Cluster) -> None:
    assert cluster.call(os.getpid) in descendants(os.getpid())
    listening = {address for pid in descendants(os.getpid()) for address in listens_on(pid)}
    assert listening
    # 127.0.0.1 and ::ffff:127.0.0.1 as the kernel writes them.
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}


def descendants(parent: int) -> set[int]:
    """The processes that a process started, and those that these started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found, todo = set[int](), [parent]
    while todo:
        new = children.get(todo.pop(), [])
        found.update(new)
        todo += new
    return found


def listens_on(pid: int) -> set[str]:
    """The addresses on which a process takes connections, in the kernel's hexadecimal."""
    with suppress(OSError):
        sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
        rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()]
        return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
    return set()


@pytest.mark.ray
def test_the_command_prints_json_and_nothing_else(tmp_path: Path, folder: Path) -> None:
    command = [sys.executable, "-c", COMMAND, "ingest", str(folder), "--ray", "local", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["failed"] == 1
    assert list(tmp_path.rglob("*")) == [], "Ray leaves nothing in the user's home"


# --- without Ray ------------------------------------------------------------------------------------------------------


def test_a_missing_ray_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UnusableInput, match=r"没有安装 Ray。请运行 pip install 'kangbian\[ray\]'"), Cluster("local"):
        pass


@pytest.mark.parametrize("address", ["", "here", "host:", "host:port", "ray://host"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UnusableInput, match=f"Ray 地址「{address}」不可用"), Cluster(address):
        pass


def test_an_address_where_nobody_answers_is_named() -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(ServiceFailure, match=f"连不上 Ray 集群 {address}.*ray start --head"), Cluster(address):
        pass


def test_an_address_where_somebody_else_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.cluster._CONNECT_SECONDS", 0.2)
    with silent_server() as url, pytest.raises(ServiceFailure, match="接受连接但没有应答"):
        Cluster(url.removeprefix("http://")).__enter__()
    with guarded_server("令牌") as url, pytest.raises(ServiceFailure, match=r"应答的不是 Ray|没有应答"):
        Cluster(url.removeprefix("http://")).__enter__()


@pytest.mark.ray
def test_a_real_cluster_is_joined_by_its_address(tmp_path: Path) -> None:
    """A head node of this machine, as `ray start --head` makes one."""
    port, folder = free_port(), tempfile.mkdtemp(prefix="kb")  # A socket in it needs a short path.
    ray = str(Path(sys.executable).parent / "ray")
    options = ["--port", str(port), "--num-cpus", "1", "--include-dashboard", "false", "--temp-dir", folder]
    node = [ray, "start", "--head", "--block", *options, "--object-store-memory", "100000000"]
    quiet = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
    head = subprocess.Popen(node, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert head.stdout
        assert any("--block" in line for line in head.stdout)
        file = tmp_path / "意见.md"
        file.write_text("一段意见。", "utf-8")
        command = [sys.executable, "-c", COMMAND, "ingest", str(file), "--ray", f"127.0.0.1:{port}", "-w", "远方"]
        done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, env=quiet)
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["files"][0]["status"] == "added"
    finally:
        head.terminate()
        head.communicate()
        shutil.rmtree(folder, ignore_errors=True)
