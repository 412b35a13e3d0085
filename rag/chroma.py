"""The Chroma engine beneath the vectors: the embedded one of a folder, or a server over HTTP; what its failures mean.

Chroma is imported where it is used.
"""

import ipaddress
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

from ingest.errors import KangbianError, ServiceFailure, UnusableInput

if TYPE_CHECKING:
    from chromadb.api import ServerAPI
    from chromadb.api.models.Collection import Collection

# Whoever answers at all takes a connection at once; a host that is switched off never does.
_CONNECT_SECONDS = 5.0
_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server: its address, the token it asks for (never shown), and the seconds to wait for one answer.

    >>> ChromaServer("https://chroma.example:8443", token="secret")
    ChromaServer(url='https://chroma.example:8443', timeout=30.0)
    """

    url: str
    token: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    def parts(self) -> tuple[str, int, bool]:
        """Host, port and whether TLS is meant. Raises UnusableInput for an address that cannot be one.

        >>> ChromaServer("chroma.example").parts(), ChromaServer("https://chroma.example").parts()
        (('chroma.example', 8000, False), ('chroma.example', 443, True))
        """
        parts = urlsplit(self.url if "//" in self.url else f"http://{self.url}")
        if parts.username or parts.password:
            raise UnusableInput("KANGBIAN_CHROMA_URL 中不能写用户名或密码。访问令牌请放在 KANGBIAN_CHROMA_TOKEN 中。")
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or parts.path.strip("/"):
            raise UnusableInput(f"KANGBIAN_CHROMA_URL「{self.url}」不是可用的地址。应形如 http://127.0.0.1:8000。")
        ssl = parts.scheme == "https"
        return parts.hostname, port or (443 if ssl else 8000), ssl

    def headers(self) -> dict[str, str]:
        """The two headers in which Chroma's own clients send a token; none without one."""
        if not self.token:
            return {}
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token:
            raise UnusableInput("KANGBIAN_CHROMA_TOKEN 中有空格或非 ASCII 字符，不能作为令牌发送。请核对该变量。")
        return {"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token}

    def failure(self, error: Exception) -> KangbianError:
        """What went wrong, in a sentence; `error` is whatever Chroma or the connection raised."""
        import httpx

        advice = "请确认 Chroma 服务已启动，或去掉 KANGBIAN_CHROMA_URL 改用内置的。"
        for cause in _causes(error):
            if isinstance(cause, KangbianError):
                return cause
            if isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code in _REFUSED:
                return ServiceFailure(f"向量服务 {self.url} 拒绝访问。请核对 KANGBIAN_CHROMA_TOKEN 中的令牌。")
            if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
                return ServiceFailure(f"连不上向量服务 {self.url}（{cause}）。{advice}")
            if isinstance(cause, httpx.TimeoutException):
                return ServiceFailure(
                    f"向量服务 {self.url} 在 {self.timeout:g} 秒内没有应答。"
                    "请稍后重试，或用 KANGBIAN_CHROMA_TIMEOUT 设置更长的秒数。"
                )
        return ServiceFailure(f"向量服务 {self.url} 没有正常应答（{error}）。{advice}")


class ChromaClient(Protocol):
    """What the vectors need of a client; each raises Chroma's own errors."""

    def get_collection(self, name: str, embedding_function: None) -> "Collection":
        """A collection that is there; raises NotFoundError."""

    def get_or_create_collection(
        self, name: str, *, embedding_function: None, configuration: Any, metadata: Any
    ) -> "Collection":
        """A collection, made where there is none; one that is there keeps its configuration and metadata."""

    def delete_collection(self, name: str) -> None:
        """Remove a collection and all that is in it; raises NotFoundError."""

    def close(self) -> None:
        """Let go of files and connections."""


def embedded_client(folder: Path) -> ChromaClient:
    """The engine of a folder, in this process."""
    _hush()
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    return cast(ChromaClient, client)  # It has `close`, which its declared type leaves out.


def server_client(server: ChromaServer) -> ChromaClient:
    """A client of a server; nothing is sent until it is asked for something."""
    return _ServerClient(server)


class _ServerClient:
    """Chroma's HTTP interface with a limit on how long an answer may take.

    `chromadb.HttpClient` waits for ever, and asks three questions before a limit could be set.
    """

    def __init__(self, server: ChromaServer) -> None:
        _hush()
        import httpx
        from chromadb.api.fastapi import FastAPI
        from chromadb.config import Settings, System

        host, port, ssl = server.parts()
        settings = Settings(
            anonymized_telemetry=False,
            chroma_server_host=f"[{host}]" if ":" in host else host,
            chroma_server_http_port=port,
            chroma_server_ssl_enabled=ssl,
            chroma_server_headers=server.headers(),
        )
        self._system = System(settings)
        api = self._system.instance(FastAPI)
        headers = api._session.headers
        api._session.close()
        # A proxy of the environment is for the world outside: it cannot reach a server on this machine.
        direct = {f"{scheme}://": None for scheme in ("all", "http", "https")}
        api._session = httpx.Client(
            timeout=httpx.Timeout(server.timeout, connect=min(server.timeout, _CONNECT_SECONDS)),
            limits=api.http_limits,
            headers=headers,
            mounts=direct if _is_loopback(host) else None,
        )
        self._api: ServerAPI = api

    def get_collection(self, name: str, embedding_function: None) -> "Collection":
        from chromadb.api.models.Collection import Collection

        return Collection(self._api, self._api.get_collection(name), embedding_function)

    def get_or_create_collection(
        self, name: str, *, embedding_function: None, configuration: Any, metadata: Any
    ) -> "Collection":
        from chromadb.api.models.Collection import Collection

        model = self._api.get_or_create_collection(name, configuration=configuration, metadata=metadata)
        return Collection(self._api, model, embedding_function)

    def delete_collection(self, name: str) -> None:
        self._api.delete_collection(name)

    def close(self) -> None:
        self._system.stop()


def _hush() -> None:
    logging.getLogger("chromadb").setLevel(logging.ERROR)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from: Chroma puts words of its own over those of the connection."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
