"""Quotations: when two wordings are the same words, and where they part."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ingest.script import to_simplified

# Width and style of punctuation carry no meaning in a quotation; every other character does.
_PUNCTUATION = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"', "＂": '"', "‘": '"', "’": '"', "'": '"',
        "《": "<", "》": ">", "〈": "<", "〉": ">", "。": ".", "、": ",", "〔": "(", "〕": ")", "【": "(", "】": ")",
        "—": "-", "–": "-", "－": "-", "～": "~", "·": ".", "•": ".",
    }
)  # fmt: skip
_OMISSION = re.compile(r"(?:…+|\.{3,}|。{3,}|\[[…\.]+\]|〔[…\.]+〕|（[…\.]+）)")
_NEGATIONS = frozenset("不无未非没禁勿莫")


# The sources of one answer are compared with each of its sentences.
@lru_cache(maxsize=2048)
def fold(text: str) -> str:
    """The words of a text with white space, width and style of punctuation folded away.

    >>> fold("（一）为个人学习、研究") == fold("(一)为个人学习, 研究".replace(",", "、"))
    True
    """
    folded = unicodedata.normalize("NFKC", to_simplified(text)).translate(_PUNCTUATION)
    return re.sub(r"\s+", "", folded)


def stands_in(quote: str, text: str) -> bool:
    """Whether the quoted words stand in `text`, in order; an ellipsis in the quotation leaves words out.

    >>> stands_in("在下列情况下使用作品……不向其支付报酬", "在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬")
    True
    >>> stands_in("可以经著作权人许可", "可以不经著作权人许可")
    False
    """
    folded, at = fold(text), 0
    parts = [part for part in (fold(piece).strip(".,;:") for piece in _OMISSION.split(quote)) if part]
    for part in parts:
        found = folded.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(parts)


def likeness(quote: str, text: str) -> float:
    """How much of the quotation can be found in the text, 0 to 1, by matching runs of at least two characters."""
    a, b = fold(quote), fold(text)
    if not a:
        return 0.0
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) / len(a)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the quotation and the source: words left out, put in or replaced."""

    quoted: str
    source: str

    @property
    def is_grave(self) -> bool:
        """Whether a number or a negation changed: the slips that turn the meaning round."""
        touched = self.quoted + self.source
        return any(
            character.isdigit() or character in _NEGATIONS or character in "一二三四五六七八九十百千万"
            for character in touched
        )


def differences(quote: str, text: str) -> list[Change]:
    """Where the quotation parts from the stretch of the source that it renders.

    >>> differences("可以经著作权人许可", "使用作品，可以不经著作权人许可，不向其支付报酬")
    [Change(quoted='', source='不')]
    """
    a, b = fold(quote), fold(text)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size > 1]
    if not blocks:
        return [Change(a, "")]
    low = max(0, blocks[0].b - blocks[0].a)
    high = blocks[-1].b + len(a) - blocks[-1].a
    stretch = b[low:high]
    return [
        Change(a[i1:i2], stretch[j1:j2])
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, stretch, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
