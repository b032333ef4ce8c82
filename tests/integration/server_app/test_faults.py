"""A full disk, a slow peer, a bug: each is contained, and told as what it is."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send
from uvicorn import Config, Server

from sync.server import connections, logs
from sync.server.metrics import Metrics
from sync.server.middleware import Envelope
from sync.server.services.audit import verify
from sync.server.store.engine import read_snapshot
from tests.helpers.server import running_server


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the limits of another process")
def test_a_full_disk_is_503_and_nothing_is_half_written(tmp_path: Path) -> None:
    import resource

    with running_server(tmp_path) as server:
        server.add_user("ravi")
        device = server.device("ravi")
        assert server.process is not None
        kept = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        full = (server.data_dir / "server.db-wal").stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (full, kept[1]))
        for reply in (device.enrol(), device.enrol()):
            assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
            assert "Retry-After" in reply.headers
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, kept)
        assert device.enrol().ok
        with read_snapshot(server.context.engine) as connection:
            assert verify(connection).broken_at is None


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"]
)
def test_a_peer_that_never_finishes_is_cut_off(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(connections, "_HEADER_SECONDS", 0.2)
    monkeypatch.setattr(connections, "_LEAST_BYTES_PER_SECOND", 1_000)

    async def attempt() -> bytes:
        server = Server(Config(_hello, port=0, http=connections.Connection, lifespan="off", log_config=None))
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        try:
            rest = await asyncio.wait_for(reader.read(), 10)
        except ConnectionResetError:
            rest = b""
        writer.close()
        server.should_exit = True
        await running
        return rest

    assert b"200" not in asyncio.run(attempt())


def test_a_bug_is_told_as_one_and_logged_without_what_was_typed() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("canary of a customer")

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/canary", "scheme": "https", "headers": []}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        asyncio.run(Envelope(broken, Metrics())(scope, receive, send))
    start, body = sent
    assert start["status"] == 500
    assert json.loads(body["body"])["code"] == "internal"
    assert [line["event"] for line in lines] == ["bug", "request"]
    assert lines[0]["request"] == dict(start["headers"])[b"x-request-id"].decode()
    line = logs.only_known_keys(None, "error", logs.without_values(None, "error", dict(lines[0])))
    assert line["exception"]["kind"] == "ValueError"
    assert "canary" not in repr(line)


async def _large(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(64 * 1024 * 1024)})


def test_a_peer_that_never_takes_its_reply_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_TAKE_SECONDS", 0.2)

    async def attempt() -> int:
        server = Server(Config(_large, port=0, http=connections.Connection, lifespan="off", log_config=None))
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        port = server.servers[0].sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not server.server_state.connections:
            await asyncio.sleep(0)
        while server.server_state.connections:  # nothing is read meanwhile
            await asyncio.sleep(0.01)
        server.should_exit = True
        await running
        writer.transport.abort()
        return len(server.server_state.connections)

    assert asyncio.run(asyncio.wait_for(attempt(), 20)) == 0


@pytest.mark.allow_log("noticed")
def test_what_a_service_logs_carries_the_number_of_the_request() -> None:
    async def working(scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(structlog.get_logger("nxcrm.server").warning, "noticed")
        await _hello(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_: Message) -> None:
        return

    headers = [(b"x-request-id", b"from-the-laptop")]
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": headers}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        asyncio.run(Envelope(working, Metrics())(scope, receive, send))
    assert [(line["event"], line["request"]) for line in lines] == [
        ("noticed", "from-the-laptop"), ("request", "from-the-laptop"),
    ]  # fmt: skip
