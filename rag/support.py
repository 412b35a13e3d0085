"""How likely a statement follows from the passages that it names, judged offline: a measure, not a gate.

Figures and names that stand nowhere, words that deny or bind otherwise than the sentence they render, and how near statement
and clauses come to a sentence of the passage, weighed by weights fitted on labelled statements (`python -m
rag.training.support`). Of 200 statements by another author it agrees with 7 in 10 (docs/evaluation.md): good for telling a better run
from a worse one, too little to show a statement by (`rag.prose.rendering` decides that).
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ingest.numerals import to_int
from ingest.script import to_narrow, to_simplified
from rag.claims import courts_named, same_court
from rag.embed import Vectors, load_embedder
from rag.lexical import WordCutter
from rag.placing import Embed, Weights
from rag.settings import Settings

WEIGHTS = Path(__file__).resolve().parent / "reading" / "support.json"
FEATURES = ("missing", "turned", "nearest", "weakest", "length", "sources", "story", "certain")
_LENGTH, _STORY = 100, 80
_SHORTEST = 3
_CLAUSE = re.compile(r"[^，,；;。：:！？!?\n]+")
_FIGURE = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千零〇]+(?:万[一二三四五六七八九十百千零〇]*)?)\s?(?P<many>亿|万)?(?:余|多)?\s?"
    r"(?P<unit>元|美元|欧元|英镑|个月|年|月|日|天|条|款|项|倍|名|人|次|件|张|幅|部|首|段|份|%|％|成|小时|分钟|组|岁|字|轮|步|篇|集|秒|类|种|个|家|位)?"
)
_DAY = re.compile(r"((?:19|20)\d{2})\s?[年-]\s?(\d{1,2})\s?[月-](?:\s?(\d{1,2})\s?日?)?")
_ONE = frozenset({1})
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*[A-Za-z0-9]")
_COMMON_LATIN = frozenset({"ai", "aigc", "ip", "app", "vs", "the", "llm"})
_PERSON = re.compile(r"[\u4e00-\u9fff]某(?:某|甲|乙)?")
_TITLE = re.compile(r"《([^《》]{2,40})》")
_RIGHT = re.compile(
    r"发表权|署名权|修改权|保护作品完整权|复制权|发行权|出租权|展览权|表演权|放映权|广播权|信息网络传播权|摄制权|改编权|翻译权|汇编权"
)
_NEGATIONS = re.compile(
    r"不得|不能|不予|不会|不应|不必|不再|不是|不可|不构成|不属于|不成立|没有|并未|尚未|未能|未经|无法|无需|无须|无权|不|未|没|无|非|勿|否定|否认|驳回|禁止|拒绝|免除|难以|除外|排除|缺乏|欠缺"
)
# Words in which the sign denies nothing.
_NO_DENIAL = re.compile(
    r"不仅|不但|不论|不管|无论|非常|不断|不同|不少|不久|未来|是否|不正当|不合理|不特定|无形|非法|并非不|不得不|有无|能否|非物质|不可分|无锡|非遗|不限于|不超过|不低于|不少于"
)
_KINDS = (
    re.compile(r"不得|禁止|不应|不能|不可以"),
    re.compile(r"应当|应该|必须|须|应"),
    re.compile(r"可以|有权|允许|得以|鼓励"),
)
_BINDING = re.compile(
    r"(?P<modal>不得|禁止|不应|不能|不可以|应当|应该|必须|可以|有权|允许|得以|鼓励|(?<![相对反适供响])应(?![知用当该])|须)"
    r"(?:由|在|将|把|对|向|按照|依照|依法|根据|以|予以|首先|及时|同时)?(?P<verb>[\u4e00-\u9fff]{2})"
)
_REACH = 24
# What must not be added to a sentence that is otherwise rendered: who, how many, with what exception.
_CRITICAL = (
    ("范围", re.compile(r"均|一律|任何|全部|所有(?!权|者|人)|仅|只有")),
    ("例外", re.compile(r"除外|除[^，。]{1,12}外|例外")),
)
_STRONG = re.compile(r"应当|必须|一律|均")
_SENTENCE = re.compile(r"[^。；！？!?\n]+")
_CERTAIN = re.compile(
    r"必然|必定|一定(?!的|程度)|肯定(?!了)|绝对|一律|任何|所有(?!权|者|人)|全部|始终|永远|只要|唯一|首次|首例|通说|公认|无论如何|毫无|完全(?!一致|相同)"
)
_ALIKE, _NEARLY = 0.5, 0.8


class SupportCheck:
    """Judges statements; `words` cuts a text into its telling words, `embed` is the shipped embedding.

    >>> from rag.embed import load_embedder
    >>> check = SupportCheck(str.split, load_embedder().embed)
    >>> law = "第五十四条。权利人的实际损失难以计算的，给予五百元以上五百万元以下的赔偿。"
    >>> true, false = "赔偿在五百元以上五百万元以下。", "赔偿在五百元以上五千万元以下。"
    >>> check.likelihood(true, [law]) > check.likelihood(false, [law])
    True
    """

    def __init__(self, words: Callable[[str], list[str]], embed: Embed) -> None:
        self._words = words
        self._embed = embed
        # The statements of many answers say the same things of the same passages.
        self._telling = lru_cache(maxsize=8192)(self._telling_words)
        self._sentences = lru_cache(maxsize=1024)(self._sentence_vectors)

    def likelihood(self, statement: str, sources: Sequence[str], told: str = "") -> float:
        """How likely the statement follows from the passages and from what the user told, 0 to 1.

        A statement without passages follows from nothing: 0.
        """
        if not sources:
            return 0.0
        odds = load_support_weights().odds(self.features(statement, sources, told))
        return float(1 / (1 + np.exp(-odds)))

    def features(self, statement: str, sources: Sequence[str], told: str = "") -> list[float]:
        """The features of `FEATURES`, in their order."""
        said, facts = _plain(statement), _plain(told)
        whole = "\n".join([*map(_plain, sources), facts])
        clauses = [clause for clause in _CLAUSE.findall(said) if len(clause) > _SHORTEST] or [said]
        rendered = [sentence for sentence in _SENTENCE.findall(whole) if sentence.strip()]
        turned = {word for clause in clauses for word in self._turned(clause, rendered)}
        turned |= {word for word in _CERTAIN.findall(said) if word not in whole}
        vectors = self._embed([said, *clauses])
        nearness = np.concatenate([self._sentences(source) for source in sources]) @ vectors.T
        return [
            float(bool(_figures_missing(said, whole) or _names_missing(said, whole))),
            float(len(turned)),
            float(nearness[:, 0].max()),
            float(nearness[:, 1:].max(axis=0).min()),
            len(said) / _LENGTH,
            float(len(sources)),
            float(len(told) > _STORY),
            float(_STRONG.search(said) is not None),
        ]

    def _sentence_vectors(self, source: str) -> Vectors:
        return self._embed([sentence for sentence in _SENTENCE.findall(_plain(source)) if sentence.strip()])

    def _telling_words(self, text: str) -> list[str]:
        return [word for word in dict.fromkeys(self._words(text)) if len(word) > 1 and not word.isdigit()]

    def _turned(self, clause: str, sentences: Sequence[str]) -> list[str]:
        """Where a clause denies, binds or widens otherwise than every sentence that it may render."""
        best = self._nearest(clause, sentences)
        if not best:
            return []
        found = []
        if all(self._denies_otherwise(clause, other) for other in best):
            found.append(f"肯定与否定（{best[0][:24]}）")
        for name, pattern in _CRITICAL:
            words = set(pattern.findall(clause))
            if words and all(not pattern.search(other) for other in best):
                found.append(f"{name}“{'、'.join(sorted(words))}”（{best[0][:24]}）")
        for modal in _BINDING.finditer(clause):
            kinds = {kind for other in best for kind in _binding(modal["verb"], other)}
            if kinds and _kind(modal["modal"]) not in kinds:
                found.append(f"“{modal[0]}”（{best[0][:24]}）")
        return found

    def _denies_otherwise(self, clause: str, sentence: str) -> bool:
        parts = self._nearest(clause, _CLAUSE.findall(sentence))
        return bool(parts) and all(_denials(clause) % 2 != _denials(part) % 2 for part in parts)

    def _nearest(self, clause: str, others: Sequence[str]) -> list[str]:
        """The texts that hold most of a clause's words, or nearly as many as the best; none where that is under half."""
        words = self._telling(clause)
        if len(words) < 2:
            return []
        size = sum(map(len, words))
        shares = [sum(len(word) for word in words if word in other) / size for other in others]
        least = max(_ALIKE, _NEARLY * max(shares, default=0.0))
        order = sorted(range(len(others)), key=lambda index: -shares[index])
        return [others[index] for index in order if shares[index] >= least]


def _kind(modal: str) -> int:
    """What a modal does: forbids, binds or allows."""
    return next(index for index, kind in enumerate(_KINDS) if kind.fullmatch(modal))


def _binding(verb: str, sentence: str) -> set[int]:
    """How a sentence binds a verb: 可以 before 认定."""
    return {
        _kind(modal["modal"])
        for modal in _BINDING.finditer(sentence)
        if verb in sentence[modal.end("modal") : modal.end("modal") + _REACH]
    }


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return to_narrow(to_simplified(text))


def _part(word: str, whole: str) -> float:
    """1 for a word that stands in the text, else the part of its pairs of characters that do."""
    if word in whole:
        return 1.0
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    return sum(pair in whole for pair in pairs) / len(pairs) if len(word) > 2 else 0.0


def _denials(text: str) -> int:
    return len(_NEGATIONS.findall(_NO_DENIAL.sub("", text)))


def _figures(text: str) -> set[tuple[float, str]]:
    found = set()
    for match in _DAY.finditer(text):
        year, month, day = (int(part or 0) for part in match.groups())
        if day or month:
            found.add((year * 10_000.0 + month * 100 + day, "日期"))
            found.add((year * 10_000.0 + month * 100, "日期"))
    for match in _FIGURE.finditer(text):
        number, unit = match["number"].replace(",", ""), match["unit"] or ""
        if not unit and not match["many"] and (not number[0].isdigit() or len(number) < 2):
            continue
        value = float(number) if number[0].isdigit() else to_int(number)
        if value is None or (value in _ONE and unit not in ("条", "款", "项", "倍", "年", "月", "日", "元")):
            continue
        found.add((float(value) * {"亿": 1e8, "万": 1e4}.get(match["many"] or "", 1.0), unit.replace("％", "%")))
    return found


def _figures_missing(said: str, whole: str) -> list[str]:
    held = _figures(whole)
    values = {value for value, _ in held}
    return [
        f"{value:g}{unit}"
        for value, unit in sorted(_figures(said))
        if (value, unit) not in held and not (value in values and (not unit or (value, "") in held))
    ]


def _names_missing(said: str, whole: str) -> list[str]:
    lowered = whole.lower()
    latin = [word for word in _LATIN.findall(said) if word.lower() not in _COMMON_LATIN and word.lower() not in lowered]
    # An English sentence is no list of names: only what is written like one counts.
    if sum(letter.isascii() for letter in said) > len(said) / 2:
        latin = [
            word for word in latin if word[0].isupper() and not re.search(rf"(?:^|[.!?]\s){re.escape(word)}", said)
        ]
    found = [*latin, *(name for name in _PERSON.findall(said) if name not in whole)]
    found += [name for name in _RIGHT.findall(said) if name not in whole]
    found += [name for name in _TITLE.findall(said) if _plain(name) not in whole]
    courts = courts_named(whole)
    found += [
        name
        for name, _, _ in courts_named(said)
        if name not in whole and not any(same_court(name, held) for held, _, _ in courts)
    ]
    return list(dict.fromkeys(found))


def open_support(settings: Settings) -> SupportCheck:
    """The check with the shipped embedding and the word lists of a corpus."""
    cutter = WordCutter(settings.home / "cache", settings.corpus / "lexicon")
    return SupportCheck(cutter.words, load_embedder().embed)


@lru_cache(maxsize=1)
def load_support_weights() -> Weights:
    """The fitted weights that ship with the product."""
    held = json.loads(WEIGHTS.read_text("utf-8"))
    rows = [held["features"][name] for name in FEATURES]
    mean, scale, weights = (np.asarray([row[index] for row in rows], np.float64) for index in range(3))
    return Weights(mean, scale, weights, float(held["bias"]))
