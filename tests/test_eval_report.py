"""The report of a run for a reader: the page and the Word document, their figures worked by hand, hostile texts, size."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from docx import Document
from docx.oxml.ns import qn

from eval import run_dataset
from eval.confusion import Confusion, confusion
from eval.page import report_page
from eval.page_charts import abstention_picture, calibration_table, confusion_tables, latency_picture
from eval.report_figures import abstention, calibration, kind_rows, latency
from eval.report_word import write_report_word
from rag import Answer, Strength, Turn
from tests.eval_answers import answer, shelf, source

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}${x}<!-- ]]> &amp; \"'"
DEFENCES = {"defenses": {"expected": ["fair_use", "damages"], "first": ["fair_use"], "excluded": ["no_access"]}}
LINES: list[dict[str, Any]] = [
    {"id": "d1", "kind": "defense", "question": "训练用了小说，能抗辩吗？", "gold": DEFENCES},
    {"id": "d2", "kind": "defense", "question": f"平台的抗辩？{HOSTILE}", "gold": DEFENCES},
    {"id": "s1", "kind": "statute", "question": "合理使用在第几条？", "gold": {"citations": [["著作权法/24"]], "abstain": False}},
    {"id": "m1", "kind": "multi_turn", "question": "第二款呢？",
     "history": [{"role": "user", "content": f"著作权法第五十四条{HOSTILE}"}], "gold": {"contains": ["五百万元"], "abstain": False}},
    {"id": "u1", "kind": "unanswerable", "question": "今天天气？", "gold": {"abstain": True}},
    {"id": "u2", "kind": "unanswerable", "question": "股价多少？", "gold": {"abstain": True}},
]  # fmt: skip


def replies() -> list[Answer | Exception]:
    return [
        answer("可主张合理使用。", defenses=[("fair_use", "medium"), ("damages", "medium"), ("no_access", "weak")]),
        answer(f"可主张未接触。{HOSTILE}", defenses=[("no_access", "strong"), ("damages", "medium"), ("not_similar", "weak")]),
        answer("见著作权法第二十四条。", source("著作权法@2020/24")),
        answer("没有依据。\x00\x0b", source("著作权法@2020/900"), abstained=True),
        answer("不在范围内。", abstained=True),
        ValueError("坏了"),
    ]  # fmt: skip


class Queue:
    """An assistant that gives these answers in turn, an error where one stands there."""

    def __init__(self, given: Sequence[Answer | Exception]) -> None:
        self._given = list(given)

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        reply = self._given.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over `LINES`."""
    place = tmp_path_factory.mktemp("run")
    dataset = place / "甲&<b>.jsonl"
    dataset.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES), "utf-8")
    run_dataset(dataset, place / "out", Queue(replies()), shelf=shelf(), progress=lambda *_: None)
    return place / "out"


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    """`report.json` of that run."""
    loaded: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def page(folder: Path) -> BeautifulSoup:
    """`report.html` of that run."""
    return BeautifulSoup((folder / "report.html").read_text("utf-8"), "html.parser")


def rows(markup: str, table: int = 0) -> list[list[str]]:
    """The cells of a table in the markup, row by row."""
    found = BeautifulSoup(markup, "html.parser").find_all("table")[table]
    return [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_nothing_outside(page: BeautifulSoup) -> None:
    asking = ("src", "href", "srcset", "action", "data", "poster", "xlink:href", "style")
    assert [(tag.name, name) for tag in page.find_all(True) for name in asking if name in tag.attrs] == []
    assert {tag.name for tag in page.find_all(["link", "img", "iframe", "object", "embed", "base", "image"])} == set()
    style = page.style.string if page.style else ""
    assert style
    assert "url(" not in style
    assert "@import" not in style


def test_only_its_own_script_may_run(page: BeautifulSoup) -> None:
    scripts = page.find_all("script")
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert len(scripts) == 1
    assert isinstance(policy, Tag)
    digest = base64.b64encode(hashlib.sha256(str(scripts[0].string).encode()).digest()).decode()
    assert policy["content"] == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")] == []


def test_hostile_texts_are_shown_as_they_are(page: BeautifulSoup) -> None:
    texts = [block.get_text() for block in page.find_all("pre")]
    for words in (f"平台的抗辩？{HOSTILE}", f"可主张未接触。{HOSTILE}", f"著作权法第五十四条{HOSTILE}"):
        assert words in texts
    assert page.title is not None
    assert page.title.string == "评测报告 甲&<b>.jsonl"


def test_every_item_stands_in_the_page_and_can_be_filtered(page: BeautifulSoup) -> None:
    found = [
        (str(tag.code and tag.code.string), tag["data-kind"], tag["data-status"], tag["data-checks"])
        for tag in page.select("details.item")
    ]
    assert found == [
        ("d2", "defense", "failed", "defenses"),
        ("m1", "multi_turn", "failed", "contains abstain"),
        ("u2", "unanswerable", "failed", "answered abstain"),
        ("d1", "defense", "passed", ""),
        ("s1", "statute", "passed", ""),
        ("u1", "unanswerable", "passed", ""),
    ]
    form = page.find(id="find")
    assert isinstance(form, Tag)
    assert "hidden" in form.attrs
    assert [option["value"] for option in page.select("#check option")] == [
        "", "answered", "defenses", "contains", "abstain",
    ]  # fmt: skip
    assert all(not tag.has_attr("hidden") for tag in page.select(".item, .part"))


@pytest.mark.parametrize(
    ("id", "differences"),
    [
        ("d2", ["抗辩：缺少 fair_use；排第一的应是 fair_use 或 damages，实际是 no_access；no_access 至多为 weak，实际为 strong"]),
        ("m1", ["应有文字：缺少「五百万元」", "拒答：应不拒答，实际拒答", "引用 著作权法@2020/900：不存在"]),
        ("u2", ["有答案：没有答案", "拒答：没有答案"]),
    ],
)  # fmt: skip
def test_a_failure_says_what_differs(page: BeautifulSoup, id: str, differences: list[str]) -> None:
    item = next(tag for tag in page.select("details.item") if tag.code and tag.code.string == id)
    assert [line.get_text() for line in item.select("ul.bad li")] == differences


def test_a_failure_shows_history_answer_defences_and_gold(page: BeautifulSoup) -> None:
    titles = {
        str(tag.code and tag.code.string): [head.get_text() for head in tag.find_all("h3")]
        for tag in page.select("details.item")
    }
    assert titles["d2"] == ["差异", "问题", "回答", "回答的抗辩（依次）", "标准答案"]
    assert titles["m1"] == ["差异", "此前（提问）", "问题", "回答", "标准答案", "引用核对"]
    texts = [block.get_text() for block in page.find_all("pre")]
    assert "未接触（强）、赔偿金额（中）、不相似（弱）" in texts
    assert "应可主张：合理使用、赔偿金额\n也可排第一：合理使用\n应不成立：未接触" in texts
    assert "ValueError: 坏了" in texts


def test_texts_of_passed_items_are_cut_and_those_of_failures_are_not(report: dict[str, Any]) -> None:
    long = "甲" * 3000
    items = [dict(item, answer=dict(item["answer"], text=long)) for item in report["items"] if item["answer"]]
    soup = BeautifulSoup(report_page(dict(report, items=items), confusion([])), "html.parser")
    lengths = {
        str(tag["data-status"]): max(len(block.get_text()) for block in tag.find_all("pre"))
        for tag in soup.select("details.item")
    }
    assert lengths["failed"] == 3000
    assert lengths["passed"] == len("甲" * 2000 + "……（以下略去 1000 字，全文见 report.json）")


def test_two_thousand_items_make_a_page_that_opens(report: dict[str, Any], tmp_path: Path) -> None:
    given = [item for item in report["items"] if item["answer"]]
    items = [
        dict(one, id=str(number), answer=dict(one["answer"], text=f"<“{number}”>" + "著作权法&" * 1200))
        for number in range(2000)
        for one in [given[number % len(given)]]
    ]
    huge = dict(report, items=items)
    written = report_page(huge, confusion([]))
    assert len(written.encode()) < 30_000_000
    assert written.count('<details class="item"') == 2000
    write_report_word(huge, confusion([]), tmp_path / "report.docx")
    assert "另有 500 题未通过，见 report.html。" in [
        paragraph.text for paragraph in Document(str(tmp_path / "report.docx")).paragraphs[-1:]
    ]


# --- figures ----------------------------------------------------------------------------------------------------------


def test_headline_figures_have_their_intervals_drawn(page: BeautifulSoup, report: dict[str, Any]) -> None:
    table = page.select("table.headline")[0]
    counted = [found for found in report["measures"].values() if found["n"]]
    assert len(table.find_all("svg")) == len(counted)
    labels = [str(svg["aria-label"]) for svg in table.find_all("svg")]
    assert "抗辩判断正确率：50.0%，95% 区间 0.0% – 100.0%，计数 2" in labels
    lines = [svg.select("line.value")[0]["x1"] for svg in table.find_all("svg") if "抗辩判断" in str(svg["aria-label"])]
    assert lines == ["100.0"]


def test_by_kind(report: dict[str, Any]) -> None:
    found = {
        row.kind: (row.passed, row.items, row.accuracy.value, row.shares["citation_recall"])
        for row in kind_rows(report)
    }
    assert found == {
        "defense": (1, 2, 0.5, None), "statute": (1, 1, 1.0, 1.0), "unanswerable": (1, 2, 0.5, None),
        "multi_turn": (0, 1, 0.0, None),
    }  # fmt: skip


def test_the_confusion_of_the_defences(page: BeautifulSoup) -> None:
    tables = page.select("table.counts")
    assert rows(str(tables[0])) == [
        ["", "合理使用", "未接触", "合计"],
        ["合理使用", "1", "1", "2"],
    ]
    assert ["未接触 应不成立", "1", "·", "1", "·", "2"] in [
        [" ".join(row[0].split()), *row[1:]] for row in rows(str(tables[1]))
    ]
    assert [cell.get_text() for cell in tables[0].select("td.own")] == ["1"]


def test_the_calibration_of_strength(report: dict[str, Any]) -> None:
    found = calibration(report)
    assert [(row.strength, row.agreed.value, row.agreed.n, row.unnamed) for row in found] == [
        (Strength.STRONG, 0.0, 1, 0),
        (Strength.MEDIUM, 1.0, 3, 0),
        (Strength.WEAK, 1.0, 1, 1),
        (Strength.UNAVAILABLE, None, 0, 0),
    ]
    assert rows(calibration_table(found))[2] == ["中 medium", "100.0%", "", "100.0% – 100.0%", "3", "0"]


@pytest.mark.parametrize(
    ("limit", "strength", "agreed"),
    [("medium", "strong", 0.0), ("medium", "medium", 1.0), ("medium", "unavailable", 1.0), ("weak", "medium", 0.0)],
)
def test_a_limit_bears_out_what_is_no_stronger(
    report: dict[str, Any], limit: str, strength: str, agreed: float
) -> None:
    one = report["items"][0]
    item = one | {
        "gold": {"defenses": {"at_most": {"fair_use": limit}}},
        "answer": one["answer"] | {"defenses": [{"id": "fair_use", "strength": strength}]},
    }
    found = {row.strength: row.agreed.value for row in calibration(report | {"items": [item]})}
    assert found[Strength(strength)] == agreed


def test_who_abstained(report: dict[str, Any]) -> None:
    found = abstention(report["items"])
    assert found is not None
    assert found.counts == {(False, False): 1, (False, True): 1, (True, True): 1, (True, None): 1}
    assert rows(abstention_picture(found)) == [
        ["", "", "作答", "拒答", "没有答案", "正确"],
        ["应当回答", "", "1", "1", "0", "50.0%"],
        ["应当拒答", "", "0", "1", "1", "50.0%"],
    ]


def test_the_curve_puts_the_best_supported_answers_first() -> None:
    given = [([4, 4], True), ([3, 4], False), ([6, 8], True), (None, False)]
    items = [
        {
            "gold": {"abstain": False},
            "passed": passed,
            "answer": {"abstained": False},
            "measures": {"citation_support": tally} if tally else {},
        }
        for tally, passed in given
    ]
    found = abstention(items)
    assert found is not None
    assert found.curve == [(0.25, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5)]
    assert "答 25% 时 100%，全答时 50%" in abstention_picture(found)


def test_the_time_that_answers_took() -> None:
    found = latency([{"latency_ms": taken} for taken in (1.0, 1.2, 1.9, 2.5, 7.0, None)])
    assert found is not None
    assert (found.p50, found.largest) == (1.9, 7.0)
    assert found.p95 == pytest.approx(6.1)
    assert found.bars == [(1.0, 1.5, 2), (1.5, 2.0, 1), (2.0, 3.0, 1), (3.0, 5.0, 0), (5.0, 7.0, 0), (7.0, 10.0, 1)]
    assert "p50 1.9 ms，p95 6.1 ms，最大 7 ms" in latency_picture(found)


def test_nothing_is_drawn_where_nothing_was_counted(report: dict[str, Any]) -> None:
    items = [item | {"gold": {}, "latency_ms": None} for item in report["items"][:1]]
    empty = Confusion(type(confusion([]).first)(), type(confusion([]).strength)())
    assert (abstention(items), calibration(report | {"items": items}), latency(items)) == (None, [], None)
    assert confusion_tables(empty) == ""
    written = report_page(report | {"items": items}, empty)
    for heading in ("抗辩：哪一项", "抗辩强度", "作答与拒答", "回答用时</h2>"):
        assert heading not in written


# --- Word -------------------------------------------------------------------------------------------------------------


def test_the_word_document_holds_the_figures_and_the_failures(folder: Path, report: dict[str, Any]) -> None:
    document = Document(str(folder / "report.docx"))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs[0] == "评测报告：甲&<b>.jsonl"
    assert "未通过的题目（3 / 6）" in paragraphs
    for words in (
        "1．d2　抗辩分析",
        f"可主张未接触。{HOSTILE}",
        "应可主张：合理使用、赔偿金额\n也可排第一：合理使用\n应不成立：未接触",
        "应有文字：缺少「五百万元」\n拒答：应不拒答，实际拒答\n引用 著作权法@2020/900：不存在",
    ):
        assert words in paragraphs
    assert "没有依据。\ufffd\ufffd" in paragraphs
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert [row[0] for row in tables[0]][:5] == ["数据集", "语料", "嵌入模型", "生成", "版本"]
    assert ["抗辩判断正确率", "50.0%", "0.0% – 100.0%", "2"] in tables[1]
    assert [row[:3] for row in tables[2][1:]] == [
        ["抗辩分析", "1 / 2", "50.0%"], ["法条", "1 / 1", "100.0%"], ["无法回答", "1 / 2", "50.0%"],
        ["多轮对话", "0 / 1", "0.0%"],
    ]  # fmt: skip
    assert tables[3] == [["", "合理使用", "未接触"], ["合理使用", "1", "1"]]
    for style in ("Normal", "Title", "Heading 1", "Body Text", "Table Text"):
        fonts = document.styles[style].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) in ("黑体", "宋体", "仿宋")


def test_an_answer_takes_a_page_of_the_word_document_at_most(report: dict[str, Any], tmp_path: Path) -> None:
    failed = next(item for item in report["items"] if item["id"] == "d2")
    item = failed | {"answer": failed["answer"] | {"text": "\n".join(f"第{n}段" for n in range(100))}}
    write_report_word(report | {"items": [item]}, confusion([]), tmp_path / "r.docx")
    paragraphs = [paragraph.text for paragraph in Document(str(tmp_path / "r.docx")).paragraphs]
    written = paragraphs[paragraphs.index("回答") + 1].split("\n")
    assert written[41:] == ["第41段", "……（以下略去 289 字，全文见 report.html）"]


def test_the_word_document_is_written_whole_or_not_at_all(
    report: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(document: Any, path: str) -> None:
        Path(path).write_bytes(b"PK")
        raise OSError(28, "No space left on device")

    path = tmp_path / "report.docx"
    path.write_bytes(b"earlier")
    monkeypatch.setattr("docx.document.Document.save", fail)
    with pytest.raises(OSError, match="No space"):
        write_report_word(report, confusion([]), path)
    assert [found.name for found in tmp_path.iterdir()] == ["report.docx"]
    assert path.read_bytes() == b"earlier"


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_search_and_filters_in_a_browser(folder: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened = browser.new_page()
        asked: list[str] = []
        faults: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: faults.append(message.text))
        opened.goto((folder / "report.html").as_uri())
        listed = opened.locator(".item:visible")
        assert listed.count() == 3
        opened.keyboard.press("/")
        opened.keyboard.type("合理使用 第几条")
        expect(opened.locator("#count")).to_contain_text("符合条件 1 题")
        assert listed.locator("summary code").all_inner_texts() == ["s1"]
        opened.keyboard.press("Escape")
        for name, value, ids in (
            ("kind", "defense", ["d2", "d1"]),
            ("status", "passed", ["d1"]),
            ("check", "abstain", []),
        ):
            opened.select_option(f"#{name}", value)
            assert listed.locator("summary code").all_inner_texts() == ids
        assert len(asked) == 1
        assert faults == []
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto((folder / "report.html").as_uri())
        assert not plain.locator("#find").is_visible()
        plain.locator(".all > summary").click()
        assert plain.locator(".item:visible").count() == 6
        browser.close()
