"""``GET /metrics`` for Prometheus."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from nxcrm_desktop.errors import NxcrmError
from sync.server.metrics import CONTENT_TYPE, Metrics
from sync.server.network import is_loopback
from sync.server.routers.auth import address_of
from sync.server.settings import MetricsSettings
from sync.server.wire import text_operation

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def metrics_router(metrics: Metrics, settings: MetricsSettings) -> APIRouter:
    """The one route. To whoever may not read it, it does not exist."""
    router = APIRouter(tags=["health"])
    summary = text_operation("What the server counts", media_type="text/plain", problems=[404], signed_in=False)

    @router.get("/metrics", **summary)
    async def exposition(request: Request) -> Response:
        if not _allowed(request, settings.token):
            raise NxcrmError("not_found", "There is nothing at this address.")
        return Response(await run_in_threadpool(metrics.exposition), media_type=CONTENT_TYPE)

    return router


def _allowed(request: Request, token: str) -> bool:
    """With a token, whoever sends it; without, this machine: but not somebody for whom a proxy on it asks."""
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return is_loopback(address_of(request)) and not any(name in request.headers for name in _FORWARDED)
