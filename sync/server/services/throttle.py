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

from sqlalchemy import Connection

from nxcrm_desktop.errors import NxcrmError
from sync.server.context import ServerContext
from sync.server.store import accounts as store
from sync.server.store.engine import in_write


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
        """Books an attempt as failed before it is judged, so that parallel guesses count. NxcrmError ``throttled``."""
        in_write(self._context.engine, lambda connection: self._book(connection, limits))

    def _book(self, connection: Connection, limits: Sequence[Limit]) -> None:
        now = self._context.clock()
        free_at = [(store.add_debt(connection, self._key(limit), limit.every_ms, now), limit) for limit in limits]
        wait = max(free - now - limit.burst * limit.every_ms for free, limit in free_at)
        if wait > 0:
            raise _throttled(math.ceil(wait / 1000))  # which takes the booking back

    def forgive(self, limits: Sequence[Limit]) -> None:
        """Takes a booking back: the attempt was right."""
        now = self._context.clock()

        def work(connection: Connection) -> None:
            for limit in limits:
                store.add_debt(connection, self._key(limit), -limit.every_ms, now)

        in_write(self._context.engine, work)

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
