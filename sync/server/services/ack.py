"""Ack: what a device has stored for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.ids import is_id
from sync.protocol.messages import Ack
from sync.server.services.cursor import Cursors, Position
from sync.server.services.push import check_device
from sync.server.services.restoring import erase_again
from sync.server.store.engine import in_write, read_snapshot
from sync.server.store.progress import note_ack, note_receipts
from sync.server.store.rows import erased_among

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession


def ack(engine: Engine, session: DeviceSession, message: Ack, cursors: Cursors) -> None:
    """Keep how far the device is, and its receipts for erasures.

    NxcrmError ``forbidden`` (another's device), ``bad_request`` (foreign cursor).
    """
    check_device(session, message.device)
    erased = [row_id for row_id in message.erased if is_id(row_id)]
    stored = _stored(cursors.read(message.cursor, message.device)) if message.cursor is not None else None
    in_write(engine, lambda connection: _note(connection, session.device_id, stored, erased))
    _learn(engine, message, cursors)


def _stored(position: Position) -> int:
    return min(position.places().values(), default=position.seq)


def _note(connection: Connection, device_id: str, stored: int | None, erased: Sequence[str]) -> None:
    note_receipts(connection, device_id, erased, now_ms())
    if stored is not None:
        note_ack(connection, device_id, stored, now_ms())


def _learn(engine: Engine, message: Ack, cursors: Cursors) -> None:
    """A database that was put back may lack erasures that its devices have carried out by its own order."""
    told = zip(message.erased, message.proofs, strict=False)
    proven = [row_id for row_id, proof in told if is_id(row_id) and cursors.proves_erasure(row_id, proof)]
    if not proven:
        return
    with read_snapshot(engine) as connection:
        unknown = set(proven) - erased_among(connection, proven)
    if unknown:
        erase_again(engine, unknown)
