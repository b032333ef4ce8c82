"""Possible duplicates side by side: what is the same, what differs, and whether they are one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.duplicates import Group
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import label
from ui.words import label_of, said

_MOST_LINES = 10
_MOST_RECORDS = 4


class LookAlikesDialog(Dialog):
    """Decides one group through DuplicateService."""

    def __init__(self, ctx: Context, group: Group, parent: QWidget) -> None:
        field, value = label_of(group.entity, group.field), ctx.words.field(group.members[0].record, group.field)
        super().__init__(f"{field}: {value}", parent, 760)
        self.setWindowTitle(self.tr("Possible duplicates"))
        self.ctx, self.group = ctx, group
        alone = len(group.members) == 1
        told = (
            self.tr("Another record says the same here. It is not one of yours: your manager can compare them.")
            if alone
            else self.tr("These records say the same here. Both were kept; say whether they are about the same.")
        )
        self.body.addWidget(label(told, wrap=True))
        self.shown = group.members[:_MOST_RECORDS]
        titles = (self.tr("Field"), *(member.title for member in self.shown), "" if alone else self.tr("Compared"))
        table = LinesTable(ctx.theme, self.tr("The records"), LinesModel(titles, (), self), stretch=1)
        table.lines.show_lines(self._lines())
        table.fit_height(_MOST_LINES)
        self.table = table
        self.body.addWidget(table)
        if len(group.members) > _MOST_RECORDS:
            more = len(group.members) - _MOST_RECORDS
            self.body.addWidget(label(self.tr("… and %1 more").replace("%1", str(more)), "muted"))
        self.add_button(self.tr("Decide later"), self.reject)
        if ctx.may(Action.UPDATE, "duplicate") and group.open:
            words = self.tr("Keep it as it is") if alone else self.tr("Not the same: keep both")
            self._keep = self.add_button(words, self.keep, "primary")

    def _lines(self) -> list[Line]:
        """One line for each field of which any of them shows something, what differs first."""
        info = ENTITIES[self.group.entity]
        names = [name for name in info.fields if name not in COMMON]
        show = self.ctx.words.field
        filled = [name for name in names if any(show(member.record, name) for member in self.shown)]
        return [self._line(name) for name in sorted(filled, key=lambda name: not self._differs(name))]

    def _line(self, name: str) -> Line:
        cells = (self.ctx.words.field(member.record, name) for member in self.shown)
        verdict = self.tr("Differs") if self._differs(name) else self.tr("Same")
        return Line(name, (label_of(self.group.entity, name), *cells, verdict if len(self.shown) > 1 else ""))

    def _differs(self, name: str) -> bool:
        values: set[Value] = {member.record[name] for member in self.shown}
        return len(values) > 1

    def keep(self) -> None:
        """They stay as they are."""
        group_id = self.group.id
        self._keep.setEnabled(False)
        self.ctx.tasks.write(
            self, lambda: self.ctx.app.duplicates.keep(group_id), lambda _done: self.accept(), self._refused
        )

    def _refused(self, problem: NxcrmError) -> None:
        self._keep.setEnabled(True)
        self.ctx.show_error(problem)


def kind_of(group: Group) -> str:
    """What the records are."""
    return said(ENTITIES[group.entity].facts.label)
