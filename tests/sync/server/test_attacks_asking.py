"""Typing a list of phone numbers does not tell which of them are somebody's customers."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from sync.server.services import discretion, push as push_service
from tests.sync.server.office import Device, Office

pytestmark = pytest.mark.allow_log("look_alikes_withheld")

FREE = 3
KNOWN = [f"+9198200123{n:02}" for n in range(8)]
NOBODYS = "+919999900000"


@pytest.fixture
def team(office: Office, monkeypatch: pytest.MonkeyPatch) -> tuple[Device, Device, Device]:
    """A manager, an asker, and somebody with customers."""
    monkeypatch.setattr(discretion, "FREE", FREE)
    meera = office.user("meera", Role.MANAGER)
    asha, ravi = office.user("asha", manager=meera), office.user("ravi", manager=meera)
    made = office.device(meera), office.device(asha), office.device(ravi)
    made[2].push(*(made[2].create("lead", name="Customer", stage="new", phone=phone) for phone in KNOWN))
    return made


def ask(device: Device, *phones: str) -> list[str]:
    """Make a lead of each number; returns their ids."""
    edits = [device.create("lead", name="?", stage="new", phone=phone) for phone in phones]
    assert {result.status for result in device.push(*edits).results} == {"applied"}
    return [edit.id for edit in edits]


def flagged(device: Device) -> set[str]:
    device.pull()
    return {str(row["row_id"]) for row in device.rows("duplicate")}


def test_of_a_list_only_the_first_are_told_and_whoever_has_them_sees_all(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    asked = ask(asha, *KNOWN[:6])
    assert len(flagged(asha)) == FREE
    assert flagged(asha) < set(asked)
    assert len(flagged(ravi)) == 6
    assert len(flagged(meera)) == 6 + FREE
    office.check()


def test_one_by_one_and_by_changing_a_row_comes_to_the_same(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    _, asha, _ = team
    (lead,) = ask(asha, NOBODYS)
    told, before = 0, NOBODYS
    for phone in KNOWN:
        assert asha.send(asha.update("lead", lead, phone=(before, phone))).status == "applied"
        told, before = told + len(flagged(asha)), phone
    assert told == FREE
    office.check()


def test_what_was_not_told_shows_in_no_other_way(office: Office, team: tuple[Device, Device, Device]) -> None:
    """Two rows of one's own are flagged, and no longer once one of them goes, whether a third is there or not."""
    _, asha, _ = team
    ask(asha, *KNOWN[:FREE])
    before = flagged(asha)
    for phone in (KNOWN[6], NOBODYS):
        one, two = ask(asha, phone, phone)
        assert flagged(asha) - before == {one, two}
        asha.send(asha.edit("delete", "lead", two, 1))
        assert flagged(asha) == before, phone
    office.check()


def test_what_one_sees_anyway_is_always_told(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, _ = team
    assert set(ask(meera, *KNOWN)) < flagged(meera)
    first, second = ask(asha, *[NOBODYS] * 2)
    assert flagged(asha) == {first, second}
    office.check()


def test_after_a_while_one_more_is_told(
    office: Office, team: tuple[Device, Device, Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, asha, _ = team
    ask(asha, *KNOWN[:5])
    later = now_ms() + discretion.EVERY_MS
    monkeypatch.setattr(push_service, "now_ms", lambda: later)
    ask(asha, *KNOWN[5:])
    assert len(flagged(asha)) == FREE + 1
    office.check()
