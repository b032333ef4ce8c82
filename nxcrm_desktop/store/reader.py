"""Reading one snapshot of the store. Frozen records leave it, never live rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, select

from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import Keyset, ListQuery, Page, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import batches, meta, outbox, search, sync_log, sync_runs
from nxcrm_desktop.store.batches import ImportBatch, ImportedRow
from nxcrm_desktop.store.lists import Listing
from nxcrm_desktop.store.outbox import OutboxEntry
from nxcrm_desktop.store.search import SearchHit
from nxcrm_desktop.store.statements import quoted, statements
from nxcrm_desktop.store.sync_log import SyncLogEntry
from nxcrm_desktop.store.tables import METADATA
from sync.client.ports import SyncRun

_T = TypeVar("_T")
_CHUNK = 500  # bound parameters of one statement


class Reader:
    """One consistent view of all rows: what is shown is base + outbox. Use from one thread at a time.

    ``connection`` is for reports and the privacy export, ``cursor`` for the store's own modules.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cursor: Any = connection.connection.cursor()

    def get(self, name: str, row_id: str) -> Record | None:
        """A row by id, or None."""
        prepared = statements(name)
        row = self.cursor.execute(prepared.get, (row_id,)).fetchone()
        return None if row is None else Record(name, dict(zip(prepared.info.columns, row, strict=True)))

    def require(self, name: str, row_id: str) -> Record:
        """A row by id. Raises NxcrmError ``not_found``."""
        found = self.get(name, row_id)
        if found is None:
            raise NxcrmError(
                "not_found",
                f"There is no such {entity(name).facts.label.lower()} on this laptop.",
                safe="Nothing was changed.",
                todo="It may have been deleted or given to somebody else. Sync, then look again.",
            )
        return found

    def get_many(self, name: str, row_ids: Sequence[str]) -> list[Record]:
        """The rows of these ids that exist, in the order of the ids."""
        found = {record.id: record for record in self._where_in(name, "id", row_ids)}
        return [found[row_id] for row_id in row_ids if row_id in found]

    def page(self, query: ListQuery, *, limit: int, after: Keyset | None = None) -> Page:
        """Up to ``limit`` rows of a list behind ``after``. Nulls last either way, ties by id in its direction."""
        return Listing.of(self.connection, query).page(limit, after)

    def count(self, query: ListQuery) -> int:
        """Rows of a list. Without filters it is a number kept apart."""
        if query.where or query.search.strip():
            return Listing.of(self.connection, query).count()
        entity(query.entity)
        row = self.cursor.execute("SELECT rows FROM entity_count WHERE entity = ?", (query.entity,)).fetchone()
        return row[0] if row else 0

    def anchors(self, query: ListQuery, step: int) -> list[Keyset]:
        """Position of every ``step``-th row of a list: page behind the k-th to jump to row k × step."""
        return Listing.of(self.connection, query).anchors(step)

    def search(self, text: str, *, entities: Sequence[str] = (), limit: int = 50) -> list[SearchHit]:
        """Rows with a word that begins with each typed word: names, phones by a run of digits, marks, e-mails, remarks.

        Any text is allowed and none is ever syntax. Whole words come before beginnings, then the most recently changed.
        """
        for name in entities:
            entity(name)
        found = search.find(self.cursor, search.typed(text), entities, limit)
        by_entity: dict[str, list[str]] = {}
        for name, row_id in found:
            by_entity.setdefault(name, []).append(row_id)
        records = {(n, r.id): r for n, ids in by_entity.items() for r in self._where_in(n, "id", ids)}
        return [_hit(records[key]) for key in found if key in records]

    def find_equal(self, name: str, field: str, values: Sequence[Value]) -> list[Record]:
        """Rows whose column equals one of the values (nulls equal nothing)."""
        return self._where_in(name, field, [value for value in values if value is not None])

    def related(self, name: str, column: str, row_id: str, *, order: str = "id") -> list[Record]:
        """Rows whose column refers to a row, ordered by any column."""
        info = entity(name)
        info.field(column)
        info.field(order)
        table = METADATA.tables[name]
        columns = [table.c[c] for c in info.columns]
        found = select(*columns).where(table.c[column] == row_id).order_by(table.c[order], table.c.id)
        return [Record(name, dict(zip(info.columns, row, strict=True))) for row in self.connection.execute(found)]

    def outbox(self, limit: int = -1) -> list[OutboxEntry]:
        """Edits the server has not settled, oldest first."""
        return outbox.entries(self.cursor, limit=limit)

    def outbox_count(self) -> int:
        """How many edits wait."""
        return outbox.waiting(self.cursor)

    def pending_ids(self, name: str, row_ids: Sequence[str]) -> frozenset[str]:
        """Those of the rows that have edits waiting."""
        found: set[str] = set()
        for ids in _chunks(row_ids):
            marks = ", ".join("?" * len(ids))
            sql = f"SELECT row_id FROM outbox WHERE row_id IN ({marks}) AND entity = ?"  # noqa: S608
            found.update(row[0] for row in self.cursor.execute(sql, (*ids, name)))
        return frozenset(found)

    def meta(self, key: str) -> str | None:
        """A text of the device's own state (see store.meta.Meta), or None."""
        return meta.get(self.cursor, key)

    def pref(self, key: str) -> Any:
        """Saved state of the interface, as it was put; None when there is none."""
        row = self.cursor.execute("SELECT value FROM prefs WHERE key = ?", (key,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0])

    def batch(self, batch_id: str) -> ImportBatch | None:
        """An import, or None."""
        return batches.get(self.cursor, batch_id)

    def batch_rows(self, batch_id: str) -> list[ImportedRow]:
        """The rows an import made or changed, in the order they were made."""
        return batches.rows(self.cursor, batch_id)

    def batches(self) -> list[ImportBatch]:
        """All imports, newest first."""
        return batches.every(self.cursor)

    def sync_log(self, limit: int = 200) -> list[SyncLogEntry]:
        """What sync did and what was refused, newest first."""
        return sync_log.newest(self.cursor, limit)

    def sync_runs(self, limit: int) -> list[SyncRun]:
        """The latest runs of sync that did something or failed, newest first."""
        return sync_runs.newest(self.cursor, limit)

    def _where_in(self, name: str, field: str, values: Sequence[Value]) -> list[Record]:
        info = entity(name)
        info.field(field)
        records: list[Record] = []
        for chunk in _chunks(values):
            marks = ", ".join("?" * len(chunk))
            sql = f'SELECT {quoted(info.columns)} FROM "{name}" WHERE "{field}" IN ({marks})'  # noqa: S608
            records += (
                Record(name, dict(zip(info.columns, row, strict=True))) for row in self.cursor.execute(sql, chunk)
            )
        return records


def _chunks(values: Sequence[_T]) -> list[Sequence[_T]]:
    return [values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK)]


def _hit(record: Record) -> SearchHit:
    title = record[entity(record.entity).facts.title]
    return SearchHit(record.entity, record.id, "" if title is None else str(title), record)
