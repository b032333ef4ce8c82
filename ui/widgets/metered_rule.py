"""What sync does by itself on a link that is paid by volume."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFrame

from nxcrm_desktop.services.syncing import SyncSettings
from sync.client.telling import MeteredRule, SyncStatus
from ui.context import Context
from ui.sync_words import rule_words
from ui.widgets.plain import column, label, row


class MeteredChoice(QFrame):
    """The choice, and what the present link is."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("On metered links"))
        for rule in MeteredRule:
            self.choice.addItem(rule_words(rule), rule)
        self.choice.activated.connect(lambda _index: ctx.sync.choose(MeteredRule(self.choice.currentData())))
        self.hint = label("", "muted", wrap=True)
        caption = label(self.tr("On metered links"), "strong")
        self.setLayout(column(row(caption, None, self.choice), self.hint, margins=(12, 12, 12, 12)))
        ctx.sync.chosen.connect(self._show_choice)
        ctx.sync.changed.connect(self._show_link)
        self._show_choice(ctx.sync.settings)
        self._show_link(ctx.sync.status)

    def _show_choice(self, settings: SyncSettings) -> None:
        self.choice.setCurrentIndex(self.choice.findData(settings.rule))

    def _show_link(self, status: SyncStatus | None) -> None:
        metered = status is not None and status.metered
        link = self.tr("This link is metered.") if metered else self.tr("This link is not metered, as far as is known.")
        always = self.tr("What you ask for yourself happens on any link.")
        self.hint.setText(f"{link} {always}")
