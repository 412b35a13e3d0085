"""Prose over the evidence: ask the model, check each sentence as it comes, ask once more for what failed, drop the rest.

evidence ──> masked prompt ──> stream ──> sentence ──> judge ──> shown
                                             └─ failed ──> asked once more, together ──> judge ──> shown or dropped
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import ServiceFailure
from rag.answer import Statement
from rag.prose.endpoint import LanguageModel, Message
from rag.prose.evidence import Evidence
from rag.prose.judging import Failed, Judge, Passed
from rag.prose.masking import Masker
from rag.prose.replies import Said, SentenceReader

_PROMPTS = Path(__file__).resolve().parent / "prompts"
_ADVICE = "已说完并通过核对的句子保留；以下为不经语言模型、直接摘录的答案。"
_MOST_SENTENCES = 12
# A model that does not stop is not read to the end.
_MOST_READ = 40
_MOST_REWRITTEN = 12
_NUMBERED = re.compile(r"^\s*(?:第)?(\d{1,2})(?:句)?\s*[：:.、]\s*")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left the machine, names masked, and what came back."""

    messages: tuple[Message, ...]
    reply: str


@dataclass(slots=True)
class Prose:
    """What came of it: the statements in the model's order, how many were written anew and how many dropped, what was
    sent, how many words were masked, and what went wrong, if anything did."""

    statements: list[Statement] = field(default_factory=list)
    rewritten: int = 0
    dropped: int = 0
    masked: int = 0
    sent: list[Sent] = field(default_factory=list)
    failure: str | None = None


class ProseWriter:
    """Writes one answer. After `write` is exhausted, `prose` tells what came of it."""

    def __init__(self, model: LanguageModel, evidence: Evidence, judge: Judge, masker: Masker) -> None:
        self.prose = Prose()
        self._model = model
        self._evidence = evidence
        self._judge = judge
        self._masker = masker
        self._passed: dict[int, Statement] = {}
        self._failed: dict[int, Failed] = {}

    def write(self) -> Iterator[Statement]:
        """The statements that may be shown, each as soon as it is checked. Never raises: a failure is in `prose`."""
        rules = (_PROMPTS / "write.txt").read_text("utf-8").format(most=_MOST_SENTENCES)
        asked = (Message("system", rules), Message("user", self._masker.mask(self._evidence.written_out())))
        try:
            for number, said in enumerate(self._sentences(asked)):
                if statement := self._checked(number, said):
                    yield statement
                if number == _MOST_READ:
                    break
            if self._failed:
                yield from self._again(asked)
        except ServiceFailure as error:
            self.prose.failure = f"{error}{_ADVICE}"
        self.prose.dropped = len(self._failed)
        self.prose.masked = self._masker.count
        self.prose.statements = [self._passed[number] for number in sorted(self._passed)]

    def _sentences(self, asked: tuple[Message, ...]) -> Iterator[Said]:
        """The sentences of one reply, masks taken off; of a reply that breaks off, those that had ended."""
        reader = SentenceReader(self._judge.is_key)
        heard: list[str] = []
        reply = self._model.stream(asked)
        try:
            for piece in reply:
                heard.append(piece)
                yield from map(self._restored, reader.feed(piece))
            yield from map(self._restored, reader.close(whole=True))
        except ServiceFailure:
            yield from map(self._restored, reader.close())
            raise
        finally:
            self.prose.sent.append(Sent(asked, "".join(heard)))

    def _restored(self, said: Said) -> Said:
        return Said(self._masker.restore(said.text), said.numbers, said.keys)

    def _checked(self, number: int, said: Said) -> Statement | None:
        """The statement, if it passes and was not made before."""
        match self._judge.judge(said):
            case Passed(statement) if all(statement.text != known.text for known in self._passed.values()):
                self._passed[number] = statement
                return statement
            case Failed() as failed:
                self._failed[number] = failed
        return None

    def _again(self, asked: tuple[Message, ...]) -> Iterator[Statement]:
        """Ask once more for the sentences that failed, all in one request, so that a slow server is asked twice at most."""
        listed = dict(list(self._failed.items())[:_MOST_REWRITTEN])
        lines = "\n".join(f"{number}：{failed.text}（{failed.reason}）" for number, failed in listed.items())
        prompt = (_PROMPTS / "rewrite.txt").read_text("utf-8").format(failed=self._masker.mask(lines))
        before = Message("assistant", self.prose.sent[-1].reply)
        for said in self._sentences((*asked, before, Message("user", prompt))):
            match = _NUMBERED.match(said.text)
            number = int(match[1]) if match else -1
            if match is None or number not in listed:
                continue
            found = self._judge.judge(Said(said.text[match.end() :], said.numbers, said.keys))
            if isinstance(found, Passed):
                self._failed.pop(number, None)
                self._passed[number] = found.statement
                self.prose.rewritten += 1
                yield found.statement
