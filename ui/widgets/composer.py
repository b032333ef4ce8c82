"""Where one writes what was said or what is to be done: a note, a call, a follow-up. Ctrl+Enter logs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QDate, QDateTime, QEvent, Qt, QTime, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QDateTimeEdit, QFrame, QPlainTextEdit, QPushButton, QWidget

from nxcrm_desktop.domain import clock
from ui.theming.theme import Theme
from ui.widgets.plain import button, column, row, set_property, text_edit

_MORNING = time(10, 0)


@dataclass(frozen=True)
class Draft:
    """What was composed. ``kind``: note, call or task; ``due_at`` UTC ms, for a task."""

    kind: str
    text: str
    outcome: str | None = None
    due_at: int | None = None


class _Text(QPlainTextEdit):
    """Ctrl+Enter is the composer's."""

    sent = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep the window's own Ctrl+Enter, which only brings one here, from taking the key."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_send(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send, or type."""
        if _is_send(event):
            self.sent.emit()
        else:
            super().keyPressEvent(event)


class Composer(QFrame):
    """``composed`` with a Draft. The text stays until :meth:`clear`: nothing typed is lost when saving fails."""

    composed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.kind = "note"
        self.setProperty("role", "card")
        self._group = QButtonGroup(self)
        self._kinds = {
            "note": self._kind("note", self.tr("Note")),
            "call": self._kind("call", self.tr("Call")),
            "task": self._kind("task", self.tr("Follow-up")),
        }
        self.text = _Text()
        _like(self.text, text_edit(self.tr("What to log"), rows=2))
        self.text.sent.connect(self.send)
        self.outcome = self._outcomes()
        self.due = self._due()
        self._quick = self._quick_dates()
        self._log = button(self.tr("Log"), self.send, "primary")
        self._log.setToolTip(self.tr("Ctrl+Enter"))
        kinds = row(*self._kinds.values(), None, self._log, gap=4)
        self._foot = QWidget()
        self._foot.setLayout(row(self.outcome, self.due, self._quick, None, gap=6))
        self.setLayout(column(kinds, self.text, self._foot, margins=(10, 8, 10, 8), gap=6))
        self.choose("note")

    # ------------------------------------------------------------------------------------------------------ making

    def _kind(self, kind: str, words: str) -> QPushButton:
        made = button(words, lambda: self.choose(kind), "chip")
        made.setCheckable(True)
        self._group.addButton(made)
        return made

    def _outcomes(self) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self.tr("Outcome of the call"))
        for words in (
            self.tr("Spoke"),
            self.tr("No answer"),
            self.tr("Busy, call again"),
            self.tr("Wrong number"),
            self.tr("Not interested"),
        ):
            box.addItem(words)
        return box

    def _due(self) -> QDateTimeEdit:
        made = QDateTimeEdit()
        made.setAccessibleName(self.tr("When it is due"))
        made.setDisplayFormat("dd-MM-yyyy HH:mm")
        made.setCalendarPopup(True)
        made.setMinimumWidth(150)
        return made

    def _quick_dates(self) -> QWidget:
        box = QWidget()
        picks = (
            (self.tr("Tomorrow"), 1),
            (self.tr("3 days"), 3),
            (self.tr("Week"), 7),
        )
        parts = [button(words, partial(self.due_in, days), "link") for words, days in picks]
        box.setLayout(row(*parts, gap=0))
        return box

    # ------------------------------------------------------------------------------------------------------- using

    def choose(self, kind: str) -> None:
        """Compose a note, a call or a task."""
        self.kind = kind
        for key, made in self._kinds.items():
            made.setChecked(key == kind)
            set_property(made, "active", key == kind)
        hints = {
            "note": self.tr("Write a note …"),
            "call": self.tr("What was said?"),
            "task": self.tr("What is to be done?"),
        }
        self.text.setPlaceholderText(hints[kind])
        self._foot.setVisible(kind != "note")
        self.outcome.setVisible(kind == "call")
        self.due.setVisible(kind == "task")
        self._quick.setVisible(kind == "task")
        if kind == "task":
            self.due_in(1)

    def due_in(self, days: int) -> None:
        """Due on the morning of a day from now."""
        day = clock.today() + timedelta(days=days)
        self.due.setDateTime(QDateTime(QDate(day.year, day.month, day.day), QTime(_MORNING.hour, 0)))

    def send(self) -> None:
        """Log what was composed."""
        text = self.text.toPlainText().strip()
        if not text and self.kind != "call":
            self.text.setFocus()
            return
        self.composed.emit(Draft(self.kind, text, self._outcome(), self._due_at()))

    def clear(self) -> None:
        """It was stored."""
        self.text.clear()

    def _outcome(self) -> str | None:
        return self.outcome.currentText() if self.kind == "call" else None

    def _due_at(self) -> int | None:
        if self.kind != "task":
            return None
        moment = self.due.dateTime()
        day, hour = moment.date(), moment.time()
        return clock.from_datetime(datetime(day.year(), day.month(), day.day(), hour.hour(), hour.minute()))  # noqa: DTZ001 (Indian time is meant)


def _is_send(event: QKeyEvent) -> bool:
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def _like(made: QPlainTextEdit, model: QPlainTextEdit) -> None:
    made.setAccessibleName(model.accessibleName())
    made.setTabChangesFocus(True)
    made.setFixedHeight(model.height())
    model.deleteLater()
