"""Any text: no crash, offsets right, the same citations whatever line breaks and invisible characters stand between."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Verdict
from rag.ready_text import ready_text
from rag.sentence import Sentences, quotations
from tests.checked import checked

PIECES = (
    "《著作权法》", "著作权法", "第二十四条", "第一款", "第（六）项", "第22条", "该法", "前款", "同条", "第十条至第十七条", "、",
    "规定：", "“", "”", "‘", "’", "「", "」", "『", "』", '"', "《", "》", "（", "）", "(", ")", "[", "]", "[^1]", "[^1]: ", "\n", "\n\n",
    "> ", "。", "，", "；", "：", "合理使用", "赔偿", "为个人学习、研究或者欣赏，使用他人已经发表的作品", "春风案", "奥特曼案",
    "（2024）粤0192民初113号", "(2099)京01民终1号", "广州互联网法院", "判赔5万元", "法院认为", "第", "条", "一千", "９９", "\u200b", "\x00",
    "\ufeff", "\ud800", "\U0001f600", "①", "1.", "原", "2010年", "民法典第一千一百八十五条", " ", "\t", "\f", "|", "**", "#", "……",
)  # fmt: skip
DRAFTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(DRAFTS)
def test_any_draft_is_checked_and_every_offset_is_that_of_the_draft(draft: str) -> None:
    report = checked(draft)
    assert sum(report.summary.values()) == len(report.citations)
    assert set(report.summary) == {verdict.value for verdict in Verdict}
    for citation in report.citations:
        assert 0 <= citation.start < citation.end <= len(draft)
        assert draft[citation.start : citation.end] == citation.raw
        assert citation.message


@settings(max_examples=250)
@given(DRAFTS)
def test_ready_text_leads_back_to_the_same_characters(draft: str) -> None:
    ready = ready_text(draft)
    for offset, character in enumerate(ready.text):
        assert draft[ready.source(offset)] == character


@settings(max_examples=250)
@given(DRAFTS)
def test_sentences_part_the_text_and_quotations_keep_their_words(text: str) -> None:
    quoted = quotations(text)
    sentences = Sentences(text, quoted)
    spans = [sentences.span(index) for index in range(len(sentences))]
    assert all(start <= end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for quotation in quoted:
        if not quotation.block:
            assert text[quotation.start + 1 : quotation.end - 1] == quotation.words


@settings(max_examples=60)
@given(st.integers(min_value=1, max_value=20), st.sampled_from(("\n", "\r\n", "\u200b", "\n— 3 —\n", "\f")))
def test_a_citation_that_is_cut_is_found_whole(cut: int, between: str) -> None:
    whole = "《著作权法》第二十四条第一款第（六）项"
    report = checked(f"依据{whole[:cut]}{between}{whole[cut:]}，可以使用。")
    assert [citation.key for citation in report.citations] == ["著作权法@2020/24/1/6"]
