"""The table of a windowed list: keyboard first; columns give way; its place is kept while rows change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nxcrm_desktop.domain.records import Record
from ui.models.window import WindowModel
from ui.theming.theme import Theme
from ui.theming.tokens import row_height
from ui.widgets.cells import CELL_PADDING, CHIP_PADDING, NUMBER_GAP, CellDelegate, Look, Tone

_SKELETON_AFTER_MS = 200
_MIN_CHARACTERS = 6
_RIGHT = Qt.AlignmentFlag.AlignRight
Choices = Callable[[], list[str]]


class _Header(QHeaderView):
    """Headings of numbers keep the same distance from the next column as the numbers."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """One heading."""
        align = self.model().headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        gap = NUMBER_GAP if int(align or 0) & int(_RIGHT) else 0
        painter.save()
        super().paintSection(painter, rect.adjusted(0, 0, -gap, 0), section)
        painter.restore()
        painter.fillRect(QRect(rect.right() - gap, rect.bottom(), gap + 1, 1), QColor(self._theme.colours.line))


class ListTable(QTableView):
    """``opened`` with the record that was chosen; ``sorted_by`` with (column, descending) that was asked for."""

    opened = Signal(object)
    current_changed = Signal(object)
    sorted_by = Signal(str, bool)

    def __init__(
        self,
        name: str,
        theme: Theme,
        model: WindowModel,
        looks: dict[str, Look],
        tone: Tone,
        choices: dict[str, Choices],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._list, self._looks, self._choices = theme, model, looks, choices
        self._hidden: set[str] = set()
        self._top: tuple[str, int] | None = None
        self._delegate = CellDelegate(theme, looks, tone, self)
        self.setAccessibleName(name)
        self._set_up()
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.selectionModel().currentRowChanged.connect(self._tell_current)
        self.doubleClicked.connect(lambda index: self._open(index))
        self.clicked.connect(lambda index: self._open(index))
        self._skeleton_timer = QTimer(self, singleShot=True, interval=_SKELETON_AFTER_MS)
        self._skeleton_timer.timeout.connect(self._show_skeleton)
        model.layoutAboutToBeChanged.connect(self._note_place)
        model.layoutChanged.connect(self._keep_place)
        model.modelReset.connect(self._fit_columns)
        model.loaded.connect(self._loaded)
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        vertical = self.verticalHeader()
        vertical.setVisible(False)
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(20)
        vertical.setDefaultSectionSize(row_height(self._theme.density, self.fontMetrics().lineSpacing()))
        header = _Header(self._theme, self)
        self.setHorizontalHeader(header)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionClicked.connect(self._sort_clicked)

    # ------------------------------------------------------------------------------------------------------- order

    def show_order(self, name: str, *, descending: bool) -> None:
        """Put the arrow on the column the list is ordered by."""
        section = next((i for i, column in enumerate(self._list.columns) if column.name == name), -1)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(section, order)

    def _sort_clicked(self, section: int) -> None:
        column = self._list.columns[section]
        query = self._list.query
        if column.facts.sort and query is not None:
            self.sorted_by.emit(column.name, query.order == column.name and not query.descending)
        elif query is not None:
            self.show_order(query.order, descending=query.descending)

    # ----------------------------------------------------------------------------------------------------- columns

    def choose_columns(self, hidden: set[str]) -> None:
        """Hide these columns by the user's wish."""
        self._hidden = hidden
        self._fit_columns()

    @property
    def hidden_columns(self) -> set[str]:
        """Columns the user hid."""
        return set(self._hidden)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Drop the columns that yield first until the rest fits; then share what is left, but chips are never cut."""
        unit = self.fontMetrics().averageCharWidth()
        room = self.viewport().width()
        shown = [i for i, column in enumerate(self._list.columns) if column.name not in self._hidden]
        chips = {i: self._chip_width(i) for i in shown if self._looks.get(self._list.columns[i].name) is Look.CHIP}
        widths = {i: chips.get(i) or max(self._list.columns[i].width * unit + 18, self._heading(i)) for i in shown}
        while len(shown) > 1 and sum(widths[i] for i in shown) > room:
            shown.remove(max(shown, key=lambda i: (self._list.columns[i].yields, i)))
        wanted = max(1, sum(widths[i] for i in shown if i not in chips))
        shared = room - sum(widths[i] for i in shown if i in chips)
        left = room
        for i in range(len(self._list.columns)):
            self.setColumnHidden(i, i not in shown)
        for i in shown:
            width = widths[i] if i in chips else max(_MIN_CHARACTERS * unit, widths[i] * shared // wanted)
            width = left if i == shown[-1] else width
            self.setColumnWidth(i, width)
            left -= width

    def _chip_width(self, section: int) -> int:
        """As wide as the longest word of the column."""
        words = self._choices[self._list.columns[section].name]()
        widest = max((self.fontMetrics().horizontalAdvance(word) for word in words), default=0)
        return max(widest + CHIP_PADDING + 2 * CELL_PADDING + 2, self._heading(section))

    def _heading(self, section: int) -> int:
        return self.horizontalHeader().sectionSizeHint(section)

    # ------------------------------------------------------------------------------------------------------- place

    def _note_place(self) -> None:
        row = self.rowAt(0)
        record = self._list.record(row) if row >= 0 else None
        at_top = self.verticalScrollBar().value() == 0
        self._top = None if record is None or at_top else (record.id, self.rowViewportPosition(row))

    def _keep_place(self) -> None:
        row = self._list.row_of(self._top[0]) if self._top is not None else None
        if row is not None and self._top is not None:
            height = self.verticalHeader().defaultSectionSize()
            self.verticalScrollBar().setValue(row * height - self._top[1])

    def _loaded(self) -> None:
        self._delegate.show_skeleton = False
        self._skeleton_timer.start()
        self.viewport().update()

    def _show_skeleton(self) -> None:
        self._delegate.show_skeleton = True
        self.viewport().update()

    # ----------------------------------------------------------------------------------------------------- opening

    def current_record(self) -> Record | None:
        """The record the keyboard is on."""
        return self._list.record(self.currentIndex().row())

    def step(self, by: int) -> None:
        """Go some rows on and open what is there."""
        row = min(max(self.currentIndex().row() + by, 0), self._list.rowCount() - 1)
        if row >= 0:
            self.setCurrentIndex(self._list.index(row, 0))
            self._open(self.currentIndex())

    def select_record(self, record_id: str) -> None:
        """Put the selection on a record if its page is here."""
        row = self._list.row_of(record_id)
        if row is not None and row != self.currentIndex().row():
            self.setCurrentIndex(self._list.index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        record = self._list.record(index.row())
        if record is not None and len(self.selectionModel().selectedRows()) <= 1:
            self.opened.emit(record)

    def _tell_current(self, current: QModelIndex) -> None:
        self.current_changed.emit(self._list.record(current.row()))
