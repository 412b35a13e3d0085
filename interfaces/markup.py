"""Text into HTML, and the quoted words inside a passage."""

import unicodedata
from html import escape

# gr.HTML runs its value through a JavaScript template and Handlebars: a ${…} or {{…}} typed by a user must stay text.
_TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;", "@": "&#64;", "\\": "&#92;"})


def plain(text: str) -> str:
    """Text that shows as it is, wherever it came from.

    >>> plain('<b>"${1}"')
    '&lt;b&gt;&quot;&#36;&#123;1&#125;&quot;'
    """
    return escape(text).translate(_TEMPLATE_MARKS)


def marked(text: str, quote: str | None) -> str:
    """The passage with the quoted words in <mark>, found whatever the line breaks and the width of punctuation.

    >>> marked("可以不经许可，不支付报酬", "不经许可,不支付")
    '可以<mark>不经许可，不支付</mark>报酬'
    >>> marked("可以不经许可", "可以许可")
    '可以不经许可'
    """
    span = quoted_span(text, quote) if quote else None
    if span is None:
        return plain(text)
    start, end = span
    return f"{plain(text[:start])}<mark>{plain(text[start:end])}</mark>{plain(text[end:])}"


def quoted_span(text: str, quote: str) -> tuple[int, int] | None:
    """Where in `text` the quoted words stand, in characters; None where they do not."""
    places = [(place, char) for place, raw in enumerate(text) for char in _folded(raw)]
    words = "".join(char for raw in quote for char in _folded(raw))
    at = "".join(char for _, char in places).find(words) if words else -1
    return None if at < 0 else (places[at][0], places[at + len(words) - 1][0] + 1)


def _folded(char: str) -> str:
    return unicodedata.normalize("NFKC", char).strip()
