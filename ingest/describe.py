"""A citation as a lawyer writes it; `find_citations` reads it back."""

import re

from ingest.citation import Citation
from ingest.numerals import to_chinese

_NUMBERED = re.compile(r"[一-鿿]+〔\d{4}〕\d+号")
_WIDE = str.maketrans("()", "（）")


def describe(citation: Citation, title: str | None = None, *, with_version: bool = False) -> str:
    """The citation in Chinese; `title` replaces the short name, `with_version` adds the year of a statute.

    >>> describe(Citation.parse("著作权法@2020/24/1/6"))
    '《著作权法》第二十四条第一款第（六）项'
    >>> describe(Citation.parse("刑法/133-1"), with_version=True), describe(Citation.parse("法发〔2011〕18号/8"))
    ('《刑法》第一百三十三条之一', '法发〔2011〕18号第八条')
    >>> describe(Citation.parse("著作权法@2020/24"), with_version=True)
    '《著作权法》（2020年）第二十四条'
    >>> describe(Citation.parse("(2024)粤0192民初113号/本院认为/3")), describe(Citation.parse("君合2025/二.三/2"))
    ('（2024）粤0192民初113号“本院认为”第3段', '君合2025“二.三”第2段')
    """
    if citation.is_case:
        return (title or citation.document.translate(_WIDE)) + _section(citation.path)
    if citation.path and not _is_statute_path(citation.path):
        return (f"《{title}》" if title else citation.document) + _section(citation.path)
    name = title or citation.document
    named = name if _NUMBERED.fullmatch(name) else f"《{name}》"
    version = f"（{citation.version}年）" if with_version and citation.version and len(citation.version) == 4 else ""
    if with_version and citation.version and not version:
        version = f"（{citation.version}）"
    return named + version + _place(citation.path)


def _is_statute_path(path: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"\d+(?:-\d+)?", part) for part in path) or path[0].startswith("附件")


def _section(path: tuple[str, ...]) -> str:
    written = ""
    for part in path:
        written += f"第{part}段" if part.isdigit() and written else f"“{part}”"
    return written


def _place(path: tuple[str, ...]) -> str:
    if not path:
        return ""
    if path[0] == "0":
        return "".join(f"第{part}段" for part in path[1:2])
    if path[0].startswith("附件"):
        return path[0] + "".join(f"第{part}段" for part in path[1:2])
    article, _, inserted = path[0].partition("-")
    written = f"第{to_chinese(int(article))}条" + (f"之{to_chinese(int(inserted))}" if inserted else "")
    marks = ("第{}款", "第（{}）项", "第{}目")
    for part, mark in zip(path[1:], marks, strict=False):
        written += mark.format(part if mark == marks[2] else to_chinese(int(part)))
    return written
