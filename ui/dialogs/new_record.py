"""A new lead, customer or vehicle; rows it may repeat are shown while one types."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Record, Value
from ui.context import Context
from ui.dialogs.form_dialog import FormDialog
from ui.language import translate
from ui.ports import Port
from ui.widgets.plain import button, frame, label
from ui.words import record_title

_PAUSE_MS = 250
_SHOWN = 3
_FIELDS = {
    "lead": ("name", "phone", "email", "city", "interest", "budget_paise", "rating", "source"),
    "contact": ("full_name", "phone", "email", "address", "city", "pincode"),
    "vehicle": (
        "make",
        "model",
        "variant",
        "year",
        "registration_number",
        "chassis_number",
        "stock_status",
        "asking_paise",
    ),
}


class NewRecordDialog(FormDialog):
    """Creates through the services and then shows what was made."""

    def __init__(self, ctx: Context, entity: str, parent: QWidget) -> None:
        self._port = Port(ctx.app, entity)
        writable = ctx.writable(entity, Action.CREATE)
        fields = tuple(name for name in _FIELDS[entity] if name in writable)
        titles = {
            "lead": translate("NewRecordDialog", "New lead"),
            "contact": translate("NewRecordDialog", "New customer"),
            "vehicle": translate("NewRecordDialog", "New vehicle"),
        }
        super().__init__(ctx, titles[entity], entity, fields, {"stock_status": "available"}, parent)
        self._hint = self._make_hint()
        self.body.addWidget(self._hint)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.form.edited.connect(self._pause.start)

    def store(self, typed: dict[str, Value]) -> Callable[[], Any]:
        """Create it."""
        return lambda: self._port.create(typed)

    def stored(self, result: object) -> None:
        """Show it."""
        super().stored(result)
        self.ctx.go.record.emit(self._entity, str(result))

    # --------------------------------------------------------------------------------------------------- duplicates

    def _make_hint(self) -> QFrame:
        hint = frame("notice")
        self._found = QVBoxLayout(hint)
        self._found.setContentsMargins(12, 8, 12, 8)
        self._found.setSpacing(2)
        hint.hide()
        return hint

    def _look(self) -> None:
        if self._entity != "lead":
            return
        try:
            typed = self.form.changes()
        except ValueProblem:
            return
        known = {name: typed.get(name) for name in ("name", "phone", "email")}
        if any(known.values()):
            self.ctx.tasks.read(self, lambda: self.ctx.app.leads.duplicates(known), self._show)
        else:
            self._show([])

    def _show(self, found: list[Record]) -> None:
        while (item := self._found.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        if found:
            self._found.addWidget(label(self.tr("This may be here already:"), "strong"))
        for record in found[:_SHOWN]:
            self._found.addWidget(button(self._line(record), partial(self._go, record), "link"))
        self._hint.setVisible(bool(found))
        QTimer.singleShot(0, self, self.adjustSize)

    def _line(self, record: Record) -> str:
        words = self.ctx.words
        names = [n for n in ("phone", "email", "stage", "owner_id") if n in ENTITIES[record.entity].fields]
        return " · ".join(t for t in (record_title(record), *(words.field(record, n) for n in names)) if t).replace(
            "&", "&&"
        )

    def _go(self, record: Record) -> None:
        self.reject()
        self.ctx.go.record.emit(record.entity, record.id)
