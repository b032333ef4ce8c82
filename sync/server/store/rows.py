"""Rows of entities in one writing transaction: loaded set-wise, changed in memory, written back set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.records import Value
from sync.server.store import tables
from sync.server.store.engine import is_sqlite
from sync.server.store.sql import insert_many, select_among, update_many
from sync.server.store.tables import DELETED_AT, ENTITY_TABLES, VER

Key = tuple[str, str]
"""(entity name, row id)"""


@dataclass(slots=True, eq=False)
class Row:
    """One row. ``before`` holds the first values of what was changed; ``fresh``: made by this transaction.

    ``restored``: was deleted until now.
    """

    info: EntityInfo
    values: dict[str, Value]
    ver: int
    deleted_at: int | None = None
    fresh: bool = False
    erased: bool = False
    restored: bool = False
    before: dict[str, Value] = field(default_factory=dict)
    id: str = field(init=False)
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.id = str(self.values["id"])
        self.key = self.info.name, self.id


class RowSet:
    """The rows a transaction works on. Nothing is written before :meth:`write`.

    ``actor``: id of the member of staff on whose behalf it works (None: the server itself); ``now``: UTC ms.
    """

    def __init__(self, connection: Connection, actor: str | None, now: int) -> None:
        self._connection = connection
        self.actor = actor
        self.now = now
        self._rows: dict[Key, Row] = {}
        self._touched: dict[Key, Row] = {}

    def load(self, wanted: Mapping[str, Collection[str]]) -> None:
        """Read and lock rows: tables by number, rows by id, so that no two writers ever wait for each other."""
        for info in sorted((ENTITIES[name] for name in wanted), key=lambda i: i.number):
            self._load(info, [i for i in wanted[info.name] if (info.name, i) not in self._rows])

    def _load(self, info: EntityInfo, ids: Collection[str]) -> None:
        tail = "ORDER BY id" if is_sqlite(self._connection) else "ORDER BY id FOR UPDATE"
        found = select_among(self._connection, info.name, (*info.columns, VER, DELETED_AT), "id", ids, tail)
        for *values, ver, deleted_at in found:
            row = Row(info, dict(zip(info.columns, values, strict=True)), ver, deleted_at)
            self._rows[row.key] = row

    def get(self, entity: str, row_id: str) -> Row | None:
        """A row that was loaded or made here, deleted ones too."""
        return self._rows.get((entity, row_id))

    def add(self, info: EntityInfo, values: Mapping[str, Value]) -> Row:
        """A new row of version 1. ``values`` must hold an id; the common columns are set here."""
        stamp = {
            "created_at": self.now, "created_by": self.actor, "updated_at": self.now, "updated_by": self.actor
        }  # fmt: skip
        row = Row(info, {**_blank(info.name), **values, **stamp}, 1, fresh=True)
        self._rows[row.key] = self._touched[row.key] = row
        return row

    def change(self, row: Row, changes: Mapping[str, Value]) -> None:
        """Set columns; one version more."""
        self._set(row, {**changes, "updated_at": self.now, "updated_by": self.actor})
        self._touch(row)

    def remove(self, row: Row) -> None:
        """Delete the row: it leaves every device, its traces here stay for those who may still ask."""
        row.deleted_at = self.now
        self._set(row, {"updated_at": self.now, "updated_by": self.actor})
        self._touch(row)

    def restore(self, row: Row) -> None:
        """Take back the deletion of a row: it is again where it was, with all that hangs on it."""
        row.deleted_at = None
        row.restored = True
        self._set(row, {"updated_at": self.now, "updated_by": self.actor})
        self._touch(row)

    def erase(self, row: Row) -> None:
        """Remove the row for good: its id never returns."""
        row.erased = True
        row.deleted_at = self.now
        self._touch(row)

    def _set(self, row: Row, changes: Mapping[str, Value]) -> None:
        for name, value in changes.items():
            row.before.setdefault(name, row.values[name])
            row.values[name] = value

    def _touch(self, row: Row) -> None:
        row.ver += 1
        self._touched[row.key] = row

    def write(self) -> list[Row]:
        """Write everything that changed; returns it, in the order of the entities' numbers."""
        touched = sorted(self._touched.values(), key=lambda row: (row.info.number, row.id))
        self._insert([row for row in touched if row.fresh and not row.erased])
        self._update([row for row in touched if not row.fresh and not row.erased])
        self._erase([row for row in touched if row.erased])
        self._touched = {}
        return touched

    def _insert(self, rows: Iterable[Row]) -> None:
        for info, group in _by_entity(rows):
            columns = info.columns
            filled = [(*map(row.values.__getitem__, columns), row.ver, row.deleted_at) for row in group]
            insert_many(self._connection, ENTITY_TABLES[info.name], (*columns, VER, DELETED_AT), filled)

    def _update(self, rows: Iterable[Row]) -> None:
        alike: dict[tuple[str, tuple[str, ...]], list[Row]] = defaultdict(list)
        for row in rows:
            alike[row.info.name, tuple(sorted(row.before))].append(row)
        for (entity, columns), group in alike.items():
            changed = [(*(row.values[c] for c in columns), row.ver, row.deleted_at, row.id) for row in group]
            update_many(self._connection, ENTITY_TABLES[entity], (*columns, VER, DELETED_AT), changed)

    def _erase(self, rows: Iterable[Row]) -> None:
        for info, group in _by_entity(rows):
            table = ENTITY_TABLES[info.name]
            self._connection.execute(table.delete().where(table.c.id.in_([row.id for row in group])))
            gone = [(row.id, info.number, self.now) for row in group]
            insert_many(self._connection, tables.erased, ("id", "entity", "erased_at"), gone, "ON CONFLICT DO NOTHING")


@cache
def _blank(name: str) -> dict[str, Value]:
    return dict.fromkeys(ENTITIES[name].columns)


def _by_entity(rows: Iterable[Row]) -> Iterable[tuple[EntityInfo, list[Row]]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.info.name].append(row)
    return [(ENTITIES[name], group) for name, group in groups.items()]


def erased_among(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of ``ids`` that were erased."""
    return frozenset(row_id for (row_id,) in select_among(connection, "erased", ("id",), "id", ids))


def present_among(connection: Connection, entity: str, ids: Collection[str]) -> frozenset[str]:
    """Those of ``ids`` that are rows of the entity, deleted ones too."""
    return frozenset(row_id for (row_id,) in select_among(connection, entity, ("id",), "id", ids))


def forbid(connection: Connection, ids: Collection[str], now: int) -> None:
    """These ids may never return, of whatever entity they were."""
    insert_many(
        connection, tables.erased, ("id", "entity", "erased_at"), [(row_id, 0, now) for row_id in sorted(ids)],
        "ON CONFLICT DO NOTHING",
    )  # fmt: skip


def live_among(connection: Connection, entity: str, ids: Collection[str]) -> frozenset[str]:
    """Those of ``ids`` that are rows of the entity and not deleted."""
    found = select_among(connection, entity, ("id",), "id", ids, "AND deleted_at IS NULL")
    return frozenset(row_id for (row_id,) in found)
