"""A collection of national law as it is handed around: folders by branch, titles and dates in the names of the files."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ingest.citation import Citation
from ingest.find import find_citations
from ingest.resolve import resolve
from rag import prepare
from rag.index import open_index
from rag.library import Held, Library
from rag.settings import Settings
from rag.workspace import Workspace
from tests.bigram_embedder import BigramEmbedder
from tests.small_corpus import small_settings

INFO_END = "<!-- INFO END -->"
RULING = "最高人民法院关于适用《中华人民共和国公司法》若干问题的规定（二）"


def law(title: str, *articles: str, history: str = "", part: str = "") -> str:
    head = [f"# {title}", *([f"# {part}"] if part else []), history, INFO_END]
    return "\n\n".join([*filter(None, head), *articles]) + "\n"


COLLECTION = {
    "民法商法/公司法(2018-10-26).md": law(
        "中华人民共和国公司法", "第一条 旧的目的。", "第五条 旧的社会责任。", history="2018年10月26日 通过"
    ),
    "民法商法/公司法(2023-12-29).md": law(
        "中华人民共和国公司法",
        "第一条 为了规范公司的组织和行为，制定本法。",
        "第二条 本法所称公司。",
        "第三条 公司是企业法人。",
        "第四条 有限责任公司的股东。",
        "第五条 设立公司应当依法制定公司章程。",
        history="2023年12月29日 通过\n\n2024年7月1日 施行",
    ),
    "民法典/继承编.md": law(
        "中华人民共和国民法典",
        "第一千一百一十九条 本编调整因继承产生的民事关系。",
        "第一千一百二十条 国家保护自然人的继承权。",
        history="2020年5月28日 通过\n\n2021年1月1日 施行",
        part="继承编",
    ),
    "民法典/总则编.md": law(
        "中华人民共和国民法典",
        "第一条 为了保护民事主体的合法权益，制定本法。",
        "第二条 民法调整平等主体之间的关系。",
        history="2020年5月28日 通过\n\n2021年1月1日 施行",
        part="总则编",
    ),
    "刑法/刑法.md": law(
        "中华人民共和国刑法",
        "第一百三十三条 交通肇事。",
        "第一百三十三条之一 危险驾驶。",
        "第一百三十三条之二 妨害安全驾驶。",
        history="1979年7月1日 通过\n\n1997年3月14日 修订",
    ),
    "刑法/刑法修正案（十二）(2023-12-29).md": law(
        "中华人民共和国刑法修正案（十二）", "一、在刑法第一百六十五条中增加一款。", history="2023年12月29日 通过"
    ),
    "宪法/宪法修正案（1999年）.md": law(
        "中华人民共和国宪法修正案（1999年）", "第十二条 序言修改。", "第十三条 增加一款。", history="1999年3月15日 通过"
    ),
    "宪法/宪法修正案（2004年）.md": law(
        "中华人民共和国宪法修正案（2004年）",
        "第十八条 序言增加。",
        "第十九条 序言再增加。",
        history="2004年3月14日 通过",
    ),
    "宪法相关法/外国人在中华人民共和国收养子女登记办法(1999-05-25).md": law(
        "外国人在中华人民共和国收养子女登记办法", "第一条 规范涉外收养。", "第二条 适用本办法。"
    ),
    "行政法规/物业管理条例(2018-03-19).md": law(
        "物业管理条例", "第一条 规范物业管理。", "第二条 物业管理的含义。", "第三条 国家提倡公开选择物业服务企业。"
    ),
    "行政法规/物业管理条例(2018-09-01).md": law(
        "物业管理条例", "第一条 新的目的。", "第二条 新的含义。", "第三条 国家鼓励公开选择物业服务企业。"
    ),
    "部门规章/物业管理条例(2018-03-19).md": law(
        "物业管理条例", "第一条 抄错的目的。", "第二条 含义。", "第三条 抄错。"
    ),
    f"司法解释/{RULING.replace('中华人民共和国', '')}(2020-12-29).md": law(
        RULING, "第一条 股东请求解散公司。", "第二条 清算。", history="2020年12月23日 通过\n\n2021年1月1日 施行"
    ),
    "部门规章/关于审理使用人脸识别技术案件的规定(2021-06-08).md": law(
        "关于审理使用人脸识别技术案件的规定", "第一条 讨论稿。", "第二条 讨论稿第二条。"
    ),
    "司法解释/最高人民法院关于审理使用人脸识别技术案件的规定(2021-07-27).md": law(
        "最高人民法院关于审理使用人脸识别技术案件的规定", "第一条 因使用人脸识别引起的案件。", "第二条 侵权。"
    ),
    "行政法规/暂行办法.md": law("某某试点暂行办法", "第一条 没有日期的办法。", "第二条 自公布之日起施行。"),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = small_settings(tmp_path_factory.mktemp("collection"))
    open_index(made, embedder=BigramEmbedder())
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("laws")
    for name, text in COLLECTION.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def opened(settings: Settings, name: str) -> Workspace:
    return Workspace(name, settings, embedder=BigramEmbedder())


@pytest.fixture(scope="module")
def held(settings: Settings, folder: Path) -> Library:
    workspace = opened(settings, "全国")
    workspace.ingest([folder])
    return workspace.library()


def words(library: Library, written: str, as_of: str = "2026-01-01") -> str | None:
    """The text of the one place that the words cite; None where they cite none or more than one."""
    day, catalogue = date.fromisoformat(as_of), library.catalogue()
    mentions = [resolve(mention, catalogue, day) for mention in find_citations(written, catalogue.names)]
    if len(mentions) != 1 or mentions[0].doubt or mentions[0].citation is None:
        return None
    place = library.place(mentions[0].citation, day)
    return place.text if place else None


NEW_LAW, OLD_LAW = "第五条 设立公司应当依法制定公司章程。", "第五条 旧的社会责任。"
PROPERTY = "第三条 国家鼓励公开选择物业服务企业。"
RULED = "第二条 清算。"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("公司法第五条", NEW_LAW),
        ("民法商法公司法第五条", NEW_LAW),
        ("《中华人民共和国公司法》第5条", NEW_LAW),
        ("宪法相关法公司法第五条", NEW_LAW),
        ("公司法（2018年修正）第五条", OLD_LAW),
        ("公司法(2018-10-26)第五条", OLD_LAW),
        ("公司法@2018/5", OLD_LAW),
        ("行政法规物业管理条例第三条", PROPERTY),
        ("物业管理条例@2018-03-19/3", "第三条 国家提倡公开选择物业服务企业。"),
        ("物业管理条例@2018-09-01/3", PROPERTY),
        (f"司法解释{RULING}第二条", RULED),
        (f"《{RULING}》第二条", RULED),
        ("最高人民法院关于适用《公司法》若干问题的规定（二）第二条", RULED),
        ("关于适用公司法若干问题的规定（二）第二条", RULED),
        ("最高法关于适用公司法若干问题的规定(二)第二条", RULED),
        ("最高人民法院关于审理使用人脸识别技术案件的规定第一条", "第一条 因使用人脸识别引起的案件。"),
        ("关于审理使用人脸识别技术案件的规定第一条", "第一条 因使用人脸识别引起的案件。"),
        ("刑法第一百三十三条之一", "第一百三十三条之一 危险驾驶。"),
        ("刑法第133条之二", "第一百三十三条之二 妨害安全驾驶。"),
        ("民法典第一千一百二十条", "第一千一百二十条 国家保护自然人的继承权。"),
        ("民法典民法典第二条", "第二条 民法调整平等主体之间的关系。"),
        ("宪法修正案（2004年）第十八条", "第十八条 序言增加。"),
        ("中华人民共和国宪法修正案（1999年）第十三条", "第十三条 增加一款。"),
        ("宪法修正案第十三条", None),
        ("外国人在中华人民共和国收养子女登记办法第二条", "第二条 适用本办法。"),
        ("某某试点暂行办法第一条", "第一条 没有日期的办法。"),
    ],
)
def test_a_law_is_found_however_it_is_named(held: Library, written: str, text: str | None) -> None:
    assert words(held, written) == text


def test_the_version_in_force_on_the_day_answers(held: Library) -> None:
    assert words(held, "公司法第五条", "2024-06-30") == OLD_LAW
    assert words(held, "公司法第五条", "2024-07-01") == NEW_LAW
    assert words(held, "物业管理条例第三条", "2018-05-01") == "第三条 国家提倡公开选择物业服务企业。"


def test_the_parts_of_a_law_are_one_document(held: Library) -> None:
    own = [document for document in held.versions("民法典") if not document.builtin]
    assert [(part["name"], part["file"]) for part in own[0].meta["parts"]] == [
        ("总则编", "总则编.md"),
        ("继承编", "继承编.md"),
    ]
    assert own[0].meta["held"] == ["1-2", "1119-1120"]
    text = held.text(own[0])
    assert text == COLLECTION["民法典/总则编.md"] + COLLECTION["民法典/继承编.md"]
    place = held.place(Citation.parse("民法典/1120"))
    assert place is not None
    assert text[place.start : place.end] == place.text
    # 第五百条 is of a part that is not held: nobody can say that it does not exist.
    assert held.holds(Citation.parse("民法典/500")) is Held.NOT_HELD


def test_a_collection_taken_in_again_changes_nothing(settings: Settings, folder: Path) -> None:
    workspace = opened(settings, "再来")
    first = workspace.ingest([folder])
    copies = [(Path(file.file).parent.name, file.status.value) for file in first.files if file.status != "added"]
    assert copies == [("部门规章", "duplicate")]
    keys = sorted(document.citation for document in workspace.documents())
    embedder = BigramEmbedder()
    again = Workspace("再来", settings, embedder=embedder).ingest([folder])
    assert Counter(file.status.value for file in again.files) == {"unchanged": len(COLLECTION) - 1, "duplicate": 1}
    assert embedder.embedded == 0
    assert sorted(document.citation for document in workspace.documents()) == keys
    assert workspace.verify().problems == ()


def test_a_changed_part_takes_the_place_of_the_former_one(settings: Settings, tmp_path: Path) -> None:
    workspace = opened(settings, "改编")
    for name in ("继承编.md", "总则编.md"):
        (tmp_path / name).write_text(COLLECTION[f"民法典/{name}"], "utf-8")
    workspace.ingest([tmp_path])
    (tmp_path / "总则编.md").write_text(COLLECTION["民法典/总则编.md"].replace("民法调整", "本法调整"), "utf-8")
    report = workspace.ingest([tmp_path])
    assert [file.status.value for file in report.files] == ["updated", "unchanged"]
    assert words(workspace.library(), "民法典第二条") == "第二条 本法调整平等主体之间的关系。"
    assert words(workspace.library(), "民法典第一千一百一十九条") is not None
    assert workspace.verify().problems == ()


def contents(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Key, title and text of every passage that the user brought."""
    library = workspace.library()
    own = [document for document in library.documents() if not document.builtin]
    places = [place for document in own for place in library.passages(str(document.citation).partition("@")[0])]
    return [(place.key, place.title, place.text) for place in places]


def test_files_read_ahead_by_workers_give_what_one_process_gives(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = opened(settings, "独自")
    plain = alone.ingest([folder])
    monkeypatch.setattr(prepare, "_WORTH_A_WORKER", 0)
    monkeypatch.setattr(prepare, "core_count", lambda: 3)
    together = opened(settings, "同时")
    ahead = together.ingest([folder])
    assert [(file.file, file.status, file.document, file.passages, file.message) for file in ahead.files] == [
        (file.file, file.status, file.document, file.passages, file.message) for file in plain.files
    ]
    assert contents(together) == contents(alone)
    assert together.verify().problems == ()


def test_a_worker_that_dies_leaves_its_files_to_the_writer(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "_WORTH_A_WORKER", 0)
    monkeypatch.setattr(prepare, "core_count", lambda: 2)
    monkeypatch.setattr(prepare, "_WORKER", "raise SystemExit(1)")
    workspace = opened(settings, "独活")
    report = workspace.ingest([folder])
    assert Counter(file.status.value for file in report.files) == {"added": len(COLLECTION) - 1, "duplicate": 1}


def test_a_file_that_cannot_be_used_says_why_also_when_read_ahead(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "_WORTH_A_WORKER", 0)
    monkeypatch.setattr(prepare, "core_count", lambda: 2)
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "好.txt").write_text("一段意见。", "utf-8")
    report = opened(settings, "坏档").ingest([tmp_path])
    assert [(file.status.value, bool(file.message)) for file in report.files] == [("failed", True), ("added", False)]
    assert "坏.pdf" in report.files[0].message
