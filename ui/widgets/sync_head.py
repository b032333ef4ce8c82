"""The top of the sync centre: where sync stands, how far it is, why it does not go on, and the buttons for it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from sync.client.telling import Phase, SyncStatus
from ui.context import Context
from ui.sync_words import detail_words, error_words, state_words
from ui.widgets.plain import button, column, label, row, rule

_NOTHING_YET = SyncStatus(Phase.OFFLINE)
_ICONS = {
    Phase.SYNCED: ("cloud-check", "ok"), Phase.CONFLICTS: ("git-fork", "conflict"),
    Phase.SYNCING: ("arrows-clockwise", "accent"), Phase.OFFLINE: ("cloud-slash", "warn"),
    Phase.SIGN_IN: ("sign-in", "danger"), Phase.FAILED: ("warning-circle", "danger"),
    Phase.PAUSED: ("pause", "warn"), Phase.METERED: ("pause", "warn"),
}  # fmt: skip


class SyncHead(QFrame):
    """Its buttons act on the context's sync."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setProperty("role", "bar")
        self.picture, self.title, self.detail = label(), label("", "heading"), label("", "muted", wrap=True)
        self.title.setAccessibleName(self.tr("State of sync"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(self.tr("Progress of sync"))
        self.now = button(self.tr("Sync now"), ctx.sync.now, "primary")
        self.anyway = button(self.tr("Sync documents anyway"), ctx.sync.anyway)
        self.pause = button("", self._pause_or_resume)
        self.sign_in = button(self.tr("Sign in …"), ctx.sync.sign_in_asked.emit, "primary")
        self.trouble = self._make_trouble()
        words = column(self.title, self.detail, gap=2)
        top = row(self.picture, words, self.sign_in, self.now, self.anyway, self.pause, gap=8)
        top.setStretch(1, 1)
        self.setLayout(column(top, self.bar, self.trouble, margins=(16, 12, 16, 12), gap=8))
        ctx.sync.changed.connect(self.show_status)
        ctx.sync.chosen.connect(lambda _settings: self.show_status(ctx.sync.status or _NOTHING_YET))
        ctx.theme.changed.connect(lambda: self.show_status(ctx.sync.status or _NOTHING_YET))
        self.show_status(ctx.sync.status or _NOTHING_YET)

    def _make_trouble(self) -> QWidget:
        made = QWidget()
        captions = (self.tr("What happened"), self.tr("What is safe"), self.tr("What to do"))
        self.told = tuple(label("", wrap=True, selectable=True) for _ in captions)
        lines = column(gap=4)
        for caption, words in zip(captions, self.told, strict=True):
            name = label(caption, "muted")
            name.setFixedWidth(110)
            words.setAccessibleName(caption)
            line = row(name, words)
            line.setStretch(1, 1)
            lines.addLayout(line)
        made.setLayout(column(rule(), lines, gap=8))
        return made

    def show_status(self, status: SyncStatus) -> None:
        """Tell this."""
        paused = self.ctx.sync.settings.paused
        icon, colour = _ICONS[status.phase]
        self.picture.setPixmap(self.ctx.theme.icon(icon, colour, 24).pixmap(QSize(24, 24)))
        self.title.setText(state_words(status))
        self.detail.setText(detail_words(status))
        syncing = status.phase is Phase.SYNCING
        self.bar.setVisible(syncing)
        self.bar.setRange(0, status.of)  # 0 of 0: it moves without an end in sight
        self.bar.setValue(status.n)
        self._show_buttons(status, syncing=syncing, paused=paused)
        error = status.error or status.papers_error
        self.trouble.setVisible(error is not None and not syncing)
        for part, words in zip(self.told, error_words(error) if error else ("", "", ""), strict=True):
            part.setText(words or "–")

    def _show_buttons(self, status: SyncStatus, *, syncing: bool, paused: bool) -> None:
        signing_in = status.phase is Phase.SIGN_IN
        self.sign_in.setVisible(signing_in)
        self.now.setVisible(not signing_in)
        self.now.setEnabled(not syncing)
        self.anyway.setVisible(status.metered and status.papers_waiting > 0 and not paused)
        self.anyway.setEnabled(not syncing)
        self.pause.setVisible(not signing_in)
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))

    def _pause_or_resume(self) -> None:
        sync = self.ctx.sync
        (sync.resume if sync.settings.paused else sync.pause)()
