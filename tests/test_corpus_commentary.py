"""The digest of the article, the editor's notes on it, and the lexicons."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import corpus
from ingest.citation import Citation
from ingest.document import Document, Kind, Role
from ingest.load import load_document
from rag.lexicon import load_lexicon

CORPUS = Path(corpus.__file__).parent
DIGEST = CORPUS / "commentary" / "junhe2025.md"
LEXICON = CORPUS / "lexicon"

# The keys of the article as published: section, number of paragraphs. A reader who owns it ingests it under the same keys.
OUTLINE = [
    ("0", 3),
    ("一.1", 2),
    ("一.2", 1),
    ("一.2.1", 2),
    ("一.2.2", 2),
    ("一.2.3", 4),
    ("一.3", 5),
    ("一.4", 2),
    ("二", 1),
    ("二.一.1", 1),
    ("二.一.1.1", 1),
    ("二.一.1.2", 3),
    ("二.一.2", 2),
    ("二.一.3", 3),
    ("二.二", 6),
    ("二.三", 3),
    ("二.四", 1),
    ("二.五", 3),
    ("二.六", 1),
    ("结语", 2),
    ("注", 12),
]
KEYS = [f"君合2025/{section}/{number}" for section, count in OUTLINE for number in range(1, count + 1)]


@cache
def digest() -> Document:
    return load_document(DIGEST)


@cache
def notes() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((DIGEST.parent / "editor_notes.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def held() -> list[Citation]:
    """Every place of the corpus that a note may cite."""
    files = [file for folder in ("statutes", "judgments", "notes") for file in sorted((CORPUS / folder).glob("*.md"))]
    passages = [passage for file in files for passage in load_document(file).passages]
    return [place.citation for passage in passages for place in passage.places]


def paragraphs() -> list[tuple[str, str]]:
    return [(str(p.citation), p.places[0].text) for p in digest().passages if p.citation]


# --- the digest ---


def test_keys_are_those_of_the_article() -> None:
    assert [key for key, _ in paragraphs()] == KEYS


def test_digest_says_what_it_is() -> None:
    meta = digest().meta
    assert digest().kind is Kind.COMMENTARY
    assert meta["short"] == "君合2025"
    assert meta["text"] == "digest"
    assert meta["published"] == "2025-01-21"
    assert digest().title == "从四个案例看五项应对AIGC版权侵权的抗辩思路"
    assert {"君合文章", "君合法评", "五项抗辩文章"} <= set(digest().aliases)


def test_nothing_of_the_digest_is_lost() -> None:
    assert "".join(p.text for p in digest().passages) == digest().text
    assert {p.role for p in digest().passages if p.citation} == {Role.PARAGRAPH, Role.FOOTNOTE}


@pytest.mark.parametrize(("key", "text"), paragraphs())
def test_paragraph_stands_alone(key: str, text: str) -> None:
    """A paragraph is shown alone, so it must end, and must say whose view it is; footnotes name a source."""
    if key.startswith("君合2025/注/"):
        assert len(text) > 15
    else:
        assert text.endswith(("。", "？"))
        assert "文章" in text or "作者" in text


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("一.1/1", ["北京互联网法院", "Stable Diffusion", "独创性和使用方式都不可比", "酌定赔偿"]),
        ("一.1/2", ["反公地悲剧"]),
        ("一.2/1", ["常熟市人民法院", "Midjourney", "Photoshop", "爱心气膜"]),
        ("一.3/2", ["复制权和改编权", "关键词过滤", "合理注意义务"]),
        ("一.4/1", ["2024年6月20日", "四起案件", "仍在审理"]),
        ("二.一.1/1", ["《著作权法》第二条", "第十一条"]),
        ("二.一.1.1/1", ["菲林诉百度案", "威科先行"]),
        ("二.一.2/2", ["the merger doctrine"]),
        ("二.二/2", ["第二十四条", "12种", "适当引用"]),
        ("二.二/4", ["第8条", "转换性使用"]),
        ("二.三/3", ["巴黎雨夜图", "奥特曼"]),
        ("二.六/1", ["第五十九条", "合法来源"]),
        ("结语/1", ["2019/790", "Anthropic", "guardrails"]),
        ("注/1", ["(2023)京0491民初11279号"]),
        ("注/2", ["(2024)苏0581民初6697号"]),
        ("注/3", ["(2024)粤0192民初113号"]),
        ("注/5", ["(2019)京73民终2030号"]),
        ("注/10", ["1:20-cv-00613"]),
        ("注/11", ["1:23-cv-08292"]),
    ],
)
def test_substance_is_kept(key: str, said: list[str]) -> None:
    text = dict(paragraphs())[f"君合2025/{key}"]
    assert [words for words in said if words not in text] == []


def test_headings_lead_to_the_defences() -> None:
    by_key = {str(p.citation): p.headings for p in digest().passages if p.citation}
    assert by_key["君合2025/二.二/1"][-1] == "（二）抗辩二：合理使用"
    assert by_key["君合2025/二.五/1"] == ("二、五项抗辩", "（五）抗辩五：赔偿金额")
    assert by_key["君合2025/一.2.3/1"][0].startswith("一、")
    assert len(by_key["君合2025/二.一.1.2/1"]) == 4


# --- the editor's notes ---


def test_eleven_notes() -> None:
    assert [note["id"] for note in notes()] == [f"SI-{number:02}" for number in range(1, 12)]


@pytest.mark.parametrize("note", notes(), ids=lambda note: str(note["id"]))
def test_note_is_whole(note: dict[str, Any]) -> None:
    assert set(note) == {"id", "target", "verdict", "says", "note", "correct", "citations", "confidence"}
    assert note["target"]
    assert set(note["target"]) <= set(KEYS)
    assert note["confidence"] in {"high", "medium", "low"}
    assert all(note[field].endswith("。") for field in ("says", "note", "correct"))
    assert note["says"].startswith("文章")


@pytest.mark.parametrize(
    ("id", "key"), [(note["id"], key) for note in notes() for key in note["citations"]], ids=lambda value: str(value)
)
def test_note_cites_what_is_held(id: str, key: str) -> None:
    citation = Citation.parse(key)
    assert any(citation.contains(place) for place in held()), f"{id}: {key}"


@pytest.mark.parametrize(
    ("id", "facts"),
    [
        ("SI-01", ["第三条", "著作权属于作者"]),
        ("SI-02", ["作家个人", "1:23-cv-10211"]),
        ("SI-03", ["2025年2月11日", "第三巡回", "未检到"]),
        ("SI-04", ["约定", "2025年1月2日", "2025年3月25日"]),
        ("SI-05", ["第53条", "没有一般性的合理使用"]),
        ("SI-06", ["1560元", "(2018)京0491民初239号"]),
        ("SI-07", ["附论", "四画师案", "LoRA"]),
        ("SI-08", ["50000元", "通州区人民法院", "7500元", "800000元"]),
        ("SI-09", ["帮助侵权", "30000元", "结果未知"]),
        ("SI-10", ["2025年1月29日", "2026年3月2日"]),
        ("SI-11", ["司法政策文件", "不是司法解释"]),
    ],
)
def test_note_gives_the_facts(id: str, facts: list[str]) -> None:
    text = next(note["note"] for note in notes() if note["id"] == id)
    assert [fact for fact in facts if fact not in text] == []


# --- the lexicons ---


def legal_words() -> list[str]:
    return (LEXICON / "legal_words.txt").read_text(encoding="utf-8").splitlines()


def test_legal_words_are_one_a_line_and_once() -> None:
    words = legal_words()
    assert len(words) >= 600
    assert [word for word, count in Counter(words).items() if count > 1] == []
    assert [word for word in words if len(word) < 2 or any(c.isspace() for c in word)] == []
    assert {"信息网络传播权", "实质性相似", "避风港", "惩罚性赔偿", "文生图", "LoRA", "隐式标识"} <= set(words)


def test_no_legal_word_hides_another() -> None:
    """jieba's search mode yields the words of two and three characters inside a word, never longer ones."""
    words = legal_words()
    longer = [word for word in words if len(word) >= 4 and not word.isascii()]
    assert [(word, inner) for word in words for inner in longer if inner != word and inner in word] == []


def terms(name: str) -> list[tuple[str, list[str]]]:
    """The rows of a lexicon as written, so that a key written twice is seen twice."""
    node = yaml.compose((LEXICON / name).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    return [(key.value, [term.value for term in value.value]) for key, value in node.value]


@pytest.mark.parametrize(("name", "least"), [("english.yaml", 900), ("colloquial.yaml", 400)])
def test_lexicon_rows(name: str, least: int) -> None:
    rows = terms(name)
    assert len(rows) >= least
    assert [key for key, count in Counter(key.lower() for key, _ in rows).items() if count > 1] == []
    assert [key for key, found in rows if not found or len(set(found)) < len(found) or not all(found)] == []
    assert all(isinstance(key, str) for key in yaml.safe_load((LEXICON / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "key", "term"),
    [
        ("english.yaml", "fair use", "合理使用"),
        ("english.yaml", "substantial similarity", "实质性相似"),
        ("english.yaml", "copyrightability", "可版权性"),
        ("english.yaml", "beijing internet court", "北京互联网法院"),
        ("english.yaml", "ultraman case", "奥特曼案"),
        ("english.yaml", "spring breeze case", "春风案"),
        ("english.yaml", "application programming interface", "可编程接口"),
        ("english.yaml", "work for hire", "职务作品"),
        ("english.yaml", "account books", "账簿、资料"),
        ("english.yaml", "circumvention", "技术措施"),
        ("colloquial.yaml", "抄袭", "实质性相似"),
        ("colloquial.yaml", "赔多少", "赔偿数额"),
        ("colloquial.yaml", "咒语", "提示词"),
        ("colloquial.yaml", "平台要不要背锅", "平台责任"),
        ("colloquial.yaml", "死后多少年", "保护期"),
        ("colloquial.yaml", "约稿", "委托作品"),
    ],
)
def test_lexicon_term(name: str, key: str, term: str) -> None:
    assert term in dict(terms(name))[key]


def test_english_is_lower_case() -> None:
    assert [key for key, _ in terms("english.yaml") if key != key.lower() or not key.isascii()] == []


@cache
def searched() -> str:
    """All that a search term can meet: the documents, the captions and the notes, without blanks and case."""
    folders = ("statutes", "judgments", "notes", "commentary")
    files = [file for folder in folders for kind in ("*.md", "*.yaml") for file in (CORPUS / folder).glob(kind)]
    return "".join("".join(file.read_text(encoding="utf-8").split()).lower() for file in files)


@pytest.mark.parametrize("name", ["english.yaml", "colloquial.yaml"])
def test_every_term_occurs_in_the_corpus(name: str) -> None:
    """A term that no document uses finds nothing, however well it translates."""
    said = {term for _, found in terms(name) for term in found}
    assert sorted(term for term in said if "".join(term.split()).lower() not in searched()) == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "Does collecting a general advertising fee count as a direct economic benefit?",
            ["一般性广告费", "直接获得经济利益"],
        ),
        ("How long are logs kept if content is given without an explicit label?", ["日志", "没有添加显式标识"]),
        ("May I sell a photograph of a sculpture in a public place?", ["公共场所", "艺术作品", "摄影"]),
        (
            "Is a company that connects to a third-party model via API a provider?",
            ["第三方模型", "可编程接口", "提供者"],
        ),
        ("The defendant refuses to produce its account books.", ["举证妨碍", "账簿、资料"]),
        ("What does the Japanese Copyright Act say about non-enjoyment uses?", ["日本著作权法第30条之4"]),
    ],
)
def test_english_question_finds_its_terms(question: str, found: list[str]) -> None:
    read = load_lexicon(CORPUS).english.terms(question)
    assert [term for term in found if term not in read] == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("公园里的雕塑我拍照做成明信片卖可以吗", ["公共场所", "艺术作品"]),
        ("公司员工画的图归谁", ["职务作品"]),
        ("对方不交账本怎么办", ["账簿、资料"]),
        ("老师上课用别人的画要不要付钱", ["课堂教学"]),
    ],
)
def test_colloquial_question_finds_its_terms(question: str, found: list[str]) -> None:
    read = load_lexicon(CORPUS).colloquial.terms(question)
    assert [term for term in found if term not in read] == []


def test_colloquial_wordings_do_not_occur_in_the_law_by_chance() -> None:
    """A wording that occurs inside other words adds its terms to plain legal questions; these mean the same in both."""
    shared = {"剽窃", "注明出处", "下架", "投诉", "举报", "水印", "要求恢复", "假新闻", "固定证据"}
    law = "".join(file.read_text(encoding="utf-8") for file in (CORPUS / "statutes").glob("*.md"))
    assert {key for key, _ in terms("colloquial.yaml") if key in law} <= shared
