"""Names to documents, and mentions to the version in force on a day."""

from datetime import date

import pytest

from ingest.find import Doubt, find_citations
from ingest.resolve import Catalogue, Entry, resolve
from tests.citation_catalogue import CATALOGUE

CANDIDATES = [
    ("著作权法", ["著作权法"]),
    ("《著作权法》", ["著作权法"]),
    ("中华人民共和国著作权法", ["著作权法"]),
    ("《中华人民共和国著作权法（2020年修正）》", ["著作权法"]),
    ("著作权法（2020修正）", ["著作权法"]),
    ("2010年著作权法", ["著作权法"]),
    ("現行著作權法", ["著作权法"]),
    ("版权法", ["著作权法"]),
    ("Copyright Law", ["著作权法"]),
    ("最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释", ["著作权民事纠纷司法解释"]),
    ("关于审理著作权民事纠纷案件适用法律若干问题的解释（2020修正）", ["著作权民事纠纷司法解释"]),
    ("法发[2011]18号", ["法发〔2011〕18号"]),
    ("法释〔2021〕4号", ["惩罚性赔偿司法解释"]),
    ("（2024）粤0192民初113号", ["(2024)粤0192民初113号"]),
    ("“春风”案", ["(2023)京0491民初11279号"]),
    ("奥特曼案", ["(2024)粤0192民初113号", "(2024)浙0192民初1587号"]),
    ("1:23-cv-08292", ["Authors Guild v. OpenAI"]),
    ("君合2025", ["君合2025"]),
    ("商标法", []),
    ("", []),
    ("法", []),
]


@pytest.mark.parametrize(("name", "shorts"), CANDIDATES)
def test_candidates_for_a_name(name: str, shorts: list[str]) -> None:
    assert CATALOGUE.candidates(name) == shorts


RESOLVED = [
    ("著作权法第24条", "2026-01-01", "著作权法@2020/24"),
    ("著作权法第22条", "2019-06-01", "著作权法@2010/22"),
    ("著作权法第24条", "2021-05-31", "著作权法@2010/24"),
    ("著作权法第24条", "2021-06-01", "著作权法@2020/24"),
    ("著作权法第24条", "2009-01-01", "著作权法/24"),
    ("2010年著作权法第22条", "2026-01-01", "著作权法@2010/22"),
    ("2021年著作权法第24条", "2026-01-01", "著作权法@2020/24"),
    ("1990年著作权法第3条", "2026-01-01", "著作权法@1990/3"),
    ("旧著作权法第22条", "2026-01-01", "著作权法@2010/22"),
    ("修改前的《著作权法》第49条", "2026-01-01", "著作权法@2010/49"),
    ("现行《著作权法》第24条", "2026-01-01", "著作权法@2020/24"),
    ("标识办法第四条", "2025-08-31", "标识办法/4"),
    ("标识办法第四条", "2025-09-01", "标识办法@2025/4"),
    ("知识产权证据规定第一条", "2026-01-01", "知识产权证据规定@2020/1"),
    ("（2024）粤0192民初113号", "2026-01-01", "(2024)粤0192民初113号"),
    ("君合2025/二.三/2", "2026-01-01", "君合2025/二.三/2"),
    ("商标法第57条", "2026-01-01", "商标法/57"),
]


@pytest.mark.parametrize(("text", "as_of", "key"), RESOLVED)
def test_the_version_a_mention_means(text: str, as_of: str, key: str) -> None:
    (mention,) = find_citations(text, CATALOGUE.names)
    resolved = resolve(mention, CATALOGUE, as_of)
    assert str(resolved.citation) == key
    assert (resolved.raw, resolved.start, resolved.end) == (mention.raw, mention.start, mention.end)


def test_an_uncertain_mention_is_left_as_it_is() -> None:
    (mention,) = find_citations("前款规定", CATALOGUE.names)
    assert resolve(mention, CATALOGUE, "2026-01-01") == mention


def test_former_without_one_earlier_version_stays_in_doubt() -> None:
    (mention,) = find_citations("旧《标识办法》第四条", CATALOGUE.names)
    assert resolve(mention, CATALOGUE, "2026-01-01").doubt is Doubt.UNKNOWN


def test_two_versions_of_one_year_go_by_their_dates() -> None:
    catalogue = Catalogue(
        [
            Entry("某条例", "2013-01-30", "某条例", effective="2013-03-01", repealed="2013-12-07"),
            Entry("某条例", "2013-12-07", "某条例", effective="2013-12-07"),
        ]
    )
    assert [catalogue.version_key(entry) for entry in catalogue.versions("某条例")] == ["2013-01-30", "2013-12-07"]
    (mention,) = find_citations("某条例第五条", catalogue.names)
    assert str(resolve(mention, catalogue, "2013-06-01").citation) == "某条例@2013-01-30/5"
    assert str(resolve(mention, catalogue, "2020-06-01").citation) == "某条例@2013-12-07/5"


def test_a_repealed_document_without_successor_is_not_in_force() -> None:
    catalogue = Catalogue([Entry("侵权责任法", "2009-12-26", effective="2010-07-01", repealed="2021-01-01")])
    assert catalogue.in_force("侵权责任法", date(2020, 12, 31)) is not None
    assert catalogue.in_force("侵权责任法", date(2021, 1, 1)) is None
    assert catalogue.in_force("没有的法") is None


def test_a_version_without_dates_has_no_version_in_its_key() -> None:
    catalogue = Catalogue([Entry("某意见")])
    (mention,) = find_citations("《某意见》第二条", catalogue.names)
    assert str(resolve(mention, catalogue, "2026-01-01").citation) == "某意见/2"


def test_the_entry_that_a_citation_means() -> None:
    (old,) = find_citations("2010年著作权法第22条", CATALOGUE.names)
    assert old.citation is not None
    entry = CATALOGUE.entry(old.citation)
    assert entry is not None
    assert entry.effective == "2010-04-01"
