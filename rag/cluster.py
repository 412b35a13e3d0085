"""Work spread by Ray over the cores of this machine or of many; the results are those of one process, in their order.

Ray is an extra (`pip install kangbian[ray]`) and imported where it is used. A worker that dies is replaced and its work
done again; what no worker finishes, this process does itself.
"""

import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from ingest.errors import KangbianError, ServiceFailure, UnusableInput
from rag.prepare import core_count

_T = TypeVar("_T")

LOCAL = "local"
_CONNECT_SECONDS = 3.0
_SETTINGS = b"\x04"
_HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0" + _SETTINGS + b"\0\0\0\0\0"
# How often work is done again when its worker dies under it.
_RETRIES = 3
# Bytes of shared memory that a local Ray may take; what is more goes to disk.
_OBJECT_STORE = 256 * 1024 * 1024
# No report to Ray's makers; and what Ray says of workers that died would stand among the output of a command.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": ".*"}


@dataclass(frozen=True, slots=True)
class Shared(Generic[_T]):
    """A value that was sent once; a worker fetches it at the first use."""

    key: str
    _reference: Any = field(repr=False, compare=False)

    def value(self) -> _T:
        """The value itself."""
        import ray

        fetched: _T = ray.get(self._reference)
        return fetched


class Cluster:
    """A Ray cluster: `local` starts one of this machine's cores, on its loopback address; anything else is an address.

        with Cluster("local") as cluster:
            Workspace().ingest(["laws"], cluster=cluster)

    An address is `HOST:PORT` of a head node or `auto`. Every node needs this very version of Kangbian. A program that has
    started Ray itself works on its own cluster, whatever the address.

    Raises, on entering, UnusableInput where Ray is not installed or the address cannot be one, ServiceFailure where
    nobody answers there.
    """

    def __init__(self, address: str = LOCAL) -> None:
        self.address = address
        self.workers = 0
        self._remote: Any = None
        self._started = False
        self._folder: Path | None = None
        self._environment: dict[str, str | None] = {}

    def __enter__(self) -> "Cluster":
        if self.address not in (LOCAL, "auto"):
            _require_answer(self.address)
        self._set_environment(_QUIET | (_loopback_only() if self.address == LOCAL else {}))
        try:
            ray = _ray()
            self._start(ray)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self._remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_there)
        self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._started:
            sys.modules["ray"].shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        for name, former in self._environment.items():
            os.environ.pop(name, None) if former is None else os.environ.update({name: former})

    def share(self, value: _T) -> Shared[_T]:
        """Send a value to the cluster once, for work that needs it many times."""
        import ray

        reference = ray.put(value)
        return Shared(reference.hex(), reference)

    def call(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """What `work(*arguments)` gives, done by a worker. `work` is a function of a module; threads may call at once.

        Raises the KangbianError that the work raises.
        """
        return self._result(self._send(work, arguments), work, arguments)

    def each(self, work: Callable[..., _T], arguments: Iterable[tuple[Any, ...]]) -> Iterator[_T]:
        """What `work` gives for each of these arguments, in their order, some of them ahead of whoever asks."""
        ahead: deque[tuple[Any, tuple[Any, ...]]] = deque()
        rest = iter(arguments)
        while True:
            while len(ahead) < 2 * self.workers and (given := next(rest, None)) is not None:
                ahead.append((self._send(work, given), given))
            if not ahead:
                return
            reference, given = ahead.popleft()
            yield self._result(reference, work, given)

    def _send(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return self._remote.remote(code_digest(), work, arguments)

    def _result(self, reference: Any, work: Callable[..., _T], arguments: tuple[Any, ...]) -> _T:
        import ray

        try:
            done, value = ray.get(reference)
        except ray.exceptions.RayError as error:
            if "ModuleNotFoundError" in str(error):
                raise UnusableInput(
                    f"Ray 集群 {self.address} 的工作节点上没有安装 Kangbian。请在每个节点安装与本机相同的版本。"
                ) from error
            # Its worker died every time, or failed in a way that this process will fail in too, and say so.
            return work(*arguments)
        if not done:
            raise value
        result: _T = value
        return result

    def _start(self, ray: Any) -> None:
        options: dict[str, Any] = {"address": self.address, "log_to_driver": False, "logging_level": "ERROR"}
        if self.address == LOCAL:
            # Ray's own place, /tmp/ray, would stay; and its socket needs a short path, which the home may not be.
            self._folder = Path(tempfile.mkdtemp(prefix="kangbian-ray-"))
            options |= {
                "num_cpus": core_count(),
                "include_dashboard": False,
                "_node_ip_address": "127.0.0.1",
                "_temp_dir": str(self._folder),
                "object_store_memory": _OBJECT_STORE,
            }
        if ray.is_initialized():
            return  # The program that we are part of has one, and ends it.
        try:
            ray.init(**options)
            self._started = True
        except Exception as error:  # Ray raises ConnectionError, RuntimeError, ValueError and errors of its own.
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            if self.address == LOCAL:
                raise ServiceFailure(f"在本机启动 Ray 失败（{reason}）。请去掉 --ray 重试，结果相同。") from error
            raise ServiceFailure(
                f"Ray 集群 {self.address} 不能使用（{reason}）。请确认地址、Ray 版本和令牌，或用 --ray local。"
            ) from error

    def _set_environment(self, variables: Mapping[str, str]) -> None:
        self._environment = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)


@contextmanager
def maybe_cluster(address: str | None) -> Iterator[Cluster | None]:
    """A cluster where an address is given; None otherwise."""
    if address is None:
        yield None
        return
    with Cluster(address) as cluster:
        yield cluster


@cache
def code_digest() -> str:
    """Tells one version of what workers run from another: a hash of the sources, 64 hexadecimal digits."""
    digest = sha256()
    root = Path(__file__).parent.parent
    for file in sorted(file for folder in ("ingest", "rag", "eval") for file in (root / folder).rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\n")
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _there(expected: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """The worker's side: whether it went well, and the value or the error."""
    if code_digest() != expected:
        host = socket.gethostname()
        return False, UnusableInput(f"Ray 工作节点 {host} 上的 Kangbian 与本机版本不同。请在每个节点安装相同的版本。")
    try:
        return True, work(*arguments)
    except KangbianError as error:
        return False, error


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise UnusableInput("没有安装 Ray。请运行 pip install 'kangbian[ray]'，或去掉 --ray。") from error
    return ray


def _loopback_only() -> dict[str, str]:
    """A local Ray listens on the loopback address only, and to nobody without this run's token.

    Without the second variable Ray takes 127.0.0.1 for a mistake; without the others it keeps a token in the user's home.
    """
    return {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }


def _require_answer(address: str) -> None:
    """Raise unless somebody takes connections at the address; Ray itself would wait for minutes."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    port = None
    with suppress(ValueError):
        port = parts.port
    if not parts.hostname or not port:
        raise UnusableInput(f"Ray 地址「{address}」不可用。应是 local、auto 或 主机:端口，如 192.168.1.5:6379。")
    try:
        with socket.create_connection((parts.hostname, port), timeout=_CONNECT_SECONDS) as connection:
            if not os.environ.get("RAY_USE_TLS"):
                _require_grpc(connection)
    except OSError as error:
        raise ServiceFailure(
            f"连不上 Ray 集群 {address}（{error.strerror or error}）。请确认已在那里运行 ray start --head，或用 --ray local。"
        ) from error


def _require_grpc(connection: socket.socket) -> None:
    """Raise OSError unless the other side greets as gRPC does, whose first frame is SETTINGS (RFC 9113, 3.4)."""
    connection.sendall(_HTTP2_GREETING)
    try:
        greeting = connection.recv(9)
    except TimeoutError as error:
        raise OSError("那里有程序接受连接但没有应答") from error
    if greeting[3:4] != _SETTINGS:
        raise OSError("那里应答的不是 Ray")
