"""What a member of staff with a device of their own making tries at the server, and what they are told."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest

from nxcrm_desktop.domain.facts import Role
from tests.sync.server.office import Device, Office


class Staff(NamedTuple):
    """A device of each of five members of staff; asha and ravi report to meera."""

    meera: Device
    asha: Device
    ravi: Device
    farah: Device
    anil: Device


@pytest.fixture
def staff(office: Office) -> Staff:
    meera = office.user("meera", Role.MANAGER)
    users = [meera, office.user("asha", manager=meera), office.user("ravi", manager=meera)]
    users += [office.user("farah", Role.FINANCE), office.user("anil", Role.AUDITOR)]
    return Staff(*(office.device(user) for user in users))


def refused_edits(device: Device) -> list[str]:
    """Ids of the refused edits that the device is sent, without those of others it may decide on."""
    device.pull()
    return [str(row["id"]) for row in device.rows("quarantine")]


@pytest.mark.parametrize("table", ["user", "vehicle"])
def test_an_edit_refused_on_what_all_may_see_is_not_sent_to_all(office: Office, staff: Staff, table: str) -> None:
    row = staff.meera.user_id if table == "user" else office.put("vehicle", model="Swift")
    column = "full_name" if table == "user" else "no_such_column"
    assert staff.asha.send(staff.asha.update(table, row, **{column: "+919812345678"})).status == "rejected"
    assert len(refused_edits(staff.asha)) == len(refused_edits(staff.meera)) == 1
    assert refused_edits(staff.ravi) == []
    office.check()


@pytest.mark.parametrize(
    ("table", "fields"),
    [("policy_acceptance", {"accepted_at": 1}), ("usage_event", {"happened_at": 1, "feature": "leads"})],
)
def test_nobody_speaks_for_another_not_even_their_manager(staff: Staff, table: str, fields: dict[str, Any]) -> None:
    meera, asha = staff.meera, staff.asha
    meera.pull()
    if table == "policy_acceptance":
        fields = {**fields, "policy_version_id": meera.rows("policy_version")[0]["id"]}
    assert meera.send(meera.create(table, user_id=asha.user_id, **fields)).code == "not_allowed"
    meera.make(table, user_id=meera.user_id, **fields)


def test_who_may_not_change_a_lead_does_not_decide_what_becomes_of_it(staff: Staff) -> None:
    asha, farah = staff.asha, staff.farah
    other = asha.office.device(asha.user_id)
    lead = asha.make("lead", name="Ravi", stage="new")
    asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    (conflict,) = other.send(other.update("lead", lead, name=("Ravi", "Ravi Kumar"))).conflicts
    asha.send(asha.update("lead", lead, stage=("new", "no_such_stage")))
    (refused,) = refused_edits(asha)
    assert farah.send(farah.update("conflict", conflict, status=("open", "server"))).code == "not_allowed"
    assert farah.send(farah.update("quarantine", refused, status=("open", "dismissed"))).code == "not_allowed"
    assert asha.send(asha.update("conflict", conflict, status=("open", "server"))).status == "applied"
    meera = staff.meera
    assert meera.send(meera.update("quarantine", refused, status=("open", "dismissed"))).status == "applied"


def test_what_is_shared_with_somebody_stays_its_owners(staff: Staff) -> None:
    meera, asha = staff.meera, staff.asha
    view = meera.make("saved_view", name="Team", entity="lead", definition="{}", shared_with=asha.user_id)
    assert asha.send(asha.update("saved_view", view, definition=("{}", "[]"))).code == "not_allowed"
    assert asha.send(asha.edit("delete", "saved_view", view, 1)).code == "not_allowed"
    assert meera.send(meera.update("saved_view", view, shared_with=(asha.user_id, None))).status == "applied"
    assert meera.send(meera.edit("delete", "saved_view", view, 2)).status == "applied"


def test_an_edit_of_megabytes_does_not_block_those_it_is_shown_to(staff: Staff) -> None:
    meera, asha = staff.meera, staff.asha
    flood = '"' * 4_000_000
    lead = asha.make("lead", name="Ravi", stage="new")
    meera.send(meera.update("lead", lead, name=("Ravi", "Ravi K")))
    asha.send(asha.update("lead", lead, name=(flood, "Ravi Kumar")))
    asha.send(asha.update("lead", lead, stage=(flood, "no_such_stage")))
    for device in (asha, meera):
        reply = device.page()
        assert reply.complete
        assert len(msgspec.json.encode(reply)) < 1_000_000
        assert len(device.rows("quarantine")) == len(device.rows("conflict")) == 1


def test_a_payment_is_taken_back_wholly_and_once(staff: Staff) -> None:
    asha = staff.asha
    deals = [
        asha.make("transaction", lead_id=asha.make("lead", name="Ravi", stage="new"), kind="sale", stage="draft",
                  agreed_paise=100_000)
        for _ in range(2)
    ]  # fmt: skip
    line: dict[str, Any] = {"transaction_id": deals[0], "mode": "upi", "amount_paise": 5_000, "paid_on": "2026-01-01"}
    payment = asha.make("payment_entry", direction="in", **line)
    back = {**line, "direction": "out", "reverses_id": payment}
    wrong: list[dict[str, Any]] = [{"amount_paise": 1}, {"transaction_id": deals[1]}, {"direction": "in"}]
    for change in wrong:
        assert asha.send(asha.create("payment_entry", **{**back, **change})).code == "invalid_value"
    twice = asha.push(asha.create("payment_entry", **back), asha.create("payment_entry", **back)).results
    assert [result.status for result in twice] == ["applied", "rejected"]
    again = asha.office.device(asha.user_id)
    assert again.send(again.create("payment_entry", **back)).reason == "This payment was reversed before."
