"""Names written down from memory: words put in between (惩罚性赔偿那个解释), characters spelt out (春风songlai了温柔)."""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from ingest.citation import Citation
from ingest.mention import Mention
from ingest.names import Entry
from ingest.script import fold

# So many characters may stand between two of a name; a shorter name would be found where nobody meant it.
_GAP, _SHORTEST = 3, 5
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
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        return [
            (_loosely(core), entry.short)
            for entry in self._entries
            for name in (entry.short, entry.title, *entry.aliases)
            if len(core := fold(name).removesuffix("案")) >= _SHORTEST
            and all("一" <= letter <= "鿿" for letter in core)
        ]

    def find(self, text: str) -> list[Mention]:
        """The documents so named, those of the longest name first where names overlap."""
        folded = fold(text)
        matches = [(match, short) for pattern, short in self._patterns if (match := pattern.search(folded))]
        found: dict[str, Mention] = {}
        taken: list[tuple[int, int]] = []
        for match, short in sorted(matches, key=lambda item: item[0].start() - item[0].end()):
            if short in found or any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            found[short] = Mention(
                text[match.start() : match.end()], match.start(), match.end(), Citation(short), match[0]
            )
        return list(found.values())


def _loosely(name: str) -> re.Pattern[str]:
    return re.compile(rf".{{0,{_GAP}}}?".join(f"(?:{letter}|{_sound(letter)})" for letter in name))


@lru_cache(maxsize=4096)
def _sound(letter: str) -> str:
    from pypinyin import lazy_pinyin

    return re.escape(lazy_pinyin(letter)[0])
