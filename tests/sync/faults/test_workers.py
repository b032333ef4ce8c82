"""Two real server processes on one PostgreSQL, and transactions that get into each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from sync.server.services.writes import ServerWrite
from sync.server.store.engine import in_write, make_engine, read_snapshot, write_transaction
from tests.helpers.server import ServerHandle, running_server
from tests.sync.server.office import Office


@contextmanager
def another_process(server: ServerHandle) -> Iterator[ServerHandle]:
    """A second process that serves the same organisation on a port of its own."""
    other = replace(server, process=None, url="", devices=[], _port=0)
    try:
        other.start()
        yield other
    finally:
        other.kill()


def new_lead(n: int) -> dict[str, Any]:
    """The edit that makes a lead."""
    fields = {"name": [None, f"Lead {n}"], "stage": [None, "new"]}
    return {
        "n": n, "group": new_id(), "op": "create", "table": "lead", "id": new_id(), "base_ver": None, "at": 1,
        "fields": fields,
    }  # fmt: skip


@pytest.mark.postgres
def test_the_same_batch_on_two_workers_at_once(tmp_path: Path, pg_database: str) -> None:
    with running_server(tmp_path, database=pg_database) as server, another_process(server) as other:
        server.add_user("asha", Role.SALES)
        device = server.device("asha")
        assert device.enrol().ok
        edits = [new_lead(n) for n in range(1, 101)]
        for start in range(0, 100, 20):
            body = {"device": device.id, "schema": SCHEMA_VERSION, "mutations": edits[start : start + 20]}
            token = {"Authorization": f"Bearer {device.access_token}"}
            calls = [
                lambda url=url: device.http.post(f"{url}/v1/sync/push", json=body, headers=token, timeout=30)  # noqa: B023
                for url in (server.url, other.url) * 2
            ]
            replies = server.at_once(calls)
            assert {reply.status_code for reply in replies} == {200}
            assert all(reply.json() == replies[0].json() for reply in replies)
        with read_snapshot(server.context.engine) as connection:
            assert connection.exec_driver_sql("SELECT count(*), sum(ver) FROM lead").one() == (100, 100)
            assert connection.exec_driver_sql("SELECT count(*) FROM mutation_log").scalar_one() == 100


@pytest.fixture
def pg_engine(pg_copy: str) -> Iterator[Engine]:
    """A furnished organisation on PostgreSQL."""
    engine = make_engine(pg_copy)
    yield engine
    engine.dispose()


Rows = tuple[int, int]


class _Clash:
    """Two transactions that begin at once and change the same two rows, each in an order of its own."""

    def __init__(self, engine: Engine, isolation: str) -> None:
        self._engine, self._first = engine, f"SET TRANSACTION ISOLATION LEVEL {isolation}"
        self._meeting = Barrier(2)
        self.attempts = 0

    def run(self, *orders: Rows) -> None:
        """Both succeed, one of them at a later attempt."""
        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(self._change, rows) for rows in orders]:
                job.result()

    def _change(self, rows: Rows) -> None:
        def work(connection: Connection) -> None:
            self.attempts += 1
            connection.exec_driver_sql(self._first)
            connection.exec_driver_sql("SELECT v FROM clash")
            self._meet()
            for row in rows:
                connection.exec_driver_sql(f"UPDATE clash SET v = v + 1 WHERE id = {row}")  # noqa: S608
                self._meet()

        in_write(self._engine, work)

    def _meet(self) -> None:
        try:
            self._meeting.wait(0.5)
        except BrokenBarrierError:
            return  # met before: this is another attempt


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("isolation", "orders"),
    [("READ COMMITTED", ((1, 2), (2, 1))), ("REPEATABLE READ", ((1, 2), (1, 2)))],
    ids=["deadlock", "40001"],
)
def test_deadlock_or_40001_is_retried(pg_engine: Engine, isolation: str, orders: tuple[Rows, Rows]) -> None:
    with write_transaction(pg_engine) as connection:
        connection.exec_driver_sql("CREATE TABLE clash (id int PRIMARY KEY, v int)")
        connection.exec_driver_sql("INSERT INTO clash VALUES (1, 0), (2, 0)")
    clash = _Clash(pg_engine, isolation)
    clash.run(*orders)
    assert clash.attempts > 2, "they never met"
    with read_snapshot(pg_engine) as connection:
        assert connection.exec_driver_sql("SELECT v FROM clash ORDER BY id").scalars().all() == [2, 2]


def test_long_writer_during_pull(office: Office) -> None:
    asha = office.device(office.user("asha"))
    other = office.device(office.user("ravi"))
    asha.make("lead", name="Before", stage="new")
    with write_transaction(office.engine) as connection:
        writer = ServerWrite(connection, None)
        late = writer.put("lead", {"name": "Late", "stage": "new", "owner_id": asha.user_id})
        writer.flush()  # its numbers are taken; it will be long before they are committed
        assert asha.pull().complete
        assert late not in asha.ids("lead")
        assert other.pull().complete
    asha.pull()
    assert late in asha.ids("lead")
    office.check()
