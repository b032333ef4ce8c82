"""A bad network: a real TCP proxy before a real server, which cuts, halves, corrupts, withholds, slows and refuses.

It knows nothing of what it carries: over TLS a cut falls into the middle of a record, and a flipped bit must be noticed
at the other end. Faults that are counted in bytes hold from the moment they are asked for, also on open connections.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
_PIECE: Final = 16 * 1024
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: on, no time. Closing then sends a reset instead of a farewell, as a lost network does."""


class _CutError(Exception):
    """The connection ends here."""


class Lane:
    """One direction through the proxy. ``carried``: bytes that went through since the start."""

    def __init__(self) -> None:
        self.carried = 0
        self.delay = 0.0
        """Seconds before each piece."""
        self.rate: float | None = None
        """Bytes a second; None: as fast as it goes."""
        self.held = threading.Event()
        """Set once something waits because of :meth:`hold`."""
        self._cut_at: int | None = None
        self._corrupt_at: int | None = None
        self._hold_at: int | None = None
        self._open: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def cut_after(self, size: int) -> None:
        """Let ``size`` more bytes through, then cut the connection that brings the next one. Once."""
        self._cut_at = self.carried + size

    def corrupt_after(self, size: int) -> None:
        """Flip a bit of the byte that comes after ``size`` more. Once."""
        self._corrupt_at = self.carried + size

    def hold(self, after: int = 0) -> None:
        """Keep what comes once so many more bytes went through; ``held`` says when something has come."""
        self.held.clear()
        self._hold_at = self.carried + after

    def release(self) -> None:
        """Let go what was kept."""
        self._hold_at = None
        assert self._loop is not None
        assert self._open is not None
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._open.set)
        self._loop.call_soon_threadsafe(done.set)
        done.wait()

    def _start(self) -> None:
        self._loop, self._open = asyncio.get_running_loop(), asyncio.Event()
        self._open.set()

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        room = None if self._hold_at is None else max(0, self._hold_at - self.carried)
        if room is not None and room < len(data):
            await self._send(data[:room], writer)
            await self._wait()
            data = data[room:]
        await self._send(data, writer)
        if self._cut_at is not None and self.carried >= self._cut_at:
            self._cut_at = None
            raise _CutError

    async def _wait(self) -> None:
        assert self._open is not None
        self._open.clear()
        self.held.set()
        await self._open.wait()

    async def _send(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.delay + (len(data) / self.rate if self.rate else 0.0))
        writer.write(self._faulty(data))
        await writer.drain()

    def _faulty(self, data: bytes) -> bytes:
        """What gets through of a piece, counted."""
        at = self._corrupt_at
        if at is not None and self.carried <= at < self.carried + len(data):
            place, self._corrupt_at = at - self.carried, None
            data = data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :]
        if self._cut_at is not None:
            data = data[: max(0, self._cut_at - self.carried)]
        self.carried += len(data)
        return data


class TcpProxy:
    """Stands before the server at ``target`` (a URL) on loopback.

    ``requests`` are the bytes to the server, ``replies`` those from it. ``deaf``: connections are accepted and never
    answered (half-open). ``connections``: how many were made.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._scheme, self._target = parts.scheme, (str(parts.hostname), int(parts.port or 0))
        self.requests, self.replies = Lane(), Lane()
        self.deaf = False
        self.connections = 0
        self.weather: Weather | None = None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcp-proxy", daemon=True)
        self._thread.start()
        self._run(self._prepare())
        self.accept()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"{self._scheme}://{self._target[0]}:{self.port}"

    def accept(self) -> None:
        """Listen, on the same port as before."""
        if self._server is None:
            self._run(self._listen())

    def refuse(self) -> None:
        """Nobody listens any more: open connections are cut, new ones refused."""
        self._run(self._deafen())

    def cut(self) -> None:
        """Cut every open connection, in the middle of whatever it carries."""
        self._run(self._cut())

    def calm(self) -> None:
        """No fault any more, of any kind; what was withheld goes on."""
        self.deaf, self.weather = False, None
        for lane in (self.requests, self.replies):
            lane.delay, lane.rate, lane._cut_at, lane._corrupt_at = 0.0, None, None, None
            lane.release()
        self.accept()

    def close(self) -> None:
        """Cut everything and end the thread."""
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _prepare(self) -> None:
        self.requests._start()
        self.replies._start()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, self._target[0], self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _deafen(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)  # a connection accepted at the last moment is to be cut, too
        await self._cut()

    async def _cut(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.weather is not None:
                self.weather.next_connection(self)
            await (asyncio.Event().wait() if self.deaf else self._carry(reader, writer))
        except (_CutError, OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        pumps = [
            asyncio.ensure_future(_pump(reader, up_writer, self.requests)),
            asyncio.ensure_future(_pump(up_reader, writer, self.replies)),
        ]
        try:
            await asyncio.gather(*pumps)
        except BaseException:
            _reset(up_writer)
            raise
        finally:
            up_writer.close()  # first: what follows may be cancelled, too
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lane: Lane) -> None:
    while data := await reader.read(_PIECE):
        await lane._carry(data, writer)
    writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


class Weather:
    """Faults drawn for one connection after the other: the same seed makes the same weather."""

    def __init__(self, seed: int, bad: float = 0.4) -> None:
        self._chance = random.Random(seed)
        self._bad = bad
        self.drawn: list[str] = []
        """What each connection met, in order."""

    def next_connection(self, proxy: TcpProxy) -> None:
        """Draw what the connection that was just made will meet."""
        chance = self._chance
        kind, lane, size = chance.choice(_KINDS), chance.choice(("requests", "replies")), chance.randrange(1, 60_000)
        bad = chance.random() < self._bad
        self.drawn.append(f"{kind} {lane} {size}" if bad else "fair")
        if bad:
            _strike(proxy, kind, proxy.requests if lane == "requests" else proxy.replies, size)


_KINDS: Final = ("cut", "corrupt", "refuse", "slow")


def _strike(proxy: TcpProxy, kind: str, lane: Lane, size: int) -> None:
    match kind:
        case "cut":
            lane.cut_after(size)
        case "corrupt":
            lane.corrupt_after(size)
        case "refuse":
            raise _CutError
        case "slow":
            lane.delay = size / 2_000_000  # up to 30 ms a piece, until fairer weather
            return
    proxy.requests.delay = proxy.replies.delay = 0.0


@contextmanager
def proxy_before(target: str) -> Iterator[TcpProxy]:
    """A proxy before the server at a URL, closed at the end."""
    proxy = TcpProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
