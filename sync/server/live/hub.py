"""Who listens on this worker, and who of them is to be told what."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.server.live.listener import Listener, Rights
from sync.server.metrics import Metrics
from sync.server.sessions import DeviceSession
from sync.server.store import news as store
from sync.server.store.access import ANY_OWNER, Roster
from sync.server.store.announce import News
from sync.server.store.engine import read_snapshot
from sync.server.store.scopes import owner

T = TypeVar("T")
_TOLD_PER_SECOND = 400
"""When something concerns everybody, so many are told a second: each comes back with a pull at once."""
_PER_DEVICE = 2
"""Streams of one device: the one it uses, and one that died without the server knowing yet."""
_REVIEW_SECONDS = 0.3
_RETRY_SECONDS = 15
_OWNED = owner("")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What opening a stream reads in one snapshot. ``newest``: newest entry in the scopes; ``acked``: what it has."""

    over: bool
    head: int
    newest: int
    acked: int


class Hub:
    """The listeners of one worker. Everything here happens on the event loop, but for the queries."""

    def __init__(self, engine: Engine, metrics: Metrics, most: int) -> None:
        self._engine, self._metrics, self._most = engine, metrics, most
        self._of_device: dict[str, list[Listener]] = defaultdict(list)  # in order of arrival
        self._by_scope: dict[str, set[Listener]] = defaultdict(set)
        self._open = 0
        self._names: dict[int, str] = {}
        self._head = 0
        self._roster: Roster | None = None
        self._reviewing = asyncio.Lock()
        self._stale = asyncio.Event()
        self._draining = False

    @property
    def head(self) -> int:
        """The clock up to which everything was told."""
        return self._head

    async def open(self, session: DeviceSession) -> Listener:
        """A listener for a device; told at once when it has not stored the newest entry of its scopes.

        NxcrmError ``unavailable`` when the worker has no room or is about to end.
        """
        if self._draining or self._open >= self._most:
            raise _no_room()
        same = self._of_device[session.device_id]
        for earlier in same[: max(0, len(same) - _PER_DEVICE + 1)]:
            earlier.end()
        listener = Listener(session)
        same.append(listener)  # from now on nothing is missed: what came before is in the snapshot
        self._opened(1)
        try:
            await self._seat(listener)
        except BaseException:
            self.close(listener)
            raise
        return listener

    async def _seat(self, listener: Listener) -> None:
        rights, standing = await self._look(listener)
        listener.rights = rights
        if rights is None or standing.over:
            listener.end()
            return
        for name in rights[1]:
            self._by_scope[name].add(listener)
        if standing.newest > standing.acked:
            listener.tell(standing.newest)
        elif self._head > standing.head:  # told to others while this one was being seated: perhaps its own
            listener.tell(self._head)

    async def _look(self, listener: Listener) -> tuple[Rights | None, _Standing]:
        while True:
            roster = self._roster
            if roster is None:
                await self._review()
                continue
            rights = roster.rights(listener.session.user_id)
            standing = await self._ask(partial(_standing, listener=listener, rights=rights))
            if self._roster is roster:  # otherwise somebody's rights changed meanwhile: look again
                return rights, standing

    def close(self, listener: Listener) -> None:
        """Forgets a listener whose stream has ended. A second call does nothing."""
        device_id = listener.session.device_id
        if listener not in self._of_device.get(device_id, ()):
            return
        self._opened(-1)
        self._of_device[device_id].remove(listener)
        if not self._of_device[device_id]:
            del self._of_device[device_id]
        for name in listener.rights[1] if listener.rights else ():
            self._by_scope[name].discard(listener)
            if not self._by_scope[name]:
                del self._by_scope[name]

    def drain(self) -> None:
        """Ends every stream and opens none any more: this process is about to end."""
        self._draining = True
        for listener in self._everyone():
            listener.end()

    async def hear(self, news: News) -> None:
        """News of one transaction, in order of commit."""
        if news.sessions or news.staff:
            self._stale.set()
        if news.head > self._head:
            if news.scopes is None or not self._names.keys() >= set(news.scopes):
                await self.catch_up(news)
            else:
                concerned = self._concerned({self._names[number]: news.head for number in news.scopes})
                self._tell({x: seq for x, seq in concerned.items() if x.session.device_id != news.by}, news.head)

    async def catch_up(self, heard: News | None = None) -> None:
        """Tells of everything since the last time, from the database: after a silence, or if ``heard`` says too little.

        Whoever has acknowledged it is not told; nor is the device that pushed what was heard, if that is all there is.
        """
        changed = await self._ask(lambda connection: store.changed_since(connection, self._head))
        devices = {listener.session.device_id for listener in self._concerned(changed.scopes)}
        acked = await self._ask(lambda connection: store.acknowledged(connection, devices)) if devices else {}
        self._names.update(changed.numbers)
        if heard is not None and heard.head == changed.head:
            acked[heard.by] = heard.head
        concerned = self._concerned(changed.scopes)
        self._tell({x: seq for x, seq in concerned.items() if acked.get(x.session.device_id, 0) < seq}, changed.head)
        if changed.staff:
            self._stale.set()

    def doubt(self) -> None:
        """Somebody may have been signed out, or have other rights now: it is looked up soon."""
        self._stale.set()

    async def review(self) -> None:
        """For ever: soon after :meth:`doubt`, ends the streams of those signed out and of those with other rights."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                await self._review()
            except SQLAlchemyError as problem:
                structlog.get_logger("nxcrm.live").warning("review_failed", kind=type(problem).__name__)
                self._stale.set()
            await asyncio.sleep(_REVIEW_SECONDS)

    async def _review(self) -> None:
        async with self._reviewing:  # of two snapshots the later one stays
            families = {listener.session.family_id for listener in self._everyone()}
            roster, ended = await self._ask(lambda c: (Roster(c), store.ended_families(c, families)))
            self._roster = roster
        for listener in self._everyone():
            rights = roster.rights(listener.session.user_id)
            if listener.session.family_id in ended:
                listener.end()
            elif listener.rights is not None and listener.rights != rights:
                listener.end(scopes_changed=rights is not None)

    def _everyone(self) -> list[Listener]:
        return [listener for listeners in self._of_device.values() for listener in listeners]

    def _opened(self, count: int) -> None:
        self._open += count
        self._metrics.streams.inc(count)

    def _concerned(self, scopes: Mapping[str, int]) -> dict[Listener, int]:
        """Listener → newest entry in any of the scopes it listens to."""
        concerned: dict[Listener, int] = {}
        for name, seq in scopes.items():
            seers = self._by_scope.get(ANY_OWNER, ()) if name.startswith(_OWNED) else ()
            for listener in (*self._by_scope.get(name, ()), *seers):
                concerned[listener] = max(concerned.get(listener, 0), seq)
        return concerned

    def _tell(self, concerned: Mapping[Listener, int], head: int) -> None:
        """Everything up to ``head`` is told with this; no listener comes or goes in between."""
        self._head = head
        self._metrics.clock_head.set(head)
        loop = asyncio.get_running_loop()
        for place, (listener, seq) in enumerate(concerned.items()):
            loop.call_later(place / _TOLD_PER_SECOND, listener.tell, seq)

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        return await run_in_threadpool(_in_snapshot, self._engine, question)


def _in_snapshot(engine: Engine, question: Callable[[Connection], T]) -> T:
    with read_snapshot(engine) as connection:
        return question(connection)


def _standing(connection: Connection, listener: Listener, rights: Rights | None) -> _Standing:
    session = listener.session
    over = bool(store.ended_families(connection, {session.family_id}))
    names: Collection[str] = rights[1] if rights else ()
    acked = store.acknowledged(connection, {session.device_id}).get(session.device_id, 0)
    return _Standing(over, store.read_head(connection), store.newest_of(connection, names), acked)


def _no_room() -> NxcrmError:
    return NxcrmError(
        Code.UNAVAILABLE,
        "This server can keep no more devices informed at the moment.",
        safe="Syncing works as ever.",
        todo="Sync from time to time; try again later.",
        details={"retry_after": _RETRY_SECONDS},
    )
