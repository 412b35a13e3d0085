"""The model card of the classifier of clauses, from the figures of its training."""

from collections.abc import Mapping
from typing import Any


def fact_card(figures: Mapping[str, Any]) -> str:
    """The README beside the model; `figures` is the content of figures.json."""
    unseen, stories, folds = figures["unseen_clauses"], figures["unseen_stories"], figures["cross_validation"]
    patterns, across = figures["unseen_patterns"], figures["cross_validated_patterns"]
    recipe = figures["recipe"]
    rows = "\n".join(
        f"| {fact} | {row['n']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} | "
        + (f"{patterns['facts'][fact]['f1']:.2f}" if fact in patterns["facts"] else "-")
        + f" | {across['facts'][fact]['f1']:.2f} |"
        for fact, row in unseen["facts"].items()
    )
    return f"""# The reader of facts

A classifier of clauses: which of the {len(unseen["facts"])} facts in `corpus/lexicon/facts.yaml` a clause of a fact pattern tells,
and which it only alleges, supposes, asks or denies. {figures["runs"]:,} runs of characters and words, {recipe["dimension"]} numbers each at 8
bits; one layer reads the clause alone, one the clause with two on either side. There are {recipe["members"]} such networks, trained from
different seeds, and their mean counts; over the whole text two more layers settle which facts stand. Read with numpy
(`rag/fact_model.py`).

## How it was made

    python -m rag.training.facts

Our own texts, written for this and labelled clause by clause by the definitions in `facts.yaml`:
{figures["stories"]:,} fact patterns (`corpus/training/fact_stories.jsonl`) and {figures["single_clauses"]:,} single clauses
(`fact_clauses.tsv`), {figures["clauses"]:,} clauses in all, with hard cases: negated, alleged, supposed, asked, of somebody else. They are machine-written and
machine-labelled, in many voices, simplified and traditional Chinese and English. Nobody's case stands in them.

## What was measured

| read | macro F1 | micro F1 | n |
|---|---|---|---|
| single clauses by an author of whom nothing was trained on | {unseen["macro_f1"]:.3f} | {unseen["micro_f1"]:.3f} | {unseen["n"]:,} |
| clauses inside fact patterns by another such author | {stories["macro_f1"]:.3f} | {stories["micro_f1"]:.3f} | {stories["n"]:,} |
| whole fact patterns by that author: is a fact told anywhere | {patterns["macro_f1"]:.3f} | {patterns["micro_f1"]:.3f} | {patterns["n"]:,} |
| {recipe["folds"]}-fold cross-validation, clauses | {folds["macro_f1"]:.3f} | {folds["micro_f1"]:.3f} | {folds["n"]:,} |
| {recipe["folds"]}-fold cross-validation, whole fact patterns | {across["macro_f1"]:.3f} | {across["micro_f1"]:.3f} | {across["n"]:,} |

A single clause says by itself who did what. Inside a fact pattern subjects are left out and a fact is told over several
clauses, so that authors label the same clause differently and the figure is lower. What an analysis uses is whether a fact is
told anywhere in the text: the last column.

| fact | n | precision | recall | F1, unseen clauses | F1, unseen patterns | F1, cross-validated patterns |
|---|---|---|---|---|---|---|
{rows}

## Limits

- It knows words and their neighbours, the clause before, and which facts go together; it does not know who 他 is.
- Allegations and suppositions are told by their wording. A claim told as a plain fact is taken as one.
- The thresholds in `config.json` balance precision and recall for each fact by cross-validation.
"""
