"""The bytes of documents over HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.responses import StreamingResponse

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.blobs import PIECE_TYPE, SHA256_PATTERN, BlobState, OpenUpload
from sync.protocol.messages import MAX_BLOB_BYTES
from sync.server.services.blobs import Blobs, Content
from sync.server.sessions import DeviceSession, current_session
from sync.server.wire import file_operation, operation, piece_operation, read, reply

_PROBLEMS = (400, 401, 403, 404, 413, 415, 422, 503)
_AT_ONCE = 8
"""A slow disk or bucket takes no thread from those who sync."""
_SESSION = Depends(current_session)
_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")
_Sha256 = Annotated[str, Path(pattern=SHA256_PATTERN)]
_Offset = Annotated[int, Query(ge=0, le=MAX_BLOB_BYTES)]


def blobs_router(blobs: Blobs) -> APIRouter:
    """Routes under ``/v1/blobs``. One piece is in memory at a time, going up; one frame of it, coming down."""
    router = APIRouter(prefix="/v1/blobs", tags=["documents"])
    off_loop = partial(to_thread.run_sync, limiter=CapacityLimiter(_AT_ONCE))

    @router.post(
        "/{sha256}",
        **operation("Begin an upload, or find how far it is", takes=OpenUpload, gives=BlobState,
                    problems=(*_PROBLEMS, 429)),
    )  # fmt: skip
    async def begin(request: Request, sha256: _Sha256, session: DeviceSession = _SESSION) -> Response:
        message = await read(request, OpenUpload)
        return reply(await off_loop(blobs.begin, session, sha256, message.device, message.size))

    @router.patch(
        "/{sha256}",
        **piece_operation("Send the piece that begins at an offset", media_type=PIECE_TYPE, gives=BlobState,
                          problems=(*_PROBLEMS, 409)),
    )  # fmt: skip
    async def append(
        request: Request, sha256: _Sha256, offset: _Offset, session: DeviceSession = _SESSION
    ) -> Response:  # fmt: skip
        return reply(await off_loop(blobs.append, session, sha256, offset, await request.body()))

    @router.post(
        "/{sha256}/complete",
        **operation("Check what was sent and keep it", gives=BlobState, problems=(*_PROBLEMS, 409)),
    )
    async def complete(sha256: _Sha256, session: DeviceSession = _SESSION) -> Response:
        return reply(await off_loop(blobs.complete, session, sha256))

    @router.get(
        "/{sha256}",
        **file_operation("The bytes, or those from an offset on", media_type=PIECE_TYPE, problems=(*_PROBLEMS, 416)),
    )
    async def send(request: Request, sha256: _Sha256, session: DeviceSession = _SESSION) -> Response:
        frames, status, headers = await off_loop(_content, blobs, session, sha256, request.headers.get("range"))

        async def sent() -> AsyncIterator[bytes]:
            while (frame := await off_loop(next, frames, None)) is not None:
                yield frame

        return StreamingResponse(sent(), status, headers, media_type=PIECE_TYPE)

    return router


def _content(
    blobs: Blobs, session: DeviceSession, sha256: str, wanted: str | None
) -> tuple[Iterator[bytes], int, dict[str, str]]:
    content = blobs.find(session, sha256)
    given = _RANGE.fullmatch(wanted or "")
    start, stop = _bounds(given, content) if given else (0, content.size)
    headers = {
        "Cache-Control": "no-store", "Accept-Ranges": "bytes", "Content-Length": str(stop - start),
        "ETag": f'"{sha256}"',
    }  # fmt: skip
    if given:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    return blobs.read(session, content, start, stop), 206 if given else 200, headers


def _bounds(given: re.Match[str], content: Content) -> tuple[int, int]:
    """First byte and the one after the last (RFC 9110, section 14.1.2). NxcrmError ``bad_range``."""
    start, last = int(given[1]), int(given[2] or content.size)
    if start >= content.size or last < start:
        raise NxcrmError(
            "bad_range", f"The document has {content.size} bytes.", safe="Nothing was changed.",
            todo="Ask for a range within them.",
        )  # fmt: skip
    return start, min(last + 1, content.size)
