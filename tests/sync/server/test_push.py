"""Push: exactly once, or refused on record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import Push
from sync.server.services.push import push
from tests.sync.server.office import Office


def test_a_new_row_reaches_the_server_and_comes_back(office: Office) -> None:
    device = office.device(office.user("asha"))
    edit = device.create("lead", name="Ravi", stage="new", phone="+919812345678")
    result = device.send(edit)
    assert (result.status, result.ver) == ("applied", 1)
    device.pull()
    row = device.row("lead", edit.id)
    assert (row["name"], row["owner_id"], row["created_by"]) == ("Ravi", device.user_id, device.user_id)
    office.check()


def test_the_same_batch_twice_takes_effect_once(office: Office) -> None:
    device = office.device(office.user("asha"))
    edits = [device.create("lead", name=f"Lead {i}", stage="new") for i in range(3)]
    first = device.push(*edits)
    assert device.push(*edits) == first
    device.pull()
    assert len(device.ids("lead")) == 3
    assert {row["updated_at"] for row in device.rows("lead")} == {row["created_at"] for row in device.rows("lead")}


def test_a_lost_reply_and_new_edits_in_one_batch(office: Office) -> None:
    device = office.device(office.user("asha"))
    first = device.create("lead", name="One", stage="new")
    known = device.push(first).results[0]
    second = device.create("lead", name="Two", stage="new")
    reply = device.push(first, second)
    assert reply.results[0] == known
    assert (reply.results[1].status, reply.applied_n) == ("applied", 2)


def test_a_gap_is_refused_and_changes_nothing(office: Office) -> None:
    device = office.device(office.user("asha"))
    device.n = 4
    with pytest.raises(NxcrmError, match="gap") as refused:
        device.push(device.create("lead", name="Late", stage="new"))
    assert refused.value.details["applied_n"] == 0
    device.pull()
    assert device.ids("lead") == set()


def test_numbers_out_of_order_are_refused(office: Office) -> None:
    device = office.device(office.user("asha"))
    one, two = (device.create("lead", name="Lead", stage="new") for _ in range(2))
    with pytest.raises(NxcrmError, match="bad_request"):
        device.push(two, one)


def test_other_edits_under_known_numbers_mean_a_rewound_device(office: Office) -> None:
    device = office.device(office.user("asha"))
    device.make("lead", name="Before the backup", stage="new")
    device.n = 0
    with pytest.raises(NxcrmError, match="device_rewound"):
        device.push(device.create("lead", name="After the backup", stage="new"))


def test_a_device_cannot_speak_for_another(office: Office) -> None:
    asha, ravi = (office.device(office.user(name)) for name in ("asha", "ravi"))
    message = Push(ravi.id, 1, [ravi.create("lead", name="Forged", stage="new")])
    with pytest.raises(NxcrmError, match="forbidden"):
        push(office.engine, asha.session, message)


def test_a_poisoned_edit_is_kept_and_the_queue_moves_on(office: Office) -> None:
    device = office.device(office.user("asha"))
    bad = device.create("lead", name="Bad", stage="new", phone="call me")
    good = device.create("lead", name="Good", stage="new")
    reply = device.push(bad, good)
    assert [(r.status, r.code) for r in reply.results] == [("rejected", "invalid_value"), ("applied", "")]
    device.pull()
    assert device.ids("lead") == {good.id}
    (kept,) = device.rows("quarantine")
    assert json.loads(str(kept["changes"]))["phone"] == [None, "call me"]
    assert (kept["entity"], kept["row_id"], kept["author_id"], kept["status"]) == (
        "lead", bad.id, device.user_id, "open",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "fields", "code"),
    [
        ("lead", {"name": "X", "stage": "no_such_stage"}, "invalid_value"),
        ("lead", {"stage": "new"}, "missing_value"),
        ("lead", {"name": "X", "stage": "new", "colour": "red"}, "unknown_field"),
        ("lead", {"name": "X", "stage": "new", "budget_paise": -1}, "invalid_value"),
        ("lead", {"name": "X\x00", "stage": "new"}, "invalid_value"),
        ("lead", {"name": "X", "stage": "new", "a\x00": "b"}, "unknown_field"),
        ("vehicle", {"model": "Swift", "cost_paise": 100}, "field_not_writable"),
        ("conflict", {"entity": "lead"}, "not_allowed"),
        ("user", {"role": "admin"}, "not_allowed"),
        ("audit_event", {"action": "x"}, "unknown_table"),
        ("spaceship", {"name": "X"}, "unknown_table"),
        ("note\x00", {"a\x00": "\x00"}, "unknown_table"),
    ],
)
def test_what_may_not_be_is_refused_on_record(office: Office, table: str, fields: dict[str, Any], code: str) -> None:
    device = office.device(office.user("asha"))
    result = device.send(device.create(table, **fields))
    assert (result.status, result.code) == ("rejected", code)
    device.pull()
    assert [row["op"] for row in device.rows("quarantine")] == ["create"]
    office.check()


def test_what_was_typed_is_in_the_record_alone(office: Office) -> None:
    device = office.device(office.user("asha"))
    edit = device.create("lead", name="X", stage="new", email="ravi at example", pan="SECRET1234")
    result = device.send(edit)
    assert result.reason
    device.pull()
    (kept,) = device.rows("quarantine")
    for text in (result.reason, str(kept["reason"])):
        assert "ravi" not in text
        assert "SECRET" not in text
    assert "ravi at example" in str(kept["changes"])


def test_common_columns_are_the_servers(office: Office) -> None:
    device = office.device(office.user("asha"))
    lead = device.make("lead", name="Ravi", stage="new", created_by=new_id(), updated_at=5)
    row = office.row("lead", lead)
    assert row["created_by"] == row["updated_by"] == device.user_id
    assert int(row["updated_at"] or 0) > 5


def test_a_computed_column_is_what_the_server_computes(office: Office) -> None:
    device = office.device(office.user("meera", Role.PRIVACY_OFFICER))
    policy = device.make(
        "policy_version", version="2", language="en", body="abc", body_sha256="0" * 64, effective_on="2026-01-01"
    )
    assert office.row("policy_version", policy)["body_sha256"] == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_child_may_come_before_its_parent_in_one_batch(office: Office) -> None:
    device = office.device(office.user("asha"))
    lead = new_id()
    note = device.create("communication", kind="note", lead_id=lead, happened_at=1, body="first")
    parent = device.create("lead", lead, name="Ravi", stage="new")
    assert [r.status for r in device.push(note, parent).results] == ["applied", "applied"]
    device.pull()
    assert device.ids("communication") == {note.id}


def test_a_child_of_nobody_is_refused(office: Office) -> None:
    device = office.device(office.user("asha"))
    result = device.send(device.create("communication", kind="note", lead_id=new_id(), happened_at=1))
    assert (result.status, result.code) == ("rejected", "unknown_parent")


def test_an_id_is_used_once(office: Office) -> None:
    device = office.device(office.user("asha"))
    lead = device.make("lead", name="Ravi", stage="new")
    result = device.send(device.create("lead", lead, name="Again", stage="new"))
    assert (result.status, result.code) == ("rejected", "already_exists")


def test_an_erased_id_never_returns_and_nothing_typed_of_it_is_kept(office: Office) -> None:
    device = office.device(office.user("asha"))
    lead = device.make("lead", name="Ravi", stage="new")
    device.pull()
    office.erase("lead", lead)
    results = device.push(
        device.create("lead", lead, name="Risen", stage="new"), device.update("lead", lead, name=("Ravi", "Ravi K"))
    ).results
    assert [(r.status, r.code) for r in results] == [("gone", "erased")] * 2
    reply = device.pull()
    assert device.ids("lead") == set()
    assert not reply.rows or all("Risen" not in str(rows.rows) for rows in reply.rows)
    office.check()


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("privacy_request", {"kind": "access", "received_at": 1, "status": "open"}),
        ("legal_hold", {"reason": "Dispute", "law": "Limitation Act 1963"}),
        ("consent", {"for_purpose": "analytics", "decision": "withdrawn", "source": "letter", "decided_at": 1}),
        ("disclosure", {"recipient": "Bank", "basis": "loan", "country": "IN", "disclosed_at": 1}),
    ],
)
def test_the_privacy_desk_may_be_about_anybody(office: Office, table: str, fields: dict[str, Any]) -> None:
    asha, desk = office.device(office.user("asha")), office.device(office.user("priya", Role.PRIVACY_OFFICER))
    lead = asha.create("lead", name="Ravi", stage="new")
    asha.send(lead)
    assert desk.send(desk.create(table, lead_id=lead.id, **fields)).status == "applied"
    assert desk.send(desk.create(table, lead_id=new_id(), **fields)).code == "unknown_parent"
    desk.pull()
    assert desk.ids("lead") == set(), "naming a lead must not open it"
    office.check()
