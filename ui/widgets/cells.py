"""How cells of a list are painted: names strong, stages as chips, ratings with a dot and their word."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from nxcrm_desktop.domain.records import Record
from ui.models.window import RECORD_ROLE, WindowModel
from ui.theming.theme import Theme
from ui.theming.tokens import SPACE_2

Index = QModelIndex | QPersistentModelIndex
CELL_PADDING = SPACE_2 + 2
"""Left and right of a cell, as of its heading in the style sheet."""
NUMBER_GAP = 12
"""Further room right of a number, so that it does not touch the column that begins beside it."""
CHIP_PADDING = 18
Tone = Callable[[Record, str], str]
"""(record, column) → the name of a colour, or "" for ordinary text."""


class Look(StrEnum):
    """How a column is painted."""

    PLAIN = "plain"
    STRONG = "strong"
    CHIP = "chip"
    DOT = "dot"
    MUTED = "muted"


class CellDelegate(QStyledItemDelegate):
    """Paints the rows of a WindowModel."""

    def __init__(self, theme: Theme, looks: dict[str, Look], tone: Tone, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._looks, self._tone = theme, looks, tone
        self.show_skeleton = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Heights come from the table; widths from its columns."""
        del option, index
        return QSize(0, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        colours = self._theme.colours
        area: QRect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        if selected or hovered:
            painter.fillRect(area, QColor(colours.selection if selected else colours.hover))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(colours.line))
        if selected and index.column() == 0:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(colours.accent))
        self._content(painter, area.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1), index, option)
        painter.restore()

    def _content(self, painter: QPainter, area: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        model = index.model()
        record = index.data(RECORD_ROLE)
        if record is None or not isinstance(model, WindowModel):
            if self.show_skeleton:
                self._skeleton(painter, area, index.row())
            return
        column = model.columns[index.column()]
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        look = self._looks.get(column.name, Look.PLAIN)
        tone = self._tone(record, column.name)
        painter.setFont(option.font)
        if look is Look.CHIP and text:
            self._chip(painter, area, text, tone)
        elif look is Look.DOT and text:
            self._dotted(painter, area, text, tone)
        else:
            align = int(index.data(Qt.ItemDataRole.TextAlignmentRole))
            gap = NUMBER_GAP if align & int(Qt.AlignmentFlag.AlignRight) else 0
            self._text(painter, area.adjusted(0, 0, -gap, 0), text, look, tone, align)

    def _text(self, painter: QPainter, area: QRect, text: str, look: Look, tone: str, align: int) -> None:
        colours = self._theme.colours
        if look is Look.STRONG:
            font = QFont(painter.font())
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
        name = tone or ("muted" if look is Look.MUTED else "text")
        painter.setPen(QColor(colours.named(name)))
        _elided(painter, area, text, align)

    def _chip(self, painter: QPainter, area: QRect, text: str, tone: str) -> None:
        colour = QColor(self._theme.colours.named(tone or "muted"))
        metrics = painter.fontMetrics()
        height = metrics.height() + 4
        width = min(area.width(), metrics.horizontalAdvance(text) + CHIP_PADDING)
        chip = QRectF(area.left(), area.center().y() - height / 2 + 1, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(colour)
        fill.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(chip, height / 2, height / 2)
        painter.setPen(colour)
        _elided(painter, chip.toRect().adjusted(9, 0, -8, 0), text, int(Qt.AlignmentFlag.AlignVCenter))

    def _dotted(self, painter: QPainter, area: QRect, text: str, tone: str) -> None:
        colours = self._theme.colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.named(tone or "muted")))
        painter.drawEllipse(QRectF(area.left() + 1, area.center().y() - 3, 8, 8))
        painter.setPen(QColor(colours.text))
        _elided(painter, area.adjusted(15, 0, 0, 0), text, int(Qt.AlignmentFlag.AlignVCenter))

    def _skeleton(self, painter: QPainter, area: QRect, row: int) -> None:
        width = int(area.width() * (0.75, 0.55, 0.65)[row % 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.hover))
        painter.drawRoundedRect(QRect(area.left(), area.center().y() - 4, width, 9), 4, 4)


def _elided(painter: QPainter, area: QRect, text: str, align: int) -> None:
    line = text.split("\n", 1)[0]
    shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, align | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine), shown)
