"""The server's database is put back from a backup, whether or not anybody says so; the laptops bring back the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server import last_seen
from sync.server.services import restoring
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from sync.server.store.epochs import read_clock
from tests.helpers.database_backup import DatabaseBackup
from tests.helpers.devices import Device, Server
from tests.sync.server.office import Office, Row, furnish

KINDS = ["silently", "declared"]


class Backup(DatabaseBackup):
    """A copy of an office's database, made now."""

    def __init__(self, office: Office, folder: Path) -> None:
        super().__init__(office.engine, folder)


def laptop(office: Office, folder: Path, user: str, role: Role = Role.SALES) -> Device:
    return Device(folder, Server(office.engine), user, role)


def restore(office: Office, backup: Backup, how: str) -> None:
    backup.put_back()
    if how == "declared":
        restoring.begin_anew(office.engine, now_ms())


def next_day(device: Device) -> Device:
    """The program is started again: its next sync begins with hello."""
    device.restart()
    return device


def epochs(office: Office) -> int:
    with read_snapshot(office.engine) as connection:
        return 1 + len(read_clock(connection).earlier)


@pytest.mark.parametrize("how", KINDS)
def test_rows_that_the_backup_lacks_come_back(office: Office, tmp_path: Path, how: str) -> None:
    asha = office.user("asha")
    device, other = laptop(office, tmp_path, asha), laptop(office, tmp_path, asha)
    with device.write() as work:
        old = work.create("lead", {"name": "Old", "stage": "new"})
    device.sync()
    other.sync()
    backup = Backup(office, tmp_path)
    with device.write() as work:
        new = work.create("lead", {"name": "New", "stage": "new"})
        work.update("lead", old, {"city": "Pune"})
    device.sync()
    other.sync()
    with device.write() as work:
        waiting = work.create("lead", {"name": "Waiting", "stage": "new"})
    restore(office, backup, how)
    summary = next_day(device).sync()
    assert (summary.complete, summary.pushed, summary.rejected) == (True, 3, 0)
    next_day(other).sync()
    for laptop_ in (device, other):
        assert laptop_.rows("lead").keys() == {old, new, waiting}
        assert laptop_.rows("lead")[old]["city"] == "Pune"
    assert epochs(office) == 2
    office.check()
    assert device.sync().complete
    device.close()
    other.close()


def test_a_laptop_without_edits_gives_a_restored_database_away_even_without_a_hello(
    office: Office, tmp_path: Path
) -> None:
    asha = office.user("asha")
    device, other = laptop(office, tmp_path, asha), laptop(office, tmp_path, asha)
    device.sync()
    backup = Backup(office, tmp_path)
    with device.write() as work:
        new = work.create("lead", {"name": "New", "stage": "new"})
    device.sync()
    other.sync()
    restore(office, backup, "silently")
    assert other.sync().complete
    assert epochs(office) == 2
    device.sync()
    other.sync()
    assert device.rows("lead").keys() == other.rows("lead").keys() == {new}
    office.check()
    device.close()
    other.close()


@pytest.mark.parametrize("how", KINDS)
def test_the_erased_do_not_return_from_a_backup(office: Office, tmp_path: Path, how: str) -> None:
    asha = office.user("asha")
    device, other = laptop(office, tmp_path, asha), laptop(office, tmp_path, asha)
    with device.write() as work:
        lead = work.create("lead", {"name": "Ravi", "stage": "new"})
    device.sync()
    backup = Backup(office, tmp_path)
    with device.write() as work:
        work.update("lead", lead, {"city": "Pune"})
        late = work.create("lead", {"name": "Late", "stage": "new"})
    device.sync()
    office.erase("lead", lead)
    office.erase("lead", late)
    device.sync()
    other.sync()
    restore(office, backup, how)
    next_day(device).sync()
    assert device.rows("lead") == {}
    next_day(other).sync()
    assert other.rows("lead") == {}
    assert office.device(asha).pull().complete
    with other.write() as work:
        work.create("lead", {"name": "Again", "stage": "new"}, id=late)
    assert other.sync().rejected == 1
    office.check()
    device.close()
    other.close()


def test_a_forged_proof_erases_nothing(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = laptop(office, tmp_path, asha)
    lead = office.put("lead", name="Ravi", stage="new", owner_id=asha)
    device.sync()
    with device.store.transaction() as (connection, _):
        connection.connection.cursor().execute("INSERT INTO erasure (row_id, proof) VALUES (?, ?)", (lead, "ab" * 32))
    device.sync()
    assert office.row("lead", lead)["name"] == "Ravi"
    device.close()


def test_a_second_restore_to_before_the_first_is_no_strange_server(office: Office, tmp_path: Path) -> None:
    device = laptop(office, tmp_path, office.user("asha"))
    with device.write() as work:
        old = work.create("lead", {"name": "Old", "stage": "new"})
    device.sync()
    backup = Backup(office, tmp_path)
    with device.write() as work:
        new = work.create("lead", {"name": "New", "stage": "new"})
    device.sync()
    for _ in range(2):
        restore(office, backup, "silently")
        assert next_day(device).sync().complete
        assert device.rows("lead").keys() == {old, new}
    device.close()


def test_the_note_beside_the_database_gives_a_restore_away_before_anybody_is_served(
    office: Office, tmp_path: Path
) -> None:
    backup = Backup(office, tmp_path)
    office.put("lead", name="Ravi", stage="new", owner_id=office.user("asha"))
    assert not restoring.begin_if_restored(office.engine, tmp_path, now_ms())
    assert not restoring.begin_if_restored(office.engine, tmp_path, now_ms())
    backup.put_back()
    assert restoring.begin_if_restored(office.engine, tmp_path, now_ms())
    assert not restoring.begin_if_restored(office.engine, tmp_path, now_ms())
    assert epochs(office) == 2
    (tmp_path / "last-seen.json").write_text("torn")
    assert last_seen.read(tmp_path).head == 0
    assert not restoring.begin_if_restored(office.engine, tmp_path, now_ms())


def test_an_empty_answer_from_a_fresh_server_does_not_wipe_a_device(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    device = laptop(office, tmp_path, office.user("asha"))
    with device.write() as work:
        lead = work.create("lead", {"name": "Ravi", "stage": "new"})
    device.sync()
    furnish(database_url)
    fresh = Office(database_url)
    values: Row = {"username": "asha", "full_name": "asha", "role": "sales", "active": 1}
    with server_write(fresh.engine, None) as write:
        write.put("user", values, row_id=device.actor.user_id)
    device.api._server = Server(fresh.engine, key=bytes(32))
    with device.write() as work:
        mine = work.create("lead", {"name": "Mine", "stage": "new"})
    next_day(device)
    with pytest.raises(NxcrmError, match="epoch_unknown"):
        device.engine.run()
    assert device.rows("lead").keys() == {lead, mine}
    assert device.sync_store.state().waiting == 1
    fresh.engine.dispose()
    device.close()
