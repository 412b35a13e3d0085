"""The fonts of Word documents in Chinese."""

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Pt

# The Latin companion of the Chinese fonts that every Word has.
_LATIN = "Times New Roman"


def set_fonts(style: Any, chinese: str, points: float) -> None:
    """Set the Chinese and the Latin font of a python-docx style, and its size.

    The fonts of the theme would win over both (ECMA-376 part 1, 17.3.2.26), so they go.
    """
    style.font.size = Pt(points)
    style.font.name = _LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:cs"), _LATIN)
    fonts.set(qn("w:hint"), "eastAsia")
