"""Bodies that no honest client sends. Each is refused with a problem, none disturbs the next request."""

from __future__ import annotations

import gzip
import json
import socket
import ssl

import pytest
import zstandard

from sync.protocol.messages import MAX_BODY_BYTES, Problem
from sync.server.middleware import unpacked
from tests.helpers.server import Device, ServerHandle

_ENROL = {
    "user": "root", "password": "x", "otp": "1",
    "device": {"name": "x", "os": "x", "public_key": "0" * 64, "key_protection": "keyring"},
}  # fmt: skip


def _bomb(packed: str) -> bytes:
    plain = b" " * (MAX_BODY_BYTES + 1)
    return gzip.compress(plain) if packed == "gzip" else zstandard.compress(plain)


def _with(**changes: object) -> bytes:
    return json.dumps({**_ENROL, **changes}).encode()


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"\xed\xa0\x80", {}, 400),
        (_with(user="x").replace(b'"x"', rb'"\ud800"', 1), {}, 400),
        (_with(user="x").replace(b'"x"', b"NaN", 1), {}, 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {}, 400),
        (b"[" * 100_000, {}, 422),
        (b"[]", {}, 422),
        (b"null", {}, 422),
        (b"9223372036854775808", {}, 422),
        (_with(user=2**63), {}, 422),
        (_with(user="a\x00b"), {}, 422),
        (_with(user="a\nb"), {}, 422),
        (_with(user="u" * 201), {}, 422),
        (_with(password="p" * 1025), {}, 422),
        (_with(device={**_ENROL["device"], "key_protection": "none"}), {}, 422),  # type: ignore[dict-item]
        (_with(device={**_ENROL["device"], "public_key": "0" * 64 + "\n"}), {}, 422),  # type: ignore[dict-item]
        (b" " * (MAX_BODY_BYTES + 1), {}, 413),
        (_bomb("gzip"), {"Content-Encoding": "gzip"}, 413),
        (_bomb("zstd"), {"Content-Encoding": "zstd"}, 413),
        (gzip.compress(_with())[:-9], {"Content-Encoding": "gzip"}, 400),
        (zstandard.compress(_with())[:-3], {"Content-Encoding": "zstd"}, 400),
        (zstandard.compress(_with()) + b"more", {"Content-Encoding": "zstd"}, 400),
        (b"plain", {"Content-Encoding": "gzip"}, 400),
        (_with(), {"Content-Encoding": "br"}, 415),
        (_with(), {"Content-Encoding": "gzip, gzip"}, 415),
    ],
)  # fmt: skip
def test_a_hostile_body_is_refused(
    server: ServerHandle, intruder: Device, body: bytes, headers: dict[str, str], status: int
) -> None:
    reply = intruder.http.post(f"{server.url}/v1/auth/enrol", data=body, headers=headers, timeout=30)
    assert reply.status_code == status
    assert set(reply.json()) == set(Problem.__struct_fields__)
    assert intruder.http.get(f"{server.url}/healthz", timeout=10).ok


@pytest.fixture(scope="module")
def intruder(server: ServerHandle) -> Device:
    """Somebody with a connection and nothing else."""
    return server.device("root")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_packed_bodies_are_read(server: ServerHandle, intruder: Device, encoding: str) -> None:
    packed = gzip.compress(_with()) if encoding == "gzip" else zstandard.compress(_with())
    reply = intruder.http.post(
        f"{server.url}/v1/auth/enrol", data=packed, headers={"Content-Encoding": encoding}, timeout=10
    )
    assert reply.json()["code"] == "bad_credentials"


def test_a_frame_without_a_size_is_bounded_too() -> None:
    stream = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    assert unpacked(stream.compress(b"x" * 5000) + stream.flush(), "zstd") == b"x" * 5000


def _raw(server: ServerHandle, head: str, body: bytes = b"") -> bytes:
    """The reply to a request as the bytes on the wire; the peer must close the connection."""
    host, port = server.url.removeprefix("https://").split(":")
    trusting = ssl.create_default_context(cafile=str(server.ca_file))
    with (
        socket.create_connection((host, int(port)), timeout=20) as raw,
        trusting.wrap_socket(raw, server_hostname="localhost") as connection,
    ):
        connection.sendall(head.replace("\n", "\r\n").encode() + body)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("length", ["1000000000", "99999999999999999999"])
def test_a_gigabyte_is_refused_before_it_is_sent(server: ServerHandle, length: str) -> None:
    reply = _raw(server, f"POST /v1/auth/enrol HTTP/1.1\nHost: x\nContent-Length: {length}\n\n")
    assert reply.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/sync/events", "/v1/blobs/" + "0" * 64])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_memory_is_filled_where_nobody_counts(server: ServerHandle, method: str, path: str) -> None:
    """At these paths no place among the requests is taken, or no body has a meaning: none is read."""
    method = "GET" if path.startswith("/v1/blobs") else method
    reply = _raw(server, f"{method} {path} HTTP/1.1\nHost: x\nContent-Length: {8 * 1024 * 1024}\n\n")
    assert reply.startswith(b"HTTP/1.1 413")
    reply = _raw(server, f"{method} {path} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n", b"1\r\nx\r\n")
    assert reply.startswith(b"HTTP/1.1 413")


def test_an_endless_chunked_body_is_cut_off(server: ServerHandle) -> None:
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    head = "POST /v1/auth/enrol HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"
    assert _raw(server, head, chunk * 9).startswith(b"HTTP/1.1 413")


def test_garbage_is_not_http(server: ServerHandle) -> None:
    assert b" 400 " in _raw(server, "\x00\x01 nonsense\n\n")
