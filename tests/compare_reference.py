"""Compare every statute article of the corpus with an independent copy of the official texts.

    python -m tests.compare_reference DIR            compare with the JSONL files in DIR, one article a line
    python -m tests.compare_reference --write-hashes  write corpus/statutes/articles.sha256.json anew

A line of the copy is an object with at least `law` (the full title), `article` (the number) and `text` (the article
without its label 第…条). The exit code is 1 when any article differs or has no counterpart, 2 on wrong usage.

Folding, on both sides and before hashing: every character for which `str.isspace` holds is dropped (spaces, the no-break
space, the ideographic space, line breaks), and U+FF01 to U+FF5E, the full-width forms of the ASCII characters, become
those ASCII characters. Nothing else is changed: not 。、《》“”, not letters, not digits, not the order of anything.
Line breaks go because copies break lines after each ；or 。; the paragraph numbers are shown by the tests instead.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.document import Document, Role
from ingest.load import load_document

STATUTES = Path(__file__).parents[1] / "corpus" / "statutes"
HASHES = STATUTES / "articles.sha256.json"

_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_NUMBER_IN_TITLE = re.compile(r"（法发〔\d{4}〕\d+号）$")


def fold(text: str) -> str:
    """The text without white space and with full-width ASCII forms narrowed.

    >>> fold("（一） 复制权，\\n即１份；")
    '(一)复制权,即1份;'
    """
    return "".join(char for char in text.translate(_NARROW) if not char.isspace())


def article_texts(document: Document) -> Iterator[tuple[str, str]]:
    """The key and the text of every article, label 第…条 left out: from its first paragraph (款) to the end of its last."""
    for passage in document.passages:
        if passage.role is Role.ARTICLE and passage.citation is not None:
            paragraphs = [place for place in passage.places if len(place.citation.path) == 2]
            yield str(passage.citation), document.text[paragraphs[0].start : max(place.end for place in paragraphs)]


def corpus_statutes() -> list[Document]:
    """The statutes of the corpus, in the order of their file names."""
    return [load_document(path) for path in sorted(STATUTES.glob("*.md"))]


def article_hashes() -> dict[str, str]:
    """Key to SHA-256 (hexadecimal, of the UTF-8 bytes) of the folded text of every article held."""
    return {
        key: hashlib.sha256(fold(text).encode()).hexdigest()
        for document in corpus_statutes()
        for key, text in article_texts(document)
    }


def read_reference(folder: Path) -> dict[tuple[str, str, str], str]:
    """(full title, year of the version, article) to text, from all *.jsonl in the folder."""
    texts = {}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            title = _NUMBER_IN_TITLE.sub("", row["law"])
            texts[title, row["version"][:4], str(row["article"])] = row["text"]
    return texts


def compare(document: Document, reference: dict[tuple[str, str, str], str]) -> tuple[int, list[str]]:
    """How many articles were compared, and the keys of those that differ or are missing on either side."""
    year = str(document.meta["version"])[:4]
    held = dict(article_texts(document))
    differing = []
    numbers = set()
    for key, text in held.items():
        number = key.rpartition("/")[2]
        numbers.add(number)
        other = reference.get((document.title, year, number))
        if other is None or fold(other) != fold(text):
            differing.append(key)
    if document.meta["held"] == "all":
        differing += [
            f"{document.citation}/{number}"
            for title, version, number in reference
            if (title, version) == (document.title, year) and number not in numbers
        ]
    return len(held), differing


def main(arguments: list[str]) -> int:
    """Run the comparison or write the hashes; returns the exit code."""
    if arguments == ["--write-hashes"]:
        HASHES.write_text(json.dumps(article_hashes(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return 0
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print(__doc__)
        return 2
    reference = read_reference(Path(arguments[0]))
    compared, differing = 0, 0
    for document in corpus_statutes():
        count, differences = compare(document, reference)
        compared, differing = compared + count, differing + len(differences)
        print(f"{document.title}: {count} articles compared, {len(differences)} differences")
        for key in differences:
            print(f"    {key}")
    print(f"{compared} articles compared, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
