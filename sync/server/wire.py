"""Messages in and out of HTTP, and what OpenAPI says about them. Both come from the same msgspec types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from types import ModuleType
from typing import Any, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import CONTENT_TYPE, Problem

T = TypeVar("T")
_REFERENCE = "#/components/schemas/{name}"
_BEARER = "bearer"


def decode(body: bytes, kind: type[T]) -> T:
    """A request body as a message. Errors as :func:`translated`."""
    return translated(lambda: msgspec.json.decode(body, type=kind))


def translated(reading: Callable[[], T]) -> T:
    """What ``reading`` makes of JSON. NxcrmError ``bad_request`` (not JSON), ``invalid_message`` (not this message)."""
    try:
        return reading()
    except msgspec.ValidationError as problem:
        raise _refused("invalid_message", f"The message is not as the protocol says: {problem}.") from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise _refused(Code.BAD_REQUEST, "The request body is not JSON that this server reads.") from problem


async def read(request: Request, kind: type[T]) -> T:
    """The request's body as a message; errors as :func:`decode`."""
    return decode(await request.body(), kind)


def reply(message: msgspec.Struct | Sequence[msgspec.Struct], status: int = 200) -> Response:
    """A message as a reply that no cache keeps."""
    return Response(
        msgspec.json.encode(message), status, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE
    )


def _refused(code: str, happened: str) -> NxcrmError:
    return NxcrmError(code, happened, safe="Nothing was changed.", todo="Send a corrected request.")


def operation(
    summary: str,
    *,
    takes: type | None = None,
    gives: type | None = None,
    problems: Iterable[int] = (),
    signed_in: bool = True,
) -> dict[str, Any]:
    """Keyword arguments of a FastAPI route: its summary, body, replies and problems, by the types of the protocol."""
    content = None if gives is None else {CONTENT_TYPE: {"schema": _reference(gives.__name__)}}
    return _route(summary, takes, content, problems, signed_in=signed_in)


def list_operation(summary: str, *, takes: type, gives: type, problems: Iterable[int]) -> dict[str, Any]:
    """The same for a route that answers with a list of messages."""
    content = {CONTENT_TYPE: {"schema": {"type": "array", "items": _reference(gives.__name__)}}}
    return _route(summary, takes, content, problems, signed_in=True)


def file_operation(
    summary: str, *, takes: type | None = None, media_type: str, problems: Iterable[int]
) -> dict[str, Any]:
    """The same for a route that answers with a file."""
    return _route(summary, takes, _binary(media_type), problems, signed_in=True)


def piece_operation(summary: str, *, media_type: str, gives: type, problems: Iterable[int]) -> dict[str, Any]:
    """The same for a route that takes raw bytes."""
    keywords = operation(summary, gives=gives, problems=problems)
    keywords["openapi_extra"]["requestBody"] = {"required": True, "content": _binary(media_type)}
    return keywords


def _binary(media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string", "format": "binary"}}}


def text_operation(summary: str, *, media_type: str, problems: Iterable[int], signed_in: bool = True) -> dict[str, Any]:
    """The same for a route that answers with text."""
    content = {media_type: {"schema": {"type": "string"}}}
    return _route(summary, None, content, {*problems, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}, signed_in=signed_in)


def _route(
    summary: str, takes: type | None, content: dict[str, Any] | None, problems: Iterable[int], *, signed_in: bool
) -> dict[str, Any]:
    status = HTTPStatus.NO_CONTENT if content is None else HTTPStatus.OK
    problem = {CONTENT_TYPE: {"schema": _reference(Problem.__name__)}}
    responses = {str(status.value): {"description": status.phrase, **({"content": content} if content else {})}}
    for code in sorted(problems):
        responses[str(code)] = {"description": HTTPStatus(code).phrase, "content": problem}
    extra: dict[str, Any] = {"responses": responses, "security": [{_BEARER: []}] if signed_in else []}
    if takes is not None:
        body = {CONTENT_TYPE: {"schema": _reference(takes.__name__)}}
        extra["requestBody"] = {"required": True, "content": body}
    return {
        "summary": summary, "openapi_extra": extra, "response_class": Response, "status_code": status.value,
    }  # fmt: skip


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=name)}


def messages_of(*modules: ModuleType) -> list[type]:
    """Every message that the modules declare."""
    return [
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    ]


def publish(app: FastAPI, kinds: Iterable[type]) -> None:
    """Adds the messages' schemas and the bearer scheme to the application's OpenAPI document."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        components = document.setdefault("components", {})
        if "securitySchemes" not in components:
            _, schemas = msgspec.json.schema_components(tuple(kinds), ref_template=_REFERENCE)
            components["schemas"] = schemas  # the framework's own, of errors that are told otherwise here, go
            components["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer"}}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way to extend OpenAPI
