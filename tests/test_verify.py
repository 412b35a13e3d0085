"""The last gate: only drafts whose places exist and whose words stand there leave the house; the rest are counted."""

from datetime import date

import pytest

from ingest.citation import Citation
from rag import Library, Verdict
from rag.draft import Draft, Support
from rag.verify import admit, judge, written_out
from tests.answer_rules import DAY

LEAD = "在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬"
DIGEST = "(2023)京0491民初11279号/摘要.裁判结果/1"


def draft(key: str, words: str | None = None, text: str = "陈述") -> Draft:
    return Draft(text, (Support(Citation.parse(key), words),))


@pytest.mark.parametrize(
    ("key", "words", "day", "verdict"),
    [
        ("著作权法/24", None, DAY, Verdict.VALID),
        ("著作权法/24", LEAD, DAY, Verdict.EXACT),
        ("著作权法@2020/24/1", LEAD, DAY, Verdict.EXACT),
        ("著作权法/24/1/6", "(六)为学校课堂教学或者科学研究", DAY, Verdict.EXACT),
        ("著作权法/24", "使用作品……不向其支付报酬", DAY, Verdict.EXACT),
        ("著作权法/24", "可以经著作权人许可，不向其支付报酬", DAY, Verdict.ALTERED),
        ("著作权法/54/2", "判决给予五百元以上一百万元以下的赔偿", DAY, Verdict.ALTERED),
        ("著作权法/22", LEAD, DAY, Verdict.WRONG_PINPOINT),
        ("著作权法/24/2", LEAD, DAY, Verdict.WRONG_PINPOINT),
        ("著作权法/68", None, DAY, Verdict.NONEXISTENT),
        ("著作权法/24/3", None, DAY, Verdict.NONEXISTENT),
        ("著作权法/24/1/14", None, DAY, Verdict.NONEXISTENT),
        ("民法典/1000", None, DAY, Verdict.NOT_IN_CORPUS),
        ("商标法/57", None, DAY, Verdict.NOT_IN_CORPUS),
        ("(2020)京0105民初99999号", None, DAY, Verdict.NOT_IN_CORPUS),
        # The full text of the judgment is not held, only our digest of it.
        ("(2023)京0491民初11279号/本院认为/3", None, DAY, Verdict.NOT_IN_CORPUS),
        (DIGEST, None, DAY, Verdict.VALID),
        (DIGEST, "赔偿李某500元", DAY, Verdict.EXACT),
        (DIGEST, "赔偿李某5000元", DAY, Verdict.ALTERED),
        ("标识办法/4", None, date(2025, 1, 1), Verdict.OUTDATED),
        ("标识办法@2025/4", None, date(2025, 1, 1), Verdict.VALID),
    ],
)
def test_the_verdict_on_a_place_and_words(
    library: Library, key: str, words: str | None, day: date, verdict: Verdict
) -> None:
    finding = judge(library, Citation.parse(key), words, day)
    assert finding.verdict is verdict
    assert (finding.place is None) == (verdict in (Verdict.NOT_IN_CORPUS, Verdict.NONEXISTENT))


def test_words_put_in_the_wrong_place_lead_to_the_right_one(library: Library) -> None:
    assert str(judge(library, Citation.parse("著作权法/22"), LEAD, DAY).better) == "著作权法@2020/24"


def test_sound_drafts_pass_in_order_with_their_sources(library: Library) -> None:
    admitted = admit(library, [draft("著作权法/24", LEAD, "甲"), draft(DIGEST, "赔偿李某500元", "乙")], DAY)
    assert [statement.text for statement in admitted.statements] == ["甲", "乙"]
    assert [(key, source.verdict) for key, source in admitted.sources.items()] == [
        ("著作权法@2020/24", Verdict.EXACT),
        (DIGEST, Verdict.VALID),
    ]
    assert admitted.sources["著作权法@2020/24"].quote == LEAD
    # The words of a digest are checked and never shown as a quotation.
    assert admitted.sources[DIGEST].quote is None
    assert admitted.held_back == 0


@pytest.mark.parametrize(
    "unsound",
    [
        draft("著作权法/24", "可以经著作权人许可"),
        draft("著作权法/22", LEAD),
        draft("著作权法/99"),
        draft("商标法/57"),
        draft("民法典/1000"),
        draft(DIGEST, "赔偿李某5000元"),
        Draft("陈述", (Support(Citation.parse("著作权法/24"), LEAD), Support(Citation.parse("著作权法/99")))),
    ],
)
def test_an_unsound_draft_is_held_back_and_counted(library: Library, unsound: Draft) -> None:
    admitted = admit(library, [draft("著作权法/3", None, "留下"), unsound], DAY)
    assert [statement.text for statement in admitted.statements] == ["留下"]
    assert list(admitted.sources) == ["著作权法@2020/3"]
    assert admitted.held_back == 1


def test_what_was_said_already_is_dropped_without_being_counted(library: Library) -> None:
    admitted = admit(library, [draft("著作权法/3"), draft("著作权法/3")], DAY)
    assert len(admitted.statements) == 1
    assert admitted.held_back == 0


def test_a_notice_needs_no_source(library: Library) -> None:
    admitted = admit(library, [Draft("本库没有收录商标法。")], DAY)
    assert admitted.statements[0].citations == []
    assert admitted.sources == {}


def test_a_source_named_and_later_quoted_keeps_the_quotation(library: Library) -> None:
    admitted = admit(library, [draft("著作权法/24", None, "甲"), draft("著作权法/24", LEAD, "乙")], DAY)
    assert admitted.sources["著作权法@2020/24"].quote == LEAD


def test_the_answer_is_written_out_with_the_titles_of_its_sources(library: Library) -> None:
    admitted = admit(library, [draft("著作权法/24/1/6", None, "甲"), Draft("没有收录乙。")], DAY)
    assert written_out(admitted.statements, admitted.sources) == (
        "甲\n【《著作权法》（2020）第二十四条第一款第（六）项】\n\n没有收录乙。"
    )
