"""The reply that does not end: server-sent events (HTML Living Standard, 9.2) as lines over one HTTP reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from nxcrm_desktop.domain.clock import now_ms
from sync.server.live.hub import Hub
from sync.server.live.listener import Listener
from sync.server.metrics import Metrics

HEARTBEAT_SECONDS = 15.0
_GAP_SECONDS = 0.25
"""Between two tellings of one device: what happens meanwhile is told as one."""
_SEND_SECONDS = 30.0
_HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # nginx passes each line on at once
}
_HEARTBEAT = b":\n\n"


class EventStream(Response):
    """Tells one listener's news until it is over, its token runs out, or its peer has gone."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, listener: Listener, metrics: Metrics, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._hub, self._listener, self._metrics, self._clock = hub, listener, metrics, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive, self._listener))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            with suppress(TimeoutError):  # a peer that takes nothing any more is not waited for
                async for line in self._lines():
                    async with asyncio.timeout(_SEND_SECONDS):
                        await send({"type": "http.response.body", "body": line, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self._hub.close(self._listener)

    async def _lines(self) -> AsyncIterator[bytes]:
        yield _HEARTBEAT  # the peer learns at once that the stream stands, and that no proxy holds it back
        while (left := self._seconds_left()) > 0 and not self._listener.over:
            seq = await self._listener.news(min(HEARTBEAT_SECONDS, left))
            if seq:
                self._metrics.told.inc()
                yield b'event: news\ndata: {"seq": %d}\n\n' % seq
                await asyncio.sleep(_GAP_SECONDS)
            elif not self._listener.over:
                yield _HEARTBEAT
        if self._listener.scopes_changed:
            yield b"event: scopes\ndata: {}\n\n"

    def _seconds_left(self) -> float:
        return (self._listener.session.expires_at - self._clock()) / 1000


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()
