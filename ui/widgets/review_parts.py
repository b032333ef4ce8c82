"""Parts of the sync centre where people decide: refused edits, possible duplicates."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.services.duplicates import Group
from nxcrm_desktop.services.review import RefusedEdit
from ui.changes import touched
from ui.context import Context
from ui.dialogs.look_alikes import LookAlikesDialog, kind_of
from ui.dialogs.refused_edit import RefusedEditDialog, edit_words, kind_words, reason_words
from ui.language import translate
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import button
from ui.widgets.section import Section
from ui.words import label_of, when


def _status(edit: RefusedEdit) -> str:
    words = {
        "open": translate("RefusedPart", "Waits"),
        "applied": translate("RefusedPart", "Applied"),
        "dismissed": translate("RefusedPart", "Dismissed"),
        "returned": translate("RefusedPart", "Given back"),
        "withdrawn": translate("RefusedPart", "Withdrawn"),
    }
    return words.get(edit.status, edit.status)


class RefusedPart(Section):
    """Edits the server refused: those that wait, or all."""

    def __init__(self, ctx: Context) -> None:
        titles = (
            translate("RefusedPart", "Record"),
            translate("RefusedPart", "Kind"),
            translate("RefusedPart", "Edit"),
            translate("RefusedPart", "Refused because"),
            translate("RefusedPart", "Typed by"),
            translate("RefusedPart", "When"),
            translate("RefusedPart", "State"),
        )
        table = LinesTable(ctx.theme, translate("RefusedPart", "Refused edits"), LinesModel(titles), stretch=3)
        super().__init__(
            ctx, "tray", table, translate("RefusedPart", "Nothing was refused"),
            translate(
                "RefusedPart", "An edit the server may not accept is kept, with its reason, for a manager to review."
            ),
        )  # fmt: skip
        self.ctx = ctx
        self._views: dict[str, RefusedEdit] = {}
        table.doubleClicked.connect(lambda _index: self.review())
        self._review = button(translate("RefusedPart", "Review …"), self.review, "primary")
        self._review.hide()
        self.decided = QCheckBox(translate("RefusedPart", "Show what was decided, too"))
        self.decided.toggled.connect(self.read)
        self.tools.addWidget(self._review)
        self.tools.addStretch(1)
        self.tools.addWidget(self.decided)

    def read(self) -> None:
        """Read them anew."""
        if self.ctx.may(Action.READ, "quarantine"):
            waiting = not self.decided.isChecked()
            self.ctx.tasks.read(self, lambda: self.ctx.app.review.list(waiting=waiting), self._show)

    def changed(self, change: ChangeSet) -> None:
        """Something was changed."""
        if touched(change, "quarantine"):
            self.read()

    def _show(self, views: list[RefusedEdit]) -> None:
        self._views = {view.id: view for view in views}
        now = clock.now_ms()
        self._review.setVisible(bool(views))
        self.show_lines([Line(view.id, self._cells(view, now)) for view in views])

    @staticmethod
    def _cells(view: RefusedEdit, now: int) -> tuple[str, ...]:
        typed = when(view.typed_at, now) if view.typed_at else "–"
        told = (view.row_title or "–", kind_words(view.entity), edit_words(view.op), reason_words(view))
        return (*told, view.author or "–", typed, _status(view))

    def review(self) -> None:
        """Decide the chosen one."""
        view = self._views.get(self.table.current_key())
        if view is not None:
            RefusedEditDialog(self.ctx, view, self).open()


class LookAlikePart(Section):
    """Records that may be one."""

    def __init__(self, ctx: Context) -> None:
        titles = (
            translate("LookAlikePart", "Records"),
            translate("LookAlikePart", "Kind"),
            translate("LookAlikePart", "Same in"),
            translate("LookAlikePart", "Value"),
        )
        table = LinesTable(ctx.theme, translate("LookAlikePart", "Possible duplicates"), LinesModel(titles), stretch=0)
        super().__init__(
            ctx, "users", table, translate("LookAlikePart", "No possible duplicates"),
            translate(
                "LookAlikePart",
                "When two laptops make the same phone number, e-mail or car, both are kept and shown here.",
            ),
        )  # fmt: skip
        self.ctx = ctx
        self._groups: dict[str, Group] = {}
        table.doubleClicked.connect(lambda _index: self.compare())
        self._compare = button(translate("LookAlikePart", "Compare …"), self.compare, "primary")
        self._compare.hide()
        self.tools.addWidget(self._compare)
        self.tools.addStretch(1)

    def read(self) -> None:
        """Read them anew."""
        if self.ctx.may(Action.READ, "duplicate"):
            self.ctx.tasks.read(self, self.ctx.app.duplicates.list, self._show)

    def changed(self, change: ChangeSet) -> None:
        """Something was changed."""
        if touched(change, "duplicate"):
            self.read()

    def _show(self, groups: list[Group]) -> None:
        self._groups = {group.id: group for group in groups}
        self._compare.setVisible(bool(groups))
        self.show_lines([Line(group.id, self._cells(group)) for group in groups])

    def _cells(self, group: Group) -> tuple[str, ...]:
        names = " · ".join(member.title for member in group.members)
        alone = len(group.members) == 1
        shown = translate("LookAlikePart", "%1 · and one of somebody else").replace("%1", names) if alone else names
        value = self.ctx.words.field(group.members[0].record, group.field)
        return shown, kind_of(group), label_of(group.entity, group.field), value

    def compare(self) -> None:
        """Lay the chosen ones side by side."""
        group = self._groups.get(self.table.current_key())
        if group is not None:
            LookAlikesDialog(self.ctx, group, self).open()
