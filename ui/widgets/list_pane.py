"""A list with its record beside it: 40/60, and one in place of the other when there is little room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Condition, ListQuery, Record, Value
from ui.changes import touched
from ui.context import Context
from ui.language import counted
from ui.models.source import Reader, Titles
from ui.models.window import Column, WindowModel
from ui.theming.tokens import NARROW_WINDOW, RAIL_NARROW
from ui.widgets.cells import Look
from ui.widgets.chips import Chip
from ui.widgets.detail import RecordDetail
from ui.widgets.empty import Empty, Ways
from ui.widgets.list_table import ListTable
from ui.widgets.pane import Pane
from ui.widgets.plain import column, icon_button, line_edit, row
from ui.words import label_of, said

_TYPING_MS = 120
Options = Callable[[], Sequence[tuple[Value, str]]]


@dataclass(frozen=True)
class Shown:
    """A column of the list: width in characters, when it gives way (high first), how it is painted."""

    name: str
    width: int = 16
    yields: int = 0
    look: Look = Look.PLAIN
    title: str = ""


@dataclass(frozen=True)
class Spec:
    """What makes one list different from another."""

    entity: str
    icon: str
    columns: tuple[Shown, ...]
    order: str = "updated_at"
    descending: bool = True
    chips: tuple[tuple[str, Options], ...] = ()
    hidden: frozenset[str] = frozenset()
    where: tuple[Condition, ...] = ()
    tone: Callable[[Record, str], str] = field(default=lambda _record, _column: "")


class ListPane(Pane):
    """See the module."""

    def __init__(self, ctx: Context, spec: Spec, detail: RecordDetail) -> None:
        super().__init__()
        self.ctx, self.spec, self.detail = ctx, spec, detail
        self._filters: dict[str, Chip] = {}
        self.model = self._make_model()
        self.table = ListTable(
            ENTITIES[spec.entity].facts.plural,
            ctx.theme,
            self.model,
            {c.name: c.look for c in spec.columns},
            spec.tone,
            {name: partial(_words_of, options) for name, options in spec.chips},
        )
        self.table.choose_columns(self._hidden_columns())
        self.empty = Empty(ctx.theme, spec.icon)
        self._order, self._descending = spec.order, spec.descending
        self._layout()
        self._connect()
        self.detail.hide()

    # ------------------------------------------------------------------------------------------------------ making

    def _make_model(self) -> WindowModel:
        columns = [
            Column(c.name, self.facts_of(c.name), c.title or label_of(self.spec.entity, c.name), c.width, c.yields)
            for c in self.spec.columns
        ]
        reader = Reader(self.ctx.app.lists, self.titles_of)
        return WindowModel(self.ctx.tasks, reader, columns, self.show_cell, self)

    def facts_of(self, name: str) -> Facts:
        """What a column is. A list adds its own that are no field of the entity here and in the two that follow."""
        return ENTITIES[self.spec.entity].fields[name]

    def titles_of(self, records: list[Record]) -> Titles:
        """What else the rows need, read with each page; on a reader thread."""
        return self.ctx.words.titles_of(records)

    def show_cell(self, record: Record, shown: Column, titles: Titles) -> str:
        """One cell in words."""
        return self.ctx.words.show(shown.facts, record[shown.name], dict(titles))

    def _layout(self) -> None:
        self.filter: QLineEdit = line_edit(self.tr("Filter this list"), self.tr("Filter this list  (Ctrl+F)"))
        self.filter.setClearButtonEnabled(True)
        self._columns_button = icon_button(self.tr("Choose columns"), self.ctx.theme.icon("columns"), self._ask_columns)
        self._bar = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._bar.setContentsMargins(12, 8, 8, 8)
        self._bar.setSpacing(6)
        self._bar.addWidget(self.filter, 1)
        chips = row(gap=6)
        for name, _options in self.spec.chips:
            chip = Chip(self.ctx.theme, label_of(self.spec.entity, name))
            chip.changed.connect(self.reload)
            self._filters[name] = chip
            chips.addWidget(chip)
        chips.addStretch(1)
        chips.addWidget(self._columns_button)
        self._bar.addLayout(chips)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        left = QWidget()
        left.setObjectName("page")
        left.setLayout(column(self._bar, self._stack, gap=0))
        left.setMinimumWidth(280)
        self._left = left
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(left)
        self._splitter.addWidget(self.detail)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._splitter)

    def _connect(self) -> None:
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.reload)
        self.filter.textEdited.connect(lambda _text: self._typing.start())
        self.filter.textChanged.connect(lambda text: None if text else self._typing.start())
        self.filter.returnPressed.connect(self.table.setFocus)
        self.table.opened.connect(lambda record: self.open(record.id))
        self.table.sorted_by.connect(self._sort)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self.ctx.show_error)
        self.detail.closed.connect(self.close_detail)
        self.detail.shown.connect(self.table.select_record)
        self.ctx.changes.happened.connect(self._changed)
        self.ctx.theme.changed.connect(lambda: self._columns_button.setIcon(self.ctx.theme.icon("columns")))

    # ------------------------------------------------------------------------------------------------------ reading

    def start(self) -> None:
        """First look at the list; also after staff or stages changed."""
        for name, options in self.spec.chips:
            self._filters[name].set_options(options())
        self.reload()

    def query(self) -> ListQuery:
        """The list as it is asked for now."""
        chosen = [Condition(name, value=chip.value) for name, chip in self._filters.items() if chip.value is not None]
        where = (*self.spec.where, *chosen)
        return ListQuery(self.spec.entity, where, self.filter.text().strip(), self._order, self._descending)

    def reload(self) -> None:
        """Read the list that is asked for."""
        self._typing.stop()
        self.table.show_order(self._order, descending=self._descending)
        self.model.load(self.query())

    @property
    def filtered(self) -> bool:
        """Whether some rows are kept out."""
        return bool(self.filter.text().strip()) or any(chip.value is not None for chip in self._filters.values())

    def clear_filters(self) -> None:
        """Show all rows."""
        self.filter.clear()
        for chip in self._filters.values():
            chip.choose(None)
        self.reload()

    def chip(self, name: str) -> Chip:
        """The filter of a column."""
        return self._filters[name]

    def _sort(self, name: str, descending: bool) -> None:
        self._order, self._descending = name, descending
        self.reload()

    def _changed(self, change: ChangeSet) -> None:
        if touched(change, self.spec.entity):
            self.model.refresh()

    def _loaded(self) -> None:
        nothing = self.model.rowCount() == 0
        if nothing:
            self._say_nothing()
        self._stack.setCurrentWidget(self.empty if nothing else self.table)
        if self.detail.isVisible() and self.detail.record is not None:
            self.table.select_record(self.detail.record.id)
        self._tell()

    def _say_nothing(self) -> None:
        plural = ENTITIES[self.spec.entity].facts.plural
        if self.filtered:
            self.empty.say(
                self.tr("Nothing matches"),
                self.tr("No row passes all filters."),
                [(self.tr("Clear filters"), self.clear_filters)],
            )
        else:
            self.empty.say(
                self.tr("No %1 yet").replace("%1", said(plural).lower()), self.first_hint(), self.first_ways()
            )

    def first_hint(self) -> str:
        """What to do with an empty list."""
        return self.tr("What you add here is kept on this laptop, encrypted, and synced when there is a network.")

    def first_ways(self) -> Ways:
        """Buttons of an empty list."""
        entity = self.spec.entity
        if not self.ctx.may(Action.CREATE, entity):
            return ()
        return [(self.tr("Add the first"), lambda: self.ctx.go.new.emit(entity))]

    def _tell(self) -> None:
        rows, chosen = self.model.rowCount(), len(self.table.selectionModel().selectedRows())
        words = counted("ListPane", "%Ln row(s)", rows)
        self.summary.emit(words + (" · " + counted("ListPane", "%Ln selected", chosen) if chosen > 1 else ""))

    # ----------------------------------------------------------------------------------------------- list and detail

    def open(self, record_id: str, then: Callable[[], None] | None = None) -> None:
        """Show a record beside the list."""
        self.detail.open(record_id, then)
        if not self.detail.isVisible():
            self.detail.show()
            self._arrange()

    def close_detail(self) -> None:
        """The list alone."""
        self.detail.hide()
        self._arrange()
        self.table.setFocus()

    @property
    def narrow(self) -> bool:
        """Whether there is room for one of the two only."""
        return self.width() + RAIL_NARROW < NARROW_WINDOW

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change between side by side and one at a time."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        side_by_side = not self.detail.isHidden() and not self.narrow
        one_row = QBoxLayout.Direction.LeftToRight
        self._bar.setDirection(QBoxLayout.Direction.TopToBottom if side_by_side else one_row)
        if self.detail.isHidden():
            self._left.show()
            return
        self._left.setVisible(not self.narrow)
        if not self.narrow:
            width = self.width()
            self._splitter.setSizes([width * 2 // 5, width - width * 2 // 5])

    def escape(self) -> None:
        """Escape: out of the edit, out of the record, out of the filters."""
        if not self.detail.isHidden():
            self.detail.back()
        elif self.filtered:
            self.clear_filters()

    # -------------------------------------------------------------------------------------------- what the window asks

    def may_leave(self) -> bool:
        """Whether nothing unsaved would be lost now."""
        return not self.detail.form.dirty

    def activated(self) -> None:
        """The user came here."""
        self._tell()
        if self.detail.isHidden():
            self.table.setFocus()

    def edit(self) -> None:
        """F2: edit the record; without one beside the list, open the current one for it."""
        if self.detail.isHidden():
            record = self.table.current_record()
            if record is not None:
                self.open(record.id, self.detail.edit)
        else:
            self.detail.edit()

    def save(self) -> None:
        """Ctrl+S."""
        self.detail.save()

    def focus_filter(self) -> None:
        """Ctrl+F."""
        self._left.show()
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def step(self, by: int) -> None:
        """The record above or below."""
        self.detail.may_leave(lambda: self.table.step(by))

    def show_record(self, record_id: str) -> None:
        """Show one record, whatever the filters say."""
        self.open(record_id)

    def regions(self) -> list[QWidget]:
        """The filter, the table, the record."""
        detail: list[QWidget] = [self.detail.tabs.tabBar()] if not self.detail.isHidden() else []
        return [self.filter, self.table, *detail] if not self._left.isHidden() else detail

    # ------------------------------------------------------------------------------------------------------ columns

    def _hidden_columns(self) -> set[str]:
        saved = self.ctx.settings.value(f"columns/{self.spec.entity}", None)
        return {str(name) for name in saved} if isinstance(saved, list) else set(self.spec.hidden)

    def _ask_columns(self) -> None:
        menu = QMenu(self)
        hidden = self.table.hidden_columns
        for place, shown in enumerate(self.model.columns):
            action = QAction(shown.title, menu)
            action.setCheckable(True)
            action.setChecked(shown.name not in hidden)
            action.setEnabled(place > 0)
            action.toggled.connect(lambda on, name=shown.name: self._show_column(name, on=on))
            menu.addAction(action)
        menu.popup(self._columns_button.mapToGlobal(self._columns_button.rect().bottomLeft()))

    def _show_column(self, name: str, *, on: bool) -> None:
        hidden = self.table.hidden_columns - {name} if on else self.table.hidden_columns | {name}
        self.table.choose_columns(hidden)
        self.ctx.settings.setValue(f"columns/{self.spec.entity}", sorted(hidden))

    def minimumSizeHint(self) -> QSize:
        """Small enough for any window."""
        return QSize(320, 240)


def _words_of(options: Options) -> list[str]:
    return [words for _value, words in options()]
