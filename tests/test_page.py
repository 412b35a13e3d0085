"""The page and REST without a browser: what is refused, what is served, and what the HTML holds."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from interfaces.conversation import Exchange, history_of, show_conversation
from interfaces.desk import Desk
from interfaces.markup import marked, quoted_span
from interfaces.server import build_app
from interfaces.sources import open_sources, show_sources
from interfaces.wording import EN, ZH
from rag import IndexMismatch, KangbianError, NotFound, ServiceFailure, UnusableInput
from tests.scripted import CASE_KEY, ITEM, ITEM_KEY, ScriptedAssistant, statute_answer

HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    desk = Desk(lambda workspace: ScriptedAssistant(workspace=workspace))  # type: ignore[arg-type, return-value]
    with TestClient(build_app(desk), base_url=HERE) as opened:
        yield opened
    desk.close()


def failing_client(error: KangbianError) -> TestClient:
    desk = Desk(lambda workspace: ScriptedAssistant(error))  # type: ignore[arg-type, return-value]
    return TestClient(build_app(desk), base_url=HERE)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:7860"}, 200),
        ({"Host": "[::1]:7860"}, 200),
        ({"Origin": HERE}, 200),
        ({"Host": "kangbian.example"}, 403),
        ({"Host": "127.0.0.1.example:7860"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "[::1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_this_machine_and_this_page_are_answered(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.get("/", headers=headers).status_code == status
    assert client.post("/api/v1/ask", json={"question": "问"}, headers=headers).status_code == status


def test_beyond_loopback_the_origin_must_still_be_the_host() -> None:
    desk = Desk(lambda workspace: ScriptedAssistant())  # type: ignore[arg-type, return-value]
    client = TestClient(build_app(desk, loopback=False), base_url="http://office.example:7860")
    assert client.get("/docs").status_code == 200
    assert client.get("/docs", headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    loaded = re.findall(r'<(?:script|img|iframe)[^>]+src="([^"]+)"|<link[^>]+href="([^"]+)"', page.text)
    assert [url for pair in loaded for url in pair if re.match(r"(https?:)?//", url) and not url.startswith(HERE)] == []


def test_ask(client: TestClient) -> None:
    body = {"question": "问", "as_of": "2021-06-01", "id": "q1", "workspace": "甲", "unknown": 1}
    answer = client.post("/api/v1/ask", json=body).json()
    expected = statute_answer("问", "q1", date(2021, 6, 1))
    assert answer == expected.model_dump(mode="json")


@pytest.mark.parametrize(
    "how", [{"json": {"question": "问", "stream": True}}, {"headers": {"Accept": "text/event-stream"}}]
)
def test_ask_as_a_stream_of_events(client: TestClient, how: dict[str, dict[str, str]]) -> None:
    reply = client.post("/api/v1/ask", **{"json": {"question": "问"}, **how})  # type: ignore[arg-type]
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = [event.split("\ndata: ", 1) for event in reply.text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: statement", "event: statement", "event: answer"]
    assert json.loads(events[0][1])["citations"] == [ITEM_KEY]
    assert json.loads(events[2][1])["kind"] == "statute"


def test_search_and_lookup(client: TestClient) -> None:
    hits = client.post("/api/v1/search", json={"query": "合理使用", "k": 2}).json()
    assert [list(hit) for hit in hits] == [["key", "title", "text", "score"]] * 2
    place = client.post("/api/v1/lookup", json={"citation": ITEM_KEY}).json()
    assert (place["key"], place["text"], place["in_force"]) == (ITEM_KEY, ITEM, True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnusableInput("问题是空的。"), 422),
        (NotFound("没有收录。"), 404),
        (IndexMismatch("请重建索引。"), 409),
        (ServiceFailure("磁盘已满。"), 503),
    ],
)
def test_an_error_is_a_status_and_a_sentence(error: KangbianError, status: int) -> None:
    reply = failing_client(error).post("/api/v1/ask", json={"question": "问"})
    assert reply.status_code == status
    assert reply.json()["error"]["message"] == str(error)
    streamed = failing_client(error).post("/api/v1/ask", json={"question": "问", "stream": True})
    assert str(error) in streamed.text.removeprefix("event: error\n")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"question"', "请求体不是合法的 JSON。"),
        (b"{}", "缺少字段 question。"),
        (b'{"question": "\xe9\x97\xae", "as_of": "2025-02-30"}', "日期「2025-02-30」不存在"),
        (b'{"question": "\xe9\x97\xae", "history": [{"role": "user"}]}', "缺少字段 history.0.content。"),
        (b"", "缺少请求体"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(client: TestClient, body: bytes, sentence: str) -> None:
    reply = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    assert sentence in reply.json()["error"]["message"]


def test_the_schema_and_its_manual(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    routes = ["/api/v1/ask", "/api/v1/search", "/api/v1/lookup", "/api/v1/check", "/api/v1/sent"]
    assert list(schema["paths"]) == routes
    manual = client.get("/docs").text
    for path in schema["paths"]:
        assert f"<code>{path}</code>" in manual


def test_gradio_offers_no_endpoints_of_its_own(client: TestClient) -> None:
    assert client.get("/gradio_api/info").json()["named_endpoints"] == {}


# --- HTML -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quote", "words"),
    [
        ("应当指明作者姓名或者名称、作品名称", "指明作者姓名", "指明作者姓名"),
        ("（六）为学校课堂教学，翻译、改编", "(六)为学校课堂教学,翻译", "（六）为学校课堂教学，翻译"),
        ("不向其支付报酬，\n　　但应当指明", "支付报酬，但应当", "支付报酬，\n　　但应当"),
        ("可以不经著作权人许可", "可以经著作权人许可", None),
        ("文字", " ", None),
    ],
)
def test_quoted_words_are_found_in_the_passage(text: str, quote: str, words: str | None) -> None:
    span = quoted_span(text, quote)
    assert (text[slice(*span)] if span else None) == words


@pytest.mark.parametrize(
    "hostile", ["<img src=x onerror=alert(1)>", "${alert(1)}", "{{#each value}}", '"onclick="x', "@children"]
)
def test_nothing_that_a_user_or_a_document_says_becomes_markup(hostile: str) -> None:
    answer = statute_answer(hostile)
    answer = answer.model_copy(update={"text": hostile, "warnings": [hostile], "clarify": [hostile]})
    html = show_conversation([Exchange(hostile, answer=answer), Exchange("问", error=hostile)], ZH) + marked(
        hostile, None
    )
    assert hostile not in html
    assert not re.search(r"<img|\$\{|\{\{", html)


def test_every_statement_leads_to_its_sources() -> None:
    answer = statute_answer("问")
    html = show_conversation([Exchange("问", answer=answer)], ZH)
    said = html.index("（六）为学校课堂教学")
    first, second = (html.index(f'href="#kb-source-0-{place}"') for place in (0, 1))
    assert said < first < html.index("赔偿原告500元") < second
    assert "【" not in html
    unplaced = answer.model_copy(update={"text": "另一段文字"})
    assert 'href="#kb-source-0-1"' in show_conversation([Exchange("问", answer=unplaced)], ZH)


def test_the_panel_shows_the_article_around_a_pinpoint_and_marks_the_quoted_words() -> None:
    answer = statute_answer("问")
    html = show_sources([Exchange("问", answer=answer)], [open_sources(answer, ScriptedAssistant().lookup)], ZH)
    assert f"<mark>{ITEM}</mark>" in html
    assert "（一）为个人学习" in html
    for mark in ("法条", "裁判摘要", "现行有效", "本库摘要，非原文", "2021-06-01 施行", "著作权法&#64;2020/24/1/6"):
        assert mark in html
    assert html.count("<details") == html.count('id="kb-source-0-') == 2


def test_the_panel_marks_what_was_not_verified_and_what_is_not_in_force() -> None:
    answer = statute_answer("问")
    old = answer.citations[0].model_copy(update={"in_force": False})
    answer = answer.model_copy(update={"citations": [old]})
    (shown,) = open_sources(answer, ScriptedAssistant().lookup)
    assert shown.place
    unverified = replace(shown, place=shown.place.model_copy(update={"verified": False}))
    html = show_sources([Exchange("问", answer=answer)], [[unverified]], ZH)
    assert "未逐字核验" in html
    assert "非现行有效" in html
    assert "not verified word for word" in show_sources([Exchange("问", answer=answer)], [[unverified]], EN)


def test_a_source_that_cannot_be_opened_is_still_listed() -> None:
    answer = statute_answer("问")
    gone = answer.citations[1].model_copy(update={"key": CASE_KEY.replace("1", "2")})
    answer = answer.model_copy(update={"citations": [gone]})
    html = show_sources([Exchange("问", answer=answer)], [open_sources(answer, ScriptedAssistant().lookup)], ZH)
    assert "暂时无法打开" in html


def test_earlier_sources_are_folded_below_the_last() -> None:
    exchanges = [
        Exchange("前问", answer=statute_answer("前问")),
        Exchange("失败", error="没有。"),
        Exchange("问", answer=statute_answer("问")),
    ]
    opened = [
        open_sources(exchange.answer, ScriptedAssistant().lookup) if exchange.answer else [] for exchange in exchanges
    ]
    html = show_sources(exchanges, opened, ZH)
    assert html.index('id="kb-source-2-0"') < html.index("前面问题的依据") < html.index('id="kb-source-0-0"')
    assert [turn.content for turn in history_of(exchanges)][::2] == ["前问", "问"]


def test_empty_pending_and_failed_states() -> None:
    assert "从一个问题开始" in show_conversation([], ZH)
    assert "Start with a question" in show_conversation([], EN)
    pending = Exchange("问", statements=statute_answer("问").statements[:1])
    assert "正在查找" in show_conversation([pending], ZH)
    assert 'role="alert"' in show_conversation([Exchange("问", error="没有收录。")], ZH)
    assert ZH.sources_empty in show_sources([], [], ZH)
