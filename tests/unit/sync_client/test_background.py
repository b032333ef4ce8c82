"""Sync in the background: when it runs, when it keeps quiet, and what it tells."""

from __future__ import annotations

import threading

import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.client.schedule import LONGEST_RETRY_AFTER, Schedule
from sync.client.telling import Phase
from tests.unit.sync_client.memory import failing
from tests.unit.sync_client.pill import MINUTES, PATIENCE, PULLED, Pill, started


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
