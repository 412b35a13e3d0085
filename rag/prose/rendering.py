"""Whether a sentence only renders the evidence: the model may choose, order and connect its words, not replace them.

Measured on labelled statements, no comparison of words tells a free paraphrase that is true from one that is false: the
false ones keep closer to the passage than the true ones (应当 for 可以, plaintiff for defendant, a condition dropped). So a clause
passes when it can be laid over one sentence of the evidence or of the user's facts, run by run and in order, with nothing
between the runs but words that connect, and when nothing that would turn the meaning was left out of the clauses it touches.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.script import to_narrow, to_simplified
from rag.money import find_amounts

_MARKS = "，,；;：:。！？!?、\n"
_CLAUSE = re.compile(r"[^，,；;：:。！？!?\n]+")
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_BLANKS = re.compile(r"[\s“”\"‘’'「」『』《》〈〉*_]")
# Words that carry no claim of their own: they may stand between words of the evidence.
_CONNECTING = re.compile(
    "|".join(
        sorted(
            (
                "综上所述", "也就是说", "具体而言", "换言之", "相应地", "与此同时", "在此基础上", "就此而言", "因此", "所以", "故而", "从而", "进而", "同时", "此外", "另外",
                "其次", "首先", "最后", "再次", "其一", "其二", "其三", "一方面", "另一方面", "但是", "不过", "然而", "而且", "并且", "以及", "以及其", "因为", "由于",
                "可见", "综上", "据此", "对此", "其中", "即", "根据", "依照", "依据", "按照", "参照", "关于", "对于", "至于", "就", "在", "对", "于", "按", "依", "据", "故", "而", "但",
                "且", "并", "也", "还", "则", "又", "亦", "与", "和", "及", "或", "的", "了", "地", "得", "之", "其", "该", "此", "这", "这一", "上述", "所", "中", "里", "上", "下", "等",
                "您", "您的", "你", "你们", "贵方", "贵司", "贵公司", "委托人", "我方", "本案", "本案中", "案情", "规定", "规定了", "明确规定", "认为", "指出", "认定", "写明", "要求",
                "法院", "人民法院", "该院", "该案", "该条", "该款", "该项", "该法", "该办法", "该条例", "该解释", "条文", "需要", "需要注意的是", "值得注意的是", "应当注意", "请注意", "有待查明",
                "一", "种", "项", "为", "是", "系", "属于", "有", "以", "从", "由于此", "这里", "所说的", "所称", "情形", "方面", "来看", "而言", "来说", "如下", "例如", "比如", "如",
            ),
            key=len,
            reverse=True,
        )
    )
)  # fmt: skip
# Left out of a clause, any of these would turn it round.
_TURNING = re.compile(
    r"不|未|没|无(?!论)|非(?!常)|否|驳回|禁止|拒绝|免除|除|可以|应当|必须|有权|可能|如果|仅|只(?!要)|至少|至多|超过|以上|以下|部分|主张|请求|辩称|诉称|据称|报道|推定|视为|另|撤"
)
_SPEAKER = re.compile(
    r"(?:原告|被告|上诉人|被上诉人|申请人|作者|文章|当事人|权利人|平台|公诉机关|报道|有观点)[^，。；：]{0,12}(?:主张|认为|辩称|诉称|请求|提出|称|抗辩|据报道|要求|上诉)"
)
_CONDITION = re.compile(r"的$|^(?:如果|若|除|在[^，。]{1,30}(?:时|后|前|情况下)$|只有|经)|时$|^但|外$|情形$|情况下$")
_ITEM = re.compile(r"[（(][一二三四五六七八九十]+[)）]")
_SHORTEST_RUN = 2
# On average a run must be so long: otherwise any sentence could be put together from a long passage.
_MEAN_RUN = 3.0
_LETTER = re.compile(r"[\u3400-\u9fffA-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Laid:
    """A clause laid over a sentence: which characters of the sentence it uses."""

    source: str
    used: frozenset[int]


class SameWords:
    """Wordings that say the same, read as the first of each row; sums and numerals read alike whatever their script.

    >>> SameWords([["法院", "人民法院"]]).read("人民法院判赔1万元")
    '法院判赔10000元'
    """

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._first = {word: row[0] for row in rows for word in row[1:]}
        words = sorted(self._first, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def read(self, text: str) -> str:
        """The text in the wording that both sides share."""
        for amount in reversed(find_amounts(text)):
            text = f"{text[: amount.start]}{amount.yuan}元{text[amount.end :]}"
        return self._pattern.sub(lambda match: self._first[match[0]], text) if self._pattern else text


SAME_AS_WRITTEN = SameWords(())


@lru_cache(maxsize=4)
def load_same_words(corpus: Path) -> SameWords:
    """The rows of `corpus/lexicon/same_words.yaml`; none where there is no such file."""
    import yaml

    file = corpus / "lexicon" / "same_words.yaml"
    return SameWords(yaml.safe_load(file.read_text("utf-8")) if file.is_file() else ())


def rendered(statement: str, sources: Iterable[str], told: str = "", same: SameWords = SAME_AS_WRITTEN) -> str | None:
    """None where every clause renders a sentence of the sources or of what the user told; else what does not, in words.

    >>> law = "权利人的实际损失难以计算的，可以参照该权利使用费给予赔偿。"
    >>> rendered("因此，实际损失难以计算的，可以参照权利使用费给予赔偿。", [law])
    >>> rendered("实际损失难以计算的，应当参照权利使用费给予赔偿。", [law])
    '“应当参照权利使用费给予赔偿”不是所引证据的话'
    """
    sentences = [same.read(sentence) for text in (*sources, told) for sentence in _sentences(text)]
    clauses = [clause for clause in _CLAUSE.findall(same.read(_plain(statement))) if _LETTER.search(clause)]
    laid: list[Laid] = []
    for clause in clauses:
        if _only_connects(clause):
            continue
        found = [one for sentence in sentences if (one := _lay(clause, sentence))]
        if not found:
            return f"“{clause}”不是所引证据的话"
        whole = [one for one in found if not _left_out(one)]
        if not whole:
            return f"“{clause}”略去了所引证据中关键的字（{_left_out(found[0])}）"
        laid.append(min(whole, key=lambda one: len(one.source)))
    for one in laid:
        used = frozenset[int]().union(*(other.used for other in laid if other.source == one.source))
        if reason := _lost_frame(one, used):
            return reason
    return None if laid else "这句话没有说出所引证据的内容"


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a passage; an item of a list together with the words that introduce the list."""
    lead = ""
    for line in text.split("\n"):
        found = _SENTENCE.findall(_plain(line))
        for sentence in found:
            yield f"{lead}{sentence}" if lead and _ITEM.match(sentence) else sentence
        if found and line.rstrip().endswith(("：", ":")):
            lead = found[-1]


def _plain(text: str) -> str:
    return _BLANKS.sub("", to_narrow(to_simplified(text)))


def _only_connects(clause: str) -> bool:
    return not _LETTER.search(_CONNECTING.sub("", clause))


def _lay(clause: str, sentence: str) -> Laid | None:
    """The clause over the sentence, run by run from left to right; None where a word of it has no place there."""
    used: set[int] = set()
    runs, at, behind = 0, 0, 0
    while at < len(clause):
        size, start = _longest(clause, at, sentence, behind)
        connecting = _CONNECTING.match(clause, at)
        if size >= _SHORTEST_RUN and not (connecting and len(connecting[0]) > size):
            used.update(range(start, start + size))
            runs, at, behind = runs + 1, at + size, start + size
        elif connecting:
            at = connecting.end()
        elif not _LETTER.match(clause[at]):
            at += 1
        elif size == 1 and start == behind and runs:
            used.add(start)
            at, behind = at + 1, start + 1
        else:
            return None
    return Laid(sentence, frozenset(used)) if runs and len(used) / runs >= min(_MEAN_RUN, len(used)) else None


def _longest(clause: str, at: int, sentence: str, behind: int) -> tuple[int, int]:
    """Size and place of the longest run from `at` that stands in the sentence at or behind `behind`."""
    size, start = 0, -1
    while at + size < len(clause):
        found = sentence.find(clause[at : at + size + 1], behind)
        if found < 0:
            break
        size, start = size + 1, found
    return size, start


def _left_out(laid: Laid) -> str:
    """The word that turns the meaning in what the clause leaves out of the clauses that it touches; empty for none."""
    for match in _CLAUSE.finditer(laid.source):
        span = range(*match.span())
        if laid.used.isdisjoint(span):
            continue
        rest = "".join(laid.source[at] if at not in laid.used else "\0" for at in span)
        turning = _TURNING.search(rest)
        if turning:
            return turning[0]
    return ""


def _lost_frame(laid: Laid, told: frozenset[int]) -> str | None:
    """Whether who says so, or under which condition it holds, stands before the words in their sentence and was dropped."""
    first = min(laid.used)
    for speaker in _SPEAKER.finditer(laid.source, 0, first):
        if told.isdisjoint(range(*speaker.span())):
            return f"略去了是谁所说（{speaker[0]}）"
    clauses = [match for match in _CLAUSE.finditer(laid.source) if match.end() <= first]
    if clauses and _CONDITION.search(clauses[-1][0]) and told.isdisjoint(range(*clauses[-1].span())):
        return f"略去了条件（{clauses[-1][0][-24:]}）"
    return None
