"""Bodies survive packing; those that lie about their length or packing are refused."""

from __future__ import annotations

import gzip

import pytest
import zstandard
from hypothesis import given, strategies as st

from sync.client import wire

LIMIT = 10_000


@given(st.binary(max_size=5000))
def test_packing_and_unpacking_changes_nothing(body: bytes) -> None:
    packed, headers = wire.pack(body)
    assert wire.unpack(packed, headers.get("Content-Encoding", "")) == body


def test_short_bodies_are_sent_as_they_are() -> None:
    assert wire.pack(b"x" * wire.COMPRESS_OVER) == (b"x" * wire.COMPRESS_OVER, {})
    packed, headers = wire.pack(b"x" * (wire.COMPRESS_OVER + 1))
    assert headers == {"Content-Encoding": "zstd"}
    assert len(packed) < 100


@pytest.mark.parametrize("encoding", ["gzip", "GZIP ", "zstd", "", "identity"])
def test_encodings_that_were_asked_for(encoding: str) -> None:
    body = b"{}" * 600
    packed = {"gzip": gzip.compress(body), "zstd": zstandard.compress(body)}.get(encoding.strip().lower(), body)
    assert wire.unpack(packed, encoding) == body


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"0" * (LIMIT + 1)), "gzip"),
        (zstandard.compress(b"0" * (LIMIT + 1)), "zstd"),
        (zstandard.ZstdCompressor(write_content_size=False).compress(b"0" * (LIMIT + 1)), "zstd"),
        (zstandard.compress(b"{}") + b"more", "zstd"),
        (b"0" * (LIMIT + 1), ""),
        (gzip.compress(b"0" * 100)[:-9], "gzip"),
        (b"no gzip", "gzip"),
        (b"no zstd", "zstd"),
        (b"{}", "br"),
    ],
    ids=[
        "gzip bomb",
        "zstd bomb",
        "zstd bomb of untold size",
        "zstd and more",
        "too long",
        "cut short",
        "not gzip",
        "not zstd",
        "never asked for",
    ],
)
def test_bad_bodies_are_refused(packed: bytes, encoding: str) -> None:
    with pytest.raises(wire.BodyError):
        wire.unpack(packed, encoding, LIMIT)


def test_a_truncated_zstd_body_is_refused() -> None:
    packed = zstandard.compress(bytes(range(256)) * 40)
    with pytest.raises(wire.BodyError):
        wire.unpack(packed[: len(packed) // 2], "zstd", LIMIT * 2)
