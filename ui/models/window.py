"""A table of any length of which only the pages being looked at are in memory.

Pages are read in the background by keyset, never by offset. While a list is read again its old rows stay, and
selection (persistent indexes) follows the rows by id.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.records import Keyset, ListQuery, Record
from nxcrm_desktop.errors import NxcrmError
from ui.models.source import PAGE, Reader, Snapshot, Titles
from ui.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex
_KEPT_PAGES = 64
_AT_ONCE = 6
RECORD_ROLE = Qt.ItemDataRole.UserRole
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Column:
    """One column: field, facts, heading, width in characters; ``yields``: how early it gives way (high first)."""

    name: str
    facts: Facts
    title: str
    width: int = 16
    yields: int = 0


class WindowModel(QAbstractTableModel):
    """See the module. ``loaded`` tells that a read has been shown; ``failed`` carries an NxcrmError."""

    loaded = Signal()
    failed = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        reader: Reader,
        columns: Sequence[Column],
        show: Callable[[Record, Column, Titles], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._reader, self._show = tasks, reader, show
        self.columns = tuple(columns)
        self.query: ListQuery | None = None
        self._count = 0
        self._pages: OrderedDict[int, tuple[Record, ...]] = OrderedDict()
        self._starts: dict[int, Keyset | None] = {0: None}
        self._titles: dict[tuple[str, str], str] = {}
        self._wanted: dict[int, None] = {}
        self._reading: frozenset[int] = frozenset()
        self._pending: ListQuery | None = None
        self._stale = False
        self._busy = False
        self._fetch_timer = QTimer(self, singleShot=True, interval=0)
        self._fetch_timer.timeout.connect(self._fetch)

    # ------------------------------------------------------------------------------------------------ what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Rows of the whole list, loaded or not."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Columns shown."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text of a cell; None while its page is still being read."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.facts.kind in (Kind.MONEY, Kind.INTEGER) else _LEFT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, RECORD_ROLE):
            return None
        record = self.record(index.row())
        if record is None or role == RECORD_ROLE:
            return record
        text = self._show(record, column, self._titles)
        return f"{column.title}: {text}" if role == Qt.ItemDataRole.AccessibleTextRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Headings of columns; rows have none."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.columns[section].facts.kind in (Kind.MONEY, Kind.INTEGER) else _LEFT
        return None

    # ------------------------------------------------------------------------------------------------- rows and ids

    def record(self, row: int) -> Record | None:
        """The record of a row, or None while it is being read (which this asks for)."""
        if not 0 <= row < self._count:
            return None
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def row_of(self, record_id: str) -> int | None:
        """The row of a record, if its page is in memory."""
        for number, page in self._pages.items():
            for place, record in enumerate(page):
                if record.id == record_id and number * PAGE + place < self._count:
                    return number * PAGE + place
        return None

    @property
    def settled(self) -> bool:
        """Whether nothing is being read or waiting to be."""
        return not self._busy and not self._stale and self._pending is None and not self._wanted

    # ----------------------------------------------------------------------------------------------------- reading

    def load(self, query: ListQuery) -> None:
        """Show another list. The old rows stay until the new ones are here."""
        self._pending = query
        self._next()

    def refresh(self) -> None:
        """Read the same list again: something was committed."""
        self._stale = self.query is not None
        self._next()

    def _want(self, number: int) -> None:
        if number in self._reading or number in self._wanted:
            return
        self._wanted[number] = None
        if not self._fetch_timer.isActive():
            self._fetch_timer.start()

    def _next(self) -> None:
        if self._busy:
            return
        if self._pending is not None:
            query, self._pending, self._stale = self._pending, None, False
            self._read(lambda: self._reader.first(query), self._show_new)
        elif self._stale and self.query is not None:
            query, wanted, self._stale = self.query, self._looked_at(), False
            self._read(lambda: self._reader.again(query, wanted), self._show_again)
        elif self._wanted:
            self._fetch()

    def _read(self, work: Callable[[], Snapshot], done: Callable[[Snapshot], None]) -> None:
        self._busy = True

        def deliver(snapshot: Snapshot) -> None:
            self._busy, self._reading = False, frozenset()
            done(snapshot)
            self.loaded.emit()
            self._next()

        self._tasks.read(self, work, deliver, self._give_up)

    def _give_up(self, problem: NxcrmError) -> None:
        self._busy, self._reading, self._wanted = False, frozenset(), {}
        self.failed.emit(problem)
        self._next()

    def _looked_at(self) -> tuple[int, ...]:
        """Page 0, and the pages used last: where a changed row is likely to be."""
        return tuple(sorted({0, *list(self._pages)[-_AT_ONCE:]}))

    def _fetch(self) -> None:
        """Read pages that were asked for; those asked for last first, the others when they are asked for again."""
        if self._busy or self.query is None or not self._wanted:
            return
        query, count = self.query, self._count
        wanted = tuple(number for number in list(self._wanted)[-_AT_ONCE:] if number * PAGE < count)
        self._wanted = {}
        self._reading = frozenset(wanted)
        known = dict(self._starts)

        def work() -> Snapshot:
            starts = known if all(n in known for n in wanted) else self._reader.starts(query, count)
            return self._reader.pages(query, count, starts, tuple(n for n in wanted if n in starts))

        if wanted:
            self._read(work, self._show_pages)

    # ----------------------------------------------------------------------------------------------------- showing

    def _show_new(self, found: Snapshot) -> None:
        self.beginResetModel()
        self.query = found.query
        self._wanted = {}
        self._take(found)
        self._count = found.count
        self.endResetModel()

    def _take(self, found: Snapshot) -> None:
        self._starts = dict(found.starts)
        self._titles = dict(found.titles)
        self._pages = OrderedDict(found.pages)

    def _show_pages(self, found: Snapshot) -> None:
        if found.query != self.query:
            return
        self._starts.update(found.starts)
        self._titles.update(found.titles)
        for number, rows in found.pages.items():
            self._pages[number] = rows
            last = min((number + 1) * PAGE, self._count) - 1
            if last >= number * PAGE:
                self.dataChanged.emit(self.index(number * PAGE, 0), self.index(last, len(self.columns) - 1))
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)

    def _show_again(self, found: Snapshot) -> None:
        if found.query != self.query:
            return
        grown = found.count - self._count
        if grown > 0:
            self.beginInsertRows(QModelIndex(), self._count, found.count - 1)
            self._count = found.count
            self.endInsertRows()
        self._rearrange(found)
        if grown < 0:
            self.beginRemoveRows(QModelIndex(), found.count, self._count - 1)
            self._count = found.count
            self.endRemoveRows()

    def _rearrange(self, found: Snapshot) -> None:
        """Put the new pages in place; every persistent index goes where its record went."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        ids = [self._held_id(index) for index in held]
        self._take(found)
        self.changePersistentIndexList(held, [self._moved(index, i) for index, i in zip(held, ids, strict=True)])
        self.layoutChanged.emit()

    def _held_id(self, index: QModelIndex) -> str | None:
        page = self._pages.get(index.row() // PAGE)
        place = index.row() % PAGE
        return page[place].id if page is not None and place < len(page) else None

    def _moved(self, index: QModelIndex, record_id: str | None) -> QModelIndex:
        row = self.row_of(record_id) if record_id is not None else None
        return self.index(row, index.column()) if row is not None else QModelIndex()
