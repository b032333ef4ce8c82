"""Ack: what a device has stored for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.ids import is_id
from sync.protocol.messages import Ack
from sync.server.services.cursor import Cursors
from sync.server.services.push import check_device
from sync.server.store.engine import in_write
from sync.server.store.progress import note_ack

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession


def ack(engine: Engine, session: DeviceSession, message: Ack, cursors: Cursors) -> None:
    """Keep how far the device is, and its receipts for erasures.

    NxcrmError ``forbidden`` (another's device), ``bad_request`` (foreign cursor).
    """
    check_device(session, message.device)
    position = cursors.read(message.cursor, message.device)
    stored = min(position.places().values(), default=position.seq)
    erased = [row_id for row_id in message.erased if is_id(row_id)]
    in_write(engine, lambda connection: note_ack(connection, session.device_id, stored, erased, now_ms()))
