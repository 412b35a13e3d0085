"""What drafts say of cases: labelled passages, and a table of single slips."""

import json
from pathlib import Path

import pytest

import eval as evaluation
from tests.checked import checked, told

FOLDER = Path(evaluation.__file__).parent / "datasets" / "cases"


@pytest.mark.parametrize(("name", "right", "wrong"), [("one", 0.97, 0.75), ("two", 0.97, 0.82)])
def test_labelled_passages(name: str, right: float, wrong: float) -> None:
    """The shares of right passages left alone and of wrong ones found; both files were used in making the check."""
    found = {"valid": [0, 0], "mismatch": [0, 0]}
    for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        at = row["text"].index(row["raw"])
        there = [one for one in checked(row["text"]).citations if one.start < at + len(row["raw"]) and one.end > at]
        is_wrong = any(one.verdict == "mismatch" for one in there)
        found[row["verdict"]][0] += is_wrong == (row["verdict"] == "mismatch") and bool(there)
        found[row["verdict"]][1] += 1
    assert found["valid"][0] >= right * found["valid"][1]
    assert found["mismatch"][0] >= wrong * found["mismatch"][1]


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        ("江西省高级人民法院作出的（2025）赣0602知民初47号判决驳回了全部请求。", "mismatch"),
        ("鹰潭市月湖区人民法院作出的（2025）赣0602知民初47号判决驳回了全部请求。", "valid"),
        ("北京互联网法院以（2018）京0491民初239号作出的终审判决指出，图表不是作品。", "mismatch"),
        ("广州互联网法院认定广州奥特曼案的平台构成帮助侵权。", "mismatch"),
        ("杭州互联网法院（2024）浙0192民初1587号判决没有认定平台直接侵权。", "valid"),
        ("通州刑事案以销售侵权复制品罪定罪。", "mismatch"),
        ("特拉华联邦地区法院在汤森路透诉Ross案中认定训练检索工具构成合理使用。", "mismatch"),
        ("GEMA诉OpenAI案由德国汉堡地区法院判决。", "mismatch"),
        ("加州北区联邦地区法院审理的Bartz诉Anthropic案以约15亿美元和解。", "valid"),
        ("Bartz诉Anthropic案以约1.5亿美元和解。", "mismatch"),
        ("2024年2月26日，广州互联网法院对广州奥特曼案作出判决。", "mismatch"),
        ("四画师案已经作出判决。", "mismatch"),
        ("四画师案尚未作出判决。", "valid"),
        ("陈某诉上海易某网络科技公司案中，嘉定法院判赔7500元。", "valid"),
        ("赵某诉某某公司案中，法院判赔7500元。", "not_in_corpus"),
        ("美杜莎案二审已经宣判，维持了一审判决。", "mismatch"),
        ("美杜莎案二审维持还是改判尚不清楚。", "valid"),
        ("Concord诉Anthropic案中法官要求被告维持防护措施。", "mismatch"),
        ("Alter诉OpenAI案由作家提起，案号1:23-cv-08292。", "mismatch"),
    ],
)  # fmt: skip
def test_a_passage(draft: str, verdict: str) -> None:
    assert told(draft)[0][1] == verdict, checked(draft).citations[0].message
