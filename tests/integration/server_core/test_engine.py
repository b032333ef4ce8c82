"""Connections to PostgreSQL: replaced when the database has ended them, and values that come back as they went."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Connection, Engine

from sync.server.store.engine import make_engine, read_snapshot, write_transaction
from sync.server.store.migrate import migrate
from sync.server.store.sql import fetch, insert_many, update_many
from sync.server.store.tables import mutation_log

pytestmark = pytest.mark.postgres
_ODD = ('{"a,b"}', 'back\\slash "quoted"', "NULL", "", " blank ", "नमस्ते\n\ttab", "{}", "\\N", "?", "%s")


def _backend(connection: Connection) -> int:
    return int(fetch(connection, "SELECT pg_backend_pid()")[0][0])


def test_a_connection_that_the_database_ended_is_replaced(pg_database: str) -> None:
    engine = make_engine(pg_database)
    with engine.connect() as connection:
        ended = _backend(connection)
    with psycopg.connect(pg_database.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    with engine.connect() as connection:
        assert _backend(connection) != ended
    engine.dispose()


def test_any_text_goes_into_an_array_and_comes_back(pg_database: str) -> None:
    engine = make_engine(pg_database)
    migrate(engine)
    columns = ("device_id", "n", "hash", "result")
    with write_transaction(engine) as connection:
        insert_many(connection, mutation_log, columns, [(text, n, text, text) for n, text in enumerate(_ODD)])
    assert _log(engine) == [(text, n, text, text) for n, text in enumerate(_ODD)]
    with write_transaction(engine) as connection:
        rows = [(text, n) for n, text in enumerate(reversed(_ODD))]
        update_many(connection, mutation_log, ("result",), rows, key="n")
    assert [row[3] for row in _log(engine)] == list(reversed(_ODD))
    engine.dispose()


def _log(engine: Engine) -> list[tuple[str, int, str, str]]:
    with read_snapshot(engine) as connection:
        return fetch(connection, "SELECT device_id, n, hash, result FROM mutation_log ORDER BY n")
