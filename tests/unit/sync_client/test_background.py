"""Sync in the background: when it runs, when it keeps quiet, and what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue

import pytest

from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.errors import NxcrmError
from sync.client.background import BackgroundSync
from sync.client.engine import SyncEngine
from sync.client.schedule import LONGEST_RETRY_AFTER, Schedule
from sync.client.telling import MeteredRule, Phase, SyncStatus
from tests.unit.sync_client.memory import ManualClock, MemoryStore, ScriptedServer, failing

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


@pytest.fixture
def pill() -> Pill:
    return Pill(MINUTES)


def test_it_runs_at_once_then_rests(pill: Pill) -> None:
    with started(pill):
        status = pill.wait_for(Phase.SYNCED)
        assert status.last_sync_ms == pill.clock.now_ms()
        pill.pass_time(599)
        pill.edit()
        pill.wait_for(Phase.SYNCED, waiting=1)
        assert pill.runs == 1


def test_it_runs_again_after_a_while(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.pass_time(600 * 1.2)
        pill.wait_for(Phase.SYNCED)
        assert pill.runs == 2


def test_edits_in_quick_succession_go_together(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        for _ in range(3):
            pill.edit()
        pill.wait_for(Phase.SYNCED, waiting=3)
        assert pill.runs == 1
        pill.pass_time(300)
        pill.wait_for(Phase.SYNCING)
        assert pill.wait_for(Phase.SYNCED).waiting == 0
        assert pill.runs == 2
        assert pill.server.calls.count("push") == 1


def test_what_sync_itself_changed_starts_nothing(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.bus.publish(PULLED)
        pill.pass_time(599)
        pill.edit()
        pill.wait_for(Phase.SYNCED, waiting=1)
        assert pill.runs == 1


def test_a_kick_runs_now(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.sync.kick()
        pill.wait_for(Phase.SYNCED)
        assert pill.runs == 2


def test_failures_space_out_and_edits_do_not_break_the_silence(pill: Pill) -> None:
    pill.server.before = failing("hello", times=3)
    with started(pill):
        status = pill.wait_for(Phase.OFFLINE)
        assert status.error is not None
        assert status.error.code == "server_unreachable"
        for wait in (400, 800):
            pill.pass_time(wait - 1)
            pill.edit()
            pill.wait_for(Phase.OFFLINE, waiting=len(pill.store.outbox))
            pill.pass_time(1 + wait * 0.2)
            pill.wait_for(Phase.SYNCING)
            pill.wait_for(Phase.OFFLINE)
        assert pill.runs == 0
        pill.sync.kick()
        assert pill.wait_for(Phase.SYNCED).waiting == 0


def test_back_off_has_an_end() -> None:
    schedule = Schedule(first=5, longest=900)
    assert [schedule.after_failures(n) for n in (1, 2, 3, 8, 9, 10_000)] == [5, 10, 20, 640, 900, 900]


@pytest.mark.parametrize(("asked", "honoured"), [(2000, 2000), (10**9, LONGEST_RETRY_AFTER)])
def test_retry_after_holds_even_a_kick(pill: Pill, asked: int, honoured: float) -> None:
    def busy(name: str, message: object) -> None:
        pill.server.before = lambda *_: None
        raise NxcrmError("rate_limited", "Busy.", details={"retry_after": asked})

    pill.server.before = busy
    with started(pill):
        pill.wait_for(Phase.OFFLINE)
        pill.sync.kick()
        pill.pass_time(honoured - 1)
        pill.edit()
        pill.wait_for(Phase.OFFLINE, waiting=1)
        assert pill.runs == 0
        pill.pass_time(1)
        pill.wait_for(Phase.SYNCED)


def test_signing_in_is_waited_for(pill: Pill) -> None:
    pill.server.before = failing("hello", code="sign_in_needed")
    with started(pill):
        pill.wait_for(Phase.SIGN_IN)
        pill.pass_time(1_000_000)
        pill.edit()
        pill.wait_for(Phase.SIGN_IN, waiting=1)
        assert pill.runs == 0
        pill.sync.kick()
        pill.wait_for(Phase.SYNCED)


def test_what_waiting_does_not_mend_is_told_as_failed(pill: Pill) -> None:
    pill.server.device_state = "revoked"
    with started(pill):
        status = pill.wait_for(Phase.FAILED)
        assert status.error is not None
        assert status.error.code == "device_revoked"


def test_open_conflicts_show_when_at_rest(pill: Pill) -> None:
    pill.store.conflicts = 2
    with started(pill):
        assert pill.wait_for(Phase.CONFLICTS).conflicts == 2


def test_progress_is_told(pill: Pill) -> None:
    pill.store.edit()
    with started(pill):
        assert pill.wait_for(Phase.SYNCING, waiting=1).n == 0
        status = pill.wait_for(Phase.SYNCING, waiting=0)
        assert (status.n, status.of) == (1, 1)


def test_a_pause_ends_the_run_and_holds_the_next(pill: Pill) -> None:
    pill.server.pages = [pill.server.page(("a", 1)), pill.server.page(("b", 1), complete=True)]
    pill.server.after = lambda name, _: pill.sync.pause() if name == "pull" else None
    with started(pill):
        pill.wait_for(Phase.PAUSED)
        assert pill.server.calls == ["hello", "pull"]
        pill.sync.kick()
        pill.pass_time(1_000_000)
        pill.edit()
        pill.wait_for(Phase.PAUSED, waiting=1)
        assert pill.runs == 1
        pill.server.after = lambda *_: None
        pill.server.pages = [pill.server.page(("a", 1), ("b", 1), complete=True)]
        pill.sync.resume()
        pill.wait_for(Phase.SYNCED)


def test_stopping_in_the_middle_stores_nothing_more(pill: Pill) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold(name: str, _: object) -> None:
        if name == "pull":
            reached.set()
            go_on.wait(PATIENCE)

    pill.server.before = hold
    pill.sync.start()
    assert reached.wait(PATIENCE)
    assert not pill.sync.stop(0.01), "the network is still waited for"
    go_on.set()
    assert pill.sync.stop(PATIENCE)
    assert pill.store.cursor is None
    assert pill.bus.subscribers == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_is_told_and_not_hidden(pill: Pill) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError

    pill.server.before = bug
    pill.sync.start()
    assert pill.wait_for(Phase.FAILED).error is None
    assert pill.sync.stop(PATIENCE)


# ------------------------------------------------------------------------------------------------ news, links, stopping


class Ear:
    """What hears of news: told when to listen."""

    def __init__(self) -> None:
        self.wanted: Queue[bool] = Queue()

    def want(self, wanted: bool) -> None:
        self.wanted.put(wanted)

    def stop(self, timeout: float) -> bool:
        return True


@contextmanager
def started_with(pill: Pill, ear: Ear) -> Iterator[Pill]:
    pill.sync.start(ear)
    try:
        yield pill
    finally:
        assert pill.sync.stop(PATIENCE)


def test_news_starts_a_run_and_hints_in_quick_succession_one(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        for _ in range(3):
            pill.sync.kick_soft()
        pill.pass_time(MINUTES.news)
        pill.wait_for(Phase.SYNCED)
        assert pill.runs == 2


def test_news_does_not_break_the_silence_of_a_back_off(pill: Pill) -> None:
    pill.server.before = failing("hello")
    with started(pill):
        status = pill.wait_for(Phase.OFFLINE)
        assert status.retry_ms is not None
        assert 400 <= (status.retry_ms - pill.clock.now_ms()) / 1000 <= 480
        pill.sync.kick_soft()
        pill.pass_time(399)
        pill.edit()
        pill.wait_for(Phase.OFFLINE, waiting=1)
        assert pill.runs == 0
        pill.pass_time(82)
        pill.wait_for(Phase.SYNCED)


def test_the_timer_is_slow_while_news_comes_by_itself(pill: Pill) -> None:
    ear = Ear()
    with started_with(pill, ear):
        pill.wait_for(Phase.SYNCED)
        assert ear.wanted.get(timeout=PATIENCE)
        pill.sync.live(True)
        assert pill.wait_for(Phase.SYNCED).live
        pill.pass_time(600 * 1.2)  # as it was planned before
        pill.wait_for(Phase.SYNCED)
        pill.pass_time(899)
        pill.edit()
        pill.wait_for(Phase.SYNCED, waiting=1)
        assert pill.runs == 2


def test_without_news_the_timer_is_as_before(pill: Pill) -> None:
    with started_with(pill, Ear()):
        pill.sync.live(True)
        pill.wait_for(Phase.SYNCED)
        pill.sync.live(False)
        pill.pass_time(600 * 1.2)
        pill.wait_for(Phase.SYNCING)
        pill.wait_for(Phase.SYNCED)
        assert pill.runs == 2


def test_one_listens_once_the_server_has_answered_and_not_while_paused(pill: Pill) -> None:
    ear = Ear()
    with started_with(pill, ear):
        assert ear.wanted.get(timeout=PATIENCE)
        pill.sync.pause()
        assert not ear.wanted.get(timeout=PATIENCE)
        pill.sync.resume()
        assert ear.wanted.get(timeout=PATIENCE)
        pill.server.before = failing("pull", code="sign_in_needed")
        pill.sync.kick()
        pill.wait_for(Phase.SIGN_IN)
        assert not [ear.wanted.get(timeout=PATIENCE) for _ in range(ear.wanted.qsize())][-1]


def test_a_pause_outlives_the_program() -> None:
    pill = Pill(MINUTES, paused=True)
    with started(pill):
        pill.wait_for(Phase.PAUSED)
        pill.pass_time(1_000_000)
        pill.edit()
        pill.wait_for(Phase.PAUSED, waiting=1)
        assert pill.runs == 0
        pill.sync.resume()
        assert pill.wait_for(Phase.SYNCED).waiting == 0


@pytest.mark.parametrize(
    ("rule", "waits"), [(MeteredRule.ROWS, True), (MeteredRule.NOTHING, True), (MeteredRule.EVERYTHING, False)]
)
def test_documents_wait_on_a_metered_link_unless_told_otherwise(pill: Pill, rule: MeteredRule, waits: bool) -> None:
    pill.sync.set_link(metered=True, rule=rule)
    assert pill.sync.papers_wait() is waits
    pill.sync.kick(anyway=True)
    assert not pill.sync.papers_wait()
    pill.sync.set_link(metered=False, rule=rule)
    assert not pill.sync.papers_wait()


def test_rows_go_on_over_a_metered_link(pill: Pill) -> None:
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.sync.set_link(metered=True, rule=MeteredRule.ROWS)
        pill.edit()
        pill.pass_time(300)
        status = pill.wait_for(Phase.SYNCED, waiting=0)
        assert status.metered


def test_nothing_goes_over_a_metered_link_if_the_user_wants_that(pill: Pill) -> None:
    pill.sync.set_link(metered=True, rule=MeteredRule.NOTHING)
    with started(pill):
        pill.wait_for(Phase.METERED)
        pill.edit()
        pill.pass_time(1_000_000)
        pill.wait_for(Phase.METERED, waiting=1)
        assert pill.runs == 0
        pill.sync.kick()
        pill.wait_for(Phase.SYNCING)
        pill.wait_for(Phase.METERED, waiting=0)
        pill.sync.set_link(metered=False, rule=MeteredRule.NOTHING)
        pill.wait_for(Phase.SYNCED)


def test_stopping_takes_the_network_away_and_tells_of_no_failure() -> None:
    reached, broken = threading.Event(), threading.Event()
    pill = Pill(MINUTES, interrupt=broken.set)

    def hold(name: str, _: object) -> None:
        reached.set()
        broken.wait(PATIENCE)
        raise NxcrmError("server_unreachable", "Broken.")

    pill.server.before = hold
    pill.sync.start()
    assert reached.wait(PATIENCE)
    assert pill.sync.stop(PATIENCE)
    assert broken.is_set()
    assert Phase.OFFLINE not in [status.phase for status in pill.shown.queue]
