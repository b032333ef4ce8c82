"""The list of jobs above the status line: what runs, how far it is, and a button to stop it."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from ui.tasks import Job, Jobs, JobState
from ui.theming.theme import Theme
from ui.widgets.plain import button, label, row

_WIDTH = 340


class JobLine(QWidget):
    """One job."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job
        self._title, self._state = label(job.title, "strong"), label("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(job.title)
        self._stop = button(self.tr("Stop"), job.cancel, "link")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(row(self._title, None, self._state, self._stop))
        layout.addWidget(self._bar)
        job.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        job = self._job
        running = job.state is JobState.RUNNING
        words = {
            JobState.RUNNING: self.tr("Stopping …") if job.cancelled else "",
            JobState.DONE: self.tr("Done"),
            JobState.FAILED: self.tr("Failed"),
            JobState.CANCELLED: self.tr("Stopped"),
        }
        self._state.setText(words[job.state])
        self._stop.setVisible(running)
        self._bar.setVisible(running)
        self._bar.setRange(0, job.total)
        self._bar.setValue(job.done)


class JobsPanel(QFrame):
    """A card over the window's lower right corner."""

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Jobs"))
        self._lines: dict[Job, JobLine] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 8)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._head())
        jobs.changed.connect(self._fill)
        theme.changed.connect(self.update)
        self.hide()

    def _head(self) -> QWidget:
        head = QWidget()
        head.setLayout(
            row(
                label(self.tr("JOBS"), "group"),
                None,
                button(self.tr("Close"), self.hide, "link"),
                margins=(12, 0, 8, 0),
            )
        )
        return head

    def toggle(self) -> None:
        """Show or hide."""
        self._fill()
        self.setVisible(not self.isVisible())
        self._place()
        self.raise_()

    def _fill(self) -> None:
        for job in self._jobs.all[:8]:
            if job not in self._lines:
                self._lines[job] = JobLine(job)
                self._layout.insertWidget(1, self._lines[job])
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            size = self.sizeHint().expandedTo(self.minimumSizeHint())
            self.resize(_WIDTH, size.height())
            self.move(QPoint(parent.width() - _WIDTH - 12, parent.height() - size.height() - 38))
