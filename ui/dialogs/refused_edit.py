"""A refused edit: who typed what, why the server did not take it, what the record says now, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.review import Act, RefusedEdit, RefusedField
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.language import translate
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import label, text_edit
from ui.words import said, when

_MOST_LINES = 8


def edit_words(op: str) -> str:
    """What kind of edit it was."""
    words = {
        "create": translate("RefusedEditDialog", "New"),
        "update": translate("RefusedEditDialog", "Change"),
        "delete": translate("RefusedEditDialog", "Deletion"),
        "restore": translate("RefusedEditDialog", "Restoring"),
    }
    return words.get(op, translate("RefusedEditDialog", "Not readable"))


def kind_words(entity: str) -> str:
    """What kind of record it was about."""
    known = ENTITIES.get(entity)
    return said(known.facts.label) if known else translate("RefusedEditDialog", "Not known")


def reason_words(view: RefusedEdit) -> str:
    """Why it was refused; what only the server can word is told as it did."""
    words = {
        "not_allowed": translate("RefusedEditDialog", "The role does not allow this."),
        "out_of_scope": translate("RefusedEditDialog", "The record is not, or no longer, one of theirs."),
        "deleted": translate("RefusedEditDialog", "Somebody has deleted the record."),
        "erased": translate("RefusedEditDialog", "The record was erased for good."),
        "already_exists": translate("RefusedEditDialog", "There is already a record with this id."),
    }
    return words.get(view.code) or said(view.reason)


class RefusedEditDialog(Dialog):
    """Decides one refused edit through ReviewService."""

    def __init__(self, ctx: Context, view: RefusedEdit, parent: QWidget) -> None:
        super().__init__(" · ".join(filter(None, (view.row_title, kind_words(view.entity)))), parent, 680, scrolls=True)
        self.setWindowTitle(self.tr("Refused edit"))
        self.ctx, self.view = ctx, view
        now = clock.now_ms()
        who = self.tr("%1 · typed by %2 · %3").replace("%1", edit_words(view.op)).replace("%2", view.author or "–")
        self.body.addWidget(label(who.replace("%3", when(view.typed_at, now) if view.typed_at else "–"), "muted"))
        self.body.addWidget(label(self.tr("Refused: %1").replace("%1", reason_words(view)), "strong", wrap=True))
        self._show_typed()
        self._show_standing(now)
        self.note = text_edit(self.tr("Reason"), self.tr("Why, for whoever typed it and for later"), 2)
        self.note.setVisible(bool(view.may - {"apply", "reopen"}))
        self.body.addWidget(self.note)
        self._problem = label("", "danger", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._add_buttons()

    def _show_typed(self) -> None:
        if self.view.raw:
            raw = text_edit(self.tr("What was typed"), rows=6)
            raw.setPlainText(self.view.raw)
            raw.setReadOnly(True)
            self.body.addWidget(raw)
            return
        if not self.view.fields:
            return
        titles = (self.tr("Field"), self.tr("Was"), self.tr("Typed"), self.tr("Says now"))
        table = LinesTable(self.ctx.theme, self.tr("What was typed"), LinesModel(titles, (), self), stretch=(1, 2, 3))
        table.lines.show_lines([self._line(field) for field in self.view.fields])
        table.fit_height(_MOST_LINES)
        self.body.addWidget(table)

    def _line(self, field: RefusedField) -> Line:
        shown = (self.ctx.words.show(field.facts, value) for value in (field.old, field.wanted))
        now = self.ctx.words.show(field.facts, field.now) if self.view.row_exists else "–"
        return Line(field.name, (said(field.facts.label), *shown, now))

    def _show_standing(self, now: int) -> None:
        """What became of it so far, and of the record."""
        words = {
            "applied": self.tr("Applied by %1, %2."),
            "dismissed": self.tr("Dismissed by %1, %2."),
            "returned": self.tr("Given back by %1, %2."),
            "withdrawn": self.tr("Withdrawn by %1, %2."),
        }.get(self.view.status, "")
        if words:
            told = words.replace("%1", self.view.decided_by or "–").replace("%2", when(self.view.decided_at, now))
            self.body.addWidget(label(f"{told} {self.view.note}".strip(), wrap=True, selectable=True))
        if self.view.code == "deleted" and not self.view.row_exists:
            self.body.addWidget(
                label(self.tr("The record is deleted. Applying the edit brings it back, with all that hung on it."),
                      wrap=True)
            )  # fmt: skip

    def _add_buttons(self) -> None:
        self.add_button(self.tr("Close"), self.reject)
        restores = self.view.code == "deleted" and not self.view.row_exists
        decisions: tuple[tuple[Act, str, str], ...] = (
            ("withdraw", self.tr("Withdraw"), ""),
            ("return", self.tr("Give back"), ""),
            ("dismiss", self.tr("Dismiss"), "danger"),
            ("reopen", self.tr("Open again"), ""),
            ("apply", self.tr("Restore and apply") if restores else self.tr("Apply again"), "primary"),
        )
        self.acts = {
            act: self.add_button(words, self._deciding(act), role)
            for act, words, role in decisions if act in self.view.may
        }  # fmt: skip

    def _deciding(self, act: Act) -> Callable[[], None]:
        return lambda: self.decide(act)

    def decide(self, act: Act) -> None:
        """Make it so."""
        view, note, review = self.view, self.note.toPlainText(), self.ctx.app.review
        seen = {field.name: field.now for field in view.fields}
        self._enable(on=False)
        self.ctx.tasks.write(
            self,
            lambda: review.apply(view.id, seen) if act == "apply" else review.decide(view.id, act, note),
            lambda _done: self.accept(),
            self._refused,
        )

    def _enable(self, *, on: bool) -> None:
        for made in self.acts.values():
            made.setEnabled(on)

    def _refused(self, problem: NxcrmError) -> None:
        self._enable(on=True)
        if problem.details.get("field") == "note":
            self._problem.setText(self.tr("Write why before you dismiss it."))
            self._problem.show()
            self.note.setFocus()
            self.fit()
        else:
            self.ctx.show_error(problem)
