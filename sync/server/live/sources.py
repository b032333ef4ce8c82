"""Where a worker's news come from: PostgreSQL tells, a SQLite file is asked. One connection for all listeners."""

from __future__ import annotations

import asyncio
import random

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from sync.server.live.hub import Hub
from sync.server.metrics import Metrics
from sync.server.store.listening import change_counter, listener

_CHECK_SECONDS = 15.0
"""After so long a silence the clock is read: a connection that died unnoticed costs no more than this."""
_ASK_SECONDS = 0.2
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0


async def follow(engine: Engine, hub: Hub, metrics: Metrics) -> None:
    """For ever: tells the hub what anybody committed. A lost database is met again, and nothing is missed by it."""
    source = _ask_file if engine.dialect.name == "sqlite" else _listen
    wait = _FIRST_WAIT
    while True:
        state = _State(metrics)
        try:
            await source(engine, hub, state)
        except (psycopg.Error, SQLAlchemyError, OSError) as problem:
            structlog.get_logger("nxcrm.live").warning("news_source_lost", kind=type(problem).__name__)
        finally:
            state.down()
        wait = _FIRST_WAIT if state.was_up else min(wait * 2, _LONGEST_WAIT)
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 (spreads workers, no secret)


class _State:
    """Whether this worker hears of what others write, as the metrics tell it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.was_up = False

    def up(self) -> None:
        self.was_up = True
        self._metrics.listening.inc()

    def down(self) -> None:
        if self.was_up:
            self._metrics.listening.dec()


async def _listen(engine: Engine, hub: Hub, state: _State) -> None:
    async with listener(engine) as connection:
        await connection.listen()
        await _overtake(hub)
        state.up()
        while True:
            async for news in connection.heard(_CHECK_SECONDS):
                await hub.hear(news)
            if await connection.head() != hub.head:
                await hub.catch_up()


async def _ask_file(engine: Engine, hub: Hub, state: _State) -> None:
    with engine.connect() as connection:
        known = await run_in_threadpool(change_counter, connection)
        await _overtake(hub)
        state.up()
        while True:
            await asyncio.sleep(_ASK_SECONDS)
            if (now := await run_in_threadpool(change_counter, connection)) != known:
                known = now
                await _overtake(hub)


async def _overtake(hub: Hub) -> None:
    """After a time in which nothing was heard: news, rights and sessions are as the database says."""
    await hub.catch_up()
    hub.doubt()
