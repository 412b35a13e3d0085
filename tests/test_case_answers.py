"""Questions about cases: facts from their own passages, false premises, nicknames, instances, what is not known."""

import pytest

from rag import AnswerKind
from tests.answer_rules import Asking, holds, keys_of

CHUNFENG, BANXIN = "(2023)京0491民初11279号", "(2024)苏0581民初6697号"
GUANGZHOU, HANGZHOU, HANGZHOU_2 = "(2024)粤0192民初113号", "(2024)浙0192民初1587号", "(2024)浙01民终10332号"
FEILIN, FEILIN_2 = "(2018)京0491民初239号", "(2019)京73民终2030号"
CHAIR, PROMPTS, FROST = "(2024)苏0582民初9015号", "(2025)沪0101民初14775号", "(2025)赣0602知民初47号"
MEDUSA, MEDUSA_2 = "(2025)沪0116民初2354号", "上海知识产权法院·美杜莎二审案"
PAINTERS, MINIMAX = "北京互联网法院·四画师案", "上海市徐汇区人民法院·爱奇艺诉MiniMax案"
WRITER, FACES, QIYU = "(2019)粤0305民初14010号", "(2024)沪0114民初1326号", "(2024)鄂0192知民初968号"
CUTTING, PENDANT, TONGZHOU = "(2024)湘01民终18114号", "北京互联网法院·猫咪晶钻吊坠案", "北京市通州区人民法院·通州刑事案"


@pytest.mark.parametrize(
    ("question", "place", "said"),
    [
        ("春风案的原告是谁", f"{CHUNFENG}/摘要.案情/1", "当事人：原告李某；被告刘某"),
        ("春风案判赔多少", f"{CHUNFENG}/摘要.裁判结果/1", "判赔金额：500元"),
        ("春風案判賠多少錢", f"{CHUNFENG}/摘要.裁判结果/1", "判赔金额：500元"),
        ("文生图第一案是哪个法院判的", f"{CHUNFENG}/摘要.案情/1", "审理法院：北京互联网法院"),
        ("(2024)粤0192民初113号判了多少钱", f"{GUANGZHOU}/摘要.裁判结果/1", "10000元（1万元）"),
        ("〔2024〕粤0192民初113号案索赔多少", f"{GUANGZHOU}/摘要.诉讼请求/1", "诉请金额：300000元（30万元）"),
        ("菲林案二审是哪个法院", f"{FEILIN_2}/摘要.案情/1", "审理法院：北京知识产权法院"),
        ("菲林案什么时候判的", f"{FEILIN}/摘要.案情/1", "裁判日期：2019年4月25日"),
        ("伴心案的案号", f"{BANXIN}/摘要.案情/1", "案号：（2024）苏0581民初6697号"),
        ("蝴蝶椅案判了多少", f"{CHAIR}/摘要.裁判结果/1", "0元（驳回诉讼请求，未判赔偿）"),
        ("換臉案判賠多少", f"{FACES}/摘要.裁判结果/1", "判赔金额：7500元"),
        ("dreamwritter案判了多少", f"{WRITER}/摘要.裁判结果/1", "判赔金额：1500元"),
        ("長沙慶余年案判賠多少", f"{CUTTING}/摘要.裁判结果/1", "800000元（80万元）"),
        ("How much was awarded in the Guangzhou Ultraman case?", f"{GUANGZHOU}/摘要.裁判结果/1", "10000元"),
        ("What did the court hold in the Spring Breeze case?", f"{CHUNFENG}/摘要.本院认为/1", "构成美术作品"),
        ("春风案用的什么工具", f"{CHUNFENG}/摘要.案情/1", "Stable Diffusion"),
    ],
)
def test_a_fact_of_a_case_is_told_with_the_passage_that_bears_it(
    ask: Asking, question: str, place: str, said: str
) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CASE
    told = [statement for statement in answer.statements if said in statement.text]
    assert any(place in statement.citations for statement in told)
    assert any("摘要" in warning or "digests" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("鹰潭那个案子", FROST),
        ("深圳那个案子判赔多少", WRITER),
        ("常熟法院判的那个爱心案", BANXIN),
        ("幻之翼那把椅子的案子", CHAIR),
        ("提示词案里的提示词为什么不是作品", PROMPTS),
        ("奇域AI案索赔多少", QIYU),
        ("即梦案", FROST),
        ("通州刑事案判了什么", TONGZHOU),
        ("斗破苍穹案的平台要赔吗", MEDUSA),
        ("猫咪吊坠案原告输在哪里", PENDANT),
        ("触手AI案的责任认定", HANGZHOU),
    ],
)
def test_a_case_is_found_by_what_people_call_it(ask: Asking, question: str, document: str) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CASE
    assert {source.key.split("/")[0] for source in answer.citations if "判决" not in source.key} == {document}


# --- false premises ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "label", "held"),
    [
        ("广州互联网法院审理的春风案", "审理法院", "北京互联网法院"),
        ("伴心案是苏州中院判的吗", "审理法院", "江苏省常熟市人民法院"),
        ("（2023）京0491民初11279号是广州互联网法院的案子吗", "审理法院", "北京互联网法院"),
        ("春风案判决赔偿五万元，怎么算出来的", "判赔金额", "500元"),
        ("蝴蝶椅案判了20万，对吗", "判赔金额", "0元"),
        ("伴心案原告索赔100万元", "诉请金额", "500000元"),
        ("春风案中被告用Midjourney生成图片", "使用的工具", "Stable Diffusion"),
        ("春风案于2024年11月27日判决", "裁判日期", "2023年11月27日"),
        ("春风案驳回了原告的诉讼请求，理由是什么", "裁判结果", "部分支持"),
        ("霜降案认定图片构成作品", "可版权性的认定", "不构成作品"),
        ("四画师案判赔50万元了吗", "裁判结果", "尚未判决"),
        ("四画师案法院判决被告败诉的理由", "裁判结果", "尚未判决"),
    ],
)
def test_a_false_premise_is_corrected_first(ask: Asking, question: str, label: str, held: str) -> None:
    answer = ask(question)
    assert answer.statements[0].text.startswith(f"更正：问题所说的{label}与记载不符")
    assert held in answer.statements[0].text
    assert answer.statements[0].citations
    assert not answer.abstained


@pytest.mark.parametrize(
    "question",
    [
        "春风案判赔500元，原告索赔5000元，对吗",
        "金山法院那个案子二审结果",
        "杭州互联网法院的奥特曼案二审怎么样了",
        "春风案的图片是不是作品",
        "长沙中院的庆余年案",
    ],
)
def test_what_fits_the_file_is_not_corrected(ask: Asking, question: str) -> None:
    assert "更正" not in ask(question).text


# --- not known, not decided, not held ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("四画师案判决结果如何", "仍在审理中，没有裁判结果"),
        ("四画师案什么时候判的", "该案尚在审理中，没有检到判决"),
        ("爱奇艺诉MiniMax案判赔多少", "该案尚在审理中，没有检到判决"),
        ("美杜莎案二审维持了吗", "不得推测为维持"),
        ("嘉定换脸案的判决日期", "裁判日期：本库的资料没有记载（未核到），不作推测"),
        ("奇域AI案索赔多少", "诉请金额：本库的资料没有记载（未核到），不作推测"),
        ("四画师案的案号", "案号"),
    ],
)
def test_what_is_not_known_is_said_to_be_unknown(ask: Asking, question: str, said: str) -> None:
    answer = ask(question)
    assert said in answer.text
    assert not answer.abstained


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("（2020）京0105民初99999号", "(2020)京0105民初99999号"),
        ("（2024）沪0115民初1号判决怎么说", "(2024)沪0115民初1号"),
        ("张三诉李四案", "张三诉李四案"),
        ("Andersen v. Stability AI", "Andersen v. Stability AI"),
    ],
)
def test_a_case_that_is_not_held_is_said_not_to_be(ask: Asking, question: str, name: str) -> None:
    answer = ask(question)
    assert answer.abstained
    assert name in answer.text
    assert not answer.citations


# --- nicknames of several cases, two instances, lists ------------------------------------------------------------------


def test_a_nickname_of_two_cases_names_both_and_tells_both(ask: Asking) -> None:
    answer = ask("奥特曼案判赔多少")
    assert "可以指2个案件" in answer.statements[0].text
    assert {"(2024)粤0192民初113号/摘要.案情/1", "(2024)浙0192民初1587号/摘要.案情/1"} == set(
        answer.statements[0].citations
    )
    assert "判赔金额：30000元" in answer.text
    assert "判赔金额：10000元" in answer.text


@pytest.mark.parametrize(
    ("question", "held", "absent"),
    [
        ("广州奥特曼案判赔多少", [GUANGZHOU], [HANGZHOU, HANGZHOU_2]),
        ("广州互联网法院的奥特曼案", [GUANGZHOU], [HANGZHOU, HANGZHOU_2]),
        ("杭州奥特曼案判赔多少", [HANGZHOU], [GUANGZHOU, HANGZHOU_2]),
        ("杭州奥特曼案二审结果", [HANGZHOU_2], [GUANGZHOU]),
        ("菲林案判赔多少", [FEILIN], [FEILIN_2]),
        ("菲林案的两审分别怎么判", [FEILIN, FEILIN_2], []),
        ("菲林案一审和二审的结果", [FEILIN, FEILIN_2], []),
        ("美杜莎案一审判了多少", [MEDUSA], [MEDUSA_2]),
        ("美杜莎案终审结果", [MEDUSA_2], []),
    ],
)
def test_court_place_and_instance_choose_among_cases(
    ask: Asking, question: str, held: list[str], absent: list[str]
) -> None:
    answer = ask(question)
    assert all(holds(answer, document) for document in held)
    assert not any(holds(answer, document) for document in absent)


def test_two_instances_of_one_dispute_are_not_called_two_cases(ask: Asking) -> None:
    assert "可以指" not in ask("菲林案的两审分别怎么判").text


@pytest.mark.parametrize(
    ("question", "listed", "absent"),
    [
        ("北京互联网法院审理过哪些AI案件", [FEILIN, CHUNFENG, PAINTERS, PENDANT], [GUANGZHOU, FEILIN_2]),
        ("判赔最高的是哪个案子", [CUTTING], [CHUNFENG]),
        ("哪些案件还在审理中", [PAINTERS, MINIMAX], [CHUNFENG, MEDUSA_2]),
        ("驳回原告诉讼请求的案件有哪些", [CHAIR, PROMPTS, FROST, PENDANT], [CHUNFENG]),
        ("2025年判决的AI案件有哪些", [CHAIR, PROMPTS, MEDUSA, TONGZHOU], [CHUNFENG, GUANGZHOU]),
        ("哪些案子认定AI图片不构成作品", [CHAIR, FROST], [CHUNFENG, BANXIN]),
        ("有没有法院否定可版权性的案例", [CHAIR, FROST], [CHUNFENG, BANXIN]),
        ("国内法院有哪些案件认可了AI图片的可版权性", [CHUNFENG, BANXIN], [CHAIR, FROST]),
        ("Which cases are still pending?", [PAINTERS, MINIMAX], [CHUNFENG]),
    ],
)
def test_questions_about_all_cases_list_those_that_fit(
    ask: Asking, question: str, listed: list[str], absent: list[str]
) -> None:
    answer = ask(question)
    assert answer.kind is AnswerKind.CASE
    assert "只限本库所收" in answer.text or "held here only" in answer.text
    assert all(holds(answer, document) for document in listed)
    assert not any(holds(answer, document) for document in absent)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Getty诉Stability AI案", "英格兰及威尔士高等法院·Getty Images诉Stability AI案"),
        ("Bartz v. Anthropic", "加利福尼亚北区联邦地区法院·Bartz诉Anthropic案"),
        ("ROSS案法官支持合理使用了吗", "特拉华联邦地区法院·Thomson Reuters诉Ross案"),
    ],
)
def test_foreign_cases_are_told_from_their_notes(ask: Asking, question: str, document: str) -> None:
    answer = ask(question)
    assert holds(answer, document)
    assert all(source.quote is None for source in answer.citations)


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Anthropic那个和Ross那个差在哪儿", {"加利福尼亚北区联邦地区法院·Bartz诉Anthropic案", "特拉华联邦地区法院·Thomson Reuters诉Ross案"}),
        ("康科德案与GEMA诉OpenAI案走到哪一步", {"加利福尼亚北区联邦地区法院·Concord诉Anthropic案", "慕尼黑第一地区法院·GEMA诉OpenAI案"}),
        ("美国联邦最高法院Cox案对平台帮助侵权的要求是什么", {"美国联邦最高法院·Cox诉Sony案"}),
        ("Like Company v Google - Grand Chamber hearing date?", {"欧盟法院·Like Company诉Google案"}),
        ("Anthropic与图书作者的集体诉讼最后花了多少钱和解", {"加利福尼亚北区联邦地区法院·Bartz诉Anthropic案"}),
        ("绘素诉朱某案，原告证明对方用了提示词吗", {"(2025)沪0101民初14775号"}),
    ],
)  # fmt: skip
def test_cases_called_by_a_word_of_their_names(ask: Asking, question: str, documents: set[str]) -> None:
    assert documents <= {key.partition("/")[0] for key in keys_of(ask(question))}


@pytest.mark.parametrize(
    "question",
    [
        "用LoRA训练模型要不要授权",
        "Andersen v. Stability AI 的结果是什么",
        "我们用Google的图片训练模型",
    ],
)
def test_a_word_of_a_name_alone_calls_no_case(ask: Asking, question: str) -> None:
    assert ask(question).kind is not AnswerKind.CASE


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("张家港蝴蝶椅案的案件受理费是多少，由谁负担？", "诉讼费用"),
        ("黄浦提示词案前后开过几次庭？", "开庭情况"),
        ("广州奥特曼案的原告委托了哪家律所？", "代理人"),
    ],
)
def test_what_digests_leave_out_is_said_not_to_be_recorded(ask: Asking, question: str, label: str) -> None:
    answer = ask(question)
    assert not answer.abstained
    assert f"{label}：本库的资料没有记载" in answer.text


@pytest.mark.parametrize(
    ("question", "key"),
    [
        (
            "Bartz案判了训练算合理使用，国内法院必须照着判吗？",
            "加利福尼亚北区联邦地区法院·Bartz诉Anthropic案/对五项抗辩的意义",
        ),
        ("长沙庆余年案里软件把电视剧切成多长一段、存在哪里？", "(2024)湘01民终18114号/摘要.案情/2"),
        ("(2024)浙01民终10332号是谁上诉的，理由有哪些？", "(2024)浙01民终10332号/摘要.诉讼请求"),
    ],
)
def test_the_paragraph_asked_for_is_told_whatever_its_section(ask: Asking, question: str, key: str) -> None:
    assert any(found.startswith(key) for found in keys_of(ask(question)))


def test_the_highest_court_is_no_highest_award(ask: Asking) -> None:
    assert "符合条件的" not in ask("二审才提出惩罚性赔偿，按最高法的解释法院会一并判决吗").text


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("有人把别人用软件画的人像截掉水印放进自己文章，后来被告了，法院怎么说他没有故意？", "(2023)京0491民初11279号"),
        (
            "摄影师在图库网页上用大白话写着不许抓取，做数据集的照样收了链接，法院为什么说那句话没用？",
            "汉堡高等地区法院·Kneschke诉LAION案",
        ),
    ],
)
def test_a_case_described_without_its_name_is_told(ask: Asking, question: str, document: str) -> None:
    assert any(key.startswith(document) for key in keys_of(ask(question))[:3])


def test_the_middle_court_of_a_place_is_the_second_instance(ask: Asking) -> None:
    assert keys_of(ask("杭州中院为什么没有支持不正当竞争的请求？"))[0].startswith("(2024)浙01民终10332号")


def test_a_judge_who_is_told_of_is_not_said_to_be_unrecorded(ask: Asking) -> None:
    assert "没有记载" not in ask("听说Kadrey诉Meta案的法官提出了市场稀释，原告怎么还是输了？").text
    assert "Chhabria" in ask("Kadrey诉Meta案的法官是谁？").text
    assert "没有记载" in ask("Kadrey诉Meta案的原告代理律师是谁？").text
