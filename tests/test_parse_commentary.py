"""Commentary to passages: heading paths, paragraphs, footnotes, and arbitrary text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.citation import Citation
from ingest.commentary import parse_commentary
from ingest.document import Document, Role

ARTICLE = """首页 / 文章发布 / 某所法评 / 某所法评详情

从若干案例看抗辩思路

2025.01.21 甲某 乙某

人工智能带来了新问题。近来有“春风”一案1引发讨论。

\u00a0

一、案例的简要评述(从侵权抗辩角度)

1、文生图第一案:“春风”

在该案2中,原告主张被告侵权。

(1)涉案图片由AI生成、无法体现个性化表达:

ž被告抗辩:描述词为日常表达。

法院观点:图片构成作品。

2、平台案

(1)  本案中,法院以“接触+实质性相似”为判定标准。

(2) 法院一方面使用直接侵权的逻辑,另一方面评估平台责任,并不自洽。

二、可行的抗辩思路

(一)  抗辩一:不具有可版权性

用户无法决定所生成的内容。

结语

各国都在寻求平衡。

1. 某院:(2023)京0491民初1号民事判决书。

2. 参见https://example.org/a

某所是一家律师事务所。
"""

# Text, and the keys of its passages in their order, without the document.
OUTLINES = [
    (
        ARTICLE,
        "0/1 一.1/1 一.1.1/1 一.1.1/2 一.2/1 一.2/2 二.一/1 结语/1 注/1 注/2",
    ),
    ("没有标题的一段话。\n又一段。", "0/1 0/2"),
    ("只有一行", "0/1"),
    ("# 题\n## 一、甲\n段。\n### （一）乙\n段。\n## 二、丙\n段。\n## 结语\n段。", "一/1 一.一/1 二/1 结语/1"),
    ("# 题\n## 背景介绍\n段。\n### 细节\n段。\n## 结论与建议\n段。", "背景介绍/1 背景介绍.细节/1 结论与建议/1"),
    ("# 题\n1 引言\n段一。\n1.1 背景\n段二。\n1.2 方法\n段三。", "0/1 0/2 1.1/1 1.2/1"),
    ("第一章 导论\n段。\n第一节 缘起\n段。\n第二章 抗辩\n段。", "第一章/1 第一章.第一节/1 第二章/1"),
    ("一、理由\n应当考虑：\n1、价格\n2、知名度\n3、后果\n二、结果\n段。", "一/1 一/2 一/3 一/4 二/1"),
    ("一、甲\n段[1]。\n二、乙\n段[2]。\n注释：\n[1] 书一。\n续行。\n[2] 书二。", "一/1 二/1 注/1 注/2"),
    ("正文一段。[^1]\n\n[^1]: 某书。\n", "0/1 注/1"),
    ("一、甲\n段。\n一、又甲\n段。", "一/1 一/2"),
    ("一、甲\n段①。\n① 某文。", "一/1 注/1"),
]


def keys(document: Document) -> str:
    return " ".join("/".join(p.citation.path) for p in document.passages if p.citation)


@pytest.mark.parametrize(("text", "expected"), OUTLINES)
def test_outline(text: str, expected: str) -> None:
    document = parse_commentary(text, Citation("某文"), {})
    assert keys(document) == expected
    assert "".join(p.text for p in document.passages) == text


def test_head_bullets_and_tail() -> None:
    document = parse_commentary(ARTICLE, Citation("某文"), {})
    assert document.title == "从若干案例看抗辩思路"
    assert document.meta["date"] == "2025-01-21"
    by_key = {"/".join(p.citation.path): p for p in document.passages if p.citation}
    assert by_key["一.1.1/1"].places[0].text == "被告抗辩:描述词为日常表达。"
    assert by_key["一.1.1/1"].headings == (
        "一、案例的简要评述(从侵权抗辩角度)",
        "1、文生图第一案:“春风”",
        "(1)涉案图片由AI生成、无法体现个性化表达:",
    )
    assert by_key["注/2"].role is Role.FOOTNOTE
    assert document.passages[-1].text.startswith("某所是一家律师事务所")
    assert document.passages[-1].citation is None


def test_a_held_title_is_the_title() -> None:
    document = parse_commentary("网站名\n某文的题目\n段一。", Citation("某文"), {"title": "某文的题目"})
    assert document.title == "某文的题目"


def test_a_section_headed_like_the_notes_takes_none_of_their_numbers() -> None:
    document = parse_commentary("## 注\n一段话。\n## 注\n1、第一条注释。", Citation("某文"), {})
    assert [str(place.citation) for p in document.passages for place in p.places] == ["某文/注/1", "某文/注/1(2)"]


LINES = st.sampled_from(
    [*ARTICLE.split("\n"), "## 注", "[^1]: 甲", "①", "1.1 甲", "---", "# ", "第一章", "\u2003", "（一）"]
)


@given(st.lists(LINES | st.text(max_size=20), max_size=40), st.sampled_from(["\n", "\r\n", "\u2029", "\x0b"]))
def test_any_text_parses_and_loses_nothing(lines: list[str], separator: str) -> None:
    text = separator.join(lines)
    document = parse_commentary(text, Citation("某文"), {})
    assert "".join(p.text for p in document.passages) == text
    places = [place for p in document.passages for place in p.places]
    assert all(text[place.start : place.end] == place.text for place in places)
    assert len({place.citation for place in places}) == len(places)
    assert all(Citation.parse(str(place.citation)) == place.citation for place in places)
