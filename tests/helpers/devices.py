"""Devices in the test's own process: a real encrypted store, the real engine, the server's real services behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.engine import create_store, open_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import SyncStore
from nxcrm_desktop.store.uow import UnitOfWork
from sync.client.engine import SyncEngine
from sync.client.failures import from_problem
from sync.client.ports import SyncSummary
from sync.protocol.codes import Code
from sync.protocol.messages import Ack, Hello, HelloReply, Limits, Problem, Pull, PullReply, Push, PushReply
from sync.server.services.ack import ack
from sync.server.services.cursor import Cursors
from sync.server.services.hello import hello
from sync.server.services.pull import pull, with_page
from sync.server.services.push import push
from sync.server.sessions import DeviceSession
from sync.server.store.access import access_of
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import mutation_log

KEY = bytes(range(32))
MANY = 100_000
Message = TypeVar("Message")
Fault = Callable[[str], None]
"""Called with the name of each call; raises to make it fail."""


class RealClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return now_ms()

    def monotonic(self) -> float:
        return now_ms() / 1000


class Server:
    """The server's sync services on one database. ``key``: its own; a strange server has another."""

    def __init__(self, engine: Engine, key: bytes = KEY) -> None:
        self.engine = engine
        self._cursors = Cursors(key)

    def hello(self, session: DeviceSession, message: Hello) -> HelloReply:
        return hello(self.engine, session, message, self._cursors, lambda *_: "lease")

    def push(self, session: DeviceSession, message: Push) -> PushReply:
        reply = push(self.engine, session, message)
        return with_page(self.engine, session, message.pull, reply, self._cursors) if message.pull else reply

    def pull(self, session: DeviceSession, message: Pull) -> PullReply:
        return pull(self.engine, session, message, self._cursors)

    def ack(self, session: DeviceSession, message: Ack) -> None:
        ack(self.engine, session, message, self._cursors)


class ServiceApi:
    """The server's sync services, called directly; messages go through JSON as they would over the wire.

    ``before`` fails a call before it takes effect, ``after`` loses its reply. ``twice``: each push arrives twice.
    ``refetched``: scopes that did not add up on the device and were asked for again. ``sent``: what was answered.
    """

    def __init__(self, server: Server, device_id: str, user_id: str, limits: Limits) -> None:
        self._server = server
        self._device_id = device_id
        self._user_id = user_id
        self._limits = limits
        self.bytes_up = 0
        self.bytes_down = 0
        self.before: Fault = _nothing
        self.after: Fault = _nothing
        self.twice = False
        self.refetched: list[str] = []
        self.sent: list[tuple[str, Any]] = []

    def hello(self, message: Hello) -> HelloReply:
        reply: HelloReply = self._call("hello", message, HelloReply, self._server.hello)
        return msgspec.structs.replace(reply, limits=self._limits)

    def push(self, message: Push) -> PushReply:
        if self.twice:
            self._call("push", message, PushReply, self._server.push)
        reply: PushReply = self._call("push", message, PushReply, self._server.push)
        return reply

    def pull(self, message: Pull) -> PullReply:
        self.refetched += message.refetch
        reply: PullReply = self._call("pull", message, PullReply, self._server.pull)
        return reply

    def ack(self, message: Ack) -> None:
        self._call("ack", message, None, self._server.ack)

    def deliver(self, name: str, message: Any) -> None:
        """Bring the server a request once more; nobody waits for the answer."""
        getattr(self._server, name)(self._session(), message)

    def results_at_server(self) -> list[str]:
        """What became of each edit of the device, as the server has it on record."""
        kept = (
            select(mutation_log.c.result).where(mutation_log.c.device_id == self._device_id).order_by(mutation_log.c.n)
        )
        with read_snapshot(self._server.engine) as connection:
            return list(connection.execute(kept).scalars())

    def _call(self, name: str, message: Message, kind: Any, service: Callable[..., Any]) -> Any:
        self.before(name)
        sent = msgspec.json.encode(message)
        answer = _told(service, self._session(), msgspec.json.decode(sent, type=type(message)))
        self.sent.append((name, message))
        received = msgspec.json.encode(answer)
        self.bytes_up += len(sent)
        self.bytes_down += len(received)
        self.after(name)
        return None if kind is None else msgspec.json.decode(received, type=kind)

    def _session(self) -> DeviceSession:
        with read_snapshot(self._server.engine) as connection:
            return DeviceSession(self._device_id, self._user_id, access_of(connection, self._user_id).role)


class Device:
    """One laptop of one user. It survives crashes: what was committed is there after :meth:`restart`."""

    def __init__(self, folder: Path, server: Server, user_id: str, role: Role, limits: Limits | None = None) -> None:
        self.id = new_id()
        self.actor = Actor(user_id, role)
        self.path = folder / f"{self.id}.db"
        shutil.copy(_empty_store(), self.path)
        self.api = ServiceApi(server, self.id, user_id, limits or Limits())
        self._open()
        with self.store.write(self.actor) as work:
            work.set_meta(Meta.DEVICE_ID, self.id)
            work.set_meta(Meta.USER_ID, user_id)

    def _open(self) -> None:
        self.store = open_store(self.path, KEY)
        self.sync_store = SyncStore(self.store)
        self.engine = SyncEngine(self.sync_store, self.api, RealClock())

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of the device's user."""
        return self.store.write(self.actor)

    def sync(self) -> SyncSummary:
        """One run, without faults."""
        self.api.before = self.api.after = _nothing
        self.api.twice = False
        return self.engine.run()

    def restart(self) -> None:
        """Stop dead and start again on the same file."""
        self.store.close()
        self._open()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def rows(self, entity: str) -> dict[str, dict[str, Value]]:
        """What the device shows of an entity, by id, in order of making."""
        with self.store.read() as reader:
            page = reader.page(ListQuery(entity, order="id"), limit=MANY)
        assert page.next is None
        return {record.id: dict(record.values) for record in page.rows}

    @contextmanager
    def dying_after(self, steps: int) -> Iterator[None]:
        """The program dies after so many small steps of the store's virtual machine while writing; then restarts."""
        countdown = iter(range(steps))
        raw = self.store._raw
        raw.set_progress_handler(lambda: int(next(countdown, None) is None), 5)
        try:
            yield
        except (NxcrmError, DBAPIError, sqlcipher.Error):
            pass  # died: what matters is what is found at the restart
        finally:
            raw.set_progress_handler(None, 5)
            self.restart()


def lose_reply_of(name: str, *, nth: int = 1) -> Fault:
    """A fault that loses the ``nth`` reply of the calls of that name."""
    countdown = iter(range(nth, 0, -1))

    def fault(called: str) -> None:
        if called == name and next(countdown, None) == 1:
            raise NxcrmError("server_unreachable", "The reply was lost.")

    return fault


def _told(service: Callable[..., Any], session: DeviceSession, message: object) -> Any:
    """A gap is what the client has a word of its own for, and a way out."""
    try:
        return service(session, message)
    except NxcrmError as error:
        if error.code != Code.GAP:
            raise
        raise from_problem(Problem(Code.GAP, "")) from error


def _nothing(_: str) -> None:
    """No fault."""


@cache
def _empty_store() -> Path:
    """A new store's file; each device starts as a copy of it."""
    path = Path(mkdtemp(prefix="nxcrm-empty-")) / "store.db"
    create_store(path, KEY).close()
    return path
