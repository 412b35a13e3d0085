"""The tokenizer of our static embedding: words and character bigrams at once, in a plain `tokenizers` file.

A Unigram model gives one segmentation, so words and the bigrams across word borders cannot both come out of it, and a
custom tokenizer class would need remote code. The normaliser solves it: every Chinese character `x` is written three
times, as `<x`, `x` and `x>` (the outer two in the private-use planes). A word is then everything from the `x` of its
first character to the `x` of its last, and the bigram across a border is the pair `x>` `<y` left between two words:

    著作权人  ->  <著 著 著> <作 作 作> <权 权 权> <人 人 人>
                     [------ 著作权 ------] [----] [人]

Traditional characters are written as their simplified form by the same character map. Word scores are the log
frequencies of jieba's dictionary and the legal lexicon, as measured to agree with `jieba.cut(HMM=False)`.
"""

import math
import struct
from collections.abc import Iterable, Mapping

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

UNKNOWN = "<unk>"
_FIRST, _LAST = 0x4E00, 0x9FFF
_OPEN_PLANE, _CLOSE_PLANE = 0xF0000, 0x100000
# tokenizers gives a character that begins no token the score of the lowest token minus this.
_UNKNOWN_PENALTY = 10.0
_RARE = 17.0
_LOWEST = "\uf8ff"


def is_han(char: str) -> bool:
    """Whether `char` is one of the unified ideographs that the tokenizer writes three times.

    >>> is_han("权"), is_han("A"), is_han("。")
    (True, False, False)
    """
    return _FIRST <= ord(char) <= _LAST


def opening(char: str) -> str:
    """The private-use character that stands before `char`."""
    return chr(_OPEN_PLANE + ord(char) - _FIRST)


def closing(char: str) -> str:
    """The private-use character that stands after `char`."""
    return chr(_CLOSE_PLANE + ord(char) - _FIRST)


def word_piece(word: str) -> str:
    """The token of a Chinese word: from its first character to its last, without the outermost marks.

    >>> len(word_piece("权")), len(word_piece("著作权"))
    (1, 7)
    """
    return "".join(opening(char) + char + closing(char) for char in word)[1:-1]


def border_piece(left: str, right: str) -> str:
    """The token of the bigram across the border of two words, of which `left` ends one and `right` begins the next."""
    return closing(left) + opening(right)


def read_piece(piece: str) -> tuple[str, bool]:
    """The characters of a token, and whether it is the bigram across a border.

    >>> read_piece(word_piece("著作权")), read_piece(border_piece("权", "人")), read_piece("aigc")
    (('著作权', False), ('权人', True), ('aigc', False))
    """
    if len(piece) == 2 and ord(piece[0]) >= _CLOSE_PLANE and _OPEN_PLANE <= ord(piece[1]) < _CLOSE_PLANE:
        return chr(ord(piece[0]) - _CLOSE_PLANE + _FIRST) + chr(ord(piece[1]) - _OPEN_PLANE + _FIRST), True
    return "".join(char for char in piece if ord(char) < _OPEN_PLANE), False


def build_tokenizer(
    words: Mapping[str, float], borders: Iterable[str], others: Iterable[str], simplified: Mapping[str, str]
) -> Tokenizer:
    """A Unigram tokenizer over three kinds of tokens.

    `words` maps Chinese words to their natural log probability (at most 0), `borders` are bigrams of two characters,
    `others` are runs of a-z and 0-9 in lower case, `simplified` maps traditional characters to simplified ones.

    Scores. Each character of the normalised text gets `unit` and each word `bonus`, which changes no segmentation as
    long as each border costs `bonus` too; the two are chosen so that an unknown border, two characters that begin no
    token, costs exactly what a known one does. Otherwise frequent borders would pull words apart.

    >>> tokenizer = build_tokenizer({"著作权": -8.0, "人": -5.0, "权": -6.0, "作": -6.0}, ["权人"], ["ai"], {"權": "权"})
    >>> [read_piece(token)[0] for token in tokenizer.encode("著作權人").tokens[1:-1]]
    ['著作权', '权人', '人']
    """
    bonus = (2 * _RARE + 2 * _UNKNOWN_PENALTY) / 3
    unit = 2 * bonus - _RARE
    # The rarest word is always there: it is the lowest token, from which the score of the unknown is reckoned.
    pieces = {UNKNOWN: 0.0, _LOWEST: bonus - _RARE + unit}
    characters = {char for word in words for char in word}
    for word in [*words, *sorted(characters - set(words))]:
        pieces[word_piece(word)] = max(words.get(word, -_RARE), -_RARE) + bonus + unit * (3 * len(word) - 2)
    for border in borders:
        pieces[border_piece(border[0], border[1])] = 2 * unit - bonus + 0.01
    for other in others:
        pieces[other] = (unit + 1) * len(other) + 0.1 * len(other) ** 2
    charset = {char: char for char in characters}
    charset.update({old: new for old, new in simplified.items() if new in characters and old not in characters})
    tokenizer = Tokenizer(models.Unigram(list(pieces.items()), unk_id=0, byte_fallback=False))
    thrice = {old: opening(new) + new + closing(new) for old, new in charset.items()}
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Precompiled(character_map(thrice))]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}\p{Co}]+"), "removed")
    return tokenizer


def character_map(replacements: Mapping[str, str]) -> bytes:
    """A SentencePiece `precompiled_charsmap`: a double-array trie over UTF-8 bytes, then the replacements.

    The layout is that of darts-clone: a 32-bit unit holds the byte that leads to it, whether a value hangs below it,
    and the distance (by exclusive or) to its children; the value, an offset into the replacements, is the child 0.

    Raises ValueError when a key holds a NUL byte, or when there are too many keys for 21-bit distances.
    """
    texts = bytearray()
    values: dict[bytes, int] = {}
    children: dict[bytes, set[int]] = {b"": set()}
    for key, text in sorted(replacements.items()):
        path = key.encode()
        if 0 in path:
            raise ValueError("a key of a character map cannot hold NUL")
        for depth, byte in enumerate(path):
            children.setdefault(path[:depth], set()).add(byte)
        children.setdefault(path, set()).add(0)
        values[path] = len(texts)
        texts += text.encode() + b"\0"
    units: dict[int, int] = {0: 0}
    taken: set[int] = {0}
    # No two nodes share a base: a child of the one would pass for a child of the other. Bases only grow, so that the
    # search for a free one stays short.
    base = 0
    stack = [(0, b"")]
    while stack:
        position, path = stack.pop()
        labels = sorted(children[path])
        base += 1
        while any((base ^ label) in taken for label in labels) or base == position:
            base += 1
        if (position ^ base) >= 1 << 21:
            raise ValueError("too many keys for a character map")
        taken.update(base ^ label for label in labels)
        units[position] = units.get(position, 0) | (position ^ base) << 10 | (1 << 8 if 0 in labels else 0)
        for label in labels:
            if label == 0:
                units[base] = values[path] | 1 << 31
            else:
                units[base ^ label] = label
                stack.append((base ^ label, path + bytes([label])))
    size = (max(units) | 0xFF) + 1
    array = struct.pack(f"<{size}I", *(units.get(index, 0) for index in range(size)))
    return struct.pack("<I", len(array)) + array + bytes(texts)


def log_probabilities(frequencies: Mapping[str, int]) -> dict[str, float]:
    """Natural log of each word's share of all occurrences.

    >>> {word: round(value, 2) for word, value in log_probabilities({"著作": 3, "权": 1}).items()}
    {'著作': -0.29, '权': -1.39}
    """
    total = math.log(sum(frequencies.values()))
    return {word: math.log(count) - total for word, count in frequencies.items() if count > 0}
