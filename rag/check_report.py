"""What a check of a draft found: one verdict for each citation, and how many of each kind."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from rag.answer import Verdict

# Verdicts that leave the draft as it is: checked and right, or not to be checked here.
PASSING = frozenset({Verdict.EXACT, Verdict.VALID, Verdict.NOT_IN_CORPUS})


class WordChange(BaseModel):
    """One difference between a quotation and its source; `grave` marks a changed number or negation."""

    model_config = ConfigDict(frozen=True)

    quoted: str
    source: str
    grave: bool


class CheckedCitation(BaseModel):
    """One citation of a draft. `start` and `end` count Unicode characters; `raw` is that slice of the draft.

    `key` is None where no one document is meant; `quote` holds the words that the verdict is about; `suggestion` is the
    key of the right place. `source` and `changes` (the words held, and the differences) are for display and stay out of
    the JSON.
    """

    model_config = ConfigDict(frozen=True)

    raw: str
    start: int
    end: int
    key: str | None
    verdict: Verdict
    quote: str | None
    message: str
    suggestion: str | None
    source: str | None = Field(default=None, exclude=True)
    changes: tuple[WordChange, ...] = Field(default=(), exclude=True)


class CheckReport(BaseModel):
    """All citations of a draft in order, and how many have each of the nine verdicts.

    >>> CheckReport.of([]).summary["exact"], CheckReport.of([]).passes
    (0, True)
    """

    model_config = ConfigDict(frozen=True)

    citations: list[CheckedCitation]
    summary: dict[str, int]

    @classmethod
    def of(cls, citations: Iterable[CheckedCitation]) -> "CheckReport":
        """The report over these citations."""
        found = list(citations)
        counts = {verdict.value: 0 for verdict in Verdict}
        for citation in found:
            counts[citation.verdict.value] += 1
        return cls(citations=found, summary=counts)

    @property
    def passes(self) -> bool:
        """Whether nothing wrong was found: every verdict is exact, valid or not_in_corpus."""
        return all(citation.verdict in PASSING for citation in self.citations)
