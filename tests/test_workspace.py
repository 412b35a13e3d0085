"""A workspace: what becomes of each file, which copy of a document wins, another model, remove and verify."""

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from ingest.citation import Citation
from ingest.document import Kind
from ingest.errors import IndexMismatch, NotFound, ServiceFailure, UnusableInput
from ingest.load import split_front_matter
from rag import workspace as workspace_module
from rag.index import locked, open_index
from rag.library import Held
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.vectors import Vectors
from rag.workspace import Workspace
from tests.bigram_embedder import BigramEmbedder
from tests.small_corpus import CORPUS, small_settings

JUDGMENT = """北京互联网法院
民事判决书
（2023）京0491民初11279号

原告：李某。
被告：刘某。

原告李某与被告刘某侵害作品署名权、信息网络传播权纠纷一案，本院立案后，依法公开开庭进行了审理。本案现已审理终结。

李某向本院提出诉讼请求：判令被告赔礼道歉，赔偿经济损失5000元。

刘某辩称，其不确定涉案图片是否由原告享有权利。

经审理查明，原告使用软件生成涉案图片。

本院认为，涉案图片符合作品的定义，属于作品。

被告未经许可使用涉案图片，侵害了原告的权利。

判决如下：

一、被告刘某赔礼道歉；
二、被告刘某赔偿原告李某500元。

审判员 某某
二〇二三年十一月二十七日
"""
CASE = "(2023)京0491民初11279号"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small corpus, its index made once; every test has a workspace of its own over it."""
    made = small_settings(tmp_path_factory.mktemp("workspace"))
    open_index(made, embedder=BigramEmbedder())
    return made


@pytest.fixture
def workspace(settings: Settings, request: pytest.FixtureRequest) -> Workspace:
    return Workspace(f"w{abs(hash(request.node.nodeid))}", settings, embedder=BigramEmbedder())


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder


def statuses(workspace: Workspace, *paths: Path) -> list[tuple[str, str, str | None]]:
    return [(Path(file.file).name, file.status.value, file.document) for file in workspace.ingest(paths).files]


def body(name: str) -> str:
    return split_front_matter((CORPUS / name).read_text("utf-8"), name)[1]


def place(workspace: Workspace, key: str, as_of: date | None = None) -> tuple[str, bool]:
    """The words at a place, and whether they are the built-in ones."""
    found = workspace.library().place(Citation.parse(key), as_of)
    assert found is not None, key
    return found.text, found.document.builtin


def test_a_folder_is_read_in_order_and_one_bad_file_does_not_stop_the_rest(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write(
        tmp_path / "材料",
        甲办法__txt="甲办法\n\n第一条 为了规范训练数据，制定本办法。\n\n第二条 本办法自2024年1月1日起施行。\n",
        乙意见__md="# 乙意见\n\n第一段意见。\n\n第二段意见。\n",
        空__txt="",
        图片__png="not text",
        __DS_Store="hidden",
    )
    write(folder / "下级", 丙意见__txt="只有一段。")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    report = workspace.ingest([folder])
    assert [(Path(file.file).name, file.status.value, file.passages) for file in report.files] == [
        ("丙意见.txt", "added", 1),
        ("乙意见.md", "added", 2),
        ("坏.pdf", "failed", 0),
        ("甲办法.txt", "added", 2),
        ("空.txt", "failed", 0),
    ]
    assert all(file.message for file in report.files if file.status == "failed")
    own = [document.title for document in workspace.documents() if not document.builtin]
    assert sorted(own) == ["丙意见", "乙意见", "甲办法"]


def test_what_has_not_changed_is_not_embedded_again(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", 乙意见__txt="第一段意见。\n第二段意见。")
    workspace.ingest([folder])
    embedder = BigramEmbedder()
    again = Workspace(workspace.name, settings, embedder=embedder)
    assert statuses(again, folder) == [("乙意见.txt", "unchanged", "乙意见")]
    assert embedder.embedded == 0


def test_a_changed_file_replaces_its_document_and_a_copy_is_a_duplicate(workspace: Workspace, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", 乙意见__txt="第一段意见。\n第二段意见。")
    workspace.ingest([folder])
    write(folder, 乙意见__txt="改过的第一段意见。")
    write(folder, 副本__txt="改过的第一段意见。")
    assert statuses(workspace, folder) == [
        ("乙意见.txt", "updated", "乙意见"),
        ("副本.txt", "duplicate", "乙意见"),
    ]
    assert [passage.text for passage in workspace.show("乙意见")] == ["改过的第一段意见。"]
    assert workspace.verify().problems == ()


def test_two_papers_of_one_title_are_told_apart(workspace: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "甲" / "x", 备忘录__txt="甲案的备忘。") / "备忘录.txt"
    workspace.ingest([first])
    second = write(tmp_path / "乙", 备忘录__md="乙案的备忘。") / "备忘录.md"
    assert statuses(workspace, second) == [("备忘录.md", "added", "备忘录-2")]
    assert workspace.show("备忘录-2")[0].key == "备忘录-2/0/1"


def test_the_official_built_in_text_wins_over_an_ingested_copy(workspace: Workspace, tmp_path: Path) -> None:
    text = body("statutes/generative_ai_measures_2023.md").replace("训练数据处理活动", "随便什么活动")
    folder = write(tmp_path / "a", **{"生成式人工智能服务管理暂行办法(2023-07-10)__txt": text})
    assert statuses(workspace, folder) == [
        ("生成式人工智能服务管理暂行办法(2023-07-10).txt", "duplicate", "生成式人工智能服务管理暂行办法@2023")
    ]
    words, builtin = place(workspace, "生成式人工智能服务管理暂行办法/7")
    assert "训练数据处理活动" in words
    assert builtin


def test_what_the_built_in_text_lacks_is_read_from_the_ingested_copy(workspace: Workspace, tmp_path: Path) -> None:
    law = "中华人民共和国民法典\n\n第一条 为了保护民事主体的合法权益，制定本法。\n\n第三条 民事主体的人身权利受法律保护。\n\n"
    law += "第一千一百六十五条 篡改过的条文。\n\n第一千二百六十条 本法自2021年1月1日起施行。\n"
    library = workspace.library()
    third, beyond = Citation.parse("民法典/3"), Citation.parse("民法典/1300")
    assert (library.holds(third), library.holds(beyond)) == (Held.NOT_HELD, Held.NO_SUCH_PLACE)
    workspace.ingest([write(tmp_path / "a", **{"民法典(2020-05-28)__txt": law})])
    assert place(workspace, "民法典/3") == ("第三条 民事主体的人身权利受法律保护。", False)
    words, builtin = place(workspace, "民法典/1165")
    assert "行为人因过错侵害他人民事权益造成损害的" in words
    assert builtin
    library = workspace.library()
    assert (library.holds(third), library.holds(beyond)) == (Held.YES, Held.NO_SUCH_PLACE)
    assert library.holds(Citation.parse("民法典/500")) is Held.NOT_HELD


def test_a_full_judgment_replaces_its_digest(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    bare, digest = Citation.parse(f"{CASE}/本院认为/1"), Citation.parse(f"{CASE}/摘要.本院认为/1")
    assert workspace.library().holds(bare) is Held.NOT_HELD
    workspace.ingest([write(tmp_path / "a", 判决__txt=JUDGMENT)])
    library = workspace.library()
    full = library.place(bare)
    assert full is not None
    assert (full.kind, full.text) == (Kind.JUDGMENT, "本院认为，涉案图片符合作品的定义，属于作品。")
    kept = library.place(digest)
    assert kept is not None
    assert kept.kind is Kind.JUDGMENT_DIGEST
    assert library.holds(Citation.parse(f"{CASE}/本院认为/9")) is Held.NO_SUCH_PLACE
    hits = Retriever(open_index(settings, workspace.name, embedder=BigramEmbedder())).search("春风案 图片 作品", 30)
    assert {hit.kind for hit in hits if hit.citation.document == CASE} == {Kind.JUDGMENT}


def test_with_the_original_article_ingested_every_key_of_the_digest_holds(workspace: Workspace, tmp_path: Path) -> None:
    keys = [passage.key for passage in workspace.show("君合2025")]
    original = body("commentary/junhe2025.md").replace("文章", "本文")
    workspace.ingest([write(tmp_path / "a", 原文__txt=original)])
    assert [key for key in keys if place(workspace, key)[1]] == []
    assert "本文" in place(workspace, "君合2025/一.1/1")[0]


def test_two_versions_of_one_year_both_go_by_the_full_date(workspace: Workspace, tmp_path: Path) -> None:
    front = (
        "---\ntitle: 某省办法\nshort: 某省办法\nversion: '{0}'\nadopted: '{0}'\neffective: '{1}'\n---\n# 某省办法\n\n"
    )
    early = front.format("2021-03-01", "2021-04-01") + "第一条 旧的条文。\n"
    late = front.format("2021-09-01", "2021-10-01") + "第一条 新的条文。\n"
    assert statuses(workspace, write(tmp_path / "a", 早__md=early)) == [("早.md", "added", "某省办法@2021")]
    assert statuses(workspace, write(tmp_path / "b", 晚__md=late)) == [("晚.md", "added", "某省办法@2021-09-01")]
    own = [str(document.citation) for document in workspace.documents() if not document.builtin]
    assert sorted(own) == ["某省办法@2021-03-01", "某省办法@2021-09-01"]
    assert place(workspace, "某省办法/1", date(2021, 5, 1))[0] == "第一条 旧的条文。"
    assert place(workspace, "某省办法/1", date(2022, 1, 1))[0] == "第一条 新的条文。"
    assert place(workspace, "某省办法@2021-03-01/1")[0] == "第一条 旧的条文。"
    assert workspace.verify().problems == ()


def test_another_model_is_refused_by_name_until_the_workspace_is_reindexed(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    folder = write(tmp_path / "a", 乙意见__txt="晶钻吊坠的权属意见。")
    workspace.ingest([folder])
    other = BigramEmbedder("another", dimension=48)
    index = open_index(settings, workspace.name, embedder=other)
    command = f"kangbian ingest --reindex --workspace {workspace.name}"
    with pytest.raises(IndexMismatch, match=command):
        Retriever(index).search("晶钻吊坠")
    with pytest.raises(IndexMismatch, match=command):
        Workspace(workspace.name, settings, embedder=other).ingest([folder])
    assert index.library.place(Citation.parse("乙意见/0/1")) is not None
    assert Workspace(workspace.name, settings, embedder=other).reindex() == 1
    hits = Retriever(open_index(settings, workspace.name, embedder=other)).search("晶钻吊坠的权属意见")
    assert hits[0].key == "乙意见/0/1"


def test_reindexing_that_was_cut_short_belongs_to_neither_model_and_is_finished(
    workspace: Workspace, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.ingest([write(tmp_path / "a", 乙意见__txt="晶钻吊坠的权属意见。")])
    other = BigramEmbedder("another", dimension=48)

    def down(*_: object) -> None:
        raise ServiceFailure("磁盘已满")

    with monkeypatch.context() as patch:
        patch.setattr(Vectors, "write", down)
        with pytest.raises(ServiceFailure):
            Workspace(workspace.name, settings, embedder=other).reindex()
    with pytest.raises(IndexMismatch):
        Retriever(open_index(settings, workspace.name, embedder=BigramEmbedder())).search("晶钻吊坠")
    hits = Retriever(open_index(settings, workspace.name, embedder=other)).search("晶钻吊坠的权属意见")
    assert hits[0].key == "乙意见/0/1"


def test_what_is_removed_is_found_no_more_and_the_built_in_stays(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.ingest([write(tmp_path / "a", 乙意见__txt="晶钻吊坠的权属意见。", 丙意见__txt="别的意见。")])
    assert workspace.remove("乙意见") == ["乙意见"]
    hits = Retriever(open_index(settings, workspace.name, embedder=BigramEmbedder())).search("晶钻吊坠的权属意见", 30)
    assert "乙意见/0/1" not in {hit.key for hit in hits}
    assert "丙意见/0/1" in {hit.key for hit in hits}
    with pytest.raises(NotFound, match="没有导入过「乙意见」"):
        workspace.remove("乙意见")
    with pytest.raises(NotFound, match="内置资料不能移除"):
        workspace.remove("民法典")
    assert workspace.verify().problems == ()


def test_workspaces_do_not_see_each_other(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    workspace.ingest([write(tmp_path / "a", 乙意见__txt="晶钻吊坠的权属意见。")])
    neighbour = open_index(settings, "邻居", embedder=BigramEmbedder())
    assert neighbour.library.place(Citation.parse("乙意见/0/1")) is None
    assert all(hit.place.document.builtin for hit in Retriever(neighbour).search("晶钻吊坠的权属意见", 50))


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-a", "名 字", "x" * 65, "a\n"])
def test_a_name_that_is_no_name_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(UnusableInput, match="工作区名称"):
        Workspace(name, settings, embedder=BigramEmbedder())


def test_nothing_of_that_name_is_held(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="没有「不存在的法」"):
        workspace.show("不存在的法")


def test_a_document_is_shown_by_any_of_its_names(workspace: Workspace) -> None:
    assert workspace.show("中华人民共和国民法典")[0].key == "民法典@2020/1164"


def test_a_second_writer_is_told_to_wait(
    workspace: Workspace, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_module, "_LOCK_SECONDS", 0.1)
    with locked(settings.workspace_folder(workspace.name)), pytest.raises(ServiceFailure, match="正在写入工作区"):
        workspace.ingest([write(tmp_path / "a", 乙意见__txt="意见。")])


def test_verify_names_a_lost_vector_and_the_next_search_puts_it_back(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.ingest([write(tmp_path / "a", 乙意见__txt="晶钻吊坠的权属意见。")])
    index = open_index(settings, workspace.name, embedder=BigramEmbedder())
    index.own.vectors.delete(["乙意见/0/1"])
    assert any("缺少 1 段，例如 乙意见/0/1" in problem for problem in workspace.verify().problems)
    Retriever(index).search("晶钻吊坠")
    assert workspace.verify().problems == ()


def test_verify_names_an_article_that_was_tampered_with(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    known = json.loads((CORPUS / "statutes" / "articles.sha256.json").read_text("utf-8"))
    held = {key: digest for key, digest in known.items() if key.startswith("生成式人工智能服务管理暂行办法@2023/")}
    (settings.corpus / "statutes" / "articles.sha256.json").write_text(json.dumps(held), "utf-8")
    workspace = Workspace("核对", settings, embedder=BigramEmbedder())
    assert workspace.verify().problems == ()
    (store,) = settings.home.glob("builtin/*/store.sqlite")
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE passages SET text = replace(text, '不得', '可以') WHERE path = '11'")
    (problem,) = workspace.verify().problems
    assert problem.startswith("内置法规 生成式人工智能服务管理暂行办法@2023/11 与登记的原文不一致。")
