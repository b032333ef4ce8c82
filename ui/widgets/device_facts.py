"""This laptop and its user: who, which server, how long without a network, how the key is kept."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QGridLayout, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.services.status import Answer
from ui.context import Context
from ui.widgets.plain import label
from ui.words import when


class DeviceFacts(QWidget):
    """Captions and values, which can be copied."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        captions = {
            "user": self.tr("User"), "role": self.tr("Role"), "server": self.tr("Server"),
            "last_sync": self.tr("Last sync"), "lease_expires": self.tr("Works offline until"),
            "key_protection": self.tr("Key kept by"), "cipher_version": self.tr("Encryption"),
        }  # fmt: skip
        self.values = {key: label("–", selectable=True) for key in captions}
        for place, (key, caption) in enumerate(captions.items()):
            self.values[key].setAccessibleName(caption)
            self._grid.addWidget(label(caption, "muted"), place, 0)
            self._grid.addWidget(self.values[key], place, 1)

    def read(self) -> None:
        """Look again."""
        self.ctx.tasks.io(self, self.ctx.app.status.report, self._show)

    def _show(self, answer: Answer) -> None:
        for key, shown in self.values.items():
            shown.setText(self._words(key, answer.get(key)) or "–")

    def _words(self, key: str, value: str | int | None) -> str:
        if value is None:
            return ""
        if key in ("last_sync", "lease_expires"):
            return when(int(datetime.fromisoformat(str(value)).timestamp() * 1000), clock.now_ms())
        if key == "role":
            return self.ctx.words.show(ENTITIES["user"].fields["role"], value)
        if key == "key_protection":
            return self.tr("this computer’s keyring") if value == "keyring" else self.tr("your password")
        return f"SQLCipher {value}" if key == "cipher_version" else str(value)
