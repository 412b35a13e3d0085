"""Questions that name a law: the official words at their place, what is wrong with a number, marks and dates."""

from datetime import date

import pytest

from rag import AnswerKind
from tests.answer_rules import Asking, holds, keys_of

BUSINESS = "生成式人工智能服务管理暂行办法"


@pytest.mark.parametrize(
    ("question", "key", "words"),
    [
        ("著作权法第二十四条第一款第（六）项", "著作权法/24/1/6", "为学校课堂教学或者科学研究"),
        ("《中华人民共和国著作权法》第24条第1款第6项写的什么", "著作权法/24/1/6", "供教学或者科研人员使用"),
        ("著作权法第二十四条第6项", "著作权法/24/1/6", "少量复制已经发表的作品"),
        ("著作权法第５４条第２款", "著作权法/54/2", "五百元以上五百万元以下"),
        ("著作權法第五十四條第二款寫了什麼", "著作权法/54/2", "五百元以上五百万元以下"),
        ("著做权法第五十九条", "著作权法/59", "不能证明其发行、出租的复制品有合法来源"),
        ("What does Article 54(2) of the Copyright Law of China say?", "著作权法/54/2", "五百元以上五百万元以下"),
        ("Article 24, paragraph 2 of the Copyright Law", "著作权法/24/2", "前款规定适用于对与著作权有关的权利的限制"),
        ("民法典第一千一百八十五条", "民法典/1185", "有权请求相应的惩罚性赔偿"),
        ("民法典第1197条", "民法典/1197", "知道或者应当知道网络用户利用其网络服务"),
        (f"{BUSINESS}第四条第三项", f"{BUSINESS}/4/1/3", "尊重知识产权、商业道德"),
        ("暂行办法第七条", f"{BUSINESS}/7", "使用具有合法来源的数据和基础模型"),
        ("惩罚性赔偿解释第六条", "惩罚性赔偿司法解释/6", "倍数"),
        ("信网权条例第二十二条", "信息网络传播权保护条例/22", "信息存储空间"),
        ("计算机软件保护条例第十七条", "计算机软件保护条例/17", "学习和研究软件内含的设计思想和原理"),
        ("法发〔2011〕18号第8条", "法发〔2011〕18号/8", "技术创新和商业发展确有必要"),
        ("深度合成管理规定第十七条第二款", "深度合成管理规定/17/2", "显著标识"),
        ("著作权法实施条例第二十一条", "著作权法实施条例/21", "不得影响该作品的正常使用"),
    ],
)  # fmt: skip
def test_the_cited_place_is_shown_in_the_official_words(ask: Asking, question: str, key: str, words: str) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.STATUTE
    assert keys_of(answer)[0] == key
    assert words in (answer.citations[0].quote or "")
    assert answer.citations[0].in_force


def test_an_item_comes_with_the_words_that_introduce_its_list(ask: Asking) -> None:
    answer = ask("著作权法第二十四条第一款第（四）项")
    assert keys_of(answer) == ["著作权法/24/1/4", "著作权法/24/1"]
    assert "在下列情况下使用作品，可以不经著作权人许可" in (answer.citations[1].quote or "")


def test_a_whole_article_stands_unbroken_and_its_label_outside_the_marks(ask: Asking) -> None:
    quote = ask("著作权法第二十四条").citations[0].quote or ""
    assert quote.startswith("在下列情况下使用作品")
    assert quote.endswith("前款规定适用于对与著作权有关的权利的限制。")
    assert "\n（一）" in quote
    assert "\n\n" not in quote


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("著作权法第二十四条和第五十九条分别规定了什么", ["著作权法/24", "著作权法/59"]),
        ("请列出著作权法第十五条至第十七条", ["著作权法/15", "著作权法/16", "著作权法/17"]),
        ("著作权法第五十四条第二、三款", ["著作权法/54/2", "著作权法/54/3"]),
        (f"著作权法第五十四条，以及{BUSINESS}第七条", ["著作权法/54", f"{BUSINESS}/7"]),
    ],
)
def test_every_place_of_a_list_is_shown_in_order(ask: Asking, question: str, keys: list[str]) -> None:
    found = keys_of(ask(question))
    assert [key for key in found if key in keys] == keys


# --- what is wrong with a number ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("著作权法第六十八条", "没有第六十八条：该文件共67条"),
        ("《著作權法》第八十條怎麼說", "没有第八十条：该文件共67条"),
        ("著作权法第五十四条第九款", "没有第五十四条第九款：第五十四条只有5款"),
        ("著作权法第二十四条第一款第（二十）项", "没有第二十四条第一款第（二十）项：第二十四条第一款只有13项"),
        ("著作权法第二十四条第二款第（一）项", "第二十四条第二款不分项，所引的项不存在"),
        (f"{BUSINESS}第三十条", "没有第三十条：该文件共24条"),
        ("民法典第二千条", "没有第二千条：该文件共1260条"),
        ("惩罚性赔偿司法解释第十五条规定了几倍", "没有第十五条"),
        ("Article 99 of the Copyright Law", "has no Article 99: it has 67 articles"),
    ],
)
def test_a_place_that_does_not_exist_is_said_not_to(ask: Asking, question: str, said: str) -> None:
    answer = ask(question)
    assert said in answer.text
    assert answer.kind is AnswerKind.STATUTE
    assert not answer.abstained


def test_the_count_of_articles_of_a_law_held_in_part_is_borne_by_the_law_itself(ask: Asking) -> None:
    assert keys_of(ask("民法典第二千条"))[0] == "民法典"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("民法典第一百八十八条", "第一百八十八条未收录：本库只收录该文件的一部分"),
        ("民法典第一千条说了什么", "第一千条未收录"),
        ("法发〔2011〕18号第9条", "第九条未收录"),
        ("Article 188 of the Civil Code", "is not held"),
        ("商标法第五十七条", "没有收录商标法"),
        ("刑法第二百一十七条的原文", "没有收录刑法"),
        ("劳动合同法第三十八条", "没有收录劳动合同法"),
    ],
)
def test_what_is_not_held_is_said_and_not_guessed(ask: Asking, question: str, said: str) -> None:
    answer = ask(question)
    assert answer.abstained
    assert said in answer.text


@pytest.mark.parametrize(
    ("question", "present", "said"),
    [
        ("2010年著作权法第二十二条", "著作权法/24", "合理使用在2010年《著作权法》中是第二十二条"),
        ("著作权法（2010）第四十九条", "著作权法/54", "在2010年《著作权法》中是第四十九条"),
        ("旧著作权法第53条现在是第几条", "著作权法/59", "在2010年《著作权法》中是第五十三条"),
        ("修正前的著作权法第四十八条", "著作权法/53", "在2010年《著作权法》中是第四十八条"),
        ("著作权法修订前的第二十二条", "著作权法/24", "在2010年《著作权法》中是第二十二条"),
        ("著作权法2020年修正前的第四十九条", "著作权法/54", "在2010年《著作权法》中是第四十九条"),
        ("著作权法第二十二条规定的个人学习、合理使用", "著作权法/24", "条号已变更"),
        ("按照著作权法第四十九条的法定赔偿", "著作权法/54", "条号已变更"),
        ("依著作权法第五十三条主张合法来源", "著作权法/59", "条号已变更"),
    ],
)
def test_a_number_of_the_earlier_version_leads_to_the_present_one(
    ask: Asking, question: str, present: str, said: str
) -> None:
    answer = ask(question)
    assert said in answer.text
    assert keys_of(answer)[0] == present
    assert "引用时应以" in answer.text


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("著作权法第二十二条", "著作权法/22"),
        ("著作权法第二十二条署名权的保护期", "著作权法/22"),
        ("著作权法第四十九条", "著作权法/49"),
        ("现行著作权法第五十三条", "著作权法/53"),
        ("著作权法（2020年修正）第五十三条", "著作权法/53"),
    ],
)
def test_a_present_number_is_not_taken_for_an_old_one(ask: Asking, question: str, key: str) -> None:
    answer = ask(question)
    assert keys_of(answer)[0] == key
    assert "条号已变更" not in answer.text


@pytest.mark.parametrize(
    ("question", "belongs"),
    [
        ("著作权法第二十四条规定了合法来源抗辩", "著作权法/59"),
        ("标识办法第七条要求用户主动声明内容是生成合成的", "标识办法/10"),
        ("著作权法第十二条规定作品的定义是具有独创性的智力成果", "著作权法/3"),
    ],
)
def test_what_stands_in_another_article_is_shown_there(ask: Asking, question: str, belongs: str) -> None:
    answer = ask(question)
    assert "问题所说的内容不在" in answer.text
    assert holds(answer, belongs)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("著作权法第五十四条规定法定赔偿上限一百万元吗", "问题中的数字与条文不符"),
        ("法定赔偿最高50万元对吗", "问题中的数字与条文不符"),
        ("著作权侵权的诉讼时效是两年吧", "问题中的数字与条文不符"),
    ],
)
def test_a_figure_that_the_provision_fixes_otherwise_is_noticed(ask: Asking, question: str, said: str) -> None:
    assert said in ask(question).text


@pytest.mark.parametrize(
    "question",
    [
        "著作权法第五十四条的法定赔偿能不能判到五百万元",
        "按法定赔偿能判5万元吗",
        "著作权法第二十三条的保护期是五十年吗",
    ],
)
def test_a_figure_that_fits_the_provision_is_left_alone(ask: Asking, question: str) -> None:
    assert "问题中的数字与条文不符" not in ask(question).text


# --- marks and dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("标识办法第四条", True),
        ("法发〔2011〕18号第8条", True),
        ("标识办法第十条", False),
        ("著作权法第三条", False),
    ],
)
def test_text_that_was_not_verified_says_so_wherever_it_is_shown(ask: Asking, question: str, marked: bool) -> None:
    answer = ask(question)
    assert ("未经逐字核验）：" in answer.text) is marked
    assert any("未经逐字核验" in warning for warning in answer.warnings) is marked


@pytest.mark.parametrize(
    ("question", "day", "said"),
    [
        ("著作权法第二十四条", date(2021, 5, 31), "在2021-05-31尚未施行，2021-06-01起施行"),
        ("标识办法第四条", date(2025, 8, 31), "在2025-08-31尚未施行，2025-09-01起施行"),
        (f"{BUSINESS}第四条", date(2023, 8, 1), "在2023-08-01尚未施行，2023-08-15起施行"),
        ("Article 7 of the Interim Measures for Generative AI", date(2023, 8, 1), "not yet in force on 2023-08-01"),
    ],
)
def test_law_that_was_not_yet_in_force_on_the_day_says_so(ask: Asking, question: str, day: date, said: str) -> None:
    answer = ask(question, as_of=day)
    assert said in answer.text
    assert not answer.citations[0].in_force
    assert answer.as_of == day
    assert any("有效" in warning or "in force" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    ("question", "day"),
    [("著作权法第二十四条", date(2021, 6, 1)), ("标识办法第四条", date(2025, 9, 1))],
)
def test_law_is_in_force_from_its_first_day(ask: Asking, question: str, day: date) -> None:
    assert ask(question, as_of=day).citations[0].in_force


def test_before_the_present_version_the_number_of_that_time_is_named(ask: Asking) -> None:
    answer = ask("著作权法第二十四条", as_of=date(2015, 3, 1))
    assert "在2015-03-01适用的是2010年版，合理使用当时是第二十二条（现为第二十四条）" in answer.text
    assert "未收录2010年版原文" in answer.text


@pytest.mark.parametrize(
    ("question", "warning"),
    [
        ("著作权法实施条例第二十一条", "《著作权法实施条例》条文中引用的《著作权法》条号是2010年版的旧条号"),
        ("计算机软件保护条例第二十五条", "《计算机软件保护条例》条文中引用的《著作权法》条号是2010年版的旧条号"),
    ],
)
def test_a_regulation_that_cites_old_numbers_carries_a_warning(ask: Asking, question: str, warning: str) -> None:
    assert any(warning in found for found in ask(question).warnings)


# --- about a law as a whole --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "key", "said"),
    [
        ("标识办法何时施行", "标识办法", "2025年9月1日起施行"),
        ("著作权法什么时候生效", "著作权法", "2021年6月1日起施行"),
        ("著作权法有多少条", "著作权法", "共67条"),
        ("《生成式暂行办法》由哪些部门发布", BUSINESS, "国家互联网信息办公室"),
        ("生成式暂行办法由哪些部门发布", BUSINESS, "国家互联网信息办公室"),
        ("深度合成管理规定的文号", "深度合成管理规定", "文号为"),
        ("When did the Copyright Law take effect?", "著作权法", "in force from 2021-06-01"),
    ],
)
def test_facts_of_a_law_are_told_from_its_front_matter(ask: Asking, question: str, key: str, said: str) -> None:
    answer = ask(question)
    assert said in answer.text
    assert keys_of(answer)[0] == key
    assert answer.kind is AnswerKind.STATUTE


@pytest.mark.parametrize("question", ["第二十四条", "请问第五十四条第二款是什么", "这个办法第七条"])
def test_an_article_of_no_law_is_asked_about(ask: Asking, question: str) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CLARIFY
    assert answer.clarify
    assert "哪一部法律" in answer.text


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("实施条例第三条怎么界定创作？", "著作权法实施条例/3"),
        ("Under Article 25 of the SPC's evidence provisions for IP civil cases, what follows?", "知识产权证据规定/25"),
        (
            "Which provision of the PRC Copyright Law presumes that the person named on a work is its author?",
            "著作权法/12",
        ),
    ],
)
def test_a_law_named_loosely_with_its_number_or_its_matter(ask: Asking, question: str, key: str) -> None:
    assert any(found == key or found.startswith(f"{key}/") for found in keys_of(ask(question)))


@pytest.mark.parametrize(
    ("question", "key"),
    [
        (
            "按照信息网络传播权司法解释第五条，只有一个小区能连的局域网里放电影给人点播，算不算？",
            "信息网络传播权司法解释/2",
        ),
        ("标识办法第十三条是不是讲：视频平台发现片子像AI做的、用户又没承认的该怎么处理？", "标识办法/6"),
        ("知识产权证据规定第五条写的是法院批不批证据保全主要看什么，对吧？", "知识产权证据规定/11"),
    ],
)
def test_what_is_said_of_an_article_is_found_whatever_its_number(ask: Asking, question: str, key: str) -> None:
    answer = ask(question)
    assert any(found == key or found.startswith(f"{key}/") for found in keys_of(answer))
    assert "若不论条号" in answer.text or "而在" in answer.text


def test_the_right_number_is_followed_by_no_other_article(ask: Asking) -> None:
    assert "若不论条号" not in ask("著作权法第五十四条第二款的法定赔偿上下限是多少？").text


def test_what_stands_in_another_article_is_cited_to_the_item(ask: Asking) -> None:
    answer = ask("深度合成管理规定第十二条列了要显著标识的五类服务，换脸属于哪一类？")
    assert holds(answer, "深度合成管理规定/17/1/3")


def test_law_named_from_memory_is_found_by_what_is_said_of_it(ask: Asking) -> None:
    answer = ask("最高法院2011年那份政策意见第8条列了哪几个考量因素来判断合理使用？")
    assert not answer.abstained
    assert holds(answer, "法发〔2011〕18号/8")
