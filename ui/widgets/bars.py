"""Horizontal bars with their names and figures, painted; the same figures stand in the table below them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nxcrm_desktop.reports.table import Bar
from ui.theming.theme import Theme
from ui.words import said

_ROW = 26
_GAP = 12


class Bars(QWidget):
    """One bar a row."""

    def __init__(self, theme: Theme, bars: Sequence[Bar], name: str) -> None:
        super().__init__()
        self._theme, self._bars = theme, tuple(bars)
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(f"{said(bar.name)}: {bar.caption}" for bar in bars))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As tall as its rows."""
        return QSize(320, _ROW * len(self._bars) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names at the left, bars, figures at their ends."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        names = max((metrics.horizontalAdvance(said(bar.name)) for bar in self._bars), default=0) + _GAP
        figures = max((metrics.horizontalAdvance(bar.caption) for bar in self._bars), default=0) + _GAP
        most = max((bar.value for bar in self._bars), default=0) or 1
        room = max(40, self.width() - names - figures)
        colours = self._theme.colours
        for place, bar in enumerate(self._bars):
            top = place * _ROW
            painter.setPen(QColor(colours.text))
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRect(0, top, names, _ROW), middle, said(bar.name))
            width = max(3, room * bar.value // most)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRect(names, top + 6, width, _ROW - 12), 3, 3)
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRect(names + width + 8, top, figures, _ROW), middle, bar.caption)
        painter.end()
