"""One script for matching: traditional to simplified, full width to ASCII, every character staying in its place."""

from functools import cache

_WIDE_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BRACKETS = dict(zip(map(ord, "〔〕［］【】[]﹝﹞"), "()()()()()", strict=True))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u3000\u2002\u2003\u2009\u202f\t"), " ")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@cache
def _simplified_table() -> dict[int, str]:
    """Code point of each traditional character -> its simplified one, where that is a single character."""
    from opencc import OpenCC

    blocks = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2FA20))
    characters = [chr(code) for first, last in blocks for code in range(first, last)]
    # Line breaks keep the converter from reading neighbours as one word: 乾 alone, never 乾坤.
    converted: list[str] = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(old): new for old, new in pairs if old != new and len(new) == 1}


@cache
def _fold_table() -> dict[int, int | str]:
    wide_upper = {wide: _LOWER.get(narrow, narrow) for wide, narrow in _WIDE_ASCII.items()}
    wide_brackets = {ord("［"): "(", ord("］"): ")"}
    return {**_simplified_table(), **_LOWER, **wide_upper, **_SPACES, **_BRACKETS, **wide_brackets}


def to_simplified(text: str) -> str:
    """Simplified characters, one for one, so that offsets into the text still hold.

    >>> to_simplified("著作權法第二十四條第一款第（六）項")
    '著作权法第二十四条第一款第（六）项'
    """
    return text.translate(_simplified_table())


def to_narrow(text: str) -> str:
    """Full-width letters, digits and ASCII punctuation in their ASCII form, one for one.

    >>> to_narrow("第２４条（６）")
    '第24条(6)'
    """
    return text.translate(_WIDE_ASCII)


def fold(text: str) -> str:
    """The form in which names and numbers are compared: simplified, narrow, lower case, all brackets round.

    The length never changes.

    >>> fold("〔２０２４〕粵０１９２民初１１３號　Art. 24")
    '(2024)粤0192民初113号 art. 24'
    """
    return text.translate(_fold_table())
