"""A copy of a server's database, SQLite or PostgreSQL, and the database replaced by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url


class DatabaseBackup:
    """Made now, in ``folder``; :meth:`put_back` replaces the database by it. Nobody may be in a transaction."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._file = engine, folder / "backup.db"
        self._url = engine.url
        self._copy("make")

    def put_back(self) -> None:
        """Replace the database. Its program goes on with new connections."""
        self._copy("put back")

    def _copy(self, what: str) -> None:
        self._engine.dispose()
        if self._url.get_backend_name() == "sqlite":
            live = Path(str(self._url.database))
            if what == "make":
                shutil.copy(live, self._file)
                return
            for leftover in live.parent.glob(f"{live.name}-*"):
                leftover.unlink()
            shutil.copy(self._file, live)
            return
        name = str(self._url.database)
        source, target = (name, f"{name}_kept") if what == "make" else (f"{name}_kept", name)
        with _cluster(str(self._url.render_as_string(hide_password=False))) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'.encode())


@contextmanager
def _cluster(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    plain = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection
