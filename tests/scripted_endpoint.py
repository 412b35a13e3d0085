"""A stand-in for a language model: an OpenAI-compatible server on loopback that gives scripted replies, one a request."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

# What a reply does with the connection; it is given the handler of the request.
Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers every POST with the next reply of the script; the last one is given again and again."""

    protocol_version = "HTTP/1.1"
    server: "ScriptedEndpoint"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(json.loads(body))
        self.server.paths.append(self.path)
        script = self.server.script
        reply = script.pop(0) if len(script) > 1 else script[0]
        try:
            reply(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    """One event of a streamed reply."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def whole(text: str | None, finish: str = "stop") -> bytes:
    """A reply that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(body | {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()


def says(text: str, size: int = 7, finish: str | None = "stop", done: bool = True) -> Reply:
    """A stream of the text in pieces of `size` characters."""

    def reply(handler: Handler) -> None:
        handler.begin_stream()
        handler.event(chunk({"role": "assistant", "content": ""}))
        for at in range(0, len(text), size):
            handler.event(chunk({"content": text[at : at + size]}))
        if finish:
            handler.event(chunk({}, finish))
        if done:
            handler.event("[DONE]")

    return reply


def status(code: int, body: bytes = b'{"error": {"message": "no"}}', **headers: str) -> Reply:
    """An error of the server."""
    return lambda handler: handler.send(code, body, **headers)


def raw(body: bytes, kind: str = "text/event-stream") -> Reply:
    """Bytes as they are, under status 200."""
    return lambda handler: handler.send(200, body, kind)


def events(*data: str) -> Reply:
    """Events as they are."""

    def reply(handler: Handler) -> None:
        handler.begin_stream()
        for one in data:
            handler.event(one)

    return reply


def breaks_off(text: str, pause: float = 0.0) -> Reply:
    """A stream that stops in the middle: after `pause` seconds of silence the connection is cut."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        piece = f"data: {chunk({'content': text})}\n\n".encode()
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.flush()
        time.sleep(pause)
        handler.close_connection = True

    return reply


def hangs(seconds: float) -> Reply:
    """Nothing for so long, then a closed connection."""

    def reply(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return reply


def drips(text: str, seconds: float, times: int) -> Reply:
    """The same few characters again and again, `seconds` apart."""

    def reply(handler: Handler) -> None:
        handler.begin_stream()
        for _ in range(times):
            handler.event(chunk({"content": text}))
            time.sleep(seconds)

    return reply


class ScriptedEndpoint(ThreadingHTTPServer):
    """The server, as a context manager; `asked` holds the bodies of the requests, `url` is the base address."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: Iterable[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self) -> "ScriptedEndpoint":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
