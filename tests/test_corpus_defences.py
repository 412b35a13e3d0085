"""The defences as data: the fields a reader relies on are there, and every authority can be opened.

The fields are described at the head of each file in corpus/defences.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.citation import Citation
from ingest.load import load_document
from tests.compare_reference import STATUTES

CORPUS = STATUTES.parent

NAMES = [
    ("not_copyrightable", "AIGC 不具有可版权性"),
    ("fair_use", "合理使用"),
    ("no_access", "未接触作品"),
    ("not_similar", "不构成实质性相似"),
    ("damages", "赔偿金额"),
    ("legitimate_source", "合法来源"),
    ("platform_duty", "已尽注意义务 / 非直接侵权"),
]
SIDES = {"training", "use", "platform", "aigc_claim", "listed_use", "training_output", "sale", "rental"}
FIELDS = {
    "id": str,
    "name": str,
    "name_en": str,
    "issue": str,
    "issue_en": str,
    "at_issue": str,
    "where": list,
    "where_text": str,
    "summary": str,
    "applies_when": list,
    "not_shown": str,
    "not_shown_as": str,
    "excluded_when": list,
    "leads_when": list,
    "provisions": list,
    "burden": dict,
    "elements": list,
    "supporting": list,
    "adverse": list,
    "pending": list,
    "reasons": dict,
    "evidence": list,
    "would_change": list,
    "notes": list,
}
MAY_BE_EMPTY = {"pending", "applies_when", "excluded_when", "leads_when"}
ELEMENT = {"id", "name", "question", "met_when", "defeated_when", "decisive", "citations", "signals"}

# Awarded and claimed, in yuan, as published; None is not known.
AMOUNTS = [
    ("(2023)京0491民初11279号", 5000, 500),
    ("(2024)苏0581民初6697号", 500000, 10000),
    ("(2024)粤0192民初113号", 300000, 10000),
    ("(2018)京0491民初239号", None, 1560),
    ("(2019)粤0305民初14010号", None, 1500),
    ("(2024)浙0192民初1587号", 300000, 30000),
    ("(2025)沪0116民初2354号", None, 50000),
    ("(2024)湘01民终18114号", None, 800000),
    ("(2024)鄂0192知民初968号", None, 4000),
    ("(2024)沪0114民初1326号", 50000, 7500),
]

# Statements that the facts do not bear out and that must not come back.
WRONG = [
    r"第十一条[^。]{0,12}(?:独创性|保护对象)",
    r"尚未有[^。]{0,20}判决",
    r"缺少[^。]{0,6}案例",
    r"二审(?:维持|改判)[^。]{0,10}美杜莎|美杜莎案二审(?:维持|改判)",
]


@cache
def defence(name: str) -> Any:
    return yaml.safe_load((CORPUS / "defences" / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def held_places() -> frozenset[Citation]:
    """Every citable place of the corpus, without its version, and every document and section above it."""
    found: set[Citation] = set()
    for folder in ("statutes", "judgments", "commentary"):
        for path in sorted((CORPUS / folder).glob("*.md")):
            document = load_document(path)
            for passage in document.passages:
                citations = [place.citation for place in passage.places]
                for citation in [*citations, *([passage.citation] if passage.citation else [])]:
                    found.update(citation.at(*citation.path[:depth]) for depth in range(1, len(citation.path) + 1))
    return frozenset(Citation(citation.document, None, citation.path) for citation in found)


def keys(data: Any) -> list[str]:
    """Every citation key in a defence, wherever it stands."""
    if isinstance(data, dict):
        own = [key for field in ("citations", "supporting", "adverse", "pending") for key in data.get(field) or []]
        return own + list(data.get("reasons", {})) + [key for value in data.values() for key in keys(value)]
    if isinstance(data, list):
        return [key for value in data for key in keys(value)]
    return []


def test_the_seven_defences_and_no_other() -> None:
    files = {path.stem for path in (CORPUS / "defences").glob("*.yaml")}
    assert files == {name for name, _ in NAMES}


@pytest.mark.parametrize(("name", "title"), NAMES)
def test_fields(name: str, title: str) -> None:
    data = defence(name)
    assert (data["id"], data["name"]) == (name, title)
    assert set(data) - {"at_most", "at_least"} == set(FIELDS) | ({"amounts"} if name == "damages" else set())
    for field, kind in FIELDS.items():
        assert isinstance(data[field], kind), field
        assert data[field] or field in MAY_BE_EMPTY, field
    assert set(data["where"]) <= SIDES
    assert set(data["burden"]) == {"text", "citations"}
    assert all(set(note) == {"text", "citations"} for note in data["notes"])
    assert all(isinstance(entry, str) for field in ("evidence", "would_change") for entry in data[field])


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
def test_elements(name: str) -> None:
    elements = defence(name)["elements"]
    assert len({element["id"] for element in elements}) == len(elements) >= 3
    for element in elements:
        assert set(element) - {"excludes", "only_when"} == ELEMENT, element["id"]
        assert re.fullmatch(r"[a-z_]+", element["id"])
        assert isinstance(element["decisive"], bool)
        assert element["question"].endswith("？")
        assert element["citations"], element["id"]
        assert set(element["signals"]) == {"met", "defeated"}
        assert not set(element["signals"]["met"]) & set(element["signals"]["defeated"])
        assert element["decisive"] or not element.get("excludes")


@pytest.mark.parametrize("name", [name for name, _ in NAMES if name != "damages"])
def test_a_defence_can_fail(name: str) -> None:
    assert any(element["decisive"] for element in defence(name)["elements"])


def test_damages_is_a_floor() -> None:
    assert not any(element["decisive"] for element in defence("damages")["elements"])


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
def test_every_authority_says_why(name: str) -> None:
    data = defence(name)
    assert set(data["reasons"]) == {*data["supporting"], *data["adverse"], *data["pending"]}
    assert not set(data["supporting"]) & set(data["adverse"])


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
def test_every_key_can_be_opened(name: str) -> None:
    cited = keys(defence(name))
    assert len(cited) > 10
    for key in cited:
        citation = Citation.parse(key)
        assert str(citation) == key
        assert citation.path, key
        assert any(citation.contains(place) for place in held_places()), key


@pytest.mark.parametrize(("case", "claimed", "awarded"), AMOUNTS)
def test_amounts(case: str, claimed: int | None, awarded: int) -> None:
    row = next(row for row in defence("damages")["amounts"] if row["case"] == case)
    assert (row["claimed"], row["awarded"]) == (claimed, awarded)
    assert all(key.startswith("(") and "/摘要.裁判结果" in key for key in row["citations"])


def test_amounts_are_all_listed() -> None:
    assert [row["case"] for row in defence("damages")["amounts"]] == [row[0] for row in AMOUNTS]


def test_amounts_agree_with_the_digests() -> None:
    digests = {}
    for path in sorted(Path(CORPUS / "judgments").glob("*.md")):
        document = load_document(path)
        digests[document.citation.document] = document.meta
    for row in defence("damages")["amounts"]:
        assert digests[row["case"]]["awarded"] == row["awarded"], row["case"]
        if row["claimed"] is not None:
            assert digests[row["case"]]["claimed"] == row["claimed"], row["case"]


@pytest.mark.parametrize(
    "case", ["北京互联网法院·四画师案", "上海市徐汇区人民法院·爱奇艺诉MiniMax案", "上海知识产权法院·美杜莎二审案"]
)
def test_cases_without_a_known_outcome_support_nothing(case: str) -> None:
    for name, _ in NAMES:
        data = defence(name)
        assert not any(key.startswith(case) for key in [*data["supporting"], *data["adverse"]])
        for key in data["pending"]:
            assert "未检到" in data["reasons"][key], key


@pytest.mark.parametrize("pattern", WRONG)
def test_errors_of_the_article_are_not_repeated(pattern: str) -> None:
    for name, _ in NAMES:
        text = (CORPUS / "defences" / f"{name}.yaml").read_text(encoding="utf-8")
        assert not re.search(pattern, text), name


def test_the_first_instance_of_medusa_is_marked_as_appealed() -> None:
    for name, _ in NAMES:
        for key, reason in defence(name)["reasons"].items():
            if key.startswith("(2025)沪0116民初2354号") and name != "no_access":
                assert "结果未检到" in reason, name
