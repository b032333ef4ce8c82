"""Refused edits: who decides, how much is kept, and how a deletion is taken back."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server.services import push as push_service
from tests.sync.server.office import Device, Office


@pytest.fixture
def team(office: Office) -> tuple[Device, Device, str]:
    """A manager, a sales executive, and an edit of the latter that was refused."""
    meera = office.user("meera", Role.MANAGER)
    boss, asha = office.device(meera), office.device(office.user("asha", manager=meera))
    refused = asha.send(asha.create("lead", name="Ravi", stage="no such stage"))
    assert refused.code == "invalid_value"
    boss.pull()
    (kept,) = boss.rows("quarantine")
    assert kept["code"] == "invalid_value"
    return boss, asha, str(kept["id"])


def decide(device: Device, refused: str, status: str, was: str = "open") -> str:
    return device.send(device.update("quarantine", refused, status=(was, status), note="Because.")).status


def test_an_author_withdraws_and_never_dismisses(office: Office, team: tuple[Device, Device, str]) -> None:
    boss, asha, refused = team
    assert [decide(asha, refused, status) for status in ("dismissed", "returned")] == ["rejected"] * 2
    assert decide(boss, refused, "withdrawn") == "rejected"
    assert decide(asha, refused, "withdrawn") == "applied"
    boss.pull()
    seen = boss.row("quarantine", refused)
    assert (seen["status"], seen["note"], seen["updated_by"]) == ("withdrawn", "Because.", asha.user_id)


@pytest.mark.parametrize("status", ["dismissed", "returned", "applied"])
def test_a_manager_decides_and_the_author_sees_it(
    office: Office, team: tuple[Device, Device, str], status: str
) -> None:
    boss, asha, refused = team
    assert decide(boss, refused, status) == "applied"
    asha.pull()
    seen = asha.row("quarantine", refused)
    assert (seen["status"], seen["note"], seen["updated_by"]) == (status, "Because.", boss.user_id)


def test_only_the_manager_opens_again_what_they_dismissed(office: Office, team: tuple[Device, Device, str]) -> None:
    boss, asha, refused = team
    decide(boss, refused, "dismissed")
    assert decide(asha, refused, "open", "dismissed") == "rejected"
    assert decide(boss, refused, "open", "dismissed") == "applied"
    assert decide(asha, refused, "withdrawn") == "applied"
    assert decide(asha, refused, "open", "withdrawn") == "applied"


def test_a_broken_program_cannot_bury_what_people_typed(
    office: Office, team: tuple[Device, Device, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, asha, _ = team
    monkeypatch.setattr(push_service, "REFUSED_A_DAY", 3)
    bad = [asha.create("lead", name="x", stage="none") for _ in range(3)]
    with pytest.raises(NxcrmError, match="too_many_requests") as told:
        asha.push(*bad)
    assert 0 < int(told.value.details["retry_after"]) <= 86_400
    boss.pull()
    assert len(boss.rows("quarantine")) == 1
    assert len(asha.push(*bad[:2]).results) == 2  # up to the quota
    monkeypatch.setattr(push_service, "now_ms", lambda: 86_400_000 + 4_000_000_000_000)
    assert asha.push(bad[2]).results[0].status == "rejected"  # the next day; no edit was lost


def test_a_deletion_is_taken_back_with_what_was_typed_meanwhile(
    office: Office, team: tuple[Device, Device, str]
) -> None:
    boss, asha, _ = team
    lead = asha.make("lead", name="Ravi", stage="new", phone="+919820012345")
    note = asha.make("communication", kind="note", lead_id=lead, happened_at=1)
    boss.send(boss.edit("delete", "lead", lead, 1))
    assert asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K"))).status == "gone"
    told = asha.send(asha.edit("restore", "lead", lead, None, name=("Ravi", "Ravi K")))
    assert told.status == "applied"
    for device in (boss, asha):
        device.pull()
        assert device.row("lead", lead)["name"] == "Ravi K"
        assert device.ids("communication") == {note}
    asha.make("lead", name="Other", stage="new", phone="+919820012345")
    asha.pull()
    assert len(asha.rows("duplicate")) == 2
    office.check()


def test_nobody_takes_back_what_was_never_theirs_or_was_erased(
    office: Office, team: tuple[Device, Device, str]
) -> None:
    boss, asha, _ = team
    stranger = office.device(office.user("ravi"))
    lead = asha.make("lead", name="Ravi", stage="new")
    asha.send(asha.edit("delete", "lead", lead, 1))
    assert stranger.send(stranger.edit("restore", "lead", lead)).code == "out_of_scope"
    finance = office.device(office.user("farah", Role.FINANCE))
    assert finance.send(finance.edit("restore", "lead", lead)).code == "not_allowed"
    office.erase("lead", lead)
    assert boss.send(boss.edit("restore", "lead", lead)).code == "erased"
