"""Everybody at once against a server that takes so many requests a second and no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from nxcrm_desktop.errors import NxcrmError
from sync.server.store.engine import read_snapshot
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import running_server

SLOW = "\n[limits]\ndevice_per_second = 2\ndevice_burst = 4\n"
"""Enough for one sync, not for two in a row."""


def until_complete(one: Laptop) -> int:
    """Sync as the background does: wait as long as the server says, longer each time. How often it had to."""
    for attempt in range(8):
        try:
            if one.engine.run().complete:
                return attempt
        except NxcrmError as error:
            assert error.code == "rate_limited", error
            Event().wait(float(error.details["retry_after"]) * (attempt + 1))
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
            laptops[-1].add_leads([f"Lead {number} {n:02d}" for n in range(40)])
        with ThreadPoolExecutor(len(laptops)) as pool:
            refusals = list(pool.map(until_complete, laptops))
        assert max(refusals) > 0, "nobody was ever asked to wait"
        assert [one.waiting() for one in laptops] == [0, 0, 0]
        with read_snapshot(server.context.engine) as connection:
            assert connection.exec_driver_sql("SELECT count(*), sum(ver) FROM lead").one() == (120, 120)
