"""Entries of the feed that say a row is gone: kept for as long as a device may be away, then no longer."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from sync.server.store.engine import is_sqlite
from sync.server.store.feed import Op
from sync.server.store.tables import clock_mark, feed, sync_clock

_BATCH = 2_000


def note_moment(connection: Connection, now: int, apart: int) -> None:
    """Keep where the clock stands at ``now`` (UTC ms), unless that was done within the last ``apart`` ms."""
    last = connection.execute(select(func.max(clock_mark.c.at)).where(clock_mark.c.at <= now)).scalar()
    if last is None or last <= now - apart:
        head = connection.execute(select(sync_clock.c.v)).scalar_one()
        insert = sqlite_insert if is_sqlite(connection) else pg_insert
        connection.execute(insert(clock_mark).values(at=now, seq=head).on_conflict_do_nothing())


def move_horizon(connection: Connection, before: int) -> int:
    """Cursors from before that moment (UTC ms) are too old from now on; returns the horizon. It never moves back."""
    known = connection.execute(select(sync_clock.c.horizon).with_for_update()).scalar_one()
    reached = connection.execute(select(func.max(clock_mark.c.seq)).where(clock_mark.c.at <= before)).scalar()
    if reached is None or reached <= known:
        return int(known)
    connection.execute(update(sync_clock).values(horizon=reached))
    connection.execute(delete(clock_mark).where(clock_mark.c.seq < reached))
    return int(reached)


def drop_tombstones(connection: Connection, horizon: int) -> int:
    """Remove some of the entries up to the horizon that say a row left, was deleted or erased; 0 when none is left."""
    key = tuple_(feed.c.entity, feed.c.row_id, feed.c.scope_id)
    old = select(feed.c.entity, feed.c.row_id, feed.c.scope_id).where(feed.c.seq <= horizon, feed.c.op != Op.PUT)
    return connection.execute(delete(feed).where(key.in_(old.limit(_BATCH)))).rowcount
