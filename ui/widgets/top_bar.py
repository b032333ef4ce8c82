"""The bar at the top: where one is, search over everything, New, and the look."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QPushButton

from ui.theming.theme import Theme
from ui.theming.tokens import Appearance
from ui.widgets.plain import button, icon_button, label, row


class TopBar(QFrame):
    """``search_asked``, ``new_asked`` with an entity or "import", ``lock_asked``."""

    search_asked = Signal()
    new_asked = Signal(str)
    lock_asked = Signal()

    def __init__(self, theme: Theme, who: str) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "bar")
        self.setFixedHeight(48)
        self.title = label("", "title")
        self.search = button(self.tr("Search everything"), self.search_asked.emit, "search")
        self.search.setMinimumWidth(220)
        self.search.setMaximumWidth(360)
        self.search.setFixedHeight(32)
        self.search.setToolTip(self.tr("Ctrl+K"))
        hint = label("Ctrl+K", "muted")
        hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.search.setLayout(row(None, hint, margins=(0, 0, 10, 0)))
        self.new = QPushButton(self.tr("New"))
        self.new.setProperty("role", "primary")
        self.new.setFixedHeight(32)
        self.new.setAccessibleName(self.tr("New …"))
        self.menu = QMenu(self.new)
        self.new.setMenu(self.menu)
        self._look = icon_button(self.tr("Light or dark"), theme.icon("moon"), theme.toggle)
        self._lock = icon_button(self.tr("Lock (Ctrl+L)"), theme.icon("lock"), self.lock_asked.emit)
        self.who = label(who, "muted")
        self.setLayout(
            row(self.title, None, self.search, self.new, self._look, self._lock, margins=(16, 0, 8, 0), gap=8)
        )
        theme.changed.connect(self._paint)
        self._paint()

    def set_news(self, news: list[tuple[str, str, str]]) -> None:
        """What can be made: (entity, words, icon name)."""
        self.menu.clear()
        for entity, words, icon in news:
            action = QAction(self._theme.icon(icon), words, self.menu)
            action.triggered.connect(lambda _on=False, entity=entity: self.new_asked.emit(entity))
            self.menu.addAction(action)
        self.new.setVisible(bool(news))

    def _paint(self) -> None:
        self._look.setIcon(self._theme.icon("sun" if self._theme.appearance is Appearance.DARK else "moon"))
        self._lock.setIcon(self._theme.icon("lock"))
        self.new.setIcon(self._theme.icon("plus", "on_accent"))
        self.search.setIcon(self._theme.icon("magnifying-glass"))
        self.search.setIconSize(QSize(16, 16))
