"""Engines and transactions: one writer at a time on SQLite, row locks on PostgreSQL, the same guarantees on both."""

from __future__ import annotations

import random
import selectors
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

T = TypeVar("T")
_WRITES = "nxcrm_writes"
_BUSY_TIMEOUT_MS = 10_000
_ATTEMPTS = 6
_CONNECT_SECONDS = 5
_PG_TIMEOUTS = ("statement_timeout", "idle_in_transaction_session_timeout")
_PG_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
# Serialization failure, deadlock, lock not available, and unique violation: somebody made the same row meanwhile, which
# the next try sees (PostgreSQL, appendix A).
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "23505"})


def is_sqlite(connection: Connection) -> bool:
    """Whether the connection speaks SQLite (otherwise PostgreSQL)."""
    return connection.dialect.name == "sqlite"


def make_engine(url: str, *, pool_size: int = 8, statement_seconds: int = 0) -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql://…`` (psycopg). Raises ValueError for any other database.

    ``pool_size``: connections kept; as many more in need. ``statement_seconds``: on PostgreSQL no statement takes
    longer, nor does a transaction wait longer for its client; 0: for ever.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(create_engine(parsed, pool_size=pool_size, max_overflow=pool_size))
        case "postgresql":
            by_psycopg = parsed.set(drivername="postgresql+psycopg")
            given = parsed.query.get("options", "")  # of the address: the organisation's schema, perhaps
            options = " ".join([str(given), *(f"-c {name}={statement_seconds * 1000}" for name in _PG_TIMEOUTS)])
            engine = create_engine(
                by_psycopg, pool_size=pool_size, max_overflow=pool_size,
                connect_args={"options": options, "connect_timeout": _CONNECT_SECONDS},
            )  # fmt: skip
            event.listen(engine, "checkout", _require_alive)
            return engine
    raise ValueError(f"unsupported database: {parsed.get_backend_name()}")


def _sqlite(engine: Engine) -> Engine:
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _require_alive(idle: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Makes the pool connect anew where the database has ended a connection meanwhile.

    An idle connection has nothing to say: one that does is asked. Asking each time would cost a round trip each time.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(idle.fileno(), selectors.EVENT_READ)
        if not selector.select(0):
            return
    try:
        idle.execute("SELECT 1")
        idle.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def _on_connect(dbapi_connection: Any, _record: object) -> None:
    # The driver's own transaction handling starts transactions too late and ends them too early: none of it.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # what a device was told is stored must outlive a power cut
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back by any exception.

    Sequence numbers are given by :func:`sync.server.store.feed.stamp` as its last act, never otherwise.
    """
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def read_snapshot(engine: Engine) -> Iterator[Connection]:
    """One snapshot: all queries see the database as of the first one."""
    options = {} if engine.dialect.name == "sqlite" else _PG_SNAPSHOT
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def in_write(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run ``work`` in a writing transaction; again from the start after a deadlock, 40001 or a busy database.

    Raises the last DBAPIError when it stays so.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with write_transaction(engine) as connection:
                return work(connection)
        except DBAPIError as error:
            if attempt == _ATTEMPTS or not is_transient(error):
                raise
            time.sleep(random.uniform(0.2, 1.0) * 0.02 * 2**attempt)  # noqa: S311 (spreads retries, no secret)
    raise AssertionError("unreachable")


def is_transient(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when tried again."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error.orig, "sqlstate", None) in _TRANSIENT_STATES
