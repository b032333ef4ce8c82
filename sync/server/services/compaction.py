"""What time makes superfluous: tombstones that every device has seen or is too late for, results long received."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, Engine

from sync.server.store.engine import in_write
from sync.server.store.progress import devices_with_results, forget_results
from sync.server.store.tombstones import drop_tombstones, move_horizon, note_moment

_MOMENTS_APART_MS = 12 * 60 * 60 * 1000
KEPT_RESULTS = 5_000
"""So many results of a device are kept after it has stored them: a device put back to a recent state finds its edits
answered as before, and need not be enrolled anew."""


def compact(engine: Engine, now: int, keep: timedelta) -> int:
    """Forget tombstones older than ``keep`` and results that devices hold; returns how many. ``now``: UTC ms.

    The horizon moves first, in a transaction of its own: whoever reads a feed with gaps also reads that it has them.
    """
    before = now - int(keep.total_seconds() * 1000)
    horizon = in_write(engine, lambda connection: _begin(connection, now, before))
    return _drop(engine, horizon) + _forget(engine)


def _begin(connection: Connection, now: int, before: int) -> int:
    note_moment(connection, now, _MOMENTS_APART_MS)
    return move_horizon(connection, before)


def _drop(engine: Engine, horizon: int) -> int:
    dropped = 0
    while count := in_write(engine, lambda connection: drop_tombstones(connection, horizon)):
        dropped += count
    return dropped


def _forget(engine: Engine) -> int:
    devices = in_write(engine, lambda connection: devices_with_results(connection, KEPT_RESULTS))
    return sum(_forget_of(engine, device, until) for device, until in devices.items())


def _forget_of(engine: Engine, device: str, until: int) -> int:
    forgotten = 0
    while count := in_write(engine, lambda connection: forget_results(connection, device, until)):
        forgotten += count
    return forgotten
