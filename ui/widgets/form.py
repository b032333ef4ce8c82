"""A form made from the data dictionary: values to read, and on F2 fields to edit, checked as they are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.facts import Facts
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Record, Value
from ui.widgets.editors import Editor, Options, make_editor
from ui.widgets.plain import label, set_property
from ui.words import said

OptionsOf = Callable[[str, Facts], Options | None]
Show = Callable[[str, Facts, Value], str]


@dataclass(frozen=True)
class Group:
    """Fields under one heading."""

    title: str
    fields: tuple[str, ...]


@dataclass
class _Field:
    name: str
    facts: Facts
    caption: QLabel
    shown: QLabel
    problem: QLabel
    editor: Editor | None = None


class RecordForm(QWidget):
    """Shows a record; edits the fields in ``writable``. ``edited`` fires at each change."""

    edited = Signal()

    def __init__(
        self, info: EntityInfo, groups: Iterable[Group], writable: frozenset[str], options: OptionsOf, show: Show
    ) -> None:
        super().__init__()
        self._info, self._writable, self._options, self._show = info, writable, options, show
        self._fields: dict[str, _Field] = {}
        self._values: dict[str, Value] = {}
        self.editing = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(14)
        for group in groups:
            layout.addLayout(self._group(group))
        layout.addStretch(1)

    # ------------------------------------------------------------------------------------------------------ making

    def _group(self, group: Group) -> QVBoxLayout:
        outer = QVBoxLayout()
        outer.setSpacing(6)
        if group.title:
            outer.addWidget(label(group.title, "group"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, self.fontMetrics().averageCharWidth() * 20)
        for place, name in enumerate(group.fields):
            self._add(grid, place, name)
        outer.addLayout(grid)
        return outer

    def _add(self, grid: QGridLayout, place: int, name: str) -> None:
        facts = self._info.field(name)
        made = _Field(
            name,
            facts,
            label(said(facts.label), "muted"),
            label("", wrap=True, selectable=True),
            label("", "problem", wrap=True),
        )
        self._fields[name] = made
        made.caption.setMinimumHeight(26)
        made.shown.setMinimumHeight(26)
        made.shown.setAccessibleName(said(facts.label))
        made.problem.hide()
        grid.addWidget(made.caption, place * 2, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(made.shown, place * 2, 1)
        grid.addWidget(made.problem, place * 2 + 1, 1)

    def _editor(self, field: _Field) -> Editor:
        if field.editor is None:
            field.editor = make_editor(field.facts, self._options(field.name, field.facts))
            grid = _grid_of(self, field.shown)
            place = grid.getItemPosition(grid.indexOf(field.shown))
            grid.addWidget(field.editor.widget, int(place[0]), 1)  # type: ignore[index]
            field.caption.setBuddy(field.editor.widget)
            field.editor.changed.connect(lambda: self._touched(field))
        return field.editor

    # ----------------------------------------------------------------------------------------------------- showing

    def show_record(self, record: Record) -> None:
        """Show a record's values; while editing, fields that were typed in keep what was typed."""
        self.show_values(record.values)

    def show_values(self, stored: Mapping[str, Value]) -> None:
        """Show these values."""
        typed = self.changes() if self.editing and not self.problems() else {}
        self._values = {name: stored.get(name) for name in self._fields}
        for name, field in self._fields.items():
            text = self._show(name, field.facts, self._values[name])
            field.shown.setText(text or "–")
            set_property(field.shown, "role", "" if text else "muted")
            if field.editor is not None and name not in typed:
                field.editor.show_value(self._values[name])

    def edit(self, first: str = "") -> None:
        """Turn the fields into editors and put the cursor into one."""
        self.editing = True
        order: list[QWidget] = []
        for field in self._fields.values():
            if field.name in self._writable:
                editor = self._editor(field)
                editor.show_value(self._values.get(field.name))
                field.shown.hide()
                editor.widget.show()
                field.caption.setText(said(field.facts.label) + (" *" if field.facts.required else ""))
                order.append(editor.widget)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        target = self._fields.get(first)
        chosen = target.editor.widget if target is not None and target.editor is not None else next(iter(order), None)
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def fill(self, given: Mapping[str, Value]) -> None:
        """Put values into editors, as if they had been typed."""
        for name, value in given.items():
            editor = self._fields[name].editor if name in self._fields else None
            if editor is not None:
                editor.show_value(value)

    def has(self, name: str) -> bool:
        """Whether the form has this field."""
        return name in self._fields

    def leave(self) -> None:
        """Back to reading; what was typed and not saved is forgotten."""
        self.editing = False
        for field in self._fields.values():
            if field.editor is not None:
                field.editor.widget.hide()
                field.editor.mark(invalid=False)
            field.problem.hide()
            field.caption.setText(said(field.facts.label))
            field.shown.show()

    # ----------------------------------------------------------------------------------------------------- reading

    def changes(self) -> dict[str, Value]:
        """Fields whose value differs from what is stored. Raises ValueProblem for one that cannot be read."""
        read = {n: f.editor.read() for n, f in self._fields.items() if f.editor is not None and n in self._writable}
        return {name: value for name, value in read.items() if value != self._values.get(name)}

    def problems(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {name: field.editor.problem() for name, field in self._fields.items() if field.editor is not None}
        return {name: words for name, words in found.items() if words}

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not stored."""
        if not self.editing:
            return False
        try:
            return bool(self.changes())
        except ValueProblem:
            return True

    def check(self) -> bool:
        """Mark what is wrong, go to the first of it; True when all is in order."""
        found = self.problems()
        for name in self._fields:
            self.say(name, found.get(name, ""))
        first = next((self._fields[name] for name in found), None)
        if first is not None and first.editor is not None:
            first.editor.widget.setFocus()
        return not found

    def say(self, name: str, problem: str) -> None:
        """Show a problem under its field, or take it away."""
        field = self._fields[name]
        field.problem.setText(problem)
        field.problem.setVisible(bool(problem))
        if field.editor is not None:
            field.editor.mark(invalid=bool(problem))
            field.editor.widget.setAccessibleDescription(problem)

    def widget_of(self, name: str) -> QWidget:
        """The editor of a field, while editing."""
        editor = self._fields[name].editor
        assert editor is not None, "the field is not being edited"
        return editor.widget

    def _touched(self, field: _Field) -> None:
        assert field.editor is not None, "an editor told of a change"
        self.say(field.name, field.editor.problem())
        self.edited.emit()


def _grid_of(form: RecordForm, widget: QWidget) -> QGridLayout:
    return next(grid for grid in form.findChildren(QGridLayout) if grid.indexOf(widget) >= 0)
