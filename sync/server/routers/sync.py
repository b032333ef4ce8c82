"""Sync over HTTP: hello, push, pull, ack."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import zstandard
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from sync.protocol.messages import CONTENT_TYPE, Ack, Hello, HelloReply, Pull, PullReply, Push, PushReply
from sync.server.metrics import Metrics
from sync.server.services.ack import ack
from sync.server.services.cursor import Cursors
from sync.server.services.hello import LeaseMaker, hello
from sync.server.services.pull import pull, with_page
from sync.server.services.push import push
from sync.server.services.reading import read_push
from sync.server.sessions import DeviceSession, current_session
from sync.server.settings import HistorySettings
from sync.server.wire import decode, operation, translated

_ALWAYS = (400, 401, 403, 413, 415, 422, 503)
_WORTH_PACKING = 1024
_ZSTD_LEVEL = 3
_SESSION = Depends(current_session)


def sync_router(engine: Engine, cursors: Cursors, lease: LeaseMaker, history: HistorySettings) -> APIRouter:
    """Routes under ``/v1/sync``. The work of each, reading and writing JSON too, is done off the event loop."""
    router = APIRouter(prefix="/v1/sync", tags=["sync"])

    @router.post("/hello", **operation("Agree on a protocol", takes=Hello, gives=HelloReply, problems=(*_ALWAYS, 426)))
    async def greet(request: Request, session: DeviceSession = _SESSION) -> Response:
        return await _answer(request, lambda body: hello(engine, session, decode(body, Hello), cursors, lease, history))

    @router.post("/push", **operation("Send edits", takes=Push, gives=PushReply, problems=(*_ALWAYS, 409, 426)))
    async def receive(request: Request, session: DeviceSession = _SESSION) -> Response:
        def work(body: bytes) -> PushReply:
            message = translated(lambda: read_push(body))
            reply = push(engine, session, message)
            metrics_of(request).count_push(reply)
            if not isinstance(message, Push) or message.pull is None:
                return reply
            reply = with_page(engine, session, message.pull, reply, cursors)
            if reply.page is not None:
                metrics_of(request).count_pull(reply.page)
            return reply

        return await _answer(request, work)

    @router.post("/pull", **operation("Fetch a page", takes=Pull, gives=PullReply, problems=(*_ALWAYS, 409, 426)))
    async def send(request: Request, session: DeviceSession = _SESSION) -> Response:
        def work(body: bytes) -> PullReply:
            message = decode(body, Pull)
            reply = pull(engine, session, message, cursors)
            metrics_of(request).count_pull(reply)
            return reply

        return await _answer(request, work)

    @router.post("/ack", **operation("Tell what is stored", takes=Ack, problems=_ALWAYS))
    async def hear(request: Request, session: DeviceSession = _SESSION) -> Response:
        body = await request.body()
        await run_in_threadpool(lambda: ack(engine, session, decode(body, Ack), cursors))
        return Response(status_code=204)

    return router


def metrics_of(request: Request) -> Metrics:
    """The counters of the worker that answers."""
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _answer(request: Request, work: Callable[[bytes], msgspec.Struct]) -> Response:
    body = await request.body()
    accepts_zstd = "zstd" in request.headers.get("accept-encoding", "")
    return await run_in_threadpool(lambda: _packed(work(body), accepts_zstd))


def _packed(message: msgspec.Struct, accepts_zstd: bool) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    body = msgspec.json.encode(message)
    if accepts_zstd and len(body) > _WORTH_PACKING:
        body = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
        headers["Content-Encoding"] = "zstd"
    return Response(body, headers=headers, media_type=CONTENT_TYPE)
