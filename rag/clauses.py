"""A text cut into clauses, in which facts are told. Nothing is lost: the clauses joined are the text."""

import re
from dataclasses import dataclass

# A clause ends with its punctuation and whatever closes a quotation or a bracket after it. A comma between figures
# (50,000) and a point inside a number or a name (3.5, v2.0) end nothing.
_END = re.compile(
    r"(?:[，。；！？\n;!?]|(?<!\d),|,(?!\d)|\.(?=\s|$|[”\"'’）)]))+[”\"'’」』）)\]】]*\s*"
    # Messages are often written with spaces for commas: 我开网店的 卖了一批T恤 被告了.
    r"|(?<=[\u4e00-\u9fff]{4})[ \u3000]+(?=[\u4e00-\u9fff]{2})"
)
# What runs on without punctuation is cut where an enumeration pauses, or after so many characters.
_LONGEST = 150
_PAUSE = re.compile(r"[、：:—…\s]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its punctuation; `start` and `end` count characters of the text."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> tuple[int, int]:
        """Where the clause stands without the punctuation around it.

        >>> clause, = split_clauses("收到通知当天就下架了。")
        >>> clause.words
        (0, 10)
        """
        body = self.text.strip(" \t\r\n\u3000，。；！？,.;!?、：:")
        if not body:
            return self.start, self.start
        start = self.start + self.text.index(body)
        return start, start + len(body)


def split_clauses(text: str) -> list[Clause]:
    """Cut a text into its clauses.

    >>> [clause.text for clause in split_clauses("我们卖了50,000元，从未见过原作。We never trained it. Why?")]
    ['我们卖了50,000元，', '从未见过原作。', 'We never trained it. ', 'Why?']
    """
    found: list[Clause] = []
    at = 0
    for match in _END.finditer(text):
        found += _short_enough(text, at, match.end())
        at = match.end()
    found += _short_enough(text, at, len(text))
    return found


def _short_enough(text: str, start: int, end: int) -> list[Clause]:
    found = []
    while end - start > _LONGEST:
        pauses = [match.end() for match in _PAUSE.finditer(text, start, start + _LONGEST)]
        cut = pauses[-1] if pauses and pauses[-1] < end else start + _LONGEST
        found.append(Clause(text[start:cut], start, cut))
        start = cut
    if end > start:
        found.append(Clause(text[start:end], start, end))
    return found
