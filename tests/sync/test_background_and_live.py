"""Sync by itself, for real: two laptops, a server process, a TCP proxy between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.services.accounts import SystemClock
from sync.client.background import BackgroundSync
from sync.client.live import LiveNews, Retry
from sync.client.schedule import Schedule
from sync.client.telling import Phase, SyncStatus
from sync.client.transport import Transport
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.tcp_proxy import TcpProxy

pytestmark = pytest.mark.allow_log(r"sync_failed|live_ended")
PATIENCE = 20.0
NEVER = Schedule(every=10_000.0, live=10_000.0, first=0.2, longest=0.5)
"""No timer: what happens, happens because of an edit, of news, or of trying again."""


class Device:
    """A laptop that syncs by itself."""

    def __init__(self, held: Laptop, silence: float, schedule: Schedule) -> None:
        self.held = held
        self.told: Queue[SyncStatus] = Queue()
        clock = SystemClock()
        self.sync = BackgroundSync(
            held.engine, subscribe=held.store.bus.subscribe, report=self.told.put, clock=clock, schedule=schedule,
            interrupt=held.transport.close,
        )  # fmt: skip
        self.live = LiveNews(
            lambda: Transport(held.transport.endpoint, held.session, timeout=(PATIENCE, silence)),
            news=self.sync.kick_soft, state=self.sync.live, clock=clock, retry=Retry(first=0.1, longest=0.2),
        )  # fmt: skip

    def until(self, wanted: Callable[[SyncStatus], bool]) -> SyncStatus:
        """The next status of that kind."""
        while True:
            status = self.told.get(timeout=PATIENCE)
            if wanted(status):
                return status

    def shows(self, name: str) -> float:
        """Seconds until a lead of that name is here."""
        began = time.monotonic()
        while name not in self.held.leads():
            assert time.monotonic() - began < PATIENCE, f"{name} never came"
            self.told.get(timeout=PATIENCE)
        return time.monotonic() - began


@contextmanager
def syncing(held: Laptop, *, silence: float = 40.0, schedule: Schedule = NEVER) -> Iterator[Device]:
    device = Device(held, silence, schedule)
    device.sync.start(device.live)
    try:
        yield device
    finally:
        began = time.monotonic()
        assert device.sync.stop(PATIENCE)
        assert time.monotonic() - began < 2, "closing does not wait for the network"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    with running_server(tmp_path_factory.mktemp("live")) as running:
        running.add_user("meena", Role.SALES)
        yield running


@pytest.fixture
def proxy(server: ServerHandle) -> Iterator[TcpProxy]:
    made = TcpProxy(server.url)
    yield made
    made.close()


def is_live(status: SyncStatus) -> bool:
    return status.live and status.phase is Phase.SYNCED


def test_a_change_on_one_laptop_shows_on_another_within_a_second(server: ServerHandle, tmp_path: Path) -> None:
    with (
        laptop(server, tmp_path, "meena") as first,
        laptop(server, tmp_path, "meena") as second,
        syncing(first) as one,
        syncing(second) as other,
    ):
        one.until(is_live)
        other.until(is_live)
        first.add_lead("Asha Rao")
        assert other.shows("Asha Rao") < 1.5  # a second, and some for two cores that others use, too


def test_a_stream_that_falls_silent_leaves_the_timer(server: ServerHandle, proxy: TcpProxy, tmp_path: Path) -> None:
    every = Schedule(every=0.2, live=10_000.0, first=0.2, longest=0.5)
    with (
        laptop(server, tmp_path, "meena") as first,
        laptop(server, tmp_path, "meena", url=proxy.url) as second,
        syncing(second, silence=0.3, schedule=every) as other,
    ):
        other.until(is_live)
        other.until(lambda status: not status.live)  # nothing is said for longer than this laptop waits
        first.add_lead("Bina Shah")
        first.engine.run()
        other.shows("Bina Shah")


def test_a_lost_network_is_told_and_syncs_again_when_it_is_back(
    server: ServerHandle, proxy: TcpProxy, tmp_path: Path
) -> None:
    with laptop(server, tmp_path, "meena", url=proxy.url) as held, syncing(held) as device:
        device.until(is_live)
        proxy.refuse()
        device.until(lambda status: not status.live)
        held.add_lead("Chetan Vaidya")
        status = device.until(lambda status: status.phase is Phase.OFFLINE)
        assert status.waiting == 1
        proxy.accept()
        device.until(lambda status: is_live(status) and not status.waiting)


@pytest.mark.parametrize("deaf", [True, False], ids=["half-open", "answer withheld"])
def test_closing_does_not_wait_for_a_network_that_does_not_answer(
    server: ServerHandle, proxy: TcpProxy, tmp_path: Path, deaf: bool
) -> None:
    with laptop(server, tmp_path, "meena", url=proxy.url) as held, syncing(held) as device:
        device.until(is_live)
        if deaf:
            proxy.deaf = True
            proxy.cut()
        else:
            proxy.replies.hold()
        before = held.waiting()
        held.add_lead("Divya Nair")
        device.until(lambda status: status.phase is Phase.SYNCING)
        assert held.waiting() == before + 1
