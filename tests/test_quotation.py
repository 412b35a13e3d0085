"""When two wordings are the same words, and where they part."""

import pytest

from rag.quotation import Change, differences, fold, likeness, stands_in

LAW = "在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬，但应当指明作者姓名或者名称、作品名称："


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("可以不经著作权人许可", True),
        ("可以不經著作權人許可", True),
        ("可以不经著作权人许可,不向其支付报酬", True),
        ("在下列情况下 使用作品，\n可以不经著作权人许可", True),
        ("使用作品……不向其支付报酬", True),
        ("使用作品......不向其支付报酬", True),
        ("作者姓名或者名称、作品名称。", True),
        ("……可以不经著作权人许可……", True),
        ("可以经著作权人许可", False),
        ("可以不经著作权人同意", False),
        ("不向其支付报酬……使用作品", False),
        ("应当不经著作权人许可", False),
        ("", False),
        ("……", False),
        ("。", False),
    ],
)
def test_width_script_and_omissions_are_forgiven_and_words_are_not(quote: str, stands: bool) -> None:
    assert stands_in(quote, LAW) is stands


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“甲”", "「甲」"),
        ("（一）甲", "(一)甲"),
        ("第５４条", "第54条"),
        ("甲 乙\n丙", "甲乙丙"),
        ("著作權", "著作权"),
        ("《甲》", "〈甲〉"),
    ],
)
def test_folded_texts_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("五百元", "五百万元"), ("应当", "可以"), ("甲、乙", "甲乙")])
def test_folding_keeps_every_word_and_mark(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("quote", "changes", "grave"),
    [
        ("可以经著作权人许可", [Change("", "不")], True),
        ("可以不经著作权人同意", [Change("同意", "许可")], False),
        ("使用作品，可以不经著作权人许可", [], False),
        ("可以不经任何著作权人许可", [Change("任何", "")], False),
    ],
)
def test_the_differences_are_named_and_the_grave_ones_known(quote: str, changes: list[Change], grave: bool) -> None:
    found = differences(quote, LAW)
    assert found == changes
    assert any(change.is_grave for change in found) is grave


@pytest.mark.parametrize(
    ("quoted", "source", "grave"),
    [("五十万元", "五百万元", True), ("50", "500", True), ("应当", "可以", False), ("", "未", True)],
)
def test_numbers_and_negations_are_grave(quoted: str, source: str, grave: bool) -> None:
    assert Change(quoted, source).is_grave is grave


@pytest.mark.parametrize(
    ("quote", "low", "high"),
    [
        (LAW, 1.0, 1.0),
        ("可以经著作权人许可，不向其支付报酬", 0.85, 1.0),
        ("法院依法判决驳回上诉", 0.0, 0.2),
        ("", 0.0, 0.0),
    ],
)
def test_likeness_is_the_share_of_the_quotation_found(quote: str, low: float, high: float) -> None:
    assert low <= likeness(quote, LAW) <= high
