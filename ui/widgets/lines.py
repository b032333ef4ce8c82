"""Short tables of words: a deal's ledger, the outbox, the lines an import refused. A model and its view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.theming.theme import Theme
from ui.theming.tokens import row_height

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Line:
    """One line of a table of words; ``key`` names it, ``icon`` stands before its first cell."""

    key: str
    cells: tuple[str, ...]
    icon: QIcon | None = field(default=None, compare=False)


class LinesModel(QAbstractTableModel):
    """A short table of words, replaced as a whole."""

    def __init__(self, titles: Sequence[str], right: Sequence[int] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles, self._right = tuple(titles), frozenset(right)
        self.lines: list[Line] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Lines."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Columns."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.cells[index.column()]
        if role == Qt.ItemDataRole.DecorationRole:
            return line.icon if index.column() == 0 else None
        if role == Qt.ItemDataRole.UserRole:
            return line.key
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() in self._right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Headings."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self._right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these."""
        if list(lines) != self.lines:
            self.beginResetModel()
            self.lines = list(lines)
            self.endResetModel()


class LinesTable(QTableView):
    """The view of short tables. ``picked`` with the key of a line; columns that ``stretch`` share what room is left."""

    picked = Signal(str)

    def __init__(self, theme: Theme, name: str, model: LinesModel, stretch: int | Sequence[int] = 0) -> None:
        super().__init__()
        self.lines = model
        self.setAccessibleName(name)
        self.setModel(model)
        self.setProperty("role", "boxed")
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(row_height(theme.density, self.fontMetrics().lineSpacing()))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (stretch,) if isinstance(stretch, int) else stretch:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._tell)

    def fit_height(self, most: int) -> None:
        """As tall as its lines, up to ``most`` of them."""
        rows = min(max(1, self.lines.rowCount()), most)
        self.setFixedHeight(
            rows * self.verticalHeader().defaultSectionSize() + self.horizontalHeader().sizeHint().height() + 4
        )

    def current_key(self) -> str:
        """The key of the chosen line, or the empty string."""
        return str(self.currentIndex().data(Qt.ItemDataRole.UserRole) or "")

    def pick(self, key: str) -> None:
        """Choose a line by key; without it the first."""
        keys = [line.key for line in self.lines.lines]
        if keys:
            self.setCurrentIndex(self.lines.index(keys.index(key) if key in keys else 0, 0))

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.picked.emit(str(current.data(Qt.ItemDataRole.UserRole)))
