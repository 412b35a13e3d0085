"""Questions that cite nothing: law, cases and commentary side by side, with the editor's notes; and what is beyond."""

import pytest

from rag import AnswerKind
from rag.concepts import Leaning, leaning
from tests.answer_rules import Asking, holds, keys_of

LAW, JUNHE = "著作权法", "君合2025"


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("什么是合理使用", ["著作权法/24", "君合2025"]),
        ("法定赔偿的上限是多少", ["著作权法/54/2"]),
        ("What is the maximum statutory damages?", ["著作权法/54/2"]),
        ("惩罚性赔偿最高几倍", ["著作权法/54/1"]),
        ("哪一条规定了避风港", ["信息网络传播权保护条例/22"]),
        ("著作权保护期多长", ["著作权法/23"]),
        ("什么是深度合成技术", ["深度合成管理规定/23"]),
        ("“生成式人工智能服务提供者”是什么意思", ["生成式人工智能服务管理暂行办法/22/1/2"]),
        ("信息网络传播权的定义", ["信息网络传播权保护条例/26/2"]),
        ("训练数据要遵守什么规定", ["生成式人工智能服务管理暂行办法/7"]),
        ("合法来源抗辩适用于AI输出吗", ["著作权法/59", "君合2025"]),
        ("谁承担举证责任证明接触", ["君合2025/二.三"]),
        ("平台的注意义务有哪些", ["信息网络传播权司法解释", "君合2025"]),
        ("侵犯著作权的诉讼时效", ["著作权民事纠纷司法解释/27"]),
        ("合理试用的情形", ["著作权法/24"]),
        ("著作權侵權的賠償數額如何計算", ["著作权法/54"]),
        ("AI生成的内容要怎么标识", ["标识办法"]),
        ("Is AI-generated art copyrightable in China?", ["著作权法/3"]),
        ("Can training data be used without permission under the Interim Measures for Generative AI?", ["生成式人工智能服务管理暂行办法/7"]),
    ],
)  # fmt: skip
def test_the_law_that_speaks_of_it_is_among_the_sources(ask: Asking, question: str, keys: list[str]) -> None:
    answer = ask(question)
    assert [key for key in keys if not holds(answer, key)] == []


def test_the_part_in_point_is_the_paragraph_asked_about(ask: Asking) -> None:
    answer = ask("法定赔偿的上限是多少")
    part = next(statement for statement in answer.statements if "其中与问题最接近的是" in statement.text)
    assert "五百元以上五百万元以下" in part.text
    assert "国家机关为执行公务" not in "".join(
        s.text for s in ask("什么是合理使用").statements if "著作权法@2020/24/1/7" in s.citations
    )


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("哪一条规定了法定赔偿", Leaning.LAW),
        ("技术措施的定义", Leaning.LAW),
        ("有没有法院否定可版权性的案例", Leaning.CASES),
        ("司法实践怎么看实质性相似", Leaning.CASES),
        ("君合文章怎么看合理使用", Leaning.COMMENTARY),
        ("作者认为接触应当怎样认定", Leaning.COMMENTARY),
        ("什么是实质性相似", Leaning.NONE),
        ("Which article covers fair use?", Leaning.LAW),
    ],
)
def test_the_kind_of_source_asked_for(question: str, side: Leaning) -> None:
    assert leaning(question) is side


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("君合文章怎么看合理使用抗辩", "君合2025/二.二"),
        ("作者认为接触要件应当怎么认定", "君合2025/二.三"),
        ("君合2025/二.三/2", "君合2025/二.三/2"),
        ("君合文章注10说了什么", "君合2025/注/10"),
        ("君合文章脚注（十一）", "君合2025/注/11"),
    ],
)
def test_the_commentary_is_told_in_our_words_and_never_quoted(ask: Asking, question: str, key: str) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CONCEPT
    assert holds(answer, key)
    assert answer.statements[0].citations[0].startswith(JUNHE)
    assert "摘要）：" in answer.statements[0].text
    assert all(source.quote is None for source in answer.citations if source.key.startswith(JUNHE))


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("君合文章注10说了什么", "编者注（已过时）"),
        ("君合文章注11", "编者注（错误）"),
        ("君合文章说作品定义在著作权法第十一条，对吗", "应写第三条，不应写第十一条"),
        ("君合2025/二.一.1/1", "应写第三条，不应写第十一条"),
    ],
)
def test_an_editors_note_stands_beside_the_paragraph_it_belongs_to(ask: Asking, question: str, note: str) -> None:
    assert note in ask(question).text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("君合文章注99", "没有注99：注只有12段"),
        ("君合2025/二.三/9", "没有二.三第9段"),
    ],
)
def test_a_paragraph_that_the_commentary_lacks(ask: Asking, question: str, said: str) -> None:
    assert said in ask(question).text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("君合文章的作者是谁", "黄荣楠"),
        ("君合文章什么时候发表的", "2025-01-21"),
        ("君合文章的结构", "各部分为"),
    ],
)
def test_facts_of_the_commentary(ask: Asking, question: str, said: str) -> None:
    assert said in ask(question).text


@pytest.mark.parametrize(
    "question",
    [
        "今天天气怎么样", "怎么做红烧肉", "离婚时房子怎么分", "商标侵权怎么认定", "帮我写一首诗", "量子力学是什么", "北京大学的学费是多少",
        "How do I cook pasta?", "交通事故怎么赔", "公司股权怎么转让", "劳动仲裁要多久",
    ],
)  # fmt: skip
def test_what_the_corpus_is_not_about_is_not_answered(ask: Asking, question: str) -> None:
    answer = ask(question)
    assert answer.abstained
    assert answer.kind is AnswerKind.ABSTAIN
    assert not answer.citations


@pytest.mark.parametrize("question", ["你好", "a", "？", "著", "hi", "。。。"])
def test_too_little_to_look_up_is_asked_about(ask: Asking, question: str) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CLARIFY
    assert answer.clarify
    assert not answer.abstained
    assert answer.text == answer.clarify[0]


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("房东说司法解释第十八条规定拍室外雕塑只能自己看，有没有根据？", "著作权民事纠纷司法解释/18"),
        ("网络传播规定里说平台没有主动审查就有过错，对吗？", "信息网络传播权司法解释/8"),
        ("民法典第九百九十四条讲平台接到通知要及时删除，晚三天删，扩大的损害谁担？", "民法典/1195"),
    ],
)
def test_what_is_held_is_found_under_a_wrong_name_or_number(ask: Asking, question: str, key: str) -> None:
    assert any(found.startswith(key) for found in keys_of(ask(question)))


@pytest.mark.parametrize(
    "question", ["算法推荐管理规定第十二条对生成合成信息怎么要求", "民法典第一千零一十九条关于肖像权怎么写的"]
)
def test_what_is_named_and_not_held_is_not_answered_from_elsewhere(ask: Asking, question: str) -> None:
    assert ask(question).abstained


@pytest.mark.parametrize(
    ("question", "key"),
    [("君合第五项抗辩讲什么", "君合2025/二.五/1"), ("君合文章的第三项抗辩是什么意思", "君合2025/二.三/1")],
)
def test_a_defence_of_the_commentary_by_its_number(ask: Asking, question: str, key: str) -> None:
    assert keys_of(ask(question))[0] == key


def test_the_defences_of_the_commentary_are_listed(ask: Asking) -> None:
    text = ask("律所文章说的五项抗辩是哪五项？").text
    assert "抗辩一" in text
    assert "抗辩五" in text


def test_a_document_by_a_number_that_a_held_one_names(ask: Asking) -> None:
    answer = ask("法释〔2006〕11号现在还能引用吗？")
    assert keys_of(answer)[0] == "信息网络传播权司法解释/16"


def test_a_rule_is_told_though_too_little_is_told_to_be_weighed(ask: Asking) -> None:
    answer = ask("我写的游戏代码和别人的像，可这个功能就那么几种写法，算侵权吗？")
    assert "计算机软件保护条例/29" in keys_of(answer)
    assert answer.clarify
