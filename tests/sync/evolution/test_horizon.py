"""Old tombstones go; a device that was away for longer fetches everything anew, and keeps what was typed on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from nxcrm_desktop.domain.clock import DAY_MS, now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server.services import compaction
from sync.server.services.compaction import compact
from sync.server.store.engine import read_snapshot
from sync.server.store.feed import Op
from sync.server.store.tables import feed, mutation_log
from tests.helpers.devices import Device, Server
from tests.sync.server.office import Office

KEEP = timedelta(days=180)
HALF_A_YEAR = 181 * DAY_MS


def tombstones(office: Office) -> int:
    with read_snapshot(office.engine) as connection:
        return connection.execute(select(func.count()).where(feed.c.op != Op.PUT)).scalar_one()


def pass_time(office: Office) -> int:
    """The job runs now and half a year later; returns how much it removed."""
    compact(office.engine, now_ms(), KEEP)
    return compact(office.engine, now_ms() + HALF_A_YEAR, KEEP)


def laptop(office: Office, folder: Path, user: str) -> Device:
    return Device(folder, Server(office.engine), user, Role.SALES)


def test_a_device_offline_past_the_horizon_is_reset_and_keeps_its_edits(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    kept, deleted, erased, moved = (
        office.put("lead", name=name, stage="new", owner_id=asha) for name in ("Kept", "Deleted", "Erased", "Moved")
    )
    device, witness = laptop(office, tmp_path, asha), laptop(office, tmp_path, asha)
    device.sync()
    witness.sync()
    with device.write() as work:
        work.update("lead", kept, {"city": "Pune"})
        work.update("lead", deleted, {"city": "Pune"})
        work.update("lead", erased, {"city": "Pune"})
        mine = work.create("lead", {"name": "Mine", "stage": "new"})
    with witness.write() as work:
        work.delete("lead", deleted)
    witness.sync()
    office.erase("lead", erased)
    office.change("lead", moved, owner_id=office.user("bela"))
    assert tombstones(office) == 3
    assert pass_time(office) >= 3
    assert tombstones(office) == 0
    device.restart()
    summary = device.sync()
    assert (summary.complete, summary.pushed, summary.rejected) == (True, 4, 2)
    assert device.rows("lead").keys() == {kept, mine}
    assert office.row("lead", kept)["city"] == "Pune"
    refused = {row["row_id"] for row in device.rows("quarantine").values()}
    assert deleted in refused or any(row["code"] == "out_of_scope" for row in device.rows("quarantine").values())
    assert office.device(asha).pull().complete
    office.check()
    device.close()
    witness.close()


def test_a_device_at_the_head_is_not_reset_by_compaction(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    office.put("lead", name="Ravi", stage="new", owner_id=asha)
    gone = office.put("lead", name="Gone", stage="new", owner_id=asha)
    office.erase("lead", gone)
    device = laptop(office, tmp_path, asha)
    device.sync()
    pass_time(office)
    assert device.sync().pulled == 0
    device.close()


def test_an_erased_id_does_not_return_after_its_tombstone_is_gone(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = laptop(office, tmp_path, asha)
    with device.write() as work:
        lead = work.create("lead", {"name": "Ravi", "stage": "new"})
    device.sync()
    office.erase("lead", lead)
    device.sync()
    pass_time(office)
    with device.write() as work:
        work.create("lead", {"name": "Ravi again", "stage": "new"}, id=lead)
    assert device.sync().rejected == 1
    assert device.rows("lead") == {}
    device.close()


def test_a_clock_off_by_a_year_and_going_backwards_moves_the_horizon_once(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = laptop(office, tmp_path, asha)
    office.put("lead", name="Ravi", stage="new", owner_id=asha)
    device.sync()
    now = now_ms()
    for moment in (now, now + 365 * DAY_MS, now - 365 * DAY_MS, now, now + HALF_A_YEAR):
        compact(office.engine, moment, KEEP)
        assert device.sync().complete
    assert len(device.rows("lead")) == 1
    device.close()


def test_results_that_the_device_has_are_forgotten_and_a_replay_of_them_is_refused(
    office: Office, tmp_path: Path
) -> None:
    device = laptop(office, tmp_path, office.user("asha"))
    with device.write() as work:
        work.create_many("lead", [{"name": f"Lead {i}", "stage": "new"} for i in range(compaction.KEPT_RESULTS + 40)])
    device.sync()
    device.restart()
    device.sync()
    compact(office.engine, now_ms(), KEEP)
    with read_snapshot(office.engine) as connection:
        assert (
            connection.execute(select(func.count()).select_from(mutation_log)).scalar_one() == compaction.KEPT_RESULTS
        )
    with device.write() as work:
        work.create("lead", {"name": "One more", "stage": "new"})
    assert device.sync().complete
    device.close()


def test_what_a_device_remembers_of_rows_it_lost_goes_before_it_could_miss_their_erasure(
    office: Office, tmp_path: Path
) -> None:
    device = laptop(office, tmp_path, office.user("asha"))
    stranger = office.put("lead", name="Ravi", stage="new", owner_id=office.user("bela"))
    with device.store.transaction() as (connection, _):
        connection.connection.cursor().execute(
            "INSERT INTO sync_log (at, kind, entity, row_id, detail) VALUES (?, 'edit', 'lead', ?, '')",
            (now_ms() - HALF_A_YEAR, stranger),
        )
    device.sync()
    with device.store.read() as reader:
        assert reader.cursor.execute("SELECT count(*) FROM sync_log").fetchone()[0] == 0
    device.close()


def test_no_error_of_a_network_leaves_a_reset_half_done(office: Office, tmp_path: Path) -> None:
    """The device dies between the pages of its reset: the next run goes on, nothing waiting is lost."""
    asha = office.user("asha")
    for number in range(30):
        office.put("lead", name=f"Lead {number}", stage="new", owner_id=asha)
    device = laptop(office, tmp_path, asha)
    device.sync()
    gone = office.put("lead", name="Gone", stage="new", owner_id=asha)
    office.erase("lead", gone)
    pass_time(office)
    with device.write() as work:
        mine = work.create("lead", {"name": "Mine", "stage": "new"})
    device.api.before = _unreachable
    try:
        device.engine.run()
    except NxcrmError as error:
        assert error.code == "server_unreachable"
    assert device.sync().complete
    assert len(device.rows("lead")) == 31
    assert mine in device.rows("lead")
    device.close()


def _unreachable(call: str) -> None:
    if call == "pull":
        raise NxcrmError("server_unreachable", "The network went away.")
