"""English names of statutes, by the words that matter: Interim Measures for Generative AI, the AI labelling rules."""

import re
from collections.abc import Iterable

from ingest.names import Entry

_SAME = {
    "artificial": "ai", "intelligence": "ai", "aigc": "ai", "ai-generated": "ai", "labelling": "label", "labeling": "label",
    "labels": "label", "regulation": "regulations", "rules": "measures", "measure": "measures", "provision": "provisions",
    "interpretations": "interpretation", "infringements": "infringement", "networks": "network", "protecting": "protection",
}  # fmt: skip
_EMPTY = frozenset(
    [
        "the",
        "of",
        "on",
        "for",
        "and",
        "to",
        "a",
        "an",
        "in",
        "over",
        "by",
        "with",
        "s",
        "prc",
        "chinese",
        "china",
        "people",
        "republic",
        "supreme",
        "court",
        "several",
        "issues",
        "concerning",
        "management",
        "administration",
        "administrative",
        "service",
        "services",
        "application",
        "law",
        "trial",
        "civil",
        "internet",
        "information",
        "content",
        "generated",
        "synthetic",
        "involving",
        "right",
        "rights",
    ]
)
_KIND = re.compile(r"measures|regulations|provisions|interpretation|code|opinions")
_PHRASE = re.compile(r"[A-Za-z][A-Za-z'’-]*(?: (?:[A-Za-z][A-Za-z'’-]*))*")
_LONGEST = 16


class EnglishNames:
    """Finds a held statute under a loose English name and puts the name it goes by in its place.

    >>> entry = Entry("生成式人工智能服务管理暂行办法", aliases=("Interim Measures for the Management of Generative AI Services",))
    >>> EnglishNames([entry]).put_right("Article 15 of the Interim Measures for Generative AI?")
    'Article 15 of the Interim Measures for the Management of Generative AI Services?'
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: dict[str, tuple[str, frozenset[str]]] = {}
        for entry in entries:
            english = [alias for alias in entry.aliases if alias.isascii()]
            if english:
                words = frozenset(word for alias in english for word in _words(alias))
                self._names[entry.short] = (max(english, key=len), words)

    def put_right(self, text: str) -> str:
        """The text with the longest phrase that fits exactly one statute replaced by its full English name."""
        best: tuple[int, int, str] | None = None
        for match in _PHRASE.finditer(text):
            words = list(re.finditer(r"[A-Za-z][A-Za-z'’-]*", match[0]))
            for first in range(len(words)):
                for last in range(first + 1, min(len(words), first + _LONGEST)):
                    start, end = match.start() + words[first].start(), match.start() + words[last].end()
                    phrase = text[start:end]
                    name = self._meant(phrase)
                    if name and (best is None or end - start > best[1] - best[0]):
                        best = start, end, name
        return text if best is None else text[: best[0]] + best[2] + text[best[1] :]

    def _meant(self, phrase: str) -> str | None:
        """The full name of the one statute that has all telling words of the phrase, a word of kind among them."""
        said = _words(phrase)
        if len(said) < 2 or not any(_KIND.fullmatch(word) for word in said) or not phrase.split()[0][0].isupper():
            return None
        fits = [name for name, words in self._names.values() if said <= words]
        return fits[0] if len(fits) == 1 else None


def _words(text: str) -> frozenset[str]:
    found = (word.strip("'’").lower() for word in re.findall(r"[A-Za-z][A-Za-z'’-]*", text))
    return frozenset(_SAME.get(word, word) for word in found if word not in _EMPTY)
