"""A checker over the built-in corpus, opened once, and the few words that the tests of the check share."""

from functools import lru_cache

from rag import Assistant, CheckedCitation, CheckReport


@lru_cache(maxsize=1)
def assistant() -> Assistant:
    """The assistant of the session's index."""
    return Assistant()


def checked(draft: str) -> CheckReport:
    """The report on a draft."""
    return assistant().check(draft)


def told(draft: str) -> list[tuple[str, str, str | None]]:
    """Raw words, verdict and suggestion of every citation of a draft."""
    return [(found.raw, found.verdict.value, found.suggestion) for found in checked(draft).citations]


def only(draft: str) -> CheckedCitation:
    """The one citation of a draft."""
    (found,) = checked(draft).citations
    return found
