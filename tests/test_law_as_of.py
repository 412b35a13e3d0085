"""Law as of a date: former numbers both ways, acts before a law took effect, notes on documents that cite old numbers."""

from datetime import date

import pytest

from interfaces.cli import run
from rag import Assistant
from rag.days_told import days_told


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("2010年著作权法第二十二条对应现行哪一条？", "现行《著作权法》（2020）中是第二十四条"),
        ("旧著作权法第四十九条现在是第几条？", "现行《著作权法》（2020）中是第五十四条"),
        ("现行著作权法第五十四条在2010年著作权法里是第几条？", "在2010年《著作权法》中是第四十九条"),
        ("著作权法第二十四条在旧法里是第几条？", "在2010年《著作权法》中是第二十二条"),
        ("著作权法第五十九条对应旧法哪一条？", "在2010年《著作权法》中是第五十三条"),
    ],
)
def test_numbers_of_both_versions(assistant: Assistant, question: str, said: str) -> None:
    answer = assistant.ask(question)
    assert said in answer.text
    assert "本库未收录2010年版原文" in answer.text


FACTS = "我公司转载了一张别人用Midjourney生成的图片，对方主张侵害信息网络传播权，{told}，怎么抗辩？"


@pytest.mark.parametrize(
    ("told", "notice"),
    [
        ("转载发生在2020年11月", "当时的行为未必适用现行规定"),
        ("2020年11月转载，到2023年5月才删除", "行为跨越施行日"),
        ("2023年5月转载", None),
        ("2020年11月3日立案", None),
    ],
)
def test_acts_before_a_law_took_effect_are_pointed_out(assistant: Assistant, told: str, notice: str | None) -> None:
    warnings = " ".join(assistant.ask(FACTS.format(told=told), as_of=date(2026, 1, 1)).warnings)
    assert (notice in warnings) if notice else ("法律时点设为" not in warnings)
    if notice:
        assert "--as-of 2020-11-30" in warnings


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2021年5月至6月转载", ["2021-05-31"]),
        ("2021-05-20上传", ["2021-05-20"]),
        ("依据2010年著作权法和（2020）京0491民初1号", []),
        ("2020年版《著作权法》", []),
        ("2020年2月30日上传", []),
        ("2020年开始抓取", ["2020-12-31"]),
    ],
)
def test_days_of_acts(text: str, days: list[str]) -> None:
    assert [told.last.isoformat() for told in days_told(text)] == days


def test_a_document_that_cites_old_numbers_says_so(assistant: Assistant) -> None:
    assert assistant.lookup("著作权民事纠纷司法解释第二十五条").notes == [
        "《著作权民事纠纷司法解释》条文中引用的《著作权法》条号是2010年版的旧条号。"
    ]
    assert assistant.lookup("著作权法第三条").notes == []
    warnings = assistant.ask("著作权民事纠纷司法解释第二十五条怎么规定？").warnings
    assert any("旧条号" in warning for warning in warnings)


def test_the_shelf_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["corpus", "list", "--as-of", "2020-01-01"]) == 0
    assert run(["corpus", "show", "著作权法", "--as-of", "2026-01-01"]) == 0
    assert run(["lookup", "标识办法第五条", "--as-of", "2025-01-01", "--json"]) == 0
    assert '"in_force": false' in capsys.readouterr().out
