"""Disks that are full, busy or were cut off from power: on the device and at the server, nothing is half-written."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import cipher
from nxcrm_desktop.store.engine import Store, open_store
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from tests.helpers.devices import KEY, Device, Server
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.small_disk import KIND, SmallDisk, small_disk
from tests.helpers.stores import MANAGER, fresh_store
from tests.sync.server.office import Office

LONG = "x" * 4000


@pytest.fixture
def pg_office(pg_copy: str) -> Iterator[Office]:
    """A server whose disk is not the device's, even where only files of this process can be kept from growing."""
    made = Office(pg_copy)
    yield made
    made.engine.dispose()


@pytest.fixture(params=[KIND])
def disk() -> Iterator[SmallDisk]:
    """A disk of a few megabytes."""
    with small_disk(24 * 1024 * 1024) as made:
        yield made


@pytest.mark.postgres
def test_disk_full_on_the_device(pg_office: Office, disk: SmallDisk) -> None:
    office = pg_office
    asha = office.user("asha")
    device = Device(disk.path, Server(office.engine), asha, Role.SALES)
    device.sync()
    with device.write() as work:
        typed = work.create("lead", {"name": "Typed before", "stage": "new", "owner_id": asha})
    with server_write(office.engine, None) as write:
        for n in range(300):
            write.put("lead", {"name": f"Lead {n}", "stage": "new", "owner_id": asha, "notes": LONG})
    disk.fill(leave=64 * 1024)
    before = device.sync_store.state()
    for refused in (device.engine.run, partial(_type_much, device)):
        with pytest.raises(NxcrmError) as caught:
            refused()
        assert caught.value.code in {"disk_full", "disk_error"}
    assert device.rows("lead").keys() == {typed}
    assert device.sync_store.state().cursor == before.cursor
    disk.free()
    assert device.sync().complete
    assert len(device.rows("lead")) == 301
    assert device.api.refetched == []
    assert device.store.integrity_check() == []
    device.close()


def _type_much(device: Device) -> None:
    with device.write() as work:
        work.create_many("lead", [{"name": f"New {n}", "stage": "new", "notes": LONG} for n in range(500)])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux fills the disk of another process")
def test_disk_full_at_the_server(disk: SmallDisk, tmp_path: Path) -> None:
    with running_server(disk.path) as server:
        server.add_user("asha")
        with laptop(server, tmp_path, "asha") as asha:
            asha.engine.run()
            assert server.process is not None
            family = [server.process.pid, *(p.pid for p in psutil.Process(server.process.pid).children(recursive=True))]
            disk.fill(*family)
            names = [f"Lead {n:03d}" for n in range(400)]
            asha.add_leads(names, notes=LONG)
            assert asha.fails() == "server_unavailable"
            assert asha.waiting() == len(names)
            disk.free()
            assert asha.engine.run().complete
            assert leads_at(server) == asha.leads() == names


def leads_at(server: ServerHandle) -> list[str]:
    """Names of all leads at the server."""
    with read_snapshot(server.context.engine) as connection:
        return list(connection.exec_driver_sql("SELECT name FROM lead ORDER BY name").scalars())


@pytest.fixture
def asha(server: ServerHandle, executive: str, tmp_path: Path) -> Iterator[Laptop]:
    """An enrolled laptop."""
    with laptop(server, tmp_path, executive) as made:
        yield made


def test_sqlite_busy_at_the_server(server: ServerHandle, asha: Laptop) -> None:
    asha.engine.run()
    asha.add_lead("Typed while the database was locked")
    with (
        closing(sqlite3.connect(server.data_dir / "server.db", isolation_level=None)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        run = pool.submit(asha.engine.run)
        with pytest.raises(TimeoutError):
            run.result(0.7)
        other.execute("COMMIT")
        assert run.result(30).complete
    assert leads_at(server) == ["Typed while the database was locked"]


def test_sqlite_busy_on_the_device(asha: Laptop, server: ServerHandle) -> None:
    """Another program has the store's file locked, as a backup does: for a while, then for good."""
    asha.engine.run()
    mine = asha.add_lead("Typed before")
    with server_write(server.context.engine, None) as write:
        write.put("lead", {"name": "Theirs", "stage": "new", "owner_id": asha.actor.user_id})
    with closing(cipher.connect(asha.store.path, KEY, read_only=False)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        run = pool.submit(asha.engine.run)
        with pytest.raises(TimeoutError):
            run.result(0.7)
        assert asha.leads() == ["Typed before"], "whoever reads is not kept waiting"
        other.execute("COMMIT")
        assert run.result(30).complete
        asha.store._raw.execute("PRAGMA busy_timeout = 50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NxcrmError) as caught, asha.store.write(asha.actor) as work:
            work.update("lead", mine, {"city": "Pune"})
        assert caught.value.code == "store_busy"
        with server_write(server.context.engine, None) as write:
            write.update("lead", mine, {"city": "Delhi"})
        assert asha.fails() == "store_busy"
        other.execute("ROLLBACK")
    assert asha.engine.run().complete
    assert asha.leads() == ["Theirs", "Typed before"]
    with asha.store.read() as reader:
        assert {row.id: row.values["city"] for row in reader.page(ListQuery("lead"), limit=5).rows}[mine] == "Delhi"
    assert asha.store.integrity_check() == []


def _units(store: Store) -> int:
    """How many whole units of work the store holds; each made three leads, changed one and deleted one."""
    with store.read() as reader:
        entries = reader.outbox()
        assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
        units, rest = divmod(len(entries), 5)
        assert rest == 0, "half a unit of work"
        assert reader.count(ListQuery("lead")) == 2 * units
        assert len(reader.search("ravi", limit=1000)) == 2 * units
    assert store.integrity_check() == []
    return units


def test_power_loss_on_the_device(tmp_path: Path) -> None:
    store = fresh_store(tmp_path)
    sizes = [0]
    wal = store.path.with_name("store.db-wal")
    for _ in range(12):
        with store.write(MANAGER) as work:
            ids = work.create_many("lead", [{"name": f"Ravi {n}", "stage": "new", "notes": LONG} for n in range(3)])
            work.update("lead", ids[0], {"city": "Pune"})
            work.delete("lead", ids[1])
        sizes.append(wal.stat().st_size)
    chance = random.Random(1)
    cuts = [0, *sizes[1:], *(chance.randrange(sizes[-1]) for _ in range(12))]
    for number, cut in enumerate(cuts):
        copy = _torn(store.path, tmp_path / f"copy{number}", cut, chance)
        opened = open_store(copy, KEY)
        assert _units(opened) == max(n for n, size in enumerate(sizes) if size <= cut)
        opened.close()
    store.close()


def test_power_loss_at_the_server(office: Office, tmp_path: Path) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's own log is PostgreSQL's own matter")
    database = Path(str(office.engine.url.database))
    device = office.device(office.user("asha"))
    sizes = []
    for _ in range(8):
        device.push(*(device.create("lead", name="Ravi", stage="new", notes=LONG) for _ in range(4)))
        sizes.append(database.with_name("server.db-wal").stat().st_size)
    chance = random.Random(2)
    for number, cut in enumerate([*sizes, *(chance.randrange(sizes[0], sizes[-1]) for _ in range(8))]):
        after = Office(f"sqlite:///{_torn(database, tmp_path / f'copy{number}', cut, chance)}")
        with read_snapshot(after.engine) as connection:
            whole = "SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM mutation_log), max(n) FROM mutation_log"
            counts = list(connection.exec_driver_sql(whole).one())
        assert counts == [4 * sum(size <= cut for size in sizes)] * 3
        after.check()
        after.engine.dispose()


def _torn(database: Path, folder: Path, cut: int, chance: random.Random) -> Path:
    """The database as a power cut leaves it: of its log so many bytes, then what the disk happened to hold."""
    folder.mkdir()
    copy = folder / database.name
    shutil.copy(database, copy)
    log = database.with_name(f"{database.name}-wal").read_bytes()
    rubbish = chance.randbytes(chance.choice((0, 100, 8192)))
    copy.with_name(f"{copy.name}-wal").write_bytes(log[:cut] + rubbish)
    return copy
