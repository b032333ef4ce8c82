"""The history of sync: what was refused, with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class SyncLogEntry:
    """One line, at UTC ms. ``kind``: ``edit`` (detail: op, fields, reason, at)."""

    at: int
    kind: str
    entity: str | None
    row_id: str | None
    status: str
    code: str
    detail: Mapping[str, Any]


def newest(cursor: Any, limit: int) -> list[SyncLogEntry]:
    """The newest lines, newest first."""
    rows = cursor.execute(
        "SELECT at, kind, entity, row_id, status, code, detail FROM sync_log ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [
        SyncLogEntry(at, kind, name, row_id, status, code, msgspec.json.decode(detail))
        for at, kind, name, row_id, status, code, detail in rows
    ]


def forget_history(cursor: Any, before: int) -> None:
    """Forget refused edits, and what imports replaced, of before that moment (UTC ms).

    The server no longer tells of erasures of rows that left this device so long ago. It keeps what was refused itself.
    """
    cursor.execute("DELETE FROM sync_log WHERE at < ?", (before,))
    cursor.execute("DELETE FROM import_row WHERE batch_id IN (SELECT id FROM import_batch WHERE at < ?)", (before,))
