"""The list of jobs. A room with something to do adds a line."""

from __future__ import annotations

from datetime import timedelta

from sync.server.context import ServerContext
from sync.server.jobs import Job
from sync.server.services.blob_collection import collect, sweep
from sync.server.services.compaction import compact
from sync.server.services.restoring import note_progress
from sync.server.store.accounts import forget_expired
from sync.server.store.engine import in_write


def jobs() -> tuple[Job, ...]:
    """Every job of the server."""
    return (
        Job("forget_expired_tokens", timedelta(hours=1), _forget_expired_tokens),
        Job("compact_feed", timedelta(hours=6), _compact_feed),
        Job("remove_unneeded_documents", timedelta(minutes=10), collect),
        Job("sweep_document_store", timedelta(days=1), sweep),
        Job("note_last_seen", timedelta(minutes=1), _note_last_seen),
    )


def _forget_expired_tokens(context: ServerContext) -> int:
    return in_write(context.engine, lambda connection: forget_expired(connection, context.clock()))


def _compact_feed(context: ServerContext) -> int:
    keep = timedelta(days=context.config.history.tombstone_days)
    return compact(context.engine, context.clock(), keep)


def _note_last_seen(context: ServerContext) -> int:
    note_progress(context.engine, context.config.data_dir)
    return 1
