"""Resolving a conflict: the row and the record of the conflict change together, or neither does."""

from __future__ import annotations

import json

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.conflicts import ConflictService, Take
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import pulled, staff


@pytest.fixture
def conflicts(store: Store, asha: Actor) -> ConflictService:
    return ConflictService(store, asha)


def conflict(store: Store, lead_id: str, mine_by: Actor, theirs_by: Actor, field: str = "city", **sides: Value) -> str:
    told: dict[str, Value] = {"base": "Pune", "mine": "Goa", "theirs": "Mumbai", **sides}
    return pulled(
        store, "conflict", entity="lead", row_id=lead_id, field=field, status="open", mine_by=mine_by.user_id,
        mine_at=1, theirs_by=theirs_by.user_id, theirs_at=2,
        base=json.dumps(told["base"]), mine=json.dumps(told["mine"]), theirs=json.dumps(told["theirs"]),
    )  # fmt: skip


@pytest.fixture
def lead_id(store: Store, asha: Actor) -> str:
    return pulled(store, "lead", name="Ravi", stage="new", city="Mumbai", owner_id=asha.user_id)


def test_a_conflict_shows_both_sides(
    store: Store, conflicts: ConflictService, asha: Actor, meera: Actor, lead_id: str
) -> None:
    made = conflict(store, lead_id, asha, meera)
    (seen,) = conflicts.list()
    assert seen == conflicts.get(made)
    assert (seen.base, seen.mine, seen.theirs, seen.current) == ("Pune", "Goa", "Mumbai", "Mumbai")
    assert (seen.mine_by, seen.theirs_by, seen.mine_at, seen.theirs_at) == ("Asha Rao", "Meera Iyer", 1, 2)
    assert (seen.row_title, seen.facts.label) == ("Ravi", "City")
    assert conflicts.count() == 1


@pytest.mark.parametrize(
    ("take", "value", "city"),
    [("mine", None, "Goa"), ("server", None, "Mumbai"), ("merged", "Goa or Pune", "Goa or Pune")],
)
def test_resolving_changes_row_and_conflict_in_one_group(
    store: Store,
    conflicts: ConflictService,
    asha: Actor,
    meera: Actor,
    lead_id: str,
    take: Take,
    value: str | None,
    city: str,
) -> None:
    made = conflict(store, lead_id, asha, meera)
    conflicts.resolve(made, take, value)
    with store.read() as reader:
        assert reader.require("lead", lead_id)["city"] == city
        assert reader.require("conflict", made)["status"] == take
        assert len({entry.group for entry in reader.outbox()}) == 1
    assert conflicts.list() == []
    with pytest.raises(NxcrmError, match="conflict_closed"):
        conflicts.resolve(made, "mine")


def test_a_value_that_cannot_be_leaves_the_conflict_open(
    store: Store, conflicts: ConflictService, asha: Actor, meera: Actor, lead_id: str
) -> None:
    made = conflict(store, lead_id, asha, meera, field="email", mine="not an address", base=None, theirs=None)
    with pytest.raises(NxcrmError, match="invalid_value"):
        conflicts.resolve(made, "mine")
    assert conflicts.count() == 1


def test_a_stage_taken_from_a_conflict_is_a_move(
    store: Store, conflicts: ConflictService, asha: Actor, meera: Actor, lead_id: str
) -> None:
    made = conflict(store, lead_id, asha, meera, field="stage", base="new", mine="qualified", theirs="contacted")
    conflicts.resolve(made, "mine")
    with store.read() as reader:
        (move,) = reader.related("stage_change", "lead_id", lead_id)
    assert move["to_stage"] == "qualified"


def test_the_conflict_of_a_deleted_row_can_be_closed(
    store: Store, conflicts: ConflictService, asha: Actor, meera: Actor, lead_id: str
) -> None:
    made = conflict(store, lead_id, asha, meera)
    LeadService(store, asha).delete([lead_id])
    assert not conflicts.get(made).row_exists
    with pytest.raises(NxcrmError, match="not_found"):
        conflicts.resolve(made, "mine")
    conflicts.resolve(made, "server")
    assert conflicts.list() == []


def test_those_who_may_only_read_resolve_nothing(store: Store, asha: Actor, meera: Actor, lead_id: str) -> None:
    made = conflict(store, lead_id, asha, meera)
    auditor = staff(store, "Anil Audit", Role.AUDITOR)
    with pytest.raises(NxcrmError, match="not_allowed"):
        ConflictService(store, auditor).resolve(made, "mine")
    with pytest.raises(NxcrmError, match="invalid_value"):
        ConflictService(store, asha).resolve(made, "both")  # type: ignore[arg-type]


def deletion(store: Store, lead_id: str, by: Actor) -> str:
    """The conflict the server makes when one laptop deleted what another had changed."""
    return pulled(
        store, "conflict", entity="lead", row_id=lead_id, field="*", status="open", mine_by=by.user_id, mine_at=1,
        theirs_by=by.user_id, theirs_at=2, base="null", mine="null", theirs='{"name":"Ravi","stage":"new"}',
    )  # fmt: skip


def test_a_deletion_against_an_edit_is_listed_like_any_conflict(
    store: Store, conflicts: ConflictService, asha: Actor, meera: Actor, lead_id: str
) -> None:
    conflict(store, lead_id, asha, meera)
    made = deletion(store, lead_id, asha)
    assert {seen.id for seen in conflicts.list()} >= {made}
    seen = conflicts.get(made)
    assert (seen.base, seen.mine, seen.theirs, seen.current, seen.row_title) == (None, None, "Ravi", "Ravi", "Ravi")


@pytest.mark.parametrize(("take", "there"), [("mine", False), ("server", True)])
def test_a_deletion_against_an_edit_is_resolved_by_deleting_or_keeping(
    store: Store, conflicts: ConflictService, asha: Actor, lead_id: str, take: Take, there: bool
) -> None:
    made = deletion(store, lead_id, asha)
    conflicts.resolve(made, take)
    with store.read() as reader:
        assert (reader.get("lead", lead_id) is not None) is there
        assert reader.require("conflict", made)["status"] == take
    if there:
        assert "The whole record" in {item.title for item in LeadService(store, asha).timeline(lead_id)}


def test_nothing_is_merged_with_a_deletion(store: Store, conflicts: ConflictService, asha: Actor, lead_id: str) -> None:
    made = deletion(store, lead_id, asha)
    with pytest.raises(NxcrmError, match="invalid_value"):
        conflicts.resolve(made, "merged", "Ravi")
    assert conflicts.count() == 1
