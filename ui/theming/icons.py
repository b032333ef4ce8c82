"""Icons: SVG outlines of the resources, drawn in a colour of the palette at the screen's own resolution."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theming.tokens import ICON

_SCALES = (1.0, 1.25, 1.5, 2.0, 3.0)


@lru_cache(maxsize=128)
def _outline(name: str) -> bytes:
    return (files("resources") / "icons" / f"{name}.svg").read_bytes()


def pixmap(name: str, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """The icon as a pixmap of ``size`` logical pixels. Raises FileNotFoundError for an unknown name."""
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(_outline(name))).render(painter, QRectF(0, 0, side, side))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor(colour))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=512)
def icon(name: str, colour: str, size: int = ICON) -> QIcon:
    """The icon at every usual scale of a screen."""
    made = QIcon()
    for ratio in _SCALES:
        made.addPixmap(pixmap(name, colour, size, ratio))
    return made
