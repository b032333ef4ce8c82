"""What the edits of one batch touch, loaded set-wise: rows, the rows they refer to, and whose all of these are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Kind, Role
from nxcrm_desktop.domain.ids import is_id
from sync.protocol.messages import Mutation
from sync.server.store.access import Access
from sync.server.store.feed import Op, standings
from sync.server.store.rows import Key, RowSet, erased_among, live_among
from sync.server.store.scopes import ScopeGraph
from sync.server.store.stages import stage_keys


def known_entity(name: str) -> EntityInfo | None:
    """The entity of that name if devices may speak of it."""
    info = ENTITIES.get(name)
    return info if info is not None and not info.facts.server_only else None


class Reach:
    """Answers, without asking the database again, what an edit needs to know."""

    def __init__(self, connection: Connection, access: Access, rows: RowSet, edits: Sequence[Mutation]) -> None:
        self._connection = connection
        self._mine = frozenset(access.numbers.values())
        # Holds, requests and consents may be about anybody; none of what the desk may make opens the row it names.
        self._names_anybody = access.role is Role.PRIVACY_OFFICER
        self._rows = rows
        self._made: set[Key] = set()
        keys = _keys(edits)
        rows.load(keys)
        self._live = _live_targets(connection, edits) | {("user", person) for person in access.people}
        self.erased = erased_among(connection, {row_id for ids in keys.values() for row_id in ids})
        asked = {(entity, row_id) for entity, ids in keys.items() for row_id in ids if rows.get(entity, row_id)}
        private = {key for key in self._live if not ENTITIES[key[0]].facts.scope.ref}
        self._standings = standings(connection, asked | private)
        self._lost = _given_away(connection, access, [key for key in asked if _is_deleted(rows, key)])
        self._stages: frozenset[str] | None = None

    def made(self, key: Key) -> None:
        """A row was made, or taken back, by this batch: whoever did that may go on with it."""
        self._made.add(key)

    def mine(self, key: Key) -> bool:
        """Whether the row is in a scope of the user's or, deleted, was in one and would be in one again."""
        if key in self._made:
            return True
        gone = _is_deleted(self._rows, key) and key not in self._lost
        telling = (Op.PUT, Op.DELETE) if gone else (Op.PUT,)
        return any(s in self._mine for s, (op, _) in self._standings.get(key, {}).items() if op in telling)

    def may_refer(self, entity: str, row_id: str) -> bool:
        """Whether a live row of the user's, or one that all may know (the privacy desk: any row), has this id."""
        key = (entity, row_id)
        row = self._rows.get(entity, row_id)
        live = row.deleted_at is None if row else key in self._live
        return live and (self._names_anybody or ENTITIES[entity].facts.scope.ref or self.mine(key))

    def is_stage(self, key: str) -> bool:
        """Whether the pipeline has this stage."""
        if self._stages is None:
            self._stages = stage_keys(self._connection)
        return key in self._stages


def _is_deleted(rows: RowSet, key: Key) -> bool:
    row = rows.get(*key)
    return row is not None and row.deleted_at is not None


def _given_away(connection: Connection, access: Access, deleted: Collection[Key]) -> frozenset[Key]:
    """Deleted rows that would come back to others: what they hang on has other owners since."""
    if not deleted:
        return frozenset()
    names = ScopeGraph(connection).of_restored(deleted)
    return frozenset(key for key in deleted if names[key].isdisjoint(access.scopes))


def _keys(edits: Sequence[Mutation]) -> dict[str, set[str]]:
    keys: dict[str, set[str]] = defaultdict(set)
    for edit in edits:
        if known_entity(edit.table) and is_id(edit.id):
            keys[edit.table].add(edit.id)
    return keys


def _live_targets(connection: Connection, edits: Sequence[Mutation]) -> set[Key]:
    """Those rows that edits refer to and that exist."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for edit in edits:
        for name, target in _REFERENCES.get(edit.table, ()):
            _, value = edit.fields.get(name, (None, None))
            if is_id(value):
                wanted[target].add(str(value))
    return {(entity, row_id) for entity, ids in wanted.items() for row_id in live_among(connection, entity, ids)}


_REFERENCES = {
    info.name: tuple((n, f.ref) for n, f in info.fields.items() if f.kind is Kind.REF and n not in COMMON)
    for info in ENTITIES.values()
}
