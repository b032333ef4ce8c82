"""The typefaces the program brings along, so that every script of its users is legible on every machine."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

LATIN = "Noto Sans"
DEVANAGARI = "Noto Sans Devanagari"
_FILES = (
    "NotoSans-Regular.ttf",
    "NotoSans-SemiBold.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansDevanagari-SemiBold.ttf",
)
POINTS = 9.5


def load_fonts() -> None:
    """Make the bundled families known to Qt. Raises RuntimeError when a file is damaged."""
    for name in _FILES:
        data = (files("resources") / "fonts" / name).read_bytes()
        if QFontDatabase.addApplicationFontFromData(QByteArray(data)) < 0:
            raise RuntimeError(f"the font {name} cannot be read")


def interface_font(points: float = POINTS, *, strong: bool = False) -> QFont:
    """The interface's font; Devanagari comes from its own family."""
    font = QFont()
    font.setFamilies([LATIN, DEVANAGARI])
    font.setPointSizeF(points)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return font
