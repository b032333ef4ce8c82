"""A conflict: what stood there before, what each of two people made of it, and a choice that becomes an edit."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.conflicts import WHOLE_ROW, ConflictView
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.language import translate
from ui.widgets.difference import DifferenceView
from ui.widgets.editors import Editor, Options, make_editor
from ui.widgets.plain import column, frame, label, row
from ui.words import said, when

Take = Literal["mine", "server", "merged"]
_ONE_LINE = 50


def kept(view: ConflictView) -> Value:
    """The server's side. Of a whole record it is the record's name, which may be masked, but never a deletion."""
    return view.theirs or view.row_title or "–" if view.field == WHOLE_ROW else view.theirs


def shown(ctx: Context, view: ConflictView, value: Value) -> str:
    """One side of a conflict in words; what has none is a deletion where the whole record is in question."""
    words = ctx.words.show(view.facts, value)
    if words:
        return words
    gone = view.field == WHOLE_ROW
    return translate("ConflictDialog", "(deleted)") if gone else translate("ConflictDialog", "(empty)")


class ConflictDialog(Dialog):
    """Decides one conflict through ConflictService.resolve."""

    def __init__(self, ctx: Context, view: ConflictView, parent: QWidget) -> None:
        super().__init__(said(view.facts.label), parent, 600, scrolls=True)
        self.ctx, self.view = ctx, view
        self.setWindowTitle(self.tr("Resolve a conflict"))
        self.heading.setText(
            f"{view.row_title} · {said(view.facts.label)}" if view.row_title else said(view.facts.label)
        )
        told = (
            self.tr("Two people changed this at the same time. Choose what stays; the other stays in the timeline.")
            if view.status == "open"
            else self.tr("Two people changed this at the same time, and it was decided what stays.")
        )
        self.body.addWidget(label(told, wrap=True))
        before = label(self.tr("Before: %1").replace("%1", self._shown(view.base)), "muted", wrap=True)
        before.setHidden(view.field == WHOLE_ROW)
        self.body.addWidget(before)
        self._group = QButtonGroup(self)
        self.choices: dict[Take, QRadioButton] = {}
        self.editor: Editor = make_editor(view.facts, self._options())
        self.editor.show_value(view.theirs)
        self.editor.changed.connect(lambda: self.choices["merged"].setChecked(True))
        self.editor.changed.connect(self._preview)
        now = clock.now_ms()
        self.body.addWidget(
            self._choice(
                "server",
                self.tr("Keep the record") if view.field == WHOLE_ROW else self.tr("Keep what the server has"),
                self._shown(kept(view)),
                self._who(view.theirs_by, view.theirs_at, now),
            )
        )
        self.body.addWidget(
            self._choice(
                "mine",
                self.tr("Delete the record") if view.field == WHOLE_ROW else self.tr("Take the other"),
                self._shown(view.mine),
                self._who(view.mine_by, view.mine_at, now),
            )
        )
        merged = self._choice("merged", self.tr("Write something else"), "", "", self.editor.widget)
        merged.setHidden(
            view.field == WHOLE_ROW or view.status not in ("open", "merged")
        )  # a record is deleted or kept, there is nothing between
        self.body.addWidget(merged)
        self._result = label("", "strong", wrap=True)
        self.body.addWidget(self._result)
        self.add_button(self.tr("Decide later") if view.status == "open" else self.tr("Close"), self.reject)
        self._resolve = self.add_button(self.tr("Resolve"), self.resolve, "primary")
        self._group.buttonToggled.connect(lambda *_: self._preview())
        self.choices["server"].setChecked(True)
        if view.status != "open":
            self._show_decided(now)

    def _show_decided(self, now: int) -> None:
        """Decided before: it can be taken back, not decided twice."""
        for made in self.choices.values():
            made.setEnabled(False)
        self.editor.widget.setEnabled(False)
        take: Take = "mine" if self.view.status == "mine" else "merged" if self.view.status == "merged" else "server"
        self.choices[take].setChecked(True)
        told = self.tr("Decided by %1, %2. It says now: %3").replace("%1", self.view.resolved_by or "–")
        told = told.replace("%2", when(self.view.resolved_at, now)).replace("%3", self._shown(self.view.current))
        self._result.setText(told)
        self._result.show()
        self._resolve.setText(self.tr("Undo the decision"))
        self._resolve.setEnabled(True)

    def _options(self) -> Options | None:
        if self.view.facts.kind is Kind.STAGE:
            return [(stage.key, stage.label) for stage in self.ctx.words.lists.stages]
        if self.view.facts.kind is Kind.REF and self.view.facts.ref == "user":
            return list(self.ctx.words.lists.users.items())
        return None

    def _shown(self, value: Value) -> str:
        return shown(self.ctx, self.view, value)

    def _shown_or_nothing(self, value: Value) -> str:
        return "" if value is None else self._shown(value)

    def _who(self, name: str, at: int, now: int) -> str:
        return " · ".join(part for part in (name, when(at, now) if at else "") if part)

    def _choice(self, take: Take, title: str, value: str, who: str, editor: QWidget | None = None) -> QFrame:
        made = QRadioButton(title)
        made.setAccessibleDescription(f"{value}. {who}")
        self._group.addButton(made)
        self.choices[take] = made
        card = frame("card")
        parts: list[QWidget] = []
        if value and self.view.facts.kind is Kind.LONG_TEXT and editor is None:
            parts.append(DifferenceView(self.ctx.theme, title, self._shown_or_nothing(self.view.base), value))
        elif value:
            parts.append(label(value, "heading", wrap=len(value) > _ONE_LINE, selectable=True))
        if who:
            parts.append(label(who, "muted"))
        if editor is not None:
            parts.append(editor)
        inner = column(*parts, margins=(26, 0, 0, 0), gap=2)
        card.setLayout(column(row(made, None), inner, margins=(12, 8, 12, 10), gap=4))
        return card

    @property
    def take(self) -> Take:
        """What is chosen."""
        return next(take for take, made in self.choices.items() if made.isChecked())

    @property
    def outcome(self) -> str:
        """What the choice would make of it, in words."""
        return self._result.text()

    def _value(self) -> Value:
        if self.take == "merged":
            return self.editor.read()
        return self.view.mine if self.take == "mine" else kept(self.view)

    def _preview(self) -> None:
        try:
            value = self._value()
        except ValueProblem as problem:
            self._result.setText(said(problem.message))
            self._result.show()
            self._resolve.setEnabled(False)
            return
        self._resolve.setEnabled(True)
        # A long text is shown above as it will be: in the card that is chosen.
        self._result.setVisible(self.view.facts.kind is not Kind.LONG_TEXT)
        self._result.setText(self._becomes(value))

    def _becomes(self, value: Value) -> str:
        if self.view.field == WHOLE_ROW:
            return self.tr("The record stays.") if value is not None else self.tr("The record will be deleted.")
        return self.tr("It will say: %1").replace("%1", self._shown(value))

    def resolve(self) -> None:
        """Make it so."""
        conflict, conflicts = self.view.id, self.ctx.app.conflicts
        take, value = self.take, None if self.view.status != "open" else self._value()
        self._resolve.setEnabled(False)
        self.ctx.tasks.write(
            self,
            lambda: (
                conflicts.resolve(conflict, take, value if take == "merged" else None)
                if self.view.status == "open"
                else conflicts.undo(conflict)
            ),
            lambda _done: self.accept(),
            self._refused,
        )

    def _refused(self, problem: NxcrmError) -> None:
        self._resolve.setEnabled(True)
        self.ctx.show_error(problem)
