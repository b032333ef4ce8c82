"""Old programs, new programs and a server between them: nothing typed is lost, nobody is sent what they do not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from nxcrm_desktop.domain.dictionary import ENTITIES, SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import PROTOCOL, Hello, Pull, PullReply, Push, PushReply
from sync.server.services.hello import hello
from sync.server.services.writes import server_write
from tests.helpers.devices import Device, Server
from tests.sync.evolution.ages import bring_up_to_date, column, grow_older
from tests.sync.server.office import CURSORS, Device as Plain, Office, Row


def greet(office: Office, device: Plain, schema: int) -> tuple[int, int]:
    message = Hello(device.id, [PROTOCOL], schema)
    reply = hello(office.engine, device.session, message, CURSORS, lambda *_: "lease")
    return reply.schema_min, reply.schema_max


def dispute(office: Office, user: str) -> str:
    """A row of an entity that has columns of version 2."""
    lead = office.put("lead", name="Ravi", stage="new", owner_id=user)
    values: Row = {"entity": "lead", "row_id": lead, "field": "city", "status": "open", "replaced": '"before"'}
    with server_write(office.engine, None) as write:
        return write.put("conflict", values)


def test_an_old_client_is_sent_only_what_it_knows(office: Office) -> None:
    asha = office.user("asha")
    old, new = office.device(asha), office.device(asha)
    old.schema = 1
    conflict = dispute(office, asha)
    reply = old.pull()
    sent = {rows.table: rows.columns for rows in reply.rows}
    assert "duplicate" not in {c.table for c in reply.checksums}
    assert "replaced" not in sent["conflict"]
    assert set(sent["conflict"]) == set(ENTITIES["conflict"].columns_at(1))
    new.pull()
    assert new.row("conflict", conflict)["replaced"] == '"before"'


def test_a_server_answers_the_greeting_of_any_version(office: Office) -> None:
    device = office.device(office.user("asha"))
    for schema in (1, SCHEMA_VERSION, SCHEMA_VERSION + 7):
        assert greet(office, device, schema) == (max(1, SCHEMA_VERSION - 2), SCHEMA_VERSION)


def test_a_client_newer_than_the_server_waits_and_keeps_its_edits(office: Office, tmp_path: Path) -> None:
    device = Device(tmp_path, Server(office.engine), office.user("asha"), Role.SALES)
    with device.write() as work:
        work.create("lead", {"name": "Ravi", "stage": "new"})
    grow_older(device, SCHEMA_VERSION + 1)
    with pytest.raises(NxcrmError, match="server_outdated"):
        device.engine.run()
    assert device.sync_store.state().waiting == 1
    bring_up_to_date(device)
    assert device.sync_store.state().waiting == 1
    device.close()


def test_old_client_new_required_column_gets_the_declared_default(office: Office) -> None:
    asha = office.user("asha")
    old = office.device(asha)
    old.schema = 1
    with column("lead", "source", required=True, since=SCHEMA_VERSION, default="walk_in"):
        lead = old.make("lead", name="Ravi", stage="new")
    assert office.row("lead", lead)["source"] == "walk_in"


def test_old_client_new_required_column_without_default_is_kept_for_review(office: Office) -> None:
    asha = office.user("asha")
    old = office.device(asha)
    old.schema = 1
    with column("lead", "stage", since=SCHEMA_VERSION):
        result = old.send(old.create("lead", name="Ravi"))
    assert (result.status, result.code) == ("rejected", "missing_value")
    old.pull()
    (kept,) = old.rows("quarantine")
    assert "Ravi" in str(kept["changes"])


def test_an_edit_under_a_former_name_finds_its_column(office: Office) -> None:
    old = office.device(office.user("asha"))
    old.schema = 1
    lead = old.make("lead", name="Ravi", stage="new")
    with column("lead", "city", formerly=("town",)):
        assert old.send(old.update("lead", lead, town="Pune")).status == "applied"
    assert office.row("lead", lead)["city"] == "Pune"


def test_an_old_client_deletes_a_row_whose_new_columns_it_never_saw(office: Office) -> None:
    asha = office.user("asha")
    old = office.device(asha)
    old.schema = 1
    lead = office.put("lead", name="Ravi", stage="new", owner_id=asha, city="Pune")
    office.change("lead", lead, city="Mumbai")
    row = {n: v for n, v in office.row("lead", lead).items() if v is not None and n != "city"}
    seen = {name: (value, None) for name, value in row.items()}
    with column("lead", "city", since=SCHEMA_VERSION):
        assert old.send(old.edit("delete", "lead", lead, 1, **seen)).status == "applied"


def test_an_upgraded_client_sends_its_old_outbox_as_it_was_made(office: Office, tmp_path: Path) -> None:
    """The reply to the old program's push is lost; the new program sends the same edits again, and then its own."""
    device = Device(tmp_path, Server(office.engine), office.user("asha"), Role.SALES)
    with device.write() as work:
        old = work.create("lead", {"name": "Ravi", "stage": "new"})
    grow_older(device)

    def lose(name: str) -> None:
        if name == "push":
            raise NxcrmError("server_unreachable", "The reply was lost.")

    device.api.after = lose
    with pytest.raises(NxcrmError, match="server_unreachable"):
        device.engine.run()
    bring_up_to_date(device)
    with device.write() as work:
        new = work.create("lead", {"name": "Sita", "stage": "new"})
    assert device.sync_store.schema_of(1) == 1
    assert device.sync_store.schema_of(2) == SCHEMA_VERSION
    assert [m.n for m in device.sync_store.pending(10)] == [1], "edits of two versions are never in one batch"
    summary = device.sync()
    assert (summary.complete, summary.pushed, summary.rejected) == (True, 2, 0)
    assert device.rows("lead").keys() == {old, new}
    device.close()


def test_an_upgrade_refetches_only_what_changed_and_keeps_edits(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = Device(tmp_path, Server(office.engine), asha, Role.SALES)
    grow_older(device)
    conflict = dispute(office, asha)
    for number in range(30):
        office.put("lead", name=f"Lead {number}", stage="new", owner_id=asha)
    device.engine.run()
    assert device.rows("conflict")[conflict]["replaced"] is None
    with device.write() as work:
        work.update("conflict", conflict, {"status": "server"})
        mine = work.create("lead", {"name": "Mine", "stage": "new"})
    grow_older(device)
    bring_up_to_date(device)
    pages: list[PullReply] = []
    pull, push = device.api.pull, device.api.push

    def watched(message: Pull) -> PullReply:
        pages.append(pull(message))
        return pages[-1]

    def watched_push(message: Push) -> PushReply:
        reply = push(message)
        pages.extend([reply.page] if reply.page else [])
        return reply

    device.api.pull = watched  # type: ignore[method-assign]
    device.api.push = watched_push  # type: ignore[method-assign]
    summary = device.sync()
    assert summary.complete
    assert not any(page.reset for page in pages)
    sent = [row for page in pages for rows in page.rows if rows.table == "lead" for row in rows.rows]
    assert len(sent) == 1, "of the leads only the one just made"
    assert device.rows("conflict")[conflict]["replaced"] == '"before"'
    assert device.rows("conflict")[conflict]["status"] == "server"
    assert mine in device.rows("lead")
    assert len(device.rows("lead")) == 32
    device.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_an_upgrade_is_interrupted_the_device_ends_with_every_new_column(
    office: Office, data: st.DataObject
) -> None:
    """I3 after an upgrade: pages of any size, rows that change, come and go meanwhile."""
    asha = office.user(f"u{new_id()}")
    device = office.device(asha)
    device.schema, device.limit = 1, data.draw(st.integers(1, 5))
    conflicts = [dispute(office, asha) for _ in range(data.draw(st.integers(0, 4)))]
    for _ in range(data.draw(st.integers(0, 6))):
        device.page()
    device.schema = SCHEMA_VERSION
    for step in data.draw(st.lists(st.sampled_from(["page", "change", "make", "erase"]), max_size=8)):
        if step == "page":
            device.page()
        elif step == "make":
            conflicts.append(dispute(office, asha))
        elif conflicts and step == "change":
            office.change("conflict", data.draw(st.sampled_from(conflicts)), result=f'"{new_id()}"')
        elif conflicts:
            office.erase("conflict", conflicts.pop())
    device.pull()
    fresh = office.device(asha)
    fresh.pull()
    assert device.ids("conflict") == set(conflicts)
    assert device.rows("conflict") == fresh.rows("conflict")
    assert device.rows("lead") == fresh.rows("lead")
    office.check()
