"""A bad network between a real client and a real server process: nothing is lost, nothing doubled, all is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.engine import SyncEngine
from sync.client.failures import TRANSIENT
from sync.server.services.writes import server_write
from tests.helpers.devices import RealClock
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import ServerHandle
from tests.helpers.tcp_proxy import TcpProxy, Weather

NAMES = [f"Lead {n:03d}" for n in range(120)]


@pytest.fixture
def asha(server: ServerHandle, executive: str, proxy: TcpProxy, tmp_path: Path) -> Iterator[Laptop]:
    """A laptop that reaches the server through the bad network, and has synced once."""
    with laptop(server, tmp_path, executive, url=proxy.url, timeout=(1.0, 2.0)) as made:
        made.engine.run()
        yield made


def held_by_server(server: ServerHandle, laptop_: Laptop) -> list[str]:
    """Names of the leads the server holds of the laptop's user."""
    with server.context.engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT name FROM lead WHERE owner_id = '{laptop_.actor.user_id}'")  # noqa: S608
        return sorted(row[0] for row in found)


def settled(server: ServerHandle, laptop_: Laptop) -> None:
    """After a fair run both hold exactly the leads that were typed."""
    assert laptop_.engine.run().complete
    assert laptop_.waiting() == 0
    assert held_by_server(server, laptop_) == laptop_.leads() == NAMES


@contextmanager
def reply_withheld(asha: Laptop, proxy: TcpProxy, call: str) -> Iterator[None]:
    """Sync until the server has done what one call asks for; its reply waits in the proxy, and never arrives."""
    asha.just_before(call, proxy.replies.hold)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(asha.fails)
        assert proxy.replies.held.wait(10)
        yield
        proxy.cut()
        assert run.result() in TRANSIENT
    vars(asha.transport).pop(call)
    proxy.calm()


def test_reply_lost(server: ServerHandle, asha: Laptop, proxy: TcpProxy) -> None:
    asha.add_leads(NAMES[:-1])
    with reply_withheld(asha, proxy, "push"):
        assert held_by_server(server, asha) == NAMES[:-1]
        asha.add_lead(NAMES[-1])  # meanwhile the user types on
    assert asha.waiting() == len(NAMES)
    settled(server, asha)


def test_killed_between_commit_and_reply(server: ServerHandle, asha: Laptop, proxy: TcpProxy) -> None:
    asha.add_leads(NAMES)
    with reply_withheld(asha, proxy, "push"):
        server.kill()
    assert asha.fails() in TRANSIENT
    server.start()
    assert held_by_server(server, asha) == NAMES
    settled(server, asha)


@pytest.mark.parametrize("call", ["hello", "pull", "ack"])
def test_reply_of_another_call_lost(server: ServerHandle, asha: Laptop, proxy: TcpProxy, call: str) -> None:
    asha.add_leads(NAMES[:-1])
    assert asha.engine.run().complete
    with server_write(server.context.engine, None) as write:
        write.put("lead", {"name": NAMES[-1], "stage": "new", "owner_id": asha.actor.user_id})
    asha.engine = SyncEngine(SyncStore(asha.store), asha.transport, RealClock())  # started again, it says hello
    with reply_withheld(asha, proxy, call):
        pass
    settled(server, asha)


@pytest.mark.parametrize("size", [0, 1, 700, 1400, 2800])
def test_body_cut_short_in_either_direction(server: ServerHandle, asha: Laptop, proxy: TcpProxy, size: int) -> None:
    asha.add_leads(NAMES, notes=_noise(size))
    for lane in (proxy.requests, proxy.replies):
        lane.cut_after(size)
        assert asha.fails() in TRANSIENT
    settled(server, asha)


@pytest.mark.parametrize("size", [0, 700, 1400, 2800])
def test_bytes_corrupted_on_the_way_are_noticed(server: ServerHandle, asha: Laptop, proxy: TcpProxy, size: int) -> None:
    asha.add_leads(NAMES, notes=_noise(size))
    for lane in (proxy.requests, proxy.replies):
        lane.corrupt_after(size)
        assert asha.fails() in TRANSIENT
    settled(server, asha)


def _noise(seed: int) -> str:
    """What does not pack, so that bodies are long."""
    return random.Random(seed).randbytes(2000).hex()


def test_slow_network(server: ServerHandle, asha: Laptop, proxy: TcpProxy) -> None:
    asha.add_leads(NAMES, notes=_noise(1))
    for lane in (proxy.requests, proxy.replies):
        lane.delay, lane.rate = 0.02, 60_000
    settled(server, asha)


def test_half_open_network(server: ServerHandle, asha: Laptop, proxy: TcpProxy) -> None:
    asha.add_leads(NAMES[:-1])
    proxy.replies.hold()  # the connection that is open goes silent
    assert asha.fails() == "server_unreachable"
    proxy.calm()
    proxy.deaf = True  # new ones are accepted, and then nothing
    proxy.cut()
    assert asha.fails() == "server_unreachable"
    asha.add_lead(NAMES[-1])
    proxy.calm()
    settled(server, asha)


# CPython leaves a socket to the garbage collector that was reset after connecting and before its handshake.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <sync.client.connections")
def test_flapping_network(server: ServerHandle, asha: Laptop, proxy: TcpProxy) -> None:
    weather, outcomes = Weather(5, bad=0.8), []
    for start in range(0, len(NAMES), 12):
        asha.add_leads(NAMES[start : start + 12], notes=_noise(start))
        proxy.weather = weather
        proxy.cut()
        try:
            outcomes.append("complete" if asha.engine.run().complete else "stopped")
        except NxcrmError as error:
            assert error.code in TRANSIENT, error
            outcomes.append(error.code)
        proxy.refuse()
        proxy.accept()
    assert len(set(outcomes)) > 1, "the weather was never bad, or never good"
    proxy.calm()
    settled(server, asha)
