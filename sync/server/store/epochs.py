"""The lives of the server, and its clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from nxcrm_desktop.domain.ids import new_id
from sync.server.store.sql import fetch
from sync.server.store.tables import epoch, sync_clock


@dataclass(frozen=True, slots=True)
class Clock:
    """``head``: newest sequence number; ``horizon``: cursors before it missed deletions that are no longer kept.

    ``epoch``: the present life; ``earlier``: those before it, oldest first.
    """

    head: int
    horizon: int
    epoch: str
    earlier: tuple[str, ...]


def begin_epoch(connection: Connection, now: int) -> str:
    """Start the first epoch and the clock of a new database; returns the epoch's name."""
    name = new_id()
    connection.execute(insert(sync_clock).values(id=1, v=0, horizon=0))
    connection.execute(insert(epoch).values(number=1, name=name, began_at=now))
    return name


def lock_clock(connection: Connection) -> Clock:
    """The clock; nobody moves it before this transaction ends."""
    connection.execute(select(sync_clock.c.v).with_for_update())
    return read_clock(connection)


def next_epoch(connection: Connection, clock: Clock, now: int, earlier: Collection[str] = ()) -> Clock:
    """Begin another epoch; returns the clock as it is then. ``earlier`` come before it where they are not known yet."""
    known = [*clock.earlier, clock.epoch]
    known += [name for name in earlier if name not in known]
    name = new_id()
    fresh = [*known[len(clock.earlier) + 1 :], name]
    rows = [
        {"number": number, "name": name, "began_at": now} for number, name in enumerate(fresh, len(clock.earlier) + 2)
    ]
    connection.execute(insert(epoch), rows)
    return Clock(clock.head, clock.horizon, name, tuple(known))


def read_clock(connection: Connection) -> Clock:
    """The clock and the epochs as of this snapshot."""
    rows = fetch(connection, "SELECT v, horizon, name FROM sync_clock CROSS JOIN epoch ORDER BY number")
    head, horizon, present = rows[-1]
    return Clock(head, horizon, present, tuple(name for _, _, name in rows[:-1]))
