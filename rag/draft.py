"""What the composers hand to the verifier: statements with the places that are to bear them."""

from dataclasses import dataclass

from ingest.citation import Citation


@dataclass(frozen=True, slots=True)
class Support:
    """A place that bears a statement, and the words of the statement that must stand there.

    `words` is None when the place is named as a whole. For a digest of ours the words are checked like any others, but
    never shown as a quotation.

    >>> Support(Citation.parse("著作权法/3"), "具有独创性").words
    '具有独创性'
    """

    citation: Citation
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it is checked; without supports it may only say what is not held, ask, or give notice."""

    text: str
    supports: tuple[Support, ...] = ()
