"""Bodies on the wire: compression of what is sent, bounded decompression of what comes."""

from __future__ import annotations

import zlib
from typing import Final

import zstandard

MAX_REPLY_BYTES: Final = 16 * 1024 * 1024
"""No reply is longer than this, packed or unpacked: twice what the server may be asked for."""
COMPRESS_OVER: Final = 1024
ACCEPTED: Final = "zstd, gzip"


class BodyError(Exception):
    """A body that is too long, cut short or not packed as it says."""


def pack(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The body as it is sent, and the header that says so. Short bodies stay as they are."""
    if len(body) <= COMPRESS_OVER:
        return body, {}
    return zstandard.ZstdCompressor(level=1).compress(body), {"Content-Encoding": "zstd"}


def unpack(body: bytes, encoding: str, limit: int = MAX_REPLY_BYTES) -> bytes:
    """The inverse of ``Content-Encoding`` (zstd, gzip, identity). BodyError if longer than ``limit`` bytes."""
    match encoding.strip().lower():
        case "" | "identity":
            plain = body
        case "zstd":
            plain = _unzstd(body, limit)
        case "gzip":
            plain = _ungzip(body, limit)
        case _:
            raise BodyError("an encoding that was not asked for")
    if len(plain) > limit:
        raise BodyError("too long")
    return plain


def _unzstd(body: bytes, limit: int) -> bytes:
    try:
        # The library believes a length in the header, however large, and minds the limit only where there is none.
        if zstandard.frame_content_size(body) > limit:
            raise BodyError("too long")
        return zstandard.ZstdDecompressor().decompress(body, max_output_size=limit, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise BodyError("too long, cut short or not zstd") from error


def _ungzip(body: bytes, limit: int) -> bytes:
    decoder = zlib.decompressobj(wbits=31)
    try:
        plain = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise BodyError("not gzip") from error
    if not decoder.eof and len(plain) <= limit:
        raise BodyError("cut short")
    return plain
