"""How far each device has come, and what became of each of its edits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from sync.server.store.engine import is_sqlite
from sync.server.store.sql import fetch, insert_many, mark, update_many
from sync.server.store.tables import device_sync, erasure_receipt, mutation_log

_BATCH = 2_000

DAY_MS = 86_400_000


def lock_progress(connection: Connection, device_id: str) -> int:
    """The number of the device's last settled edit. Of two requests of one device, the second waits here."""
    conflict = "ON CONFLICT DO NOTHING"
    insert_many(connection, device_sync, ("device_id", "applied_n", "acked_seq"), [(device_id, 0, 0)], conflict)
    lock = "" if is_sqlite(connection) else " FOR UPDATE"
    sql = f"SELECT applied_n FROM device_sync WHERE device_id = {mark(connection)}{lock}"  # noqa: S608 (constants)
    return int(fetch(connection, sql, device_id)[0][0])


def applied_n(connection: Connection, device_id: str) -> int:
    """The number of the device's last settled edit; 0 if it never sent one."""
    found = fetch(connection, "SELECT applied_n FROM device_sync WHERE device_id = ?", device_id)
    return int(found[0][0]) if found else 0


def logged(connection: Connection, device_id: str, first: int, last: int) -> dict[int, tuple[str, str]]:
    """number → (hash, result) of the device's edits from ``first`` to ``last``, both included."""
    log = mutation_log.c
    wanted = select(log.n, log.hash, log.result).where(log.device_id == device_id, log.n.between(first, last))
    return {n: (digest, result) for n, digest, result in connection.execute(wanted)}


def log_results(connection: Connection, device_id: str, results: Sequence[tuple[int, str, str]]) -> None:
    """Keep (number, hash, result) of edits just judged, ascending, and the last number as the device's progress."""
    rows = [(device_id, *result) for result in results]
    insert_many(connection, mutation_log, ("device_id", "n", "hash", "result"), rows)
    update_many(connection, device_sync, ("applied_n",), [(results[-1][0], device_id)], key="device_id")


def count_refused(connection: Connection, device_id: str, more: int, now: int) -> tuple[int, int]:
    """Add to the refused edits of the device's present day, which begins with the first; returns (count, its end)."""
    own = device_sync.c.device_id == device_id
    wanted = select(device_sync.c.refused_since, device_sync.c.refused).where(own)
    since, refused = connection.execute(wanted).one()
    if since is None or not since <= now < since + DAY_MS:
        since, refused = now, 0
    connection.execute(update(device_sync).where(own).values(refused_since=since, refused=refused + more))
    return refused + more, since + DAY_MS


def note_greeting(connection: Connection, device_id: str, app_version: str, settled: int) -> int:
    """Keep which version of the program the device runs, and up to which edit (``settled``) it has stored the results.

    Returns the number of its last edit settled here.
    """
    applied = lock_progress(connection, device_id)
    here = device_sync.c.device_id == device_id
    values = {"app_version": app_version, "settled_n": min(settled, applied)}
    connection.execute(update(device_sync).where(here).values(values))
    return applied


def devices_with_results(connection: Connection, kept: int) -> dict[str, int]:
    """device → up to which edit its results may go: it has stored them, and they are not among its last ``kept``."""
    settled = device_sync.c.settled_n
    wanted = select(device_sync.c.device_id, settled - kept).where(settled > kept)
    return dict(map(tuple, connection.execute(wanted)))


def forget_results(connection: Connection, device_id: str, until: int) -> int:
    """Remove some of the device's results up to that edit; 0 when none is left."""
    log = mutation_log.c
    numbers = select(log.n).where(log.device_id == device_id, log.n <= until).order_by(log.n).limit(_BATCH)
    gone = delete(mutation_log).where(log.device_id == device_id, log.n.in_(numbers))
    return connection.execute(gone).rowcount


def note_ack(connection: Connection, device_id: str, seq: int, now: int) -> None:
    """Keep how far the device has stored the feed."""
    lock_progress(connection, device_id)
    here = device_sync.c.device_id == device_id
    connection.execute(update(device_sync).where(here).values(acked_seq=seq, acked_at=now))


def note_receipts(connection: Connection, device_id: str, erased: Sequence[str], now: int) -> None:
    """Keep which erasures the device has carried out."""
    columns = ("device_id", "row_id", "received_at")
    receipts = [(device_id, row_id, now) for row_id in dict.fromkeys(erased)]
    insert_many(connection, erasure_receipt, columns, receipts, "ON CONFLICT DO NOTHING")
