"""A laptop's files are put back from an old copy, or copied to two machines: the way out loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.ports import Tokens
from sync.server.store.engine import read_snapshot
from sync.server.store.progress import applied_n
from sync.server.store.tables import ENTITY_TABLES
from tests.helpers.devices import Device, Server
from tests.sync.evolution.test_restored_server import Backup, next_day
from tests.sync.server.office import Office

TOKENS = Tokens("a", 0, "r")


def laptop(office: Office, folder: Path, user: str) -> Device:
    return Device(folder, Server(office.engine), user, Role.SALES)


def renew(office: Office, device: Device, *, known: bool = True) -> None:
    """What enrolling in place does: a new id, and what the server says of the old one."""
    with read_snapshot(office.engine) as connection:
        settled = applied_n(connection, device.id) if known else None
    device.id = new_id()
    device.api._device_id = device.id
    SyncStore(device.store).carry_over({Meta.DEVICE_ID: device.id}, TOKENS, settled)
    device.restart()


def copy_of(device: Device) -> Path:
    device.store.checkpoint()
    kept = device.path.with_suffix(".copy")
    shutil.copy(device.path, kept)
    return kept


def put_back(device: Device, kept: Path) -> None:
    device.store.close()
    for leftover in device.path.parent.glob(f"{device.path.name}-*"):
        leftover.unlink()
    shutil.copy(kept, device.path)
    device._open()


def rows_at(office: Office, entity: str) -> int:
    with read_snapshot(office.engine) as connection:
        return len(connection.execute(select(ENTITY_TABLES[entity].c.id)).all())


def test_a_client_restored_from_an_old_backup_goes_on_with_a_fresh_identity(office: Office, tmp_path: Path) -> None:
    device = laptop(office, tmp_path, office.user("asha"))
    with device.write() as work:
        old = work.create("lead", {"name": "Old", "stage": "new"})
    device.sync()
    with device.write() as work:
        waiting = work.create("lead", {"name": "Waiting when copied", "stage": "new"})
        work.update("lead", old, {"city": "Pune"})
    kept = copy_of(device)
    with device.write() as work:
        later = work.create("lead", {"name": "Later", "stage": "new"})
    device.sync()
    put_back(device, kept)
    with device.write() as work:
        mine = work.create("lead", {"name": "Typed on the old copy", "stage": "new"})
    with pytest.raises(NxcrmError, match="device_rewound"):
        device.engine.run()
    assert device.sync_store.state().waiting == 3
    renew(office, device)
    summary = device.sync()
    assert (summary.complete, summary.pushed, summary.rejected, summary.conflicts) == (True, 3, 0, 0)
    assert device.rows("lead").keys() == {old, waiting, later, mine}
    assert device.rows("lead")[old]["city"] == "Pune"
    assert rows_at(office, "lead") == 4
    assert rows_at(office, "quarantine") == 0
    office.check()
    device.close()


def test_a_profile_cloned_to_two_machines_becomes_two_devices(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    one = laptop(office, tmp_path, asha)
    with one.write() as work:
        both = work.create("lead", {"name": "On both", "stage": "new"})
    kept = copy_of(one)
    other = laptop(office, tmp_path, asha)
    put_back(other, kept)
    other.id = one.id
    other.api._device_id = one.id
    with one.write() as work:
        first = work.create("lead", {"name": "One", "stage": "new"})
    with other.write() as work:
        second = work.create("lead", {"name": "Two", "stage": "new"})
    one.sync()
    with pytest.raises(NxcrmError, match="device_rewound"):
        other.engine.run()
    renew(office, other)
    assert other.sync().complete
    one.sync()
    assert one.rows("lead").keys() == other.rows("lead").keys() == {both, first, second}
    assert rows_at(office, "lead") == 3
    one.close()
    other.close()


def test_a_laptop_enrolled_after_the_backup_brings_everything_it_ever_sent(office: Office, tmp_path: Path) -> None:
    """The restored server has never heard of it, nor of what it typed under an identity before."""
    asha = office.user("asha")
    backup = Backup(office, tmp_path)
    device = laptop(office, tmp_path, asha)
    with device.write() as work:
        first = work.create("lead", {"name": "First", "stage": "new"})
    device.sync()
    renew(office, device)
    with device.write() as work:
        second = work.create("lead", {"name": "Second", "stage": "new"})
    device.sync()
    backup.put_back()
    renew(office, device, known=False)
    summary = next_day(device).sync()
    assert (summary.complete, summary.pushed, summary.rejected) == (True, 2, 0)
    assert device.rows("lead").keys() == {first, second}
    office.check()
    device.close()


def test_the_same_row_made_again_by_its_maker_is_made_once_and_by_a_stranger_refused(office: Office) -> None:
    asha, bela = office.user("asha"), office.user("bela")
    lead = office.device(asha).make("lead", name="Ravi", stage="new")
    again = office.device(asha)
    assert again.send(again.create("lead", lead, name="Ravi", stage="new")).status == "applied"
    other = office.device(asha)
    assert other.send(other.create("lead", lead, name="Sita", stage="new")).code == "already_exists"
    stranger = office.device(bela)
    assert stranger.send(stranger.create("lead", lead, name="Ravi", stage="new")).code == "already_exists"
    assert office.row("lead", lead)["name"] == "Ravi"
