"""Ctrl+K: search over everything, and places to go, in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.search import SearchHit
from ui.context import Context
from ui.theming.theme import Theme
from ui.widgets.plain import frame, label, line_edit
from ui.words import record_title, said

Index = QModelIndex | QPersistentModelIndex
_HITS = 12
_ROW = 44
_ICONS = {
    "lead": "funnel",
    "contact": "users",
    "vehicle": "car",
    "transaction": "receipt",
    "document": "file-text",
    "communication": "chat-text",
    "task": "calendar-check",
    "user": "user",
}


@dataclass(frozen=True)
class Choice:
    """One line of the palette."""

    icon: str
    title: str
    detail: str
    act: Callable[[], None]


class _Choices(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        choice = self.choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.title}. {choice.detail}"
        return choice if role == Qt.ItemDataRole.UserRole else None

    def show_choices(self, choices: list[Choice]) -> None:
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(100, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        area: QRect = option.rect
        colours = self._theme.colours
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection))
            painter.drawRoundedRect(area.adjusted(4, 1, -4, -1), 6, 6)
        self._theme.icon(choice.icon, "muted", 18).paint(painter, QRect(area.left() + 14, area.top() + 13, 18, 18))
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        text = area.adjusted(44, 5, -14, -5)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        _line(painter, QRect(text.left(), text.top(), text.width(), text.height() // 2), choice.title)
        font.setWeight(QFont.Weight.Normal)
        font.setPointSizeF(font.pointSizeF() - 1)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        _line(painter, QRect(text.left(), text.center().y() + 1, text.width(), text.height() // 2), choice.detail)
        painter.restore()


class Palette(QDialog):
    """Type, choose with the arrows, Enter. ``places`` are shown while nothing is typed, and when their words match."""

    def __init__(self, ctx: Context, places: list[Choice], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.ctx, self._places = ctx, places
        self.setModal(True)
        self.setWindowTitle(self.tr("Search everything"))
        self.setFixedWidth(560)
        self.line = line_edit(self.tr("Search everything"), self.tr("Name, phone, e-mail, registration number …"))
        self.line.setMinimumHeight(36)
        self._model = _Choices(self)
        self.view = QListView()
        self.view.setAccessibleName(self.tr("Results"))
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Painter(ctx.theme, self))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFixedHeight(_ROW * 7 + 8)
        self.view.clicked.connect(lambda index: self._choose(index))
        self._hint = label("", "muted")
        self._hint.setContentsMargins(14, 6, 14, 8)
        card = frame("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(8, 8, 8, 0)
        inner.setSpacing(6)
        for part in (self.line, self.view, self._hint):
            inner.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card)
        self._asked: str | None = None
        self.line.textChanged.connect(lambda _text: self._search())
        ctx.tasks.read(self, ctx.app.search.prepare, lambda _done: None)
        self._show([], "")

    @property
    def searching(self) -> bool:
        """Whether what was typed is still to be looked up."""
        return self._asked is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter chooses, Escape closes."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
        if event.key() in steps:
            self._move(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.view.currentIndex())
        else:
            super().keyPressEvent(event)

    def _move(self, by: int) -> None:
        row = min(max(0, self.view.currentIndex().row() + by), self._model.rowCount() - 1)
        self.view.setCurrentIndex(self._model.index(row))

    def _search(self) -> None:
        """Look up what is typed, at once; what is typed while that takes waits for it, and only the newest is next."""
        text = self.line.text().strip()
        if self._asked is not None:
            return
        if not text:
            self._show([], "")
            return
        self._asked = text
        self.ctx.tasks.read(self, lambda: self.ctx.app.search.search(text, limit=_HITS), self._found, self._failed)

    def _found(self, hits: list[SearchHit]) -> None:
        text, self._asked = self._asked, None
        if text == self.line.text().strip():
            self._show(hits, text)
        else:
            self._search()

    def _failed(self, problem: NxcrmError) -> None:
        self._asked = None
        self.ctx.show_error(problem)

    def _show(self, hits: list[SearchHit], text: str) -> None:
        found = [choice for choice in map(self._hit, hits) if choice is not None]
        places = [place for place in self._places if text.casefold() in place.title.casefold()]
        self._model.show_choices(found + places)
        if self._model.rowCount():
            self.view.setCurrentIndex(self._model.index(0))
            self._hint.setText(self.tr("↑ ↓ choose   Enter open   Esc close"))
        else:
            self._hint.setText(self.tr("Nothing on this laptop matches."))

    def _hit(self, hit: SearchHit) -> Choice | None:
        record = hit.record
        entity, record_id = _target(record)
        if not record_id:
            return None
        title = record_title(record) or said(ENTITIES[record.entity].facts.label)
        return Choice(
            _ICONS.get(record.entity, "file-text"), title, self._detail(record), lambda: self._go(entity, record_id)
        )

    def _detail(self, record: Record) -> str:
        facts = ENTITIES[record.entity].facts
        names = [n for n in ("phone", "registration_number", "stage", "city", "kind") if record.values.get(n)]
        return " · ".join([said(facts.label), *(self.ctx.words.field(record, name) for name in names)])

    def _go(self, entity: str, record_id: str) -> None:
        self.ctx.go.record.emit(entity, record_id)

    def _choose(self, index: Index) -> None:
        choice = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if choice is not None:
            self.accept()
            choice.act()


def _target(record: Record) -> tuple[str, str]:
    """The record to show: what hangs on a lead or a customer is shown there."""
    if record.entity in ("communication", "task"):
        owner = "lead" if record["lead_id"] else "contact"
        return owner, record.text(f"{owner}_id")
    return record.entity, record.id


def _line(painter: QPainter, area: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text.split("\n", 1)[0], Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine), shown)
