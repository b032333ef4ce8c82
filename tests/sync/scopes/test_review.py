"""Refused edits, conflicts and look-alikes as people decide them, each on their own device."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.conflicts import ConflictService
from nxcrm_desktop.services.duplicates import DuplicateService
from nxcrm_desktop.services.records import RecordService
from nxcrm_desktop.services.review import RefusedEdit, ReviewService
from tests.helpers.devices import Device
from tests.sync.scopes.conftest import Laptop
from tests.sync.server.office import Office

PHONE = "+919820012345"


@dataclass
class Team:
    office: Office
    meera: Device
    asha: Device
    lead: str

    def review(self, device: Device) -> ReviewService:
        return ReviewService(device.store, device.actor)

    def refused(self, device: Device) -> RefusedEdit:
        device.sync()
        (one,) = self.review(device).list()
        return one

    def sync(self) -> None:
        for device in (self.asha, self.meera, self.asha, self.meera):
            device.sync()
        self.office.check()


@pytest.fixture
def team(office: Office, laptop: Laptop) -> Team:
    """A manager, a sales executive, and a lead of the latter on both laptops."""
    meera = office.user("Meera", Role.MANAGER)
    asha = office.user("Asha", manager=meera)
    boss, rep = laptop(meera, Role.MANAGER), laptop(asha, Role.SALES)
    for device in (boss, rep):
        device.sync()
    with rep.write() as work:
        lead = work.create("lead", {"name": "Ravi", "stage": "new", "city": "Pune", "owner_id": asha})
    made = Team(office, boss, rep, lead)
    made.sync()
    return made


def moved_away(team: Team) -> str:
    """The lead is given to a colleague while its former owner changes it; returns the colleague's id."""
    other = team.office.user("Ravi", manager=team.meera.actor.user_id)
    team.office.change("lead", team.lead, owner_id=other)
    with team.asha.write() as work:
        work.update("lead", team.lead, {"city": "Goa"})
    team.asha.sync()
    return other


def test_a_manager_applies_what_a_rep_could_not(team: Team) -> None:
    moved_away(team)
    assert team.lead not in team.asha.rows("lead")
    seen = team.refused(team.meera)
    assert (seen.author, seen.code, seen.row_title, set(seen.may)) == (
        "Asha", "out_of_scope", "Ravi", {"apply", "dismiss", "return"},
    )  # fmt: skip
    (city,) = seen.fields
    assert (city.name, city.old, city.wanted, city.now) == ("city", "Pune", "Goa", "Pune")
    team.review(team.meera).apply(seen.id, {"city": "Pune"})
    team.sync()
    assert team.office.row("lead", team.lead)["city"] == "Goa"
    told = team.review(team.asha).list(waiting=False)[0]
    assert (told.status, told.decided_by, team.review(team.asha).list()) == ("applied", "Meera", [])


def test_a_record_command_decides_by_the_same_rules(team: Team) -> None:
    moved_away(team)
    seen = team.refused(team.meera)
    records = RecordService(team.meera.store, team.meera.actor)
    for changes, code in (({"status": "dismissed"}, "invalid_value"), ({"status": "withdrawn"}, "not_allowed")):
        with pytest.raises(NxcrmError) as refused:
            records.update("quarantine", seen.id, changes)
        assert refused.value.code == code
    records.update("quarantine", seen.id, {"status": "dismissed", "note": "Sold."})
    with pytest.raises(NxcrmError) as settled:
        records.update("quarantine", seen.id, {"status": "applied"})
    assert "open it again" in settled.value.todo.lower()
    records.update("quarantine", seen.id, {"status": "open"})
    assert team.review(team.meera).get(seen.id).status == "open"


def test_what_was_shown_must_still_be_so(team: Team) -> None:
    moved_away(team)
    seen = team.refused(team.meera)
    with team.meera.write() as work:
        work.update("lead", team.lead, {"city": "Mumbai"})
    with pytest.raises(NxcrmError, match="changed_since"):
        team.review(team.meera).apply(seen.id, {"city": "Pune"})
    assert team.review(team.meera).get(seen.id).status == "open"


def test_an_edit_is_given_back_and_withdrawn(team: Team) -> None:
    moved_away(team)
    seen = team.refused(team.meera)
    team.review(team.meera).decide(seen.id, "return", "Ask the owner.")
    team.sync()
    back = team.refused(team.asha)
    assert (back.status, back.note, back.decided_by, set(back.may)) == (
        "returned",
        "Ask the owner.",
        "Meera",
        {"withdraw"},
    )
    team.review(team.asha).decide(back.id, "withdraw", "Done by phone.")
    team.sync()
    assert team.review(team.meera).list() == []
    assert team.review(team.meera).list(waiting=False)[0].status == "withdrawn"


def test_dismissing_needs_a_manager_and_a_reason(team: Team) -> None:
    moved_away(team)
    mine = team.refused(team.asha)
    with pytest.raises(NxcrmError, match="not_allowed"):
        team.review(team.asha).decide(mine.id, "dismiss", "No.")
    seen = team.refused(team.meera)
    with pytest.raises(NxcrmError, match="invalid_value"):
        team.review(team.meera).decide(seen.id, "dismiss", " ")
    team.review(team.meera).decide(seen.id, "dismiss", "Wrong customer.")
    team.sync()
    assert team.review(team.asha).list(waiting=False)[0].note == "Wrong customer."
    team.review(team.meera).decide(seen.id, "reopen")
    team.sync()
    assert team.refused(team.asha).status == "open"


def test_work_on_a_deleted_record_brings_it_back(team: Team) -> None:
    with team.meera.write() as work:
        work.delete("lead", team.lead)
    with team.asha.write() as work:
        work.update("lead", team.lead, {"city": "Goa"})
    team.meera.sync()
    seen = team.refused(team.asha)
    assert (seen.code, seen.row_exists, "apply" in seen.may) == ("deleted", False, True)
    team.review(team.asha).apply(seen.id)
    team.sync()
    for device in (team.asha, team.meera):
        assert device.rows("lead")[team.lead]["city"] == "Goa"


def test_a_deletion_is_taken_back_by_name(team: Team) -> None:
    records = RecordService(team.meera.store, team.meera.actor)
    with pytest.raises(NxcrmError, match="already_exists"):
        records.restore("lead", team.lead)
    records.delete("lead", team.lead)
    records.restore("lead", team.lead)  # before the deletion was sent, and then again after
    team.sync()
    assert team.lead in team.asha.rows("lead")
    records.delete("lead", team.lead)
    team.sync()
    records.restore("lead", team.lead)
    team.sync()
    assert team.lead in team.asha.rows("lead")
    assert team.lead in team.meera.rows("lead")


def test_a_child_of_a_lead_that_went_is_made_by_the_manager(team: Team) -> None:
    other = team.office.user("Ravi", manager=team.meera.actor.user_id)
    team.office.change("lead", team.lead, owner_id=other)
    with team.asha.write() as work:
        note = work.create("communication", {"kind": "note", "lead_id": team.lead, "happened_at": 1, "body": "Paid"})
    team.asha.sync()
    seen = team.refused(team.meera)
    assert (seen.op, seen.entity, seen.row_exists) == ("create", "communication", False)
    RecordService(team.meera.store, team.meera.actor).update("quarantine", seen.id, {"status": "applied"})
    team.sync()
    assert team.office.row("communication", note)["body"] == "Paid"


def test_what_cannot_be_read_is_shown_as_text(team: Team) -> None:
    team.office.put(
        "quarantine", entity="unknown", row_id="unknown", op="unknown", changes='{"raw":"{broken"}', reason="?",
        author_id=team.asha.actor.user_id, status="open",
    )  # fmt: skip
    seen = team.refused(team.meera)
    assert (seen.raw, seen.fields, set(seen.may)) == ("{broken", (), {"dismiss", "return"})


def resolved(team: Team, take: str) -> ConflictService:
    with team.asha.write() as work:
        work.update("lead", team.lead, {"name": "Ravi K"})
    with team.meera.write() as work:
        work.update("lead", team.lead, {"name": "Ravi Kumar"})
    team.sync()
    service = ConflictService(team.meera.store, team.meera.actor)
    service.resolve(service.list()[0].id, take, "Ravi B" if take == "merged" else None)  # type: ignore[arg-type]
    team.sync()
    return service


@pytest.mark.parametrize(("take", "name"), [("mine", "Ravi Kumar"), ("merged", "Ravi B"), ("server", "Ravi K")])
def test_a_resolution_is_undone_by_anyone_who_may_resolve(team: Team, take: str, name: str) -> None:
    service = resolved(team, take)
    assert team.office.row("lead", team.lead)["name"] == name
    (closed,) = service.list(status=take)
    assert (closed.resolved_by, closed.resolved_at > 0) == ("Meera", True)
    ConflictService(team.asha.store, team.asha.actor).undo(closed.id)
    team.sync()
    assert team.office.row("lead", team.lead)["name"] == "Ravi K"
    assert [view.id for view in service.list()] == [closed.id]
    with pytest.raises(NxcrmError, match="conflict_open"):
        service.undo(closed.id)


def test_nothing_typed_after_a_resolution_is_undone_with_it(team: Team) -> None:
    service = resolved(team, "mine")
    with team.meera.write() as work:
        work.update("lead", team.lead, {"name": "Ravi Kumar Jr"})
    with pytest.raises(NxcrmError, match="changed_since"):
        service.undo(service.list(status="mine")[0].id)


def test_a_deletion_chosen_in_a_conflict_is_undone(team: Team) -> None:
    with team.asha.write() as work:
        work.update("lead", team.lead, {"name": "Ravi K"})
    with team.meera.write() as work:
        work.delete("lead", team.lead)
    team.sync()
    service = ConflictService(team.meera.store, team.meera.actor)
    (open_one,) = service.list()
    service.resolve(open_one.id, "mine")
    team.sync()
    assert team.lead not in team.asha.rows("lead")
    service.undo(open_one.id)
    team.sync()
    assert team.asha.rows("lead")[team.lead]["name"] == "Ravi K"


def test_look_alikes_are_laid_side_by_side_and_kept(team: Team, laptop: Laptop) -> None:
    ravi = laptop(team.office.user("Ravi", manager=team.meera.actor.user_id), Role.SALES)
    ravi.sync()
    for device, name in ((team.asha, "Anil"), (ravi, "Anil Shah")):
        with device.write() as work:
            work.create("lead", {"name": name, "stage": "new", "phone": PHONE, "owner_id": device.actor.user_id})
    team.sync()
    ravi.sync()
    team.sync()
    seen = DuplicateService(team.meera.store, team.meera.actor)
    (group,) = seen.list()
    assert (group.value, {member.title for member in group.members}) == (PHONE, {"Anil", "Anil Shah"})
    hers = DuplicateService(team.asha.store, team.asha.actor)
    (half,) = hers.list()
    assert [member.title for member in half.members] == ["Anil"]
    assert hers.of("lead", half.members[0].record.id) == [half]
    assert seen.keep(group.id) == 2
    team.sync()
    assert (seen.list(), hers.list()) == ([], [])
    assert seen.reopen(group.id) == 2
    assert b"Shah" not in team.asha.path.read_bytes()


def test_only_those_who_may_decide(team: Team, laptop: Laptop) -> None:
    auditor = laptop(team.office.user("Anil", Role.AUDITOR), Role.AUDITOR)
    moved_away(team)
    assert team.refused(auditor).may == set()
    with pytest.raises(NxcrmError, match="not_allowed"):
        DuplicateService(auditor.store, auditor.actor).keep(new_id())
