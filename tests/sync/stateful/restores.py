"""What is put back from old copies: the server's database, a laptop's file; and a laptop's file on two machines."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from nxcrm_desktop.domain.clock import now_ms
from sync.server.services import restoring
from tests.helpers.database_backup import DatabaseBackup
from tests.helpers.devices import Device
from tests.sync.stateful.upheavals import LAPTOPS_AT_MOST
from tests.sync.stateful.world import (
    SMALL,
    Identity,
    ServerCopy,
    World,
    identity,
    renew,
    take_role,
)


def keep_server(world: World) -> None:
    """Back up the server's database."""
    _note_delivered(world)
    database = DatabaseBackup(world.server.engine, Path(mkdtemp(dir=world.folder)))
    world.server_copy = ServerCopy(database, dict(world.delivered), frozenset(d.id for d in world.devices))


def put_server_back(world: World) -> None:
    """The server is as it was; laptops it has not heard of yet are enrolled anew. Old requests are lost.

    Not while two machines pass for one laptop: what the server lost of one of them, it may have of the other.
    """
    if world.server_copy is None or len({device.id for device in world.devices}) < len(world.devices):
        return
    restoring.note_progress(world.server.engine, world.folder)  # as the running server does all the time
    world.server_copy.database.put_back()
    restoring.begin_if_restored(world.server.engine, world.folder, now_ms())
    world.delivered = dict(world.server_copy.delivered)
    for device in world.devices:
        device.api.sent.clear()
        world.settled[device].update(archived(device).values())
        if device.id not in world.server_copy.laptops:
            renew(device, known=False)
        _forget_lost(world, device)
        world.check_own_writes(device)
    world.restored = True


def keep_laptop(world: World, device: Device) -> None:
    """Copy a laptop's file."""
    world.laptop_copies[device] = device.id, _copy(device)


def put_laptop_back(world: World, device: Device) -> None:
    """The laptop is as it was when its file was copied: what was typed since and not sent is lost with its disk."""
    if device not in world.laptop_copies:
        return
    _note_delivered(world)
    number, file = world.laptop_copies[device]
    _replace(device, file, number)
    world.copied.add(number)
    take_role(device)
    _forget_lost(world, device)
    world.check_own_writes(device)


def clone(world: World, device: Device) -> None:
    """The same file on two machines."""
    if len(world.devices) >= LAPTOPS_AT_MOST:
        return
    other = Device(world.folder, world.server, device.actor.user_id, device.actor.role, SMALL)
    _replace(other, _copy(device), device.id)
    take_role(other)
    world.devices.append(other)
    world.typed[other] = dict(world.typed[device])
    world.settled[other] = set(world.settled[device])
    world.copied.add(device.id)


def _note_delivered(world: World) -> None:
    for device in world.devices:
        for name, message in device.api.sent:
            if name == "push":
                world.delivered |= {(message.device, edit.n): identity(edit) for edit in message.mutations}
        device.api.sent.clear()


def _forget_lost(world: World, device: Device) -> None:
    """Of what was typed, only what some disk still has is to be found in the end."""
    known = {*world.delivered.values(), *archived(device).values()}
    with device.store.read() as reader:
        known |= {identity(entry) for entry in reader.outbox()}
    for lost in world.typed[device].keys() - known:
        del world.typed[device][lost]


def archived(device: Device) -> dict[int, Identity]:
    """Settled edits that the laptop still has, by number; those of earlier identities are numbered below 1."""
    with device.store.read() as reader:
        rows = reader.cursor.execute("SELECT n, grp, op, entity, row_id FROM settled ORDER BY n").fetchall()
    return {n: (grp, op, entity, row_id) for n, grp, op, entity, row_id in rows}


def _copy(device: Device) -> Path:
    device.store.checkpoint()
    return Path(shutil.copy(device.path, Path(mkdtemp(dir=device.path.parent)) / "copy.db"))


def _replace(device: Device, file: Path, number: str) -> None:
    device.store.close()
    for leftover in device.path.parent.glob(f"{device.path.name}-*"):
        leftover.unlink()
    shutil.copy(file, device.path)
    device.id = device.api._device_id = number
    device.api.sent.clear()
    device._open()
