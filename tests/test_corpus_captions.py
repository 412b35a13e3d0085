"""The captions of the articles: every article has one, every key can be opened, and no word says nothing.

The form of a line and the meaning of its fields are described at the head of corpus/statutes/captions.yaml.
"""

import re
from collections import Counter
from functools import cache

import pytest
import yaml

from ingest.citation import Citation
from ingest.document import Role
from ingest.load import load_document
from tests.compare_reference import STATUTES

CAPTIONS = STATUTES / "captions.yaml"

# One entry a line, in flow style, so that a correction is a change of one line.
LINE = re.compile(r"\S+: \{caption: [^,{}\[\]:]+, words: \[[^\[\]{}:]+\]\}")

LONGEST_CAPTION = 16
FEWEST_WORDS = 4
OFTEN = 6  # a word in more entries of one law than this tells none of them from the others

# Words that fit every article of the field.
GENERAL = {
    "侵权",
    "法律",
    "规定",
    "作品",
    "著作权",
    "版权",
    "权利",
    "权利人",
    "条例",
    "办法",
    "司法解释",
    "人工智能",
    "copyright",
    "law",
    "AI",
}

# What someone asks, and the entry that must have the words for it.
ASKED = [
    ("著作权法/24", "合理使用"),
    ("著作权法/24", "fair use"),
    ("著作权法/12", "署名推定"),
    ("著作权法/23", "保护多少年"),
    ("著作权法/11", "谁是作者"),
    ("著作权法/18", "单位让我画的"),
    ("著作权法/25", "法定许可"),
    ("著作权法/54", "法定赔偿"),
    ("著作权法/54", "举证妨碍"),
    ("著作权法/54/2", "最高赔多少"),
    ("著作权法/54/1", "惩罚性赔偿"),
    ("著作权法/67", "什么时候开始施行"),
    ("信息网络传播权保护条例/15", "通知删除"),
    ("信息网络传播权保护条例/16", "反通知"),
    ("信息网络传播权保护条例/22", "避风港"),
    ("信息网络传播权司法解释/9", "红旗原则"),
    ("民法典/1195", "通知删除"),
    ("民法典/1196", "反通知"),
    ("民法典/1197", "红旗原则"),
    ("计算机软件保护条例/6", "思想表达二分法"),
    ("法发〔2011〕18号/8", "四要素"),
    ("标识办法/4", "标识怎么打"),
    ("生成式人工智能服务管理暂行办法/7", "训练数据"),
]


@cache
def captions() -> dict[str, dict[str, object]]:
    loaded = yaml.safe_load(CAPTIONS.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def words(key: str) -> tuple[str, ...]:
    listed = captions()[key]["words"]
    assert isinstance(listed, list)
    return tuple(listed)


@cache
def places() -> dict[str, bool]:
    """Every citable place of the statutes by its key without a version, and whether it is an article."""
    found: dict[str, bool] = {}
    for path in sorted(STATUTES.glob("*.md")):
        document = load_document(path)
        for passage in document.passages:
            for place in passage.places:
                article = passage.role is Role.ARTICLE and len(place.citation.path) == 1
                found[str(Citation(place.citation.document, None, place.citation.path))] = article
    return found


def test_every_line_has_the_form() -> None:
    lines = [line for line in CAPTIONS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert len(lines) == len(captions())  # YAML keeps the last of two equal keys and says nothing


def test_every_article_has_a_caption() -> None:
    articles = [key for key, article in places().items() if article]
    assert len(articles) == 343
    assert [key for key in articles if key not in captions()] == []


def test_every_key_can_be_opened() -> None:
    assert [key for key in captions() if key not in places()] == []


def test_every_key_is_in_its_one_spelling() -> None:
    assert [key for key in captions() if str(Citation.parse(key)) != key] == []


def test_entries_stand_in_the_order_of_the_law() -> None:
    order = {key: number for number, key in enumerate(places())}
    for law in {Citation.parse(key).document for key in captions()}:
        numbers = [order[key] for key in captions() if Citation.parse(key).document == law]
        assert numbers == sorted(numbers), law


def test_laws_stand_together() -> None:
    laws = [Citation.parse(key).document for key in captions()]
    blocks = [law for before, law in zip([None, *laws], laws, strict=False) if law != before]
    assert len(blocks) == len(set(blocks)) == 13


def test_fields() -> None:
    for key, entry in captions().items():
        assert list(entry) == ["caption", "words"], key
        caption = entry["caption"]
        assert isinstance(caption, str), key
        assert 2 <= len(caption) <= LONGEST_CAPTION, key
        assert all(isinstance(word, str) and word == word.strip() and len(word) > 1 for word in words(key)), key
        assert len(words(key)) >= FEWEST_WORDS, key


def test_no_word_twice_in_an_entry() -> None:
    for key in captions():
        folded = [word.casefold() for word in words(key)]
        assert [word for word, count in Counter(folded).items() if count > 1] == [], key


def test_no_word_too_often_in_a_law() -> None:
    often = Counter((Citation.parse(key).document, word.casefold()) for key in captions() for word in words(key))
    assert [pair for pair, count in often.items() if count > OFTEN] == []


def test_no_word_that_fits_everything() -> None:
    assert [(key, word) for key in captions() for word in words(key) if word in GENERAL] == []


def test_captions_of_articles_differ_within_a_law() -> None:
    seen = Counter(
        (citation.document, captions()[key]["caption"])
        for key in captions()
        if len((citation := Citation.parse(key)).path) == 1
    )
    assert [pair for pair, count in seen.items() if count > 1] == []


@pytest.mark.parametrize(("key", "word"), ASKED)
def test_asked_for(key: str, word: str) -> None:
    assert word in words(key)
