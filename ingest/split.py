"""A text that is too long for the model into pieces that are not, at sentence ends, with nothing lost."""

import re

# Where a text may be cut, best first. Closing quotation marks and brackets, and the blanks behind, stay with their sentence.
_CLOSING = r"[”’」』）)\]】》〉]*\s*"
_CUTS = (
    re.compile(rf"(?:[。！？!?；;…]|\n){_CLOSING}"),
    re.compile(rf"[，,、：:]{_CLOSING}"),
)


def split_passage(text: str, limit: int) -> list[tuple[int, int]]:
    """The spans, in characters of `text`, of pieces of at most `limit` characters that joined give the text back.

    Each piece is as long as it can be: it ends behind 。！？； or a line break, where there is none behind a comma, where
    there is none either after `limit` characters. An empty text has no piece. Raises ValueError for a limit below 1.

    >>> split_passage("甲乙。丙丁，戊己庚辛壬。", 6)
    [(0, 3), (3, 6), (6, 12)]
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    spans = []
    start = 0
    while len(text) - start > limit:
        end = _cut(text, start, start + limit)
        spans.append((start, end))
        start = end
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _cut(text: str, start: int, end: int) -> int:
    for pattern in _CUTS:
        found = start
        for match in pattern.finditer(text, start, end + 1):
            if match.end() <= end:
                found = match.end()
        if found > start:
            return found
    return end
