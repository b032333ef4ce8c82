"""Two devices make the same customer: both stay, and both are flagged, to each owner without a word of the other."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from tests.sync.server.office import Device, Office

PHONE = "+919820012345"


@pytest.fixture
def team(office: Office) -> tuple[Device, Device, Device]:
    """A manager and two sales executives."""
    meera = office.user("meera", Role.MANAGER)
    asha, ravi = office.user("asha", manager=meera), office.user("ravi", manager=meera)
    return office.device(meera), office.device(asha), office.device(ravi)


def flags(device: Device) -> list[dict[str, Value]]:
    device.pull()
    return device.rows("duplicate")


@pytest.mark.parametrize(
    ("table", "field", "value", "more"),
    [
        ("lead", "phone", PHONE, {"name": "Ravi", "stage": "new"}),
        ("lead", "email", "ravi@example.in", {"name": "Ravi", "stage": "new"}),
        ("contact", "phone", PHONE, {"full_name": "Ravi"}),
        ("vehicle", "registration_number", "MH12AB1234", {"model": "Swift"}),
        ("vehicle", "chassis_number", "MA3EWB22S00123456", {"model": "Swift"}),
        ("company", "gstin", "27AAPFU0939F1ZV", {"name": "Sundar"}),
    ],
)
def test_what_two_devices_made_at_once_is_kept_and_flagged(
    office: Office, team: tuple[Device, Device, Device], table: str, field: str, value: str, more: dict[str, str]
) -> None:
    meera, asha, ravi = team
    first, second = (device.make(table, **more, **{field: value}) for device in (asha, ravi))
    seen = flags(meera)
    assert {(str(row["row_id"]), row["entity"], row["field"], row["status"]) for row in seen} == {
        (row_id, table, field, "open") for row_id in (first, second)
    }
    assert len({row["group_id"] for row in seen}) == 1
    assert meera.ids(table) == {first, second}
    office.check()


def test_who_sees_one_side_learns_nothing_of_the_other(office: Office, team: tuple[Device, Device, Device]) -> None:
    _meera, asha, ravi = team
    mine = asha.make("lead", name="Ravi", stage="new", phone=PHONE)
    other = ravi.make("lead", name="Ravi Kumar", stage="new", phone=PHONE)
    (flag,) = flags(asha)
    assert flag["row_id"] == mine
    told = {str(value) for value in flag.values()}
    assert not any(secret in word for word in told for secret in (other, ravi.user_id, "Kumar", PHONE))
    assert [row["row_id"] for row in flags(ravi)] == [other]


def test_of_one_batch_too(office: Office, team: tuple[Device, Device, Device]) -> None:
    _meera, asha, _ = team
    edits = [asha.create("lead", name=f"Lead {i}", stage="new", phone=PHONE) for i in range(3)]
    asha.push(*edits)
    assert {row["row_id"] for row in flags(asha)} == {edit.id for edit in edits}
    asha.make("lead", name="Later", stage="new", phone=PHONE)
    assert (len(flags(asha)), len({row["group_id"] for row in flags(asha)})) == (4, 1)


def test_two_enquiries_of_one_customer_are_none(office: Office, team: tuple[Device, Device, Device]) -> None:
    _, asha, _ravi = team
    ravi_kumar = asha.make("contact", full_name="Ravi Kumar")
    for _ in range(2):
        asha.make("lead", name="Ravi", stage="new", phone=PHONE, contact_id=ravi_kumar)
    assert flags(asha) == []
    asha.make("lead", name="Ravi", stage="new", phone=PHONE)
    assert len(flags(asha)) == 3


def test_flags_end_with_what_they_were_about(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, ravi = team
    first, second, third = (asha.make("lead", name="R", stage="new", phone=PHONE) for _ in range(3))
    asha.send(asha.update("lead", first, phone=(PHONE, None)))
    assert {row["row_id"] for row in flags(asha)} == {second, third}
    asha.send(asha.edit("delete", "lead", second, 1))
    assert flags(asha) == flags(meera) == []  # the third is alone now
    fourth = ravi.make("lead", name="R", stage="new", phone=PHONE)
    assert {row["row_id"] for row in flags(meera)} == {third, fourth}
    office.erase("lead", fourth)
    assert flags(meera) == flags(ravi) == []
    office.check()


def test_a_flag_goes_where_its_row_goes(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, ravi = team
    mine = asha.make("lead", name="Ravi", stage="new", phone=PHONE)
    other = ravi.make("lead", name="Ravi", stage="new", phone=PHONE)
    meera.send(meera.update("lead", other, owner_id=(ravi.user_id, asha.user_id)))
    assert (flags(ravi), {row["row_id"] for row in flags(asha)}) == ([], {mine, other})


def test_a_person_decides_and_a_newcomer_opens_the_question_again(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    asha.make("lead", name="Ravi", stage="new", phone=PHONE)
    ravi.make("lead", name="Ravi", stage="new", phone=PHONE)
    for flag in flags(meera):
        assert meera.send(meera.update("duplicate", str(flag["id"]), status=("open", "kept"))).status == "applied"
    assert [row["status"] for row in flags(asha)] == ["kept"]
    asha.make("lead", name="Ravi", stage="new", phone=PHONE)
    assert sorted(str(row["status"]) for row in flags(meera)) == ["kept", "kept", "open"]


@pytest.mark.parametrize("role", [Role.FINANCE, Role.PRIVACY_OFFICER, Role.ADMIN])
def test_those_who_tidy_no_customers_are_not_told(
    office: Office, team: tuple[Device, Device, Device], role: Role
) -> None:
    _, asha, ravi = team
    for device in (asha, ravi):
        device.make("vehicle", model="Swift", registration_number="MH12AB1234")
    assert flags(office.device(office.user("other", role))) == []


def test_an_auditor_is_not_told_that_two_share_what_is_masked(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    _, asha, ravi = team
    for device in (asha, ravi):
        device.make("lead", name="Ravi", stage="new", phone=PHONE)
    seen = flags(office.device(office.user("anil", Role.AUDITOR)))
    assert [(row["field"], row["group_id"]) for row in seen] == [(None, None)] * 2


def test_devices_make_no_flags(office: Office, team: tuple[Device, Device, Device]) -> None:
    _, asha, _ = team
    lead = asha.make("lead", name="Ravi", stage="new")
    told = asha.send(asha.create("duplicate", entity="lead", row_id=lead, field="phone", group_id="g", status="open"))
    assert told.code == "not_allowed"
