"""Own edits that the server has settled, kept for a while: a server restored from a backup may lack them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.store import meta
from nxcrm_desktop.store.membership import in_chunks
from nxcrm_desktop.store.meta import Meta

_EDIT = "grp, op, entity, row_id, base_ver, fields, at, author, schema"


def keep(cursor: Any, first: int, last: int) -> None:
    """Waiting edits of these numbers, both included, are about to be settled."""
    at = meta.get_int(cursor, Meta.SERVER_TIME) or now_ms()
    cursor.execute(
        f"INSERT OR REPLACE INTO settled (n, {_EDIT}, settled_at) "  # noqa: S608 (constants)
        f"SELECT n, {_EDIT}, ? FROM outbox WHERE n BETWEEN ? AND ?",
        (at, first, last),
    )


def numbers_after(cursor: Any, n: int) -> list[int]:
    """Numbers of the edits kept that follow this one, ascending."""
    return [row[0] for row in cursor.execute("SELECT n FROM settled WHERE n > ? ORDER BY n", (n,)).fetchall()]


def all_numbers(cursor: Any) -> list[int]:
    """Numbers of all edits kept, those of earlier identities first."""
    return [row[0] for row in cursor.execute("SELECT n FROM settled ORDER BY n").fetchall()]


def put_behind(cursor: Any) -> None:
    """The device takes a new identity and counts from 1: edits of those before it have numbers below 0."""
    numbers = all_numbers(cursor)
    below = numbers[-1] + 1 if numbers else 0
    cursor.executemany("UPDATE settled SET n = ? WHERE n = ?", [(n - below, n) for n in numbers])


def take_back(cursor: Any, numbers: Sequence[int], first: int) -> None:
    """These edits wait again, under the numbers from ``first``, which must be free."""
    cursor.executemany(
        f"INSERT INTO outbox (n, {_EDIT}) SELECT ?, {_EDIT} FROM settled WHERE n = ?",  # noqa: S608 (constants)
        [(new, n) for new, n in enumerate(numbers, start=first)],
    )
    forget(cursor, numbers)


def forget(cursor: Any, numbers: Sequence[int]) -> None:
    """Forget the edits of these numbers."""
    cursor.executemany("DELETE FROM settled WHERE n = ?", [(n,) for n in numbers])


def forget_rows(cursor: Any, row_ids: Sequence[str]) -> None:
    """Forget the edits of these rows: they were erased."""
    for _ in in_chunks(cursor, "DELETE FROM settled WHERE row_id IN ({}) RETURNING n", row_ids):
        pass


def forget_old(cursor: Any, before: int) -> None:
    """Forget what was settled before that moment (UTC ms by the server's clock): no backup is as old."""
    sql = "SELECT n FROM settled WHERE settled_at >= ? ORDER BY n LIMIT 1"
    oldest = cursor.execute("SELECT settled_at FROM settled ORDER BY n LIMIT 1").fetchone()
    if oldest is None or oldest[0] >= before:
        return  # as a rule: without a look at all of them
    kept = cursor.execute(sql, (before,)).fetchone()
    cursor.execute("DELETE FROM settled WHERE n < ?", (kept[0] if kept else 1 << 62,))
