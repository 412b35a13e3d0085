"""Answers written by hand for the tests of the evaluation, and the shelf they are held against."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from eval.dataset import Gold, Item, ItemKind
from eval.marking import Marked, Outcome, mark
from eval.shelf import Shelf, open_shelf
from rag import Answer, AnswerKind, Defense, Kind, Provenance, Settings, Source, Statement, Strength, Verdict

DAY = date(2026, 11, 22)
ITEM_6 = "（六）为学校课堂教学或者科学研究，翻译、改编、汇编、播放或者少量复制已经发表的作品，供教学或者科研人员使用，但不得出版发行；"
SPRING = "(2023)京0491民初11279号"


@cache
def shelf() -> Shelf:
    """The built-in corpus, read once for all tests."""
    return open_shelf(Settings())


def source(key: str, quote: str | None = None) -> Source:
    """A source whose own verdict is always a lie, so that a test which believed it would fail."""
    return Source(key=key, title="", quote=quote, verdict=Verdict.AMBIGUOUS, in_force=True, source_kind=Kind.STATUTE)


def answer(
    text: str = "",
    *sources: Source,
    statements: Sequence[Statement] = (),
    defenses: Sequence[tuple[str, str]] = (),
    abstained: bool = False,
    id: str = "1",
    question: str = "？",
    corpus: str = "c",
) -> Answer:
    """An answer with the parts that the measures read; `defenses` are (id, strength) in order."""
    return Answer(
        id=id,
        question=question,
        kind=AnswerKind.ABSTAIN if abstained else AnswerKind.STATUTE,
        abstained=abstained,
        text=text,
        statements=list(statements),
        citations=list(sources),
        defenses=[Defense(id=name, name=name, strength=Strength(strength)) for name, strength in defenses],
        as_of=DAY,
        provenance=Provenance(corpus=corpus, embedder="e", generator="g", version="v"),
    )


def item(gold: Gold | None = None, kind: ItemKind = ItemKind.STATUTE, question: str = "？", id: str = "1") -> Item:
    """An item asked on `DAY`."""
    return Item(1, id, kind, question, (), DAY, gold or Gold())


def marked(
    given: Answer | None,
    gold: Gold | None = None,
    kind: ItemKind = ItemKind.STATUTE,
    question: str = "？",
    ms: float = 1,
) -> Marked:
    """An answer (None for none) marked against gold."""
    return mark(item(gold, kind, question), Outcome(given, None if given else "错误", ms), shelf())
