"""Footnotes of a draft: which words of the text a note belongs to.

Markdown ([^1]), brackets ([1]), circled and raised numbers, and the bare digits that a copy from a web page leaves behind
a name or a quotation (菲林诉百度案5中) are read, if a note of that number stands below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = 3
_CIRCLED = {chr(0x2460 + number): number + 1 for number in range(20)}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DEFINED = re.compile(
    r"^[ \t\u3000]*(?:\[\^?(?P<bracket>\d{1,3})\][:：.]?|(?P<circle>[①-⑳])|(?P<plain>\d{1,3})[.．、](?=[ \t]?[^\d\s]))[ \t]*",
    re.M,
)
_MARKER = re.compile(r"\[\^?(?P<bracket>\d{1,3})\](?![:：])|(?P<circle>[①-⑳])|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})")
_BARE = re.compile(r"(?<=[案”》）」。])(?P<bare>\d{1,3})(?=[中，。；、：\n的]|$)")


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note: its words from `start` to `end`, and the marker in the text from `marker` to `marker_end`."""

    start: int
    end: int
    marker: int
    marker_end: int


def footnotes(text: str) -> list[Footnote]:
    """The notes that have a marker in the text above them, in the order of the markers.

    >>> [(note.start, note.marker) for note in footnotes("作品须有独创性[^1]。\\n\\n[^1]: 著作权法第三条。")]
    [(20, 7)]
    """
    defined = {(kind, number): span for kind, number, *span in _definitions(text)}
    if not defined:
        return []
    found: dict[tuple[str, int], Footnote] = {}
    for kind, number, start, end in _markers(text):
        for style in _STYLES[kind]:
            span = defined.get((style, number))
            if span and start < span[0] and (style, number) not in found:
                found[style, number] = Footnote(span[0], span[1], start, end)
                break
    return sorted(found.values(), key=lambda note: note.marker)


_STYLES = {
    "bracket": ("bracket", "plain"),
    "circle": ("circle", "plain"),
    "raised": ("plain", "bracket"),
    "bare": ("plain",),
}


def _definitions(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Kind, number, start and end of every line that may be a note."""
    for match in _DEFINED.finditer(text):
        kind = match.lastgroup or ""
        number = _CIRCLED[match[kind]] if kind == "circle" else int(match[kind])
        end = text.find("\n", match.end())
        yield kind, number, match.end(), len(text) if end < 0 else end


def _markers(text: str) -> Iterator[tuple[str, int, int, int]]:
    for match in _MARKER.finditer(text):
        kind = match.lastgroup or ""
        line = text.rfind("\n", 0, match.start()) + 1
        if text[line : match.start()].strip():
            number = _CIRCLED[match[kind]] if kind == "circle" else int(match[kind].translate(_RAISED))
            yield kind, number, *match.span()
    # Bare digits count upwards, or they are no markers.
    expected = 1
    for match in _BARE.finditer(text):
        number = int(match["bare"])
        if expected <= number <= expected + _SKIPPED:
            yield "bare", number, *match.span()
            expected = number + 1
