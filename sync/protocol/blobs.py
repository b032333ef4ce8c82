"""The bytes of documents: uploads that resume, downloads of a range. Content is addressed by its SHA-256.

    POST  /v1/blobs/{sha256}            OpenUpload → BlobState   opens an upload of this user, or finds it
    PATCH /v1/blobs/{sha256}?offset=N   a piece → BlobState      application/octet-stream, never packed
    POST  /v1/blobs/{sha256}/complete   → BlobState              the hash is checked; not there for anybody before
    GET   /v1/blobs/{sha256}            the bytes                from there with ``Range: bytes=N-`` or ``bytes=N-M``

The version row comes first: bytes are taken only for a document version that the caller made (and that is neither
deleted nor erased), else 404 ``blob_unwanted``. Naming a hash in a row opens nothing: a version gives its readers the
bytes once its maker has proved to hold them, by uploading them whole or by being allowed to read them elsewhere.
``complete`` is therefore said only to who may read the content through another row or has uploaded it; everybody else
uploads, and the server keeps one copy. Opening an upload again is harmless: it is how a device asks what is missing.

409 ``wrong_offset`` and ``upload_incomplete``: :attr:`sync.protocol.messages.Problem.offset` says where to go on ·
422 ``hash_mismatch``: the upload is discarded, begin again · 413 ``blob_too_large`` · 429 ``upload_quota``: finish what
is open, or wait · 404 ``not_found`` for a download: absent, not uploaded yet, and not allowed, alike.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sync.protocol.messages import MAX_BLOB_BYTES, Id
from sync.protocol.prepared import prepare

PIECE_TYPE = "application/octet-stream"
MIN_PIECE_BYTES = 64 * 1024
"""Only the last piece of a content may be smaller."""
SHA256_PATTERN = "^[0-9a-f]{64}$"


class OpenUpload(Struct, frozen=True):
    """Body of the first call. ``size``: of the whole content, bytes."""

    device: Id
    size: Annotated[int, Meta(ge=0, le=MAX_BLOB_BYTES)]


class BlobState(Struct, frozen=True):
    """How far it is. ``offset``: bytes the server holds of this upload; ``complete``: nothing is left to send."""

    sha256: str
    size: int
    offset: int
    complete: bool


prepare(vars())
