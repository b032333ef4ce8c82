"""What somebody tries with rows they had once: no place in the feed that time left behind opens them again."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from nxcrm_desktop.domain.facts import Role
from tests.sync.server.office import Device, Office


class Staff(NamedTuple):
    """A device of each; asha and ravi report to meera."""

    meera: Device
    asha: Device
    ravi: Device


@pytest.fixture
def staff(office: Office) -> Staff:
    meera = office.user("meera", Role.MANAGER)
    users = [meera, office.user("asha", manager=meera), office.user("ravi", manager=meera)]
    return Staff(*(office.device(user) for user in users))


def given_away(office: Office, staff: Staff) -> str:
    """A follow-up that asha deleted before its lead was given to ravi."""
    lead = staff.asha.make("lead", name="Ravi", stage="new")
    note = staff.asha.make("communication", kind="note", lead_id=lead, happened_at=1, subject="met")
    assert staff.asha.send(staff.asha.edit("delete", "communication", note, 1)).status == "applied"
    office.change("lead", lead, owner_id=staff.ravi.user_id)
    return note


def test_what_was_deleted_under_ones_hands_is_not_taken_back_into_anothers(office: Office, staff: Staff) -> None:
    note = given_away(office, staff)
    told = staff.asha.send(staff.asha.edit("restore", "communication", note, None, subject=("met", "mine for ever")))
    assert told.code == "out_of_scope"
    staff.ravi.pull()
    assert staff.ravi.ids("communication") == set()
    office.check()


def test_who_lost_a_row_before_it_came_back_does_not_change_it(office: Office, staff: Staff) -> None:
    note = given_away(office, staff)
    assert staff.meera.send(staff.meera.edit("restore", "communication", note)).status == "applied"
    asha = staff.asha
    for edit in (
        asha.update("communication", note, subject=("met", "mine for ever")),
        asha.edit("delete", "communication", note, 1),
        asha.edit("restore", "communication", note),
    ):
        told = asha.send(edit)
        assert (told.status, told.code, told.ver) == ("rejected", "out_of_scope", None)
    assert office.row("communication", note)["subject"] == "met"
    staff.ravi.pull()
    assert staff.ravi.ids("communication") == {note}
    office.check()


def test_a_row_is_taken_back_and_gone_on_with_in_one_batch(office: Office, staff: Staff) -> None:
    lead = staff.asha.make("lead", name="Ravi", stage="new")
    staff.asha.send(staff.asha.edit("delete", "lead", lead, 1))
    back = staff.asha.edit("restore", "lead", lead)
    renamed = staff.asha.update("lead", lead, name=("Ravi", "Ravi K"))
    task = staff.asha.create("task", subject="Call", status="open", lead_id=lead)
    assert [one.status for one in staff.asha.push(back, renamed, task).results] == ["applied"] * 3
    office.check()


def test_making_a_row_again_tells_nothing_of_what_it_holds_now(office: Office, staff: Staff) -> None:
    asha, phone = staff.asha, "+919820012345"
    first = asha.create("lead", name="Ravi", stage="new", phone=phone)
    assert asha.send(first).status == "applied"
    again = asha.edit("create", "lead", first.id, None, name="Ravi", stage="new", phone=phone)
    assert asha.send(again).status == "applied", "of one's own it may be told"
    office.change("lead", first.id, owner_id=staff.ravi.user_id)
    right = asha.edit("create", "lead", first.id, None, name="Ravi", stage="new", phone=phone)
    wrong = asha.edit("create", "lead", first.id, None, name="Ravi", stage="new", phone="+919820054321")
    told = [asha.send(edit) for edit in (right, wrong)]
    assert {(one.status, one.code, one.ver) for one in told} == {("rejected", "already_exists", None)}
