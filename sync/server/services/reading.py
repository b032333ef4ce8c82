"""Reading a push in which one edit may be poison: the others must not wait behind it for ever."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from sync.protocol.messages import MAX_MUTATIONS, Id, Mutation, Push
from sync.server.services.push import Batch, Edit
from sync.server.services.refusals import RAW_LIMIT, UNKNOWN, Poison


class _Loose(Struct, frozen=True):
    device: Id
    schema: int
    mutations: Annotated[list[Raw], Meta(max_length=MAX_MUTATIONS)]


class _Outline(Struct, frozen=True):
    n: Annotated[int, Meta(ge=1)]
    table: object = UNKNOWN
    id: object = UNKNOWN


_strict = msgspec.json.Decoder(Push)
_loose = msgspec.json.Decoder(_Loose)
_edit = msgspec.json.Decoder(Mutation)
_outline = msgspec.json.Decoder(_Outline)


def read_push(body: bytes) -> Push | Batch:
    """The push in a request body; edits that are not as the protocol says become Poison.

    Raises msgspec.ValidationError when not even their numbers can be read, msgspec.DecodeError when it is not JSON.
    """
    try:
        return _strict.decode(body)
    except msgspec.ValidationError:
        message = _loose.decode(body)
    return Batch(message.device, message.schema, [_read(raw) for raw in message.mutations])


def _read(raw: Raw) -> Edit:
    try:
        return _edit.decode(raw)
    except msgspec.ValidationError:
        outline = _outline.decode(raw)
    return Poison(outline.n, str(outline.table), str(outline.id), bytes(raw).decode()[:RAW_LIMIT])
