"""The name of the program, drawn."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theming.theme import Theme

_SIDE = 40


def paint_mark(painter: QPainter, area: QRectF, back: str, front: str) -> None:
    """The mark: a key's bow and bit, which are also a road and a car's roof line, on a rounded square."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(back))
    painter.drawRoundedRect(area, area.width() * 0.24, area.width() * 0.24)
    unit = area.width() / 40
    painter.setBrush(QColor(front))
    left, top = area.left(), area.top()
    painter.drawRoundedRect(QRectF(left + 9 * unit, top + 10 * unit, 4.6 * unit, 20 * unit), 2.3 * unit, 2.3 * unit)
    painter.drawRoundedRect(QRectF(left + 26.4 * unit, top + 10 * unit, 4.6 * unit, 20 * unit), 2.3 * unit, 2.3 * unit)
    painter.save()
    painter.translate(left + 20 * unit, top + 20 * unit)
    painter.rotate(-41)
    painter.drawRoundedRect(QRectF(-2.3 * unit, -11.6 * unit, 4.6 * unit, 23.2 * unit), 2.3 * unit, 2.3 * unit)
    painter.restore()


class Logo(QWidget):
    """The mark and the name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("nxcrm")
        self.setFixedHeight(_SIDE + 8)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide enough for the name."""
        return QSize(160, _SIDE + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark and the name."""
        del event
        colours = self._theme.colours
        painter = QPainter(self)
        paint_mark(painter, QRectF(0, 2, _SIDE, _SIDE), colours.accent, colours.on_accent)
        font = QFont(self.font())
        font.setPointSizeF(17)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(_SIDE + 12, 2, 200, _SIDE), int(Qt.AlignmentFlag.AlignVCenter), "nxcrm")
        painter.end()
