"""Statutes to passages: excerpts of official texts, each with what its layout means, and arbitrary text."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Role
from ingest.statute import is_statute_title, looks_like_statute, parse_statute, short_title, title_aliases

COPYRIGHT_LAW = """# 中华人民共和国著作权法

1990年9月7日 第七届全国人民代表大会常务委员会第十五次会议通过

2020年11月11日 第十三届全国人民代表大会常务委员会第二十三次会议《关于修改〈中华人民共和国著作权法〉的决定》第三次修正

<!-- INFO END -->

## 第二章 著作权

### 第四节 权利的限制

第二十四条 在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬，但应当指明作者姓名或者名称、作品名称，并且不得影响该作品的正常使用，也不得不合理地损害著作权人的合法权益：

（一）为个人学习、研究或者欣赏，使用他人已经发表的作品；

（二）为介绍、评论某一作品或者说明某一问题，在作品中适当引用他人已经发表的作品；

（十三）法律、行政法规规定的其他情形。

前款规定适用于对与著作权有关的权利的限制。

## 第三章 著作权许可使用和转让合同

第二十六条　使用他人作品应当同著作权人订立许可使用合同，本法规定可以不经许可的除外。

许可使用合同包括下列主要内容：

（一）许可使用的权利种类；

（二）许可使用的权利是专有使用权或者非专有使用权；
"""

# Text, and the text of each place by its path; what is not named must be absent from the places.
LAYOUTS: list[tuple[str, str, Mapping[str, str]]] = [
    (
        "a closing paragraph after the items, items under a later paragraph",
        COPYRIGHT_LAW,
        {
            "24/1/13": "（十三）法律、行政法规规定的其他情形。",
            "24/2": "前款规定适用于对与著作权有关的权利的限制。",
            "26/1": "使用他人作品应当同著作权人订立许可使用合同，本法规定可以不经许可的除外。",
            "26/2/1": "（一）许可使用的权利种类；",
        },
    ),
    (
        "a line broken after ； in a judicial interpretation goes on with its paragraph",
        "第四条 因侵害著作权行为提起的民事诉讼，由人民法院管辖。\n前款规定的侵权复制品储藏地，是指大量或者经常性储存、隐匿侵权复制品所在地；\n"
        "查封扣押地，是指海关、版权等行政机关依法查封、扣押侵权复制品所在地。\n第五条 对涉及不同侵权行为实施地的多个被告提起的共同诉讼。",
        {
            "4/1": "因侵害著作权行为提起的民事诉讼，由人民法院管辖。",
            "4/2": "前款规定的侵权复制品储藏地，是指大量或者经常性储存、隐匿侵权复制品所在地；\n查封扣押地，是指海关、版权等行政机关依法查封、扣押侵权复制品所在地。",
            "5/1": "对涉及不同侵权行为实施地的多个被告提起的共同诉讼。",
        },
    ),
    (
        "之一 articles, and a reference to one at the head of a line",
        "第一百三十三条 违反交通运输管理法规。\n第一百三十三条之一 在道路上驾驶机动车，有下列情形之一的，处拘役：\n（一）追逐竞驶，情节恶劣的；\n（二）醉酒驾驶机动车的。\n"
        "机动车所有人依照前款的规定处罚。\n第一百三十三条之二 对行驶中的公共交通工具的驾驶人员使用暴力。\n第一百三十四条 在生产、作业中违反有关安全管理的规定。\n"
        "第一百三十三条之一第二款的规定不适用于前款。",
        {
            "133/1": "违反交通运输管理法规。",
            "133-1/1/2": "（二）醉酒驾驶机动车的。",
            "133-1/2": "机动车所有人依照前款的规定处罚。",
            "133-2/1": "对行驶中的公共交通工具的驾驶人员使用暴力。",
            "134/2": "第一百三十三条之一第二款的规定不适用于前款。",
        },
    ),
    (
        "an item of several lines, and an item that goes on after ；",
        "第四十八条 行政长官行使下列职权：\n（一）领导政府；\n（三）签署立法会通过的法案，公布法律；\n签署立法会通过的财政预算案，报中央人民政府备案；\n"
        "（四）决定政府政策。\n前项政策应当公布。\n（五）处理请愿。",
        {
            "48/1/3": "（三）签署立法会通过的法案，公布法律；\n签署立法会通过的财政预算案，报中央人民政府备案；",
            "48/1/4": "（四）决定政府政策。\n前项政策应当公布。",
            "48/1/5": "（五）处理请愿。",
        },
    ),
    (
        "subitems",
        "第七条 应当提交下列材料：\n（一）身份证明：\n1.居民身份证；\n2.护照。\n（二）其他材料。\n经办人应当签字。",
        {
            "7/1/1": "（一）身份证明：\n1.居民身份证；\n2.护照。",
            "7/1/1/2": "2.护照。",
            "7/1/2": "（二）其他材料。",
            "7/2": "经办人应当签字。",
        },
    ),
    (
        "older statutes number items 一、 and subitems (一)",
        "第二十条 对违法行为的处罚标准如下：\n一、凡有下列行为之一者，处以警告：\n(一)伪造废弃物检验单的；\n(二)不按规定填报的。\n二、情节严重的，处以罚款。",
        {"20/1/1/2": "(二)不按规定填报的。", "20/1/2": "二、情节严重的，处以罚款。"},
    ),
    (
        "items in one line",
        "第三条 本规定所称证据包括：（一）书证；（二）第三条第（一）项所列物证；（三）视听资料。\n前款证据应当查证属实。",
        {
            "3/1/1": "（一）书证；",
            "3/1/2": "（二）第三条第（一）项所列物证；",
            "3/1/3": "（三）视听资料。",
            "3/2": "前款证据应当查证属实。",
        },
    ),
    (
        "articles above a thousand, with the number on a line of its own",
        "第一千一百九十四条\n网络用户、网络服务提供者利用网络侵害他人民事权益的，应当承担侵权责任。\n第一千一百九十五条\n网络用户利用网络服务实施侵权行为的，权利人有权通知。\n网络服务提供者接到通知后，应当及时转送。",
        {
            "1194/1": "网络用户、网络服务提供者利用网络侵害他人民事权益的，应当承担侵权责任。",
            "1195/2": "网络服务提供者接到通知后，应当及时转送。",
        },
    ),
    (
        "bold labels, digits, full-width digits",
        "**第一条** 甲。\n第2条 乙。\n第３条　丙。\n第四条丁。",
        {"1/1": "甲。", "2/1": "乙。", "3/1": "丙。", "4/1": "丁。"},
    ),
    (
        "references at the head of a line begin no article",
        "第一条 甲。\n第二十条规定的期间，从其规定。\n第二条 人民法院审理前款规定的侵权纠纷案件，应当依照著作权法\n第九条 之规定处理。\n第三条 丙。",
        {
            "1/2": "第二十条规定的期间，从其规定。",
            "2/1": "人民法院审理前款规定的侵权纠纷案件，应当依照著作权法\n第九条 之规定处理。",
            "3/1": "丙。",
        },
    ),
    (
        "quoted articles of another law begin none",
        "第五十一条 甲。\n第五十二条 宪法第三章中增加一节；增加五条，内容如下：\n第七节 监察委员会\n第一百二十三条 各级监察委员会是国家的监察机关。\n第一百二十四条 设立国家监察委员会。",
        {
            "52/1": "宪法第三章中增加一节；增加五条，内容如下：",
            "52/2": "第七节 监察委员会",
            "52/3": "第一百二十三条 各级监察委员会是国家的监察机关。",
            "52/4": "第一百二十四条 设立国家监察委员会。",
        },
    ),
    (
        "definitions after a colon are paragraphs of their own, a list without marks is not",
        "第二十六条 本条例下列用语的含义：\n技术措施，是指有效技术。\n权利管理电子信息，是指信息。\n第二十七条 禁止下列行为：\n甲；\n乙。",
        {
            "26/1": "本条例下列用语的含义：",
            "26/2": "技术措施，是指有效技术。",
            "26/3": "权利管理电子信息，是指信息。",
            "27/1": "禁止下列行为：\n甲；\n乙。",
        },
    ),
    (
        "an annex with entries, a note",
        "第一条 甲。\n① 施行日期，见各决定。\n附件一\n下列条例已纳入本法：\n1．惩治军人违反职责罪暂行条例\n附件二：\n关于禁毒的决定",
        {
            "注/1": "① 施行日期，见各决定。",
            "附件1/1": "下列条例已纳入本法：",
            "附件1/2": "1．惩治军人违反职责罪暂行条例",
            "附件2/1": "关于禁毒的决定",
        },
    ),
    (
        "an amendment counts its paragraphs",
        "# 中华人民共和国刑法修正案\n1999年12月25日 第九届全国人民代表大会常务委员会第十三次会议通过\n<!-- INFO END -->\n为了惩治犯罪，作如下修改：\n"
        "一、第一百六十二条后增加一条，作为第一百六十二条之一：“隐匿会计凭证的，处五年以下有期徒刑。\n“单位犯前款罪的，对单位判处罚金。”\n九、本修正案自公布之日起施行。",
        {
            "0/1": "为了惩治犯罪，作如下修改：",
            "0/3": "“单位犯前款罪的，对单位判处罚金。”",
            "0/4": "九、本修正案自公布之日起施行。",
        },
    ),
    (
        "an opinion whose items run through has them as its articles",
        "一、总体要求\n1、深刻认识意义。\n2、把握要求。\n二、著作权审判\n3、妥当运用限制和例外规定。\n可以认定为合理使用。",
        {"1/1": "深刻认识意义。", "3/2": "可以认定为合理使用。"},
    ),
    (
        "a preamble",
        "# 中华人民共和国宪法\n<!-- INFO END -->\n## 序言\n中国是世界上历史最悠久的国家之一。\n二十世纪，中国发生了翻天覆地的伟大历史变革。\n## 第一章　总　纲\n第一条 中华人民共和国是社会主义国家。",
        {"0/2": "二十世纪，中国发生了翻天覆地的伟大历史变革。", "1/1": "中华人民共和国是社会主义国家。"},
    ),
]


def places_of(document: Document) -> dict[str, str]:
    return {"/".join(place.citation.path): place.text for passage in document.passages for place in passage.places}


def assert_sound(document: Document, text: str) -> None:
    assert "".join(p.text for p in document.passages) == text
    places = [place for passage in document.passages for place in passage.places]
    assert all(text[place.start : place.end] == place.text for place in places)
    assert len({place.citation for place in places}) == len(places)
    for passage in document.passages:
        assert text[passage.start : passage.end] == passage.text
        assert all(passage.start <= place.start <= place.end <= passage.end for place in passage.places)
        assert (passage.citation is None) == (not passage.places)


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in LAYOUTS], ids=[row[0] for row in LAYOUTS])
def test_layout(text: str, expected: Mapping[str, str]) -> None:
    document = parse_statute(text, {"short": "某法"})
    assert_sound(document, text)
    places = places_of(document)
    assert {path: places.get(path) for path in expected} == dict(expected)


def test_what_a_layout_does_not_have() -> None:
    places = places_of(parse_statute(COPYRIGHT_LAW, {}))
    assert not {"24/3", "24/2/1", "26/1/1", "25", "0/1"} & places.keys()


def test_headings_and_meta_of_a_collection() -> None:
    document = parse_statute(COPYRIGHT_LAW, {"version": "2020-11-11"})
    article = next(p for p in document.passages if str(p.citation) == "著作权法@2020/24")
    assert article.headings == ("第二章 著作权", "第四节 权利的限制")
    after = next(p for p in document.passages if str(p.citation) == "著作权法@2020/26")
    assert after.headings == ("第三章 著作权许可使用和转让合同",)
    assert document.title == "中华人民共和国著作权法"
    assert document.aliases == ("中华人民共和国著作权法",)
    assert document.meta["adopted"] == "2020-11-11"
    assert len(document.meta["history"]) == 2
    assert document.meta["held"] == [24, 26]
    assert [p.role for p in document.passages][:4] == [Role.TITLE, Role.OTHER, Role.OTHER, Role.OTHER]


# Head and foot as gazettes print them, and what is read from them.
HEADS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "最高人民法院\n关于办理减刑、假释案件审查财产性判项\n执行问题的规定\n法释〔2024〕5号\n（2024年1月3日最高人民法院审判委员会第1910次会议通过，自2024年5月1日起施行）\n"
        "为确保依法公正办理减刑、假释案件，制定本规定。\n第一条 甲。\n第二条 乙。\n最高人民法院\n二〇二四年四月二十九日\n",
        {
            "title": "最高人民法院关于办理减刑、假释案件审查财产性判项执行问题的规定",
            "adopted": "2024-01-03",
            "effective": "2024-05-01",
            "held": "all",
        },
        ["0/1", "1", "2"],
    ),
    (
        "中华人民共和国国务院令\n第797号\n《网络数据安全管理条例》已经国务院常务会议通过，现予公布，自2025年1月1日起施行。\n总理　李强\n2024年9月24日\n网络数据安全管理条例\n"
        "目　录\n第一章　总　则\n第二章　附　则\n第一章　总　则\n第一条　甲。\n第二章　附　则\n第二条　本条例自2025年1月1日起施行。\n",
        {"title": "网络数据安全管理条例", "adopted": "2024-09-24", "effective": "2025-01-01"},
        ["1", "2"],
    ),
    (
        "# 中华人民共和国民法典\n\n# 侵权责任编\n\n2020年5月28日 第十三届全国人民代表大会第三次会议通过\n\n2021年1月1日 施行\n\n<!-- INFO END -->\n\n## 第一章  一般规定\n\n"
        "第一千一百六十四条 甲。\n\n第一千一百六十五条 乙。\n",
        {
            "title": "中华人民共和国民法典",
            "short": "民法典",
            "part": "侵权责任编",
            "effective": "2021-01-01",
            "held": ["1164-1165"],
        },
        ["1164", "1165"],
    ),
    (
        "# 村庄和集镇规划建设管理条例\n1993年5月7日 国务院第3次常务会议通过\n<!-- INFO END -->\n第一条 甲。\n第二条 本条例自一九九三年十一月一日起施行。",
        {"adopted": "1993-05-07", "effective": "1993-11-01"},
        ["1", "2"],
    ),
]


@pytest.mark.parametrize(("text", "meta", "keys"), HEADS)
def test_head(text: str, meta: dict[str, Any], keys: list[str]) -> None:
    document = parse_statute(text, {})
    assert_sound(document, text)
    assert {key: document.meta.get(key) for key in meta} == meta
    assert ["/".join(p.citation.path) for p in document.passages if p.citation] == keys


def test_front_matter_wins() -> None:
    meta = {"title": "甲法", "short": "甲", "version": "2020-11-11", "year_key": "2020-11-11", "held": "all"}
    document = parse_statute("# 乙法\n第五条 丙。", meta)
    assert str(next(p.citation for p in document.passages if p.citation)) == "甲@2020-11-11/5"
    assert document.meta["held"] == "all"


def test_titles() -> None:
    assert short_title("中华人民共和国民法典") == "民法典"
    court = "最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释"
    assert short_title(court) == court
    assert "关于审理著作权民事纠纷案件适用法律若干问题的解释" in title_aliases(court)
    assert not is_statute_title("从四个案例看五项应对AIGC版权侵权的抗辩思路")
    assert looks_like_statute("第一条 甲。\n第二条 乙。")
    assert not looks_like_statute("本文讨论合理使用。\n" * 60 + "第一条 甲。\n第二条 乙。\n")


FRAGMENTS = st.sampled_from(
    [
        *COPYRIGHT_LAW.split("\n"),
        *(line for _, text, _ in LAYOUTS for line in text.split("\n")),
        *(
            "##",
            "# 题",
            "目录",
            "附：",
            "①",
            "（一）",
            "第一条",
            "第一条 ",
            "1.",
            "\u3000",
            "\u200b",
            "二〇二四年一月一日",
            "\x1c",
            "审判员",
        ),
    ]
)


@given(st.lists(FRAGMENTS | st.text(max_size=20), max_size=40), st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]))
def test_any_text_parses_and_loses_nothing(lines: list[str], separator: str) -> None:
    text = separator.join(lines)
    assert_sound(parse_statute(text, {"short": "某法"}), text)
