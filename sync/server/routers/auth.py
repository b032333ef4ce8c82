"""Enrolling, signing in, refreshing, signing out."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from sync.protocol.auth import Enrol, Refresh, Session, SignIn, TokenPair
from sync.server.services.accounts import Accounts
from sync.server.services.tokens import Tokens
from sync.server.wire import operation, read, reply

_HASHES_AT_ONCE = 4
"""Each costs 64 MiB and a core for a moment. A flood of sign-ins queues and takes no thread from those who sync."""
_ALWAYS = (400, 413, 415, 422, 503)


def auth_router(accounts: Accounts, tokens: Tokens) -> APIRouter:
    """Routes under ``/v1/auth``."""
    router = APIRouter(prefix="/v1/auth", tags=["accounts"])
    few = CapacityLimiter(_HASHES_AT_ONCE)

    @router.post(
        "/enrol",
        **operation(
            "Make a device one of the user's and sign it in",
            takes=Enrol, gives=Session, problems=(*_ALWAYS, 401, 403, 409, 429), signed_in=False,
        ),
    )  # fmt: skip
    async def enrol(request: Request) -> Response:
        message = await read(request, Enrol)
        return reply(await to_thread.run_sync(accounts.enrol, message, address_of(request), limiter=few))

    @router.post(
        "/sign-in",
        **operation(
            "Sign in again on an enrolled device",
            takes=SignIn, gives=Session, problems=(*_ALWAYS, 401, 403, 429), signed_in=False,
        ),
    )  # fmt: skip
    async def sign_in(request: Request) -> Response:
        message = await read(request, SignIn)
        return reply(await to_thread.run_sync(accounts.sign_in, message, address_of(request), limiter=few))

    @router.post(
        "/refresh",
        **operation(
            "Exchange a refresh token for a new pair",
            takes=Refresh, gives=TokenPair, problems=(*_ALWAYS, 401, 403), signed_in=False,
        ),
    )  # fmt: skip
    async def refresh(request: Request) -> Response:
        return reply(await run_in_threadpool(tokens.refresh, await read(request, Refresh)))

    @router.post("/sign-out", **operation("End a session", takes=Refresh, problems=(*_ALWAYS, 401), signed_in=False))
    async def sign_out(request: Request) -> Response:
        await run_in_threadpool(tokens.sign_out, await read(request, Refresh))
        return Response(status_code=204)

    return router


def address_of(request: Request) -> str:
    """The address the connection came from; forwarding headers are never believed."""
    return request.client.host if request.client else ""
