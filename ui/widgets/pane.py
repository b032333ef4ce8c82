"""What the window may ask of any pane. A pane answers what concerns it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget


class Pane(QWidget):
    """``summary`` has the words of the status bar's left end."""

    summary = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.started = False

    def ensure_started(self) -> None:
        """Read what is shown, the first time the pane is looked at."""
        if not self.started:
            self.started = True
            self.start()

    def start(self) -> None:
        """Read what is shown."""

    def activated(self) -> None:
        """The user came here: tell the summary again, take the focus."""

    def may_leave(self) -> bool:
        """Whether nothing unsaved would be lost now."""
        return True

    def escape(self) -> None:
        """Escape was pressed."""

    def edit(self) -> None:
        """F2."""

    def save(self) -> None:
        """Ctrl+S."""

    def focus_filter(self) -> None:
        """Ctrl+F."""

    def step(self, by: int) -> None:
        """Alt+Down, Alt+Up."""

    def log_activity(self) -> None:
        """Ctrl+Enter outside the composer."""

    def attach(self) -> None:
        """Ctrl+Shift+A."""

    def show_record(self, record_id: str) -> None:
        """Show one record."""

    def regions(self) -> list[QWidget]:
        """Where F6 goes, in order."""
        return [self]
