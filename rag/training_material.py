"""What the embedding is trained on: pairs of texts that belong together, and the settings of the training."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.citation import Citation
from ingest.load import load_document
from rag.embedding_tokenizer import is_han

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_ARTICLE_OF = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?$")


@dataclass(frozen=True)
class Recipe:
    """What can be turned in training; the defaults are the shipped model's, chosen on held-out train questions."""

    dimension: int = 192
    seed: int = 7
    words_at_least: int = 3
    borders: int = 26000
    border_at_least: int = 4
    inner_at_least: int = 4
    batch: int = 256
    negatives: int = 4
    temperature: float = 0.07
    rate: float = 0.01
    passes: tuple[float, ...] = (2.0, 1.5, 1.5)
    later_laws: float = 0.1
    longest: int = 250
    drop: float = 0.5
    own_scale: float = 1.0
    char_scale: float = 0.3
    lsa: float = 1.0
    idf_power: float = 1.0
    stard_repeat: float = 4.0
    corpus_repeat: float = 3.0
    aigc_repeat: float = 4.0


@dataclass
class Source:
    """Pairs of one origin: `left[i]` should come close to `right[i]`. `group[i]` names the target, so that two equal
    targets in a batch are not taken for negatives of one another. `mined` sources get hard negatives."""

    name: str
    left: list[str]
    right: list[str]
    group: list[str]
    repeat: float = 1.0
    mined: bool = False


@dataclass
class Material:
    """Everything read from the data folder."""

    documents: dict[str, str]
    questions: dict[str, str]
    relevant: dict[str, list[str]]
    sources: list[Source] = field(default_factory=list)
    held_out: list[str] = field(default_factory=list)


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


def read_material(data: Path, corpus: Path | None, holdout: float, recipe: Recipe) -> Material:
    """Read the data folder and, where given, the corpus of the product and its own question pairs."""
    random_ = random.Random(recipe.seed)
    rows = list(_lines(data / "stard/corpus.jsonl.gz"))
    documents = {row["_id"]: document_text(row["title"], row["text"]) for row in rows}
    by_text = {_bare(row["text"]): row["_id"] for row in rows}
    questions = {row["_id"]: row["text"] for row in _lines(data / "stard/queries.jsonl")}
    relevant: dict[str, list[str]] = {}
    for line in (data / "stard/qrels/train.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, _ = line.split("\t")
        relevant.setdefault(question, []).append(document)
    material = Material(documents, questions, relevant)
    if holdout:
        # Questions with the same articles are often paraphrases: they stay on one side of the split.
        for question in sorted(questions):
            target = "|".join(sorted(relevant[question]))
            if int(hashlib.sha256(target.encode()).hexdigest()[:8], 16) / 2**32 < holdout:
                material.held_out.append(question)
    hidden = set(material.held_out)
    hidden_text = {_bare(questions[question]) for question in hidden}
    stard = [(q, d) for q in sorted(questions) if q not in hidden for d in relevant[q]]
    material.sources.append(
        Source(
            "stard",
            [questions[q] for q, _ in stard],
            [documents[d] for _, d in stard],
            [d for _, d in stard],
            recipe.stard_repeat,
            True,
        )
    )
    untitled = material.sources[0].right
    for number in range(0, len(untitled), 3):
        # The index may hold passages without the title of their document.
        untitled[number] = untitled[number].partition("\n")[2]
    left, right, group = [], [], []
    for row in _lines(data / "pairs/question_statutes.jsonl.gz"):
        if _bare(row["query"]) in hidden_text:
            continue
        for statute in row["statutes"]:
            head, _, text = statute.partition("：")
            title = head.partition("》")[0].strip("《")
            target = by_text.get(_bare(text), text)
            left.append(row["query"])
            right.append(documents.get(target, document_text(title, text)))
            group.append(target)
    material.sources.append(Source("question_statutes", left, right, group, 1.0, True))
    answers = [r for r in _lines(data / "pairs/question_answer.jsonl.gz") if _bare(r["query"]) not in hidden_text]
    material.sources.append(
        Source(
            "question_answer",
            [r["query"] for r in answers],
            [r["answer"] for r in answers],
            [r["query"] for r in answers],
        )
    )
    left, right, group = [], [], []
    for row in _lines(data / "laws.jsonl.gz"):
        target, text = row["id"], row["text"]
        full = documents.get(target, document_text(row["law"], text))
        sentences = [s.strip() for s in _SENTENCE.findall(text) if len(s.strip()) > 8]
        if random_.random() < 0.25:
            left.append(f"{row['law']} {row['chapter'] or ''}")
            right.append(text)
        elif len(sentences) > 1:
            chosen = random_.randrange(len(sentences))
            left.append(sentences[chosen])
            right.append(full.replace(sentences[chosen], "") if random_.random() < 0.7 else full)
        else:
            # A window of a one-sentence article stands for a query that uses some of its words.
            size = max(8, len(text) // 2)
            start = random_.randrange(max(1, len(text) - size))
            left.append(text[start : start + size])
            right.append(full)
        group.append(target)
    material.sources.append(Source("laws", left, right, group))
    if corpus:
        pairs = list(corpus_pairs(corpus))
        material.sources.append(
            Source("corpus", [p[0] for p in pairs], [p[1] for p in pairs], [p[1] for p in pairs], recipe.corpus_repeat)
        )
        asked = list(question_pairs(corpus))
        material.sources.append(
            Source("aigc", [p[0] for p in asked], [p[1] for p in asked], [p[1] for p in asked], recipe.aigc_repeat)
        )
    return material


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


def question_pairs(corpus: Path) -> Iterator[tuple[str, str]]:
    """Our own questions on AIGC copyright with the passages that answer them.

    `training/aigc_pairs.jsonl` has lines `{"question", "keys"}`; a key stands for the passages at or below it, and for
    the passage around it.
    """
    path = corpus / "training" / "aigc_pairs.jsonl"
    if not path.exists():
        return
    passages = [
        (document.title, passage)
        for file in sorted(corpus.rglob("*.md"))
        for document in [load_document(file)]
        for passage in document.passages
        if passage.citation
    ]
    for row in _lines(path):
        for key in row["keys"]:
            place = Citation.parse(key)
            for title, passage in passages:
                held = passage.citation
                if held and (place.contains(held) or held.contains(place)):
                    yield row["question"], document_text(title, passage.text.strip())


def training_texts(material: Material) -> list[str]:
    """Every text once, for counting."""
    texts = dict.fromkeys(material.documents.values())
    for source in material.sources:
        texts.update(dict.fromkeys(source.left if source.name != "laws" else []))
        texts.update(dict.fromkeys(source.right if source.name != "laws" else []))
    return list(texts)
