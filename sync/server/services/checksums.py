"""Checking the feed against the rows it speaks of: for administration and for tests, never on the way of a request."""

from __future__ import annotations

from sqlalchemy import Engine

from sync.protocol.messages import Checksum
from sync.server.store.audit_feed import kept_checksums, true_checksums
from sync.server.store.engine import read_snapshot


def wrong_checksums(engine: Engine) -> list[tuple[Checksum | None, Checksum | None]]:
    """(kept, true) for each (scope, entity) whose kept checksum is not that of the rows which belong to it."""
    with read_snapshot(engine) as connection:
        kept = {(c.scope, c.table): c for c in kept_checksums(connection) if c.count}
        true = {(c.scope, c.table): c for c in true_checksums(connection)}
    places = sorted(kept.keys() | true.keys())
    return [(kept.get(p), true.get(p)) for p in places if kept.get(p) != true.get(p)]
