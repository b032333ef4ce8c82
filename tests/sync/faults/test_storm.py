"""Everybody at once against a server that takes so many requests a second and no more; and one against a miser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from threading import Event

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import Limits
from sync.server.limits import Buckets
from sync.server.store.engine import read_snapshot
from tests.helpers.devices import Device, Server
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import running_server
from tests.sync.server.office import Office

SLOW = "\n[limits]\ndevice_per_second = 1\ndevice_burst = 3\n"
"""Enough for a first sync, not for many in a row."""


def type_and_sync(one: Laptop) -> int:
    """Work in small steps, each sent at once. How often the laptop had to wait."""
    waits = 0
    for step in range(6):
        one.add_leads([f"Lead {step} {n}" for n in range(7)])
        waits += until_complete(one)
    return waits


def until_complete(one: Laptop) -> int:
    """Sync as a program in a hurry does: wait as long as the server says, and no longer. How often it had to."""
    for attempt in range(8):
        try:
            if one.engine.run().complete:
                return attempt
        except NxcrmError as error:
            assert error.code == "rate_limited", error
            Event().wait(float(error.details["retry_after"]))
    raise AssertionError("never came through")


def test_storm_of_429(tmp_path: Path) -> None:
    with running_server(tmp_path, start=False) as server, ExitStack() as stack:
        with (server.data_dir / "server.toml").open("a", encoding="utf-8") as file:
            file.write(SLOW)
        server.start()
        laptops = []
        for number in range(3):
            server.add_user(f"user{number}")
            laptops.append(stack.enter_context(laptop(server, tmp_path, f"user{number}")))
            laptops[-1].engine.run()
        with ThreadPoolExecutor(len(laptops)) as pool:
            refusals = list(pool.map(type_and_sync, laptops))
        assert max(refusals) > 0, "nobody was ever asked to wait"
        assert [one.waiting() for one in laptops] == [0, 0, 0]
        with read_snapshot(server.context.engine) as connection:
            assert connection.exec_driver_sql("SELECT count(*), sum(ver) FROM lead").one() == (126, 126)


class _Miser:
    """Grants one request, then none until who asked has waited as long as told."""

    def __init__(self) -> None:
        self.now = 0.0
        self._buckets = Buckets(per_second=0.5, burst=1, clock=lambda: self.now)

    def __call__(self, _: str) -> None:
        if wait := self._buckets.take("the device"):
            raise NxcrmError("rate_limited", "Too many requests.", details={"retry_after": ceil(wait)})


@pytest.mark.parametrize("synced_before", [False, True])
def test_429_after_each_request(office: Office, tmp_path: Path, synced_before: bool) -> None:
    asha = office.user("asha")
    device = Device(tmp_path, Server(office.engine), asha, Role.SALES, Limits(rows=40, mutations=2))
    if synced_before:
        device.sync()
        device.restart()  # its next run begins with hello
    theirs = office.put("lead", name="Theirs", stage="new", owner_id=asha)
    with device.write() as work:
        mine = work.create_many("lead", [{"name": f"Mine {n}", "stage": "new"} for n in range(5)])
    miser = _Miser()
    device.api.before = miser
    for _ in range(60):
        try:
            summary = device.engine.run()
            break
        except NxcrmError as error:
            assert error.code == "rate_limited", error
            miser.now += float(error.details["retry_after"])
    else:
        raise AssertionError("never came through")
    assert summary.complete
    assert device.rows("lead").keys() == {theirs, *mine}
    assert device.api.refetched == []
    assert len([name for name, _ in device.api.sent if name == "hello"]) == 1 + synced_before
    device.close()
