"""Local edits: rows, outbox, counts and search words change together, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.batches import ImportedRow
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.uow import UnitOfWork
from tests.helpers.stores import MANAGER, USER, fresh_store

SALES = Actor(USER, Role.SALES)
FINANCE = Actor(USER, Role.FINANCE)
LEAD = {"name": "Ravi Kumar", "stage": "new", "phone": "+919876543210"}


def _error(act: Callable[[], object]) -> NxcrmError:
    with pytest.raises(NxcrmError) as caught:
        act()
    assert caught.value.happened
    assert caught.value.safe
    return caught.value


def test_a_new_row_is_complete_and_waits(store: Store) -> None:
    with store.write(SALES) as work:
        row_id = work.create("lead", LEAD | {"tags": '["b","a"]', "city": ""})
    with store.read() as reader:
        lead = reader.require("lead", row_id)
        (entry,) = reader.outbox()
        assert reader.count(ListQuery("lead")) == 1
    assert (lead["name"], lead["tags"], lead["city"], lead["created_by"]) == ("Ravi Kumar", '["a","b"]', None, USER)
    assert lead["created_at"] == lead["updated_at"] == entry.at
    assert (entry.n, entry.op, entry.entity, entry.id, entry.base_ver) == (1, "create", "lead", row_id, None)
    assert entry.fields == {name: (None, value) for name, value in (LEAD | {"tags": '["a","b"]'}).items()}


def test_an_edit_carries_old_and_new_of_what_differs(store: Store) -> None:
    with store.write(SALES) as work:
        row_id = work.create("lead", LEAD)
        assert work.update("lead", row_id, {"name": "Ravi Kumar", "city": "Pune", "phone": None})
        assert not work.update("lead", row_id, {"city": "Pune"})
        group = work.group
    with store.read() as reader:
        edit = reader.outbox()[1]
        assert reader.require("lead", row_id)["city"] == "Pune"
    assert edit.fields == {"city": (None, "Pune"), "phone": ("+919876543210", None)}
    assert (edit.n, edit.op, edit.group) == (2, "update", group)


def test_a_deletion_carries_what_was_seen(store: Store) -> None:
    with store.write(SALES) as work:
        row_id = work.create("lead", LEAD)
        work.delete("lead", row_id)
        assert work.get("lead", row_id) is None
        assert work.outbox()[1].fields == {name: (value, None) for name, value in LEAD.items()}
        assert work.search("ravi") == []
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 0


@pytest.mark.parametrize(
    ("actor", "act", "code", "field"),
    [
        (SALES, lambda w, _: w.create("lead", {"name": "Ravi"}), "invalid_value", "stage"),
        (SALES, lambda w, _: w.create("lead", LEAD | {"phone": "98765"}), "invalid_value", "phone"),
        (SALES, lambda w, _: w.create("lead", LEAD | {"name": "a\udc80"}), "invalid_value", "name"),
        (SALES, lambda w, _: w.create("lead", LEAD | {"budget_paise": 2**63}), "invalid_value", "budget_paise"),
        (SALES, lambda w, _: w.create("lead", LEAD | {"nonsense": 1}), "unknown_field", None),
        (SALES, lambda w, _: w.create("nonsense", LEAD), "unknown_entity", None),
        (SALES, lambda w, _: w.create("lead", LEAD | {"created_by": USER}), "not_allowed", "created_by"),
        (SALES, lambda w, _: w.create("lead", LEAD, id="1"), "invalid_value", "id"),
        (SALES, lambda w, i: w.create("lead", LEAD, id=i), "already_exists", None),
        (SALES, lambda w, i: w.update("lead", i, {"owner_id": USER}), "not_allowed", "owner_id"),
        (SALES, lambda w, i: w.update("lead", i, {"name": ""}), "invalid_value", "name"),
        (SALES, lambda w, _: w.update("lead", new_id(), {"name": "x"}), "not_found", None),
        (SALES, lambda w, _: w.delete("lead", new_id()), "not_found", None),
        (SALES, lambda w, _: w.delete("vehicle", new_id()), "not_allowed", None),
        (FINANCE, lambda w, i: w.update("lead", i, {"name": "x"}), "not_allowed", None),
        (SALES, lambda w, _: w.require("lead", new_id()), "not_found", None),
    ],
)
def test_what_may_not_be_written_is_refused_and_changes_nothing(
    store: Store, actor: Actor, act: Callable[[UnitOfWork, str], Any], code: str, field: str | None
) -> None:
    with store.write(SALES) as work:
        row_id = work.create("lead", LEAD)

    def try_it() -> None:
        with store.write(actor) as work:
            act(work, row_id)

    error = _error(try_it)
    assert error.code == code
    assert error.details.get("field") == field
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == reader.outbox_count() == 1


def test_one_bad_row_of_many_writes_none(store: Store) -> None:
    def make() -> None:
        with store.write(SALES) as work:
            work.create_many("lead", [LEAD, LEAD | {"name": None}])

    assert _error(make).code == "invalid_value"
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == reader.outbox_count() == len(reader.search("ravi")) == 0


def test_an_exception_undoes_everything(store: Store) -> None:
    with suppress(InterruptedError), store.write(SALES) as work:
        work.create_many("lead", [LEAD] * 3)
        work.set_meta("x", "1")
        raise InterruptedError
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == reader.outbox_count() == 0
        assert reader.meta("x") is None
        assert reader.search("ravi") == []


_STEPS = st.lists(
    st.lists(st.tuples(st.sampled_from(["create", "update", "delete", "many"]), st.integers(0, 9)), max_size=4).flatmap(
        lambda steps: st.tuples(st.just(steps), st.booleans())
    ),
    max_size=6,
)


@settings(max_examples=25)
@given(script=_STEPS)
def test_numbers_are_contiguous_and_counts_true_whatever_is_done(
    script: list[tuple[list[tuple[str, int]], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = fresh_store(tmp_path_factory.mktemp("law"))
    try:
        for steps, fails in script:
            _try(store, steps, fails=fails)
            with store.read() as reader:
                entries = reader.outbox()
                shown = reader.cursor.execute("SELECT id FROM lead").fetchall()
                assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
                assert reader.outbox_count() == len(entries)
                assert reader.count(ListQuery("lead")) == len(shown)
                assert len(reader.search("ravi", limit=1000)) == len(shown)
        assert store.integrity_check() == []
    finally:
        store.close()


def _try(store: Store, steps: list[tuple[str, int]], *, fails: bool) -> None:
    with suppress(InterruptedError), store.write(SALES) as work:
        for op, number in steps:
            _step(work, op, number)
        if fails:
            raise InterruptedError


def _step(work: UnitOfWork, op: str, number: int) -> None:
    ids = [row[0] for row in work.cursor.execute("SELECT id FROM lead ORDER BY id").fetchall()]
    if op == "create" or not ids:
        work.create("lead", LEAD | {"name": f"Ravi {number}"})
    elif op == "many":
        work.create_many("lead", [LEAD] * number)
    elif op == "update":
        work.update("lead", ids[number % len(ids)], {"name": f"Ravi Kumar {number}"})
    else:
        work.delete("lead", ids[number % len(ids)])


def test_saved_state_of_the_interface_and_of_the_device(store: Store) -> None:
    with store.write(SALES) as work:
        work.set_pref("columns.lead", {"order": ["name", "city"], "width": [10, 20]})
        work.set_meta("device_id", "d1")
    with store.write(SALES) as work:
        assert work.pref("columns.lead") == {"order": ["name", "city"], "width": [10, 20]}
        assert work.meta("device_id") == "d1"
        work.set_pref("columns.lead", None)
        work.set_meta("device_id", None)
    with store.read() as reader:
        assert reader.pref("columns.lead") is None
        assert reader.meta("device_id") is None


def test_an_import_is_remembered_over_several_transactions(store: Store) -> None:
    batch = new_id()
    with store.write(SALES) as work:
        first = work.create_many("lead", [LEAD] * 2)
        work.put_batch(batch, "lead", "Leads.csv", [ImportedRow(i, "d1") for i in first], {"created": 2})
    with store.write(SALES) as work:
        work.put_batch(batch, "lead", "Leads.csv", [ImportedRow(first[0], "d2", '{"city":null}')], {"created": 3})
    with store.read() as reader:
        found = reader.batch(batch)
        assert found is not None
        assert (found.file_name, found.summary, found.undone_at) == ("Leads.csv", '{"created":3}', None)
        assert reader.batch_rows(batch) == [ImportedRow(first[0], "d2"), ImportedRow(first[1], "d1")]
        assert [b.id for b in reader.batches()] == [batch]
    with store.write(SALES) as work:
        work.mark_undone(batch)
        undone = work.batch(batch)
        assert undone is not None
        assert undone.undone_at == work.at


def test_the_manager_may_give_a_lead_to_somebody_else(store: Store) -> None:
    with store.write(MANAGER) as work:
        row_id = work.create("lead", LEAD)
        assert work.update("lead", row_id, {"owner_id": new_id()})
