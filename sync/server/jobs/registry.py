"""The list of jobs. A room with something to do adds a line."""

from __future__ import annotations

from datetime import timedelta

from sync.server.context import ServerContext
from sync.server.jobs import Job
from sync.server.store.accounts import forget_expired
from sync.server.store.engine import in_write


def jobs() -> tuple[Job, ...]:
    """Every job of the server."""
    return (Job("forget_expired_tokens", timedelta(hours=1), _forget_expired_tokens),)


def _forget_expired_tokens(context: ServerContext) -> int:
    return in_write(context.engine, lambda connection: forget_expired(connection, context.clock()))
