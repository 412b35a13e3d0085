"""The page in Debian's chromium: a question, its answer, the cited passage, and not one request to another machine."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUESTION = "著作权法第二十四条第一款第（六）项是怎么规定的？"
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this repository on a free port, over a fresh home."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "--port", str(port)], stdout=out, stderr=out, env=os.environ.copy()
        )
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + 180
        while not _answers(url):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, just opened; at the end no request may have gone elsewhere and no script may have failed."""
    context = browser.new_context(viewport={"width": 1360, "height": 860}, locale="zh-CN", color_scheme="light")
    opened = context.new_page()
    requests: list[str] = []
    failures: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    opened.goto(address)
    expect(opened.locator("#kb-question textarea")).to_be_visible(timeout=PATIENCE_MS)
    yield opened
    elsewhere = [
        url for url in requests if urlsplit(url).scheme in ("http", "https", "ws") and not url.startswith(address)
    ]
    context.close()
    assert requests
    assert elsewhere == []
    assert failures == []


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def ask(page: Page, question: str) -> None:
    answered = page.locator("article.kb-answer").count()
    page.fill("#kb-question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("article.kb-answer")).to_have_count(answered + 1, timeout=PATIENCE_MS)


def test_a_question_is_answered_with_its_sources(page: Page, tmp_path: Path) -> None:
    ask(page, QUESTION)
    expect(page.locator("article.kb-answer .kb-text")).to_contain_text("为学校课堂教学或者科学研究")
    card = page.locator(".kb-card").first
    expect(card).to_contain_text("第二十四条")
    expect(card.locator(".kb-badges")).to_contain_text("法条")
    expect(card.locator(".kb-badges")).to_contain_text("现行有效")
    expect(card.locator("mark")).to_contain_text("为学校课堂教学或者科学研究")
    # The whole article stands around the quoted item, and is scrolled to it.
    expect(card.locator("mark")).to_be_in_viewport()
    expect(card.locator(".kb-passage")).to_contain_text("为个人学习、研究或者欣赏")
    shot = Path(os.environ.get("KANGBIAN_SCREENSHOT") or tmp_path / "page.png")
    page.screenshot(path=shot)
    assert shot.stat().st_size > 20_000


def test_a_number_in_the_answer_opens_its_source(page: Page) -> None:
    ask(page, QUESTION)
    card = page.locator(".kb-card").first
    card.locator("summary").click()
    expect(card).not_to_have_attribute("open", re.compile(".*"))
    page.locator(".kb-cite").first.click()
    expect(card).to_have_attribute("open", "")
    expect(card).to_have_class(re.compile("kb-flash"))


def test_an_example_is_asked_by_a_click_and_a_follow_up_leans_on_it(page: Page) -> None:
    page.locator("#kb-examples button").first.click()
    expect(page.locator("article.kb-answer")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("#kb-examples")).to_be_hidden()
    ask(page, "第二款呢？")
    expect(page.locator("article.kb-answer").nth(1)).to_contain_text("前款规定适用于对与著作权有关的权利的限制")
    expect(page.locator(".kb-earlier")).to_have_count(1)
    page.locator("#kb-clear").click()
    expect(page.locator("article.kb-answer")).to_have_count(0)
    expect(page.locator("#kb-examples")).to_be_visible()


def test_a_date_that_does_not_exist_is_told_and_the_question_kept(page: Page) -> None:
    page.fill("#kb-as-of input", "2025-02-30")
    page.fill("#kb-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".kb-error")).to_contain_text("不存在", timeout=PATIENCE_MS)
    expect(page.locator("#kb-question textarea")).to_have_value(QUESTION)


def test_what_a_user_types_stays_text(page: Page) -> None:
    hostile = "<img src=x onerror=\"document.title='x'\"> ${1+1} {{value}}"
    page.fill("#kb-question textarea", hostile)
    page.keyboard.press("Enter")
    expect(page.locator(".kb-question")).to_have_text(hostile, timeout=PATIENCE_MS)
    expect(page.locator(".kb-question img")).to_have_count(0)


def test_a_draft_is_checked_in_its_own_view(page: Page) -> None:
    page.get_by_label("核对草稿").check()
    page.fill("#kb-pasted textarea", "<b>《著作权法》第二十二条</b>规定了合理使用。")
    page.click("#kb-check-run")
    page.wait_for_selector(".kb-report table")
    report = page.inner_text("#kb-report")
    assert "旧条号或旧文本" in report
    assert "著作权法@2020/24" in report
    assert "<b>" in report
    page.get_by_label("问答").check()
    page.wait_for_selector("#kb-question textarea")


def test_english_labels(page: Page) -> None:
    page.locator("#kb-language label", has_text="English").click()
    expect(page.locator("#kb-send")).to_have_text("Ask")
    expect(page.locator("#kb-notice")).to_contain_text("nothing here is legal advice")
    ask(page, QUESTION)
    expect(page.locator(".kb-card .kb-badges").first).to_contain_text("In force")


def test_dark_mode_is_readable(browser: Browser, address: str, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme="dark", locale="zh-CN")
    page.goto(address)
    expect(page.locator(".kb-welcome h2")).to_be_visible(timeout=PATIENCE_MS)
    ink, paper = page.evaluate(
        "() => [getComputedStyle(document.querySelector('.kb-welcome h2')).color,"
        " getComputedStyle(document.querySelector('.gradio-container')).backgroundColor]"
    )
    page.close()
    assert _contrast(ink, paper) >= 7


def test_the_manual_sends_a_request(page: Page, address: str) -> None:
    page.goto(f"{address}docs")
    page.locator("section", has_text="/api/v1/lookup").locator("button").click()
    expect(page.locator("section", has_text="/api/v1/lookup").locator("pre")).to_contain_text(
        "为学校课堂教学或者科学研究", timeout=PATIENCE_MS
    )


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two `rgb(r, g, b)` colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
