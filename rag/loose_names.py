"""Names written down from memory: words put in between (惩罚性赔偿那个解释), characters spelt out or taken
for others of the same sound (春风songlai了温柔, 腾讯诉盈迅)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Mention
from ingest.names import Entry
from ingest.script import fold
from rag.sounds import sound

# So many characters may stand between two of a name; a shorter name would be found where nobody meant it.
_GAP, _SHORTEST = 3, 5
_CLOSE = "'"
_HAN = re.compile(r"[\u4e00-\u9fff]+")


class LooseNames:
    """The long names of some documents, found even where they are not written out right.

    A name with figures or Latin letters (日本著作权法第30条之4) is found as it stands.

    >>> names = LooseNames([Entry("惩罚性赔偿司法解释", aliases=("惩罚性赔偿解释",))])
    >>> [mention.raw for mention in names.find("惩罚性赔偿那个解释几号开始施行")]
    ['惩罚性赔偿那个解释']
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)

    @cached_property
    def _cores(self) -> list[tuple[str, str, bool]]:
        """What is left of each name without marks, its document, and whether it is Chinese throughout."""
        return [
            (core, entry.short, _HAN.fullmatch(core) is not None)
            for entry in self._entries
            for name in (entry.short, entry.title, *entry.aliases)
            if len(core := re.sub(r"[^\w.]", "", fold(name)).removesuffix("案"))
            >= _SHORTEST - (entry.kind is Kind.COMMENTARY)
        ]

    def find(self, text: str) -> list[Mention]:
        """The documents so named, those of the longest name first where names overlap."""
        # People say that somebody 告 somebody where the name of the case says 诉.
        folded = fold(text).replace("告", "诉")
        spelt = _Spelt.out(folded)
        spans = []
        heard = {sound(letter) for letter in folded if _HAN.fullmatch(letter)}
        typed = re.sub(r"[^a-z]", "", folded)
        for core, short, chinese in self._cores:
            if not chinese:
                start = folded.find(core)
                span = (start, start + len(core)) if start >= 0 else None
            elif all((heard_as := sound(letter)) in heard or heard_as in typed for letter in core):
                # A pattern costs a millisecond to make: only names whose every sound is there get one.
                span = spelt.search(_loosely(core))
            else:
                span = None
            if span:
                spans.append((span, short))
        found: dict[str, Mention] = {}
        taken: list[tuple[int, int]] = []
        for (start, end), short in sorted(spans, key=lambda item: item[0][0] - item[0][1]):
            if short in found or any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            found[short] = Mention(text[start:end], start, end, Citation(short), text[start:end])
        return list(found.values())


@dataclass(frozen=True, slots=True)
class _Spelt:
    """A text by its sounds, every Chinese character spelt out and closed by a mark; `origin` leads back to the text."""

    sounds: str
    origin: tuple[int, ...]

    @classmethod
    def out(cls, text: str) -> "_Spelt":
        pieces, origin = [], []
        for index, letter in enumerate(text):
            piece = sound(letter) + _CLOSE if _HAN.fullmatch(letter) else letter if letter.isalnum() else ""
            pieces.append(piece)
            origin += [index] * len(piece)
        return cls("".join(pieces), tuple(origin))

    def search(self, pattern: re.Pattern[str]) -> tuple[int, int] | None:
        match = pattern.search(self.sounds)
        return (self.origin[match.start()], self.origin[match.end() - 1] + 1) if match else None


@lru_cache(maxsize=256)
def _loosely(name: str) -> re.Pattern[str]:
    """The sounds of a name, with other characters between them or with none of the marks where it is typed in pinyin."""
    between = f"{_CLOSE}?(?:[^{_CLOSE}]{{1,6}}{_CLOSE}){{0,{_GAP}}}?"
    *first, last = (sound(letter) for letter in name)
    # The word for the kind of document is not torn apart: 接触+实质 holds the sounds of 解释.
    return re.compile(rf"(?<![a-z]){between.join(first)}{_CLOSE}?{last}")
