"""Turns of fact patterns that words of the list decide: what carries, what must not, and whether they are weighed at all."""

from pathlib import Path

import pytest

import corpus
from ingest.errors import UnusableInput
from rag.analysis import read_case
from rag.answer import AnswerKind, Strength
from rag.assistant import Assistant
from rag.defence_rules import load_rules
from rag.fact_book import load_facts
from rag.fact_model import load_model
from rag.facts import read_facts
from rag.weighing import weigh

CORPUS = Path(corpus.__file__).parent
NC, FU, NA, NS = "not_copyrightable", "fair_use", "no_access", "not_similar"
DM, LS, PD = "damages", "legitimate_source", "platform_duty"
TRIED = (Strength.STRONG, Strength.MEDIUM)

# facts, what must be worth pleading, what must not
WEIGHED = [
    # a legitimate source is for those who distribute what they bought: not for makers,
    (
        "网店卖的手机壳都是我自己用热升华机一张张做的，壳子从厂里进有发票。图案是网上扒的画师作品，她告我。",
        (DM,),
        (LS,),
    ),
    (
        "We bought plain notebooks from a stationer, invoices attached, and foil-stamped an illustrator's fox onto them in "
        "our own workshop. She sues.",
        (DM,),
        (LS,),
    ),
    (
        "我们是品牌方，让代工厂按我们给的AI图生产帆布鞋，代工合同和付款记录齐全。插画师起诉，花纹细节都一样。",
        (DM,),
        (LS, NS),
    ),
    # for those who only display,
    ("民宿墙上的装饰画从网店买的，有订单截图。画师说是AI描她的。民宿没拿去卖，就挂着拍宣传照。", (DM,), (LS,)),
    # for pictures that somebody delivered,
    (
        "代理商把品牌方发的产品宣传海报直接传到自己店铺和朋友圈，后查明海报盗用摄影作品。代理合同、进货票据齐全。",
        (DM,),
        (LS,),
    ),
    (
        "A magazine printed a cover that its freelance designer delivered under a contract warranting originality. It turns "
        "out to be a photographer's picture with a filter. He sues.",
        (DM,),
        (LS,),
    ),
    # for what is sold as a download, for rented costumes, or without papers
    ("我从闲鱼买了一套PPT模板，付款记录在，转手在自己店里卖下载，里头的插画是别人的原创。插画师告我。", (DM,), (LS,)),
    ("景区汉服租赁店，披帛上的画是厂家用AI仿画师的，衣服有进货发票。画师起诉。", (DM,), (LS,)),
    ("零售商自夜市攤商現金購入盜印明信片，無任何憑證，單價僅市價十分之一，與攝影師作品完全相同。", (DM,), (LS, NS)),
    # but a shop keeps it for goods bought with papers, and loses it by going on after a letter
    (
        "超市的绘本经出版社经销商购入，合同、发票齐全，原告称插图系AI抄袭其作品。被告不知情，接诉后即下架。",
        (LS, DM),
        (NC,),
    ),
    ("抱枕自供货商处购入，合同、发票齐全，但插画师发律师函附登记证书后，被告继续销售两个月。", (DM,), (LS,)),
    # hosts
    (
        "We are a GPU rental company. Customers rent bare servers and run what they like. A tenant generated pirated comics; "
        "the artist's notice came on Monday and we suspended the instance the next day.",
        (PD,),
        (LS,),
    ),
    (
        "手機軟體市集被告。侵權App由外部開發商上架，市集收到通知隔天就下架並轉知開發商，沒有編輯推薦。",
        (PD, DM),
        (LS, NC),
    ),
    ("平台接到的通知没有链接也没有权属证明，请他补充，他没补，直接起诉。内容是用户自己上传的。", (PD,), (LS,)),
    # what is claimed
    ("券商研報的圖表由系統自動產生，評析八千字是分析師親自寫的。我們只抄了評析文字，全文轉載解讀。", (DM,), (NC,)),
    (
        "被告将原告付费发布的“提示词”全文刊载。该“提示词”系原告独立撰写之四千余字叙事文本，有人物、情节。",
        (DM,),
        (NC, NS),
    ),
    ("原告就一幅明代山水画的平面扫描件主张权利，扫描时未作取舍。被告以该古画为底用AI上色后印制销售。", (NC,), (LS, PD)),
    ("配音演员说我们AI主播的嗓音跟她一样，主张她的音色有著作权。稿子是我们自己写的。", (NC,), (LS,)),
    ("原告的图由AI生成，用Photoshop修过。我公司海报直接用了它。", (NC, DM), (NA, LS)),
    ("原告的AI海报改了六十版提示词，又手工修图，图层文件齐全。我公司直接用了它。", (DM,), (NC,)),
    # a plea yields to what is told
    (
        "被告把插画师的兔子设定图用AI建模做成公仔销售，耳朵、服装完全对应。被告辩称立体与平面载体不同，不构成相似。",
        (DM,),
        (NS,),
    ),
    ("我在软件里打“皮卡丘过中秋”，找厂印成灯笼卖。权利人起诉，我说图是AI画的，我没看过动画。", (DM,), (NS, NA)),
    (
        "图像模型由公司自己训练，输出与原告照片几乎一致，右下角还有残缺的水印。公司辩称从未接触过原告照片。",
        (DM,),
        (NA, NS),
    ),
    ("我读过他的小说，这个我不否认。我用AI写的书人物、情节、对话全不同，只是都写退婚逆袭。他起诉我。", (NS,), (NA,)),
    # quotation and training
    ("整部剧按集压缩，没有评论，只有复述，每集截取八分钟画面，账号有分成。片方起诉。", (DM,), (FU,)),
    (
        "我们爬了公开图片训练自己的大模型，爬的时候没有破解任何东西，怎么试都生成不出他的照片。摄影师起诉。",
        (FU, DM),
        (NA,),
    ),
    (
        "对方起诉我们用它站里用户用AI做的图去训练模型，图都是一句话生成的首轮出图。我们的模型未公开发布。",
        (NC, FU),
        (PD,),
    ),
    # what was there first was made without the other,
    (
        "We drew this heron logo in May 2020; the layered file carries that date. The claimant first posted his near-identical "
        "heron in March 2024 and is suing us.",
        (NA,),
        (NS,),
    ),
    ("我2018年就把这只石狮子刻好了，文件日期在。他2023年才发他的，两只几乎一个样，却告我抄他。", (NA,), ()),
    # but who was first and sues is no defendant,
    ("我2018年就把这只石狮子刻好了。他2023年用AI仿了我的，几乎一个样，我要告他。", (DM,), (NA,)),
    # figures and formulas alone are no work,
    ("对方主张的是“每勺盐五克、蒸十二分钟”这组数据，说是AI总结的。我们页面用了同样的时间，文字自己写的。", (NC,), ()),
    # Per cent of likeness are read as what they say,
    (
        "他说我抄了他仓库里的代码。那仓库只有他进得去，我的提交记录早他四个月。查重的相似度是93%。他要告我。",
        (NA,),
        (NS,),
    ),
    # and likeness that is only alleged is met by nothing but a difference told.
    ("有人来函称我社的封面和他从未发表的画稿几乎一样。那投稿没寄到过，我们的草图每一版都有存档。", (NA,), (NS,)),
    # A choir that sang for nothing is free to.
    (
        "退休教师合唱团在社区免费演出，用AI伴奏唱了一首流行歌，没卖票，没给演员钱，没有广告，节目单写了词曲作者。现在要我们交钱。",
        (FU,),
        (),
    ),
]


@pytest.mark.parametrize(("facts", "carry", "fall"), WEIGHED)
def test_what_the_words_decide(facts: str, carry: tuple[str, ...], fall: tuple[str, ...]) -> None:
    strengths = {one.rule.id: one.strength for one in weigh(read_case(facts, CORPUS), load_rules(CORPUS))}
    assert {name: strengths[name] for name in carry if strengths[name] not in TRIED} == {}
    assert {name: strengths[name] for name in fall if strengths[name] in TRIED} == {}


def test_what_is_supposed_is_not_told_by_words() -> None:
    book, model = load_facts(CORPUS), load_model()
    assert read_facts("收到律师函后继续销售三个月。", book, model).has("通知后不处理")
    assert not read_facts("如果收到律师函后继续销售会怎样？", book, model).has("通知后不处理")


def test_the_words_are_shown() -> None:
    text = "我方自行熱轉印，用的是空白T恤。"
    words = read_facts(text, load_facts(CORPUS), load_model()).words("购进空白材料")
    assert words is not None
    assert words.text == text[words.start : words.end] == "用的是空白T恤"


@pytest.mark.parametrize(
    "facts",
    [
        "出版社的书封面是外包美编给的，合同里他保证不侵权。结果是直接扒了人家画家的画。社里说来源合法，不该我们赔。",
        "A film podcast plays twelve seconds of a score to discuss how the theme works, naming composer and album; the "
        "voice-over is synthetic. The label claims 20,000.",
        "手機軟體市集被告。侵權App由外部開發商上架，市集收到通知隔天就下架並轉知開發商，沒有編輯推薦。市集如何答辯？",
        "My stall sells scarves bought from a registered mill with invoices. A designer says the mill used AI to trace her "
        "print. I stopped at once when she wrote.",
    ],
)
def test_fact_patterns_are_weighed(facts: str, assistant: Assistant) -> None:
    assert assistant.ask(facts).kind == "defense"


@pytest.mark.parametrize(
    "question",
    [
        "我买了一位画家的油画原件，能不能拿去展览，画家还有展览权吗？",
        "有人乱投诉，我的视频被平台下架了，怎么申请恢复？平台收到声明后要做什么？",
        "执法人员检查盗版书仓库时能查封货物、复印发票吗？法律怎么规定的？",
    ],
)
def test_questions_of_one_rule_are_not_weighed(question: str, assistant: Assistant) -> None:
    assert assistant.ask(question).kind != "defense"


WRONG = [
    ("facts:\n  - {name: 甲, en: a, means: 一, learned: false}\n", "「甲」不由分类器读出"),
    ("facts:\n  - {name: 甲, en: a, means: 一, words: ['(乙']}\n", "「甲」的词式写法有误"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_mistake_in_the_words_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "facts.yaml").write_text(text, "utf-8")
    with pytest.raises(UnusableInput, match=message):
        load_facts(tmp_path)


def test_who_admits_the_infringement_argues_about_the_amount_first(assistant: Assistant) -> None:
    answer = assistant.ask("我网店用了一张别人的AI图，侵权我认，人家索赔三十万，我就挂了两天没卖一分钱。怎么辩？")
    assert answer.defenses[0].id == DM


def test_three_facts_on_a_work_are_weighed_though_nobody_complains_in_so_many_words(assistant: Assistant) -> None:
    answer = assistant.ask(
        "幼儿园把家长画的卡通小熊让AI改成动的贴门口大屏，画的家长不乐意，园里说是教学用，说得过去吗？"
    )
    assert not answer.abstained
    assert answer.kind is AnswerKind.DEFENSE


def test_what_was_shown_for_a_day_is_no_reason_against_little_use(assistant: Assistant) -> None:
    facts = "客户的口播视频里用了一段没署名的背景音乐，音乐人来函要两万，视频只挂了一天，我们能怎么答？"
    amount = next(one for one in assistant.ask(facts).defenses if one.id == DM)
    slight = next(one for one in amount.elements if one.name == "使用情节轻微")
    assert slight.status == "met"
