"""The defences weighed: from facts to strength, the order, what is said of them, and what their files must be."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import yaml

import corpus
from ingest.citation import Citation
from ingest.errors import UnusableInput
from rag import Assistant, Library, Strength
from rag.analysis import Analysis
from rag.answer import ElementStatus
from rag.defence_answer import told
from rag.defence_rules import load_rules
from rag.fact_book import load_facts
from rag.facts import Case, Finding, with_inferred
from rag.verify import admit, written_out
from rag.weighing import Weighed, weigh

CORPUS = Path(corpus.__file__).parent
DAY = date(2026, 6, 1)
NC, FU, NA, NS = "not_copyrightable", "fair_use", "no_access", "not_similar"
DM, LS, PD = "damages", "legitimate_source", "platform_duty"
WORTH_PLEADING = (Strength.STRONG, Strength.MEDIUM)


def case_of(*facts: str) -> Case:
    """A case with these facts, each told by its own name."""
    text = "，".join(facts)
    found = {fact: (Finding(fact, text.index(fact), text.index(fact) + len(fact)),) for fact in facts}
    return with_inferred(Case(text, found), load_facts(CORPUS))


def weighed(*facts: str) -> list[Weighed]:
    return weigh(case_of(*facts), load_rules(CORPUS))


# Facts as a reader would find them; what carries (strong or medium), the strongest first; everything else must not.
HELD = [
    # an AI image is claimed
    (("主张AI生成内容", "简单提示词", "没有修改", "直接使用原作"), (NC, DM)),
    (("主张AI生成内容", "多轮调整", "缺少创作记录", "直接使用原作"), (NC, DM)),
    (("主张AI生成内容", "多轮调整", "有创作记录", "直接使用原作", "商业使用"), (DM,)),
    (("主张AI生成内容", "人工后期", "有创作记录", "直接使用原作", "权属有缺口"), (NC, DM)),
    (("主张提示词", "简单提示词"), (NC, DM)),
    (("主张软件报告", "没有修改", "直接使用原作"), (NC, DM)),
    # a person's work is claimed against a user of AI
    (("主张人的作品", "被告用AI生成", "未接触", "未输入原作", "作品小众", "明显不同"), (NA, NS, DM)),
    (("主张人的作品", "被告用AI生成", "接触过", "只是风格或题材相近", "明显不同"), (NS, DM)),
    (("主张人的作品", "被告用AI生成", "知名作品", "再现角色", "高度相似"), (DM,)),
    (("主张人的作品", "被告用AI生成", "输入原作", "高度相似"), (DM,)),
    (("主张人的作品", "直接使用原作", "商业使用"), (DM,)),
    # training
    (("主张人的作品", "被告训练模型", "已发表", "占比极小", "不再现原作"), (FU, NS, DM)),
    (("主张人的作品", "被告训练模型", "规避或盗版来源", "输出再现原作"), (DM,)),
    (("主张人的作品", "知名作品", "被告自己微调", "再现角色", "高度相似"), (DM,)),
    # platforms
    (("主张人的作品", "被告是平台", "用户上传", "未推荐", "通知后处理", "有预防措施"), (PD, DM)),
    (("主张人的作品", "知名作品", "被告是平台", "用户上传", "推荐编辑", "通知后不处理"), (DM,)),
    (("主张人的作品", "知名作品", "被告是平台", "自营生成服务", "再现角色", "无预防措施"), (DM,)),
    (("主张人的作品", "被告是平台", "自供内容", "换脸", "高度相似"), (DM,)),
    # goods
    (("主张人的作品", "被告是销售者", "被告从他人购进", "票据齐全", "不知情"), (LS, DM)),
    (("主张人的作品", "被告是销售者", "被告从他人购进", "没有票据"), (DM,)),
    (("主张人的作品", "被告自行制作", "被告是销售者", "高度相似"), (DM,)),
    (("主张人的作品", "出租", "被告从他人购进", "票据齐全", "不知情"), (LS, DM)),
    # uses that the law lists
    (("主张人的作品", "已发表", "个人自用", "被告用AI生成"), (FU, DM)),
    (("主张人的作品", "已发表", "适当引用", "注明出处"), (FU, DM)),
    (("主张人的作品", "已发表", "课堂教学科研", "少量内部使用", "注明出处"), (FU, DM)),
    (("主张人的作品", "已发表", "其他列举使用", "注明出处"), (FU, DM)),
    # a crime
    (("主张人的作品", "刑事", "输入原作", "高度相似", "被告自行制作", "被告是销售者"), (DM,)),
]


@pytest.mark.parametrize(("facts", "carry"), HELD, ids=["+".join(facts) for facts, _ in HELD])
def test_facts_to_strength(facts: tuple[str, ...], carry: tuple[str, ...]) -> None:
    ranked = weighed(*facts)
    assert {one.rule.id for one in ranked if one.tried} == set(carry)
    assert ranked[0].rule.id in carry[: max(1, len(carry) - 1)]


@pytest.mark.parametrize("facts", [facts for facts, _ in HELD])
def test_order(facts: tuple[str, ...]) -> None:
    """Strongest first, each once, damages at least medium and last among equals."""
    ranked = weighed(*facts)
    order = list(Strength)
    assert sorted(one.rule.id for one in ranked) == sorted((NC, FU, NA, NS, DM, LS, PD))
    places = [order.index(one.strength) for one in ranked]
    assert places == sorted(places)
    floor = next(one for one in ranked if one.rule.id == DM)
    assert floor.strength in WORTH_PLEADING
    assert [one.rule.id for one in ranked if one.strength is floor.strength][-1] == DM


@pytest.mark.parametrize("facts", [facts for facts, _ in HELD])
def test_the_strength_follows_from_the_elements(facts: tuple[str, ...]) -> None:
    """Contract: strong needs every decisive element met, medium none unmet, weak or unavailable a reason."""
    for one in weighed(*facts):
        unmet = one.of(ElementStatus.UNMET, decisive=True)
        if one.strength is Strength.STRONG:
            assert not unmet
            assert not one.of(ElementStatus.UNKNOWN, decisive=True)
        if one.strength is Strength.MEDIUM:
            assert not unmet or one.rule.at_least
        assert one.why
        assert one.why_citations


def test_the_words_that_decide_an_element_are_shown() -> None:
    one = next(one for one in weighed("主张AI生成内容", "缺少创作记录") if one.rule.id == NC)
    decided = {element.rule.id: element for element in one.elements}
    fact = decided["no_process_record"].fact
    assert fact is not None
    assert (fact.text, fact.start, fact.end) == ("缺少创作记录", 9, 15)
    assert decided["ownership_gap"].fact is None


def test_an_element_of_one_side_is_no_part_of_the_other() -> None:
    listed = {element.rule.id for one in weighed("个人自用") if one.rule.id == FU for element in one.elements}
    training = {element.rule.id for one in weighed("被告训练模型") if one.rule.id == FU for element in one.elements}
    assert "attribution" in listed - training
    assert "lawful_source" in training - listed


# --- what is said -----------------------------------------------------------------------------------------------------

USE = (
    "一名插画师起诉我们公司，说我们用Midjourney生成的海报抄袭她的水彩插画。我们的设计师从未见过她的作品，她的粉丝只有两百多人，"
    "提示词只写了江南雨巷和水彩，没有上传任何参考图，完整的生成记录都在。两图构图和人物明显不同。怎么抗辩？"
)
AIGC = (
    "李某用AI软件输入一句提示词直接生成一张樱花少女图，没有做任何修改，也拿不出生成记录。"
    "我的客户在公众号文章里用作配图，未收费，收到律师函后当天删除，李某仍起诉索赔5万元。有哪些抗辩？"
)
TRAINING = (
    "我司预训练大语言模型时使用了网上已公开发表的小说，被几名作家起诉。单部作品在语料中占比极小，"
    "我们做了去重和输出过滤，测试显示模型不会再现原文。哪项抗辩最合适？"
)
PLATFORM = (
    "某动漫公司起诉我们模型分享社区，因为有用户上传了以其动画角色训练的LoRA。模型由用户自行训练发布，我们没有推荐，"
    "设有投诉举报入口和关键词过滤，收到通知当天下架、转通知用户并更新了过滤词。有哪些抗辩？"
)
SALE = (
    "我在批发市场进了一批印有卡通图案的T恤零售，我有进货单、发票和供货商的营业执照，进价也正常，完全不知道图案侵权。"
    "现在一位画家起诉我，我能怎么抗辩？"
)
CRIME = (
    "被告人把他人的画作导入软件图生图微调后制成拼图销售，与原作几乎一样，非法经营数额27万元，"
    "检察院以侵犯著作权罪提起公诉。辩护人能主张什么？"
)
ENGLISH = (
    "We run an online community for sharing AI models. A user uploaded a LoRA imitating a cartoon character owned by the "
    "plaintiff. We did not train or recommend it. After receiving the notice we took it down the same day, forwarded the "
    "notice to the user and updated our keyword filter. The plaintiff sued us. Which defenses fit?"
)
PATTERNS = [USE, AIGC, TRAINING, PLATFORM, SALE, CRIME, ENGLISH]
LEADING = [
    (USE, (NA, NS)),
    (AIGC, (NC,)),
    (TRAINING, (FU,)),
    (PLATFORM, (PD,)),
    (SALE, (LS,)),
    (CRIME, (DM,)),
    (ENGLISH, (PD,)),
]


@pytest.fixture(scope="module")
def analyses(assistant: Assistant) -> dict[str, Analysis]:
    return {facts: assistant.analyse(facts, DAY) for facts in PATTERNS}


@pytest.mark.parametrize(("facts", "first"), LEADING)
def test_which_defence_leads(facts: str, first: Sequence[str], analyses: dict[str, Analysis]) -> None:
    assert analyses[facts].defences[0].rule.id in first


@pytest.mark.parametrize("facts", PATTERNS)
def test_every_statement_stands(facts: str, analyses: dict[str, Analysis], library: Library) -> None:
    analysis = analyses[facts]
    admitted = admit(library, told(analysis), DAY)
    assert admitted.held_back == 0
    assert all(statement.citations for statement in admitted.statements)
    assert all(source.in_force for source in admitted.sources.values())
    text = written_out(admitted.statements, admitted.sources)
    for one in analysis.answer():
        assert one.name in text
        if one.strength in WORTH_PLEADING:
            assert set(one.adverse) <= set(admitted.sources), "adverse authority is always named"


@pytest.mark.parametrize("facts", PATTERNS)
def test_the_words_of_the_facts_stand_in_the_facts(facts: str, analyses: dict[str, Analysis]) -> None:
    spans = [element.fact for one in analyses[facts].answer() for element in one.elements if element.fact]
    assert spans
    assert [span for span in spans if facts[span.start : span.end] != span.text] == []


@pytest.mark.parametrize("facts", PATTERNS)
def test_quotation_marks_are_for_sources(facts: str, analyses: dict[str, Analysis]) -> None:
    for draft in told(analyses[facts]):
        if "：\n“" in draft.text:
            assert draft.supports[0].words
            assert draft.supports[0].words in draft.text


def test_every_authority_of_every_defence_is_held(library: Library) -> None:
    for rule in load_rules(CORPUS):
        for key in (*rule.supporting, *rule.adverse, *rule.pending, *(one.key for one in rule.provisions)):
            assert library.place(Citation.parse(key), DAY), key


def test_no_case_is_named_for_the_opposite_of_what_it_held(library: Library) -> None:
    """The effect of each case on each defence stands in its front matter, entered from the reports case by case."""
    allowed = {
        "supporting": {"supports", "mixed"},
        "adverse": {"undercuts", "mixed"},
        "pending": {"neutral", "unknown"},
    }
    checked = 0
    for rule in load_rules(CORPUS):
        for side, effects in allowed.items():
            for key in getattr(rule, side):
                document = library.document(Citation.parse(key).document, None, DAY)
                if document is None or not document.kind.startswith("judgment"):
                    continue
                assert document.meta["defences"][rule.id]["effect"] in effects, f"{rule.id} {side} {key}"
                checked += 1
    assert checked > 40


@pytest.mark.parametrize("facts", PATTERNS)
def test_the_nearest_cases_cut_as_they_were_decided(facts: str, analyses: dict[str, Analysis]) -> None:
    words = {"supports": "有利", "undercuts": "不利", "mixed": "利弊互见", "unknown": "结果未知"}
    analysis = analyses[facts]
    assert analysis.nearest
    texts = [draft.text for draft in told(analysis) if draft.text.startswith("可比案例")]
    for compared, text in zip(analysis.nearest, texts, strict=False):
        for name, row in compared.precedent.document.meta["defences"].items():
            rule = next(one.rule for one in analysis.defences if one.rule.id == name)
            said = f"就{rule.issue}对被告{words.get(row['effect'], '')}"
            assert (said in text) == (row["effect"] in words), (compared.precedent.key, name)


def test_authorities_lie_inside_the_section_that_the_file_names(analyses: dict[str, Analysis]) -> None:
    rules = {rule.id: rule for rule in load_rules(CORPUS)}
    for one in analyses[PLATFORM].answer():
        named = [Citation.parse(key) for key in (*rules[one.id].adverse, *rules[one.id].pending)]
        for key in one.adverse:
            opened = Citation.parse(key)
            assert any(citation.contains(opened) for citation in named), key


def test_pending_cases_are_said_to_be_pending(analyses: dict[str, Analysis]) -> None:
    texts = [draft.text for draft in told(analyses[TRAINING]) if draft.text.startswith("结果未知")]
    assert [text for text in texts if "四画师" in text]
    assert all("未检到判决" in text for text in texts if "四画师" in text)


def test_damages_say_how_much(analyses: dict[str, Analysis]) -> None:
    text = next(draft.text for draft in told(analyses[AIGC]) if draft.text.startswith("可比判赔"))
    assert "诉请5000元，判赔500元" in text
    assert "50000元（5万元）可与之对照" in text
    assert "不是预测" in text


def test_what_is_missing_is_asked(assistant: Assistant) -> None:
    asked = assistant.analyse("我们用AI生成的海报被起诉抄袭，怎么抗辩？", DAY).to_ask
    assert asked[0].startswith("原告主张权利的是什么")
    assert 2 <= len(asked) <= 6


def test_another_date_opens_other_versions_without_mixing(assistant: Assistant) -> None:
    early = [draft.text for draft in told(assistant.analyse(AIGC, date(2021, 7, 1)))]
    assert early == [draft.text for draft in told(assistant.analyse(AIGC, DAY))]


# --- facts that are no clean case -------------------------------------------------------------------------------------


def test_facts_that_contradict_themselves_are_named(assistant: Assistant) -> None:
    facts = "我们从未见过原告的插画，我们的设计师以前就看过原告的插画。原告起诉我们抄袭，怎么抗辩？"
    assert any("不一致" in notice for notice in assistant.analyse(facts, DAY).notices())


def test_two_disputes_in_one_text_are_named(assistant: Assistant) -> None:
    facts = AIGC + "另一起纠纷是：一名摄影师投诉我们用AI改了他的照片。"
    assert any("不止一起" in notice for notice in assistant.analyse(facts, DAY).notices())


def test_facts_without_a_dispute_say_what_is_assumed(assistant: Assistant) -> None:
    notices = assistant.analyse("我用AI画了一张奥特曼，印在T恤上卖。", DAY).notices()
    assert any("没有写明" in notice for notice in notices)
    assert not any("没有写明" in notice for notice in assistant.analyse(AIGC, DAY).notices())


def test_names_and_numbers_of_the_facts_reach_no_log(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    answer = assistant.ask(f"张三丰，电话13800138000，身份证110101199001011234。{AIGC}", as_of=DAY)
    assert answer.defenses
    logged = caplog.text + "".join(capfd.readouterr())
    assert [words for words in ("张三丰", "13800138000", "110101199001011234") if words in logged] == []


def test_a_suit_without_facts_is_asked_about(assistant: Assistant) -> None:
    answer = assistant.ask("我被起诉侵权了，怎么抗辩？", as_of=DAY)
    assert (answer.kind, answer.abstained, answer.defenses) == ("clarify", False, [])
    assert len(answer.clarify) == 4


@pytest.mark.parametrize(
    "facts",
    [
        "公司拖欠我三个月工资，我起诉公司，能主张双倍工资吗？公司会怎么抗辩？",
        "邻居装修漏水泡了我家，我起诉他索赔两万元，他会怎么抗辩？",
        "客户被诉侵害商标权，商品是从批发商处购进的，怎么抗辩？",
    ],
)
def test_facts_of_another_field_are_not_weighed(facts: str, assistant: Assistant) -> None:
    assert assistant.ask(facts, as_of=DAY).kind != "defense"


def test_what_is_only_alleged_is_said_to_be_so(assistant: Assistant) -> None:
    facts = "原告称我方明知侵权仍故意使用。我方用AI生成了一张海报，从未见过原告的插画。怎么抗辩？"
    assert any("一方的说法" in notice for notice in assistant.analyse(facts, DAY).notices())


def test_long_facts_are_read(assistant: Assistant) -> None:
    facts = AIGC * 500
    assert 50_000 > len(facts) > 40_000
    assert assistant.analyse(facts, DAY).defences[0].rule.id == NC


# --- the files --------------------------------------------------------------------------------------------------------


def _copy(folder: Path, name: str, old: str, new: str) -> Path:
    for part in ("defences", "lexicon"):
        (folder / part).mkdir()
    (folder / "lexicon" / "facts.yaml").write_text((CORPUS / "lexicon" / "facts.yaml").read_text("utf-8"), "utf-8")
    text = (CORPUS / "defences" / f"{name}.yaml").read_text("utf-8")
    assert old in text
    (folder / "defences" / f"{name}.yaml").write_text(text.replace(old, new), "utf-8")
    return folder


WRONG = [
    ("fair_use", "met: [已发表, 知名作品]", "met: [早已问世]", r"fair_use\.yaml.*早已问世"),
    ("fair_use", "not_shown_as: weak", "not_shown_as: schwach", r"fair_use\.yaml.*not_shown_as.*strong、medium、weak"),
    ("damages", "name_en: Amount of damages\n", "", r"damages\.yaml.*name_en.*缺少"),
    ("damages", "awarded: 500,", "awarded: viel,", r"damages\.yaml.*awarded.*元"),
    ("not_similar", "decisive: true", "entscheidend: true", r"not_similar\.yaml.*elements.*entscheidend.*没有这个字段"),
    ("no_access", "pending: []", "pending: [著作权法/3]", r"no_access\.yaml.*reasons.*著作权法/3"),
    ("platform_duty", "id: platform_duty", "id: [platform_duty", r"platform_duty\.yaml.*YAML"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), WRONG)
def test_a_mistake_in_a_file_is_named(name: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=message):
        load_rules(_copy(tmp_path, name, old, new))


def test_every_case_lists_facts_of_the_list(library: Library) -> None:
    """What a case is compared by: without facts it would never be found comparable."""
    book = load_facts(CORPUS)
    for path in sorted((CORPUS / "judgments").glob("*.md")):
        meta = yaml.safe_load(path.read_text("utf-8").split("---")[1])
        assert len(meta["facts"]) >= 2, path.name
        book.require(meta["facts"], path.name)
