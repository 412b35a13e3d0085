"""The citation key: one identity for a place in a document, everywhere."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.errors import UnusableInput

_WIDE_BRACKETS = str.maketrans("（）〔〕［］【】", "()()()()")
_CASE_NUMBER = re.compile(
    r"[（(〔\[［【]\s*(\d{4})\s*[)）〕\]］】]\s*(\D{1,6}\d{0,6}\D{1,8}\d{1,7}(?:号之\d+|号之[一二三四五六七八九十]+|号)?)"
)
_SPLIT_TAIL = re.compile(r"#\d+-\d+$")
_DIGEST = "摘要."


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A place in a document, at any depth; its string is the key and parses back.

    `document` is the short name of a statute (著作权法), a case number with ASCII brackets, a court and customary
    name joined by · (北京互联网法院·四画师案), or the short name of a commentary or note. `version` is the year of
    adoption (a full date where two versions share a year), None for the version in force. `path` goes inwards:
    article, paragraph, item, subitem for a statute; section, paragraph for a judgment; heading path, paragraph for
    a commentary.

    >>> str(Citation("著作权法", "2020", ("24", "1", "6")))
    '著作权法@2020/24/1/6'
    >>> Citation.parse("（2024）粤0192民初113号/本院认为/3")
    Citation(document='(2024)粤0192民初113号', version=None, path=('本院认为', '3'))
    >>> Citation.parse("著作权法/24").contains(Citation.parse("著作权法/24/1/6"))
    True
    """

    document: str
    version: str | None = None
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version else ""
        return "/".join((self.document + version, *self.path))

    @classmethod
    def parse(cls, key: str) -> "Citation":
        """Read a key back; the `#start-end` tail of a split passage is dropped.

        Raises UnusableInput when the key has an empty part.
        """
        head, *path = _SPLIT_TAIL.sub("", key.strip()).split("/")
        document, _, version = head.partition("@")
        document = normal_case_number(document) or document
        if not document or not all(path) or head.endswith("@"):
            raise UnusableInput(f"引用键「{key}」不完整。应形如 著作权法@2020/24/1/6。")
        return cls(document, version or None, tuple(path))

    @property
    def parent(self) -> "Citation | None":
        """The place one level up; None for a whole document."""
        return replace(self, path=self.path[:-1]) if self.path else None

    @property
    def is_case(self) -> bool:
        """Whether the document is a judgment, by its number or its court and customary name."""
        return "·" in self.document or normal_case_number(self.document) is not None

    @property
    def is_digest(self) -> bool:
        """Whether the place lies in a digest of ours rather than in the full text of a judgment."""
        return bool(self.path) and self.path[0].startswith(_DIGEST)

    def at(self, *path: str) -> "Citation":
        """The same document at another place: `law.at("24", "1")`."""
        return Citation(self.document, self.version, path)

    def contains(self, other: "Citation") -> bool:
        """Whether `other` is this place or lies inside it; a missing version fits every version."""
        if self.document != other.document or (self.version and other.version and self.version != other.version):
            return False
        if self.path == other.path[: len(self.path)]:
            return True
        # Headings of a commentary nest inside one part of the path: 二.一 holds 二.一.1.
        return len(self.path) == 1 and bool(other.path) and other.path[0].startswith(self.path[0] + ".")


@lru_cache(maxsize=4096)
def normal_case_number(text: str) -> str | None:
    """The case number in its one spelling, `(2023)京0491民初11279号`; None when `text` is not a case number.

    The form is that of 最高人民法院《关于人民法院案件案号的若干规定》(法〔2015〕137号): year, court code, type, serial.

    >>> normal_case_number("〔2023〕京0491民初11279号")
    '(2023)京0491民初11279号'
    >>> normal_case_number("著作权法") is None
    True
    """
    text = text.strip().translate(_WIDE_BRACKETS)
    match = _CASE_NUMBER.fullmatch(text) if text.startswith(("(", "[")) else None
    if not match:
        return None
    serial = re.sub(r"\s", "", match[2])
    return f"({match[1]}){serial}" if "号" in serial else f"({match[1]}){serial}号"
