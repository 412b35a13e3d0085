"""The search over the whole built-in corpus, with the model that ships: routes, filters, and how often it is right."""

from datetime import date
from pathlib import Path

import pytest

from ingest.citation import Citation
from ingest.document import Kind
from rag import Settings
from rag.index import Index, open_index
from rag.library import Held
from rag.retrieve import Hit, Retriever, Route
from rag.workspace import Workspace
from tests.search_questions import QUESTIONS


@pytest.fixture(scope="module")
def index(settings: Settings) -> Index:
    return open_index(settings, "检索")


@pytest.fixture(scope="module")
def retriever(index: Index) -> Retriever:
    return Retriever(index)


def answers(hit: Hit, wanted: tuple[str, ...]) -> bool:
    """Whether a hit is one of the places, lies inside one, or is the article around one."""
    keys = [Citation.parse(key) for key in wanted]
    return any(key.contains(hit.citation) or (hit.citation.contains(key)) for key in keys)


def rank(retriever: Retriever, question: str, wanted: tuple[str, ...]) -> int | None:
    hits = retriever.search(question, 10)
    return next((number for number, hit in enumerate(hits, 1) if answers(hit, wanted)), None)


def test_the_right_passage_is_among_ten_and_mostly_first(retriever: Retriever) -> None:
    ranks = [rank(retriever, question, wanted) for question, wanted in QUESTIONS]
    found = sum(number is not None for number in ranks) / len(ranks)
    first = sum(number == 1 for number in ranks) / len(ranks)
    assert found >= 0.9, [question for (question, _), number in zip(QUESTIONS, ranks, strict=True) if number is None]
    assert first >= 0.7


def test_every_gold_key_of_the_questions_is_held(index: Index) -> None:
    keys = [key for _, wanted in QUESTIONS for key in wanted]
    bare = [key for key in keys if index.library.place(Citation.parse(key)) is None]
    # A judgment without a path is the whole document; everything else must be a place.
    assert bare == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("著作权法第二十四条第一款第（六）项", "著作权法@2020/24/1/6"),
        ("《中华人民共和国著作权法》第54条怎么规定的", "著作权法@2020/54"),
        ("民法典第一千一百九十四条", "民法典@2020/1194"),
        ("著作權法第三條", "著作权法@2020/3"),
        ("生成式人工智能服务管理暂行办法7条", "生成式人工智能服务管理暂行办法@2023/7"),
        ("（2024）粤0192民初113号/摘要.本院认为/1", "(2024)粤0192民初113号/摘要.本院认为/1"),
    ],
)
def test_a_cited_place_comes_first(retriever: Retriever, query: str, first: str) -> None:
    hits = retriever.search(query, 5)
    assert (hits[0].key, hits[0].route) == (first, Route.EXACT)
    assert hits[0].score > 1.0 > hits[-1].score


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("四画师案 被告怎么抗辩", "北京互联网法院·四画师案"),
        ("春风案赔偿多少", "(2023)京0491民初11279号"),
        ("(2024)粤0192民初113号 注意义务", "(2024)粤0192民初113号"),
        ("君合文章怎么看接触", "君合2025"),
    ],
)
def test_a_named_document_leads(retriever: Retriever, query: str, document: str) -> None:
    hits = retriever.search(query, 5)
    assert [hit.citation.document for hit in hits[:3]] == [document] * 3
    assert hits[0].route is Route.NAMED


def test_scores_fall_and_no_key_comes_twice(retriever: Retriever) -> None:
    hits = retriever.search("平台对用户生成的内容是否应当承担注意义务", 30)
    scores = [hit.score for hit in hits]
    assert len(hits) == 30
    assert scores == sorted(scores, reverse=True)
    assert len({hit.key for hit in hits}) == 30


@pytest.mark.parametrize("kind", [Kind.STATUTE, Kind.JUDGMENT_DIGEST, Kind.COMMENTARY, Kind.NOTE])
def test_only_the_kinds_asked_for(retriever: Retriever, kind: Kind) -> None:
    hits = retriever.search("著作权法第二十四条 合理使用 训练", 8, kinds=[kind])
    assert len(hits) == 8
    assert {hit.kind for hit in hits} == {kind}


def test_law_that_is_not_yet_in_force_is_left_out_unless_its_version_is_asked_for(retriever: Retriever) -> None:
    query = "显式标识和隐式标识怎么添加"

    def documents(text: str, day: date) -> set[str]:
        return {hit.citation.document for hit in retriever.search(text, 10, as_of=day)}

    assert "标识办法" in documents(query, date(2025, 9, 1))
    assert "标识办法" not in documents(query, date(2025, 8, 31))
    assert "标识办法" in documents("标识办法@2025 " + query, date(2025, 8, 31))


@pytest.mark.parametrize(("query", "k"), [("", 5), ("   ", 5), ("合理使用", 0)])
def test_nothing_asked_nothing_found(retriever: Retriever, query: str, k: int) -> None:
    assert retriever.search(query, k) == []


@pytest.mark.parametrize("query", ["的", "？？？", "x" * 100_000, "合理使用" * 25_000, "\x00\x01"])
def test_odd_queries_raise_nothing(retriever: Retriever, query: str) -> None:
    assert len(retriever.search(query, 3)) <= 3


def test_a_llama_index_application_retrieves_nodes_by_citation_key(retriever: Retriever) -> None:
    from rag.llama_retriever import KangbianRetriever

    nodes = KangbianRetriever(retriever, similarity_top_k=3).retrieve("著作权法第二十四条")
    assert nodes[0].node.node_id == "著作权法@2020/24"
    assert nodes[0].node.metadata["in_force"] is True
    assert nodes[0].node.metadata["effective"] == "2021-06-01"
    assert len(nodes) == 3


# --- The library over the built-in corpus --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "held"),
    [
        ("著作权法/24/1/6", Held.YES),
        ("著作权法@2020/24/2", Held.YES),
        ("著作权法", Held.YES),
        ("著作权法/99", Held.NO_SUCH_PLACE),
        ("著作权法/24/1/14", Held.NO_SUCH_PLACE),
        ("著作权法/24/3", Held.NO_SUCH_PLACE),
        ("著作权法@2010/22", Held.NOT_HELD),
        ("民法典/1165", Held.YES),
        ("民法典/3", Held.NOT_HELD),
        ("民法典/1190", Held.NOT_HELD),
        ("民法典/1165/9", Held.NO_SUCH_PLACE),
        ("民法典/1300", Held.NO_SUCH_PLACE),
        ("商标法/57", Held.NOT_HELD),
        ("(2023)京0491民初11279号", Held.YES),
        ("(2023)京0491民初11279号/摘要.本院认为", Held.YES),
        ("(2023)京0491民初11279号/摘要.本院认为/99", Held.NO_SUCH_PLACE),
        ("(2023)京0491民初11279号/本院认为/1", Held.NOT_HELD),
        ("(1999)京0491民初1号", Held.NOT_HELD),
        ("君合2025/二.三/2", Held.YES),
        ("君合2025/二", Held.YES),
        ("君合2025/二.九/1", Held.NO_SUCH_PLACE),
    ],
)
def test_held_or_nonexistent_or_not_held(index: Index, key: str, held: Held) -> None:
    citation = Citation.parse(key)
    assert index.library.holds(citation) is held
    assert (index.library.place(citation) is not None) is (held is Held.YES)


@pytest.mark.parametrize(
    ("key", "start", "version", "effective", "in_force", "verified"),
    [
        ("著作权法/24/1/6", "（六）为学校课堂教学或者科学研究", "2020", "2021-06-01", True, True),
        ("标识办法/1", "第一条 为了促进人工智能健康发展", "2025", "2025-09-01", True, False),
        ("标识办法/8", "第八条 服务提供者应当在用户服务协议中", "2025", "2025-09-01", True, True),
        ("民法典/1194", "第一千一百九十四条 网络用户", "2020", "2021-01-01", True, True),
        ("君合2025/二.三/2", "作者主张，AIGC案件", None, None, None, True),
    ],
)
def test_a_place_says_what_it_is(
    index: Index,
    key: str,
    start: str,
    version: str | None,
    effective: str | None,
    in_force: bool | None,
    verified: bool,
) -> None:
    place = index.library.place(Citation.parse(key))
    assert place is not None
    assert place.text.startswith(start)
    assert (place.version, place.effective, place.in_force, place.verified) == (version, effective, in_force, verified)
    document = index.library.text(place.document)
    assert document[place.start : place.end] == place.text


@pytest.mark.parametrize(
    ("key", "count", "first"),
    [
        ("著作权法/24", 2, "著作权法@2020/24/1"),
        ("著作权法/24/1", 13, "著作权法@2020/24/1/1"),
        ("著作权法/62", 1, "著作权法@2020/62/1"),
        ("著作权法", 67, "著作权法@2020/1"),
        ("(2023)京0491民初11279号/摘要.裁判结果", 2, "(2023)京0491民初11279号/摘要.裁判结果/1"),
        ("君合2025/二.三", 3, "君合2025/二.三/1"),
        ("著作权法/99", 0, None),
    ],
)
def test_the_places_directly_inside(index: Index, key: str, count: int, first: str | None) -> None:
    children = index.library.children(Citation.parse(key))
    assert len(children) == count
    assert (children[0].key if children else None) == first


def test_every_passage_of_the_corpus_is_found_at_its_own_key(index: Index) -> None:
    library = index.library
    for document in library.documents():
        for passage in library.passages(document.citation.document, document.citation.version):
            place = library.place(passage.citation)
            assert place is not None
            assert place.text == passage.text, passage.key


@pytest.fixture(scope="module")
def with_versions(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A workspace with two versions of a law, the earlier one's file silent about its end."""
    folder = tmp_path_factory.mktemp("versions")
    for adopted, effective, words in (
        ("2019-04-23", "2019-04-23", "经营者不得实施混淆行为，旧的写法。"),
        ("2025-06-27", "2025-10-15", "经营者不得实施混淆行为，新的写法。"),
    ):
        front = f"---\ntitle: 中华人民共和国反不正当竞争法\nshort: 反不正当竞争法\nversion: '{adopted}'\n"
        front += f"adopted: '{adopted}'\neffective: '{effective}'\n---\n"
        (folder / f"{adopted}.md").write_text(f"{front}# 中华人民共和国反不正当竞争法\n\n第六条 {words}\n", "utf-8")
    Workspace("两个版本", settings).ingest([Path(folder)])
    return open_index(settings, "两个版本")


@pytest.mark.parametrize(
    ("day", "version"), [(date(2020, 1, 1), "2019"), (date(2025, 10, 14), "2019"), (date(2025, 10, 15), "2025")]
)
def test_without_a_version_it_is_the_one_in_force_on_the_day(with_versions: Index, day: date, version: str) -> None:
    place = with_versions.library.place(Citation.parse("反不正当竞争法/6"), day)
    assert place is not None
    assert (place.version, place.in_force) == (version, True)
    found = Retriever(with_versions).search("经营者 混淆行为", 10, as_of=day)
    versions = {hit.place.version for hit in found if hit.citation.document == "反不正当竞争法"}
    assert versions == {version}


def test_a_version_asked_for_is_given_with_the_word_that_it_is_not_in_force(with_versions: Index) -> None:
    day = date(2026, 1, 1)
    hits = Retriever(with_versions).search("反不正当竞争法@2019/6", 3, as_of=day)
    assert (hits[0].key, hits[0].place.in_force) == ("反不正当竞争法@2019/6", False)
