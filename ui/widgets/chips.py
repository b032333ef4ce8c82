"""Filter chips: each a menu of values; one that filters shows what it lets through, and can be taken away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from nxcrm_desktop.domain.records import Value
from ui.theming.theme import Theme
from ui.widgets.plain import set_property


class Chip(QPushButton):
    """One filter. ``changed`` when another value is chosen; ``value`` is None for all."""

    changed = Signal()

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme, self._title = theme, title
        self._options: list[tuple[Value, str]] = []
        self.value: Value = None
        self.setProperty("role", "chip")
        self.setIconSize(QSize(12, 12))
        self.setLayoutDirection(self.layoutDirection().RightToLeft)
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        theme.changed.connect(self._show)
        self._show()

    def set_options(self, options: Sequence[tuple[Value, str]]) -> None:
        """What may be chosen."""
        self._options = list(options)
        self._menu.clear()
        self._add(None, self.tr("Any"))
        self._menu.addSeparator()
        for value, words in options:
            self._add(value, words)
        self._show()

    def choose(self, value: Value) -> None:
        """Let through only this value (None: all)."""
        if value != self.value:
            self.value = value
            self._show()
            self.changed.emit()

    def _add(self, value: Value, words: str) -> None:
        action = QAction(words.replace("&", "&&"), self._menu)
        action.setCheckable(True)
        action.setData(value)
        action.triggered.connect(lambda: self.choose(value))
        self._menu.addAction(action)

    def _show(self) -> None:
        active = self.value is not None
        words = next((words for value, words in self._options if value == self.value), "")
        shown = f"{self._title}: {words}" if active else self._title
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(self.tr("Filter %1").replace("%1", shown))
        self.setIcon(self._theme.icon("caret-down", "accent" if active else "muted", 12))
        set_property(self, "active", active)
        for action in self._menu.actions():
            action.setChecked(not action.isSeparator() and action.data() == self.value)
