"""The limits beside which sync is measured: the same rows by ``executemany`` alone, the same bytes over loopback."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.figures import seconds
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.engine import create_store
from nxcrm_desktop.store.search import indexer
from nxcrm_desktop.store.statements import statements
from sync.protocol.messages import MAX_MUTATIONS
from sync.server.store import tables
from sync.server.store.engine import make_engine, write_transaction
from sync.server.store.migrate import migrate
from sync.server.store.sql import insert_many

Line = Sequence[Value]
_AT_ONCE = 10_000
_PIECE = 1 << 16
_HASH, _RESULT = "0" * 32, '{"n":1,"status":"applied","ver":1}'


def on_device(path: Path, rows: Sequence[Line], name: str = "lead") -> float:
    """Seconds to put rows, their scopes, their words and the search index into an empty encrypted store."""
    store = create_store(path, os.urandom(32))
    words = indexer(name)
    number = entity(name).number
    members = [(row[0], number, 1, 1) for row in rows]
    documents = [(at, name, row[0], words(row)) for at, row in enumerate(rows, start=1)]

    def write() -> None:
        for at in range(0, len(rows), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            with store.transaction() as (connection, _):
                cursor = connection.connection.cursor()
                cursor.executemany(statements(name).insert, rows[part])
                cursor.executemany("INSERT INTO membership VALUES (?, ?, ?, ?)", members[part])
                cursor.executemany("INSERT INTO search_doc VALUES (?, ?, ?, ?)", documents[part])
                found = [(docid, text) for docid, _, _, text in documents[part]]
                cursor.executemany("INSERT INTO search (rowid, words) VALUES (?, ?)", found)

    spent = seconds(write)
    store.close()
    path.unlink()
    return spent


def on_server(url: str, rows: Sequence[Line], name: str = "lead") -> float:
    """Seconds to put rows, their feed entries and the results of their edits into an empty database of the server."""
    engine = make_engine(url)
    migrate(engine)
    spent = seconds(lambda: _fill(engine, rows, name))
    engine.dispose()
    return spent


def _fill(engine: Engine, rows: Sequence[Line], name: str) -> None:
    info = entity(name)
    for at in range(0, len(rows), MAX_MUTATIONS):
        part = rows[at : at + MAX_MUTATIONS]
        feed = [(info.number, row[0], 1, at + n, 1, 1) for n, row in enumerate(part)]
        log = [("d", at + n, _HASH, _RESULT) for n in range(len(part))]
        with write_transaction(engine) as connection:
            table = tables.ENTITY_TABLES[name]
            insert_many(connection, table, (*info.columns, tables.VER), [(*row, 1) for row in part])
            insert_many(connection, tables.feed, ("entity", "row_id", "scope_id", "seq", "op", "ver"), feed)
            insert_many(connection, tables.mutation_log, ("device_id", "n", "hash", "result"), log)


def over_loopback(up: int, down: int) -> float:
    """Seconds to move so many bytes through a plain TCP connection on this machine, one way and then the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = threading.Thread(target=_answer, args=(listener, up, down))
        there.start()
        with socket.create_connection(listener.getsockname()) as here:
            spent = seconds(lambda: _exchange(here, up, down))
        there.join()
    return spent


def _answer(listener: socket.socket, up: int, down: int) -> None:
    connection, _ = listener.accept()
    with connection:
        _receive(connection, up)
        _send(connection, down)


def _exchange(connection: socket.socket, up: int, down: int) -> None:
    _send(connection, up)
    _receive(connection, down)


def _send(connection: socket.socket, count: int) -> None:
    connection.sendall(bytes(count))


def _receive(connection: socket.socket, count: int) -> None:
    while count:
        count -= len(connection.recv(min(count, _PIECE)))
