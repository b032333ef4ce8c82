"""One record beside its list: who it is, an overview to read and edit, and tabs for what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import ChangeSet, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.duplicates import Group as LookAlikes
from ui.changes import touched
from ui.context import Context
from ui.dialogs.base import Question
from ui.dialogs.look_alikes import LookAlikesDialog
from ui.language import counted
from ui.ports import Port
from ui.widgets.editors import Options
from ui.widgets.form import Group, RecordForm
from ui.widgets.plain import ElidedLabel, button, column, frame, icon_button, label, row
from ui.words import initials, record_title, said

Titles = dict[tuple[str, str], str]


class Tab(Protocol):
    """A tab of the detail."""

    def show_record(self, record: Record) -> None:
        """Show what belongs to this record."""

    def changed(self, change: ChangeSet) -> None:
        """Something was committed."""


class RecordDetail(QFrame):
    """See the module. ``closed`` when the user wants the list alone."""

    closed = Signal()
    shown = Signal(str)
    avatar = ""
    """The icon before the name; without one the initials, which only people have."""

    def __init__(self, ctx: Context, entity: str, groups: Sequence[Group]) -> None:
        super().__init__()
        self.ctx, self.entity, self.port = ctx, entity, Port(ctx.app, entity)
        self.record: Record | None = None
        self._titles: Titles = {}
        self._groups: tuple[LookAlikes, ...] = ()
        self._wanted = ""
        self._tab_parts: list[Tab] = []
        self.setProperty("role", "detail")
        self.form = self._make_form(groups)
        self._layout()
        ctx.changes.happened.connect(self._changed)
        ctx.theme.changed.connect(self._paint)

    # ------------------------------------------------------------------------------------------------------ making

    def _make_form(self, groups: Sequence[Group]) -> RecordForm:
        info = ENTITIES[self.entity]
        form = RecordForm(info, groups, self.ctx.writable(self.entity, Action.UPDATE), self.options, self._show_value)
        form.edited.connect(self._show_bar)
        return form

    def _layout(self) -> None:
        self._avatar = label("", "avatar")
        self._avatar.setFixedSize(36, 36)
        self._avatar.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name, self._line = ElidedLabel("", "title"), ElidedLabel("", "muted")
        self.tools = QHBoxLayout()
        self.tools.setSpacing(4)
        self._edit = icon_button(self.tr("Edit (F2)"), self.ctx.theme.icon("pencil-simple"), self.edit)
        self._close = icon_button(self.tr("Close (Esc)"), self.ctx.theme.icon("x"), self.back)
        names = column(self._name, self._line, gap=0)
        head = row(margins=(16, 12, 12, 8), gap=8)
        head.addWidget(self._avatar)
        head.addLayout(names, 1)
        head.addWidget(self._make_alike())
        head.addLayout(self.tools)
        head.addWidget(self._edit)
        head.addWidget(self._close)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Parts of the record"))
        self._overview = QScrollArea()
        self._overview.setWidgetResizable(True)
        self._overview.setFrameShape(QFrame.Shape.NoFrame)
        self.form.setObjectName("body")
        self._overview.setWidget(self.form)
        self.tabs.addTab(self._overview, self.tr("Overview"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self._make_bar())

    def _make_alike(self) -> QPushButton:
        self._alike = button(self.tr("Duplicate?"), self.compare, "chip")
        self._alike.setProperty("tone", "warn")
        self._alike.setAccessibleName(self.tr("Possible duplicate …"))
        self._alike.setToolTip(self.tr("Another record says the same, such as the phone number. Compare them."))
        self._alike.hide()
        return self._alike

    def _make_bar(self) -> QFrame:
        self._bar = frame("foot")
        self._state = label("", "muted")
        self._save = button(self.tr("Save"), self.save, "primary")
        self._save.setToolTip(self.tr("Ctrl+S"))
        layout = row(self._state, None, button(self.tr("Cancel"), self.cancel), self._save, margins=(16, 8, 16, 8))
        self._bar.setLayout(layout)
        self._bar.hide()
        return self._bar

    def add_tab(self, part: QWidget, title: str) -> None:
        """A further tab; it also has the two methods of :class:`Tab`."""
        self.tabs.addTab(part, title)
        self._tab_parts.append(part)  # type: ignore[arg-type]

    # ------------------------------------------------------------------------------------------ what entities differ in

    def title(self, record: Record) -> str:
        """The name in the header."""
        return record_title(record) or said(ENTITIES[self.entity].facts.label)

    def headline(self, record: Record) -> str:
        """The line under the name."""
        facts = ENTITIES[record.entity].fields
        names = [n for n in ("phone", "email", "city", "registration_number") if n in facts]
        return " · ".join(text for text in (self.show_field(record, name) for name in names) if text)

    def options(self, name: str, facts: Facts) -> Options | None:
        """Closed lists for stages and staff; vehicles and the like are chosen elsewhere."""
        del name
        if facts.kind is Kind.STAGE:
            return [(stage.key, stage.label) for stage in self.ctx.words.lists.stages]
        if facts.kind is Kind.REF and facts.ref == "user":
            return list(self.ctx.words.lists.users.items())
        return None

    def show_field(self, record: Record, name: str) -> str:
        """One field in words."""
        return self.ctx.words.field(record, name, self._titles)

    def _show_value(self, _name: str, facts: Facts, value: Value) -> str:
        return self.ctx.words.show(facts, value, self._titles)

    # ----------------------------------------------------------------------------------------------------- showing

    def open(self, record_id: str, then: Callable[[], None] | None = None) -> None:
        """Show a record; one that is being edited is asked about first."""
        if self.record is not None and self.record.id == record_id and not self._wanted:
            return
        self.may_leave(lambda: self._open(record_id, then))

    def _open(self, record_id: str, then: Callable[[], None] | None = None) -> None:
        self._wanted = record_id
        self._leave_edit()
        self.ctx.tasks.read(
            self, lambda: self._read(record_id), lambda found: self._take(*found, then=then), self._gone
        )

    def _read(self, record_id: str) -> tuple[Record, Titles]:
        record = self.port.get(record_id)
        return record, self.ctx.words.titles_of([record])

    def _take(self, record: Record, titles: Titles, then: Callable[[], None] | None = None) -> None:
        if self._wanted not in ("", record.id):
            return
        self._wanted, self.record, self._titles = "", record, titles
        self._paint()
        self._look_for_look_alikes(record)
        for part in self._tab_parts:
            part.show_record(record)
        self.shown.emit(record.id)
        if then is not None:
            then()

    def _look_for_look_alikes(self, record: Record) -> None:
        if self.ctx.may(Action.READ, "duplicate"):
            find = self.ctx.app.duplicates.of
            self.ctx.tasks.read(
                self,
                lambda: find(record.entity, record.id),
                lambda groups: self._show_look_alikes(record.id, groups),
            )

    def _show_look_alikes(self, record_id: str, groups: Sequence[LookAlikes]) -> None:
        if self.record is not None and self.record.id == record_id:
            self._groups = tuple(groups)
            self._alike.setVisible(bool(groups))

    def compare(self) -> None:
        """Lay the record and what looks like it side by side."""
        if self._groups:
            LookAlikesDialog(self.ctx, self._groups[0], self).open()

    def _gone(self, problem: NxcrmError) -> None:
        self._wanted, self.record = "", None
        self._leave_edit()
        self.closed.emit()
        if problem.code != "not_found":
            self.ctx.show_error(problem)

    def _paint(self) -> None:
        self._edit.setIcon(self.ctx.theme.icon("pencil-simple"))
        self._close.setIcon(self.ctx.theme.icon("x"))
        if self.record is None:
            return
        name = self.title(self.record)
        if self.avatar:
            self._avatar.setPixmap(self.ctx.theme.icon(self.avatar, "accent", 20).pixmap(QSize(20, 20)))
        else:
            self._avatar.setText(initials(name))
        self._name.set_whole(name)
        self._line.set_whole(self.headline(self.record))
        self._edit.setVisible(bool(self.ctx.writable(self.entity, Action.UPDATE)))
        self.form.show_record(self.record)
        self.painted(self.record)

    def painted(self, record: Record) -> None:
        """Called after the header and the form were shown."""

    def _changed(self, change: ChangeSet) -> None:
        if self.record is None:
            return
        if touched(change, "duplicate"):
            self._look_for_look_alikes(self.record)
        if self.record.id in touched(change, self.entity):
            record_id = self.record.id
            self.ctx.tasks.read(self, lambda: self._read(record_id), lambda found: self._again(*found), self._gone)
        for part in self._tab_parts:
            part.changed(change)

    def _again(self, record: Record, titles: Titles) -> None:
        if self.record is not None and record.id == self.record.id:
            self._take(record, titles)

    # ----------------------------------------------------------------------------------------------------- editing

    def edit(self, field: str = "") -> None:
        """Edit the overview."""
        if self.record is not None and not self.form.editing and self.ctx.may(Action.UPDATE, self.entity):
            self.tabs.setCurrentWidget(self._overview)
            self.form.edit(field)
            self._show_bar()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Store what was typed, in one transaction; problems are shown at their fields."""
        if self.record is None or not self.form.editing or not self.form.check():
            return
        changes, record_id = self.form.changes(), self.record.id
        if not changes:
            self._saved(then)
            return
        self._save.setEnabled(False)
        self.ctx.tasks.write(
            self, lambda: self.port.update(record_id, changes), lambda _done: self._saved(then), self._refused
        )

    def _saved(self, then: Callable[[], None] | None) -> None:
        self._leave_edit()
        if then is not None:
            then()

    def _refused(self, problem: NxcrmError) -> None:
        self._save.setEnabled(True)
        field = str(problem.details.get("field", ""))
        if field and field in ENTITIES[self.entity].fields and self.form.editing:
            self.form.say(field, said(problem.happened))
        else:
            self.ctx.show_error(problem)

    def cancel(self) -> None:
        """Forget what was typed."""
        self._leave_edit()

    def back(self) -> None:
        """Escape: out of editing first, then back to the list."""
        if self.form.editing:
            self.may_leave(self._leave_edit)
        else:
            self.closed.emit()

    def may_leave(self, go: Callable[[], None]) -> None:
        """Go on, or ask first when something typed is not saved."""
        if not self.form.dirty:
            go()
            return
        answers: list[tuple[str, Callable[[], object], str]] = [
            (self.tr("Stay"), lambda: None, ""),
            (self.tr("Discard"), lambda: self._discard(go), "danger"),
            (self.tr("Save"), lambda: self.save(go), "primary"),
        ]
        Question(self.tr("Save your changes?"), self.tr("What you typed here is not saved yet."), answers, self).open()

    def _discard(self, go: Callable[[], None]) -> None:
        self._leave_edit()
        go()

    def _leave_edit(self) -> None:
        self._save.setEnabled(True)
        self.form.leave()
        self._bar.hide()

    def _show_bar(self) -> None:
        try:
            many = len(self.form.changes())
            words = counted("RecordDetail", "%Ln change(s) not saved", many) if many else self.tr("Nothing changed yet")
        except ValueProblem:
            words = self.tr("Something is not right yet")
        self._state.setText(words)
        self._bar.show()
