"""HTTP connections that nobody can hold open for nothing: slow senders are cut off, idle ones end with the server."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sync.server.background import DRAIN

_HEADER_SECONDS = 20.0
_BODY_SECONDS = 180.0
"""The largest body, 8 MiB, needs a little over a minute at 1 Mbit/s."""


class Connection(HttpToolsProtocol):
    """One connection. A request's headers, then its body, must be complete within their time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(_HEADER_SECONDS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect(_HEADER_SECONDS)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(_BODY_SECONDS)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expect(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: a request under way is answered first; an idle peer is not waited for, nor a stream."""
        super().shutdown()
        if DRAIN in self.app_state:
            self.app_state[DRAIN]()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.abort()

    def _expect(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
