"""Order of commit: no number up to the head is ever invisible to a reader that polls."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from psycopg.errors import DeadlockDetected, NotNullViolation, SerializationFailure, UniqueViolation
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from sync.protocol.messages import Push
from sync.server.services.push import push
from sync.server.services.writes import ServerWrite
from sync.server.store.engine import in_write, is_sqlite, is_transient, read_snapshot, write_transaction
from sync.server.store.epochs import read_clock
from tests.sync.server.office import Device, Office


def put_lead(connection: Connection, owner: str) -> None:
    """Write and stamp a lead; the transaction stays open."""
    writer = ServerWrite(connection, owner)
    writer.put("lead", {"name": "Ravi", "stage": "new", "owner_id": owner})
    writer.flush()


def test_who_comes_second_waits_for_the_first_to_commit(office: Office) -> None:
    owner = office.user("asha")
    with write_transaction(office.engine) as first:
        put_lead(first, owner)
        with pytest.raises(OperationalError) as blocked, _impatient(office) as second:
            put_lead(second, owner)
        assert is_transient(blocked.value)
        with read_snapshot(office.engine) as reader:
            head = read_clock(reader).head
    with read_snapshot(office.engine) as reader:
        assert read_clock(reader).head == head + 1
    office.check()


@contextmanager
def _impatient(office: Office) -> Iterator[Connection]:
    """A writing transaction that does not wait for others."""
    with office.engine.connect() as connection:
        if is_sqlite(connection):
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.commit()
        with connection.execution_options(nxcrm_writes=True).begin():
            if not is_sqlite(connection):
                connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            yield connection


def test_a_reader_that_follows_concurrent_writers_misses_nothing(office: Office) -> None:
    manager = office.user("meera", Role.MANAGER)
    writers = [office.device(office.user(f"u{i}", manager=manager)) for i in range(4)]
    meera = office.device(manager)
    meera.limit = 7

    def write(device: Device) -> list[str]:
        return [device.make("lead", name="Ravi", stage="new") for _ in range(12)]

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(write, device) for device in writers]
        while not all(job.done() for job in jobs):
            meera.page()
        made = {lead for job in jobs for lead in job.result()}
    meera.pull()
    assert meera.ids("lead") == made
    office.check()


def test_the_same_batch_on_two_workers_at_once(office: Office) -> None:
    device = office.device(office.user("asha"))
    edits = [device.create("lead", name=f"Lead {i}", stage="new") for i in range(20)]
    session, message = device.session, Push(device.id, 1, edits)
    with ThreadPoolExecutor(2) as pool:
        replies = [job.result() for job in [pool.submit(push, office.engine, session, message) for _ in range(2)]]
    assert replies[0] == replies[1]
    device.pull()
    assert len(device.ids("lead")) == 20
    office.check()


def test_one_id_made_by_two_devices_at_once_is_made_once(office: Office) -> None:
    devices = [office.device(office.user(name)) for name in ("asha", "ravi")]
    lead = new_id()
    edits = [(d, d.session, Push(d.id, 1, [d.create("lead", lead, name="X", stage="new")])) for d in devices]
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(push, office.engine, session, message) for _, session, message in edits]
        statuses = sorted(job.result().results[0].status for job in jobs)
    assert statuses == ["applied", "rejected"]
    office.check()


def test_a_lead_given_away_while_notes_are_written_takes_them_along(office: Office) -> None:
    manager = office.user("meera", Role.MANAGER)
    asha, ravi = (office.device(office.user(name, manager=manager)) for name in ("asha", "ravi"))
    lead = asha.make("lead", name="Ravi", stage="new")

    def write() -> None:
        for _ in range(10):
            asha.send(asha.create("communication", kind="note", lead_id=lead, happened_at=1))

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(write)
        for taker in [ravi.user_id, asha.user_id] * 4:
            office.change("lead", lead, owner_id=taker)
        job.result()
    office.check()


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (DeadlockDetected(), True),
        (SerializationFailure(), True),
        (UniqueViolation(), True),
        (NotNullViolation(), False),
    ],
)
def test_what_may_succeed_when_tried_again(error: Exception, again: bool) -> None:
    assert is_transient(OperationalError("", None, error)) is again


def test_a_transaction_that_meets_a_deadlock_is_tried_again(office: Office) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise _deadlock(connection)
        return "done"

    assert in_write(office.engine, work) == "done"
    assert len(tries) == 3


def _deadlock(connection: Connection) -> OperationalError:
    if is_sqlite(connection):
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        return OperationalError("", None, busy)
    return OperationalError("", None, DeadlockDetected())
