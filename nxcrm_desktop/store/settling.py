"""Settling edits: the server has said what became of them. One transaction of the caller's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import Action, may
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store import archive, meta, outbox
from nxcrm_desktop.store.membership import in_chunks
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.outbox import OutboxEntry, entries_of
from nxcrm_desktop.store.pages import show
from nxcrm_desktop.store.rebase import lay_over, shown
from nxcrm_desktop.store.rows import Rows, pack_row, unpack_row
from sync.protocol.codes import Refusal
from sync.protocol.messages import Result

_NAMES = outbox.COLUMNS.split(", ")
_ENTITY, _ROW_ID = _NAMES.index("entity"), _NAMES.index("row_id")
_Settled = tuple[Sequence[Any], Result]
"""An edit as it lay in the outbox, in the order of its columns, and what became of it. Few are ever unpacked."""


def settle(cursor: Any, rows: Rows, results: Sequence[Result], at: int) -> None:
    """Take the oldest edits off the outbox, by their results. RuntimeError when numbers do not follow each other."""
    first = meta.get_int(cursor, Meta.APPLIED_N) + 1
    if [result.n for result in results] != list(range(first, first + len(results))):
        raise RuntimeError("results do not follow the last one settled")
    archive.keep(cursor, first, first + len(results) - 1)
    sql = f"DELETE FROM outbox WHERE n BETWEEN ? AND ? RETURNING {outbox.COLUMNS}"  # noqa: S608
    taken = cursor.execute(sql, (first, first + len(results) - 1)).fetchall()
    if len(taken) != len(results):
        raise RuntimeError("the server has settled an edit that is not in the outbox")
    settled = list(zip(sorted(taken), results, strict=True))  # numbers come first, and differ
    archive.forget(cursor, [result.n for result in results if result.code == Refusal.ERASED])
    _log(cursor, settled, at)
    _put_right(cursor, rows, settled)
    meta.put(cursor, Meta.APPLIED_N, first + len(results) - 1)


def _log(cursor: Any, settled: Sequence[_Settled], at: int) -> None:
    """What was refused stays visible, with what was typed, unless the person was erased."""
    cursor.executemany(
        "INSERT INTO sync_log (at, kind, entity, row_id, status, code, detail) VALUES (?, 'edit', ?, ?, ?, ?, ?)",
        [
            (at, entry.entity, entry.id, result.status, result.code, _detail(entry, result))
            for entry, result in ((outbox.entry(row), r) for row, r in settled if r.status in ("rejected", "gone"))
        ],
    )


def _detail(entry: OutboxEntry, result: Result) -> str:
    fields = {} if result.code == Refusal.ERASED else dict(entry.fields)
    told = {"op": entry.op, "fields": fields, "reason": result.reason, "at": entry.at}
    return msgspec.json.encode(told).decode()


def _put_right(cursor: Any, rows: Rows, settled: Sequence[_Settled]) -> None:
    by_row: defaultdict[tuple[str, str], list[_Settled]] = defaultdict(list)
    for row, result in settled:
        by_row[row[_ENTITY], row[_ROW_ID]].append((row, result))
    sql = "SELECT DISTINCT row_id, entity FROM outbox WHERE row_id IN ({})"
    waiting = {(name, row_id) for row_id, name in in_chunks(cursor, sql, list({row_id for _, row_id in by_row}))}
    plain = {key for key, mine in by_row.items() if key not in waiting and all(r.status == "applied" for _, r in mine)}
    # Applied and nothing more to come: what is shown is what the server has, the shadow has done its work.
    cursor.executemany("DELETE FROM shadow WHERE entity = ? AND row_id = ?", list(plain))
    for key, mine in by_row.items():
        if key not in plain:
            _settle_row(cursor, rows, *key, mine)
    _hand_over(cursor, rows, by_row.keys() - waiting)


def _hand_over(cursor: Any, rows: Rows, keys: Iterable[tuple[str, str]]) -> None:
    """Rows that the role may make and not read are the server's once it has them; no pull would ever remove them."""
    role = meta.get(cursor, Meta.ROLE)
    if role is None:
        return  # no hello yet
    for name, row_id in keys:
        if not may(Role(role), Action.READ, name):
            rows.delete(name, row_id)


def _settle_row(cursor: Any, rows: Rows, name: str, row_id: str, settled: Sequence[_Settled]) -> None:
    version, base = shadow(cursor, name, row_id)
    for row, result in settled:
        if _stands(result, version):
            base = lay_over(base, outbox.entry(row))
    remaining = entries_of(cursor, name, row_id)
    if remaining:
        packed = None if base is None else pack_row(base)
        cursor.execute("UPDATE shadow SET vals = ? WHERE row_id = ? AND entity = ?", (packed, row_id, name))
    else:
        cursor.execute("DELETE FROM shadow WHERE row_id = ? AND entity = ?", (row_id, name))
    if not remaining and version is not None and not _housed(cursor, name, row_id):
        rows.delete(name, row_id)  # kept for its edits alone; if it is still the user's, the next pull brings it
    elif _still_here(cursor, rows, name, row_id):
        show(rows, name, row_id, shown(base, remaining))


def shadow(cursor: Any, name: str, row_id: str) -> tuple[int | None, list[Value] | None]:
    """Version and values of a row as the server last sent it; None each where it did not, or no edit waits."""
    row = cursor.execute("SELECT ver, vals FROM shadow WHERE row_id = ? AND entity = ?", (row_id, name)).fetchone()
    if row is None:
        return None, None
    return row[0], None if row[1] is None else unpack_row(row[1], len(entity(name).columns))


def _stands(result: Result, version: int | None) -> bool:
    """Whether to go on showing the edit: it is in the server's row, or a row newer than ours is on its way.

    Where the server kept its value and we have that very version already, no pull would ever put it right.
    """
    if result.status == "applied":
        return True
    if result.status in ("rejected", "gone"):
        return False
    return version is None or result.ver is None or result.ver > version


def _still_here(cursor: Any, rows: Rows, name: str, row_id: str) -> bool:
    """Not a row that was taken from this device while its edits waited."""
    return rows.get(name, row_id) is not None or _housed(cursor, name, row_id)


def _housed(cursor: Any, name: str, row_id: str) -> bool:
    """Whether the row is in a scope of this device."""
    sql = "SELECT 1 FROM membership WHERE row_id = ? AND entity = ? LIMIT 1"
    return bool(cursor.execute(sql, (row_id, entity(name).number)).fetchone())
