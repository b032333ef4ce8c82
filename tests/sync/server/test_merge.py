"""Edits meeting edits: per field, delete against edit, and what is kept of the losing side."""

from __future__ import annotations

import json

import pytest

from nxcrm_desktop.domain.facts import Role
from tests.sync.server.office import Device, Office


@pytest.fixture
def pair(office: Office) -> tuple[Device, Device, str]:
    """A sales executive's device, their manager's, and a lead that both hold."""
    manager = office.user("meera", Role.MANAGER)
    asha, meera = office.device(office.user("asha", manager=manager)), office.device(manager)
    lead = asha.make("lead", name="Ravi", stage="new", city="Pune", tags='["hot"]', notes="Called.", source="web")
    asha.pull()
    meera.pull()
    return asha, meera, lead


def test_different_fields_merge(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, meera, lead = pair
    asha.send(asha.update("lead", lead, city=("Pune", "Mumbai")))
    result = meera.send(meera.update("lead", lead, name=("Ravi", "Ravi Kumar")))
    assert (result.status, result.ver, result.conflicts) == ("applied", 3, [])
    row = office.row("lead", lead)
    assert (row["city"], row["name"]) == ("Mumbai", "Ravi Kumar")


def test_the_same_field_waits_for_a_person(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, meera, lead = pair
    asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    result = meera.send(meera.update("lead", lead, name=("Ravi", "Ravi Kumar")))
    assert result.status == "conflict"
    assert office.row("lead", lead)["name"] == "Ravi K"
    for device in (asha, meera):
        device.pull()
        (conflict,) = device.rows("conflict")
        assert [conflict["id"]] == result.conflicts
        assert [json.loads(str(conflict[side])) for side in ("base", "mine", "theirs")] == [
            "Ravi", "Ravi Kumar", "Ravi K",
        ]  # fmt: skip
        assert (conflict["mine_by"], conflict["theirs_by"]) == (meera.user_id, asha.user_id)
        assert (conflict["status"], conflict["field"], conflict["row_id"]) == ("open", "name", lead)
    office.check()


def test_a_conflict_is_resolved_by_ordinary_edits(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, meera, lead = pair
    asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    (conflict,) = meera.send(meera.update("lead", lead, name=("Ravi", "Ravi Kumar"))).conflicts
    results = meera.push(
        meera.update("lead", lead, name=("Ravi K", "Ravi Kumar")),
        meera.update("conflict", conflict, status=("open", "mine")),
    ).results
    assert [r.status for r in results] == ["applied", "applied"]
    asha.pull()
    assert (asha.row("lead", lead)["name"], asha.row("conflict", conflict)["status"]) == ("Ravi Kumar", "mine")


@pytest.mark.parametrize(
    ("field", "base", "first", "second", "kept", "status", "records"),
    [
        ("tags", '["hot"]', '["hot","vip"]', '["cash"]', '["cash","vip"]', "merged", []),
        ("notes", "Called.", "Called.\nBusy.", "Called.\nAway.", "Called.\nBusy.\nAway.", "merged", []),
        ("source", "web", "walk-in", "referral", "walk-in", "merged", ["server"]),
        ("rating", None, "hot", "cold", "cold", "merged", ["mine"]),
        ("name", "Ravi", "R", "R", "R", "applied", []),
    ],
)
def test_each_field_merges_by_its_policy(
    office: Office, pair: tuple[Device, Device, str], field: str, base: str | None, first: str, second: str, kept: str,
    status: str, records: list[str],
) -> None:  # fmt: skip
    asha, meera, lead = pair
    asha.send(asha.update("lead", lead, **{field: (base, first)}))
    result = meera.send(meera.update("lead", lead, **{field: (base, second)}))
    assert (result.status, office.row("lead", lead)[field]) == (status, kept)
    asha.pull()
    assert [row["status"] for row in asha.rows("conflict")] == records


def test_a_device_does_not_quarrel_with_itself(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, _, lead = pair
    first = asha.update("lead", lead, name=("Ravi", "Ravi K"))
    second = asha.update("lead", lead, name=("Ravi K", "Ravi Kumar"))
    third = asha.edit("delete", "lead", lead, 1, name=("Ravi Kumar", None), **_seen(asha, lead))
    assert [r.status for r in asha.push(first, second, third).results] == ["applied"] * 3


def _seen(device: Device, lead: str) -> dict[str, tuple[str | int | None, None]]:
    row = device.row("lead", lead)
    return {name: (value, None) for name, value in row.items() if value is not None and name not in ("id", "name")}


def test_an_edit_of_a_deleted_row_is_kept_and_the_row_stays_deleted(
    office: Office, pair: tuple[Device, Device, str]
) -> None:
    asha, meera, lead = pair
    assert (
        meera.send(meera.edit("delete", "lead", lead, 1, name=("Ravi", None), **_seen(meera, lead))).status == "applied"
    )
    result = asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    assert (result.status, result.code) == ("gone", "deleted")
    for device in (asha, meera):
        device.pull()
        assert device.ids("lead") == set()
        (kept,) = device.rows("quarantine")
        assert json.loads(str(kept["changes"])) == {"name": ["Ravi", "Ravi K"]}
    office.check()


def test_a_row_edited_since_is_not_deleted(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, meera, lead = pair
    asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    result = meera.send(meera.edit("delete", "lead", lead, 1, name=("Ravi", None), **_seen(meera, lead)))
    assert (result.status, len(result.conflicts)) == ("conflict", 1)
    meera.pull()
    assert meera.ids("lead") == {lead}
    (conflict,) = meera.rows("conflict")
    assert (conflict["field"], conflict["mine"], conflict["status"]) == ("*", "null", "open")
    assert json.loads(str(conflict["theirs"]))["name"] == "Ravi K"


def test_deleting_twice_is_no_quarrel(office: Office, pair: tuple[Device, Device, str]) -> None:
    asha, meera, lead = pair
    for device in (asha, meera):
        edit = device.edit("delete", "lead", lead, 1, name=("Ravi", None), **_seen(device, lead))
        assert device.send(edit).status == "applied"
    office.check()


@pytest.mark.parametrize("base", ["[1", "7", '{"a":1}', '"x"'])
def test_a_base_that_is_no_tags_harms_nobody(office: Office, pair: tuple[Device, Device, str], base: str) -> None:
    asha, _, lead = pair
    assert asha.send(asha.update("lead", lead, tags=(base, '["x"]'))).status == "merged"
    assert office.row("lead", lead)["tags"] == '["hot","x"]'
