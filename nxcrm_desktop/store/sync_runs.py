"""The history of sync: the latest runs that did something or failed."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Final

from nxcrm_desktop.store.tables import RUN_COUNTS
from sync.client.ports import SyncRun

KEPT: Final = 200
_COLUMNS: Final = ", ".join(("at", "ended", "outcome", "code", *RUN_COUNTS))
_MARKS: Final = ", ".join("?" * (4 + len(RUN_COUNTS)))


def record(cursor: Any, run: SyncRun) -> None:
    """Keep a run, and forget the oldest. A laptop offline for a day fails often: that is one line, which grows."""
    if run.outcome == "failed" and not any(astuple(run)[4:]) and _lengthened(cursor, run):
        return
    cursor.execute(f"INSERT INTO sync_run ({_COLUMNS}) VALUES ({_MARKS})", astuple(run))  # noqa: S608 (our own names)
    cursor.execute("DELETE FROM sync_run WHERE id <= (SELECT max(id) FROM sync_run) - ?", (KEPT,))


def newest(cursor: Any, limit: int) -> list[SyncRun]:
    """The latest runs, newest first."""
    sql = f"SELECT {_COLUMNS} FROM sync_run ORDER BY id DESC LIMIT ?"  # noqa: S608 (our own names)
    return [SyncRun(*row) for row in cursor.execute(sql, (limit,))]


def _lengthened(cursor: Any, run: SyncRun) -> bool:
    """Whether the latest run failed in the same way, and now lasts until this one."""
    cursor.execute(
        "UPDATE sync_run SET ended = ? WHERE id = (SELECT max(id) FROM sync_run) AND outcome = 'failed' AND code = ?",
        (run.ended, run.code),
    )
    return bool(cursor.rowcount)
