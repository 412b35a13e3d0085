"""The checks of an item: what its gold asks of the answer, each named, each with the reason where it failed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from eval.dataset import Gold, GoldDefenses
from eval.reading import plain
from rag import Answer, Citation, Defense, Strength

_RANK = {Strength.STRONG: 3, Strength.MEDIUM: 2, Strength.WEAK: 1, Strength.UNAVAILABLE: 0}


@dataclass(frozen=True, slots=True)
class GoldGroup:
    """One group of gold keys: those that are held, in normal form, and whether the answer meets it."""

    keys: tuple[str, ...]
    held: tuple[Citation, ...]
    met: bool

    def takes(self, citation: Citation) -> bool:
        """Whether a citation meets the group: it is one of the keys, or lies inside one."""
        return any(key.contains(citation) for key in self.held)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an item; `detail` says, in Chinese, what was missing or too much."""

    name: str
    passed: bool
    detail: str = ""


def check_answer(answer: Answer | None, gold: Gold, groups: Sequence[GoldGroup]) -> list[Check]:
    """Every check that the gold asks for; without an answer each of them fails."""
    if answer is None:
        return [Check("answered", False, "没有答案"), *(Check(name, False, "没有答案") for name in _asked_for(gold))]
    text = plain(answer.text).casefold()
    faults = {
        "citations": [f"未引用 {' 或 '.join(group.keys)}" for group in groups if not group.met],
        "defenses": list(defense_faults(gold.defenses, answer.defenses)) if gold.defenses else [],
        "contains": [f"缺少「{words}」" for words in gold.contains if not _stands(words, text)],
        "contains_any": [
            f"「{'」「'.join(group)}」一个都没有"
            for group in gold.contains_any
            if not any(_stands(words, text) for words in group)
        ],
        "absent": [f"不应出现「{words}」" for words in gold.absent if _stands(words, text)],
        "abstain": [f"应{'' if gold.abstain else '不'}拒答，实际{'' if answer.abstained else '没有'}拒答"]
        if gold.abstain is not None and answer.abstained != gold.abstain
        else [],
    }
    named = [Check(name, not faults[name], "；".join(faults[name])) for name in _asked_for(gold)]
    return [Check("answered", True), *named]


def defense_faults(gold: GoldDefenses, defenses: Sequence[Defense]) -> Iterator[str]:
    """What is wrong with the defences of an answer, by the rule of the contract ("Dataset line").

    `expected`: every one at least medium, and one of them, or of `first`, ranks first. `excluded`: weak or unavailable
    where it appears at all. `at_most`: no stronger than said where it appears.
    """
    strengths = {defense.id: defense.strength for defense in reversed(defenses)}
    for name in gold.expected:
        if name not in strengths:
            yield f"缺少 {name}"
        elif _RANK[strengths[name]] < _RANK[Strength.MEDIUM]:
            yield f"{name} 应至少为 medium，实际为 {strengths[name]}"
    leaders = tuple(dict.fromkeys((*gold.expected, *gold.first)))
    if leaders and (not defenses or defenses[0].id not in leaders):
        leading = defenses[0].id if defenses else "没有抗辩"
        yield f"排第一的应是 {' 或 '.join(leaders)}，实际是 {leading}"
    limits = {**dict.fromkeys(gold.excluded, Strength.WEAK)}
    for name, limit in gold.at_most.items():
        limits[name] = min(limit, limits.get(name, limit), key=_RANK.__getitem__)
    for name, limit in limits.items():
        if name in strengths and _RANK[strengths[name]] > _RANK[limit]:
            yield f"{name} 至多为 {limit}，实际为 {strengths[name]}"


def _asked_for(gold: Gold) -> Iterable[str]:
    """The names of the checks that the gold asks for; an absent field checks nothing."""
    asked = {
        "citations": bool(gold.citations),
        "defenses": gold.defenses is not None,
        "contains": bool(gold.contains),
        "contains_any": bool(gold.contains_any),
        "absent": bool(gold.absent),
        "abstain": gold.abstain is not None,
    }
    return [name for name, wanted in asked.items() if wanted]


def _stands(words: str, text: str) -> bool:
    return plain(words).casefold() in text
