"""Leads: their way through the pipeline, their owners, their timeline, and those that look alike."""

from __future__ import annotations

import json

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Condition, ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.activity import ActivityService, NextStep
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.services.search import SearchService
from nxcrm_desktop.services.transactions import TransactionService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import pulled, staff


@pytest.fixture
def leads(store: Store, asha: Actor) -> LeadService:
    return LeadService(store, asha)


def test_a_new_lead_is_its_makers_and_in_the_first_stage(leads: LeadService, asha: Actor) -> None:
    lead = leads.get(leads.create({"name": "Ravi Kumar", "phone": "+919820012345"}))
    assert (lead["stage"], lead["owner_id"]) == ("new", asha.user_id)
    assert lead["enquired_at"] is not None


def test_a_move_is_written_down_with_the_stage_and_its_note(leads: LeadService, store: Store) -> None:
    lead_id = leads.create({"name": "Ravi"})
    assert leads.change_stage(lead_id, "test_drive", note="Liked the car")
    assert not leads.change_stage(lead_id, "test_drive")
    with store.read() as reader:
        (move,) = reader.related("stage_change", "lead_id", lead_id)
        groups = {entry.group for entry in reader.outbox() if entry.id in (move.id,) or entry.op == "update"}
    assert (move["from_stage"], move["to_stage"]) == ("new", "test_drive")
    assert len(groups) == 1  # the move and the lead travel together
    assert [item.kind for item in leads.timeline(lead_id)] == ["note", "stage"]


def test_a_stage_that_does_not_exist_changes_nothing(leads: LeadService, store: Store) -> None:
    lead_id = leads.create({"name": "Ravi"})
    with pytest.raises(NxcrmError, match="invalid_value"):
        leads.change_stage(lead_id, "dreaming", note="never stored")
    with pytest.raises(NxcrmError, match="invalid_value"):
        leads.create({"name": "Bina", "stage": "dreaming"})
    assert leads.timeline(lead_id) == []
    assert leads.count(ListQuery("lead", order="id")) == 1


def test_an_edit_of_the_stage_is_a_move_too(leads: LeadService, store: Store) -> None:
    lead_id = leads.create({"name": "Ravi"})
    assert leads.update(lead_id, {"stage": "contacted", "city": "Pune"})
    assert not leads.update(lead_id, {"stage": "contacted", "city": "Pune"})
    with store.read() as reader:
        assert len(reader.related("stage_change", "lead_id", lead_id)) == 1


def test_a_reason_stays_only_while_the_lead_is_lost(leads: LeadService) -> None:
    lead_id = leads.create({"name": "Ravi"})
    leads.change_stage(lead_id, "lost", lost_reason="Bought elsewhere")
    assert leads.get(lead_id)["lost_reason"] == "Bought elsewhere"
    leads.change_stage(lead_id, "contacted")
    assert leads.get(lead_id)["lost_reason"] is None


def test_only_managers_give_leads_to_others(store: Store, leads: LeadService, asha: Actor, meera: Actor) -> None:
    ids = [leads.create({"name": name}) for name in ("Ravi", "Bina")]
    dev, gone = staff(store, "Dev Shah"), staff(store, "Gone Away", active=False)
    with pytest.raises(NxcrmError, match="not_allowed"):
        leads.reassign(ids, dev.user_id)
    manager = LeadService(store, meera)
    with pytest.raises(NxcrmError, match="invalid_value"):
        manager.reassign(ids, gone.user_id)
    assert manager.reassign(ids, dev.user_id) == 2
    assert {leads.get(lead_id)["owner_id"] for lead_id in ids} == {dev.user_id}


def test_one_missing_lead_leaves_all_as_they_were(leads: LeadService) -> None:
    lead_id = leads.create({"name": "Ravi"})
    with pytest.raises(NxcrmError, match="not_found"):
        leads.delete([lead_id, "01890000-0000-7000-8000-000000000000"])
    assert leads.get(lead_id)["name"] == "Ravi"


def test_likely_duplicates_by_phone_by_mail_and_by_name(leads: LeadService) -> None:
    ravi = leads.create({"name": "Ravi Kumar", "phone": "+919820012345"})
    hindi = leads.create({"name": "रवि कुमार", "email": "ravi@example.org"})
    leads.create({"name": "Meera Iyer"})
    assert [row.id for row in leads.duplicates({"name": "Someone", "phone": "+919820012345"})] == [ravi]
    assert [row.id for row in leads.duplicates({"email": "ravi@example.org"})] == [hindi]
    assert {row.id for row in leads.duplicates({"name": "Kumar Ravi"})} == {ravi, hindi}
    assert leads.duplicates({"id": ravi, "name": "Nobody Else", "phone": "+919820012345"}) == []


def test_the_timeline_merges_all_newest_first_and_by_pages(store: Store, leads: LeadService, asha: Actor) -> None:
    lead_id = leads.create({"name": "Ravi"})
    activity, deals = ActivityService(store, asha), TransactionService(store, asha)
    activity.log("call", lead_id=lead_id, subject="First call", happened_at=1_000)
    activity.log("note", lead_id=lead_id, body="Second\nline", happened_at=2_000)
    activity.add_task(lead_id, "Call back", 5_000)
    leads.change_stage(lead_id, "contacted")
    deal = deals.record(kind="sale", agreed_paise=5_00_000_00, lead_id=lead_id)
    deals.add_payment(deal, direction="in", mode="upi", amount_paise=10_000_00)
    pulled(store, "document", title="RC book", category="rc", transaction_id=deal)
    pulled(
        store, "conflict", entity="lead", row_id=lead_id, field="city", base=json.dumps("Pune"), status="mine",
    )  # fmt: skip
    pulled(store, "conflict", entity="lead", row_id=lead_id, field="email", status="open")
    items = leads.timeline(lead_id)
    assert sorted(item.kind for item in items) == [
        "call", "conflict", "document", "note", "payment", "stage", "task", "transaction",
    ]  # fmt: skip
    assert [item.place for item in items] == sorted((item.place for item in items), reverse=True)
    assert [item.title for item in items[-2:]] == ["Second", "First call"]
    paged = leads.timeline(lead_id, limit=3)
    while more := leads.timeline(lead_id, limit=3, after=paged[-1]):
        paged += more
    assert paged == items


def test_follow_ups_lead_to_the_next(store: Store, leads: LeadService, asha: Actor) -> None:
    lead_id = leads.create({"name": "Ravi"})
    activity = ActivityService(store, asha)
    later = activity.add_task(lead_id, "Send papers", 9_000)
    sooner = activity.add_task(lead_id, "Call back", 5_000)
    assert (leads.get(lead_id)["next_step"], leads.get(lead_id)["next_step_at"]) == ("Call back", 5_000)
    assert [task.id for task in activity.due(5_000)] == [sooner]
    following = activity.complete_task(sooner, "No answer", NextStep("Call again", 7_000))
    assert following is not None
    assert leads.get(lead_id)["next_step"] == "Call again"
    assert [task.id for task in activity.due(10_000)] == [following, later]
    with pytest.raises(NxcrmError, match="task_closed"):
        activity.complete_task(sooner)
    activity.complete_task(following)
    activity.complete_task(later)
    assert leads.get(lead_id)["next_step"] is None
    assert activity.due(10_000) == []


def test_a_step_typed_by_hand_is_not_overwritten(store: Store, leads: LeadService, asha: Actor) -> None:
    lead_id = leads.create({"name": "Ravi", "next_step": "Visit him"})
    activity = ActivityService(store, asha)
    activity.complete_task(activity.add_task(lead_id, "Call back", 5_000))
    activity.delete("task", activity.add_task(lead_id, "Call again", 6_000))
    assert leads.get(lead_id)["next_step"] == "Visit him"


def test_an_old_call_noted_late_does_not_set_the_last_activity_back(
    store: Store, leads: LeadService, asha: Actor
) -> None:
    lead_id = leads.create({"name": "Ravi"})
    activity = ActivityService(store, asha)
    activity.log("call", lead_id=lead_id, subject="new", happened_at=9_000)
    activity.log("call", lead_id=lead_id, subject="old", happened_at=4_000)
    assert leads.get(lead_id)["last_activity_at"] == 9_000


def test_what_says_nothing_or_belongs_to_nobody_is_not_logged(store: Store, asha: Actor, leads: LeadService) -> None:
    activity = ActivityService(store, asha)
    with pytest.raises(NxcrmError, match="invalid_value"):
        activity.log("note", body="To whom?")
    with pytest.raises(NxcrmError, match="invalid_value"):
        activity.log("note", lead_id=leads.create({"name": "Ravi"}))
    with pytest.raises(NxcrmError, match="not_found"):
        activity.log("note", lead_id="01890000-0000-7000-8000-000000000000", body="x")
    with store.read() as reader:
        assert reader.count(ListQuery("communication", order="id")) == 0


def test_search_finds_what_the_role_may_read(store: Store, leads: LeadService, asha: Actor) -> None:
    lead_id = leads.create({"name": "Ravi Kumar", "phone": "+919820012345"})
    found = SearchService(store, asha).search("98200")
    assert [(hit.entity, hit.id) for hit in found] == [("lead", lead_id)]
    officer = staff(store, "Priya Privacy", Role.PRIVACY_OFFICER)
    assert SearchService(store, officer).search("98200") == []
    assert SearchService(store, asha).search('" NEAR(* OR') == []


def test_lists_are_paged_counted_and_jumped_in(leads: LeadService) -> None:
    for number in range(25):
        leads.create({"name": f"Person {number:02d}", "city": "Pune" if number % 2 else "Goa"})
    query = ListQuery("lead", (Condition("city", value="Pune"),), order="name")
    page = leads.page(query, limit=5)
    assert [row["name"] for row in page.rows][:2] == ["Person 01", "Person 03"]
    assert leads.page(query, limit=50, after=page.next).rows[0]["name"] == "Person 11"
    assert leads.count(query) == 12
    assert len(leads.anchors(query, 5)) >= 2
    assert [stage["key"] for stage in leads.stages()][:2] == ["new", "attempted"]
