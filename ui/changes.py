"""Commits of every thread as one Qt signal, gathered so that a burst of them repaints once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nxcrm_desktop.domain.records import ChangeSet

_GATHER_MS = 60
Subscribe = Callable[[Callable[[ChangeSet], None]], Callable[[], None]]


class Changes(QObject):
    """``happened(changed, deleted)``: ids by entity, on the main thread. Listeners read again; they never write."""

    happened = Signal(object)
    _committed = Signal(object)

    def __init__(self, subscribe: Subscribe) -> None:
        super().__init__()
        self._changed: dict[str, set[str]] = {}
        self._deleted: dict[str, set[str]] = {}
        self._origin = "local"
        self._committed_count, self._told_count, self._gathered_count = 0, 0, 0
        self._timer = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._timer.timeout.connect(self._tell)
        self._committed.connect(self._gather, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = subscribe(self._hear)

    def close(self) -> None:
        """Listen no longer."""
        self._unsubscribe()
        self._timer.stop()

    @property
    def idle(self) -> bool:
        """Whether everything committed so far has been told."""
        return self._committed_count == self._told_count

    def _hear(self, change: ChangeSet) -> None:
        # Commits come one after the other, whatever their thread: the store has one writer.
        self._committed_count += 1
        self._committed.emit(change)

    def _gather(self, change: ChangeSet) -> None:
        for entity, ids in change.changed.items():
            self._changed.setdefault(entity, set()).update(ids)
        for entity, ids in change.deleted.items():
            self._deleted.setdefault(entity, set()).update(ids)
        self._origin = change.origin
        self._gathered_count += 1
        if not self._timer.isActive():
            self._timer.start()

    def _tell(self) -> None:
        gathered = ChangeSet(_frozen(self._changed), _frozen(self._deleted), self._origin)
        self._changed, self._deleted = {}, {}
        self._told_count = self._gathered_count
        self.happened.emit(gathered)


def touched(change: ChangeSet, entity: str) -> frozenset[str]:
    """Ids of one entity that were changed or deleted."""
    return change.changed.get(entity, frozenset()) | change.deleted.get(entity, frozenset())


def _frozen(ids: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {entity: frozenset(members) for entity, members in ids.items()}
