"""After the database was put back to an earlier state: a new epoch, so that every device brings what was lost.

Nobody needs to remember to say so. Two things give a restored database away: the note of how far the server had come,
kept beside it (see :mod:`sync.server.last_seen`), and a device whose cursor is ahead of the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import ENTITIES
from sync.server import last_seen
from sync.server.services.cursor import Position
from sync.server.services.writes import ServerWrite, server_write
from sync.server.store.engine import read_snapshot, write_transaction
from sync.server.store.epochs import Clock, lock_clock, next_epoch, read_clock
from sync.server.store.rows import erased_among, forbid, present_among


def begin_anew(engine: Engine, now: int, *, earlier: Collection[str] = ()) -> Clock:
    """A new epoch in a database that was restored. ``earlier``: epochs it is known to have had."""
    with write_transaction(engine) as connection:
        return next_epoch(connection, lock_clock(connection), now, earlier)


def note_progress(engine: Engine, data_dir: Path) -> None:
    """Keep, beside the database, how far it is."""
    with read_snapshot(engine) as connection:
        last_seen.note(data_dir, read_clock(connection))


def begin_if_restored(engine: Engine, data_dir: Path, now: int) -> bool:
    """Before anybody is served: a new epoch, if the database is behind the note beside it; the note is made anew."""
    seen = last_seen.read(data_dir)
    with write_transaction(engine) as connection:
        clock = lock_clock(connection)
        behind = seen.is_ahead_of(clock)
        if behind:
            next_epoch(connection, clock, now, seen.epochs)
    note_progress(engine, data_dir)
    return behind


def clock_for(connection: Connection, position: Position | None, applied: int, now: int) -> Clock:
    """The clock; of a new epoch, if a cursor that this very server signed shows that the database was put back.

    ``applied``: the last edit settled here of the cursor's device.
    """
    clock = read_clock(connection)
    if position is None or not _is_ahead(position, applied, clock):
        return clock
    clock = lock_clock(connection)  # another device may have shown it meanwhile
    return next_epoch(connection, clock, now, [position.epoch]) if _is_ahead(position, applied, clock) else clock


def _is_ahead(position: Position, applied: int, clock: Clock) -> bool:
    strange = position.epoch not in (clock.epoch, *clock.earlier)
    return strange or position.is_ahead_of(clock.epoch, clock.head, applied)


def erase_again(engine: Engine, row_ids: Collection[str]) -> int:
    """Erase what was erased before the database was put back; returns how many rows there were.

    The ids never return, whether or not the backup had the rows.
    """
    with server_write(engine, None) as write:
        unknown = set(row_ids) - erased_among(write.connection, row_ids)
        found = {info.name: present_among(write.connection, info.name, unknown) for info in ENTITIES.values()}
        forbid(write.connection, unknown, now_ms())
        return _erase(write, found)


def _erase(write: ServerWrite, found: Mapping[str, Collection[str]]) -> int:
    for entity, ids in found.items():
        for row_id in sorted(ids):
            write.erase(entity, row_id)
    return sum(map(len, found.values()))
