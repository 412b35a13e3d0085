"""Who may talk to a server that asks for no login: pages of its own origin, under its own name."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Belt and braces: even a slip in the page could not make the browser talk to another machine. Gradio builds its
# templates with `new Function`, hence unsafe-eval.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'"
)


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine can reach.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("127.0.0.1.example"), is_loopback("0.0.0.0")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Refuse a request whose Host is not this machine (DNS rebinding) or whose Origin is another site.

    With `loopback` false the Host may be any, because the machine's names are not known here; the Origin must still be
    the Host that was asked.
    """

    def __init__(self, app: ASGIApp, loopback: bool) -> None:
        self._app = app
        self._loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if problem := self._problem(headers.get("host", ""), headers.get("origin")):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await JSONResponse({"error": {"code": "forbidden", "message": problem}}, 403)(scope, receive, send)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).extend(
                    [
                        (b"content-security-policy", _POLICY.encode()),
                        (b"x-content-type-options", b"nosniff"),
                        (b"referrer-policy", b"no-referrer"),
                    ]
                )
            await send(message)

        await self._app(scope, receive, send_with_policy)

    def _problem(self, host: str, origin: str | None) -> str | None:
        if self._loopback and not is_loopback(_host_name(host)):
            return "Host 不是本机。请用 http://127.0.0.1 打开。"
        if origin is not None and urlsplit(origin).netloc != host:
            return "请求来自别的网站，已拒绝。"
        return None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
