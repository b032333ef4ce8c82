"""Imports, remembered so that they can be undone. One import may take several transactions; each adds its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """One import. ``at`` and ``undone_at`` are UTC ms; ``summary`` is JSON of the importer's own: no personal data."""

    id: str
    entity: str
    file_name: str
    at: int
    undone_at: int | None = None
    summary: str = "{}"


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row an import made or changed. ``digest`` is of its values then: another one now means it was edited since.

    (Its time of change would not tell: the server sets its own.) ``before`` is None for a row that was made; for one
    that was changed, JSON of the changed columns' earlier values.
    """

    id: str
    digest: str
    before: str | None = None


def put(cursor: Any, batch: ImportBatch, rows: Iterable[ImportedRow]) -> None:
    """Remember an import, or more of one: its summary now, and the rows of this transaction."""
    cursor.execute(
        "INSERT INTO import_batch (id, entity, file_name, at, undone_at, summary) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET summary = excluded.summary",
        (batch.id, batch.entity, batch.file_name, batch.at, batch.undone_at, batch.summary),
    )
    # A row changed by two lines of one file keeps what it held before the first.
    cursor.executemany(
        "INSERT INTO import_row (batch_id, row_id, digest, before) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (batch_id, row_id) DO UPDATE SET digest = excluded.digest",
        [(batch.id, row.id, row.digest, row.before) for row in rows],
    )


def rows(cursor: Any, batch_id: str) -> list[ImportedRow]:
    """The rows of an import, in the order they were made."""
    sql = "SELECT row_id, digest, before FROM import_row WHERE batch_id = ? ORDER BY row_id"
    return [ImportedRow(*row) for row in cursor.execute(sql, (batch_id,))]


def _made(row: Sequence[Any]) -> ImportBatch:
    return ImportBatch(*row)


_SELECT = "SELECT id, entity, file_name, at, undone_at, summary FROM import_batch"


def get(cursor: Any, batch_id: str) -> ImportBatch | None:
    """An import by id, or None."""
    row = cursor.execute(f"{_SELECT} WHERE id = ?", (batch_id,)).fetchone()
    return None if row is None else _made(row)


def every(cursor: Any) -> list[ImportBatch]:
    """All imports, newest first."""
    return [_made(row) for row in cursor.execute(f"{_SELECT} ORDER BY id DESC").fetchall()]


def mark_undone(cursor: Any, batch_id: str, at: int) -> None:
    """The import was undone at this time (UTC ms). What its rows held before is not needed any more."""
    cursor.execute("UPDATE import_batch SET undone_at = ? WHERE id = ?", (at, batch_id))
    cursor.execute("UPDATE import_row SET before = NULL WHERE batch_id = ?", (batch_id,))
