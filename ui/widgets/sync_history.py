"""What sync did: each run that did something or failed, newest first."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from nxcrm_desktop.domain import clock
from sync.client.ports import SyncRun
from sync.client.telling import Phase, SyncStatus
from ui.context import Context
from ui.sync_words import bytes_words, did_words, outcome_words, run_when
from ui.widgets.empty import Empty
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import column

_MOST = 100
_ICONS = {
    "done": ("check-circle", "ok"), "partial": ("warning", "warn"), "stopped": ("x", "muted"),
    "failed": ("warning-circle", "danger"),
}  # fmt: skip


class SyncHistory(QWidget):
    """A table, read again after each run."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        titles = (self.tr("When"), self.tr("Outcome"), self.tr("What it did"), self.tr("Moved"))
        self.table = LinesTable(ctx.theme, self.tr("History of sync"), LinesModel(titles, (), self), stretch=2)
        empty = Empty(ctx.theme, "clock")
        empty.say(
            self.tr("No history yet"),
            self.tr("Each sync that sends, receives or fails is listed here; those with nothing to do are not."),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(empty)
        self.stack.addWidget(self.table)
        self.setLayout(column(self.stack, margins=(16, 12, 16, 16)))
        ctx.sync.changed.connect(self._changed)

    def read(self) -> None:
        """Look again."""
        self.ctx.tasks.read(self, lambda: self.ctx.app.syncing.history(_MOST), self._show)

    def _changed(self, status: SyncStatus) -> None:
        if status.phase is not Phase.SYNCING and self.isVisible():
            self.read()

    def showEvent(self, event: object) -> None:
        """Look again."""
        del event
        self.read()

    def _show(self, runs: list[SyncRun]) -> None:
        self.table.lines.show_lines([self._line(run) for run in runs])
        self.stack.setCurrentIndex(1 if runs else 0)

    def _line(self, run: SyncRun) -> Line:
        icon, colour = _ICONS[run.outcome]
        moved = bytes_words(run.bytes_up, run.bytes_down) if run.bytes_up or run.bytes_down else "–"
        cells = (run_when(run, clock.now_ms()), outcome_words(run), did_words(run), moved)
        return Line(str(run.at), cells, self.ctx.theme.icon(icon, colour, 16))
