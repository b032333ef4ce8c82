"""A device that was away for longer than the server remembers what is gone begins anew, and comes to an end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nxcrm_desktop.domain.clock import now_ms
from sync.server.services.compaction import compact
from tests.sync.server.office import Device, Office


@pytest.fixture
def away(office: Office) -> Device:
    """A device that holds ten leads, of which one was deleted and one erased since; pages hold three rows."""
    asha = office.device(office.user("asha"))
    leads = [asha.make("lead", name=f"Lead {n}", stage="new") for n in range(10)]
    asha.limit = 3
    asha.pull()
    other = office.device(asha.user_id)
    other.send(other.edit("delete", "lead", leads[0], 1))
    office.erase("lead", leads[1])
    return asha


def forget(office: Office, minutes: int) -> None:
    """The server forgets all tombstones there are; ``minutes``: some time after now, later each time."""
    moment = now_ms() + minutes * 24 * 3600_000
    for later in (0, 1):
        compact(office.engine, moment + later, timedelta(0))


def held(device: Device) -> list[str]:
    """The leads the device holds."""
    return sorted(str(row["name"]) for row in device.rows("lead"))


def test_device_offline_past_the_tombstone_horizon(office: Office, away: Device) -> None:
    forget(office, 1)
    first = away.page()
    assert (first.reset, first.complete) == (True, False)
    pages = [first]
    while not pages[-1].complete and len(pages) < 30:
        pages.append(away.page())
    page = pages[-1]
    assert [one.reset for one in pages] == [True, *[False] * (len(pages) - 1)]
    assert (page.complete, held(away)) == (True, [f"Lead {n}" for n in range(2, 10)])
    assert away.checksums() == {(c.scope, c.table): c for c in page.checksums if c.count}


def test_tombstones_forgotten_while_a_device_begins_anew(office: Office, away: Device) -> None:
    forget(office, 1)
    pages = [away.page()]
    while "Lead 2" not in held(away) and len(pages) < 30:
        pages.append(away.page())
    assert not pages[-1].complete
    (sent,) = [str(row["id"]) for row in away.rows("lead") if row["name"] == "Lead 2"]
    office.erase("lead", sent)
    forget(office, 2)
    pages = [away.page() for _ in range(12)]
    assert (pages[0].reset, pages[-1].complete) == (True, True)
    assert held(away) == [f"Lead {n}" for n in range(3, 10)]
