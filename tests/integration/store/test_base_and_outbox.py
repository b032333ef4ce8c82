"""The law of the device: what is shown is base + outbox, in whatever order edits, pages and results come."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import ListQuery, Value
from nxcrm_desktop.store.outbox import entries_of
from nxcrm_desktop.store.rebase import shown
from nxcrm_desktop.store.rows import unpack_row
from nxcrm_desktop.store.sync_store import SyncStore
from sync.protocol import checksums
from sync.protocol.messages import Result
from tests.helpers.stores import MANAGER, fresh_store, page, server_row, store_page

COLUMNS = ENTITIES["lead"].columns
SCOPES = ("owner:a", "owner:b")
_VALUES = {
    "name": st.sampled_from(["Ravi", "Sita", "रमेश"]),
    "city": st.sampled_from(["Pune", None]),
    "notes": st.sampled_from(["a", "a\nb", None]),
    "tags": st.sampled_from(['["x"]', '["y"]', None]),
    "rating": st.sampled_from(["hot", "cold", None]),
}
_CHANGES = st.fixed_dictionaries({}, optional=cast("dict[Any, Any]", _VALUES))


class Device(RuleBasedStateMachine):
    """A store fed by a user and by a made-up server whose rows and scopes are kept in plain dictionaries."""

    rows = Bundle("rows")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp(prefix="nxcrm-law-"))
        self.store = fresh_store(self.folder)
        self.sync = SyncStore(self.store)
        self.server: dict[str, tuple[int, dict[str, Value]]] = {}
        self.members: defaultdict[str, set[str]] = defaultdict(set)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert self.store.integrity_check() == []
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(target=rows, changes=_CHANGES)
    def user_makes(self, changes: dict[str, Value]) -> str:
        with self.store.write(MANAGER) as work:
            return work.create("lead", {"name": "New", "stage": "new"} | changes)

    @rule(row=rows, changes=_CHANGES)
    def user_edits(self, row: str, changes: dict[str, Value]) -> None:
        with self.store.write(MANAGER) as work:
            if work.get("lead", row):
                work.update("lead", row, changes)

    @rule(row=rows)
    def user_deletes(self, row: str) -> None:
        with self.store.write(MANAGER) as work:
            if work.get("lead", row):
                work.delete("lead", row)

    @rule(target=rows, scope=st.sampled_from(SCOPES), name=_VALUES["name"])
    def server_sends_new(self, scope: str, name: str) -> str:
        row = server_row(name=name)
        self.server[str(row["id"])] = (1, row)
        self._send(str(row["id"]), scope)
        return str(row["id"])

    @rule(row=rows, scope=st.sampled_from(SCOPES), changes=_CHANGES)
    def server_changes(self, row: str, scope: str, changes: dict[str, Value]) -> None:
        ver, values = self.server.get(row, (0, server_row(id=row, name="New")))
        self.server[row] = (ver + 1, values | changes)
        self._send(row, scope)

    def _send(self, row: str, scope: str) -> None:
        ver, values = self.server[row]
        self.members[row].add(scope)  # a change is sent to every scope of the row
        store_page(self.sync, page([(s, ver, values) for s in sorted(self.members[row])]))
        record, waiting = self._look(row)
        if not waiting:
            assert record == values, "a row without edits waiting is the server's"

    def _look(self, row: str) -> tuple[dict[str, Value] | None, bool]:
        with self.store.read() as reader:
            record = reader.get("lead", row)
            return None if record is None else dict(record.values), bool(reader.pending_ids("lead", [row]))

    @rule(row=rows, scope=st.sampled_from(SCOPES), op=st.sampled_from(["leave", "delete", "erase"]))
    def server_drops(self, row: str, scope: str, op: str) -> None:
        if scope in self.members[row]:
            store_page(self.sync, page(dropped=[(scope, row, op)]))
            self.members[row] = self.members[row] - {scope} if op == "leave" else set()
            if not self.members[row]:
                assert self._look(row)[0] is None, "a row in none of the device's scopes is gone"

    @rule(status=st.sampled_from(["applied", "merged", "conflict", "rejected", "gone"]), count=st.integers(1, 4))
    def server_settles(self, status: Any, count: int) -> None:
        waiting = self.sync.pending(count)
        results = [Result(m.n, status, ver=self.server.get(m.id, (0, {}))[0] + 1) for m in waiting]
        self.sync.settle(results)

    @rule(fewer=st.integers(0, 3))
    def server_is_restored(self, fewer: int) -> None:
        state = self.sync.state()
        self.sync.reset("epoch-1", max(0, state.applied_n - fewer))
        self.members.clear()

    @rule(scope=st.sampled_from(SCOPES))
    def scope_is_fetched_again(self, scope: str) -> None:
        self.sync.forget_scope(scope)
        for scopes in self.members.values():
            scopes.discard(scope)

    @invariant()
    def what_is_shown_is_base_and_outbox(self) -> None:
        with self.store.read() as reader:
            for row_id, ver, packed in reader.cursor.execute("SELECT row_id, ver, vals FROM shadow").fetchall():
                entries = entries_of(reader.cursor, "lead", row_id)
                assert entries, "a shadow lasts as long as edits wait"
                base = None if packed is None else unpack_row(packed, len(COLUMNS))
                record = reader.get("lead", row_id)
                assert (None if record is None else list(record.values.values())) == shown(base, entries)
                if ver is not None and row_id in self.server and self.members[row_id]:
                    assert ver <= self.server[row_id][0]

    @invariant()
    def numbers_are_contiguous(self) -> None:
        state = self.sync.state()
        with self.store.read() as reader:
            assert [e.n for e in reader.outbox()] == list(
                range(state.applied_n + 1, state.applied_n + 1 + state.waiting)
            )

    @invariant()
    def checksums_are_those_of_the_memberships(self) -> None:
        expected: dict[str, list[int]] = defaultdict(list)
        with self.store.read() as reader:
            sql = "SELECT s.name, m.row_id, m.ver FROM membership AS m JOIN scope AS s ON s.id = m.scope"
            for scope, row_id, ver in reader.cursor.execute(sql):
                expected[scope].append(checksums.row_hash(row_id, ver))
        kept = {c.scope: (c.count, c.sum) for c in self.sync.checksums()}
        assert kept == {s: (len(h), checksums.to_hex(checksums.add(0, *h))) for s, h in expected.items()}
        assert {s for scopes in self.members.values() for s in scopes} == set(expected)

    @invariant()
    def counts_and_search_follow(self) -> None:
        with self.store.read() as reader:
            ids = {row[0] for row in reader.cursor.execute("SELECT id FROM lead")}
            assert reader.count(ListQuery("lead")) == len(ids)
            docs = {row[0] for row in reader.cursor.execute("SELECT row_id FROM search_doc")}
            assert docs == ids


TestDevice = Device.TestCase
TestDevice.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
