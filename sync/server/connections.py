"""HTTP connections that nobody can hold open for nothing: slow senders are cut off, idle ones end with the server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sync.protocol.messages import MAX_BODY_BYTES
from sync.server.background import DRAIN

_HEADER_SECONDS = 20.0
_LEAST_BYTES_PER_SECOND = 48 * 1024
"""What a body must bring on average: the largest, 8 MiB, may take three minutes (a little over one at 1 Mbit/s)."""
_TAKE_SECONDS = 180.0
"""In so long a peer must have taken what was sent to it."""
_FAREWELL_SECONDS = 1.0
_ENDING = "ending"
"""Key of the lifespan's state, which all connections of a worker share: it is there once the worker ends."""


class Connection(HttpToolsProtocol):
    """One connection. A request's headers, then its body, must be complete, and its reply taken, within their time."""

    _deadline: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(_HEADER_SECONDS)
        if _ENDING in self.app_state:  # its handshake had begun before
            self.shutdown()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect(_HEADER_SECONDS)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._ending:
            self.cycle.keep_alive = False
        self._expect(_HEADER_SECONDS + _body_bytes(self.headers) / _LEAST_BYTES_PER_SECOND)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expect(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken = self.loop.call_later(_TAKE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._untaken is not None:
            self._untaken.cancel()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._ending:  # a peer that does not take leave in time is not waited for
            self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)

    def shutdown(self) -> None:
        """The server ends: a request under way is answered first; an idle peer is not waited for, nor a stream."""
        self._ending = True
        if _ENDING not in self.app_state:
            self.app_state[_ENDING] = True
            self.app_state.get(DRAIN, bool)()
        cycle = self._newest()
        if cycle is None:  # just made: its first request is on its way
            self.loop.call_later(_FAREWELL_SECONDS, self._give_up)
        elif cycle.response_complete:
            self.transport.abort()
        else:
            cycle.keep_alive = False

    def _give_up(self) -> None:
        if self._newest() is None:
            self.transport.abort()

    def _newest(self) -> RequestResponseCycle | None:
        """The request under way or answered last; None before the first, whatever the library's annotation says."""
        return self.cycle

    def _expect(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def _body_bytes(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """How long a body its headers announce; one that is sent in chunks may be of any length."""
    names = dict(headers)
    declared = names.get(b"content-length", b"0")
    if b"transfer-encoding" in names or not declared.isdigit():
        return MAX_BODY_BYTES
    return min(int(declared[:12]), MAX_BODY_BYTES)
