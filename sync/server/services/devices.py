"""The register of devices: who enrolled which, with which key, and whether it may still speak."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from nxcrm_desktop.domain.ids import is_id, new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.auth import NewDevice
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.tokens import device_revoked
from sync.server.store import accounts as store
from sync.server.store.accounts_tables import DEVICE
from sync.server.store.engine import read_snapshot, write_transaction
from sync.server.store.progress import applied_n


def register(connection: Connection, wanted: NewDevice, user_id: str, now: int) -> str:
    """Puts a device into the register and returns its id.

    An id that is known is taken again only for the same user and the same key. NxcrmError ``device_exists``,
    ``device_revoked``, ``invalid_message``.
    """
    if wanted.id is not None and not is_id(wanted.id):
        raise NxcrmError("invalid_message", "The device's id is not a UUID.", safe="Nothing was changed.")
    known = store.device(connection, wanted.id) if wanted.id else None
    if known is not None:
        _require_same(known, wanted, user_id)
        store.change_device(connection, known["id"], {"name": wanted.name, "os": wanted.os, "last_seen_at": now})
        return str(known["id"])
    device_id = wanted.id or new_id()
    row: dict[str, Value] = {
        "id": device_id, "user_id": user_id, "name": wanted.name, "os": wanted.os,
        "public_key": wanted.public_key, "key_protection": wanted.key_protection, "state": "active",
        "enrolled_at": now, "last_seen_at": now,
    }  # fmt: skip
    store.add(connection, DEVICE, row)
    return device_id


def settled_of(connection: Connection, device_id: str | None, user_id: str) -> int | None:
    """The last edit settled here of a device that is to be replaced; None unless it is one of the user's.

    NxcrmError ``device_revoked``: what it holds is to be shredded, and not to live on under another name.
    """
    known = store.device(connection, device_id) if device_id else None
    if known is None or known["user_id"] != user_id:
        return None
    if known["state"] != "active":
        raise device_revoked()
    return applied_n(connection, known["id"])


def _require_same(known: RowMapping, wanted: NewDevice, user_id: str) -> None:
    if (known["user_id"], known["public_key"]) != (user_id, wanted.public_key):
        raise NxcrmError(
            "device_exists",
            "A device with this id is enrolled already, with another key or for somebody else.",
            safe="Nothing was changed.",
            todo="Enrol with a fresh profile folder.",
        )
    if known["state"] != "active":
        raise device_revoked()


class Devices:
    """What administrators do with devices."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    def everything(self) -> Sequence[RowMapping]:
        """All devices with their users' names, the latest seen first."""
        with read_snapshot(self._context.engine) as connection:
            return store.devices(connection)

    def revoke(self, device_id: str) -> None:
        """Shuts a device out at once; it shreds its store when it next hears of it. NxcrmError ``not_found``."""
        now = self._context.clock()
        with write_transaction(self._context.engine) as connection:
            if store.device(connection, device_id) is None:
                raise NxcrmError(
                    "not_found", f"There is no device {device_id}.", safe="Nothing was changed.",
                    todo="See: nxcrm-server device list",
                )  # fmt: skip
            store.change_device(connection, device_id, {"state": "revoked"})
            store.end_families(connection, "device_id", device_id, "device", now)
            audit.append(connection, audit.Event("device.revoked", entity="device", row_id=device_id), now)
