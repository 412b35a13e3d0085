"""Reading answers: verdicts from the corpus files, whatever the answer says; what is counted and what is not."""

from datetime import date

import pytest

from eval.judge import judge
from eval.reading import read_answer
from rag import Answer, Citation, Statement, Verdict
from tests.eval_answers import DAY, ITEM_6, SPRING, answer, shelf, source

ITEM_6_KEY = "著作权法@2020/24/1/6"


def found(given: Answer, asked: str = "") -> dict[str, str]:
    return {judged.key: judged.verdict.value for judged in read_answer(given, asked, shelf(), DAY).citations}


def quoted(given: Answer, asked: str = "") -> list[tuple[str, str]]:
    return [(str(q.citation), q.verdict.value) for q in read_answer(given, asked, shelf(), DAY).quotations]


@pytest.mark.parametrize(
    ("key", "words", "verdict"),
    [
        ("著作权法/24/1/6", None, Verdict.VALID),
        ("著作权法/24/1/6", ITEM_6, Verdict.EXACT),
        ("著作权法/24", "(六)为学校课堂教学或者科学研究,翻译、改编", Verdict.EXACT),
        ("著作权法/24/1/6", "为学校课堂教学或者科学研究，翻译、改编……但不得出版发行", Verdict.EXACT),
        ("著作权法/24/1/6", "为学校课堂教学或者科学研究，翻译、改编……但可以出版发行", Verdict.ALTERED),
        ("著作权法/24/1/7", ITEM_6, Verdict.WRONG_PINPOINT),
        ("著作权法/54", ITEM_6, Verdict.WRONG_PINPOINT),
        ("著作权法/54", "五万元以上五百万元以下的赔偿", Verdict.ALTERED),
        ("著作权法/24/1/14", None, Verdict.NONEXISTENT),
        ("著作权法/900", "任何文字", Verdict.NONEXISTENT),
        ("著作权法@2010/49", None, Verdict.OUTDATED),
        ("民法典/100", None, Verdict.NOT_IN_CORPUS),
        ("商标法/57", None, Verdict.NOT_IN_CORPUS),
        (f"{SPRING}/摘要.裁判结果/1", None, Verdict.VALID),
        (f"{SPRING}/摘要.裁判结果/1", "春风案判决刘某赔礼道歉", Verdict.NOT_IN_CORPUS),
        (f"{SPRING}/裁判结果/1", None, Verdict.NOT_IN_CORPUS),
        ("(2025)京01民终99号", None, Verdict.NOT_IN_CORPUS),
    ],
)
def test_verdicts(key: str, words: str | None, verdict: Verdict) -> None:
    assert judge(shelf(), shelf().normal(Citation.parse(key), DAY), words, DAY) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("标识办法第四条规定了显式标识。", "outdated"),
        ("标识办法第四条规定了显式标识，该办法在2025-01-01尚未施行。", "valid"),
    ],
)
def test_law_that_is_not_yet_in_force_must_be_called_so(text: str, verdict: str) -> None:
    given = answer(text, source("标识办法/4"))
    reading = read_answer(given, "", shelf(), date(2025, 1, 1))
    assert [judged.verdict.value for judged in reading.citations] == [verdict]


def test_the_verdict_that_the_answer_carries_is_not_believed() -> None:
    assert found(answer("", source(ITEM_6_KEY, ITEM_6))) == {ITEM_6_KEY: "exact"}


def test_the_gravest_finding_on_a_place_is_its_verdict() -> None:
    twice = answer("", source("著作权法/54"), source("著作权法/54", "五万元以上五百万元以下的赔偿"))
    assert found(twice) == {"著作权法@2020/54": "altered"}


def test_keys_of_statements_and_defences_are_citations_too() -> None:
    stated = answer("甲。", statements=[Statement(text="甲。", citations=["著作权法/900"])])
    assert found(stated) == {"著作权法@2020/900": "nonexistent"}


def test_a_key_that_cannot_be_parsed_leads_nowhere() -> None:
    assert found(answer("", source("//"))) == {"//": "not_in_corpus"}


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("依《著作权法》第九百条，可以免责。", {"著作权法@2020/900": "nonexistent"}),
        ("依《著作权法》第五十四条第二款处理。", {"著作权法@2020/54/2": "valid"}),
        ("平台没有尽到注意义务，依著作权法第九百条担责。", {"著作权法@2020/900": "nonexistent"}),
        ("依据2010年《著作权法》第四十九条判赔。", {"著作权法@2010/49": "outdated"}),
        ("参见（2025）京01民终99号判决。", {"(2025)京01民终99号": "not_in_corpus"}),
        ("参见（2023）京0491民初11279号判决。", {SPRING: "valid"}),
        ("《著作权法》保护作品，《商标法》保护商标。", {}),
        ("原告是第三人，第一审判决已经生效。", {}),
    ],
)
def test_citations_in_the_running_text(text: str, citations: dict[str, str]) -> None:
    assert found(answer(text)) == citations


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("著作权法第九百条怎么规定？", "《著作权法》（2020）没有第九百条：该文件共67条，这一条不存在。"),
        ("著作权法第九百条怎么规定？", "问题所引的著作权法第九百条有误。"),
        ("", "《著作权法》第九百条并不存在。"),
        ("", "没有收录（2025）京01民终99号，无法核对。"),
        ("商标法第57条怎么说？", "《商标法》第五十七条未收录。"),
        ("", "（2025）京01民终99号不在收录范围，不作推测。"),
        ("", "There is no Article 900 of the Copyright Law."),
        ("", "现行法中该内容为第五十四条，即2010年《著作权法》第四十九条的对应条文。"),
    ],
)
def test_a_citation_named_only_to_reject_it_does_not_count(asked: str, text: str) -> None:
    assert [key for key, verdict in found(answer(text), asked).items() if verdict not in ("valid", "exact")] == []


def test_the_old_number_named_beside_the_new_one_does_not_count() -> None:
    text = "条号已变更：损害赔偿数额在2010年版中是第四十九条，现行《著作权法》（2020）中是第五十四条。"
    given = answer(text, source("著作权法@2020/54"))
    assert found(given, "2010年著作权法第49条怎么规定") == {"著作权法@2020/54": "valid"}


def test_a_rejection_does_not_excuse_using_the_citation_elsewhere() -> None:
    text = "有人说著作权法第九百条不存在。但依著作权法第九百条，平台免责。"
    assert found(answer(text), "著作权法第九百条存在吗？") == {"著作权法@2020/900": "nonexistent"}


def test_citations_inside_a_provision_are_those_of_the_source() -> None:
    key = "著作权民事纠纷司法解释@2020/4/1"
    ((_, words),) = shelf().texts(Citation.parse(key))
    assert "著作权法第四十七条、第四十八条" in words
    in_marks = answer(f"该解释第四条规定：“{words}”", source(key, words))
    bare = answer(f"规定如下：\n{words}", source(key, words))
    part = answer("解释说，由著作权法第四十七条、第四十八条所规定侵权行为的实施地管辖。", source(key, words))
    assert found(in_marks) == found(bare) == found(part) == {key: "exact"}


def test_the_same_citation_in_words_of_its_own_is_the_answer_s() -> None:
    text = "著作权法第四十七条、第九百条规定了管辖。"
    assert found(answer(text, source("著作权民事纠纷司法解释@2020/4")))["著作权法@2020/900"] == "nonexistent"


@pytest.mark.parametrize(
    ("text", "keys", "quotations"),
    [
        (f"第二十四条规定：“{ITEM_6}”", [ITEM_6_KEY], [(ITEM_6_KEY, "exact")]),
        (f"第二十四条规定：「{ITEM_6}」", [ITEM_6_KEY], [(ITEM_6_KEY, "exact")]),
        ("规定：“为学校课堂教学，可以大量复制已经发表的作品”。", [ITEM_6_KEY], [(ITEM_6_KEY, "altered")]),
        (f"规定：“{ITEM_6}”", ["著作权法/54"], [("著作权法@2020/54", "wrong_pinpoint")]),
        ("所谓“实质性相似”是一个标准。", [ITEM_6_KEY], []),
        ("法院说：“涉案图片构成美术作品，应受保护”。", [f"{SPRING}/摘要.本院认为/1"], [(f"{SPRING}/摘要.本院认为/1", "not_in_corpus")]),
        (f"规定：“{ITEM_6}”", [], []),
    ],
)  # fmt: skip
def test_quotations_in_the_text(text: str, keys: list[str], quotations: list[tuple[str, str]]) -> None:
    statement = Statement(text=text, citations=keys)
    assert quoted(answer(text, *map(source, keys), statements=[statement])) == quotations


def test_words_of_the_question_may_be_repeated_in_quotation_marks() -> None:
    said = "著作权法允许任何人免费训练人工智能模型"
    text = f"“{said}”的说法没有依据。"
    statement = Statement(text=text, citations=["著作权法/24"])
    assert quoted(answer(text, source("著作权法/24"), statements=[statement]), said) == []
    assert quoted(answer(text, source("著作权法/24"), statements=[statement]), "？") == [
        ("著作权法@2020/24", "altered")
    ]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("春风案由北京互联网法院审理，判赔500元。", "valid"),
        ("春风案由广州互联网法院审理。", "mismatch"),
        ("春风案判决被告赔偿50000元。", "mismatch"),
        ("更正：春风案不是广州互联网法院审理的，审理法院是北京互联网法院。", "valid"),
        ("春风案是否由广州互联网法院审理？", "valid"),
        ("春风案与菲林案中，广州互联网法院判赔50000元。", "valid"),
        (
            "春风案：春风案判决刘某赔礼道歉，并赔偿李某500元；李某诉请赔偿5000元，获支持的金额为诉请的十分之一。",
            "valid",
        ),
        ("春风案，判赔金额：5000元。", "mismatch"),
        ("春风案（广州互联网法院）：春风案判决刘某赔礼道歉，并赔偿李某500元。", "mismatch"),
    ],
)
def test_what_is_said_of_a_case_must_fit_its_file(text: str, verdict: str) -> None:
    key = f"{SPRING}/摘要.裁判结果/1"
    given = answer(text, source(key), statements=[Statement(text=text, citations=[key])])
    assert found(given)[key] == verdict


def test_every_article_of_the_copyright_law_is_exact_and_no_longer_so_when_turned_round() -> None:
    """可以 for 不得 turns a provision into its opposite; one place further is another provision."""
    ((law, _),) = shelf().texts(Citation.parse("著作权法@2020"))
    turned = 0
    for path, text in law.passages:
        words = text.partition("条")[2].strip()
        place, next_place = law.citation.at(*path), law.citation.at(str(int(path[0]) % 67 + 1))
        assert judge(shelf(), place, words, DAY) is Verdict.EXACT
        assert judge(shelf(), next_place, words, DAY) is Verdict.WRONG_PINPOINT
        if "不得" in words:
            turned += 1
            assert judge(shelf(), place, words.replace("不得", "可以", 1), DAY) is Verdict.ALTERED
    assert (len(law.passages), turned) == (67, 17)
