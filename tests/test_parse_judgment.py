"""Judgments to passages: full texts of four forms, written for these tests on the model of published ones, and digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Kind, Role
from ingest.judgment import find_case_number, looks_like_judgment, parse_digest, parse_judgment

FIRST_INSTANCE = """广 州 互 联 网 法 院

民 事 判 决 书

（2024）粤0192民初9113号

原告：上海某文化公司，住所地上海市徐汇区。
法定代表人：王某，执行董事。
委托诉讼代理人：李某，上海某律师事务所律师。
被告：广州某科技公司，住所地广东省广州市天河区。
原告上海某文化公司与被告广州某科技公司网络侵权责任纠纷一案，本院于2024年1月5日立案后，依法适用普通程序，公开开庭进行了审理。本案现已审理终结。
原告上海某文化公司向本院提出诉讼请求：
1.判令被告立即停止侵权；
2.判令被告赔偿经济损失300000元。
事实与理由：原告享有案涉作品的著作权。
被告广州某科技公司辩称，一、案涉图片由第三方服务商生成；二、被告未获利。
当事人围绕诉讼请求依法提交了证据，本院组织当事人进行了证据交换和质证。
本院认为，原告提交的证据三真实、合法，予以采信。
本院经审理认定事实如下：
一、关于权属的事实
案涉作品于2018年登记。
二、关于被诉行为的事实
被告网站提供绘画功能。
本院认为，本案争议焦点为：被告是否侵害复制权。
（一）关于复制权
被告辩称未实施侵权行为，依据不足。
本院认为的合理注意义务，包括建立投诉举报机制。
综上所述，依照《中华人民共和国著作权法》第五十二条、第五十三条之规定，判决如下：
一、被告于本判决生效之日起十日内赔偿原告10000元；
二、驳回原告的其他诉讼请求。
案件受理费2300元，由被告负担。
如不服本判决，可以在判决书送达之日起十五日内向本院递交上诉状。
审　判　长　　张　某
审　判　员　　陈　某
人民陪审员　　赵　某
二〇二四年二月八日
法官助理　　周　某
书　记　员　　吴　某
附：相关法律条文
《中华人民共和国著作权法》
第五十二条 有下列侵权行为的，应当承担民事责任。
"""

SECOND_INSTANCE = """浙江省杭州市中级人民法院
民事判决书
（2024）浙01民终99332号
上诉人（原审被告）：杭州某智能科技公司。
被上诉人（原审原告）：上海某文化公司。
上诉人杭州某智能科技公司因与被上诉人上海某文化公司侵害作品信息网络传播权纠纷一案，不服杭州互联网法院（2024）浙0192民初1号民事判决，向本院提起上诉。本院于2024年10月立案后，依法组成合议庭进行了审理，现已审理终结。
杭州某智能科技公司上诉请求：撤销一审判决，改判驳回全部诉讼请求。事实和理由：平台不构成帮助侵权。
上海某文化公司辩称，一审判决认定事实清楚。
上海某文化公司向一审法院起诉请求：1.停止侵权；2.赔偿300000元。
一审法院认定事实：平台用户上传图片训练模型。
一审法院认为，平台应知侵权而未采取必要措施。
综上，一审法院判决：一、停止侵权；二、赔偿30000元。
本院二审期间，当事人没有提交新证据。
本院对一审法院查明的事实予以确认。
本院认为，本案二审的争议焦点为平台是否构成帮助侵权。
综上所述，上诉请求不能成立，原审判决认定事实清楚。依照《中华人民共和国民事诉讼法》第一百七十七条第一款第一项规定，判决如下：
驳回上诉，维持原判。
本判决为终审判决。
审判长　　钱某
二〇二四年十二月三十日
书记员　　孙某
"""

CRIMINAL = """北京市某区人民法院
刑 事 判 决 书
(2025)京0112刑初9999号
公诉机关北京市某区人民检察院。
被告人罗某，男，个体经营者。
辩护人李某，北京某律师事务所律师。
北京市某区人民检察院指控：被告人罗某未经许可使用他人美术作品制作拼图销售。
被告人罗某对指控事实、罪名及量刑建议没有异议。
辩护人提出的辩护意见是：被告人系从犯。
经审理查明，2024年，被告人罗某等人制作拼图三千余套。
本院认为，被告人罗某的行为已构成侵犯著作权罪。依照《中华人民共和国刑法》第二百一十七条之规定，判决如下：
被告人罗某犯侵犯著作权罪，判处有期徒刑一年六个月。
审判员　郑某
二〇二五年四月一日
"""

RULING = """上海市某区人民法院
民事裁定书
（2025）沪0101民初1号之一
原告：甲公司。
被告：乙公司。
原告甲公司与被告乙公司著作权权属纠纷一案，本院于2025年1月立案受理。
原告甲公司于2025年3月1日向本院申请撤诉。
本院认为，原告的申请不违反法律规定，应予准许。
依照《中华人民共和国民事诉讼法》第一百四十八条第一款规定，裁定如下：
准许原告甲公司撤诉。
审判员　冯某
二○二五年三月五日
"""

# text, case number, court, instance, decided, paragraphs of each section in their order
FULL_TEXTS = [
    (
        FIRST_INSTANCE,
        ("(2024)粤0192民初9113号", "广州互联网法院", "一审", "2024-02-08"),
        {
            "当事人": 4,
            "审理经过": 1,
            "诉讼请求": 4,
            "抗辩": 1,
            "审理查明": 7,
            "本院认为": 4,
            "裁判结果": 5,
            "落款": 6,
            "附录": 3,
        },
    ),
    (
        SECOND_INSTANCE,
        ("(2024)浙01民终99332号", "浙江省杭州市中级人民法院", "二审", "2024-12-30"),
        {
            "当事人": 2,
            "审理经过": 1,
            "诉讼请求": 1,
            "抗辩": 1,
            "一审请求": 1,
            "一审查明": 1,
            "一审认为": 1,
            "一审判决": 1,
            "审理查明": 2,
            "本院认为": 1,
            "裁判结果": 3,
            "落款": 3,
        },
    ),
    (
        CRIMINAL,
        ("(2025)京0112刑初9999号", "北京市某区人民法院", "一审", "2025-04-01"),
        {"当事人": 3, "诉讼请求": 1, "抗辩": 2, "审理查明": 1, "本院认为": 1, "裁判结果": 1, "落款": 2},
    ),
    (
        RULING,
        ("(2025)沪0101民初1号之一", "上海市某区人民法院", "一审", "2025-03-05"),
        {"当事人": 2, "审理经过": 1, "诉讼请求": 1, "本院认为": 1, "裁判结果": 2, "落款": 2},
    ),
]


def sections(document: Document) -> dict[str, int]:
    counts: dict[str, int] = {}
    for passage in document.passages:
        if passage.citation:
            section, number = passage.citation.path
            counts[section] = counts.get(section, 0) + 1
            assert number == str(counts[section])
    return counts


@pytest.mark.parametrize(("text", "head", "expected"), FULL_TEXTS, ids=["一审", "二审", "刑事", "裁定"])
def test_full_text(text: str, head: tuple[str, str, str, str], expected: dict[str, int]) -> None:
    document = parse_judgment(text, {})
    assert "".join(p.text for p in document.passages) == text
    assert sections(document) == expected
    assert list(sections(document)) == list(expected)
    meta = document.meta
    assert (meta["case_number"], meta["court"], meta["instance"], meta["decided"]) == head
    assert document.citation.document == head[0]
    assert document.kind is Kind.JUDGMENT


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (FIRST_INSTANCE, "诉讼请求/3", "2.判令被告赔偿经济损失300000元。"),
        (FIRST_INSTANCE, "审理查明/2", "本院认为，原告提交的证据三真实、合法，予以采信。"),
        (FIRST_INSTANCE, "本院认为/3", "被告辩称未实施侵权行为，依据不足。"),
        (FIRST_INSTANCE, "裁判结果/2", "一、被告于本判决生效之日起十日内赔偿原告10000元；"),
        (SECOND_INSTANCE, "一审判决/1", "综上，一审法院判决：一、停止侵权；二、赔偿30000元。"),
        (SECOND_INSTANCE, "裁判结果/2", "驳回上诉，维持原判。"),
        (CRIMINAL, "裁判结果/1", "被告人罗某犯侵犯著作权罪，判处有期徒刑一年六个月。"),
    ],
)
def test_paragraph_of_full_text(text: str, key: str, words: str) -> None:
    document = parse_judgment(text, {})
    found = {"/".join(p.citation.path): p.places[0] for p in document.passages if p.citation}
    assert found[key].text == words
    assert text[found[key].start : found[key].end] == words


def test_digest_and_note() -> None:
    text = "# 某案\n\n## 案情\n\n原告甲。\n\n被告乙。\n\n## 裁判结果/状态\n\n赔偿500元。\n"
    digest = parse_digest(text, {"case_number": "（2023）京0491民初11279号"}, Kind.JUDGMENT_DIGEST)
    keys = [str(p.citation) for p in digest.passages if p.citation]
    number = "(2023)京0491民初11279号"
    assert keys == [f"{number}/摘要.案情/1", f"{number}/摘要.案情/2", f"{number}/摘要.裁判结果状态/1"]
    assert "".join(p.text for p in digest.passages) == text
    note = parse_digest(text, {"short": "某院·某案"}, Kind.NOTE)
    assert next(str(p.citation) for p in note.passages if p.citation) == "某院·某案/案情/1"
    assert [p.role for p in note.passages][:2] == [Role.TITLE, Role.HEADING]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("案号：（2024）粤0192民初113号", "(2024)粤0192民初113号"),
        ("〔2018〕京0491民初239号民事判决", "(2018)京0491民初239号"),
        ("（２０２４）苏０５８１民初６６９７号", "(2024)苏0581民初6697号"),
        ("(2021)最高法知民终1号", "(2021)最高法知民终1号"),
        ("法释〔2020〕19号", None),
    ],
)
def test_find_case_number(text: str, number: str | None) -> None:
    assert find_case_number(text) == number


def test_looks_like_judgment() -> None:
    assert all(looks_like_judgment(text) for text, _, _ in FULL_TEXTS)
    assert not looks_like_judgment("第一条 甲。\n第二条 人民法院的判决书应当公开，本院认为部分应当说理。")


@given(
    st.lists(
        st.sampled_from(
            [
                *FIRST_INSTANCE.split("\n"),
                *SECOND_INSTANCE.split("\n"),
                *CRIMINAL.split("\n"),
                "\u3000",
                "## 节",
                "\x00",
            ]
        )
        | st.text(max_size=30),
        max_size=30,
    )
)
def test_any_text_parses_and_loses_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    for document in (parse_judgment(text, {}), parse_digest(text, {"short": "某案"}, Kind.NOTE)):
        assert "".join(p.text for p in document.passages) == text
        places = [place for p in document.passages for place in p.places]
        assert all(text[place.start : place.end] == place.text for place in places)
        assert len({place.citation for place in places}) == len(places)
