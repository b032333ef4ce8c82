"""What every request passes: a number to find it by, a bounded body, security headers, one line in the log."""

from __future__ import annotations

import re
import time
import zlib

import structlog
import zstandard
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import MAX_BODY_BYTES, MAX_PIECE_BYTES
from sync.server.limits import UNCOUNTED
from sync.server.metrics import Metrics
from sync.server.problems import from_error, internal

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ZSTD_STEP = 1024
"""Bytes unpacked at a time. Four bytes of zstd can stand for 128 KiB, so a step makes 32 MiB at most."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BODILESS = frozenset(["GET", "HEAD"])
_STREAM = "text/event-stream"
_HSTS = "max-age=31536000; includeSubDomains"  # RFC 6797


class Envelope:
    """The outermost layer: request id, security headers, access log, and the last catch of what is a bug."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._log = structlog.get_logger("nxcrm.server")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request=request_id)  # the services' lines tell it too
        began, seen = time.perf_counter(), {"status": 0, "stream": False}

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                seen["status"] = message["status"]
                seen["stream"] = headers.get("content-type", "").startswith(_STREAM)
                _dress(headers, request_id, scope["scheme"])
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:  # noqa: BLE001 (the one handler of what is a bug: logged, and told as one)
            self._log.error("bug", route=_route(scope), exc_info=error)
            if not seen["status"]:
                await internal()(scope, receive, dressed)
        seconds, route = time.perf_counter() - began, _route(scope)
        self._metrics.count_request(route, seen["status"], seconds, stream=bool(seen["stream"]))
        self._log.info(
            "request", method=scope["method"][:10], route=route, status=seen["status"], ms=round(seconds * 1000, 1)
        )


def _request_id(headers: Headers) -> str:
    """The caller's own number, when it is one, so that both logs tell of the same request."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else new_id()


def _dress(headers: MutableHeaders, request_id: str, scheme: str) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    headers["X-Request-Id"] = request_id
    if scheme == "https":
        headers["Strict-Transport-Security"] = _HSTS


def _route(scope: Scope) -> str:
    """The route as declared: what somebody put into the address never reaches the log."""
    return getattr(scope.get("route"), "path", "-")


class BoundedBody:
    """Reads the body whole before any route does: at most MAX_BODY_BYTES, as sent and as unpacked (gzip, zstd).

    A piece of a document (all that is sent by PATCH) is MAX_PIECE_BYTES at most; what is asked for by GET, or at a path
    where no place is taken, has no body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        limit = _most_bytes(scope)
        try:
            _check_length(headers, limit)
            body = unpacked(await _collect(receive, limit), headers.get("content-encoding", "identity"))
        except NxcrmError as error:
            response = from_error(error)
            # What is left of the body is not read: the connection cannot carry another request.
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        scope["headers"] = [(k, v) for k, v in scope["headers"] if k not in (b"content-encoding", b"content-length")]
        await self._app(scope, _replay(body, receive), send)


def _most_bytes(scope: Scope) -> int:
    if scope["method"] in _BODILESS or scope["path"] in UNCOUNTED:
        return 0
    return MAX_PIECE_BYTES if scope["method"] == "PATCH" else MAX_BODY_BYTES


def _check_length(headers: Headers, limit: int) -> None:
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > 12 or int(declared) > limit:
        raise too_large(limit)


async def _collect(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise NxcrmError(Code.BAD_REQUEST, "The request ended too early.", safe="Nothing was changed.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding. NxcrmError ``too_large``, ``bad_request``, ``unsupported_encoding``."""
    try:
        match encoding.strip().lower():
            case "identity" | "":
                return body
            case "gzip":
                return _gunzip(body)
            case "zstd":
                return _unzstd(body)
    except (zlib.error, zstandard.ZstdError) as problem:
        raise _broken() from problem
    raise NxcrmError(
        "unsupported_encoding", "The body is packed in a way this server does not read.", todo="Use zstd, gzip or none."
    )


def _gunzip(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    plain = stream.decompress(body, MAX_BODY_BYTES + 1)
    if len(plain) > MAX_BODY_BYTES:
        raise too_large()
    if not stream.eof or stream.unused_data:
        raise _broken()
    return plain


def _unzstd(body: bytes) -> bytes:
    stream = zstandard.ZstdDecompressor(max_window_size=MAX_BODY_BYTES).decompressobj()
    plain = bytearray()
    for start in range(0, len(body), _ZSTD_STEP):
        plain += stream.decompress(body[start : start + _ZSTD_STEP])
        if len(plain) > MAX_BODY_BYTES:
            raise too_large()
    if not stream.eof or stream.unused_data:
        raise _broken()
    return bytes(plain)


def too_large(limit: int = MAX_BODY_BYTES) -> NxcrmError:
    """NxcrmError ``too_large``; ``limit`` in bytes."""
    return NxcrmError(
        Code.TOO_LARGE,
        f"The request is larger than {limit // (1024 * 1024)} MiB." if limit else "This kind of request has no body.",
        safe="Nothing was changed.",
        todo="Send less at a time." if limit else "Send none.",
    )


def _broken() -> NxcrmError:
    return NxcrmError(Code.BAD_REQUEST, "The packed body is damaged or cut short.", safe="Nothing was changed.")
