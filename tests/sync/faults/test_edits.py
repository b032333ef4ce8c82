"""Edits that meet something else on their way, on real encrypted devices: all that was typed is shown or on record."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from sync.protocol.messages import Limits
from sync.server.services.writes import server_write
from tests.helpers.devices import Device, Server
from tests.sync.server.office import Office

ROWS = int(os.environ.get("SYNC_ROWS", "1500"))
"""How many leads are given away at once: 100,000 when asked for."""


class Firm:
    """A manager, two executives of theirs, and a device of each."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.server, self._folder = office, Server(office.engine), folder
        manager = office.user("meera", Role.MANAGER)
        self.devices: list[Device] = []
        self.meera = self.device(manager, Role.MANAGER)
        self.asha = self.device(office.user("asha", manager=manager))
        self.ravi = self.device(office.user("ravi", manager=manager))

    def device(self, user_id: str, role: Role = Role.SALES, limits: Limits | None = None) -> Device:
        """A new device of a member of staff."""
        made = Device(self._folder, self.server, user_id, role, limits)
        self.devices.append(made)
        made.sync()
        return made

    def sync(self, *devices: Device) -> None:
        """Sync these devices, in this order; then nothing waits on any of them."""
        for device in devices:
            assert device.sync().complete

    def give(self, lead: str, to: Device) -> None:
        """The manager gives a lead away, on their own laptop."""
        with self.meera.write() as work:
            work.update("lead", lead, {"owner_id": to.actor.user_id})
        self.sync(self.meera)


@pytest.fixture
def firm(office: Office, tmp_path: Path) -> Iterator[Firm]:
    made = Firm(office, tmp_path)
    yield made
    for device in made.devices:
        device.close()


def add(device: Device, **fields: Value) -> str:
    """A lead typed on a device."""
    with device.write() as work:
        return work.create("lead", {"name": "Ravi", "stage": "new", "owner_id": device.actor.user_id, **fields})


def edit(device: Device, lead: str, **fields: Value) -> None:
    """An edit typed on a device."""
    with device.write() as work:
        work.update("lead", lead, fields)


def on_first(call: str, act: Callable[[], None]) -> Callable[[str], None]:
    """A hook that acts once, at the first call of that name."""
    waiting = [act]

    def told(name: str) -> None:
        if name == call and waiting:
            waiting.pop()()

    return told


@pytest.mark.parametrize("call", ["push", "pull"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_edit_during_push_and_during_pull(firm: Firm, call: str, moment: str) -> None:
    asha, lead = firm.asha, add(firm.asha, city="Pune")
    firm.sync(asha, firm.meera)
    edit(firm.meera, lead, notes="From the manager")
    firm.sync(firm.meera)
    if call == "push":  # which brings the page along; with nothing to push, it is asked for
        edit(asha, lead, name="First")
    setattr(asha.api, moment, on_first(call, lambda: edit(asha, lead, name="Second", city="Thane")))
    assert asha.engine.run().complete
    shown = asha.rows("lead")[lead]
    assert (shown["name"], shown["city"], shown["notes"]) == ("Second", "Thane", "From the manager")
    firm.sync(firm.meera)
    assert firm.meera.rows("lead")[lead] == shown == firm.office.row("lead", lead)
    assert asha.rows("conflict") == {}


def test_lead_reassigned_with_edits_pending_away_and_back(firm: Firm) -> None:
    asha, ravi, lead = firm.asha, firm.ravi, add(firm.asha, city="Pune")
    firm.sync(asha, firm.meera)
    edit(asha, lead, name="Typed while it was given away")
    firm.give(lead, ravi)
    firm.sync(asha)
    assert lead not in asha.rows("lead")
    (kept,) = asha.rows("quarantine").values()
    assert json.loads(str(kept["changes"]))["name"][1] == "Typed while it was given away"
    firm.sync(firm.meera)
    assert firm.meera.rows("quarantine").keys() == {kept["id"]}
    assert asha.rows("conflict") == {}
    firm.sync(ravi)
    edit(ravi, lead, city="Typed while it was taken back")
    firm.give(lead, asha)
    firm.sync(asha, ravi)
    assert asha.rows("lead")[lead] == firm.office.row("lead", lead)
    assert (lead in ravi.rows("lead"), len(ravi.rows("quarantine"))) == (False, 1)
    edit(asha, lead, name="Mine again")
    firm.give(lead, ravi)
    firm.give(lead, asha)  # away and back between two syncs of its owner
    firm.sync(asha, firm.meera)
    assert firm.office.row("lead", lead)["name"] == asha.rows("lead")[lead]["name"] == "Mine again"
    firm.office.check()


@pytest.mark.parametrize("days", [-366, 366])
def test_clock_off_by_a_year(firm: Firm, days: int) -> None:
    asha, lead = firm.asha, add(firm.asha, city="Pune")
    firm.sync(asha, firm.meera)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        edit(asha, lead, city="Typed at the wrong time")
        made = add(asha, name="Made at the wrong time")
    edit(firm.meera, lead, city="Typed at the right time")
    firm.sync(firm.meera, asha, firm.meera)
    assert firm.office.row("lead", lead)["city"] == "Typed at the right time", "the server orders, not a clock"
    (conflict,) = asha.rows("conflict").values()
    assert json.loads(str(conflict["mine"])) == "Typed at the wrong time"
    assert firm.meera.rows("lead")[made] == asha.rows("lead")[made]
    year = datetime.fromtimestamp(int(str(firm.office.row("lead", made)["created_at"])) / 1000, UTC).year
    assert year == datetime.now(UTC).year, "times of record are the server's"


def test_clock_going_backwards(firm: Firm) -> None:
    asha, names = firm.asha, [f"Step {n}" for n in range(6)]
    lead, now = add(asha), datetime.now(UTC)
    for step, name in enumerate(names):
        with time_machine.travel(now - timedelta(days=step)):
            edit(asha, lead, name=name)
            if step % 2:
                asha.engine.run()
    firm.sync(asha, firm.meera)
    assert firm.meera.rows("lead")[lead]["name"] == asha.rows("lead")[lead]["name"] == names[-1]
    assert asha.rows("conflict") == {}


def test_same_field_same_value(firm: Firm) -> None:
    lead = add(firm.asha, city="Pune")
    firm.sync(firm.asha, firm.meera)
    for device in (firm.asha, firm.meera):
        edit(device, lead, city="Mumbai")
    firm.sync(firm.asha, firm.meera, firm.asha)
    assert firm.asha.rows("lead")[lead] == firm.meera.rows("lead")[lead]
    assert (firm.asha.rows("lead")[lead]["city"], firm.asha.rows("conflict")) == ("Mumbai", {})


@pytest.mark.timeout(3600 if ROWS > 10_000 else 120)
def test_100_000_rows_reassigned_at_once_scaled(firm: Firm) -> None:
    asha, ravi = firm.asha, firm.ravi
    with server_write(firm.office.engine, None) as write:
        leads = [
            write.put("lead", {"name": f"Lead {n}", "stage": "new", "owner_id": asha.actor.user_id})
            for n in range(ROWS)
        ]
    firm.sync(asha)
    edit(asha, leads[0], name="Pending while all was given away")
    with server_write(firm.office.engine, None) as write:
        for lead in leads:
            write.update("lead", lead, {"owner_id": ravi.actor.user_id})
    firm.sync(ravi, asha, firm.meera)
    assert ravi.rows("lead").keys() == firm.meera.rows("lead").keys() == set(leads)
    assert asha.rows("lead") == {}
    assert [kept["row_id"] for kept in asha.rows("quarantine").values()] == leads[:1]
    assert [device.api.refetched for device in firm.devices] == [[], [], []]
    firm.office.check()
