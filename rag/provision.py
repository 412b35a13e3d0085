"""How the words of a statute, a case or a commentary are set out in an answer."""

import re
from datetime import date

from ingest.citation import Citation
from ingest.describe import describe
from ingest.document import Kind
from ingest.numerals import to_chinese
from rag.library import HeldDocument, HeldPlace, Library
from rag.question import Language

_ARTICLE_LABEL = re.compile(
    r"^[*#\s]*第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十\d]+)?[*]*[\s\u3000:：]*"
)
_FOOTNOTES = "注"
_INNER_MARKS = str.maketrans("《》", "〈〉")
_BLANK_LINES = re.compile(r"[ \t\u3000]*\n\s*")


def words_of(place: HeldPlace) -> str:
    """The words of a place as they are quoted: no article label, no blank lines between paragraphs.

    The label 第二十四条 belongs to the answer's own words, so that the provision stands unbroken.
    """
    text = _BLANK_LINES.sub("\n", place.text.strip())
    if place.kind is Kind.STATUTE and len(place.citation.path) == 1:
        text = _ARTICLE_LABEL.sub("", text)
    return text


def name_of(document: HeldDocument, language: Language = Language.CHINESE) -> str:
    """How an answer calls a document: 《著作权法》（2020）; a case by its customary name and number."""
    meta = document.meta
    if document.kind in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST) or "·" in document.citation.document:
        return case_name(document)
    short = document.citation.document if len(document.citation.document) <= len(document.title) else document.title
    if language is Language.ENGLISH and meta.get("title_en"):
        short = str(meta["title_en"])
    if document.kind is Kind.STATUTE:
        year = (document.citation.version or document.stored.adopted or "")[:4]
        marked = short if "〔" in short or short.isascii() else f"《{short}》"
        return f"{marked}（{year}）" if year else marked
    if document.kind is Kind.COMMENTARY and meta.get("publisher"):
        return language.pick(
            f"{meta['publisher']}文章《{document.title}》", f"{meta['publisher']}, 《{document.title}》"
        )
    # Title marks inside title marks are single ones (GB/T 15834).
    return f"《{document.title.translate(_INNER_MARKS)}》"


def case_name(document: HeldDocument) -> str:
    """The customary name of a case and its number: 春风案（（2023）京0491民初11279号）."""
    number = document.meta.get("case_number")
    return f"{nickname(document)}〔{number}〕" if number else nickname(document)


def nickname(document: HeldDocument) -> str:
    """The customary name of a case alone: 春风案."""
    aliases = [str(alias) for alias in document.meta.get("aliases") or ()]
    return next((alias for alias in aliases if alias.endswith(("案", "案一审", "案二审"))), document.title)


def pinpoint(citation: Citation, language: Language = Language.CHINESE) -> str:
    """Where in a document, in words: 第二十四条第一款第（六）项; heading and paragraph where there are no articles.

    >>> pinpoint(Citation.parse("著作权法@2020/24/1/6")), pinpoint(Citation.parse("刑法/133-1"))
    ('第二十四条第一款第（六）项', '第一百三十三条之一')
    >>> pinpoint(Citation.parse("君合2025/二.三/2")), pinpoint(Citation.parse("君合2025/注/10"))
    ('二.三第2段', '注10')
    """
    path = citation.path
    if not path:
        return ""
    head, _, sub = path[0].partition("-")
    if not head.isdecimal() or (sub and not sub.isdecimal()):
        number = "".join(path[1:2])
        return path[0] + (number if path[0] == _FOOTNOTES or not number.isdecimal() else f"第{number}段")
    if head == "0":
        return (
            f"（条文之前）第{to_chinese(int(path[1]))}段" if len(path) > 1 and path[1].isdecimal() else "（条文之前）"
        )
    if language is Language.ENGLISH:
        return _pinpoint_in_english(path)
    return describe(citation).removeprefix(describe(citation.at()))


def _pinpoint_in_english(path: tuple[str, ...]) -> str:
    written = f"Article {path[0]}"
    for level, unit in zip(path[1:], ("paragraph", "item", "subitem"), strict=False):
        written += f", {unit} {level}"
    return written


def cites_old_numbers(library: Library, document: HeldDocument, day: date, language: Language) -> list[str]:
    """A notice for each law that a document cites by the numbers of an earlier version: the interpretations keep theirs."""
    found = []
    short = document.citation.document
    for law, old in (document.meta.get("cites_law") or {}).items():
        held = library.document(str(law), None, day)
        # Only where a later version is held is it known that the numbers are old.
        former = held is not None and (held.citation.version or "") > str(old)
        ending = "的旧条号" if former else "的条号，援引前请核对现行条号"
        found.append(
            language.pick(
                f"《{short}》条文中引用的《{law}》条号是{old}年版{ending}。",
                f"{short} cites {law} by the article numbers of {old}.",
            )
        )
    return found


def title_of(place: HeldPlace) -> str:
    """The heading of a source: document, and where in it."""
    where = pinpoint(place.citation).removeprefix("摘要.")
    gap = " " if where and place.kind is not Kind.STATUTE else ""
    return f"{name_of(place.document)}{gap}{where}"
