"""The one door of every server-side writer: administration, jobs, imports at the server. Devices come through push."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import COMMON, EntityInfo, entity as entity_info
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import EMPTY, Record, Value
from nxcrm_desktop.domain.values import normalise
from nxcrm_desktop.errors import NxcrmError
from sync.server.services.duplicates import write_and_flag
from sync.server.store.engine import write_transaction
from sync.server.store.feed import stamp
from sync.server.store.rows import Row, RowSet


class ServerWrite:
    """One transaction on behalf of a member of staff, or of the server (``actor`` None), who may do everything.

    ``connection`` is for tables outside the dictionary that must change together with the rows.
    """

    def __init__(self, connection: Connection, actor: str | None) -> None:
        self.connection = connection
        self._rows = RowSet(connection, actor, now_ms())

    def load(self, entity: str, row_ids: Collection[str]) -> None:
        """Read and lock many rows at once: what is then done to each asks the database no more.

        Thousands are best changed a few hundred to a transaction, so that others need not wait.
        """
        self._rows.load({entity_info(entity).name: row_ids})

    def get(self, entity: str, row_id: str) -> Record | None:
        """The row as it is now, locked; None if there is none or it is deleted."""
        row = self._find(entity_info(entity), row_id)
        return Record(entity, dict(row.values)) if row else None

    def lock(self, entity: str, row_ids: Collection[str]) -> None:
        """Read and lock rows in one go, before they are asked for one by one."""
        self._rows.load({entity: row_ids})

    def put(self, entity: str, values: Mapping[str, Value], *, row_id: str | None = None) -> str:
        """Make a row; returns its id. NxcrmError ``invalid_value``, ``unknown_field``."""
        info = entity_info(entity)
        given = _checked(info, {**_required(info), **values})
        return self._rows.add(info, {**given, "id": row_id or new_id()}).id

    def update(self, entity: str, row_id: str, changes: Mapping[str, Value]) -> bool:
        """Set columns; False if nothing differs. NxcrmError ``not_found``, ``invalid_value``, ``unknown_field``."""
        info = entity_info(entity)
        row = self._require(info, row_id)
        differing = {n: v for n, v in _checked(info, changes).items() if row.values[n] != v}
        if differing:
            self._rows.change(row, differing)
        return bool(differing)

    def delete(self, entity: str, row_id: str) -> None:
        """Delete a row. NxcrmError ``not_found``."""
        self._rows.remove(self._require(entity_info(entity), row_id))

    def erase(self, entity: str, row_id: str) -> None:
        """Remove a row, deleted or not, for good; its id never returns. NxcrmError ``not_found``."""
        info = entity_info(entity)
        self._rows.load({info.name: [row_id]})
        row = self._rows.get(info.name, row_id)
        if row is None:
            raise _not_found(info)
        self._rows.erase(row)

    def flush(self) -> None:
        """Write the rows and stamp the feed: the last act of the transaction."""
        stamp(self.connection, write_and_flag(self.connection, self._rows))

    def _find(self, info: EntityInfo, row_id: str) -> Row | None:
        self._rows.load({info.name: [row_id]})
        row = self._rows.get(info.name, row_id)
        return row if row and row.deleted_at is None else None

    def _require(self, info: EntityInfo, row_id: str) -> Row:
        row = self._find(info, row_id)
        if row is None:
            raise _not_found(info)
        return row


@contextmanager
def server_write(engine: Engine, actor: str | None) -> Iterator[ServerWrite]:
    """A transaction: written, stamped and committed at the end, undone by any exception."""
    with write_transaction(engine) as connection:
        writer = ServerWrite(connection, actor)
        yield writer
        writer.flush()


def _required(info: EntityInfo) -> Mapping[str, Value]:
    """Required columns as null, so that a missing one is told like an empty one."""
    missing = {name: None for name, facts in info.fields.items() if facts.required and name not in COMMON}
    return missing or EMPTY


def _checked(info: EntityInfo, values: Mapping[str, Value]) -> dict[str, Value]:
    checked = {}
    for name, value in values.items():
        try:
            checked[name] = normalise(info.field(name), value)
        except ValueProblem as problem:
            raise NxcrmError(
                "invalid_value",
                problem.message,
                safe="Nothing was changed.",
                todo="Correct the value and try again.",
                details={"field": name, "problem": problem.code},
            ) from problem
    return checked


def _not_found(info: EntityInfo) -> NxcrmError:
    return NxcrmError("not_found", f"{info.facts.label}: there is no such record.", safe="Nothing was changed.")
