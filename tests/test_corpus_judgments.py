"""The digests of judgments and the notes: form, figures worked by hand, and what may not be said."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from ingest.citation import Citation, normal_case_number
from ingest.document import Document, Kind
from ingest.load import load_document

CORPUS = Path(__file__).resolve().parent.parent / "corpus"

# key: (court, date of the judgment, claimed yuan, awarded yuan, outcome), each read from the published reports.
FIGURES: dict[str, tuple[str, str | None, int | None, int | None, str]] = {
    "(2023)京0491民初11279号": ("北京互联网法院", "2023-11-27", 5000, 500, "partly"),
    "(2024)苏0581民初6697号": ("江苏省常熟市人民法院", "2024-11", 500000, 10000, "partly"),
    "(2024)粤0192民初113号": ("广州互联网法院", "2024-02-08", 300000, 10000, "partly"),
    "北京互联网法院·四画师案": ("北京互联网法院", None, None, None, "pending"),
    "(2018)京0491民初239号": ("北京互联网法院", "2019-04-25", 10000, 1560, "partly"),
    "(2019)京73民终2030号": ("北京知识产权法院", None, 10000, 1560, "affirmed"),
    "(2019)粤0305民初14010号": ("深圳市南山区人民法院", "2019-12-24", None, 1500, "upheld"),
    "(2024)浙0192民初1587号": ("杭州互联网法院", "2024-09-25", 300000, 30000, "partly"),
    "(2024)浙01民终10332号": ("杭州市中级人民法院", "2024-12-20", 300000, 30000, "affirmed"),
    "(2025)沪0116民初2354号": ("上海市金山区人民法院", "2025-11-03", None, 50000, "partly"),
    "上海知识产权法院·美杜莎二审案": ("上海知识产权法院", "2026-04-29", None, None, "unknown"),
    "(2024)湘01民终18114号": ("长沙市中级人民法院", "2024-12-30", None, 800000, "affirmed"),
    "上海市徐汇区人民法院·爱奇艺诉MiniMax案": ("上海市徐汇区人民法院", None, 100000, None, "pending"),
    "(2024)苏0582民初9015号": ("江苏省张家港市人民法院", "2025-03-19", 200000, 0, "dismissed"),
    "(2024)鄂0192知民初968号": ("武汉东湖新技术开发区人民法院", None, None, 4000, "upheld"),
    "(2025)沪0101民初14775号": ("上海市黄浦区人民法院", "2025-11-06", 9900, 0, "dismissed"),
    "北京互联网法院·猫咪晶钻吊坠案": ("北京互联网法院", None, 7000, 0, "dismissed"),
    "(2025)赣0602知民初47号": ("鹰潭市月湖区人民法院", "2025", None, 0, "dismissed"),
    "(2024)沪0114民初1326号": ("上海市嘉定区人民法院", None, 50000, 7500, "partly"),
    "北京市通州区人民法院·通州刑事案": ("北京市通州区人民法院", "2025-06-13", None, None, "convicted"),
}

# Amounts in the first paragraph of 裁判结果 that are neither claimed nor awarded: parts of an award, costs, a claim
# on appeal, criminal fines.
OTHER_AMOUNTS = {
    "(2018)京0491民初239号": {1000, 560},
    "(2019)京73民终2030号": {1000, 560},
    "(2024)浙01民终10332号": {150000},
    "北京市通州区人民法院·通州刑事案": {25000, 60000, 100000},
}

# case: {defence: effect}, the direction in which each case bears on each defence.
BEARINGS: dict[str, dict[str, str]] = {
    "(2023)京0491民初11279号": {"not_copyrightable": "undercuts", "damages": "supports"},
    "(2024)苏0581民初6697号": {"not_copyrightable": "undercuts", "not_similar": "supports", "damages": "supports"},
    "(2024)粤0192民初113号": {
        "no_access": "undercuts",
        "not_similar": "undercuts",
        "damages": "supports",
        "fair_use": "neutral",
        "platform_duty": "undercuts",
    },
    "北京互联网法院·四画师案": {"fair_use": "neutral", "not_similar": "neutral"},
    "(2018)京0491民初239号": {"not_copyrightable": "mixed", "damages": "supports"},
    "(2019)京73民终2030号": {"not_copyrightable": "mixed", "damages": "supports"},
    "(2019)粤0305民初14010号": {"not_copyrightable": "undercuts", "damages": "supports"},
    "(2024)浙0192民初1587号": {
        "fair_use": "supports",
        "no_access": "undercuts",
        "damages": "mixed",
        "platform_duty": "mixed",
    },
    "(2024)浙01民终10332号": {"fair_use": "neutral", "damages": "mixed", "platform_duty": "mixed"},
    "(2025)沪0116民初2354号": {
        "no_access": "undercuts",
        "not_similar": "undercuts",
        "damages": "undercuts",
        "platform_duty": "supports",
        "fair_use": "undercuts",
    },
    "上海知识产权法院·美杜莎二审案": {"platform_duty": "unknown"},
    "(2024)湘01民终18114号": {"platform_duty": "undercuts", "damages": "undercuts"},
    "上海市徐汇区人民法院·爱奇艺诉MiniMax案": {"fair_use": "neutral"},
    "(2024)苏0582民初9015号": {"not_copyrightable": "supports", "not_similar": "supports"},
    "(2024)鄂0192知民初968号": {"not_copyrightable": "undercuts", "damages": "supports"},
    "(2025)沪0101民初14775号": {"not_copyrightable": "supports", "fair_use": "neutral"},
    "北京互联网法院·猫咪晶钻吊坠案": {"not_copyrightable": "supports"},
    "(2025)赣0602知民初47号": {"not_copyrightable": "supports"},
    "(2024)沪0114民初1326号": {
        "fair_use": "undercuts",
        "not_similar": "undercuts",
        "damages": "supports",
        "platform_duty": "undercuts",
    },
    "北京市通州区人民法院·通州刑事案": {"not_similar": "undercuts"},
}

DEFENCES = {
    "not_copyrightable": "不可版权性抗辩",
    "fair_use": "合理使用抗辩",
    "no_access": "未接触作品抗辩",
    "not_similar": "不构成实质性相似抗辩",
    "damages": "赔偿金额抗辩",
    "platform_duty": "平台已尽注意义务或非直接侵权的抗辩",
}
WORD_OF_EFFECT = {
    "supports": "有利于被告",
    "undercuts": "不利于被告",
    "mixed": "混合",
    "neutral": "中性",
    "unknown": "未知",
}

DIGEST_SECTIONS = ["案情", "诉讼请求", "抗辩", "争议焦点", "本院认为", "裁判结果", "对五项抗辩的意义"]
CASE_NOTE_SECTIONS = ["案情", "本院认为", "状态", "对五项抗辩的意义"]
RULE_NOTE_SECTIONS = ["要点", "效力与状态", "意义"]

TEXT_FIELDS = ["title", "short", "court", "instance", "status", "who_sues", "defendant_role", "work", "tool", "text"]
LIST_FIELDS = ["related", "aliases", "rights", "rights_claimed", "uncertainties", "sources"]
FOREIGN_CASES = 13
FOREIGN_RULES = 6
CHINESE_RULES = 16


@cache
def documents(folder: str) -> dict[str, Document]:
    """Every file of a folder of the corpus, by its key."""
    loaded = [load_document(path) for path in sorted((CORPUS / folder).glob("*.md"))]
    by_key = {str(document.citation): document for document in loaded}
    assert len(by_key) == len(loaded), "two files share a key"
    return by_key


def sections(document: Document) -> dict[str, list[str]]:
    """The paragraphs of each section, without the mark of a digest."""
    found: dict[str, list[str]] = defaultdict(list)
    for passage in document.passages:
        if passage.citation:
            section, number = passage.citation.path
            found[section.removeprefix("摘要.")].append(passage.text.strip())
            assert int(number) == len(found[section.removeprefix("摘要.")])
    return dict(found)


def names(document: Document) -> list[str]:
    spelt = [document.title, str(document.citation), *document.aliases]
    return [name.replace(" ", "") for name in spelt]


def test_every_case_is_held_and_none_besides() -> None:
    assert sorted(documents("judgments")) == sorted(FIGURES)


@pytest.mark.parametrize("key", FIGURES)
def test_the_figures_of_a_case_are_those_worked_by_hand(key: str) -> None:
    meta = documents("judgments")[key].meta
    court, decided, claimed, awarded, outcome = FIGURES[key]
    stated = (meta["court"], meta["decided"], meta["claimed"], meta["awarded"], meta["outcome"])
    assert stated == (court, decided, claimed, awarded, outcome)


@pytest.mark.parametrize("key", FIGURES)
def test_the_front_matter_is_complete(key: str) -> None:
    meta = documents("judgments")[key].meta
    assert [field for field in TEXT_FIELDS if not isinstance(meta.get(field), str) or not meta[field]] == []
    assert [field for field in LIST_FIELDS if not isinstance(meta.get(field), list)] == []
    assert meta["short"] == key
    assert meta["case_number"] == normal_case_number(key)
    assert "case_cause" in meta
    assert meta["text"] == "digest"
    assert meta["confidence"] in {"high", "medium", "low"}
    assert meta["aliases"]
    assert meta["sources"]
    assert meta["parties"]["defendant"]
    assert meta["status"].endswith("。")
    # Where the day or the whole date is missing, the file says what is known of it.
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", meta["decided"] or "") or meta["decided_note"]


@pytest.mark.parametrize("key", FIGURES)
def test_a_digest_has_the_seven_sections_in_order(key: str) -> None:
    document = documents("judgments")[key]
    assert document.kind is Kind.JUDGMENT_DIGEST
    assert "".join(passage.text for passage in document.passages) == document.text
    parts = sections(document)
    assert list(parts) == DIGEST_SECTIONS
    assert all(paragraph.endswith("。") for paragraphs in parts.values() for paragraph in paragraphs)
    assert len(parts["诉讼请求"][0]) > 10
    assert len(parts["裁判结果"]) == 2


@pytest.mark.parametrize("key", FIGURES)
def test_the_first_paragraph_identifies_the_case(key: str) -> None:
    document = documents("judgments")[key]
    first = sections(document)["案情"][0]
    assert document.meta["court"] in first
    number = document.meta["case_number"]
    assert number.replace("(", "（").replace(")", "）") in first if number else "案号未" in first
    if document.meta["decided"]:
        year, *rest = document.meta["decided"].split("-")
        assert "".join(f"{int(part)}{unit}" for part, unit in zip([year, *rest], "年月日", strict=False)) in " ".join(
            sections(document)["案情"]
        )


@pytest.mark.parametrize("key", FIGURES)
def test_every_paragraph_names_its_case(key: str) -> None:
    document = documents("judgments")[key]
    nameless = [
        paragraph
        for paragraphs in sections(document).values()
        for paragraph in paragraphs
        if not any(name in paragraph.replace(" ", "") for name in names(document))
    ]
    assert nameless == []


@pytest.mark.parametrize("key", FIGURES)
def test_the_result_states_the_amounts_of_the_front_matter(key: str) -> None:
    document = documents("judgments")[key]
    result = sections(document)["裁判结果"][0]
    amounts = {int(digits) for digits in re.findall(r"(\d+)元", result)}
    expected = {document.meta[field] for field in ("claimed", "awarded")} - {None}
    assert expected <= amounts
    assert amounts - expected == OTHER_AMOUNTS.get(key, set())
    if document.meta["claimed"] is None and document.meta["awarded"] is not None:
        assert "诉请的赔偿金额未核到" in result
    claims = sections(document)["诉讼请求"]
    if document.meta["claimed"] is not None:
        assert f"{document.meta['claimed']}元" in "".join(claims)


@pytest.mark.parametrize("key", [key for key, figures in FIGURES.items() if figures[4] in {"pending", "unknown"}])
def test_what_is_pending_or_unknown_says_so_everywhere(key: str) -> None:
    document = documents("judgments")[key]
    parts = sections(document)
    word = "审理中" if document.meta["outcome"] == "pending" else "结果未知"
    assert word in document.meta["status"]
    assert word in parts["裁判结果"][0]
    assert "未知" in "".join(parts["裁判结果"])
    assert document.meta["awarded"] is None
    assert document.meta["rights"] == []


@pytest.mark.parametrize("key", FIGURES)
def test_the_bearing_on_each_defence_is_the_one_in_the_prose(key: str) -> None:
    document = documents("judgments")[key]
    defences = document.meta["defences"]
    assert {name: bearing["effect"] for name, bearing in defences.items()} == BEARINGS[key]
    assert all(bearing["note"].endswith("。") for bearing in defences.values())
    prose = sections(document)["对五项抗辩的意义"]
    for name, label in DEFENCES.items():
        told = [paragraph for paragraph in prose if paragraph.startswith(f"对{label}")]
        assert len(told) == 1 or name == "platform_duty"
        if name in defences:
            assert WORD_OF_EFFECT[defences[name]["effect"]] in told[0]


@pytest.mark.parametrize("key", FIGURES)
def test_related_instances_point_at_each_other(key: str) -> None:
    held = documents("judgments")
    for other in held[key].meta["related"]:
        assert key in held[other].meta["related"]


@pytest.mark.parametrize("folder", ["judgments", "notes"])
def test_nothing_is_put_in_quotation_marks(folder: str) -> None:
    """A digest is our own words: nothing in it may look like the words of a court."""
    marked = {key: re.findall("[“”‘’「」『』\"']", document.text) for key, document in documents(folder).items()}
    assert {key: marks for key, marks in marked.items() if marks} == {}


@pytest.mark.parametrize("folder", ["judgments", "notes"])
def test_a_key_reads_back_and_holds_no_mark_of_a_path(folder: str) -> None:
    for key, document in documents(folder).items():
        assert not set("/@#") & set(key)
        assert Citation.parse(key) == document.citation


def test_only_one_nickname_is_shared() -> None:
    """奥特曼案 is what both the Guangzhou and the Hangzhou case are called; every other name means one document."""
    owners: dict[str, set[str]] = defaultdict(set)
    for folder in ("judgments", "notes"):
        for key, document in documents(folder).items():
            assert len(set(document.aliases)) == len(document.aliases)
            for name in (*document.aliases, document.title, key):
                owners[name].add(key)
    shared = {name: keys for name, keys in owners.items() if len(keys) > 1}
    assert shared == {"奥特曼案": {"(2024)粤0192民初113号", "(2024)浙0192民初1587号"}}


def test_the_doubts_that_must_stay_visible() -> None:
    held = documents("judgments")
    hangzhou = "".join(sections(held["(2024)浙0192民初1587号"])["本院认为"])
    assert "附论，不是判决主文" in hangzhou
    assert "公开转述不一致" in hangzhou
    assert held["(2024)浙01民终10332号"].meta["decided_alternatives"] == ["2024-12-30"]
    assert held["(2025)沪0116民初2354号"].meta["payer"] == "用户李某"
    assert "2026年4月29日" in "".join(sections(held["(2025)沪0116民初2354号"])["裁判结果"])
    assert "按撤回上诉处理" in "".join(sections(held["(2024)苏0582民初9015号"])["裁判结果"])
    assert "文字部分" in "".join(sections(held["(2018)京0491民初239号"])["本院认为"])


def test_the_notes_are_as_many_as_the_cases_and_rules_they_tell_of() -> None:
    foreign = [document for document in documents("notes").values() if document.meta["jurisdiction"] != "中国"]
    cases = [document for document in foreign if document.citation.is_case]
    assert len(cases) == FOREIGN_CASES
    assert len(foreign) - len(cases) == FOREIGN_RULES
    assert len(documents("notes")) - len(foreign) == CHINESE_RULES


def test_a_note_has_its_form() -> None:
    for key, document in documents("notes").items():
        assert document.kind is Kind.NOTE, key
        assert "".join(passage.text for passage in document.passages) == document.text
        parts = sections(document)
        assert list(parts) == (CASE_NOTE_SECTIONS if document.citation.is_case else RULE_NOTE_SECTIONS), key
        assert all(paragraph.endswith("。") for paragraphs in parts.values() for paragraph in paragraphs), key
        assert document.meta["text"] == "note"
        assert document.meta["confidence"] in {"high", "medium", "low"}
        assert document.meta["aliases"], key
        assert document.meta["sources"], key
        assert document.meta["status"].endswith("。"), key
        assert {bearing["effect"] for bearing in document.meta.get("defences", {}).values()} <= set(WORD_OF_EFFECT)


def test_a_foreign_note_says_that_it_only_persuades() -> None:
    for key, document in documents("notes").items():
        if document.meta["jurisdiction"] != "中国":
            last = "".join(sections(document)[list(sections(document))[-1]])
            assert "只有说理参考的意义，没有拘束力，不能替代《中华人民共和国著作权法》第二十四条" in last, key


def test_a_foreign_case_is_found_by_its_docket_number() -> None:
    dockets = {
        "1:20-cv-00613": "特拉华联邦地区法院·Thomson Reuters诉Ross案",
        "3:24-cv-05417": "加利福尼亚北区联邦地区法院·Bartz诉Anthropic案",
        "5:24-cv-03811": "加利福尼亚北区联邦地区法院·Concord诉Anthropic案",
        "1:23-cv-08292": "纽约南区联邦地区法院·OpenAI著作权合并案",
        "[2025] EWHC 2863 (Ch)": "英格兰及威尔士高等法院·Getty Images诉Stability AI案",
        "42 O 14139/24": "慕尼黑第一地区法院·GEMA诉OpenAI案",
        "5 U 104/24": "汉堡高等地区法院·Kneschke诉LAION案",
        "C-250/25": "欧盟法院·Like Company诉Google案",
    }
    notes = documents("notes")
    for docket, key in dockets.items():
        assert docket in notes[key].aliases
        assert docket in notes[key].meta["docket"]


def test_leads_are_marked_as_leads() -> None:
    leads = documents("notes")["其他公开案件线索"]
    listed = sections(leads)["要点"]
    assert len(listed) == 15
    assert leads.meta["confidence"] == "low"
    assert all("只能作为线索，可信度低" in paragraph for paragraph in listed)
