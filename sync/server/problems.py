"""Every error reply is a :class:`sync.protocol.messages.Problem`; here is which status goes with which code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import CONTENT_TYPE, Problem

STATUS: Mapping[str, int] = MappingProxyType(
    {
        Code.BAD_REQUEST: 400,
        "invalid_message": 422,
        Code.UNAUTHENTICATED: 401,
        "bad_credentials": 401,
        Code.FORBIDDEN: 403,
        "account_disabled": 403,
        "password_change_required": 403,
        "password_only_refused": 403,
        Code.DEVICE_REVOKED: 403,
        "not_found": 404,
        "subject_unknown": 404,
        "method_not_allowed": 405,
        Code.DEVICE_REWOUND: 409,
        Code.GAP: 409,
        Code.EPOCH_CHANGED: 409,
        "device_exists": 409,
        Code.WRONG_OFFSET: 409,
        Code.UPLOAD_INCOMPLETE: 409,
        Code.BLOB_UNWANTED: 404,
        Code.BLOB_TOO_LARGE: 413,
        "bad_range": 416,
        Code.HASH_MISMATCH: 422,
        Code.UPLOAD_QUOTA: 429,
        Code.TOO_LARGE: 413,
        "unsupported_encoding": 415,
        "nothing_to_search": 422,
        "weak_password": 422,
        Code.SCHEMA_TOO_OLD: 426,
        Code.SCHEMA_TOO_NEW: 426,
        Code.PROTOCOL_UNKNOWN: 426,
        Code.TOO_MANY: 429,
        "throttled": 429,
        Code.UNAVAILABLE: 503,
        "database_mismatch": 503,
        "draining": 503,
        "disk_full": 503,
    }
)
RETRY_SECONDS = 5
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: Code.TOO_LARGE, 415: "unsupported_encoding"}
_HTTP_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}


def problem_response(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a reply. ``retry_after`` is also said in the header of that name (RFC 9110, section 10.2.3)."""
    extra = dict(headers or {})
    if problem.retry_after is not None:
        extra["Retry-After"] = str(problem.retry_after)
    if status == 401:
        extra["WWW-Authenticate"] = 'Bearer realm="nxcrm"'
    return Response(msgspec.json.encode(problem), status, headers=extra, media_type=CONTENT_TYPE)


def from_error(error: NxcrmError) -> Response:
    """An expected failure as a reply; a code that has no status of its own is 400."""
    wait = error.details.get("retry_after")
    status = STATUS.get(error.code, 400)
    if wait is None and status == 503:
        wait = RETRY_SECONDS
    return problem_response(
        status, Problem(error.code, error.message, _number(wait), _number(error.details.get("offset")))
    )


def _number(value: str | int | None) -> int | None:
    return None if value is None else int(value)


def unavailable() -> NxcrmError:
    """The database cannot be reached or written just now."""
    return NxcrmError(
        Code.UNAVAILABLE,
        "The server cannot reach its database, or cannot write to it, at the moment.",
        safe="Nothing was changed.",
        todo="Try again in a few seconds.",
        details={"retry_after": RETRY_SECONDS},
    )


def internal() -> Response:
    """A bug: nothing of it is told to the caller; the log has it under the request id."""
    return problem_response(
        500, Problem("internal", "Something went wrong on the server. Nothing was changed. Report the request id.")
    )


def add_handlers(app: FastAPI) -> None:
    """Makes every failure of the application a problem."""

    async def expected(_: Request, error: Exception) -> Response:
        assert isinstance(error, NxcrmError)
        return from_error(error)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _HTTP_CODES.get(error.status_code, Code.BAD_REQUEST)
        sentence = _HTTP_SENTENCES.get(error.status_code, str(error.detail))
        return problem_response(error.status_code, Problem(code, sentence), error.headers)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        places = ", ".join(".".join(str(part) for part in item["loc"]) for item in error.errors())
        return problem_response(422, Problem("invalid_message", f"Not understood: {places}."))

    async def database(_: Request, error: Exception) -> Response:
        assert isinstance(error, DBAPIError)
        # The statement and its values stay out of the log: they are customers' data.
        structlog.get_logger("nxcrm.server").error("database_error", kind=type(error.orig).__name__)
        if isinstance(error, OperationalError) or error.connection_invalidated:
            return from_error(unavailable())
        return internal()

    async def no_connection(_: Request, __: Exception) -> Response:
        return from_error(unavailable())

    for kind, handler in {
        NxcrmError: expected,
        HTTPException: http,
        RequestValidationError: invalid,
        DBAPIError: database,
        PoolTimeoutError: no_connection,
    }.items():
        app.add_exception_handler(kind, handler)
