"""What happens around the edits: roles change, people leave and return, requests come late, history is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.server.services.compaction import compact
from sync.server.services.writes import server_write
from sync.server.store.engine import write_transaction
from sync.server.store.tables import clock_mark
from tests.helpers.devices import Device
from tests.sync.stateful.world import EXECUTIVES, LAPTOPS, SMALL, STAFF, World

ROLES: Final = (Role.SALES, Role.SALES, Role.MANAGER, Role.FINANCE, Role.AUDITOR)
"""What a member of staff may become; most often an executive again."""
LAPTOPS_AT_MOST: Final = 8


def change_role(world: World, name: str, role: Role) -> None:
    """From the next call on; their laptops know no sooner than with the next hello."""
    change_user(world, name, {"role": role.value})


def set_active(world: World, name: str, *, active: bool) -> None:
    """Somebody leaves, or returns."""
    change_user(world, name, {"active": int(active)})


def change_user(world: World, name: str, changes: Mapping[str, Value]) -> None:
    """As an administrator does it."""
    with server_write(world.server.engine, None) as write:
        write.update("user", world.users[name], dict(changes))


def call_everybody_back(world: World) -> None:
    """Nobody is disabled any more."""
    for name in STAFF:
        set_active(world, name, active=True)


def new_laptop(world: World, name: str) -> None:
    """A further laptop of a member of staff, with nothing on it."""
    if len(world.devices) < LAPTOPS_AT_MOST:
        device = Device(world.folder, world.server, world.users[name], STAFF[name], SMALL)
        world.devices.append(device)
        world.typed[device] = {}


def deliver_late(device: Device, pick: int) -> None:
    """A request sent long ago arrives again, out of order. The answer goes nowhere, and it changes nothing."""
    if not device.api.sent:
        return
    name, message = device.api.sent[pick % len(device.api.sent)]
    before = device.api.results_at_server()
    try:
        device.api.deliver(name, message)
    except NxcrmError as error:
        assert error.code == "forbidden", error  # has left meanwhile
    assert device.api.results_at_server() == before


def compact_history(world: World) -> None:
    """The server forgets what is gone: no tombstone is old enough to be kept."""
    with write_transaction(world.server.engine) as connection:
        connection.execute(clock_mark.delete())
    moment = now_ms()
    for later in (0, 1):
        compact(world.server.engine, moment + later, timedelta(0))


def take_up(world: World, pick: int) -> None:
    """An executive makes a lead in a role that may not; the manager makes it for them, under the id it was to have."""
    author, boss = world.devices[pick % 2], world.devices[2]
    change_role(world, LAPTOPS[pick % 2], Role.AUDITOR)
    world.create_lead(author)
    world.sync(author)
    change_role(world, LAPTOPS[pick % 2], Role.SALES)
    world.sync(boss)
    known = boss.rows("lead")
    refused = [row for row in boss.rows("quarantine").values() if row["op"] == "create" and row["entity"] == "lead"]
    for one in [row for row in refused if row["row_id"] not in known][:1]:
        owner = world.users[EXECUTIVES[pick // 2 % 2]]
        with world.editing(boss) as work:
            values: dict[str, Value] = {"name": world.word(), "stage": "new", "owner_id": owner}
            work.create("lead", values, id=str(one["row_id"]))
