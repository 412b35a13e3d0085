"""The checks of an item: the rule on defences, row by row, and the words that must and must not stand."""

import pytest

from eval.checks import defense_faults
from eval.dataset import Gold, GoldDefenses
from rag import Strength
from tests.eval_answers import answer, marked, source

Given = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("gold", "given", "faults"),
    [
        (GoldDefenses(expected=("fair_use",)), [("fair_use", "strong"), ("damages", "medium")], []),
        (GoldDefenses(expected=("fair_use",)), [("fair_use", "medium")], []),
        (GoldDefenses(expected=("fair_use",)), [("fair_use", "weak")], ["fair_use 应至少为 medium，实际为 weak"]),
        (GoldDefenses(expected=("fair_use",)), [], ["缺少 fair_use", "排第一的应是 fair_use，实际是 没有抗辩"]),
        (
            GoldDefenses(expected=("fair_use",)),
            [("damages", "medium"), ("fair_use", "medium")],
            ["排第一的应是 fair_use，实际是 damages"],
        ),
        (GoldDefenses(expected=("fair_use", "no_access")), [("no_access", "strong"), ("fair_use", "medium")], []),
        (
            GoldDefenses(expected=("fair_use", "no_access")),
            [("no_access", "strong")],
            ["缺少 fair_use"],
        ),
        (
            GoldDefenses(expected=("fair_use",), first=("no_access",)),
            [("no_access", "strong"), ("fair_use", "medium")],
            [],
        ),
        (GoldDefenses(expected=("fair_use",), first=("no_access",)), [("fair_use", "medium")], []),
        (GoldDefenses(first=("damages",)), [("fair_use", "strong")], ["排第一的应是 damages，实际是 fair_use"]),
        (GoldDefenses(excluded=("no_access",)), [("fair_use", "strong"), ("no_access", "weak")], []),
        (GoldDefenses(excluded=("no_access",)), [("no_access", "unavailable")], []),
        (GoldDefenses(excluded=("no_access",)), [], []),
        (GoldDefenses(excluded=("no_access",)), [("no_access", "medium")], ["no_access 至多为 weak，实际为 medium"]),
        (GoldDefenses(at_most={"fair_use": Strength.MEDIUM}), [("fair_use", "medium")], []),
        (
            GoldDefenses(at_most={"fair_use": Strength.MEDIUM}),
            [("fair_use", "strong")],
            ["fair_use 至多为 medium，实际为 strong"],
        ),
        (
            GoldDefenses(at_most={"fair_use": Strength.UNAVAILABLE}, excluded=("fair_use",)),
            [("fair_use", "weak")],
            ["fair_use 至多为 unavailable，实际为 weak"],
        ),
        (GoldDefenses(), [], []),
    ],
)
def test_the_rule_on_defences(gold: GoldDefenses, given: Given, faults: list[str]) -> None:
    assert list(defense_faults(gold, answer(defenses=given).defenses)) == faults


@pytest.mark.parametrize(
    ("gold", "text", "failed"),
    [
        (Gold(contains=("500元",)), "判赔 500 元。", []),
        (Gold(contains=("（六）",)), "第(六)项", []),
        (Gold(contains=("LoRA",)), "lora 模型", []),
        (Gold(contains=("五百元", "五百万元")), "五百元以上", [("contains", "缺少「五百万元」")]),
        (Gold(contains_any=(("甲", "乙"), ("丙", "丁"))), "乙丙", []),
        (Gold(contains_any=(("甲", "乙"), ("丙", "丁"))), "乙", [("contains_any", "「丙」「丁」一个都没有")]),
        (Gold(absent=("50万元",)), "500元", []),
        (Gold(absent=("50万元",)), "判赔50 万元", [("absent", "不应出现「50万元」")]),
        (Gold(abstain=False), "答", []),
        (Gold(abstain=True), "答", [("abstain", "应拒答，实际没有拒答")]),
        (Gold(contains=("甲",), absent=("乙",)), "乙", [("contains", "缺少「甲」"), ("absent", "不应出现「乙」")]),
        (Gold(), "", []),
    ],
)
def test_words_and_abstention(gold: Gold, text: str, failed: list[tuple[str, str]]) -> None:
    checks = marked(answer(text), gold).checks
    assert [(check.name, check.detail) for check in checks if not check.passed] == failed


def test_an_answer_that_abstains_where_it_should_not() -> None:
    checks = marked(answer("没有。", abstained=True), Gold(abstain=False)).checks
    assert [check.detail for check in checks if not check.passed] == ["应不拒答，实际拒答"]


@pytest.mark.parametrize(
    ("gold", "cited", "met"),
    [
        ("著作权法/24/1/6", "著作权法@2020/24/1/6", True),
        ("著作权法/24", "著作权法@2020/24/1/6", True),
        ("著作权法/24", "著作权法/24", True),
        ("著作权法@2020/24/1/6", "著作权法/24/1/6", True),
        ("著作权法/24/1/6", "著作权法@2020/24", False),
        ("著作权法/24", "著作权法@2010/24", False),
        ("著作权法/24", "著作权法/2", False),
        ("著作权法/24/1", "著作权法/24/1/99", False),
        ("春风案", "(2023)京0491民初11279号/摘要.裁判结果/1", True),
        ("君合2025/二", "君合2025/二.二/1", True),
        ("商标法/57", "商标法/57", False),
        ("著作权法/900", "著作权法/900", False),
    ],
)
def test_a_gold_key_is_met_at_its_depth_or_deeper_in_the_version_in_force(gold: str, cited: str, met: bool) -> None:
    checks = marked(answer("", source(cited)), Gold(citations=((gold,),))).checks
    assert {check.name: check.passed for check in checks} == {"answered": True, "citations": met}


def test_any_key_of_a_group_meets_it_and_a_missed_group_is_named() -> None:
    gold = Gold(citations=(("商标法/57", "著作权法/24"), ("著作权法/54", "著作权法/53")))
    checks = marked(answer("", source("著作权法/24/1/6")), gold).checks
    assert [(check.name, check.detail) for check in checks if not check.passed] == [
        ("citations", "未引用 著作权法/54 或 著作权法/53")
    ]


def test_without_an_answer_every_check_fails() -> None:
    gold = Gold(citations=(("著作权法/24",),), defenses=GoldDefenses(), absent=("甲",), abstain=True)
    checks = marked(None, gold).checks
    assert {check.name: check.passed for check in checks} == dict.fromkeys(
        ("answered", "citations", "defenses", "absent", "abstain"), False
    )
