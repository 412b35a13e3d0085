"""The shelf: which places are held, which do not exist, which cannot be told; versions and days."""

from datetime import date
from pathlib import Path

import pytest

from eval.judge import judge
from eval.shelf import Copy, Shelf, open_shelf
from rag import Citation, Verdict, Workspace, load_document
from tests.bigram_embedder import BigramEmbedder
from tests.eval_answers import DAY, SPRING, shelf
from tests.small_corpus import small_settings


@pytest.mark.parametrize(
    ("key", "normal", "exists"),
    [
        ("著作权法/24/1/6", "著作权法@2020/24/1/6", True),
        ("中华人民共和国著作权法/24", "著作权法@2020/24", True),
        ("著作权法@2020-11-11/24", "著作权法@2020/24", True),
        ("著作权法/24/1/14", "著作权法@2020/24/1/14", False),
        ("著作权法/900", "著作权法@2020/900", False),
        ("著作权法@2010/49", "著作权法@2010/49", None),
        ("民法典/1165/1", "民法典@2020/1165/1", True),
        ("民法典/100", "民法典@2020/100", None),
        ("民法典/1261", "民法典@2020/1261", False),
        ("商标法/57", "商标法/57", None),
        ("春风案/摘要.裁判结果/1", f"{SPRING}/摘要.裁判结果/1", True),
        (f"{SPRING}/摘要.裁判结果/9", f"{SPRING}/摘要.裁判结果/9", False),
        (f"{SPRING}/裁判结果/1", f"{SPRING}/裁判结果/1", None),
        ("(2025)京01民终99号", "(2025)京01民终99号", None),
        ("君合2025/二", "君合2025/二", True),
        ("君合2025/九/1", "君合2025/九/1", False),
    ],
)
def test_places(key: str, normal: str, exists: bool | None) -> None:
    citation = shelf().normal(Citation.parse(key), DAY)
    assert str(citation) == normal
    assert shelf().exists(citation) is exists


def test_the_text_of_a_place_is_that_of_the_file() -> None:
    ((_, text),) = shelf().texts(Citation.parse("著作权法@2020/3/1/1"))
    assert text == "（一）文字作品；"


def test_a_section_is_its_paragraphs_joined() -> None:
    ((_, text),) = shelf().texts(Citation.parse(f"{SPRING}/摘要.裁判结果"))
    assert text.startswith("春风案判决刘某赔礼道歉")
    assert text.endswith("列入北京互联网法院涉人工智能典型案例。")


def test_law_ends_when_a_later_version_begins(tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    head = "---\ntitle: 某办法\nshort: 某办法\nversion: '{0}'\nadopted: '{0}'\neffective: '{0}'\n---\n第一条 {1}。\n"
    old.write_text(head.format("2010-01-01", "旧"), "utf-8")
    new.write_text(head.format("2020-01-01", "新"), "utf-8")
    two = Shelf([Copy.of(load_document(old)), Copy.of(load_document(new))])
    cases = [
        (None, date(2015, 1, 1), "某办法@2010/1", False, False),
        (None, date(2020, 1, 1), "某办法@2020/1", False, False),
        ("2010", date(2020, 1, 1), "某办法@2010/1", True, False),
        ("2020", date(2015, 1, 1), "某办法@2020/1", False, True),
        ("2001", date(2015, 1, 1), "某办法@2001/1", True, False),
    ]
    for version, day, key, lapsed, pending in cases:
        citation = two.normal(Citation("某办法", version, ("1",)), day)
        assert (str(citation), two.lapsed(citation, day), two.pending(citation, day)) == (key, lapsed, pending)


def test_documents_of_the_workspace_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    workspace = Workspace("w", small_settings(tmp_path), embedder=BigramEmbedder())
    law = tmp_path / "甲办法(2024-01-01).txt"
    law.write_text(
        "甲办法\n\n第一条 平台应当：\n（一）标注；\n（二）留存。\n\n第二条 本办法自2024年1月1日起施行。\n", "utf-8"
    )
    judgment = tmp_path / "判决.txt"
    judgment.write_text(
        "北京互联网法院\n民事判决书\n（2023）京0491民初11279号\n\n原告：李某。\n被告：刘某。\n\n"
        "经审理查明，原告使用软件生成涉案图片。\n\n本院认为，涉案图片符合作品的定义，属于作品。\n\n"
        "判决如下：\n\n一、被告刘某赔偿原告李某500元。\n\n审判员 某某\n二〇二三年十一月二十七日\n",
        "utf-8",
    )
    workspace.ingest([law, judgment])
    held = open_shelf(workspace.settings, workspace)
    for key, words, verdict in [
        ("甲办法/1/1/2", "（二）留存。", Verdict.EXACT),
        ("甲办法/2", "（二）留存。", Verdict.WRONG_PINPOINT),
        ("甲办法/3", None, Verdict.NONEXISTENT),
        (f"{SPRING}/本院认为/1", "涉案图片符合作品的定义", Verdict.EXACT),
        (f"{SPRING}/摘要.本院认为/1", None, Verdict.VALID),
        (f"{SPRING}/摘要.本院认为/1", "涉案图片符合作品的定义", Verdict.NOT_IN_CORPUS),
    ]:
        assert judge(held, held.normal(Citation.parse(key), DAY), words, DAY) is verdict, key
