"""A real `chroma run` on a free port of this machine, and stand-ins for servers that misbehave."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext

import httpx

_CHROMA = Path(sys.executable).parent / "chroma"


class ChromaRun:
    """A Chroma server of its own data folder; it can be stopped and started again, also on another folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start(folder)

    def start(self, folder: Path) -> None:
        """Serve the data in `folder`; returns when the server answers."""
        command = [str(_CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait = threading.Event()
        while self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False).raise_for_status()
                return
            except httpx.HTTPError:
                wait.wait(0.05)
        raise RuntimeError(f"chroma run ended with {self._process.returncode}")

    def stop(self) -> None:
        """End the server as a crash would."""
        self._process.kill()
        self._process.wait()


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def silent_server() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def guarded_server(token: str, tls: SSLContext | None = None) -> Iterator[str]:
    """The address of a server that holds no collection and tells so only who brings the token."""

    class Guard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {self.headers.get("Authorization"), self.headers.get("X-Chroma-Token")} == {
                f"Bearer {token}",
                token,
            }
            body = {"error": "NotFoundError", "message": "no collection"} if known else {"message": "unauthorized"}
            self.send_response(404 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Guard)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
