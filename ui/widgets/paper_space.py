"""How much room documents take on this laptop, and how much they may take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QProgressBar

from nxcrm_desktop.documents.shelf import Space
from nxcrm_desktop.domain.records import ChangeSet
from ui.context import Context
from ui.widgets.paper_words import size_words
from ui.widgets.plain import column, label, row

_MIB = 1024 * 1024
CHOICES = tuple(size * _MIB for size in (256, 512, 1024, 2048, 5120, 10240, 51200))
"""Bytes to choose from."""


class PaperSpace(QFrame):
    """A bar of what is used, its parts in words, and the choice of the budget. ``chosen`` once it has been set."""

    chosen = Signal(int)

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setProperty("role", "card")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Room that documents take"))
        self.words = label("", "muted", wrap=True)
        self.hint = label("", "muted", wrap=True)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Room for documents on this laptop"))
        self.choice.activated.connect(self._choose)
        caption = label(self.tr("Room for documents on this laptop"), "strong")
        self.setLayout(
            column(row(caption, None, self.choice), self.bar, self.words, self.hint, margins=(12, 12, 12, 12))
        )
        self.hint.setText(
            self.tr("What the server has and was not used for longest makes room by itself; kept documents stay.")
        )
        ctx.changes.happened.connect(self._changed)

    def read(self) -> None:
        """Look again."""
        self.ctx.tasks.read(self, self.ctx.app.paper_sync.space, self._show)

    def _changed(self, change: ChangeSet) -> None:
        if change.changed.keys() & {"document", "document_version"} and self.isVisible():
            self.read()

    def showEvent(self, event: object) -> None:
        """Look again."""
        del event
        self.read()

    def _show(self, space: Space) -> None:
        self.bar.setValue(min(1000, 1000 * space.used // space.budget))
        self.bar.setAccessibleDescription(size_words(space.used))
        used = self.tr("%1 of %2 used").replace("%1", size_words(space.used)).replace("%2", size_words(space.budget))
        kept = self.tr("%1 kept").replace("%1", size_words(space.kept))
        unsent = self.tr("%1 waiting to upload").replace("%1", size_words(space.unsent))
        parts = [used, kept if space.kept else "", unsent if space.unsent else ""]
        self.words.setText(" · ".join(part for part in parts if part))
        self._offer(space.budget)

    def _offer(self, budget: int) -> None:
        sizes = sorted({*CHOICES, budget})
        self.choice.clear()
        for size in sizes:
            self.choice.addItem(size_words(size), size)
        self.choice.setCurrentIndex(sizes.index(budget))

    def _choose(self, _index: int) -> None:
        size = int(self.choice.currentData())
        sync = self.ctx.app.paper_sync

        def told(_done: None) -> None:
            self.chosen.emit(size)
            self.read()

        self.ctx.tasks.write(self, lambda: sync.set_budget(size), told)
