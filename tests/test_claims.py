"""What a text says about a case, against the case file."""

import pytest

from rag.claims import courts_named, misfits, same_court

CHUNFENG = {
    "court": "北京互联网法院", "court_aliases": ["北互"], "decided": "2023-11-27", "filed": "2023-05-25", "claimed": 5000,
    "awarded": 500, "outcome": "partly", "tool": "Stable Diffusion", "rights": ["署名权", "信息网络传播权"],
    "liability": "直接侵权", "parties": {"plaintiff": "李某", "defendant": "刘某（百家号博主）"},
    "defences": {"not_copyrightable": {"effect": "undercuts"}},
}  # fmt: skip
BUTTERFLY = {
    "court": "江苏省张家港市人民法院", "decided": "2025-03-19", "claimed": 200000, "awarded": 0, "outcome": "dismissed",
    "tool": "Midjourney", "rights": [], "defences": {"not_copyrightable": {"effect": "supports"}},
}  # fmt: skip
PAINTERS = {"court": "北京互联网法院", "decided": None, "claimed": None, "awarded": None, "outcome": "pending"}
HANGZHOU = {
    "court": "杭州互联网法院",
    "decided": "2024-09-25",
    "awarded": 30000,
    "claimed": 300000,
    "outcome": "partly",
    "liability": "帮助侵权",
}
TOOLS = ("Stable Diffusion", "Midjourney", "即梦")


@pytest.mark.parametrize(
    ("text", "meta", "fields"),
    [
        ("广州互联网法院审理的春风案", CHUNFENG, ["court"]),
        ("春风案是北京互联网法院审理的吗", CHUNFENG, []),
        ("北互判的春风案", CHUNFENG, []),
        ("张家港法院的蝴蝶椅案", BUTTERFLY, []),
        ("苏州法院的蝴蝶椅案", BUTTERFLY, ["court"]),
        ("春风案判决被告赔偿5万元", CHUNFENG, ["awarded"]),
        ("春风案原告索赔5000元，法院判赔500元", CHUNFENG, []),
        ("春风案判赔5000元", CHUNFENG, ["awarded"]),
        ("春风案原告主张赔偿一万元", CHUNFENG, ["claimed"]),
        ("春风案2022年11月27日判决", CHUNFENG, ["decided"]),
        ("春风案于2023年11月27日作出判决", CHUNFENG, []),
        ("2023年立案的春风案", CHUNFENG, []),
        ("春风案驳回了原告的诉讼请求", CHUNFENG, ["outcome"]),
        ("蝴蝶椅案驳回了原告的诉讼请求", BUTTERFLY, []),
        ("蝴蝶椅案支持了原告的全部请求", BUTTERFLY, ["outcome"]),
        ("四画师案判决被告败诉", PAINTERS, ["outcome"]),
        ("四画师案判赔10万元", PAINTERS, ["outcome"]),
        ("春风案认定图片不构成作品", CHUNFENG, ["work"]),
        ("春风案认定图片构成作品", CHUNFENG, []),
        ("蝴蝶椅案认定图片构成作品", BUTTERFLY, ["work"]),
        ("春风案是否认定图片构成作品", CHUNFENG, []),
        ("杭州案认定平台构成直接侵权", HANGZHOU, ["liability"]),
        ("杭州案认定平台不构成直接侵权而是帮助侵权", HANGZHOU, []),
        ("春风案使用Midjourney生成", CHUNFENG, ["tool"]),
        ("春风案使用Stable Diffusion生成", CHUNFENG, []),
        ("春风案侵害了发行权", CHUNFENG, ["rights"]),
        ("春风案侵害了信息网络传播权", CHUNFENG, []),
        ("春风案原告是王某", CHUNFENG, ["plaintiff"]),
        ("春风案原告李某", CHUNFENG, []),
        ("春风案的两个被告分别是什么公司", CHUNFENG, []),
        ("请看：「北京互联网法院在春风案中判赔500元」", CHUNFENG, []),
        ("蝴蝶椅案上诉到苏州中院之后怎样", BUTTERFLY | {"status": "苏州市中级人民法院按撤回上诉处理"}, []),
        ("蝴蝶椅案为什么不认AI图是作品", BUTTERFLY, []),
        ("（2024）京0491民初11279号", CHUNFENG, []),
    ],
)
def test_only_what_the_file_contradicts_is_found(text: str, meta: dict[str, object], fields: list[str]) -> None:
    found = misfits(text, meta, tools=TOOLS)
    assert [misfit.field for misfit in found] == fields
    assert all(text[misfit.start : misfit.end] for misfit in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("由广州互联网法院和北京互联网法院分别审理", ["广州互联网法院", "北京互联网法院"]),
        ("江苏省常熟市人民法院一审", ["江苏省常熟市人民法院"]),
        ("法院认为", []),
        ("张家港案判决书里法院怎么说提示词的", []),
        ("判决书里广州互联网法院认为", ["广州互联网法院"]),
        ("苏州中院和深圳法院", ["苏州中院", "深圳法院"]),
        ("哪个法院审理", []),
        ("一审法院认定", []),
    ],
)
def test_courts_are_found_by_name(text: str, names: list[str]) -> None:
    assert [text[start:end] for _, start, end in courts_named(text)] == names
    assert [name for name, _, _ in courts_named(text)] == names


@pytest.mark.parametrize(
    ("said", "held", "same"),
    [
        ("常熟法院", "江苏省常熟市人民法院", True),
        ("北京法院", "北京互联网法院", True),
        ("广州互联网法院", "北京互联网法院", False),
        ("杭州中院", "杭州市中级人民法院", True),
        ("杭州中院", "杭州互联网法院", False),
        ("上海市金山区人民法院", "上海市金山区人民法院", True),
    ],
)
def test_short_names_of_courts(said: str, held: str, same: bool) -> None:
    assert same_court(said, held) is same
