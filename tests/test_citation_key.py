"""The key, the numerals, the scripts and the printed form of a citation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.citation import Citation, normal_case_number
from ingest.describe import describe
from ingest.errors import UnusableInput
from ingest.numerals import to_chinese, to_int
from ingest.script import fold, to_narrow, to_simplified

KEYS = [
    "著作权法",
    "著作权法/24",
    "著作权法@2020/24/1/6",
    "刑法@2020-12-26/133-1",
    "法发〔2011〕18号/8",
    "著作权法实施条例@2013/0/7",
    "标识办法@2025/附件/2",
    "(2024)粤0192民初113号/本院认为/3",
    "(2023)京0491民初11279号/摘要.本院认为/2",
    "(2024)浙0192民初1587号之一",
    "北京互联网法院·四画师案/裁判结果/1",
    "君合2025/二.三/2",
    "君合2025/注/11",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_reads_back(key: str) -> None:
    assert str(Citation.parse(key)) == key


def test_the_tail_of_a_split_passage_is_not_part_of_the_key() -> None:
    assert str(Citation.parse("著作权法@2020/24#0-512")) == "著作权法@2020/24"


@pytest.mark.parametrize("key", ["", "/24", "著作权法//1", "著作权法@/24", "著作权法/"])
def test_a_broken_key_is_refused_with_an_example(key: str) -> None:
    with pytest.raises(UnusableInput, match="著作权法@2020/24/1/6"):
        Citation.parse(key)


CASE_NUMBERS = [
    ("（2024）粤0192民初113号", "(2024)粤0192民初113号"),
    ("〔2023〕京0491民初11279号", "(2023)京0491民初11279号"),
    ("[2019]京73民终2030号", "(2019)京73民终2030号"),
    ("(2022)最高法知民终123号", "(2022)最高法知民终123号"),
    ("(2025)赣0602知民初47", "(2025)赣0602知民初47号"),
    ("(2010)海民初字第123号", "(2010)海民初字第123号"),
    ("著作权法", None),
    ("法发〔2011〕18号", None),
    ("(2024)年度报告", None),
]


@pytest.mark.parametrize(("text", "number"), CASE_NUMBERS)
def test_case_numbers_have_one_spelling(text: str, number: str | None) -> None:
    assert normal_case_number(text) == number


NUMERALS = [
    ("一", 1),
    ("十", 10),
    ("十五", 15),
    ("二十", 20),
    ("廿四", 24),
    ("一百", 100),
    ("一百零三", 103),
    ("一百一十", 110),
    ("一百三十三", 133),
    ("一千零一", 1001),
    ("一千一百八十五", 1185),
    ("一千二百六十", 1260),
    ("一万", 10000),
    ("二〇二四", 2024),
    ("两百", 200),
    ("貳拾肆", 24),
    ("24", 24),
    ("２４", 24),
    ("", None),
    ("百", None),
    ("一百三", None),
    ("十百", None),
    ("第一", None),
    ("abc", None),
    ("二十四条", None),
    ("9999999999", None),
]


@pytest.mark.parametrize(("numeral", "number"), NUMERALS)
def test_numerals(numeral: str, number: int | None) -> None:
    assert to_int(numeral) == number


@given(st.integers(0, 99_999_999))
def test_a_numeral_reads_back(number: int) -> None:
    assert to_int(to_chinese(number)) == number


@pytest.mark.parametrize("number", [-1, 100_000_000])
def test_a_number_beyond_the_numerals_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no Chinese numeral"):
        to_chinese(number)


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(to_simplified(text)) == len(to_narrow(text)) == len(text)


SCRIPTS = [
    ("著作權法第二十四條", "著作权法第二十四条"),
    ("民事訴訟法", "民事诉讼法"),
    ("（２０２４）粵0192民初113號", "(2024)粤0192民初113号"),
    ("〔［【〕］】", "((()))"),
    ("Ａｒｔ．２４　COPYRIGHT", "art.24 copyright"),
]


@pytest.mark.parametrize(("text", "folded"), SCRIPTS)
def test_folded_forms(text: str, folded: str) -> None:
    assert fold(text) == folded


PRINTED = [
    ("著作权法/24", "《著作权法》第二十四条"),
    ("著作权法@2020/24/1/6", "《著作权法》第二十四条第一款第（六）项"),
    ("著作权法@2020/24/1/6/1", "《著作权法》第二十四条第一款第（六）项第1目"),
    ("民法典@2020/1185", "《民法典》第一千一百八十五条"),
    ("刑法/133-1/1", "《刑法》第一百三十三条之一第一款"),
    ("法发〔2011〕18号/8", "法发〔2011〕18号第八条"),
    ("著作权法实施条例/0/2", "《著作权法实施条例》第2段"),
    ("标识办法/附件/2", "《标识办法》附件第2段"),
    ("(2024)粤0192民初113号", "（2024）粤0192民初113号"),
    ("(2024)粤0192民初113号/本院认为/3", "（2024）粤0192民初113号“本院认为”第3段"),
    ("北京互联网法院·四画师案/案情/1", "北京互联网法院·四画师案“案情”第1段"),
    ("君合2025/二.三/2", "君合2025“二.三”第2段"),
]


@pytest.mark.parametrize(("key", "written"), PRINTED)
def test_printed_in_chinese(key: str, written: str) -> None:
    assert describe(Citation.parse(key)) == written


def test_printed_with_its_title_and_version() -> None:
    citation = Citation.parse("惩罚性赔偿司法解释@2021/5")
    title = "最高人民法院关于审理侵害知识产权民事案件适用惩罚性赔偿的解释"
    assert describe(citation, title, with_version=True) == f"《{title}》（2021年）第五条"
