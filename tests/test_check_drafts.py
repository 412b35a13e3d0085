"""The check in tables of real text: what a draft writes, the verdict, the right place."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

import eval as evaluation
from rag import CheckedCitation
from tests.checked import checked, only, told

DRAFTS = Path(evaluation.__file__).parent / "datasets" / "drafts"

ONE = [
    ("《著作权法》第二十二条规定了合理使用。", "outdated", "著作权法@2020/24"),
    ("合理使用（著作权法第22条）", "outdated", "著作权法@2020/24"),
    ("2010年《著作权法》第四十九条第二款", "outdated", "著作权法@2020/54/2"),
    ("《著作权法》第二十二条规定了署名权的保护期不受限制。", "valid", None),
    ("《著作权法》第十一条规定，作品是文学、艺术和科学领域内具有独创性并能以一定形式表现的智力成果。", "wrong_pinpoint", "著作权法@2020/3"),
    ("《著作权法》第十一条规定著作权属于作者。", "valid", None),
    ("《著作权法》第六十八条", "nonexistent", None),
    ("《著作权法》第二十四条第一款第（十四）项", "nonexistent", None),
    ("《著作权法》第六十二条：“本法所称的著作权即版权”", "exact", None),
    ("《著作权法》第六十二条：\"本法所称的著作权即版权\"", "exact", None),
    ("“创作作品的自然人是作者”（《著作权法》第十一条第一款）", "wrong_pinpoint", "著作权法@2020/11/2"),
    ("《著作权法》第四条：“行使权利，得违反宪法和法律”", "altered", "著作权法@2020/4"),
    ("《信息网络传播权保护条例》第二十二条第（二）项“改变服务对象所提供的作品”", "altered", "信息网络传播权保护条例@2013/22/1/2"),
    ("《民法典》第五百七十七条", "not_in_corpus", None),
    ("《民法典》第一千三百条", "nonexistent", None),
    ("《商标法》第五十七条", "not_in_corpus", None),
    ("（2099）京0491民初1号判决书", "not_in_corpus", None),
    ("奥特曼案", "ambiguous", None),
    ("广州互联网法院审理的奥特曼案判赔1万元。", "valid", None),
    ("北京互联网法院（2023）京0491民初11279号判决被告赔偿5000元。", "mismatch", "(2023)京0491民初11279号"),
    ("（2023）京0491民初11279号案中，原告请求判令被告道歉，并赔偿5000元。", "valid", None),
    ("法院在（2023）京0491民初11279号判决中认为：“涉案图片具备独创性要件”。", "not_in_corpus", None),
    ("四画师案判决被告赔偿10万元。", "mismatch", "北京互联网法院·四画师案"),
    ("被上诉人当庭提出，杭州奥特曼案二审已经改判，一审竟予采信。", "mismatch", "(2024)浙01民终10332号"),
    ("有人误传杭州奥特曼案二审已经改判。", "valid", None),
    ("依照《著作权法》第五十二条、第五十三条，应当赔偿损失", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "verdict", "suggestion"), ONE)
def test_one_citation(draft: str, verdict: str | None, suggestion: str | None) -> None:
    if verdict is None:
        assert [found[1] for found in told(draft)] == ["valid", "valid"]
        return
    found = only(draft)
    assert (found.verdict, found.suggestion) == (verdict, suggestion)


def test_a_changed_number_and_a_lost_negation_are_marked() -> None:
    number = only("《著作权法》第五十四条第二款规定：“判决给予五百元以上五十万元以下的赔偿”。")
    assert [(change.quoted, change.source, change.grave) for change in number.changes] == [
        ("五十万元", "五百万元", True)
    ]
    negation = only("《著作权法》第四条：“行使权利，得违反宪法和法律”")
    assert [(change.quoted, change.source, change.grave) for change in negation.changes] == [("", "不", True)]
    assert "（数字）" in number.message
    assert "（否定）" in negation.message


def test_quotations_go_to_their_own_citation() -> None:
    draft = (
        "《民法典》第一千一百八十五条规定“故意侵害他人知识产权”，《著作权法》第六十二条规定“本法所称的著作权即版权”。"
    )
    assert [(found.quote, found.verdict) for found in checked(draft).citations] == [
        ("故意侵害他人知识产权", "exact"),
        ("本法所称的著作权即版权", "exact"),
    ]


def test_an_interpretation_quoted_with_its_old_numbers() -> None:
    draft = "《著作权民事纠纷司法解释》第二十五条第一款：“适用著作权法第四十九条第二款的规定确定赔偿数额。”"
    assert [(verdict, suggestion) for _, verdict, suggestion in told(draft)] == [
        ("exact", None),
        ("outdated", "著作权法@2020/54/2"),
    ]


def test_a_footnote_speaks_of_the_words_before_its_mark() -> None:
    draft = "这属于合理使用[^1]。\n\n[^1]: 《著作权法》第二十二条。"
    assert told(draft) == [("《著作权法》第二十二条", "outdated", "著作权法@2020/24")]


def test_the_clauses_of_a_contract_are_its_own() -> None:
    draft = "第一条 许可\n依《著作权法》第二十六条订立。\n第二条 报酬\n依第一条支付。\n第三条 期限\n一年。"
    assert told(draft) == [("《著作权法》第二十六条", "valid", None)]


def test_the_numbers_of_a_case_beside_another_name() -> None:
    assert [verdict for _, verdict, _ in told("春风案（(2024)苏0581民初6697号）")] == ["mismatch", "mismatch"]
    assert [verdict for _, verdict, _ in told("春风案（(2023)京0491民初11279号）")] == ["valid", "valid"]


def test_every_labelled_citation_of_the_drafts() -> None:
    """At least 97 in 100 as labelled; of what is wrong hardly anything is passed as exact or valid."""
    labels = [json.loads(line) for line in (DRAFTS / "labels.jsonl").read_text("utf-8").splitlines()]
    by_draft = defaultdict(list)
    for label in labels:
        by_draft[label["draft"]].append(label)
    wrong, passed = [], []
    for name, wanted in by_draft.items():
        text = (DRAFTS / name).read_bytes().decode("utf-8")
        free = list(checked(text).citations)
        for label in wanted:
            found = _found(free, label)
            if found is None or found.verdict != label["verdict"]:
                wrong.append(label)
                if found is not None and found.verdict.is_sound:
                    passed.append(label)
            elif "suggestion" in label:
                assert found.suggestion == label["suggestion"], label
    assert len(labels) >= 850
    assert len(by_draft) >= 42
    assert len(wrong) <= 0.02 * len(labels), wrong
    # Rules told in other words under a near number (see the README there); none in the drafts made before any tuning.
    assert len(passed) <= 2, passed
    assert min(int(label["draft"][:2]) for label in passed) > 20, passed


def _found(free: list[CheckedCitation], label: dict[str, str]) -> CheckedCitation | None:
    """The citation that stands where the label says; those that share a span are told apart by their keys."""
    start = int(label["start"])
    there = [found for found in free if found.start < start + len(label["raw"]) and found.end > start]
    there = [found for found in there if found.key == label.get("key", found.key)]
    there.sort(key=lambda found: abs(found.start - start))
    if there:
        free.remove(there[0])
    return there[0] if there else None
