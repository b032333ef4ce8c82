"""What a list says when it has nothing to show, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theming.theme import Theme
from ui.widgets.plain import button, label, row

Ways = Sequence[tuple[str, Callable[[], object]]]


class Empty(QWidget):
    """An icon, a sentence, a hint, and buttons for what can be done."""

    def __init__(self, theme: Theme, icon: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        self._picture, self._title, self._hint = label(), label("", "heading"), label("", "muted", wrap=True)
        self._ways = row(gap=8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for part in (self._picture, self._title, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addLayout(self._ways)
        layout.addStretch(3)
        theme.changed.connect(self._paint)
        self._paint()

    def say(self, title: str, hint: str = "", ways: Ways = ()) -> None:
        """Put in the words; the first way is the main one."""
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        while (item := self._ways.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._ways.addStretch(1)
        for place, (words, act) in enumerate(ways):
            self._ways.addWidget(button(words, act, "primary" if place == 0 else ""))
        self._ways.addStretch(1)

    def _paint(self) -> None:
        self._picture.setPixmap(self._theme.icon(self._icon, "border", 40).pixmap(QSize(40, 40)))
