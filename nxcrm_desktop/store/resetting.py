"""Forgetting everything that was pulled: never the outbox, nor the rows with edits waiting."""

from __future__ import annotations

from typing import Any

from nxcrm_desktop.domain.dictionary import SYNCED
from nxcrm_desktop.store import meta, outbox
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.rows import Rows


def forget_all(cursor: Any, rows: Rows) -> None:
    """Forget all pulled rows without edits waiting, all memberships and checksums."""
    for info in SYNCED:
        rows.keep_only_waiting(info.name)
    rows.index.rebuild_after_bulk_removal()
    for table in ("membership", "checksum", "scope"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (a fixed name)


def renumber(cursor: Any, applied_n: int) -> None:
    """Where the server holds fewer results than this device: waiting edits follow on what it holds."""
    settled = meta.get_int(cursor, Meta.APPLIED_N)
    if applied_n >= settled:
        return
    # Ascending, so that each number is free by the time it is taken.
    shift = settled - applied_n
    numbers = [row[0] for row in cursor.execute("SELECT n FROM outbox ORDER BY n").fetchall()]
    cursor.executemany("UPDATE outbox SET n = ? WHERE n = ?", [(n - shift, n) for n in numbers])
    meta.put(cursor, Meta.APPLIED_N, applied_n)
    meta.put(cursor, Meta.LAST_N, applied_n + outbox.waiting(cursor))
