"""The verdict on one citation, worked out from the words of the corpus files and from nothing the answer says of it."""

from collections.abc import Iterable
from datetime import date

from eval.shelf import Shelf
from rag import Citation, Verdict, stands_in

# What counts as made up: the place is not there, the words are not those, or the case is not what is said of it.
# `not_in_corpus` is no part of it: what cannot be checked is neither a pass nor a fake.
HALLUCINATED = (Verdict.NONEXISTENT, Verdict.ALTERED, Verdict.MISMATCH)


def judge(shelf: Shelf, citation: Citation, words: str | None, day: date, *, marked: bool = False) -> Verdict:
    """The verdict on a normal citation (`Shelf.normal`) and on the words that are said to stand there.

    The verdicts and their order are those of the contract. `marked` says that the answer itself names the law as not
    in force, so that showing it is no mistake. Words of a judgment of which only a digest is held cannot be checked.
    """
    if not shelf.copies(citation):
        return Verdict.OUTDATED if shelf.lapsed(citation, day) else Verdict.NOT_IN_CORPUS
    exists = shelf.exists(citation)
    if exists is None:
        return Verdict.NOT_IN_CORPUS
    texts = shelf.texts(citation)
    quotable = [(copy, text) for copy, text in texts if not copy.is_digest]
    if words is not None and texts and not quotable:
        return Verdict.NOT_IN_CORPUS
    if not marked and (shelf.lapsed(citation, day) or shelf.pending(citation, day)):
        return Verdict.OUTDATED
    if not exists:
        return Verdict.NONEXISTENT
    if words is None:
        return Verdict.VALID
    if any(stands_in(words, text) for _, text in quotable):
        return Verdict.EXACT
    elsewhere = any(stands_in(words, text) for copy, _ in quotable for _, text in copy.passages)
    return Verdict.WRONG_PINPOINT if elsewhere else Verdict.ALTERED


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that takes precedence.

    >>> gravest([Verdict.VALID, Verdict.ALTERED, Verdict.EXACT])
    <Verdict.ALTERED: 'altered'>
    """
    order = list(Verdict)
    return min(verdicts, key=order.index)
