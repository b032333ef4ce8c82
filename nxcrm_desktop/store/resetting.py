"""Forgetting everything that was pulled: never the outbox, nor the rows with edits waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nxcrm_desktop.domain.dictionary import SYNCED
from nxcrm_desktop.store import archive, meta, outbox
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.pages import show
from nxcrm_desktop.store.rebase import shown
from nxcrm_desktop.store.rows import Rows
from nxcrm_desktop.store.settling import shadow


def forget_all(cursor: Any, rows: Rows) -> None:
    """Forget all pulled rows without edits waiting, all memberships and checksums."""
    for info in SYNCED:
        rows.keep_only_waiting(info.name)
    rows.index.rebuild_after_bulk_removal()
    for table in ("membership", "checksum", "scope"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (a fixed name)


def requeue(cursor: Any, rows: Rows, applied_n: int) -> None:
    """Where the server holds fewer results than this device: the edits it lost wait again, those waiting follow."""
    if applied_n >= meta.get_int(cursor, Meta.APPLIED_N):
        return
    queue_again(cursor, rows, archive.numbers_after(cursor, applied_n), applied_n)


def start_over(cursor: Any, rows: Rows, replaced_n: int | None) -> None:
    """The device has a new identity: what waits is numbered from 1, after what the server lost of the old one.

    ``replaced_n``: the last edit the server holds of the old identity; None if it has never heard of it.
    """
    lost = archive.all_numbers(cursor) if replaced_n is None else archive.numbers_after(cursor, replaced_n)
    queue_again(cursor, rows, lost, 0)
    archive.put_behind(cursor)


def queue_again(cursor: Any, rows: Rows, settled: Sequence[int], applied_n: int) -> None:
    """Settled edits of these numbers wait again, from ``applied_n + 1``, before those that wait already.

    Rows with both show both, over the state that the server last sent.
    """
    waiting = [row[0] for row in cursor.execute("SELECT n FROM outbox ORDER BY n").fetchall()]
    first = applied_n + 1 + len(settled)
    renumber(cursor, waiting, first)
    archive.take_back(cursor, settled, applied_n + 1)
    meta.put(cursor, Meta.APPLIED_N, applied_n)
    meta.put(cursor, Meta.LAST_N, applied_n + outbox.waiting(cursor))
    again = (applied_n + 1, applied_n + len(settled))
    sql = "SELECT DISTINCT entity, row_id FROM outbox JOIN shadow USING (entity, row_id) WHERE n BETWEEN ? AND ?"
    for name, row_id in cursor.execute(sql, again).fetchall():
        _, base = shadow(cursor, name, row_id)
        show(rows, name, row_id, shown(base, outbox.entries_of(cursor, name, row_id)))


def renumber(cursor: Any, numbers: Sequence[int], first: int) -> None:
    """Give waiting edits the numbers from ``first``, through numbers that none has: no two ever have the same."""
    moves = [(-new, n) for new, n in enumerate(numbers, start=first)]
    cursor.executemany("UPDATE outbox SET n = ? WHERE n = ?", moves)
    cursor.execute("UPDATE outbox SET n = -n WHERE n < 0")
