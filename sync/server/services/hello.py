"""Hello: agreeing on a protocol, and telling a device where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import PROTOCOL, Hello, HelloReply, Limits
from sync.server.services.push import check_device
from sync.server.services.versions import SCHEMA_MIN
from sync.server.store.access import access_of
from sync.server.store.accounts import change_device
from sync.server.store.engine import in_write
from sync.server.store.epochs import read_clock
from sync.server.store.progress import applied_n, note_greeting

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession

_VERSION_LENGTH = 64
LeaseMaker = Callable[["DeviceSession", str, Sequence[str]], str]
"""(session, role now, scopes now) → the signed lease"""


def hello(engine: Engine, session: DeviceSession, message: Hello, lease: LeaseMaker) -> HelloReply:
    """Answer a greeting, whichever version of the dictionary the device speaks: it learns which ones the server does.

    NxcrmError ``protocol_unknown``, ``forbidden``.
    """
    check_device(session, message.device)
    _check_versions(message)
    return in_write(engine, lambda connection: _greet(connection, session, message, lease))


def _check_versions(message: Hello) -> None:
    if PROTOCOL not in message.protocols:
        raise NxcrmError(
            Code.PROTOCOL_UNKNOWN,
            f"The server speaks protocol {PROTOCOL}, this device does not.",
            safe="Nothing was changed. Unsent edits stay on the device.",
            todo="Update the program.",
        )


def _greet(connection: Connection, session: DeviceSession, message: Hello, lease: LeaseMaker) -> HelloReply:
    version = "".join(ch for ch in message.app_version if ch.isprintable())[:_VERSION_LENGTH]
    now = now_ms()
    note_greeting(connection, session.device_id, version)
    change_device(connection, session.device_id, {"last_seen_at": now})
    access, clock = access_of(connection, session.user_id), read_clock(connection)
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
        applied_n=applied_n(connection, session.device_id),
        lease=lease(session, access.role, access.scopes),
        restored_from=list(clock.earlier),
    )
