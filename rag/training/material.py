"""What the embedding is trained on: pairs of texts that belong together, and the settings of the training."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.citation import Citation
from ingest.load import load_document
from ingest.script import to_simplified
from rag.embedding_tokenizer import is_han

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_ARTICLE_OF = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?$")


@dataclass(frozen=True)
class Recipe:
    """What can be turned in training; the defaults are the shipped model's, chosen on held-out train questions."""

    dimension: int = 192
    seed: int = 7
    words_at_least: int = 3
    borders: int = 18000
    border_at_least: int = 4
    inner_at_least: int = 4
    batch: int = 256
    negatives: int = 4
    temperature: float = 0.07
    rate: float = 0.01
    passes: tuple[float, ...] = (2.0, 1.5, 1.5)
    later_laws: float = 0.1
    drop: float = 0.5
    own_scale: float = 1.0
    char_scale: float = 0.3
    lsa: float = 1.0
    idf_power: float = 1.0
    longest: int = 120
    stard_repeat: float = 4.0
    corpus_repeat: float = 3.0
    folds: int = 5


@dataclass
class Source:
    """Pairs of one origin: `left[i]` should come close to `right[i]`. `group[i]` names the target, so that two equal
    targets in a batch are not taken for negatives of one another. `mined` sources get hard negatives from among the
    documents."""

    name: str
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    repeat: float = 1.0
    mined: bool = False

    def add(self, left: str, right: str, group: str) -> None:
        """One more pair."""
        self.left.append(left)
        self.right.append(right)
        self.group.append(group)

    def without(self, questions: Set[str]) -> "Source":
        """The same pairs but those that ask one of these questions."""
        kept = [row for row in zip(self.left, self.right, self.group, strict=True) if row[0] not in questions]
        left, right, group = (list(column) for column in zip(*kept, strict=True)) if kept else ([], [], [])
        return Source(self.name, left, right, group, self.repeat, self.mined)


@dataclass
class Material:
    """Everything read: the documents of the collection and the passages of the corpus by id or key (what is embedded
    of them), the measured questions by id with what is relevant to each, all pairs, and what answers each question."""

    documents: dict[str, str]
    passages: dict[str, str]
    questions: dict[str, str]
    relevant: dict[str, list[str]]
    sources: list[Source] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)

    def fold(self, number: int, folds: int) -> list[str]:
        """The ids of the questions that a fixed hash puts into one of `folds` parts."""
        return [q for q in sorted(self.questions) if hash_of(q) % folds == number]

    def sources_without(self, hidden: Sequence[str]) -> list[Source]:
        """The pairs without those that ask one of the hidden questions, whatever source they come from."""
        texts = {self.questions[question] for question in hidden}
        return [source.without(texts) for source in self.sources] if texts else self.sources


def hash_of(text: str) -> int:
    """A stable 62-bit number for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def _bare(text: str) -> str:
    return "".join(char for char in text if is_han(char))


def document_text(title: str, text: str) -> str:
    """What is embedded of a passage: the title without its article number, a line break, the text.

    >>> document_text("中华人民共和国民法典第三条", "民事主体的人身权利受法律保护。")
    '中华人民共和国民法典\\n民事主体的人身权利受法律保护。'
    """
    return f"{_ARTICLE_OF.sub('', title)}\n{text}"


def read_material(data: Path, corpus: Path | None, recipe: Recipe) -> Material:
    """Read the data folder and, where given, the corpus of the product and its own questions."""
    rows = list(_lines(data / "stard/corpus.jsonl.gz"))
    documents = {row["_id"]: document_text(row["title"], row["text"]) for row in rows}
    questions = {row["_id"]: row["text"] for row in _lines(data / "stard/queries.jsonl")}
    relevant: dict[str, list[str]] = {}
    for line in (data / "stard/qrels/train.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, _ = line.split("\t")
        relevant.setdefault(question, []).append(document)
    material = Material(documents, dict(_corpus_passages(corpus)) if corpus else {}, questions, relevant)
    by_text = {_bare(row["text"]): row["_id"] for row in rows}
    material.sources += [
        _measured(material, recipe),
        _asked_statutes(data, by_text, documents),
        _asked_answers(data),
        _laws(data, documents, recipe),
    ]
    if corpus:
        told = Source("corpus", repeat=recipe.corpus_repeat)
        for left, right in corpus_pairs(corpus):
            told.add(left, right, right)
        material.sources += [told, _lay_questions(corpus, material), _corpus_questions(corpus, material)]
    return material


def _measured(material: Material, recipe: Recipe) -> Source:
    source = Source("stard", repeat=recipe.stard_repeat, mined=True)
    for question in sorted(material.questions):
        for document in material.relevant.get(question, ()):
            text = material.documents[document]
            # The index may hold passages without the title of their document.
            titled = text.partition("\n")[2] if len(source.left) % 3 == 0 else text
            source.add(material.questions[question], titled, document)
            material.answers.setdefault(material.questions[question], []).append(document)
    return source


def _asked_statutes(data: Path, by_text: Mapping[str, str], documents: Mapping[str, str]) -> Source:
    source = Source("question_statutes", mined=True)
    for row in _lines(data / "pairs/question_statutes.jsonl.gz"):
        for statute in row["statutes"]:
            head, _, text = statute.partition("：")
            target = by_text.get(_bare(text), text)
            title = head.partition("》")[0].strip("《")
            source.add(row["query"], documents.get(target, document_text(title, text)), target)
    return source


def _asked_answers(data: Path) -> Source:
    source = Source("question_answer")
    for row in _lines(data / "pairs/question_answer.jsonl.gz"):
        source.add(row["query"], row["answer"], row["query"])
    return source


def _laws(data: Path, documents: Mapping[str, str], recipe: Recipe) -> Source:
    """A sentence and the rest of its article, or the law and chapter and the article."""
    random_ = random.Random(recipe.seed)
    source = Source("laws")
    for row in _lines(data / "laws.jsonl.gz"):
        target, text = row["id"], row["text"]
        full = documents.get(target, document_text(row["law"], text))
        sentences = [s.strip() for s in _SENTENCE.findall(text) if len(s.strip()) > 8]
        if random_.random() < 0.25:
            source.add(f"{row['law']} {row['chapter'] or ''}", text, target)
        elif len(sentences) > 1:
            chosen = random_.choice(sentences)
            source.add(chosen, full.replace(chosen, "") if random_.random() < 0.7 else full, target)
        else:
            # A window of a one-sentence article stands for a query that uses some of its words.
            size = max(8, len(text) // 2)
            start = random_.randrange(max(1, len(text) - size))
            source.add(text[start : start + size], full, target)
    return source


def _lay_questions(corpus: Path, material: Material) -> Source:
    """Our own questions on national law: `training/lay_questions.jsonl`, lines `{"question", "keys"}`.

    A key is that of an article in the collection, with the full date of the version.
    """
    source = Source("lay_questions", mined=True)
    for row in _questions(corpus / "training" / "lay_questions.jsonl"):
        for key in row["keys"]:
            document = "#".join(key.rsplit("/", 1))
            if document in material.documents:
                source.add(row["question"], material.documents[document], document)
                material.answers.setdefault(row["question"], []).append(document)
    return source


def _corpus_questions(corpus: Path, material: Material) -> Source:
    """Our own questions on AIGC copyright: `training/aigc_questions.jsonl`.

    A key stands for the passages at or below it, and for the passage around it.
    """
    source = Source("aigc_questions", repeat=2.0)
    places = [(Citation.parse(key), text) for key, text in material.passages.items()]
    under: dict[str, list[tuple[Citation, str]]] = {}
    for place, text in places:
        under.setdefault(place.document, []).append((place, text))
    for row in _questions(corpus / "training" / "aigc_questions.jsonl"):
        for key in row["keys"]:
            asked = Citation.parse(key)
            for place, text in under.get(asked.document, ()):
                if asked.contains(place) or place.contains(asked):
                    source.add(row["question"], text, text)
                    material.answers.setdefault(row["question"], []).append(str(place))
    return source


def outside_questions(corpus: Path) -> list[str]:
    """Our own questions that no law held answers: `training/outside_questions.jsonl`, lines `{"question", "kind"}`."""
    return [row["question"] for row in _questions(corpus / "training" / "outside_questions.jsonl")]


def _questions(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from _lines(path)


def _corpus_passages(corpus: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(corpus.rglob("*.md")):
        document = load_document(file)
        for passage in document.passages:
            if passage.citation:
                yield str(passage.citation), document_text(document.title, passage.text.strip())


def corpus_pairs(corpus: Path) -> Iterator[tuple[str, str]]:
    """Pairs from the product's own files: headings to paragraph, a paragraph's first sentence to the rest of it.

    Every `*.md` below `corpus` counts; the front matter gives the title. `lexicon/colloquial.yaml` and
    `lexicon/english.yaml` pair what people say with the terms of the law.
    """
    for name in ("colloquial", "english"):
        path = corpus / "lexicon" / f"{name}.yaml"
        if path.exists():
            for said, terms in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                yield str(said), " ".join(map(str, terms))
    for path in sorted(corpus.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        title, headings = path.stem, dict[int, str]()
        if text.startswith("---"):
            front, _, text = text[3:].partition("\n---")
            found = re.search(r"^(?:short|title):\s*(.+)$", front, re.M)
            title = found[1].strip("\"' ") if found else title
        for block in filter(None, (part.strip() for part in text.split("\n"))):
            mark = re.match(r"(#+)\s*(.+)", block)
            if mark:
                headings = {level: name for level, name in headings.items() if level < len(mark[1])}
                headings[len(mark[1])] = mark[2]
            elif len(block) > 8:
                above = " ".join(headings[level] for level in sorted(headings))
                yield f"{title} {above}", block
                sentences = _SENTENCE.findall(block)
                if len(sentences) > 1:
                    yield sentences[0], f"{title} {above}\n{''.join(sentences[1:])}"


def training_texts(material: Material) -> list[str]:
    """Every text once and in simplified characters, for counting: traditional ones are read as these."""
    texts = dict.fromkeys(material.documents.values())
    for source in material.sources:
        if source.name != "laws":
            texts.update(dict.fromkeys(source.left))
            texts.update(dict.fromkeys(source.right))
    return list(dict.fromkeys(map(to_simplified, texts)))
