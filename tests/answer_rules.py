"""What every answer must keep, whatever was asked (contract, "Answer"); the tests of answers share it."""

import re
from dataclasses import dataclass
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from rag import Answer, AnswerKind, Assistant, Library, Turn, Verdict
from rag.provision import words_of

DAY = date(2026, 6, 1)
_OURS = {Kind.JUDGMENT_DIGEST, Kind.NOTE}
# What a statement without a citation may do: say what is not held or not known, ask, give notice.
_NOTICE = re.compile(
    r"没有收录|未收录|未核到|没有可以|没有单独|请(?:把|说明|写)|本库收录的案件中|指令|not held|Nothing held|Please|not recorded|no question"
    r"|Of the cases held|no article of its own"
)


def keep_the_rules(answer: Answer, library: Library) -> None:
    """Assert what holds of every answer: sound citations, verbatim quotes, digests unquoted, nothing unsupported."""
    listed = {source.key: source for source in answer.citations}
    named = {key for statement in answer.statements for key in statement.citations}
    named |= {key for defense in answer.defenses for key in (*defense.supporting, *defense.adverse)}
    named |= {key for defense in answer.defenses for element in defense.elements for key in element.citations}
    assert {key for statement in answer.statements for key in statement.citations} <= set(listed)
    assert set(listed) <= named
    for source in answer.citations:
        assert source.verdict in (Verdict.EXACT, Verdict.VALID)
        assert (source.quote is None) == (source.verdict is Verdict.VALID)
        place = library.place(Citation.parse(source.key), answer.as_of)
        assert place is not None
        assert (place.key, place.kind) == (source.key, source.source_kind)
        ours = place.kind in _OURS or place.document.meta.get("text") == "digest"
        if ours:
            assert source.quote is None
            assert f"“{words_of(place)[:24]}" not in answer.text
        elif source.quote is not None:
            # Unbroken: the words stand in the answer as they stand in the source, parted by line breaks only.
            assert source.quote in answer.text
            assert squeezed(source.quote) in squeezed(place.text)
    for statement in answer.statements:
        assert statement.text in answer.text
        if not statement.citations:
            assert _NOTICE.search(statement.text), statement.text
    assert answer.abstained == (answer.kind is AnswerKind.ABSTAIN)
    assert not (answer.abstained and answer.citations)
    assert bool(answer.defenses) == (answer.kind is AnswerKind.DEFENSE)
    assert answer.timings_ms["total"] > 0
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def squeezed(text: str) -> str:
    """A text without white space, which is all that may differ between a source and its showing."""
    return re.sub(r"\s+", "", text)


def keys_of(answer: Answer) -> list[str]:
    """The keys of the listed sources without their versions, in order."""
    return [re.sub(r"@[\d-]+", "", source.key) for source in answer.citations]


def holds(answer: Answer, wanted: str) -> bool:
    """Whether a source of the answer is the wanted place or lies inside it."""
    key = Citation.parse(wanted)
    return any(key.contains(Citation.parse(source.key)) for source in answer.citations)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a question and checks the answer against the rules; `history` alternates user and assistant."""

    assistant: Assistant
    library: Library

    def __call__(self, question: str, *history: str, as_of: date = DAY) -> Answer:
        turns = [Turn(role=("user", "assistant")[at % 2], content=said) for at, said in enumerate(history)]
        answer = self.assistant.ask(question, turns, as_of)
        keep_the_rules(answer, self.library)
        return answer
