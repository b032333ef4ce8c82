"""Removing the bytes that nothing needs: abandoned uploads, erased and long deleted documents, leftovers of crashes.

What is to go is decided in the database; only then are pieces removed from the store, by names written down before. So
it may be killed anywhere, and may run on several workers at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from sqlalchemy import ColumnElement, Connection

from sync.server.blobs.choice import sealed_pieces
from sync.server.blobs.ports import BlobStore
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.store import blob_waste
from sync.server.store.blob_tables import BLOB_WASTE
from sync.server.store.blobs import discard, due_waste, forget_waste
from sync.server.store.engine import in_write
from sync.server.store.sql import insert_many

_AT_ONCE = 200
_DAY_MS = 86_400_000
_WEEK_MS = 7 * _DAY_MS


def collect(context: ServerContext) -> int:
    """Remove what is not needed now. Returns how many contents, uploads and pieces went."""
    store = sealed_pieces(context).store
    return _destroy(context) + _discard(context) + _empty(context, store)


def sweep(context: ServerContext) -> int:
    """Note as waste the pieces the database has never heard of, as one restored from a backup leaves them.

    Those put there within the last week stay: they may be of a server whose database is being put back.
    """
    store, gone = sealed_pieces(context).store, 0
    before = context.clock() - _WEEK_MS
    for part in _parts(one.name for one in store.listed() if one.modified_ms < before):
        gone += in_write(context.engine, partial(_note_unknown, names=part))
    return gone


def _note_unknown(connection: Connection, names: list[str]) -> int:
    unknown = sorted(set(names) - blob_waste.known_names(connection, names))
    rows = [(name, 0) for name in unknown]
    insert_many(connection, BLOB_WASTE, ("name", "due_at"), rows, "ON CONFLICT DO NOTHING")
    return len(unknown)


def _destroy(context: ServerContext) -> int:
    now, keep = context.clock(), context.config.blobs.keep_deleted_days * _DAY_MS
    in_write(context.engine, lambda connection: blob_waste.mark_use(connection, now))
    which, total = blob_waste.unneeded(now, keep), 0
    while gone := in_write(context.engine, lambda connection: _destroyed(connection, which, now)):
        total += gone
    in_write(context.engine, blob_waste.forget_proofs)
    return total


def _destroyed(connection: Connection, which: ColumnElement[bool], now: int) -> int:
    gone = blob_waste.destroy_contents(connection, which, _AT_ONCE)
    if gone:
        audit.append(connection, audit.Event("document.destroyed", detail={"contents": gone}), now)
    return gone


def _discard(context: ServerContext) -> int:
    before = context.clock() - context.config.blobs.keep_unfinished_days * _DAY_MS
    which, total = blob_waste.abandoned(before), 0
    while gone := in_write(context.engine, lambda connection: discard(connection, which, _AT_ONCE)):
        total += gone
    return total


def _empty(context: ServerContext, store: BlobStore) -> int:
    total = 0
    while names := in_write(context.engine, lambda connection: due_waste(connection, context.clock(), _AT_ONCE)):
        for name in names:
            store.remove(name)
        in_write(context.engine, partial(forget_waste, names=names))
        total += len(names)
    return total


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(names)
    while part := list(islice(waiting, _AT_ONCE)):
        yield part
