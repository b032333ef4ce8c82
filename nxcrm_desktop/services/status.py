"""Who is signed in, what waits, how the key is kept: what ``nxcrm status --json`` tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import to_iso
from nxcrm_desktop.domain.records import Compare, Condition, ListQuery
from nxcrm_desktop.security.lease import Lease
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.reader import Reader

Answer = dict[str, str | int | bool | None]
_OPEN = ListQuery("conflict", (Condition("status", Compare.EQ, "open"),), order="id")


@dataclass(frozen=True, slots=True)
class Standing:
    """What stays while the program runs. ``server`` is its address; ``key_protection`` is keyring or password."""

    user: str
    server: str
    key_protection: str


class StatusService:
    """One snapshot of where the device stands. ``online`` asks the server and answers within seconds."""

    def __init__(
        self, store: Store, actor: Actor, standing: Standing, lease: Callable[[], Lease], online: Callable[[], bool]
    ) -> None:
        self._store = store
        self._actor = actor
        self._standing = standing
        self._lease = lease
        self._online = online

    def report(self) -> Answer:
        """The keys of ``nxcrm status --json``; instants are ISO 8601 in UTC, null where there was none yet."""
        online = self._online()
        expires = self._lease().expires_ms
        with self._store.read() as reader:
            return {
                "user": self._standing.user,
                "role": self._actor.role.value,
                "server": self._standing.server,
                "online": online,
                "outbox": reader.outbox_count(),
                "conflicts": reader.count(_OPEN),
                "last_sync": _instant(reader, Meta.LAST_SYNC),
                "cursor": reader.meta(Meta.CURSOR),
                "lease_expires": to_iso(expires),
                "cipher_version": self._store.cipher_version,
                "key_protection": self._standing.key_protection,
            }


def _instant(reader: Reader, key: str) -> str | None:
    text = reader.meta(key)
    return to_iso(int(text)) if text else None
