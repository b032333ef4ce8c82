"""``GET /v1/sync/events``: hearing of something newer."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from sync.server.live.hub import Hub
from sync.server.live.stream import EventStream
from sync.server.metrics import Metrics
from sync.server.sessions import DeviceSession, current_session
from sync.server.wire import text_operation

_SESSION = Depends(current_session)


def events_router(hub: Hub, metrics: Metrics) -> APIRouter:
    """The one route. The stream ends when the token runs out, the session ends, or the scopes are others."""
    router = APIRouter(prefix="/v1/sync", tags=["sync"])

    summary = text_operation("Hear of something newer", media_type="text/event-stream", problems=(401, 403, 429, 503))

    @router.get("/events", **summary)
    async def events(_: Request, session: DeviceSession = _SESSION) -> Response:
        return EventStream(hub, await hub.open(session), metrics)

    return router
