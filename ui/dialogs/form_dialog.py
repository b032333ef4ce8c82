"""A dialog around a form of the data dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.widgets.editors import Options
from ui.widgets.form import Group, RecordForm
from ui.words import said


class FormDialog(Dialog):
    """A dialog around a form of the dictionary; closes when what was typed is stored, keeps it when it is refused."""

    def __init__(
        self,
        ctx: Context,
        title: str,
        entity: str,
        fields: tuple[str, ...],
        defaults: Mapping[str, Value],
        parent: QWidget,
    ) -> None:
        super().__init__(title, parent, 520)
        self.ctx, self._entity = ctx, entity
        self.form = RecordForm(
            ENTITIES[entity],
            [Group("", fields)],
            frozenset(fields),
            self.options,
            lambda _n, facts, v: ctx.words.show(facts, v),
        )
        self.form.layout().setContentsMargins(0, 0, 0, 0)  # type: ignore[union-attr]
        self.body.addWidget(self.form)
        self.form.show_values({})
        self.form.edit()
        self.form.fill(defaults)
        self.add_button(self.tr("Cancel"), self.reject)
        self._save = self.add_button(self.tr("Save"), self.save, "primary")

    def options(self, name: str, facts: Facts) -> Options | None:
        """Closed lists the dictionary does not hold: stages, staff."""
        del name
        if facts.kind is Kind.STAGE:
            return [(stage.key, stage.label) for stage in self.ctx.words.lists.stages]
        if facts.kind is Kind.REF and facts.ref == "user":
            return list(self.ctx.words.lists.users.items())
        return None

    def store(self, typed: dict[str, Value]) -> Callable[[], Any]:
        """What stores the values; runs on the writer thread."""
        raise NotImplementedError

    def save(self) -> None:
        """Check, then store."""
        if not self.form.check():
            return
        self._save.setEnabled(False)
        self.ctx.tasks.write(self, self.store(self.form.changes()), self.stored, self._refused)

    def stored(self, _result: object) -> None:
        """It is in the store."""
        self.accept()

    def _refused(self, problem: NxcrmError) -> None:
        self._save.setEnabled(True)
        field = str(problem.details.get("field", ""))
        if self.form.has(field):
            self.form.say(field, said(problem.happened))
        else:
            self.ctx.show_error(problem)
