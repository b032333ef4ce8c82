"""Sync in the background: news, links paid by volume, pauses, and its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.client.telling import MeteredRule, Phase
from tests.unit.sync_client.memory import failing
from tests.unit.sync_client.pill import MINUTES, PATIENCE, Pill, started


@pytest.fixture
def pill() -> Pill:
    return Pill(MINUTES)


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
