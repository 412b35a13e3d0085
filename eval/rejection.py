"""Whether a citation is named only in order to reject it: 《著作权法》没有第九百条.

Correcting a false premise means naming the citation that is wrong, and that must not count against the answer. A citation
that the question itself brought up may be rejected anywhere in its sentence; any other only by words next to it, so that
a stray 没有 does not excuse a made-up article.
"""

import re
from functools import lru_cache

from rag import Mention

_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.\s")
_REJECTING_BEFORE = re.compile(
    r"(?:没有|并无|不存在|查无|未收录|没有收录|未找到|has no|have no|there is no|does not contain)"
    r"(?:所谓的?|名为|名称为|案号为?|any|an?|the|such)?[\s,，:：《“\"〔(（]{0,3}$",
    re.IGNORECASE,
)
_REJECTING_AFTER = re.compile(
    r"^[”\"》〕)）]?[^。；;\n]{0,10}?"
    r"(?:(?:并?不|未)存在|(?:没有|未)(?:被)?收录|无法核对|未核到|查无|不在收录范围|does not exist|is not held|not held here|no such)",
    re.IGNORECASE,
)
_REJECTING_SENTENCE = re.compile(
    r"不存在|没有|并无|查无|收录|无法核对|不是|并非|而非|不在|有误|不符|不对|错误|更正|变更|旧条号|旧版|旧法|改为|现为|不再|失效|废止|不正确"
    r"|\bno\b|\bnot\b|n't\b|wrong|incorrect|correction|changed|instead|rather than|no longer",
    re.IGNORECASE,
)
_RENUMBERED = re.compile(r"变更|现行|旧|现为|改为|对应|修正|修改|现在|now|former|renumber|current", re.IGNORECASE)


def sentence_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence round a span.

    >>> text = "甲。乙在此；丙。"
    >>> text[slice(*sentence_of(text, 3, 4))]
    '乙在此；'
    """
    ends = _sentence_ends(text)
    left = max((stop for stop in ends if stop <= start), default=0)
    right = min((stop for stop in ends if stop >= end and stop > left), default=len(text))
    return left, right


# Every mention of one answer is asked about.
@lru_cache(maxsize=8)
def _sentence_ends(text: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _SENTENCE_END.finditer(text))


def rejects(text: str, mention: Mention, *, asked: bool, lapsed: bool = False) -> bool:
    """Whether the answer names the citation at this place only to say that it is wrong or not held.

    `asked` says that the question, or the conversation before it, cites the same place; `lapsed` that it is a place of
    an earlier version.
    """
    left, right = sentence_of(text, mention.start, mention.end)
    before, after = text[left : mention.start], text[mention.end : right]
    if _REJECTING_BEFORE.search(before) or _REJECTING_AFTER.match(after):
        return True
    # 2010年《著作权法》第四十九条 named beside the present number is history, not authority.
    if (lapsed or mention.former) and _RENUMBERED.search(before + after):
        return True
    return asked and bool(_REJECTING_SENTENCE.search(before + after))
