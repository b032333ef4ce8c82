"""What all dialogs have: a title, a body, buttons at the bottom; Escape closes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ui.widgets.plain import button, frame, label, row

_AROUND = 40
"""What the frame of a window and the bar of the desktop take from the height of the screen."""


class Dialog(QDialog):
    """A window that asks one thing. ``scrolls``: its body may be taller than the screen; the buttons stay in sight."""

    def __init__(self, title: str, parent: QWidget | None, width: int = 480, *, scrolls: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 20, 24, 20)
        self.body.setSpacing(12)
        self.heading = label(title, "title", wrap=True)
        self.body.addWidget(self.heading)
        if scrolls:
            layout.addWidget(self._scrolling(), 1)
        else:
            layout.addLayout(self.body, 1)
        self._foot = frame("foot")
        self._buttons = row(margins=(24, 12, 24, 12))
        self._buttons.addStretch(1)
        self._foot.setLayout(self._buttons)
        layout.addWidget(self._foot)

    def _scrolling(self) -> QScrollArea:
        made, inner = QScrollArea(), QWidget()
        inner.setObjectName("page")
        inner.setLayout(self.body)
        made.setWidget(inner)
        made.setWidgetResizable(True)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the first choice has it
        return made

    def showEvent(self, event: QShowEvent) -> None:
        """Shown: as tall as its words need."""
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """As tall as wrapped texts need, which Qt does not reckon for a window of its own."""
        layout = self.layout()
        if layout is None:
            return
        scrolled = self.body.parentWidget() is not self
        needed = (
            self.body.totalHeightForWidth(self.width()) + self._foot.sizeHint().height()
            if scrolled
            else layout.totalHeightForWidth(self.width())
        )
        room = self.screen().availableGeometry().height() - _AROUND
        self.resize(self.width(), min(max(self.height(), needed), room))

    def add_button(self, words: str, act: Callable[[], object], role: str = "") -> QPushButton:
        """A button at the bottom right; a ``primary`` one answers Enter."""
        made = button(words, act, role)
        if role == "primary":
            made.setDefault(True)
        self._buttons.addWidget(made)
        return made

    def add_aside(self, widget: QWidget) -> None:
        """Something at the bottom left."""
        self._buttons.insertWidget(0, widget)


class Question(Dialog):
    """A question with several answers; ``answers`` are (words, act, role). The dialog closes before the act runs."""

    def __init__(
        self, title: str, text: str, answers: list[tuple[str, Callable[[], object], str]], parent: QWidget
    ) -> None:
        super().__init__(title, parent, 420)
        self.body.addWidget(label(text, wrap=True))
        for words, act, role in answers:
            self.add_button(words, self._closing(act), role)

    def _closing(self, act: Callable[[], object]) -> Callable[[], None]:
        def close_and_act() -> None:
            self.accept()
            act()

        return close_and_act
