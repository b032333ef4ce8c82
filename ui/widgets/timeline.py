"""The timeline of a customer: what was said, done, paid and filed, newest first. A list model and its painter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.theming.theme import Theme
from ui.theming.tokens import SPACE_2, SPACE_3

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = Qt.ItemDataRole.UserRole
_ICON = 18
_LEFT = 48
_WRAP = int(Qt.TextFlag.TextWordWrap)
_MAX_LINES = 12


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in words."""

    id: str
    icon: str
    colour: str
    title: str
    detail: str
    meta: str


class TimelineModel(QAbstractListModel):
    """Entries; replaced as a whole, rows that stay are not reset."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Entries."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The title, the whole entry, or all of it as one sentence for a screen reader."""
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ". ".join(part for part in (entry.title, entry.detail, entry.meta) if part)
        return entry if role == ENTRY_ROLE else None

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; equal lists change nothing."""
        if list(entries) != self._entries:
            self.beginResetModel()
            self._entries = list(entries)
            self.endResetModel()


class TimelineDelegate(QStyledItemDelegate):
    """Icon on a line, title, text of several lines, and below who and when."""

    def __init__(self, theme: Theme, width: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._width = theme, width

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As tall as its text."""
        entry = index.data(ENTRY_ROLE)
        width = self._width()
        title, detail, meta = self._heights(option.font, entry, width - _LEFT - SPACE_3)
        return QSize(width, title + detail + meta + 2 * SPACE_2 + (4 if detail else 0))

    def _heights(self, font: QFont, entry: Entry, width: int) -> tuple[int, int, int]:
        plain, strong = QFontMetrics(font), QFontMetrics(_strong(font))
        title = strong.boundingRect(QRect(0, 0, width, 10_000), _WRAP, entry.title).height()
        detail = plain.boundingRect(QRect(0, 0, width, 10_000), _WRAP, entry.detail).height() if entry.detail else 0
        return title, min(detail, plain.lineSpacing() * _MAX_LINES), QFontMetrics(_small(font)).height()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One entry."""
        entry: Entry = index.data(ENTRY_ROLE)
        colours = self._theme.colours.by_name()
        area: QRect = option.rect
        font: QFont = option.font
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours["selection"]))
        last = index.row() == index.model().rowCount() - 1
        self._spine(painter, area, entry, last=last)
        width = area.width() - _LEFT - SPACE_3
        title, detail, meta = self._heights(font, entry, width)
        top = area.top() + SPACE_2
        for text, height, style, colour in (
            (entry.title, title, _strong(font), "text"),
            (entry.detail, detail, font, "text"),
            (entry.meta, meta, _small(font), "muted"),
        ):
            if text:
                painter.setFont(style)
                painter.setPen(QColor(colours[colour]))
                painter.drawText(QRect(area.left() + _LEFT, top, width, height), _WRAP, text)
                top += height + (2 if text is not entry.meta else 0)
        painter.restore()

    def _spine(self, painter: QPainter, area: QRect, entry: Entry, *, last: bool) -> None:
        colours = self._theme.colours.by_name()
        centre = area.left() + _LEFT // 2 + 2
        top = area.top() + SPACE_2 - 1
        if not last:
            painter.fillRect(QRect(centre, top + 26, 1, area.height() - 26), QColor(colours["line"]))
        tint = QColor(colours[entry.colour])
        tint.setAlphaF(0.14)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawEllipse(QRect(centre - 12, top - 1, 25, 25))
        self._theme.icon(entry.icon, entry.colour, 15).paint(painter, QRect(centre - 7, top + 4, 15, 15))


def _strong(font: QFont) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def _small(font: QFont) -> QFont:
    made = QFont(font)
    made.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return made


class Timeline(QListView):
    """The view of a timeline; texts wrap at its width."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.entries = TimelineModel(self)
        self.setAccessibleName(name)
        self.setModel(self.entries)
        self.setItemDelegate(TimelineDelegate(theme, lambda: self.viewport().width(), self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        theme.changed.connect(self.viewport().update)
