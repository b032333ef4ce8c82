"""The privacy desk over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from sync.protocol.privacy import PACKAGE_TYPE, Export, Person, Search
from sync.server.services.privacy import PrivacyDesk
from sync.server.sessions import DeviceSession, current_session
from sync.server.wire import file_operation, list_operation, read, reply

_PROBLEMS = (400, 401, 403, 413, 415, 422, 503)
_SESSION = Depends(current_session)


def privacy_router(desk: PrivacyDesk) -> APIRouter:
    """Routes under ``/v1/privacy``, for privacy officers."""
    router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

    @router.post("/search", **list_operation("Find a person", takes=Search, gives=Person, problems=_PROBLEMS))
    async def search(request: Request, session: DeviceSession = _SESSION) -> Response:
        return reply(await run_in_threadpool(desk.search, session, await read(request, Search)))

    @router.post(
        "/export",
        **file_operation(
            "Everything held on one person, as a signed package",
            takes=Export, media_type=PACKAGE_TYPE, problems=(*_PROBLEMS, 404),
        ),
    )  # fmt: skip
    async def export(request: Request, session: DeviceSession = _SESSION) -> Response:
        package = await run_in_threadpool(desk.export, session, await read(request, Export))
        return StreamingResponse(package.blocks(), headers={"Cache-Control": "no-store"}, media_type=PACKAGE_TYPE)

    return router
