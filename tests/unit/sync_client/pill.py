"""A device with sync in the background, and what its pill shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue

from nxcrm_desktop.domain.records import ChangeSet
from sync.client.background import BackgroundSync
from sync.client.engine import SyncEngine
from sync.client.schedule import Schedule
from sync.client.telling import Phase, SyncStatus
from tests.unit.sync_client.memory import ManualClock, MemoryStore, ScriptedServer

PATIENCE = 10.0
LOCAL = ChangeSet({"lead": frozenset({"a"})}, {}, "local")
PULLED = ChangeSet({"lead": frozenset({"a"})}, {}, "sync")
MINUTES = Schedule(every=600.0, settle=300.0, first=400.0, longest=3000.0)


class Bus:
    """Subscribers of local changes."""

    def __init__(self) -> None:
        self.subscribers: list[Callable[[ChangeSet], None]] = []

    def subscribe(self, subscriber: Callable[[ChangeSet], None]) -> Callable[[], None]:
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)

    def publish(self, change: ChangeSet) -> None:
        for subscriber in list(self.subscribers):
            subscriber(change)


class Pill:
    """A device with sync in the background, and what its pill shows."""

    def __init__(
        self, schedule: Schedule, *, paused: bool = False, interrupt: Callable[[], None] = lambda: None
    ) -> None:
        self.store = MemoryStore()
        self.server = ScriptedServer()
        self.clock = ManualClock()
        self.bus = Bus()
        self.shown: Queue[SyncStatus] = Queue()
        self.sync = BackgroundSync(
            SyncEngine(self.store, self.server, self.clock),
            subscribe=self.bus.subscribe,
            report=self.shown.put,
            clock=self.clock,
            schedule=schedule,
            paused=paused,
            interrupt=interrupt,
        )

    def wait_for(self, phase: Phase, waiting: int | None = None) -> SyncStatus:
        """The next status of that phase; fails after a while."""
        while True:
            try:
                status = self.shown.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"never {phase}") from None
            if status.phase is phase and waiting in (None, status.waiting):
                return status

    def edit(self) -> None:
        self.store.edit()
        self.bus.publish(LOCAL)

    def pass_time(self, seconds: float) -> None:
        """Moves the clock and wakes the thread, as a real clock would."""
        self.clock.seconds += seconds
        with self.sync._changed:
            self.sync._changed.notify_all()

    @property
    def runs(self) -> int:
        return self.server.calls.count("pull")


@contextmanager
def started(pill: Pill) -> Iterator[Pill]:
    pill.sync.start()
    try:
        yield pill
    finally:
        assert pill.sync.stop(PATIENCE)
