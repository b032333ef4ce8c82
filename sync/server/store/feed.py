"""The feed: stamping what a transaction changed, as its last act, in order of commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES
from sync.protocol.checksums import add, from_hex, remove, row_hash, to_hex
from sync.server.store import tables
from sync.server.store.announce import announce_feed
from sync.server.store.engine import is_sqlite
from sync.server.store.rows import Key, Row
from sync.server.store.scopes import ScopeGraph, about, borrowers, grouped, heirs
from sync.server.store.sql import among, fetch, insert_many, listed, mark, select_among, update_many


class Op(IntEnum):
    """What happened to a row in a scope. Numbers are stored."""

    PUT = 1
    LEAVE = 2
    DELETE = 3
    ERASE = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the feed. ``old``: the version that was in the scope until now, None if none was."""

    entity: int
    row_id: str
    scope_id: int
    op: Op
    ver: int
    old: int | None


_STAFF = ENTITIES["user"].number
Standing = Mapping[int, tuple[int, int]]
"""Of one row: scope number → (op, version)."""


def stamp(connection: Connection, rows: Sequence[Row], *, by: str = "") -> None:
    """Give the rows just written their places in the feed, and everything whose scopes follow from theirs.

    Must be the last thing a writing transaction does. Every writer waits here for the one before it to commit, so that
    whoever reads the clock sees all entries up to it (the clock's row stays locked), and scopes are derived from what
    has been committed.
    """
    synced = [row for row in rows if not row.info.facts.server_only]
    if not synced:
        return
    lock_clock(connection)
    entries = _Stamping(connection, synced).entries()
    if entries:
        _store(connection, sorted(entries, key=lambda entry: entry.entity), by)


def lock_clock(connection: Connection) -> None:
    """Wait for every writer before this one to commit; who comes later waits. Rows are locked before, never after."""
    lock = "" if is_sqlite(connection) else " FOR UPDATE"
    fetch(connection, f"SELECT v FROM sync_clock WHERE id = 1{lock}")  # noqa: S608 (constant)


class _Stamping:
    """Works outward from the changed rows until nothing moves any more."""

    def __init__(self, connection: Connection, rows: Sequence[Row]) -> None:
        self._connection = connection
        self._rows = {row.key: row for row in rows}
        self._graph = ScopeGraph(connection)
        self._numbers = ScopeNumbers(connection)
        for row in rows:
            self._graph.know(row)

    def entries(self) -> list[Entry]:
        done: set[Key] = set()
        entries: list[Entry] = []
        level = [*self._rows, *self._lent()]
        while level := [key for key in dict.fromkeys(level) if key not in done]:
            done.update(level)
            moved = self._level(level, entries)
            level = list(heirs(self._connection, moved)) if moved else []
        return entries

    def _lent(self) -> Iterable[Key]:
        fresh = [row.key for row in self._rows.values() if row.fresh]
        return [*borrowers(self._rows.values()), *about(self._connection, fresh, unmade=True)]

    def _level(self, keys: Collection[Key], entries: list[Entry]) -> list[Key]:
        """Add the entries of these rows; returns those that were there before and whose scopes may have changed.

        What hangs on a deleted row keeps that row's scopes, which the feed no longer tells: such a row always counts.
        """
        names = self._graph.of(keys)
        self._numbers.learn(name for found in names.values() for name in found)
        standing = standings(self._connection, [key for key in keys if not self._fresh(key)])
        moved = []
        for key in keys:
            before = standing.get(key, {})
            now = {self._numbers[name] for name in names[key]}
            entries += self._changes(key, before, now)
            left = {s for s, (op, _) in before.items() if op == Op.PUT} != now
            if not self._fresh(key) and (left or self._graph.deleted(key)):
                moved.append(key)
        return moved

    def _fresh(self, key: Key) -> bool:
        return key in self._rows and self._rows[key].fresh

    def _changes(self, key: Key, before: Standing, now: Collection[int]) -> Iterable[Entry]:
        number, row_id, ver = ENTITIES[key[0]].number, key[1], self._graph.ver(key)
        for scope_id in now:
            op, old = before.get(scope_id, (Op.LEAVE, 0))
            if op != Op.PUT or old != ver:
                yield Entry(number, row_id, scope_id, Op.PUT, ver, old if op == Op.PUT else None)
        parting = self._parting(key)
        for scope_id, (op, old) in before.items():
            if scope_id not in now and (op == Op.PUT or (parting is Op.ERASE and op != Op.ERASE)):
                yield Entry(number, row_id, scope_id, parting, ver, old if op == Op.PUT else None)

    def _parting(self, key: Key) -> Op:
        row = self._rows.get(key)
        if row is not None and row.erased:
            return Op.ERASE
        return Op.DELETE if self._graph.deleted(key) else Op.LEAVE


class ScopeNumbers:
    """Numbers of scopes by name; new names get the next number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._numbers[name]

    def learn(self, names: Iterable[str]) -> None:
        """Look up, or give, the numbers of these names."""
        wanted = sorted({name for name in names if name not in self._numbers})
        self._look_up(wanted)
        unknown = [(name, 0) for name in wanted if name not in self._numbers]
        if unknown:
            insert_many(self._connection, tables.scope, ("name", "head"), unknown)
            self._look_up([name for name, _ in unknown])

    def _look_up(self, names: Collection[str]) -> None:
        self._numbers.update({n: i for i, n in select_among(self._connection, "scope", ("id", "name"), "name", names)})


def standings(connection: Connection, keys: Iterable[Key]) -> dict[Key, dict[int, tuple[int, int]]]:
    """The feed's entries of each row: scope number → (op, version)."""
    found: dict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for entity, ids in grouped(keys).items():
        sql = (
            f"SELECT row_id, scope_id, op, ver FROM feed "  # noqa: S608 (declared names)
            f"WHERE entity = {mark(connection)} AND {among(connection, 'row_id')}"
        )
        for row_id, scope_id, op, ver in fetch(connection, sql, ENTITIES[entity].number, listed(connection, ids)):
            found[entity, row_id][scope_id] = (op, ver)
    return found


def _store(connection: Connection, entries: Sequence[Entry], by: str) -> None:
    count = len(entries)
    sql = f"UPDATE sync_clock SET v = v + {mark(connection)} WHERE id = 1 RETURNING v"  # noqa: S608 (constant)
    head = fetch(connection, sql, count)[0][0]
    first = head - count + 1
    rows = [(e.entity, e.row_id, e.scope_id, first + i, int(e.op), e.ver) for i, e in enumerate(entries)]
    insert_many(connection, tables.feed, ("entity", "row_id", "scope_id", "seq", "op", "ver"), rows, _REPLACE)
    heads = {row[2]: row[3] for row in rows}  # ascending: the last one of a scope is its newest
    update_many(connection, tables.scope, ("head",), [(seq, scope_id) for scope_id, seq in heads.items()])
    _store_checksums(connection, entries)
    announce_feed(connection, head, heads, by=by, staff=any(entry.entity == _STAFF for entry in entries))


_REPLACE = (
    "ON CONFLICT (entity, row_id, scope_id) DO UPDATE SET seq = excluded.seq, op = excluded.op, ver = excluded.ver"
)


def _store_checksums(connection: Connection, entries: Iterable[Entry]) -> None:
    scopes = {entry.scope_id for entry in entries}
    sql = f"SELECT scope_id, entity, count, sum FROM checksum WHERE {among(connection, 'scope_id')}"  # noqa: S608
    found = fetch(connection, sql, listed(connection, scopes))
    sums = {(scope_id, entity): (count, from_hex(total)) for scope_id, entity, count, total in found}
    changed: dict[tuple[int, int], tuple[int, int]] = {}
    for entry in entries:
        key = (entry.scope_id, entry.entity)
        changed[key] = _summed(changed.get(key) or sums.get(key, (0, 0)), entry)
    rows = [(scope_id, entity, count, to_hex(total)) for (scope_id, entity), (count, total) in changed.items()]
    conflict = "ON CONFLICT (scope_id, entity) DO UPDATE SET count = excluded.count, sum = excluded.sum"
    insert_many(connection, tables.checksum, ("scope_id", "entity", "count", "sum"), rows, conflict)


def _summed(known: tuple[int, int], entry: Entry) -> tuple[int, int]:
    count, total = known
    if entry.old is not None:
        count, total = count - 1, remove(total, row_hash(entry.row_id, entry.old))
    if entry.op is Op.PUT:
        count, total = count + 1, add(total, row_hash(entry.row_id, entry.ver))
    return count, total
