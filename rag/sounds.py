"""How Chinese characters sound, one by one, in pinyin without tones."""

import os
from functools import lru_cache

# 着 is the simplified form of 著 in its other sense, and often typed for it: 着作权.
_TYPED_FOR = {"着": "著"}


@lru_cache(maxsize=8192)
def readings(letter: str) -> tuple[str, ...]:
    """Every reading of a character, the usual one first; any other character stands for itself.

    >>> "zhuo" in readings("著"), readings("A")
    (True, ('A',))
    """
    # The dictionary of phrases takes a third of a second to load and says nothing about single characters.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin([letter, _TYPED_FOR.get(letter, letter)], style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(reading for sounds in found for reading in sounds)) or (letter,)


def sound(letter: str) -> str:
    """The usual reading of a character.

    >>> sound("法")
    'fa'
    """
    return readings(letter)[0]
