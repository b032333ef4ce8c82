"""Whether the server lives, and whether it can work."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from sync.server.context import ServerContext
from sync.server.services import doctor
from sync.server.wire import operation, reply


class Health(msgspec.Struct, frozen=True):
    """``status`` is "ok"; anything else is a problem reply."""

    status: str


def health_router(context: ServerContext) -> APIRouter:
    """``/healthz`` answers while the process lives, ``/readyz`` says "ok" only while it can work: its database answers
    and is of its version, its disk has room, and nobody is taking it out of service.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz", **operation("Whether the server lives", gives=Health, signed_in=False))
    async def healthz() -> Response:
        return reply(Health("ok"))

    @router.get("/readyz", **operation("Whether the server can work", gives=Health, problems=[503], signed_in=False))
    async def readyz() -> Response:
        await run_in_threadpool(doctor.require_ready, context)
        return reply(Health("ok"))

    return router
