"""A thousand devices that only listen, over TLS, on one worker: what they cost, and how soon they hear."""

from __future__ import annotations

import asyncio
import ssl
import statistics
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import psutil
from sqlalchemy import Connection

from benchmarks.figures import Figure, p99
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from sync.server.services.writes import server_write
from sync.server.store.accounts import add
from sync.server.store.accounts_tables import ACCESS_TOKEN, DEVICE, FAMILY
from sync.server.store.engine import write_transaction
from tests.helpers.postgres import cluster, database
from tests.helpers.server import ServerHandle, running_server

STREAMS = 1_000
OPENED_AT_ONCE = 20
IDLE_SECONDS = 10.0
PEOPLE = 100
TOLD = 50
"""Times one listener is told something, one after the other."""


def measure(folder: Path) -> list[Figure]:
    """The figures on PostgreSQL, and on SQLite."""
    with cluster("bench") as server, database(server) as url:
        figures = _on("PostgreSQL", folder / "pg", url)
    return figures + _on("SQLite", folder / "lite", None)


def _on(name: str, folder: Path, url: str | None) -> list[Figure]:
    folder.mkdir()
    with running_server(folder, url, start=False) as server:
        tokens = _sessions(server)
        server.start()
        return [Figure(f"{name}: {f.name}", f.value, f.unit, f.target) for f in asyncio.run(_listen(server, tokens))]


def _sessions(server: ServerHandle) -> list[tuple[str, str]]:
    """(user id, access token) of each device, put into the database as signing in would."""
    engine, now = server.context.engine, server.context.clock()
    with server_write(engine, None) as write:
        people = [write.put("user", _user(n)) for n in range(PEOPLE)]
    with write_transaction(engine) as connection:
        for n in range(STREAMS):
            _sign_in(connection, people[n % PEOPLE], f"token{n}", now)
    return [(people[n % PEOPLE], f"token{n}") for n in range(STREAMS)]


def _user(n: int) -> dict[str, Value]:
    return {"username": f"u{n}", "full_name": f"U {n}", "role": "sales", "active": 1}


def _sign_in(connection: Connection, user: str, token: str, now: int) -> None:
    device, family = new_id(), new_id()
    row: dict[str, Value] = {"id": device, "user_id": user, "name": "-", "os": "-", "public_key": "0" * 64}
    row |= {"key_protection": "keyring", "state": "active", "enrolled_at": now, "last_seen_at": now}
    add(connection, DEVICE, row)
    add(connection, FAMILY, {"id": family, "device_id": device, "user_id": user, "began_at": now})
    digest = sha256(token.encode()).hexdigest()
    add(connection, ACCESS_TOKEN, {"digest": digest, "family_id": family, "expires_at": now + 3_600_000})


async def _listen(server: ServerHandle, tokens: Sequence[tuple[str, str]]) -> list[Figure]:
    assert server.process is not None
    worker = psutil.Process(server.process.pid)
    trusted = ssl.create_default_context(cafile=server.ca_file)
    port = int(server.url.rpartition(":")[2])
    few = asyncio.Semaphore(OPENED_AT_ONCE)

    async def open_one(token: str) -> _Stream:
        async with few:
            return await _Stream.open(port, trusted, token)

    (await open_one(tokens[0][1])).close()  # everything is imported
    before, began = worker.memory_info().rss, time.perf_counter()
    streams = await asyncio.gather(*(open_one(token) for _, token in tokens))
    opened = time.perf_counter() - began
    await asyncio.gather(*(stream.news() for stream in streams))  # of the members of staff, who are news to all
    grown = worker.memory_info().rss - before
    busy = sum(worker.cpu_times()[:2])
    await asyncio.sleep(IDLE_SECONDS)
    idle = (sum(worker.cpu_times()[:2]) - busy) / IDLE_SECONDS
    one = [await _told_one(server, streams, tokens[n % PEOPLE][0], n % PEOPLE) for n in range(TOLD)]
    everybody = await _told_all(server, streams)
    for stream in streams:
        stream.close()
    return [
        Figure(f"memory of a stream, of {STREAMS:,}", grown / STREAMS / 1024, "KiB", 100),
        Figure("opening a stream, many at once", opened / STREAMS * 1000, "ms"),
        Figure(f"processor for {STREAMS:,} idle streams", idle * 100, "%"),
        Figure("from commit to the listener, median", statistics.median(one), "ms"),
        Figure("from commit to the listener, 99th percentile", p99(one), "ms", 1_000),
        Figure(f"from commit to the last of {STREAMS:,} listeners", everybody, "s"),
    ]


async def _told_one(server: ServerHandle, streams: Sequence[_Stream], owner: str, first: int) -> float:
    """Milliseconds from a commit to the news, at one device of the owner; the others of theirs hear it, too."""
    await asyncio.to_thread(_write, server, "lead", {"name": "Ravi", "stage": "new", "owner_id": owner})
    began = time.perf_counter()
    await streams[first].news()
    spent = (time.perf_counter() - began) * 1000
    await asyncio.gather(*(stream.news() for stream in streams[first + PEOPLE :: PEOPLE]))
    return spent


async def _told_all(server: ServerHandle, streams: Sequence[_Stream]) -> float:
    await asyncio.to_thread(_write, server, "vehicle", {"make": "Maruti Suzuki", "model": "Swift"})
    began = time.perf_counter()
    await asyncio.gather(*(stream.news() for stream in streams))
    return time.perf_counter() - began


def _write(server: ServerHandle, entity: str, values: dict[str, Value]) -> None:
    with server_write(server.context.engine, None) as write:
        write.put(entity, values)


class _Stream:
    """One listener."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int, trusted: ssl.SSLContext, token: str) -> _Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, limit=4096)
        request = f"GET /v1/sync/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        writer.write(request.encode())
        status = await reader.readline()
        assert b" 200 " in status, status
        while await reader.readline() != b"\r\n":
            pass
        return cls(reader, writer)

    async def news(self) -> None:
        """Returns when the stream tells of something."""
        while not (await self._reader.readline()).startswith(b"event: news"):
            pass

    def close(self) -> None:
        self._writer.transport.abort()
