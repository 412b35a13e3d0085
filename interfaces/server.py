"""The server: the page, REST and its manual on one port, for this machine unless told otherwise."""

import logging
import socket
import sys
from asyncio import CancelledError
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from interfaces.desk import Desk
from interfaces.guard import Guard, is_loopback
from interfaces.manual import write_manual
from interfaces.rest import explain_errors, rest_routes
from rag import Settings, UnusableInput

if TYPE_CHECKING:
    from rag import Assistant


def build_app(desk: Desk, workspace: str = "default", loopback: bool = True, model_host: str | None = None) -> FastAPI:
    """The whole application around one desk; `loopback` says whether only this machine can reach it, `model_host` where
    questions are sent when a language model is set."""
    import gradio as gr

    from interfaces.page import CSS, HEAD, build_page, theme

    app = FastAPI(title="抗辩 Kangbian", version=version("kangbian"), docs_url=None, redoc_url=None)
    app.include_router(rest_routes(desk))
    explain_errors(app)

    @app.get("/docs", include_in_schema=False)
    def manual() -> HTMLResponse:
        return HTMLResponse(write_manual(app.openapi()))

    served: FastAPI = gr.mount_gradio_app(
        app,
        build_page(desk, workspace, model_host),
        path="/",
        theme=theme(),
        css_paths=[str(sheet) for sheet in CSS],
        head=HEAD,
        footer_links=[],
        ssr_mode=False,
        show_error=False,
    )
    served.add_middleware(Guard, loopback=loopback)
    return served


def serve(host: str, port: int, workspace: str) -> None:
    """Serve until Ctrl+C. Raises UnusableInput when the address cannot be had."""
    import uvicorn

    _must_be_free(host, port)
    desk = Desk(_open_assistant)
    try:
        # Open it before the page does: the first question should not wait for the index.
        desk.call(workspace, lambda assistant: None)
        endpoint = Settings.from_env().endpoint()
        app = build_app(desk, workspace, is_loopback(host), endpoint.host if endpoint else None)
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"页面：http://{shown}:{port}　REST 说明：http://{shown}:{port}/docs　按 Ctrl+C 退出\n")
        if not is_loopback(host):
            sys.stderr.write("注意：这个地址可能被其他机器访问，而本服务不要求登录。仅本机使用请去掉 --host。\n")
        sys.stderr.flush()
        # An open tab keeps a connection open; Ctrl+C must neither wait for it nor report that it was cut.
        logging.getLogger("uvicorn.error").addFilter(_is_no_cut_connection)
        uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1)
    finally:
        desk.close()


def _is_no_cut_connection(record: logging.LogRecord) -> bool:
    cut = record.exc_info is not None and record.exc_info[0] is CancelledError
    return not cut and "graceful shutdown" not in record.getMessage()


def _open_assistant(workspace: str) -> "Assistant":
    from rag import Assistant

    return Assistant(workspace=workspace)


def _must_be_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise UnusableInput(
            f"无法监听 {host}:{port}：{error.strerror}。请换一个地址或端口，例如 kangbian serve --port {port + 1}。"
        ) from None
