"""Records by name, as the command line has them: texts in, and through the service of the aggregate."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.records import RecordService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import staff


@pytest.fixture
def records(store: Store, asha: Actor) -> RecordService:
    return RecordService(store, asha)


def test_texts_are_read_as_people_write_them(records: RecordService, asha: Actor) -> None:
    lead = records.get("lead", records.create("lead", {
        "name": "Ravi Kumar", "phone": "98200 12345", "budget_paise": "45000000", "stage": "Test drive", "tags": "b, a",
        "city": "",
    }))  # fmt: skip
    assert (lead["phone"], lead["budget_paise"], lead["stage"]) == ("+919820012345", 450_000_00, "test_drive")
    assert (lead["tags"], lead["city"], lead["owner_id"]) == ('["a","b"]', None, asha.user_id)
    assert records.update("lead", lead.id, {"stage": "contacted", "budget_paise": 1})
    assert not records.update("lead", lead.id, {"stage": "contacted"})
    assert records.get("lead", lead.id)["budget_paise"] == 1
    assert len(list(records.list(records.query("stage_change", [f"lead_id={lead.id}"])))) == 1
    records.delete("lead", lead.id)
    with pytest.raises(NxcrmError, match="not_found"):
        records.get("lead", lead.id)


def test_lists_are_filtered(records: RecordService) -> None:
    for name, city, budget in (("Asha", "Pune", "100"), ("Bina", "Goa", "200"), ("Chand=1", "", "300")):
        records.create("lead", {"name": name, "city": city, "budget_paise": budget})

    def names(*where: str, search: str = "") -> list[str]:
        query = records.query("lead", where, order="name", search=search)
        return [row.text("name") for row in records.list(query)]

    assert names() == ["Asha", "Bina", "Chand=1"]
    assert names("city=Pune") == ["Asha"]
    assert names("city!=Pune") == ["Bina", "Chand=1"]
    assert names("city=") == ["Chand=1"]
    assert names("city!=") == ["Asha", "Bina"]
    assert names("budget_paise>=200") == ["Bina", "Chand=1"]
    assert names("budget_paise<200") == ["Asha"]
    assert names("name=Chand=1") == ["Chand=1"]
    assert names("name~in") == ["Bina"]
    assert names("stage=New", "city=Goa") == ["Bina"]
    assert names(search="bin") == ["Bina"]
    last = records.query("lead", order="name", descending=True)
    assert [row["name"] for row in records.list(last, limit=1)] == ["Chand=1"]


@pytest.mark.parametrize(
    ("where", "code"),
    [("city", "invalid_value"), ("town=Pune", "unknown_field"), ("budget_paise=lots", "invalid_value")],
)
def test_filters_that_make_no_sense_are_refused(records: RecordService, where: str, code: str) -> None:
    with pytest.raises(NxcrmError, match=code):
        records.query("lead", [where])


def test_money_goes_through_its_rules(records: RecordService) -> None:
    lead_id = records.create("lead", {"name": "Ravi"})
    deal = records.create("transaction", {"kind": "sale", "agreed_paise": "50000000", "lead_id": lead_id})
    assert records.get("transaction", deal)["contact_id"] is not None
    paid = {"transaction_id": deal, "direction": "in", "mode": "Cash", "amount_paise": "20000000"}
    with pytest.raises(NxcrmError, match="cash_limit"):
        records.create("payment_entry", paid)
    payment = records.create("payment_entry", paid | {"mode": "upi", "paid_on": "05-01-2026"})
    assert records.get("payment_entry", payment)["paid_on"] == "2026-01-05"
    for wrong in ({"mode": ""}, {"reverses_id": payment}):
        with pytest.raises(NxcrmError, match="invalid_value"):
            records.create("payment_entry", paid | {"mode": "upi"} | wrong)


def test_notes_and_follow_ups(records: RecordService) -> None:
    lead_id = records.create("lead", {"name": "Ravi"})
    note = records.create("communication", {"kind": "note", "lead_id": lead_id, "body": "hello"})
    assert records.get("lead", lead_id)["last_activity_at"] == records.get("communication", note)["happened_at"]
    task = records.create("task", {"subject": "Call", "lead_id": lead_id, "due_at": "2026-01-05 10:00"})
    assert records.get("task", task)["status"] == "open"
    records.delete("task", task)
    records.delete("communication", note)


@pytest.mark.parametrize(
    ("entity", "values", "code"),
    [
        ("nothing", {}, "unknown_entity"),
        ("lead", {"name": "Ravi", "phone": "12345"}, "invalid_value"),
        ("lead", {"nickname": "Ravi"}, "unknown_field"),
        ("lead", {"name": "Ravi", "created_by": "me"}, "invalid_value"),
        ("lead", {}, "invalid_value"),
        ("user", {"username": "root"}, "not_allowed"),
    ],
)
def test_what_cannot_be_made_is_refused(records: RecordService, entity: str, values: dict[str, str], code: str) -> None:
    with pytest.raises(NxcrmError, match=code):
        records.create(entity, values)


def test_roles_see_only_what_is_theirs(store: Store) -> None:
    officer = RecordService(store, staff(store, "Priya Privacy", Role.PRIVACY_OFFICER))
    with pytest.raises(NxcrmError, match="not_allowed"):
        officer.query("lead")
    with pytest.raises(NxcrmError, match="not_allowed"):
        officer.get("lead", "01890000-0000-7000-8000-000000000000")
