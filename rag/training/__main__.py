"""Train the model that Kangbian ships, on a CPU in minutes, with one command.

    python -m rag.training --data DIR --output rag/embedding [--corpus corpus] [--folds 5] [--work DIR]

DIR holds `stard/` (a BEIR folder), `pairs/question_statutes.jsonl.gz`, `pairs/question_answer.jsonl.gz` and
`laws.jsonl.gz`. Written are the embedding (a sentence-transformers folder), the known questions and the ranking beside
it, figures.json with what cross-validation over the STARD questions measured at every stage, and the model card. Each fold is embedded by a
model that has seen neither its questions nor the same words from another source; from the candidates so found the ranking is
fitted. With `--work` the folds that are done are kept there, and a run that was cut short goes on. `--without 0` writes a model that has
not seen the first fold, not to be shipped, and that fold as a test set for `kangbian eval retrieval`.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from rag.embed import load_embedder
from rag.lexical import WordCutter
from rag.ranking import FEATURES
from rag.training.card import model_card
from rag.training.contrast import train
from rag.training.features import (
    Array,
    TextFeatures,
    count_tokens,
    final_tokenizer,
    initial_vectors,
    jieba_frequencies,
    token_features,
)
from rag.training.figures import figures
from rag.training.material import Material, Recipe, Source, outside_questions, read_material, training_texts
from rag.training.model_files import principal_axes, write_model
from rag.training.ranking import Judged, columns_of, fit, judge, known_questions, stages

Say = Callable[[str], None]


@dataclass(frozen=True)
class Bench:
    """What all folds share: the material, the tokenizer, the features of tokens and texts, the first vectors."""

    material: Material
    tokenizer: Tokenizer
    folding: sp.csr_matrix
    texts: TextFeatures
    first: Array
    recipe: Recipe

    @classmethod
    def prepare(cls, material: Material, corpus: Path | None, recipe: Recipe, say: Say) -> "Bench":
        """Count, build the tokenizer, turn every text into features, make first vectors."""
        lexicon = corpus / "lexicon" / "legal_words.txt" if corpus else None
        frequencies, special = jieba_frequencies(lexicon)
        counts = count_tokens(training_texts(material), frequencies)
        tokenizer = final_tokenizer(counts, frequencies, special, recipe)
        folding, names = token_features(tokenizer, counts, recipe)
        say(f"{tokenizer.get_vocab_size()} tokens, {len(names)} features")
        every: dict[str, None] = dict.fromkeys(material.documents.values())
        for source in material.sources:
            every.update(dict.fromkeys([*source.left, *source.right]))
        every.update(dict.fromkeys([*material.questions.values(), *material.passages.values()]))
        texts = TextFeatures(tokenizer, folding, list(every), recipe.longest)
        say(f"{len(every)} texts in features")
        return cls(material, tokenizer, folding, texts, _first(material, texts, recipe), recipe)

    def learn(self, sources: Sequence[Source], say: Say) -> Array:
        """Vectors of the features, turned onto the principal axes of the documents."""
        vectors = train(sources, self.material.documents, self.texts, self.first, self.recipe, say)
        documents = self.texts.vectors(vectors, self.texts.rows(list(self.material.documents.values())))
        return (vectors @ principal_axes(documents)).astype(np.float32)

    def asked(self, vectors: Array) -> dict[str, Array]:
        """The vector of each question that has an answer, and of those measured."""
        questions = list(dict.fromkeys([*self.material.answers, *self.material.questions.values()]))
        return dict(zip(questions, self.texts.vectors(vectors, self.texts.rows(questions)), strict=True))


def _first(material: Material, texts: TextFeatures, recipe: Recipe) -> Array:
    """First vectors, without the measured questions.

    A question together with its answer is a document too: it ties the words of laymen to those of the law.
    """
    joined = [texts.matrix[texts.rows(list(material.documents.values()))]]
    joined += [
        texts.matrix[texts.rows(source.left)] + texts.matrix[texts.rows(source.right)]
        for source in material.sources
        if source.name not in ("laws", "stard") and source.left
    ]
    return initial_vectors(sp.vstack(joined, format="csr"), recipe)


def _words(material: Material, lexicon: Path, cache: Path) -> dict[str, Array]:
    """The BM25 scores of every document for each measured question, cut and scored as the word index does."""
    from bm25s import BM25

    cutter = WordCutter(cache, lexicon)
    engine = BM25(k1=1.2, b=0.75)
    engine.index([cutter.words(text) for text in material.documents.values()], show_progress=False)
    scores: dict[str, Array] = {}
    for question, text in material.questions.items():
        known = [word for word in dict.fromkeys(cutter.words(text)) if word in engine.vocab_dict]
        found = engine.get_scores(known) if known else np.zeros(len(material.documents), np.float32)
        scores[question] = found.astype(np.float16)
    return scores


@dataclass(frozen=True)
class Folds:
    """The parts of the cross-validation; `work` keeps the vectors of those that are done."""

    bench: Bench
    count: int
    work: Path | None
    say: Say

    def vectors(self, number: int) -> Array:
        """Vectors of the features learned without the questions of a fold."""
        kept = self.work / f"fold-{self._signature[:12]}-{number}.npy" if self.work else None
        if kept and kept.is_file():
            found: Array = np.load(kept)
            return found
        material = self.bench.material
        vectors = self.bench.learn(material.sources_without(material.fold(number, self.count)), self.say)
        if kept:
            np.save(kept, vectors)
        return vectors

    def judged(self, words: dict[str, Array]) -> list[Judged]:
        """The candidates of every measured question, found by the model that has not seen it."""
        material, texts = self.bench.material, self.bench.texts
        columns = columns_of(material)
        judged: list[Judged] = []
        for number in range(self.count):
            vectors = self.vectors(number)
            asked = self.bench.asked(vectors)
            documents = texts.vectors(vectors, texts.rows(list(material.documents.values())))
            questions = material.fold(number, self.count)
            known = known_questions(material, asked, {material.questions[question] for question in questions})
            judged += judge(number, questions, material, asked, documents, words, columns, known)
            self.say(f"fold {number + 1} of {self.count} done")
        return judged

    @cached_property
    def _signature(self) -> str:
        signature = hashlib.sha256(f"{self.bench.recipe}{self.count}".encode())
        for source in self.bench.material.sources:
            signature.update("\n".join([*source.left, *source.group]).encode())
        return signature.hexdigest()


def _write_test_set(output: Path, material: Material, questions: Sequence[str]) -> None:
    """The questions that a model has not seen, for `kangbian eval retrieval --queries --qrels`."""
    lines = [json.dumps({"_id": q, "text": material.questions[q]}, ensure_ascii=False) for q in questions]
    (output / "unseen.queries.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    judged = [f"{q}\t{document}\t1" for q in questions for document in material.relevant[q]]
    (output / "unseen.qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m rag.training", description="Train the built-in model.")
    parser.add_argument("--data", type=Path, required=True, help="folder with stard/, pairs/ and laws.jsonl.gz")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="the product's corpus and its questions")
    parser.add_argument("--folds", type=int, default=5, help="parts of the cross-validation")
    parser.add_argument("--work", type=Path, help="folder that keeps finished folds")
    parser.add_argument("--without", type=int, metavar="FOLD", help="a model to measure: it has not seen this fold")
    options = parser.parse_args(arguments)
    recipe = Recipe()
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", file=sys.stderr, flush=True)

    for folder in filter(None, (options.output, options.work)):
        folder.mkdir(parents=True, exist_ok=True)
    material = read_material(options.data, options.corpus, recipe)
    say("read " + ", ".join(f"{len(source.left)} pairs of {source.name}" for source in material.sources))
    bench = Bench.prepare(material, options.corpus, recipe, say)
    folds = Folds(bench, options.folds, options.work, say)
    judged = folds.judged(_words(material, options.corpus / "lexicon", options.work or options.output))
    measured = figures(stages(judged, recipe.seed, options.folds), [one.relevant for one in judged])
    for stage, values in measured.items():
        say(f"{stage}: " + ", ".join(f"{name} {value['value']:.3f}" for name, value in values.items()))
    unseen = [] if options.without is None else material.fold(options.without, options.folds)
    vectors = bench.learn(material.sources, say) if options.without is None else folds.vectors(options.without)
    write_model(options.output, bench.tokenizer, np.asarray(bench.folding @ vectors))
    for question in outside_questions(options.corpus):
        material.answers.setdefault(question, [])
    # The vectors of the known questions are those that the written model gives, rounding and all.
    questions = list(material.answers)
    asked = dict(zip(questions, load_embedder(options.output).embed(questions), strict=True))
    known = known_questions(material, asked, {material.questions[question] for question in unseen})
    known.save(options.output)
    fit([one for one in judged if one.fold != options.without], recipe.seed).save(options.output)
    if unseen:
        _write_test_set(options.output, material, unseen)
    content: dict[str, Any] = {
        "questions": len(judged),
        "documents": len(material.documents),
        "pairs": {source.name: len(source.left) for source in material.sources},
        "known_questions": len(known.vectors),
        "tokens": bench.tokenizer.get_vocab_size(),
        "features": FEATURES,
        "recipe": asdict(recipe),
        "seconds": round(time.monotonic() - started),
        "stages": measured,
    }
    (options.output / "figures.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    size = sum(file.stat().st_size for file in options.output.rglob("*") if file.is_file())
    (options.output / "README.md").write_text(model_card(content, size), encoding="utf-8")
    say(f"written to {options.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
