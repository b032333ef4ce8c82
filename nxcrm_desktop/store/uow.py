"""The unit of work: one transaction of local edits. Rows, outbox, shadows, counts and search index change together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import COMMON, SCHEMA_VERSION, entity
from nxcrm_desktop.domain.ids import is_id, new_id
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import batches, meta, outbox
from nxcrm_desktop.store.batches import ImportBatch, ImportedRow
from nxcrm_desktop.store.checks import allow, checked, complete
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.rows import Row, Rows, pack_row, server_version

_Edit = tuple[str, str, str, int | None, Mapping[str, tuple[Value, Value]]]  # op, entity, id, base_ver, fields


class UnitOfWork(Reader):
    """Edits of one user that become durable together, or not at all. Made by ``Store.write``.

    ``group`` ties the edits together on their way to the server; ``at`` is their time, UTC ms.
    """

    def __init__(self, connection: Connection, actor: Actor) -> None:
        super().__init__(connection)
        self.actor = actor
        self.group = new_id()
        self.at = now_ms()
        self._rows = Rows(self.cursor)
        self._last_n = self._given = meta.get_int(self.cursor, Meta.LAST_N)

    def create(self, name: str, values: Mapping[str, Value], *, id: str | None = None) -> str:  # noqa: A002
        """Make a row; returns its id.

        NxcrmError ``invalid_value``, ``not_allowed``, ``unknown_field``, ``already_exists``.
        """
        if id is not None and (not is_id(id) or self.get(name, id) is not None):
            raise _already_there(name, id)
        return self._insert(name, [(id or new_id(), values)])[0]

    def create_many(self, name: str, rows: Iterable[Mapping[str, Value]]) -> list[str]:
        """Make many rows, fast; returns their ids. All are checked before one is written."""
        return self._insert(name, [(new_id(), values) for values in rows])

    def update(self, name: str, id: str, changes: Mapping[str, Value]) -> bool:  # noqa: A002
        """Change the fields that differ. False when none does.

        NxcrmError ``not_found``, ``invalid_value``, ``not_allowed``, ``unknown_field``.
        """
        allow(self.actor.role, name, Action.UPDATE)
        stored = checked(self.actor.role, name, Action.UPDATE, changes)
        now = self.require(name, id).values
        fields = {field: (now[field], value) for field, value in stored.items() if now[field] != value}
        if not fields:
            return False
        row = list(now.values())
        self._record([("update", name, id, self._shade(name, row), fields)])
        new = {field: value for field, (_, value) in fields.items()}
        self._rows.update(name, row, new | {"updated_at": self.at, "updated_by": self.actor.user_id})
        return True

    def delete(self, name: str, id: str) -> None:  # noqa: A002
        """Delete a row. NxcrmError ``not_found``, ``not_allowed``."""
        allow(self.actor.role, name, Action.DELETE)
        values = self.require(name, id).values
        fields = {f: (value, None) for f, value in values.items() if value is not None and f not in COMMON}
        self._record([("delete", name, id, self._shade(name, list(values.values())), fields)])
        self._rows.delete(name, id)

    def restore(self, name: str, id: str, fields: Mapping[str, tuple[Value, Value]]) -> None:  # noqa: A002
        """Ask the server to take back a deletion, and to change fields (column → what was seen, new) with it.

        The row is not here: the next sync brings it. NxcrmError ``already_exists``, ``not_allowed``, ``invalid_value``.
        """
        allow(self.actor.role, name, Action.DELETE)
        if self.get(name, id) is not None:
            raise _already_there(name, id)
        stored = checked(self.actor.role, name, Action.UPDATE, {field: new for field, (_, new) in fields.items()})
        self._record([("restore", name, id, None, {field: (fields[field][0], new) for field, new in stored.items()})])

    def set_meta(self, key: str, value: str | None) -> None:
        """Keep a text of the device's own state; None forgets it."""
        meta.put(self.cursor, key, value)

    def set_pref(self, key: str, value: Any) -> None:
        """Keep saved state of the interface: anything JSON can hold; None forgets it."""
        if value is None:
            self.cursor.execute("DELETE FROM prefs WHERE key = ?", (key,))
        else:
            packed = msgspec.json.encode(value).decode()
            self.cursor.execute("INSERT OR REPLACE INTO prefs (key, value) VALUES (?, ?)", (key, packed))

    def put_batch(
        self, batch_id: str, name: str, file_name: str, rows: Iterable[ImportedRow], summary: Mapping[str, Any]
    ) -> None:
        """Remember an import, or add this transaction's rows to it and bring its summary up to date."""
        packed = msgspec.json.encode(summary).decode()
        batches.put(self.cursor, ImportBatch(batch_id, name, file_name, self.at, None, packed), rows)

    def mark_undone(self, batch_id: str) -> None:
        """The import was undone."""
        batches.mark_undone(self.cursor, batch_id, self.at)

    def finish(self) -> ChangeSet:
        """Last statements before the commit. For ``Store`` alone."""
        if self._last_n != self._given:
            meta.put(self.cursor, Meta.LAST_N, self._last_n)
        return self._rows.finish("local")

    def _insert(self, name: str, fresh: Sequence[tuple[str, Mapping[str, Value]]]) -> list[str]:
        role, user = self.actor.role, self.actor.user_id
        allow(role, name, Action.CREATE)
        declared = entity(name).columns[len(COMMON) :]
        rows: list[Row] = []
        edits: list[_Edit] = []
        for row_id, values in fresh:
            stored = checked(role, name, Action.CREATE, values)
            complete(role, name, stored)
            rows.append((row_id, self.at, user, self.at, user, *map(stored.get, declared)))
            fields = {field: (None, value) for field, value in stored.items() if value is not None}
            edits.append(("create", name, row_id, None, fields))
        self._rows.insert(name, rows)
        self.cursor.executemany(_SHADE, [(row[0], name, None, None) for row in rows])
        self._record(edits)
        return [str(row[0]) for row in rows]

    def _shade(self, name: str, row: Row) -> int | None:
        """Keep the row's server state before the first edit over it; returns the server's version of it."""
        key = (row[0], name)
        found = self.cursor.execute("SELECT ver FROM shadow WHERE row_id = ? AND entity = ?", key).fetchone()
        if found is not None:
            version: int | None = found[0]
            return version
        version = server_version(self.cursor, entity(name).number, str(row[0]))
        self.cursor.execute(_SHADE, (*key, version, pack_row(row)))
        return version

    def _record(self, edits: Sequence[_Edit]) -> None:
        author = self.actor.user_id
        self.cursor.executemany(
            f"INSERT INTO outbox ({outbox.COLUMNS}, schema) "  # noqa: S608
            f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {SCHEMA_VERSION})",
            [
                (n, self.group, op, name, row_id, base_ver, outbox.pack(fields), self.at, author)
                for n, (op, name, row_id, base_ver, fields) in enumerate(edits, start=self._last_n + 1)
            ],
        )
        self._last_n += len(edits)


_SHADE = "INSERT INTO shadow (row_id, entity, ver, vals) VALUES (?, ?, ?, ?)"


def _already_there(name: str, row_id: str) -> NxcrmError:
    if not is_id(row_id):
        return NxcrmError(
            "invalid_value", "An id must be a UUID.", safe="Nothing was changed.", details={"field": "id"}
        )
    return NxcrmError(
        "already_exists",
        f"There is a {entity(name).facts.label.lower()} with this id already.",
        safe="Nothing was changed.",
    )
