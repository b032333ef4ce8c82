"""The real services that other tests stand on: a PostgreSQL of the test's own, and a Secret Service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import secretstorage
from jeepney.io.blocking import open_dbus_connection
from sqlalchemy import create_engine, text

from tests.helpers import keyring_session


def _count_tables(url: str) -> int:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mine (id bigint PRIMARY KEY)"))
        count = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    engine.dispose()
    return int(count or 0)


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database(pg_database: str, turn: int) -> None:
    assert _count_tables(pg_database) == 1, f"turn {turn} sees the tables of another test"


@pytest.mark.postgres
def test_another_process_reaches_the_database(pg_database: str) -> None:
    _count_tables(pg_database)
    program = f"import sqlalchemy as s; s.create_engine({pg_database!r}).connect().execute(s.text('TABLE mine'))"
    subprocess.run([sys.executable, "-c", program], check=True)


def _labels(environment: dict[str, str]) -> list[str]:
    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        collection = secretstorage.get_default_collection(connection)
        return [item.get_label() for item in collection.get_all_items()]


def _keep(environment: dict[str, str], label: str) -> None:
    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        collection = secretstorage.get_default_collection(connection)
        collection.create_item(label, {"application": "nxcrm"}, b"secret")


@pytest.mark.keyring
def test_secret_service_is_unlocked_empty_and_lockable(secret_service: dict[str, str]) -> None:
    assert _labels(secret_service) == []
    _keep(secret_service, "one")
    assert _labels(secret_service) == ["one"]
    keyring_session.lock(secret_service)
    with open_dbus_connection(secret_service["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        assert secretstorage.get_default_collection(connection).is_locked()


@pytest.mark.keyring
def test_secrets_survive_a_restart_of_the_service(secret_service: dict[str, str]) -> None:
    home = Path(secret_service["HOME"])
    with keyring_session.secret_service(home / "second") as environment:
        _keep(environment, "kept")
    with keyring_session.secret_service(home / "second") as environment:
        assert _labels(environment) == ["kept"]
