"""The store as sync sees it: pages, drops, settling, resetting."""

from __future__ import annotations

import msgspec
import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ChangeSet, ListQuery, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.ports import Standing, SyncState, Tokens
from sync.protocol.messages import HelloReply, Limits, Result, Rows
from tests.helpers.stores import EPOCH, MANAGER, page, server_row, store_page


def _shown(store: Store, row_id: Value) -> dict[str, Value] | None:
    with store.read() as reader:
        record = reader.get("lead", str(row_id))
        return None if record is None else dict(record.values)


def _count(store: Store) -> int:
    with store.read() as reader:
        return reader.count(ListQuery("lead"))


def _edit(store: Store, row_id: Value, **changes: Value) -> None:
    with store.write(MANAGER) as work:
        assert work.update("lead", str(row_id), changes)


def _shadows(store: Store) -> int:
    with store.read() as reader:
        return int(reader.cursor.execute("SELECT count(*) FROM shadow").fetchone()[0])


def test_a_page_is_stored_with_its_cursor_and_told(store: Store, sync_store: SyncStore) -> None:
    told: list[ChangeSet] = []
    store.bus.subscribe(told.append)
    assert sync_store.state() == SyncState("", None, None, 0, 0, SCHEMA_VERSION)
    row = server_row(name="Ravi", phone="+919876543210")
    outcome = store_page(sync_store, page([("owner:a", 3, row), ("ref", 3, row)]))
    assert (outcome.put, outcome.dropped) == (1, 0)
    assert _shown(store, row["id"]) == row
    assert told == [ChangeSet({"lead": frozenset({str(row["id"])})}, {}, "sync")]
    state = sync_store.state()
    assert (state.cursor, state.epoch) == ("c1", EPOCH)
    with store.read() as reader:
        assert [hit.id for hit in reader.search("ravi 987")] == [row["id"]]
        assert reader.outbox_count() == 0


def test_a_page_that_cannot_be_stored_changes_nothing(store: Store, sync_store: SyncStore) -> None:
    store_page(sync_store, page([("owner:a", 1, server_row(name="Ravi"))]))
    bad = page([("owner:a", 1, server_row(name="Sita"))], cursor="c2")
    bad.rows.append(Rows("task", ["id", "subject"], [[99, 1, new_id(), "x"]]))
    with pytest.raises(IndexError):
        store_page(sync_store, bad)
    assert (_count(store), sync_store.state().cursor) == (1, "c1")


def test_what_a_newer_server_adds_is_passed_over_and_what_it_masks_is_null(store: Store, sync_store: SyncStore) -> None:
    row_id = new_id()
    newer = page(subscribed=["ref"])
    newer.scopes.append("ref")
    newer.rows.append(Rows("lead", ["new_column", "id", "name"], [[0, 1, "?", row_id, "Ravi"]]))
    newer.rows.append(Rows("new_entity", ["id"], [[0, 1, new_id()]]))
    assert store_page(sync_store, newer).put == 1
    shown = _shown(store, row_id)
    assert shown is not None
    assert (shown["name"], shown["phone"]) == ("Ravi", None)


def test_a_row_goes_when_it_is_in_none_of_its_scopes(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row), ("owner:b", 1, row)]))
    assert store_page(sync_store, page(dropped=[("owner:a", str(row["id"]), "leave")])).dropped == 0
    assert _shown(store, row["id"])
    assert store_page(sync_store, page(dropped=[("owner:b", str(row["id"]), "leave")])).dropped == 1
    assert (_shown(store, row["id"]), _count(store), sync_store.checksums()) == (None, 0, [])


def test_a_reassigned_row_stays_whichever_way_the_page_tells_it(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row)]))
    told: list[ChangeSet] = []
    store.bus.subscribe(told.append)
    moved = row | {"city": "Pune"}
    outcome = store_page(sync_store, page([("owner:b", 2, moved)], [("owner:a", str(row["id"]), "leave")]))
    assert (outcome.put, outcome.dropped) == (1, 0)
    assert _shown(store, row["id"]) == moved
    assert [c.scope for c in sync_store.checksums()] == ["owner:b"]
    assert told[0].deleted == {}


@pytest.mark.parametrize("op", ["delete", "erase"])
def test_a_deleted_row_goes_from_every_scope_at_once(store: Store, sync_store: SyncStore, op: str) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row), ("owner:b", 1, row)]))
    assert store_page(sync_store, page(dropped=[("owner:a", str(row["id"]), op)])).dropped == 1
    assert (_count(store), sync_store.checksums()) == (0, [])
    assert sync_store.erasures() == ({row["id"]: ""} if op == "erase" else {})


def test_rows_of_scopes_no_longer_granted_go_even_with_edits_waiting(store: Store, sync_store: SyncStore) -> None:
    mine, theirs, both = (server_row(name=name) for name in ("Mine", "Theirs", "Both"))
    store_page(
        sync_store, page([("owner:a", 1, mine), ("owner:b", 1, theirs), ("owner:a", 1, both), ("owner:b", 1, both)])
    )
    _edit(store, theirs["id"], city="Pune")
    with store.write(MANAGER) as work:
        made = work.create("lead", {"name": "Made here", "stage": "new"})
    outcome = store_page(sync_store, page(subscribed=["owner:a"]))
    assert outcome.dropped == 1
    assert _shown(store, theirs["id"]) is None
    assert all(_shown(store, row_id) for row_id in (mine["id"], both["id"], made))
    assert len(sync_store.pending(10)) == 2, "nothing typed ever vanishes"
    sync_store.settle([Result(1, "rejected", code="out_of_scope"), Result(2, "applied", ver=1)])
    assert _shown(store, theirs["id"]) is None


def test_an_answer_that_grants_nothing_wipes_nothing(store: Store, sync_store: SyncStore) -> None:
    store_page(sync_store, page([("owner:a", 1, server_row(name="Ravi"))]))
    with pytest.raises(NxcrmError) as caught:
        store_page(sync_store, page(subscribed=[]))
    assert caught.value.code == "nothing_granted"
    with pytest.raises(NxcrmError) as caught:
        store_page(sync_store, page(epoch="another server's"))
    assert caught.value.code == "epoch_changed"
    assert (_count(store), sync_store.state().cursor) == (1, "c1")


def test_a_pulled_row_goes_below_the_edits_that_wait(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi", city="Pune", notes="first", tags='["a"]')
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], name="Ravi Kumar", notes="first\nmine", tags='["a","mine"]')
    newer = row | {"name": "R. Kumar", "city": "Mumbai", "notes": "first\ntheirs", "tags": '["theirs"]'}
    store_page(sync_store, page([("owner:a", 2, newer)]))
    shown = _shown(store, row["id"])
    assert shown is not None
    assert (shown["name"], shown["city"]) == ("Ravi Kumar", "Mumbai")
    assert (shown["notes"], shown["tags"]) == ("first\ntheirs\nmine", '["mine","theirs"]')
    (waiting,) = sync_store.pending(10)
    assert waiting.base_ver == 1, "what may have been sent is never rewritten"
    assert waiting.fields["name"] == ("Ravi", "Ravi Kumar")


def test_applied_edits_stay_shown_and_the_next_pull_finds_a_clean_row(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], city="Pune")
    _edit(store, row["id"], name="Ravi Kumar")
    sync_store.settle([Result(1, "applied", ver=2)])
    assert (sync_store.state().applied_n, sync_store.state().waiting, _shadows(store)) == (1, 1, 1)
    shown = _shown(store, row["id"])
    sync_store.settle([Result(2, "applied", ver=3)])
    assert (_shown(store, row["id"]), _shadows(store)) == (shown, 0)
    served = row | {"city": "Pune", "name": "Ravi Kumar", "updated_at": 99}
    store_page(sync_store, page([("owner:a", 3, served)]))
    assert _shown(store, row["id"]) == served
    _edit(store, row["id"], city="Mumbai")
    assert [(m.n, m.base_ver) for m in sync_store.pending(10)] == [(3, 3)]


def test_a_refused_edit_is_taken_back_and_stays_visible(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi", city="Pune")
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], name="Bad")
    _edit(store, row["id"], city="Mumbai")
    with store.write(MANAGER) as work:
        made = work.create("lead", {"name": "Refused", "stage": "new"})
    refused = Result(1, "rejected", code="invalid_value", reason="no")
    sync_store.settle([refused])
    shown = _shown(store, row["id"])
    assert shown is not None
    assert (shown["name"], shown["city"]) == ("Ravi", "Mumbai")
    sync_store.settle([Result(2, "applied", ver=2), Result(3, "rejected", code="not_allowed")])
    assert _shown(store, made) is None
    with store.read() as reader:
        log = reader.sync_log()
    assert [(entry.kind, entry.status, entry.code, entry.row_id) for entry in log] == [
        ("edit", "rejected", "not_allowed", made),
        ("edit", "rejected", "invalid_value", row["id"]),
    ]
    assert log[1].detail["fields"] == {"name": ["Ravi", "Bad"]}


def test_a_refused_deletion_brings_the_row_back(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row)]))
    with store.write(MANAGER) as work:
        work.delete("lead", str(row["id"]))
    assert _shown(store, row["id"]) is None
    newer = row | {"city": "Pune"}
    store_page(sync_store, page([("owner:a", 2, newer)]))
    assert _shown(store, row["id"]) is None, "what the user deleted does not come back before the server has said so"
    sync_store.settle([Result(1, "rejected", code="not_allowed")])
    assert _shown(store, row["id"]) == newer


def test_a_lost_conflict_shows_the_servers_value_even_if_no_pull_brings_it(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], name="Mine")
    theirs = row | {"name": "Theirs"}
    store_page(sync_store, page([("owner:a", 2, theirs)]))
    sync_store.settle([Result(1, "conflict", ver=2, conflicts=[new_id()])])
    assert _shown(store, row["id"]) == theirs


def test_results_must_follow_each_other(store: Store, sync_store: SyncStore) -> None:
    with store.write(MANAGER) as work:
        work.create("lead", {"name": "Ravi", "stage": "new"})
    for results in ([Result(2, "applied")], [Result(1, "applied"), Result(2, "applied")], [Result(0, "applied")]):
        with pytest.raises(RuntimeError):
            sync_store.settle(results)
    assert (sync_store.state().waiting, sync_store.state().applied_n) == (1, 0)


def test_a_reset_keeps_what_the_user_did(store: Store, sync_store: SyncStore) -> None:
    pulled = [server_row(name=f"Ravi {i}") for i in range(5)]
    store_page(sync_store, page([("owner:a", 1, row) for row in pulled]))
    with store.write(MANAGER) as work:
        for i in range(3):
            work.create("lead", {"name": f"Sita {i}", "stage": "new"})
    sync_store.settle([Result(1, "applied", ver=1), Result(2, "applied", ver=1)])
    _edit(store, pulled[0]["id"], city="Pune")
    sync_store.reset("epoch-2", 1)
    state = sync_store.state()
    assert (state.epoch, state.cursor, state.applied_n, state.waiting) == ("epoch-2", None, 1, 3)
    again = sync_store.pending(10)
    assert [(m.n, m.op) for m in again] == [(2, "create"), (3, "create"), (4, "update")]
    assert again[0].fields["name"] == (None, "Sita 1"), "settled, but the backup lacks it"
    with store.read() as reader:
        titles = {record["name"] for record in reader.page(ListQuery("lead"), limit=50).rows}
        assert titles == {"Ravi 0", "Sita 1", "Sita 2"}
        assert reader.count(ListQuery("lead")) == 3
        assert {hit.title for hit in reader.search("ravi")} == {"Ravi 0"}
    assert store.integrity_check() == []
    _edit(store, pulled[0]["id"], city="Mumbai")
    assert [m.n for m in sync_store.pending(10)] == [2, 3, 4, 5]
    store_page(sync_store, page([("owner:a", 9, pulled[0])], epoch="epoch-2"))
    shown = _shown(store, pulled[0]["id"])
    assert shown is not None
    assert shown["city"] == "Mumbai"


def test_edits_that_wait_again_are_shown_below_those_that_wait(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi", city="Pune")
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], name="Mine")
    sync_store.settle([Result(1, "applied", ver=2)])
    store_page(sync_store, page([("owner:a", 3, row | {"name": "Theirs"})]))
    _edit(store, row["id"], city="Surat")
    sync_store.reset("epoch-2", 0)
    shown = _shown(store, row["id"])
    assert shown is not None
    assert (shown["name"], shown["city"]) == ("Mine", "Surat"), "what waits is what the user sees"


def test_a_page_may_begin_anew(store: Store, sync_store: SyncStore) -> None:
    old, new = server_row(name="Old"), server_row(name="New")
    store_page(sync_store, page([("owner:a", 1, old)]))
    store_page(sync_store, page([("owner:a", 1, new)], reset=True, epoch="epoch-2"))
    assert (_shown(store, old["id"]), _shown(store, new["id"])) == (None, new)


def test_forgetting_a_scope_makes_way_for_fetching_it_again(store: Store, sync_store: SyncStore) -> None:
    alone, both, edited = (server_row(name=name) for name in ("Alone", "Both", "Edited"))
    rows = [("owner:a", 1, alone), ("owner:a", 1, both), ("owner:b", 1, both), ("owner:a", 1, edited)]
    store_page(sync_store, page(rows))
    before = sync_store.checksums()
    _edit(store, edited["id"], city="Pune")
    sync_store.forget_scope("owner:a")
    sync_store.forget_scope("unknown")
    assert _shown(store, alone["id"]) is None
    assert _shown(store, both["id"])
    assert _shown(store, edited["id"])
    store_page(sync_store, page(rows))
    assert sync_store.checksums() == before


def test_what_a_hello_and_a_run_leave_behind(store: Store, sync_store: SyncStore) -> None:
    assert sync_store.standing() == Standing(0, 0, None)
    with store.write(MANAGER) as work:
        work.set_meta("device_id", "d")
        work.create("lead", {"name": "Ravi", "stage": "new"})
    conflict = server_row("conflict", status="open", entity="lead", row_id=new_id(), field="name")
    store_page(sync_store, page([("owner:a", 1, conflict)], table="conflict"))
    user = new_id()
    sync_store.save_hello(HelloReply(1, 1, 1, EPOCH, user, "sales", ["ref"], Limits(), "active", 123, 0, "signed"))
    sync_store.acknowledged([], 77)
    assert sync_store.standing() == Standing(1, 1, 77)
    assert sync_store.state().device_id == "d"
    with store.read() as reader:
        assert (reader.meta("user_id"), reader.meta("role"), reader.meta("lease")) == (user, "sales", "signed")


def test_tokens_are_kept_in_the_store(store: Store) -> None:
    vault = StoreTokenVault(store)
    assert vault.load() is None
    tokens = Tokens("access", 123, "refresh")
    vault.save(tokens)
    assert StoreTokenVault(store).load() == tokens
    vault.save(None)
    assert vault.load() is None


def test_a_row_kept_for_its_edits_alone_goes_when_they_are_refused(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi")
    store_page(sync_store, page([("owner:a", 1, row)]))
    _edit(store, row["id"], name="typed while the role changed")
    store_page(
        sync_store, msgspec.structs.replace(page([("ref", 1, server_row(name="Sita"))], cursor="c2"), reset=True)
    )
    assert _shown(store, row["id"]) is not None
    sync_store.settle([Result(1, "rejected", code="out_of_scope")])
    assert _shown(store, row["id"]) is None
    assert (_count(store), _shadows(store)) == (1, 0)


def test_a_row_that_its_maker_may_not_read_is_handed_over(store: Store, sync_store: SyncStore) -> None:
    user = new_id()
    sync_store.save_hello(HelloReply(1, 1, 1, EPOCH, user, "sales", ["ref"], Limits(), "active", 123, 0, "signed"))
    with store.write(Actor(user, Role.SALES)) as work:
        entry: dict[str, Value] = {"recipient": "Ravi", "basis": "access request", "country": "IN", "disclosed_at": 1}
        made = work.create("disclosure", entry)
    sync_store.settle([Result(1, "applied", ver=1)])
    with store.read() as reader:
        assert reader.get("disclosure", made) is None
    assert _shadows(store) == 0


def test_a_pulled_row_writes_only_what_differs(store: Store, sync_store: SyncStore) -> None:
    row = server_row(name="Ravi Kumar", company_name="Shree Motors", city="Pune")
    lookup = "SELECT docid, words FROM search_doc WHERE row_id = ?"

    def pulled(version: int, **changes: Value) -> tuple[int, str]:
        store_page(sync_store, page([("owner:a", version, {**row, **changes})], cursor=f"c{version}"))
        assert _shown(store, row["id"]) == {**row, **changes}
        with store.read() as reader:
            docid, words = reader.cursor.execute(lookup, (row["id"],)).fetchone()
        return docid, words

    first = pulled(1)
    assert "shree" in first[1]
    assert pulled(2) == first
    assert pulled(3, updated_at=7, city=None) == first
    _, words = pulled(4, company_name=None, city="Nashik", budget_paise=5)
    assert "shree" not in words
    assert store.integrity_check() == []
