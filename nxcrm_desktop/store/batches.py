"""Imports, remembered so that they can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """One import: the rows it made, in order, each with its ``updated_at`` (UTC ms) then.

    A row whose ``updated_at`` is another now was edited since. ``summary`` is JSON of the importer's own.
    """

    id: str
    entity: str
    file_name: str
    at: int
    created: tuple[tuple[str, int], ...]
    undone_at: int | None = None
    summary: str = "{}"


def add(cursor: Any, batch: ImportBatch) -> None:
    """Remember an import."""
    cursor.execute(
        "INSERT INTO import_batch (id, entity, file_name, at, undone_at, summary) VALUES (?, ?, ?, ?, ?, ?)",
        (batch.id, batch.entity, batch.file_name, batch.at, batch.undone_at, batch.summary),
    )
    cursor.executemany(
        "INSERT INTO import_row (batch_id, row_id, made_at) VALUES (?, ?, ?)",
        [(batch.id, row_id, made_at) for row_id, made_at in batch.created],
    )


def _made(cursor: Any, row: Sequence[Any]) -> ImportBatch:
    created = cursor.execute("SELECT row_id, made_at FROM import_row WHERE batch_id = ? ORDER BY row_id", (row[0],))
    return ImportBatch(row[0], row[1], row[2], row[3], tuple(map(tuple, created.fetchall())), row[4], row[5])


_SELECT = "SELECT id, entity, file_name, at, undone_at, summary FROM import_batch"


def get(cursor: Any, batch_id: str) -> ImportBatch | None:
    """An import by id, or None."""
    row = cursor.execute(f"{_SELECT} WHERE id = ?", (batch_id,)).fetchone()
    return None if row is None else _made(cursor, row)


def every(cursor: Any) -> list[ImportBatch]:
    """All imports, newest first."""
    return [_made(cursor, row) for row in cursor.execute(f"{_SELECT} ORDER BY id DESC").fetchall()]


def mark_undone(cursor: Any, batch_id: str, at: int) -> None:
    """The import was undone at this time (UTC ms)."""
    cursor.execute("UPDATE import_batch SET undone_at = ? WHERE id = ?", (at, batch_id))
