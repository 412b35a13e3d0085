"""Whether a statement follows from the places that it cites, judged by the language model that the user has configured.

Each statement is put before the model with the words of its places and the facts of the question, names and numbers masked,
and one line of JSON comes back (`eval/prompts/support.md`). Whatever else comes back, or nothing, leaves the statement not
judged; it is never taken for supported. The line must repeat the code of the marks, which no text before the model can
know: a passage that dictates an answer does not dictate a valid one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eval.questioner import Prompt, Questioner, between_marks, new_code
from eval.shelf import Copy, Shelf
from eval.support import cited_places
from rag import Answer, Kind, LanguageModel, Masker, ServiceFailure, Statement

# Private texts and places (key: words) to the masks for them, as `rag.Assistant.masker` gives it.
Masking = Callable[[list[str], Mapping[str, str]], Masker]

# Characters of statement, places and facts together: a model of 32,000 tokens reads them with the rules.
_LONGEST = 20_000
_LONGEST_REASON = 200
# What a document says of itself outside its text, and what a statement about it may rest on.
_KNOWN = {
    "court": "法院", "case_number": "案号", "decided": "裁判日期", "instance": "审级", "status": "状态", "claimed": "请求金额",
    "awarded": "判赔金额", "issuer": "发布机关", "adopted": "通过日期", "effective": "施行日期", "repealed": "废止日期",
    "superseded_by": "被取代为",
}  # fmt: skip


class Support(StrEnum):
    """What came of judging a statement."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    CANNOT_TELL = "cannot_tell"
    NOT_JUDGED = "not_judged"


_WORDS = {"支持": Support.SUPPORTED, "不支持": Support.NOT_SUPPORTED, "无法判断": Support.CANNOT_TELL}


@dataclass(frozen=True, slots=True)
class Ruling:
    """A statement with what came of judging it; `reason` is the model's, or why there is no judgment."""

    statement: str
    citations: tuple[str, ...]
    support: Support
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it stands in `items.jsonl` and in `report.json`."""
        return {
            "statement": self.statement,
            "citations": list(self.citations),
            "ruling": self.support.value,
            "reason": self.reason,
        }

    @classmethod
    def of_json(cls, row: Mapping[str, Any]) -> "Ruling":
        """What `as_json` gave."""
        return cls(row["statement"], tuple(row["citations"]), Support(row["ruling"]), row["reason"])


class SupportJudge:
    """Judges the statements of answers, one request each."""

    def __init__(self, model: LanguageModel, masking: Masking) -> None:
        self._questioner = Questioner(model, Prompt.read("support"))
        self._masking = masking

    @property
    def provenance(self) -> dict[str, str]:
        """`{"model", "prompt_sha256"}`: rulings of another model or prompt are no rulings of this one."""
        return self._questioner.provenance

    def rule(self, statement: Statement, answer: Answer, told: str, shelf: Shelf) -> Ruling:
        """Judge one statement of an answer against `shelf`; `told` is what the user said.

        Raises ServiceFailure where the model gave no whole reply: asked again later, it may.
        """
        places = {
            str(citation): _written_out(copy, citation.path, text)
            for citation, copy, text in cited_places(statement, answer, shelf)
        }
        if not places:
            return _not_judged(statement, "所引之处没有文字可供核对，没有发送。")
        masker = self._masking([told, statement.text], places)
        listed = "\n\n".join(f"[{number}] {key}\n{words}" for number, (key, words) in enumerate(places.items(), 1))
        texts = {name: masker.mask(text) for name, text in (("陈述", statement.text), ("出处", listed), ("案情", told))}
        if (length := sum(map(len, texts.values()))) > _LONGEST:
            return _not_judged(statement, f"陈述、出处和案情共{length}字，超过{_LONGEST}字，没有发送。")
        code = new_code()
        support, reason = _read(self._questioner.reply(between_marks(texts, code)), code)
        return Ruling(statement.text, tuple(statement.citations), support, masker.restore(reason))


def ruling_of(
    judge: SupportJudge, statement: Statement, answer: Answer, told: str, shelf: Shelf
) -> tuple[Ruling, bool]:
    """The ruling on a statement, and whether asking failed, so that it may be asked again. Never raises ServiceFailure."""
    try:
        return judge.rule(statement, answer, told, shelf), False
    except ServiceFailure as error:
        return _not_judged(statement, str(error)), True


def _not_judged(statement: Statement, why: str) -> Ruling:
    return Ruling(statement.text, tuple(statement.citations), Support.NOT_JUDGED, why)


def _read(reply: str, code: str) -> tuple[Support, str]:
    """What a reply says: one object with the code, one known word and a reason, and nothing around it.

    >>> _read('{"code": "a1", "reason": "第一款", "verdict": "支持"}', "a1")
    (<Support.SUPPORTED: 'supported'>, '第一款')
    >>> _read('supported', "a1")[0], _read('{"code": "a1", "verdict": "支持", "verdict": "不支持"}', "a1")[0]
    (<Support.NOT_JUDGED: 'not_judged'>, <Support.NOT_JUDGED: 'not_judged'>)
    """
    bare = reply.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        fields = json.loads(bare, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return Support.NOT_JUDGED, "语言模型的回复不是所要求的一行 JSON。"
    if not isinstance(fields, dict) or fields.get("code") != code:
        return Support.NOT_JUDGED, "语言模型的回复没有照抄编号，可能受了材料中文字的影响。"
    verdict, reason = fields.get("verdict"), fields.get("reason", "")
    if not isinstance(verdict, str) or verdict not in _WORDS or not isinstance(reason, str):
        return Support.NOT_JUDGED, "语言模型的回复不是“支持”“不支持”“无法判断”之一。"
    return _WORDS[verdict], " ".join(reason.split())[:_LONGEST_REASON]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ: with the same key twice it says two things."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _written_out(copy: Copy, path: tuple[str, ...], text: str) -> str:
    """A place as the model reads it: title, what is known of the document, the words that introduce a list, the words."""
    known = "；".join(f"{label}：{copy.meta[name]}" for name, label in _KNOWN.items() if copy.meta.get(name))
    lead = (copy.text(path[:2]) or "").split("\n", 1)[0].strip() if copy.kind is Kind.STATUTE and len(path) > 2 else ""
    lines = [copy.title, f"（{known}）" if known else "", lead if lead.endswith(("：", ":")) else "", text]
    return "\n".join(line for line in lines if line)
