"""The answer, as every door gives it: typed models of the JSON that other tools read."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from ingest.document import Kind


class AnswerKind(StrEnum):
    """What sort of answer was given."""

    DEFENSE = "defense"
    STATUTE = "statute"
    CASE = "case"
    CONCEPT = "concept"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"


class Verdict(StrEnum):
    """What a check found about a citation, in the order in which the verdicts take precedence."""

    NOT_IN_CORPUS = "not_in_corpus"
    AMBIGUOUS = "ambiguous"
    OUTDATED = "outdated"
    NONEXISTENT = "nonexistent"
    MISMATCH = "mismatch"
    WRONG_PINPOINT = "wrong_pinpoint"
    ALTERED = "altered"
    EXACT = "exact"
    VALID = "valid"

    @property
    def label(self) -> str:
        """The Chinese words for it, as reports show them."""
        return _VERDICT_LABELS[self]

    @property
    def is_sound(self) -> bool:
        """Whether a citation with this verdict may be shown as support: only exact and valid ones."""
        return self in (Verdict.EXACT, Verdict.VALID)


_VERDICT_LABELS = {
    Verdict.NOT_IN_CORPUS: "未收录，未核对",
    Verdict.AMBIGUOUS: "指向不明",
    Verdict.OUTDATED: "旧条号或旧文本",
    Verdict.NONEXISTENT: "不存在",
    Verdict.MISMATCH: "与案件记载不符",
    Verdict.WRONG_PINPOINT: "条款项有误",
    Verdict.ALTERED: "引文有改动",
    Verdict.EXACT: "引文一致",
    Verdict.VALID: "存在有效",
}


class Strength(StrEnum):
    """How far a defence carries."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"
    UNAVAILABLE = "unavailable"


class ElementStatus(StrEnum):
    """What the facts say about an element of a defence."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Turn(BaseModel):
    """One earlier message of the conversation: `role` is user or assistant."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: str
    content: str


class Statement(BaseModel):
    """One thing the answer says, with the keys of the places that bear it.

    A statement without citations may only say what is not held, ask, or give notice.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    citations: list[str] = Field(default_factory=list)


class Source(BaseModel):
    """A cited place. `quote` is verbatim, and None where only a digest of ours is held."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    quote: str | None
    verdict: Verdict
    in_force: bool
    source_kind: Kind


class FactSpan(BaseModel):
    """The words of the facts that decide an element; offsets count Unicode characters of the question."""

    model_config = ConfigDict(frozen=True)

    text: str
    start: int
    end: int


class Element(BaseModel):
    """An element of a defence, held against the facts."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    status: ElementStatus
    fact: FactSpan | None = None
    citations: list[str] = Field(default_factory=list)


class Defense(BaseModel):
    """A defence, held against the facts: how far it carries and what would change that."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    strength: Strength
    elements: list[Element] = Field(default_factory=list)
    supporting: list[str] = Field(default_factory=list)
    adverse: list[str] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)
    would_change: list[str] = Field(default_factory=list)


class Provenance(BaseModel):
    """Which corpus, embedding model, generator and version made the answer."""

    model_config = ConfigDict(frozen=True)

    corpus: str
    embedder: str
    generator: str
    version: str


class Answer(BaseModel):
    """A checked answer; `model_dump(mode="json")` is the JSON of every door.

    >>> answer = Answer(id="1", question="？", kind=AnswerKind.ABSTAIN, abstained=True, text="没有可用的依据。",
    ...                 as_of=date(2026, 1, 1), provenance=Provenance(corpus="c", embedder="e", generator="g", version="v"))
    >>> answer.model_dump(mode="json")["as_of"]
    '2026-01-01'
    """

    id: str
    question: str
    kind: AnswerKind
    abstained: bool
    text: str
    statements: list[Statement] = Field(default_factory=list)
    citations: list[Source] = Field(default_factory=list)
    defenses: list[Defense] = Field(default_factory=list)
    clarify: list[str] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    as_of: date
    provenance: Provenance
    timings_ms: dict[str, float] = Field(default_factory=dict)
