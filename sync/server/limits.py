"""How much anybody may ask of this worker: so often, and so many at once. What is too much is refused at no cost."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.server.metrics import Metrics
from sync.server.network import is_loopback
from sync.server.problems import from_error
from sync.server.services.throttle import network
from sync.server.settings import LimitSettings

_MOST_KEYS = 20_000
_ROUNDING = 1e-9
_LONG_OPEN = frozenset(["/v1/sync/events"])
_WATCHED_BY = frozenset(["/healthz", "/readyz", "/metrics"])
"""Must answer most of all when there is too much to do."""
UNCOUNTED = _LONG_OPEN | _WATCHED_BY
"""Paths at which no place is taken. Nothing may be sent there: bodies that nobody counts would fill the memory."""
_BUSY_SECONDS = (2, 8)


class Buckets:
    """A token bucket for each key: ``burst`` at once, ``per_second`` in the long run (GCRA: one number a key)."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every = 1 / per_second if per_second else 0.0
        self._slack = burst * self._every
        self._clock = clock
        self._paid_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str) -> float:
        """Takes a token and returns 0, or takes none and returns the seconds until there is one."""
        if not self._every:
            return 0.0
        now = self._clock()
        paid_at = max(self._paid_at.get(key, now), now) + self._every
        wait = paid_at - now - self._slack
        if wait > _ROUNDING:
            return wait
        self._paid_at[key] = paid_at
        self._paid_at.move_to_end(key)
        if len(self._paid_at) > _MOST_KEYS:
            self._paid_at.popitem(last=False)  # asked longest ago: its bucket is the fullest
        return 0.0


class Admission:
    """Who may still ask this worker. ``workers``: how many there are."""

    def __init__(self, settings: LimitSettings, workers: int, metrics: Metrics) -> None:
        self._metrics = metrics
        self._addresses = Buckets(settings.address_per_second / workers, max(1, settings.address_burst / workers))
        self._devices = Buckets(settings.device_per_second, settings.device_burst)
        self._most = settings.in_flight
        self._places: Counter[str] = Counter()
        self._taken = 0

    def device(self, device_id: str) -> None:
        """A request of a device that is signed in. NxcrmError ``too_many_requests``."""
        self._require(self._devices.take(device_id), "device_rate")

    def address(self, address: str) -> None:
        """A request from an address; this machine itself is not limited. NxcrmError ``too_many_requests``."""
        if not is_loopback(address):
            self._require(self._addresses.take(network(address)), "address_rate")

    def enter(self, address: str) -> None:
        """Takes a place among the requests being answered. NxcrmError ``unavailable`` when there is none left.

        One subscriber never has more than half of them: who sends slowly on purpose cannot shut out everybody.
        """
        most, place = self._most if is_loopback(address) else max(1, self._most // 2), network(address)
        if self._taken >= self._most or self._places[place] >= most:
            self._metrics.refused.labels("busy").inc()
            raise _busy()
        self._taken += 1
        self._places[place] += 1
        self._metrics.in_flight.inc()

    def leave(self, address: str) -> None:
        """Gives a place back."""
        place = network(address)
        self._taken -= 1
        self._places[place] -= 1
        if not self._places[place]:
            del self._places[place]
        self._metrics.in_flight.dec()

    def _require(self, wait: float, why: str) -> None:
        if wait:
            self._metrics.refused.labels(why).inc()
            raise _too_many(math.ceil(wait))


class Gate:
    """The layer that admits requests, before their bodies are read."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app, self._admission = app, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _WATCHED_BY:
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        counted = scope["path"] not in _LONG_OPEN
        try:
            self._admission.address(address)
            if counted:
                self._admission.enter(address)
        except NxcrmError as error:
            await from_error(error)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if counted:
                self._admission.leave(address)


def _too_many(seconds: int) -> NxcrmError:
    return NxcrmError(
        Code.TOO_MANY,
        "There were too many requests in a short time.",
        safe="Nothing was changed.",
        todo=f"Wait {seconds} seconds, then try again.",
        details={"retry_after": seconds},
    )


def _busy() -> NxcrmError:
    return NxcrmError(
        Code.UNAVAILABLE,
        "The server has more to do than it can at the moment.",
        safe="Nothing was changed.",
        todo="Try again in a few seconds.",
        details={"retry_after": random.randint(*_BUSY_SECONDS)},  # noqa: S311 (spreads clients, no secret)
    )
