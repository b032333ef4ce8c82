"""The line at the bottom: rows, jobs, conflicts, and the sync pill, always in sight."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame

from ui.language import counted
from ui.tasks import Jobs
from ui.theming.theme import Theme
from ui.widgets.plain import button, label, row, set_property
from ui.widgets.sync_pill import SyncPill, SyncState


class StatusBar(QFrame):
    """``jobs_asked`` and ``conflicts_asked`` when their buttons are pressed."""

    jobs_asked = Signal()
    conflicts_asked = Signal()

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._theme, self._jobs = theme, jobs
        self.setProperty("role", "status")
        self.rows = label("", "muted")
        self.rows.setAccessibleName(self.tr("Rows of the list"))
        self.message = label("", "muted")
        self.jobs = button("", self.jobs_asked.emit, "pill")
        self.conflicts = button("", self.conflicts_asked.emit, "pill")
        for small in (self.jobs, self.conflicts):
            small.setIconSize(QSize(16, 16))
            small.hide()
        self.pill = SyncPill(theme)
        self.setLayout(
            row(self.rows, 8, self.message, None, self.jobs, self.conflicts, self.pill, margins=(12, 2, 8, 2), gap=4)
        )
        self.setFixedHeight(30)
        jobs.changed.connect(self._show_jobs)
        theme.changed.connect(self._paint)
        self._paint()

    def show_sync(self, state: SyncState) -> None:
        """Tell where sync stands."""
        self.pill.show_state(state)
        many = state.conflicts
        # The pill itself says it when nothing is more pressing: one place, not two.
        self.conflicts.setVisible(bool(many) and self.pill.property("state") != "conflict")
        self.conflicts.setText(counted("StatusBar", "%Ln conflict(s)", many))

    def _show_jobs(self) -> None:
        running = self._jobs.running
        self.jobs.setVisible(bool(self._jobs.all))
        words = counted("StatusBar", "%Ln job(s) running", len(running)) if running else self.tr("Jobs")
        if len(running) == 1 and running[0].total:
            words = f"{running[0].title} {100 * running[0].done // running[0].total} %"
        self.jobs.setText(words.replace("&", "&&"))
        set_property(self.jobs, "state", "busy" if running else "")

    def _paint(self) -> None:
        self.jobs.setIcon(self._theme.icon("clock", "accent", 16))
        self.conflicts.setIcon(self._theme.icon("git-fork", "conflict", 16))
        set_property(self.conflicts, "state", "conflict")
