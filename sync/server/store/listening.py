"""How a worker hears that the database changed: NOTIFY on PostgreSQL, the file's change counter on SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine

from sync.server.store.announce import CHANNEL, News
from sync.server.store.sql import fetch

# A connection that only waits would not notice that its other end is gone: the system asks after 15 s of silence.
_KEEP_ALIVE = {"keepalives": 1, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
_CONNECT_SECONDS = 5


class PostgresListener:
    """A connection of its own that hears every :func:`sync.server.store.announce.announce` of the organisation."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        self._connection = connection

    async def listen(self) -> None:
        """Begin to hear; what is announced from now on is not missed. Raises psycopg.Error."""
        found = await (await self._connection.execute(f"SELECT {CHANNEL}".encode())).fetchone()
        assert found is not None
        await self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(str(found[0]))))

    async def heard(self, seconds: float) -> AsyncIterator[News]:
        """What is announced within ``seconds``. Raises psycopg.OperationalError when the connection is lost."""
        async for notice in self._connection.notifies(timeout=seconds):
            yield msgspec.json.decode(notice.payload, type=News)

    async def head(self) -> int:
        """The clock now; also shows that the connection is alive. Raises psycopg.Error."""
        found = await (await self._connection.execute("SELECT v FROM sync_clock")).fetchone()
        assert found is not None
        return int(str(found[0]))


@asynccontextmanager
async def listener(engine: Engine) -> AsyncIterator[PostgresListener]:
    """A listener on the engine's database, outside its pool. Raises psycopg.OperationalError."""
    _, parameters = engine.dialect.create_connect_args(engine.url)
    own = {**_KEEP_ALIVE, "connect_timeout": _CONNECT_SECONDS, "application_name": "nxcrm-listener"}
    async with await psycopg.AsyncConnection.connect(autocommit=True, **{**parameters, **own}) as connection:
        yield PostgresListener(connection)


def change_counter(connection: Connection) -> int:
    """A number that changes whenever another connection, of any process, has committed (SQLite, data_version).

    To be asked on one connection, between transactions.
    """
    found = int(fetch(connection, "PRAGMA data_version")[0][0])
    connection.rollback()
    return found
