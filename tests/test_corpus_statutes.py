"""The statutes of the corpus: complete, word for word, and numbered by the official layout."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.citation import Citation
from ingest.document import Document, Kind
from tests.compare_reference import HASHES, STATUTES, article_hashes, compare, corpus_statutes, fold

CONCORDANCE = STATUTES.parent / "concordance.yaml"

# Short name, articles held, articles of the whole document (None: not known), year of the version.
HELD = [
    ("著作权法", 67, 67, "2020"),
    ("著作权法实施条例", 38, 38, "2013"),
    ("信息网络传播权保护条例", 27, 27, "2013"),
    ("计算机软件保护条例", 33, 33, "2013"),
    ("信息网络传播权司法解释", 16, 16, "2020"),
    ("著作权民事纠纷司法解释", 30, 30, "2020"),
    ("惩罚性赔偿司法解释", 7, 7, "2021"),
    ("知识产权证据规定", 33, 33, "2020"),
    ("生成式人工智能服务管理暂行办法", 24, 24, "2023"),
    ("深度合成管理规定", 25, 25, "2022"),
    ("标识办法", 14, 14, "2025"),
    ("民法典", 28, 1260, "2020"),
    ("法发〔2011〕18号", 1, None, "2011"),
]

# Key, how its text begins, how it ends: articles, 款, 项, preambles, a closing paragraph after the items.
PLACES = [
    ("著作权法/3/1/9", "（九）符合作品特征", "其他智力成果。"),
    ("著作权法/10/1/12", "（十二）信息网络传播权", "获得作品的权利；"),
    ("著作权法/24/1/6", "（六）为学校课堂教学", "不得出版发行；"),
    ("著作权法/24/1/13", "（十三）法律", "其他情形。"),
    ("著作权法/24/2", "前款规定适用于", "权利的限制。"),
    ("著作权法/47/3", "本条第一款规定的权利", "12月31日。"),
    ("著作权法/54/2", "权利人的实际损失", "五百万元以下的赔偿。"),
    ("著作权法/59/2", "在诉讼程序中", "可以使用的情形。"),
    ("著作权法实施条例/3/2", "为他人创作进行组织工作", "不视为创作。"),
    ("著作权法实施条例/4/1/13", "（十三）模型作品", "立体作品。"),
    ("信息网络传播权保护条例/22/1/5", "（五）在接到权利人的通知书后", "录音录像制品。"),
    ("计算机软件保护条例/24/2", "有前款第一项", "罚款。"),
    ("信息网络传播权司法解释/0/1", "为正确审理侵害信息网络传播权", "制定本规定。"),
    ("信息网络传播权司法解释/9/1/7", "（七）其他相关因素", "因素。"),
    ("信息网络传播权司法解释/11/2", "网络服务提供者针对特定作品", "本款规定的情形。"),
    ("著作权民事纠纷司法解释/0/1", "为了正确审理著作权民事纠纷案件", "解释如下："),
    ("著作权民事纠纷司法解释/4/2", "前款规定的侵权复制品储藏地", "侵权复制品所在地。"),
    ("著作权民事纠纷司法解释/5/1", "对涉及不同侵权行为实施地", "有管辖权。"),
    ("著作权民事纠纷司法解释/10/1", "著作权法第十五条第二款", "第二十一条第二款的规定。"),
    ("著作权民事纠纷司法解释/11/1", "因作品署名顺序", "确定署名顺序。"),
    ("著作权民事纠纷司法解释/19/1", "出版者、制作者应当", "承担法律责任。"),
    ("著作权民事纠纷司法解释/20/3", "出版者应对其", "举证责任。"),
    ("著作权民事纠纷司法解释/25/2", "人民法院在确定赔偿数额时", "综合确定。"),
    ("著作权民事纠纷司法解释/27/1", "侵害著作权的诉讼时效", "推算三年计算。"),
    ("惩罚性赔偿司法解释/0/1", "为正确实施知识产权惩罚性赔偿制度", "制定本解释。"),
    ("惩罚性赔偿司法解释/3/2/1", "（一）被告经原告", "侵权行为的；"),
    ("知识产权证据规定/0/1", "为保障和便利当事人", "制定本规定。"),
    ("知识产权证据规定/4/2", "被告提供的被诉侵权产品", "注意义务的证据。"),
    ("生成式人工智能服务管理暂行办法/7/1/2", "（二）涉及知识产权的", "知识产权；"),
    ("生成式人工智能服务管理暂行办法/22/1/2", "（二）生成式人工智能服务提供者", "组织、个人。"),
    ("深度合成管理规定/17/2", "深度合成服务提供者提供前款规定之外", "显著标识。"),
    ("深度合成管理规定/23", "第二十三条", "虚拟场景。"),
    ("标识办法/6/2", "有前款第一项", "传播要素信息。"),
    ("民法典/1165/2", "依照法律规定推定", "承担侵权责任。"),
    ("民法典/1197", "第一千一百九十七条", "连带责任。"),
    ("法发〔2011〕18号/8", "8、在促进技术创新", "可以认定为合理使用。"),
]

# Articles with their number of paragraphs (款), where copies break lines at other places.
PARAGRAPHS = [
    ("著作权法/10", 3),
    ("著作权法/54", 5),
    ("著作权民事纠纷司法解释/4", 2),
    ("著作权民事纠纷司法解释/5", 1),
    ("著作权民事纠纷司法解释/7", 2),
    ("著作权民事纠纷司法解释/12", 1),
    ("著作权民事纠纷司法解释/14", 1),
    ("著作权民事纠纷司法解释/20", 3),
    ("著作权民事纠纷司法解释/25", 3),
    ("著作权民事纠纷司法解释/29", 1),
]

HEADINGS = [
    ("著作权法/10", ("第二章 著作权", "第一节 著作权人及其权利")),
    ("著作权法/24", ("第二章 著作权", "第四节 权利的限制")),
    ("著作权法/54", ("第五章 著作权和与著作权有关的权利的保护",)),
    ("生成式人工智能服务管理暂行办法/7", ("第二章 技术发展与治理",)),
    ("计算机软件保护条例/28", ("第四章 法律责任",)),
    ("民法典/1185", ("第七编 侵权责任", "第二章 损害赔偿")),
]


@cache
def statutes() -> dict[str, Document]:
    return {document.citation.document: document for document in corpus_statutes()}


@cache
def places() -> dict[str, str]:
    """The text of every citable place, by its key without the version."""
    return {
        "/".join((place.citation.document, *place.citation.path)): place.text
        for document in statutes().values()
        for passage in document.passages
        for place in passage.places
    }


def articles(short: str) -> list[str]:
    return [key.rpartition("/")[2] for key in places() if re.fullmatch(re.escape(short) + r"/[1-9]\d*", key)]


def meta(short: str) -> Any:
    return statutes()[short].meta


def test_the_corpus_holds_exactly_the_listed_statutes() -> None:
    assert set(statutes()) == {row[0] for row in HELD}


@pytest.mark.parametrize(("short", "count", "total", "year"), HELD)
def test_every_article_is_there(short: str, count: int, total: int | None, year: str) -> None:
    document = statutes()[short]
    assert document.kind is Kind.STATUTE
    assert document.citation.version == year
    assert meta(short)["articles"] == total
    assert len(articles(short)) == count
    if meta(short)["held"] == "all":
        assert articles(short) == [str(number) for number in range(1, count + 1)]
    else:
        ranges = [str(part).partition("-") for part in meta(short)["held"]]
        expected = [n for first, _, last in ranges for n in range(int(first), int(last or first) + 1)]
        assert articles(short) == [str(number) for number in expected]


@pytest.mark.parametrize("short", [row[0] for row in HELD])
def test_front_matter(short: str) -> None:
    fields = meta(short)
    for field in ("title", "title_en", "short", "issuer", "number", "source", "aliases"):
        assert fields[field], field
    for field in ("version", "adopted", "published", "effective"):
        date.fromisoformat(fields[field])
    assert fields["adopted"] <= fields["published"] <= fields["effective"]
    assert fields["repealed"] is None
    assert fields["superseded_by"] is None
    assert fields["text"] in ("official", "unverified")
    assert set(map(str, fields["unverified"])) <= set(articles(short))


def test_aliases_name_one_document_only() -> None:
    owners: dict[str, str] = {}
    for short in statutes():
        for alias in {short, *meta(short)["aliases"]}:
            assert owners.setdefault(alias.casefold(), short) == short, alias


@pytest.mark.parametrize(
    ("short", "unverified"),
    [("标识办法", [1, 2, 3, 4, 5, 6, 11, 12]), ("法发〔2011〕18号", [8]), ("著作权法", [])],
)
def test_what_was_not_verified_says_so(short: str, unverified: list[int]) -> None:
    assert meta(short)["unverified"] == unverified


@pytest.mark.parametrize("short", ["著作权法实施条例", "著作权民事纠纷司法解释", "计算机软件保护条例"])
def test_documents_that_cite_the_copyright_law_by_its_old_numbers(short: str) -> None:
    assert meta(short)["cites_law"] == {"著作权法": "2010"}


@pytest.mark.parametrize(("key", "begins", "ends"), PLACES)
def test_places_by_the_official_layout(key: str, begins: str, ends: str) -> None:
    assert places()[key].startswith(begins)
    assert places()[key].endswith(ends)


@pytest.mark.parametrize(("article", "count"), PARAGRAPHS)
def test_paragraphs_are_counted_by_the_official_layout(article: str, count: int) -> None:
    assert sum(bool(re.fullmatch(re.escape(article) + r"/\d+", key)) for key in places()) == count


@pytest.mark.parametrize(("key", "headings"), HEADINGS)
def test_headings_above_an_article(key: str, headings: tuple[str, ...]) -> None:
    citation = Citation.parse(key)
    found = [
        passage.headings
        for passage in statutes()[citation.document].passages
        if passage.citation and passage.citation.path == citation.path
    ]
    assert found == [headings]


def test_nothing_is_lost() -> None:
    for document in statutes().values():
        assert "".join(passage.text for passage in document.passages) == document.text


def test_punctuation_is_full_width() -> None:
    for key, text in places().items():
        assert not re.search(r"[(),:;\"'\xa0]|[\u4e00-\u9fff][.?!]", text), key


def test_every_article_has_the_hash_of_its_official_text() -> None:
    assert article_hashes() == json.loads(HASHES.read_text(encoding="utf-8"))


def test_comparison_reports_what_differs_and_what_is_missing() -> None:
    document = statutes()["惩罚性赔偿司法解释"]
    full = {(document.title, "2021", n): places()[f"惩罚性赔偿司法解释/{n}"] for n in map(str, range(1, 8))}
    same = {place: fold(text).partition("条")[2] for place, text in full.items()}
    assert compare(document, same) == (7, [])
    changed = same | {(document.title, "2021", "3"): "另一段文字", (document.title, "2021", "8"): "第八条的文字"}
    assert compare(document, changed) == (7, ["惩罚性赔偿司法解释@2021/3", "惩罚性赔偿司法解释@2021/8"])


# The concordance.


@cache
def concordance() -> list[dict[str, Any]]:
    rows = yaml.safe_load(CONCORDANCE.read_text(encoding="utf-8"))
    assert isinstance(rows, list)
    return rows


@pytest.mark.parametrize(
    ("old", "new", "topic"),
    [
        ("8", "8", "著作权集体管理组织"),
        ("10", "10", "著作权的内容"),
        ("12", "13", "演绎作品"),
        ("15", "17", "视听作品的著作权归属"),
        ("16", "18", "职务作品"),
        ("17", "19", "委托作品"),
        ("21", "23", "发表权与财产权的保护期"),
        ("22", "24", "合理使用"),
        ("23", "25", "编写教科书的法定许可"),
        ("24", "26", "许可使用合同"),
        ("32", "34", "交付作品与重印再版"),
        ("33", "35", "投稿与报刊转载"),
        ("40", "42", "录音录像制作者使用他人作品"),
        ("47", "52", "承担民事责任的侵权行为"),
        ("48", "53", "同时可受行政处罚、刑事追究的侵权行为"),
        ("49", "54", "损害赔偿数额"),
        ("50", "56", "诉前财产保全与行为保全"),
        ("51", "57", "诉前证据保全"),
        ("53", "59", "合法授权与合法来源的举证"),
        ("61", "67", "施行日期"),
    ],
)
def test_concordance(old: str, new: str, topic: str) -> None:
    rows = [
        row
        for row in concordance()
        if row["kind"] in ("moved", "unchanged") and row["from"] == {"version": "2010", "article": old}
    ]
    assert [row["to"] for row in rows] == [{"version": "2020", "article": new}]
    assert rows[0]["topic"].startswith(topic)


def test_concordance_accounts_for_every_article_of_both_versions_once() -> None:
    whole = [row for row in concordance() if row["kind"] != "part" and set(row.get("to", {})) <= {"version", "article"}]
    assert sorted(int(row["from"]["article"]) for row in whole if "from" in row) == list(range(1, 62))
    assert sorted(int(row["to"]["article"]) for row in whole if "to" in row) == list(range(1, 68))


def test_concordance_rows_are_well_formed() -> None:
    sides = {
        "unchanged": {"from", "to"},
        "moved": {"from", "to"},
        "part": {"from", "to"},
        "new": {"to"},
        "removed": {"from"},
    }
    for row in concordance():
        assert {"from", "to"} & set(row) == sides[row["kind"]], row
        assert row["law"] == "著作权法"
        assert row["topic"]
        assert row["cues"]
        if row["kind"] in ("unchanged", "moved"):
            same = row["from"]["article"] == row["to"]["article"]
            assert same is (row["kind"] == "unchanged"), row


def test_concordance_points_at_places_that_are_held() -> None:
    for row in concordance():
        if "to" in row:
            path = [row["to"][level] for level in ("article", "paragraph", "item") if level in row["to"]]
            assert "/".join(["著作权法", *path]) in places(), row


def test_files_name_no_path_of_a_machine() -> None:
    for path in [*Path(STATUTES).glob("*.md"), CONCORDANCE]:
        assert not re.search(r"(?<![\w:/.])/(?:work|home|tmp|root|Users)/", path.read_text(encoding="utf-8")), path
