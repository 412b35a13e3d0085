"""The model card: what the model is, what it was made of, what was measured, where it ends."""

from collections.abc import Mapping
from typing import Any

_STAGES = {
    "bm25": "BM25 over jieba's words",
    "vectors": "the vectors alone",
    "fused": "vectors and BM25, fixed weights",
    "ranked": "candidates in the order of the ranking",
}
_SOURCES = {
    "stard": ("STARD, train questions and their articles", "MIT, © 2024 THUIR"),
    "question_statutes": ("lawyer-llama, lay questions and statutes (partly machine-written)", "Apache-2.0"),
    "question_answer": ("lawyer-llama, lay questions and answers (machine-written)", "Apache-2.0"),
    "laws": ("LawRefBook/Laws, a sentence or heading and its article", "official texts"),
    "corpus": ("the corpus: headings, sentences, colloquial and English terms", "our own, official texts"),
    "lay_questions": ("`corpus/training/lay_questions.jsonl`", "our own"),
    "aigc_questions": ("`corpus/training/aigc_questions.jsonl`", "our own"),
}
_MEASURES = ("recall@10", "recall@100", "mrr@10")


def model_card(figures: Mapping[str, Any], size: int) -> str:
    """The card in Markdown, from the figures of a training run; `size` is the number of bytes of the folder."""
    recipe, stages = figures["recipe"], figures["stages"]
    data = "\n".join(
        f"| {_SOURCES[name][0]} | {count:,} | {_SOURCES[name][1]} |" for name, count in figures["pairs"].items()
    )
    rows = "\n".join(
        f"| {_STAGES[stage]} | {' | '.join(_with_interval(found[name]) for name in _MEASURES)} |"
        for stage, found in stages.items()
    )
    return f"""---
language: zh
library_name: sentence-transformers
pipeline_tag: sentence-similarity
license: apache-2.0
---

# Kangbian static embedding, with known questions and a ranking

A small embedding of Chinese legal text: {recipe["dimension"]} numbers a text, {figures["tokens"]:,} tokens, 16-bit weights, no neural
network at run time. The vector of a text is the mean of the vectors of its tokens, turned to length 1. Beside it lie
{figures["known_questions"]:,} questions whose answers are known, as vectors of 8 bits a number, and the weights of a ranking.
{size / 1e6:.1f} MB in all.

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("rag/embedding", local_files_only=True)  # or rag.embed.load_embedder(), without torch
model.encode(["AI画的图有没有版权", "人工智能生成内容是否构成作品"])
```

## How it works

- **Reading.** The tokenizer gives words and character bigrams at once, though it is a plain Unigram file: its normaliser
  writes every Chinese character `x` as `<x x x>` with two private-use characters, a word runs from its first `x` to its
  last, and the pair `x>` `<y` between two words is the bigram across their border (`rag/embedding_tokenizer.py`). Inside a
  word the bigrams and characters are folded into the word's vector when the model is written. Text is brought to NFKC and
  lower case, traditional characters to simplified ones; punctuation is dropped. A text without a known word gets zeros.
  The axes are the principal axes of the article vectors, the widest first.
- **Known questions.** A question votes for the answers of the questions most like it. An answer is known by a hash of its
  words, so it is found wherever the same words were indexed, and no text can be read back (`rag/known_questions.py`).
- **Ranking.** Candidates are the nearest vectors, the best by BM25 and the answers of known questions. A network of one
  hidden layer over {len(figures["features"])} features orders them: cosine and BM25 with their ranks, the votes, the share of the question's law among
  the candidates, the length, how often a passage and its law are asked about (`rag/ranking.py`, `rag/candidates.py`).

## How it was made

`python -m rag.training --data DIR --output rag/embedding --work WORK`, seed {recipe["seed"]}. First
vectors: random directions plus a latent semantic analysis of articles and of questions joined to their answers. Then
contrast: negatives from the batch, in later rounds also documents that the model itself ranks high for the question.

| data | pairs | licence |
|---|---|---|
{data}

Our own questions were written for the training from the words of the articles and passages alone, without sight of the
questions that measure the model; nobody asked them in earnest. Word frequencies come from jieba's dictionary (MIT) and
character pairs from OpenCC (Apache-2.0). See NOTICE.

## What was measured

{figures["questions"]:,} train questions of STARD, ranked among all {figures["documents"]:,} articles, {recipe["folds"]}-fold cross-validation: each question by a model, known
questions and a ranking that have seen neither it nor, in any source, a question of the same words. 95% bootstrap intervals.

| | recall@10 | recall@100 | MRR@10 |
|---|---|---|---|
{rows}

How the ranking was chosen: features and their number were compared on the same folds, so the last line is slightly
flattering; the settings of the embedding were chosen on one of the five folds. The shipped model is trained on all questions
and cannot be measured on them. AIGC copyright is measured apart: see docs/retrieval.md.

## Limits

- It knows words, not sentences: it does not see negation, word order or who did what to whom.
- Known questions help where people ask what was asked before. For law on which none are known only the vectors and BM25 speak.
- What is popular among known questions is preferred, which is right for lay questions and may be wrong for rare ones.
- It is best on Chinese statutes and on AIGC copyright. English is known from the questions and the lexicon only.
- The questions in `corpus/training` must not be used to measure it, nor STARD's train questions.
- Machine-written answers are part of the data. They may carry their author's errors into the neighbourhoods of words.
- A long text is the mean of everything in it. Split passages before embedding them.
"""


def _with_interval(measured: Mapping[str, float]) -> str:
    return f"{measured['value']:.3f} [{measured['low']:.3f}, {measured['high']:.3f}]"
