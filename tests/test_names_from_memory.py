"""Names as people remember them: shortened, filled up, misheard, mistyped, half translated."""

import pytest

from rag import Library, Settings
from rag.english_names import EnglishNames
from rag.foreign_law import load_foreign_law
from rag.lexicon import load_lexicon
from rag.loose_names import LooseNames
from rag.question import Reader
from rag.scope import load_field
from rag.slips import SlipMender

MEASURES, LABELS, NOTICE = "生成式人工智能服务管理暂行办法", "标识办法", "信息网络传播权保护条例"


@pytest.fixture(scope="module")
def reader(library: Library, settings: Settings) -> Reader:
    return Reader(
        library,
        load_lexicon(settings.corpus),
        load_field(settings.corpus),
        load_foreign_law(settings.corpus),
    )


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("生成式人工智能的那个管理暂行办法第七条", MEASURES),
        ("生成式人工智能服务的暂行办法什么时候施行", MEASURES),
        ("生成式暂行办法由谁发布", MEASURES),
        ("《生成式管理暂行办法》第四条", MEASURES),
        ("惩罚性赔偿那个解释第六条", "惩罚性赔偿司法解释"),
        ("标示办法什么时候施行", LABELS),
        ("信息网络传播权的保护条例第二十二条", NOTICE),
        ("信网权条例第二十二条", NOTICE),
        ("著做权法第三条", "著作权法"),
        ("着作权法第三条", "著作权法"),
        ("the Interim Measures for Generative AI", MEASURES),
        ("the AI labelling measures", LABELS),
        ("China's Copyright Law", "著作权法"),
    ],
)
def test_a_statute_is_known_by_what_is_left_of_its_name(reader: Reader, text: str, document: str) -> None:
    found = {mention.citation.document for mention in reader.read(text).places if mention.citation}
    assert found == {document}


@pytest.mark.parametrize(
    "text",
    ["我国的法律怎么规定", "平台管理办法", "公司的内部规定第三条", "the measures taken by the platform", "解释一下合理使用"],
)  # fmt: skip
def test_general_words_are_no_name(reader: Reader, text: str) -> None:
    assert not reader.read(text).places


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("合理试用的情形", "合理使用的情形"),
        ("法定陪偿的上限", "法定赔偿的上限"),
        ("张家岗蝴蝶椅案", "张家港蝴蝶椅案"),
        ("实质性相式", "实质性相似"),
        ("蝴碟椅案", "蝴蝶椅案"),
        # Right as they stand, though they sound like a term.
        ("关于训练数据", "关于训练数据"),
        ("平台没有参与训练", "平台没有参与训练"),
        ("图片由谁提供著作权人不知道", "图片由谁提供著作权人不知道"),
        ("改变作品的表达", "改变作品的表达"),
        ("如何保护其软件", "如何保护其软件"),
        ("法院认为接触成立", "法院认为接触成立"),
    ],
)
def test_slips_are_mended_and_right_words_left_alone(reader: Reader, text: str, mended: str) -> None:
    assert reader.plain(text) == mended


@pytest.mark.parametrize(
    ("names", "text", "mended"),
    [
        (["未接触"], "为接触", "为接触"),
        (["不构成侵权"], "部构成侵权", "部构成侵权"),
        (["春风案"], "春风", "春风"),
        (["春风案", "春封案"], "春丰案", "春丰案"),
        (["AIGC案"], "AIGC案", "AIGC案"),
    ],
)
def test_a_doubtful_slip_is_left_as_it_is(names: list[str], text: str, mended: str) -> None:
    assert SlipMender(names).mend(text) == mended


def test_loose_names_give_the_span_of_what_was_written(library: Library) -> None:
    entries = [entry for entry in library.entries() if entry.short in (MEASURES, "惩罚性赔偿司法解释")]
    text = "请问惩罚性赔偿那个解释，还有生成式人工智能的管理暂行办法"
    found = LooseNames(entries).find(text)
    assert {
        (mention.citation.document, text[mention.start : mention.end]) for mention in found if mention.citation
    } == {
        ("惩罚性赔偿司法解释", "惩罚性赔偿那个解释"),
        (MEASURES, "生成式人工智能的管理暂行办法"),
    }


@pytest.mark.parametrize(
    ("text", "put_right"),
    [
        (
            "Article 7 of the Interim Measures for Generative AI",
            "Article 7 of the Interim Measures for the Administration of Generative Artificial Intelligence Services",
        ),
        ("the measures taken by the platform", "the measures taken by the platform"),
        ("Article 7", "Article 7"),
    ],
)
def test_english_names_are_put_right(library: Library, text: str, put_right: str) -> None:
    assert EnglishNames(library.entries()).put_right(text) == put_right


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("江西那件节气图怎么就没判成作品", "(2025)赣0602知民初47号"),
        ("伦敦的法院怎么看模型里有没有复制件", "英格兰及威尔士高等法院·Getty Images诉Stability AI案"),
        ("德国法院对歌词记忆怎么判的", "慕尼黑第一地区法院·GEMA诉OpenAI案"),
        ("环球音乐那几家告Anthropic的动议批了没", "加利福尼亚北区联邦地区法院·Concord诉Anthropic案"),
        ("音乐出版商告Anthropic，禁令的动议结果如何", "加利福尼亚北区联邦地区法院·Concord诉Anthropic案"),
        ("Meta那单最后怎么说的", "加利福尼亚北区联邦地区法院·Kadrey诉Meta案"),
        ("奥特曼在杭州二审的判决里，不正当竞争支持了吗", "(2024)浙01民终10332号"),
        ("迪士尼告MiniMax到哪一步了", "加利福尼亚中区联邦地区法院·Disney诉MiniMax案"),
    ],
)
def test_a_case_is_known_by_its_place_and_matter_or_by_both_sides(reader: Reader, text: str, case: str) -> None:
    assert [mention.documents for mention in reader.read(text).cases] == [(case,)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("某某唱片在美国告Suno，和解条款怎么写的", "某某唱片在美国告Suno"),
        ("那个给配音的案子（殷某），判了多少", "殷某案"),
        ("韩国法院怎么看AI画的图", "韩国的法律"),
        ("DSM指令第十五条给了谁什么权利", "DSM指令第十五条"),
        ("Is training covered by fair dealing under Canadian copyright law?", "Canadian law"),
        ("What does DMCA section 512(g) require?", "DMCA"),
    ],
)
def test_what_is_named_and_not_held_is_told(reader: Reader, text: str, name: str) -> None:
    question = reader.read(text)
    assert [mention.name for mention in question.unheld][:1] == [name]
    assert not question.places
    assert not question.cases


def test_a_case_held_is_answered_beside_one_that_is_not(reader: Reader) -> None:
    question = reader.read("Did Getty v. Stability AI go further than Andersen v. Midjourney?")
    assert [mention.name for mention in question.unheld] == ["Andersen v. Midjourney"]
    assert [mention.documents for mention in question.cases] == [
        ("英格兰及威尔士高等法院·Getty Images诉Stability AI案",)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Suno怎么把人声和伴奏分轨导出来？免费账号行不行",
        "印度尼西亚供应商的T恤，我进货来卖，被告侵权了怎么办",
        "法国画家的画在中国受保护吗",
        "韩国画师告到法院说我抄他，要赔吗",
        "香港那边的客户说图侵权，合同里写了免责",
        "这个案子归北京哪个法院管辖",
        "词作者和一家AI公司在案子打到一半时就护栏的事签了协议",
        "我在东京买的画册没办认证，能当证据吗",
    ],
)
def test_a_tool_a_seller_or_a_place_to_sue_names_nothing(reader: Reader, text: str) -> None:
    assert not reader.read(text).names_something
