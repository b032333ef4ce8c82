"""Hearing of news from the server as it happens: an open answer that says "there is something newer".

It is a hint, never the news itself: sync fetches that, by the rights of that moment. Where a proxy breaks or withholds
such answers, it is tried less and less often, in silence, and sync goes by its timer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import structlog

from nxcrm_desktop.errors import NxcrmError
from sync.client.ports import Clock
from sync.client.schedule import asked_to_wait, spread, within
from sync.client.transport import CONNECT_SECONDS, Transport

PATH: Final = "/v1/sync/events"
SILENCE_SECONDS: Final = 40.0
"""The server says something every 15 seconds: who hears nothing for so long is not connected, whatever it seems."""
TIMEOUT: Final = (CONNECT_SECONDS, SILENCE_SECONDS)


@dataclass(frozen=True, slots=True)
class Retry:
    """Seconds between attempts: from ``first`` to ``longest``. A stream that held ``proven`` seconds clears its past.

    ``again``: at most so long after the server ended a stream itself, as it does now and then, if that held ``first``.
    """

    first: float = 5.0
    longest: float = 600.0
    proven: float = 120.0
    again: float = 2.0

    def after_failures(self, failures: int) -> float:
        """How long to wait after so many failures in a row (≥ 1)."""
        return spread(min(self.first * 2.0 ** min(failures - 1, 30), self.longest))


class LiveNews:
    """Listens in a thread of its own while it is wanted. ``news`` and ``state`` are called from that thread.

    ``connect`` makes a transport with :data:`TIMEOUT`, which is closed after each attempt.
    """

    def __init__(
        self,
        connect: Callable[[], Transport],
        *,
        news: Callable[[], None],
        state: Callable[[bool], None],
        clock: Clock,
        retry: Retry | None = None,
    ) -> None:
        self._connect = connect
        self._tell_news = news
        self._tell_state = state
        self._clock = clock
        self._retry = retry or Retry()
        self._thread = threading.Thread(target=self._main, name="nxcrm-live", daemon=True)
        self._changed = threading.Condition()  # guards what follows
        self._stopping = False
        self._wanted = False
        self._transport: Transport | None = None
        self._left = False  # the present attempt is no longer wanted
        self._next = 0.0  # not before, by the monotonic clock
        self._failures = 0  # the thread's own
        self._up = False  # the thread's own

    def want(self, wanted: bool) -> None:
        """Listen from now on, or no longer. The first time begins the thread."""
        with self._changed:
            if self._stopping or wanted == self._wanted:
                return
            self._wanted = wanted
            if wanted and self._thread.ident is None:
                self._thread.start()
            self._let_go()

    def stop(self, timeout: float) -> bool:
        """End for good: the connection is broken under the reading thread. False: it has not ended in time."""
        with self._changed:
            self._stopping = True
            self._let_go()
            begun = self._thread.ident is not None
        if begun:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _let_go(self) -> None:
        self._left = True
        if self._transport is not None:
            self._transport.close()
        self._changed.notify_all()

    # --------------------------------------------------------------------------------------------------- the thread

    def _main(self) -> None:
        while self._wait_for_turn():
            began, error = self._clock.monotonic(), None
            try:
                with closing(self._connect()) as transport:
                    if self._take(transport):
                        self._listen(transport)
            except NxcrmError as problem:
                error = problem
            self._after(began, error)

    def _wait_for_turn(self) -> bool:
        """True once it is time to listen; False: stop."""
        with self._changed:
            while not self._stopping:
                wait = self._next - self._clock.monotonic()
                if self._wanted and wait <= 0:
                    self._left = False
                    return True
                self._changed.wait(wait if self._wanted else None)
            return False

    def _take(self, transport: Transport) -> bool:
        with self._changed:
            self._transport = transport
            return not self._left

    def _listen(self, transport: Transport) -> None:
        with transport.stream(PATH) as lines:
            for event in _events(lines):
                self._say(up=True)  # not before something came: a proxy may keep the answer to itself
                if event in ("news", "scopes"):
                    self._tell_news()

    def _after(self, began: float, error: NxcrmError | None) -> None:
        """When to listen again. ``error``: what ended it; None: the server, which restarts or saw rights change."""
        held = self._clock.monotonic() - began
        proven = self._up and held >= (self._retry.proven if error else self._retry.first)
        self._say(up=False)
        with self._changed:
            self._transport = None
            if self._left:
                return  # by us: no failure of anyone
            self._failures = 0 if proven else self._failures + 1
            wait = within(self._retry.again) if proven else self._retry.after_failures(self._failures)
            self._next = self._clock.monotonic() + max(wait, asked_to_wait(error) if error else 0.0)
        structlog.get_logger("nxcrm.sync").info("live_ended", code=error.code if error else "", seconds=int(held))

    def _say(self, *, up: bool) -> None:
        if up != self._up and not (up and self._left):
            self._up = up
            self._tell_state(up)


def _events(lines: Iterator[bytes]) -> Iterator[str]:
    """The type of each event of a text/event-stream; "" for a comment, which says that the line is alive.

    As in the HTML standard, 9.2.6, but that what an event says is of no interest.
    """
    name, filled = "message", False
    for line in lines:
        field, _, value = line.decode("utf-8", "replace").partition(":")
        if not line and filled:
            yield name
        elif field == "event":
            name = value.removeprefix(" ")
        elif not field and line:
            yield ""
        filled = bool(line) and (filled or field == "data")
        name = name if line else "message"
