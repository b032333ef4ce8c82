"""Slowing guesses down without locking anyone out.

Every failed attempt is a debt that is paid off by waiting. Who owes more than the burst waits until the debt has
shrunk; attempts made meanwhile are refused unjudged and add nothing. An enrolled device proves itself by its key and
owes only for itself: whatever an attacker does elsewhere, its user can sign in.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass

from nxcrm_desktop.errors import NxcrmError
from sync.server.context import ServerContext
from sync.server.store import accounts as store
from sync.server.store.engine import write_transaction


@dataclass(frozen=True, slots=True)
class Limit:
    """``burst`` failures at once are free, then one per ``every_ms``. ``subject`` is whom it counts for."""

    subject: str
    burst: int
    every_ms: int


def limits_for(user: str, address: str) -> tuple[Limit, ...]:
    """For somebody unknown at an address: per pair, per address (spraying), per account (many addresses)."""
    place = network(address)
    return (
        Limit(f"pair|{user}|{place}", 5, 15_000),
        Limit(f"address|{place}", 60, 1_000),
        Limit(f"account|{user}", 100, 3_000),
    )


def limits_for_device(device_id: str) -> tuple[Limit, ...]:
    """For a device that proved its key."""
    return (Limit(f"device|{device_id}", 5, 15_000),)


def network(address: str) -> str:
    """An IPv4 address, or the /64 an IPv6 address is in: one subscriber has all of it."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


class Throttle:
    """Debts of failed attempts, kept in the database so that all workers know them."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    def admit(self, limits: Sequence[Limit]) -> None:
        """Books an attempt as failed, before it is judged: parallel guesses count. NxcrmError ``throttled``."""
        now = self._context.clock()
        keys = {self._key(limit): limit for limit in limits}
        with write_transaction(self._context.engine) as connection:
            owed = store.throttled_until(connection, keys)
            waits = [owed[key] - now - (limit.burst - 1) * limit.every_ms for key, limit in keys.items() if key in owed]
            wait = max(waits, default=0)
            if wait <= 0:
                for key, limit in keys.items():
                    store.add_debt(connection, key, limit.every_ms, now)
        if wait > 0:
            raise _throttled(math.ceil(wait / 1000))

    def forgive(self, limits: Sequence[Limit]) -> None:
        """Takes the booking back: the attempt was right."""
        now = self._context.clock()
        with write_transaction(self._context.engine) as connection:
            for limit in limits:
                store.add_debt(connection, self._key(limit), -limit.every_ms, now)

    def _key(self, limit: Limit) -> str:
        return self._context.keys.pseudonym("throttle", limit.subject)


def _throttled(seconds: int) -> NxcrmError:
    return NxcrmError(
        "throttled",
        "There were too many failed attempts.",
        safe="Nothing was changed, and nobody is locked out.",
        todo=f"Wait {seconds} seconds, then try again.",
        details={"retry_after": seconds},
    )
