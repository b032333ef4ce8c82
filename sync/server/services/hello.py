"""Hello: agreeing on a protocol, and telling a device where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import PROTOCOL, Hello, HelloReply, Limits
from sync.server.services.cursor import Cursors, Position
from sync.server.services.push import check_device
from sync.server.services.restoring import clock_for
from sync.server.services.versions import SCHEMA_MIN
from sync.server.settings import HistorySettings
from sync.server.store.access import access_of
from sync.server.store.accounts import change_device
from sync.server.store.engine import in_write
from sync.server.store.progress import note_greeting

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession

_VERSION_LENGTH = 64
_HISTORY = HistorySettings()
LeaseMaker = Callable[["DeviceSession", str, Sequence[str]], str]
"""(session, role now, scopes now) → the signed lease"""


def hello(
    engine: Engine,
    session: DeviceSession,
    message: Hello,
    cursors: Cursors,
    lease: LeaseMaker,
    history: HistorySettings = _HISTORY,
) -> HelloReply:
    """Answer a greeting, whichever version of the dictionary the device speaks: it learns which ones the server does.

    A device that has seen a later state of this server's database begins a new epoch: it was restored.

    NxcrmError ``protocol_unknown``, ``forbidden``.
    """
    check_device(session, message.device)
    _check_versions(message)
    position = cursors.own(message.cursor, message.device)
    reply = in_write(engine, lambda connection: _greet(connection, session, message, position, lease))
    return msgspec.structs.replace(reply, settled_days=history.settled_days, tombstone_days=history.tombstone_days)


def _check_versions(message: Hello) -> None:
    if PROTOCOL not in message.protocols:
        raise NxcrmError(
            Code.PROTOCOL_UNKNOWN,
            f"The server speaks protocol {PROTOCOL}, this device does not.",
            safe="Nothing was changed. Unsent edits stay on the device.",
            todo="Update the program.",
        )


def _greet(
    connection: Connection, session: DeviceSession, message: Hello, position: Position | None, lease: LeaseMaker
) -> HelloReply:
    version = "".join(ch for ch in message.app_version if ch.isprintable())[:_VERSION_LENGTH]
    now = now_ms()
    applied = note_greeting(connection, session.device_id, version, message.applied_n)
    change_device(connection, session.device_id, {"last_seen_at": now})
    access, clock = access_of(connection, session.user_id), clock_for(connection, position, applied, now)
    return HelloReply(
        protocol=PROTOCOL,
        schema_min=SCHEMA_MIN,
        schema_max=SCHEMA_VERSION,
        epoch=clock.epoch,
        user_id=session.user_id,
        role=access.role,
        scopes=list(access.scopes),
        limits=Limits(),
        device_state="active",
        server_time_ms=now,
        applied_n=applied,
        lease=lease(session, access.role, access.scopes),
        restored_from=list(clock.earlier),
    )
