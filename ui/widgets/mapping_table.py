"""What the columns of a file become: one line a column, its first cells beside it, and a box to choose the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHeaderView

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.importing.planning import LEFT_OUT
from ui.language import translate
from ui.theming.theme import Theme
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import set_property
from ui.words import said

_NAME, _FIELD, _SAMPLE = range(3)
_CELLS = 6
_MOST_BOXES = 300
"""A sheet may have 16,384 columns; beyond these they keep what they were understood as."""


class _FieldBox(QComboBox):
    """Turning the wheel scrolls the table; it never changes a field in passing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class MappingTable(LinesTable):
    """``changed`` with (column, field or ``-``) when the user chose."""

    changed = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        titles = (
            translate("MappingTable", "Column of the file"),
            translate("MappingTable", "Becomes"),
            translate("MappingTable", "First rows"),
        )
        super().__init__(
            theme, translate("MappingTable", "What the columns become"), LinesModel(titles), stretch=_SAMPLE
        )
        self._boxes: dict[str, _FieldBox] = {}
        self._fields = QStandardItemModel(self)
        header, rows = self.horizontalHeader(), self.verticalHeader()
        for section, width in ((_NAME, 140), (_FIELD, 176)):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, width)
        rows.setDefaultSectionSize(max(rows.defaultSectionSize(), 36))

    def offer(self, entity: str, fields: frozenset[str]) -> None:
        """The fields to choose from, in the order of the forms."""
        self._fields.clear()
        left_out = QStandardItem(self.tr("– leave out"))
        left_out.setData(LEFT_OUT, Qt.ItemDataRole.UserRole)
        self._fields.appendRow(left_out)
        for name, facts in ENTITIES[entity].fields.items():
            if name in fields:
                item = QStandardItem(said(facts.label))
                item.setData(name, Qt.ItemDataRole.UserRole)
                self._fields.appendRow(item)

    def show_columns(
        self, columns: Sequence[str], sample: Sequence[Mapping[str, str]], mapping: Mapping[str, str]
    ) -> None:
        """Show these columns and what they become at present."""
        lines = [Line(name, (name, "", _first(sample, name))) for name in columns]
        if lines != self.lines.lines:
            self.lines.show_lines(lines)
            self._boxes = {name: self._make_box(place, name) for place, name in enumerate(columns[:_MOST_BOXES])}
        for name, box in self._boxes.items():
            field = mapping.get(name, LEFT_OUT)
            box.setCurrentIndex(box.findData(field))
            set_property(box, "empty", field == LEFT_OUT)

    def box(self, column: str) -> QComboBox:
        """The box of a column."""
        return self._boxes[column]

    def _make_box(self, place: int, name: str) -> _FieldBox:
        made = _FieldBox()
        made.setModel(self._fields)
        made.setProperty("role", "cell")
        made.setMaxVisibleItems(12)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setAccessibleName(self.tr("What %1 becomes").replace("%1", name))
        made.activated.connect(partial(self._chosen, name))
        self.setIndexWidget(self.lines.index(place, _FIELD), made)
        return made

    def _chosen(self, name: str, _place: int) -> None:
        self.changed.emit(name, str(self._boxes[name].currentData()))


def _first(sample: Sequence[Mapping[str, str]], name: str) -> str:
    cells = (row.get(name, "").strip() for row in sample)
    return " · ".join([cell for cell in cells if cell][:_CELLS])
