"""REST, on the page's port: the same answers in JSON, and as server-sent events while they are being made."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from interfaces.dates import read_date
from interfaces.desk import Desk
from rag import (
    Answer,
    CheckReport,
    IndexMismatch,
    KangbianError,
    LookupResult,
    NotFound,
    SearchHit,
    ServiceFailure,
    Turn,
)

_STATUS = ((NotFound, 404, "not_found"), (IndexMismatch, 409, "index_mismatch"), (ServiceFailure, 503, "unavailable"))


def _read_day(value: Any) -> Any:
    return read_date(value) if isinstance(value, str) else value


Day = Annotated[date | None, BeforeValidator(_read_day), Field(description="法律时点，如 2021-06-01；默认今天")]
WorkspaceName = Annotated[str, Field(description="工作区")]


class AskBody(BaseModel):
    """A question. `stream` (or `Accept: text/event-stream`) asks for server-sent events."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"question": "著作权法第二十四条规定了什么？"}]}
    )

    question: str
    history: list[Turn] = Field(default_factory=list)
    as_of: Day = None
    workspace: WorkspaceName = "default"
    id: str | None = None
    stream: bool = False


class SearchBody(BaseModel):
    """Words to search for, and how many passages to give."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [{"query": "实质性相似", "k": 5}]})

    query: str
    k: int = Field(default=10, ge=1, le=1000)
    as_of: Day = None
    workspace: WorkspaceName = "default"


class LookupBody(BaseModel):
    """A citation as people write it, or a key."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"citation": "著作权法第二十四条第一款第（六）项"}]}
    )

    citation: str
    as_of: Day = None
    workspace: WorkspaceName = "default"


class CheckBody(BaseModel):
    """A draft whose citations are to be checked."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"text": "《著作权法》第二十二条规定了合理使用。"}]}
    )

    text: str
    as_of: Day = None
    workspace: WorkspaceName = "default"


class SentBody(BaseModel):
    """The id of an answer."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [{"id": "1"}]})

    id: str
    workspace: WorkspaceName = "default"


class SentRequest(BaseModel):
    """One request to the language model, as it left the machine, and the reply."""

    messages: list[Turn]
    reply: str


def rest_routes(desk: Desk) -> APIRouter:
    """The routes under /api/v1."""
    router = APIRouter(prefix="/api/v1")

    @router.post("/ask", summary="提问", response_model=Answer)
    def ask(request: Request, body: Annotated[AskBody, Body()]) -> Any:
        """每句都有核对过的出处的答案。`Accept: text/event-stream` 时逐句推送：statement…，最后 answer。"""
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(_events(desk, body), media_type="text/event-stream")
        return desk.call(
            body.workspace,
            lambda assistant: assistant.ask(body.question, body.history, as_of=body.as_of, id=body.id),
        )

    @router.post("/search", summary="检索段落")
    def search(body: Annotated[SearchBody, Body()]) -> list[SearchHit]:
        """最相关的段落，不作回答。"""
        return desk.call(body.workspace, lambda assistant: assistant.search(body.query, k=body.k, as_of=body.as_of))

    @router.post("/lookup", summary="查看一处文字")
    def lookup(body: Annotated[LookupBody, Body()]) -> LookupResult:
        """所引的法条、裁判或评论的文字、版本与效力。"""
        return desk.call(body.workspace, lambda assistant: assistant.lookup(body.citation, as_of=body.as_of))

    @router.post("/check", summary="核对草稿中的引用")
    def check(body: Annotated[CheckBody, Body()]) -> CheckReport:
        """每一处引用一个结论；start、end 按 Unicode 字符从文首计数。"""
        return desk.call(body.workspace, lambda assistant: assistant.check(body.text, body.as_of))

    @router.post("/sent", summary="发送给语言模型的内容")
    def sent(body: Annotated[SentBody, Body()]) -> list[SentRequest]:
        """一个答案发送给语言模型的消息（姓名、号码已遮盖）和它的回复；没有设置语言模型时为空。"""
        return [
            SentRequest(messages=[Turn(role=one.role, content=one.content) for one in sent.messages], reply=sent.reply)
            for sent in desk.call(body.workspace, lambda assistant: assistant.sent(body.id))
        ]

    return router


def explain_errors(app: FastAPI) -> None:
    """Answer every error with `{"error": {"code", "message"}}`, the message a sentence to act upon."""

    @app.exception_handler(KangbianError)
    async def known(_: Request, error: KangbianError) -> JSONResponse:
        status, code = _status(error)
        return JSONResponse(_problem(code, str(error)), status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return JSONResponse(_problem("invalid_request", _reason(first)), 422)


def _events(desk: Desk, body: AskBody) -> Iterator[str]:
    try:
        for piece in desk.stream(body.workspace, body.question, body.history, body.as_of, body.id):
            yield _event("answer" if isinstance(piece, Answer) else "statement", piece.model_dump(mode="json"))
    except KangbianError as error:
        yield _event("error", _problem(_status(error)[1], str(error)))


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _status(error: KangbianError) -> tuple[int, str]:
    return next(((status, code) for kind, status, code in _STATUS if isinstance(error, kind)), (422, "unusable_input"))


def _problem(code: str, message: str) -> dict[str, dict[str, str]]:
    return {"error": {"code": code, "message": message}}


def _reason(error: Any) -> str:
    if error["type"] == "json_invalid":
        return "请求体不是合法的 JSON。"
    field = ".".join(str(part) for part in error["loc"] if part != "body")
    if error["type"] == "missing":
        return f"缺少字段 {field}。" if field else "缺少请求体。请发送 JSON。"
    reason = str(error["ctx"]["error"]) if error["type"] == "value_error" else f"{error['msg']}。"
    return f"字段 {field} 不可用：{reason}"
