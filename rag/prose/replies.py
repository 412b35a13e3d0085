"""The reply of a model, as it streams in, cut into sentences with the evidence that each names."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.script import to_narrow

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.S | re.I)
# A thought that has not ended yet, or the first letters of its mark.
_OPEN_THOUGHT = re.compile(r"<(?:think(?:ing)?>.*|t?h?i?n?k?i?n?g?)\Z", re.S | re.I)
# A sentence ends at a full stop; the brackets behind it still belong to it. An English one needs the space behind it.
_END = re.compile(r"(?:[。！？!?]|\.(?=\s))[”’」』\"]?(?:\s?[\[［【〔][^\[\]［］【】〔〕\n]{1,120}[\]］】〕])*|\n")
_BRACKETS = re.compile(r"\s?[\[［【〔]([^\[\]［］【】〔〕\n]{1,120})[\]］】〕]")
_PARTED = re.compile(r"[;；,，、\s]+")
_NUMBER = re.compile(r"(?:证据|来源|依据|[Ee]vidence|[Ee]xhibit)?\s?#?(\d{1,2})")
_ORNAMENT = re.compile(r"^[\s>*#•·\-–—]+|^\(?\d{1,2}[.)）]\s+|\*\*|__|`+")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a model: its words without marks, the numbers and keys of the evidence that it names."""

    text: str
    numbers: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()


class SentenceReader:
    """Takes the pieces of a reply and gives each sentence as soon as it has ended.

    `is_key` tells a citation key in brackets from any other words in brackets.

    >>> reader = SentenceReader(lambda key: key == "著作权法@2020/24")
    >>> list(reader.feed("第二十四条列举了十三种情形[1]。【著作权")), list(reader.feed("法@2020/24】还有一句"))
    ([], [Said(text='第二十四条列举了十三种情形。', numbers=(1,), keys=('著作权法@2020/24',))])
    >>> list(reader.close())
    []
    """

    def __init__(self, is_key: Callable[[str], bool]) -> None:
        self._is_key = is_key
        self._waiting = ""

    def feed(self, piece: str) -> Iterator[Said]:
        """The sentences that end in this piece or before it."""
        self._waiting += piece
        if "<" in self._waiting:
            self._waiting = _THOUGHT.sub("", self._waiting)
            if _OPEN_THOUGHT.search(self._waiting):
                return
        while (match := _END.search(self._waiting)) and self._is_over(match.end()):
            sentence, self._waiting = self._waiting[: match.end()], self._waiting[match.end() :]
            yield from self._read(sentence)

    def close(self, whole: bool = False) -> Iterator[Said]:
        """What is left: nothing but a sentence that has ended, or, of a reply that is `whole`, its last words too."""
        rest, self._waiting = _OPEN_THOUGHT.sub("", self._waiting), ""
        match = _END.search(rest)
        if whole or (match and match.end() == len(rest)):
            yield from self._read(rest)

    def _is_over(self, end: int) -> bool:
        """Whether what follows the sentence has come far enough to show that no bracket belongs to it."""
        behind = self._waiting[end:].lstrip(" ")
        return self._waiting[end - 1] == "\n" or (behind != "" and behind[0] not in '[［【〔”’」』"')

    def _read(self, sentence: str) -> Iterator[Said]:
        numbers: list[int] = []
        keys: list[str] = []

        def take(match: re.Match[str]) -> str:
            parts = [part for part in _PARTED.split(match[1].strip()) if part]
            read = [(_NUMBER.fullmatch(to_narrow(part)), part) for part in parts]
            if not parts or not all(number or self._is_key(part) for number, part in read):
                return match[0]
            numbers.extend(int(number[1]) for number, _ in read if number)
            keys.extend(part for number, part in read if not number)
            return ""

        text = _BRACKETS.sub(take, sentence)
        text = _ORNAMENT.sub("", text).strip()
        if text:
            yield Said(text, tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(keys)))
