"""A hundred laptops syncing at once against two workers on PostgreSQL, and proof that nothing was lost or done twice.

Every laptop is the real engine over a real, small, encrypted store and a TLS connection of its own; four to a member of
staff, so that each also receives what three others make. They share a few processes and this machine with the server:
the times told are of a crowd on two cores.
"""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

from sqlalchemy import select

from benchmarks.figures import Figure, quantiles
from benchmarks.leads import leads, typed
from benchmarks.sync import durable
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.engine import create_store, open_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.engine import SyncEngine
from sync.client.failures import TRANSIENT
from sync.client.transport import Endpoint, Transport
from sync.protocol.auth import NewDevice
from sync.server.services.devices import register
from sync.server.services.tokens import Tokens
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot, write_transaction
from sync.server.store.tables import ENTITY_TABLES, device_sync, mutation_log
from tests.helpers.devices import KEY, RealClock
from tests.helpers.postgres import cluster, database
from tests.helpers.server import ServerHandle, running_server

USERS, EACH = 25, 4
WORKERS = 2
ROUNDS = 5
MADE = 5
"""New leads of a laptop in each round; each lead of the round before is edited once."""
_PROCESSES = 4
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One laptop of the fleet: who, which, the token it was given, its store."""

    user_id: str
    device_id: str
    token: str
    store: Path


@dataclass(frozen=True, slots=True)
class Told:
    """What one laptop tells at the end: ms of each run, errors by code, and lead id → city as it holds it."""

    spent: list[float]
    errors: Counter[str]
    edits: int
    rows: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Implements sync.client.ports.TokenSource: one token, good for a quarter of an hour."""

    token: str

    def access_token(self) -> str:
        return self.token

    def renew(self, refused: str) -> str:
        raise NxcrmError("sign_in_needed", "The token was refused.", details={"refused": bool(refused)})


def measure(folder: Path) -> list[Figure]:
    """How long a run takes in the crowd, and what went wrong. RuntimeError when an edit was lost or done twice."""
    with cluster("bench") as postgres, database(postgres) as url:
        durable(postgres)
        with running_server(folder, url, workers=WORKERS) as server:
            members = list(_members(server, folder))
            began = time.perf_counter()
            told = _together(server, members)
            spent = time.perf_counter() - began
            _check(server, members, told)
    edits = sum(each.edits for each in told)
    errors = sum((each.errors for each in told), Counter[str]())
    return [
        *quantiles(f"{len(members)} laptops at once, one run of sync", [ms for each in told for ms in each.spent]),
        Figure("edits of all laptops settled", edits / spent, "/s"),
        Figure("runs that had to be tried again", errors.total(), "runs"),
        Figure("edits lost or done twice", 0.0, "edits", 0.0),
    ]


def _members(server: ServerHandle, folder: Path) -> Iterator[Member]:
    empty = folder / "empty.db"
    create_store(empty, KEY).close()
    engine, tokens = server.context.engine, Tokens(server.context)
    for number in range(USERS):
        with server_write(engine, None) as write:
            row: dict[str, Value] = {"username": f"u{number}", "full_name": "U", "role": Role.SALES, "active": 1}
            user_id = write.put("user", row)
        for _ in range(EACH):
            with write_transaction(engine) as connection:
                wanted = NewDevice("Laptop", "linux", "0" * 64, "keyring")
                device_id = register(connection, wanted, user_id, now_ms())
                token = tokens.begin(connection, device_id, user_id).access_token
            path = folder / f"{device_id}.db"
            shutil.copy(empty, path)
            yield Member(user_id, device_id, token, path)


# ---------------------------------------------------------------------------------------------------------- the laptops


def _together(server: ServerHandle, members: list[Member]) -> list[Told]:
    # The laptops of one member of staff wait for each other at the end of every round: they share a process.
    shares = [[m for i, m in enumerate(members) if i // EACH % _PROCESSES == at] for at in range(_PROCESSES)]
    with ProcessPoolExecutor(_PROCESSES, multiprocessing.get_context("spawn")) as pool:
        asked = [pool.submit(_share, server.url, server.ca_file, share) for share in shares]
        told = [each for one in asked for each in one.result()]
    order = [member.device_id for share in shares for member in share]
    by_device = dict(zip(order, told, strict=True))
    return [by_device[member.device_id] for member in members]


def _share(url: str, ca_file: Path, members: list[Member]) -> list[Told]:
    """The laptops of one process, a thread for each, starting every round together."""
    together = Barrier(len(members))
    with ThreadPoolExecutor(len(members)) as pool:
        return list(pool.map(lambda member: _live(Endpoint(url, ca_file), member, together), members))


def _live(endpoint: Endpoint, member: Member, together: Barrier) -> Told:
    actor = Actor(member.user_id, Role.SALES)
    spent: list[float] = []
    errors: Counter[str] = Counter()
    with ExitStack() as stack:
        store = open_store(member.store, KEY)
        stack.callback(store.close)
        transport = Transport(endpoint, _Fixed(member.token))
        stack.callback(transport.close)
        engine = SyncEngine(SyncStore(store), transport, RealClock())
        with store.write(actor) as work:
            work.set_meta(Meta.DEVICE_ID, member.device_id)
        made: list[str] = []
        edits = 0
        for number in range(ROUNDS):
            with store.write(actor) as work:
                for row_id in made:
                    edits += work.update("lead", row_id, {"city": f"City {number}"})
                made = work.create_many("lead", typed(leads(MADE), member.user_id))
            edits += len(made)
            together.wait()
            spent.append(_run(engine, errors))
        together.wait()
        _run(engine, errors)  # what the others made in the last round
        with store.read() as reader:
            page = reader.page(ListQuery("lead", order="id"), limit=EACH * ROUNDS * MADE + 1)
        return Told(spent, errors, edits, {row.id: row.text("city") for row in page.rows})


def _run(engine: SyncEngine, errors: Counter[str]) -> float:
    """Milliseconds until a run was complete, however often it had to be tried."""
    began = time.perf_counter()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            engine.run()
            break
        except NxcrmError as error:
            errors[error.code] += 1
            if error.code not in TRANSIENT or attempt == _ATTEMPTS:
                raise
            time.sleep(float(str(error.details.get("retry_after", 0.1))))
    return 1000 * (time.perf_counter() - began)


# ------------------------------------------------------------------------------------------------------------ the proof


def _check(server: ServerHandle, members: list[Member], told: list[Told]) -> None:
    """Each edit once: one result for each number, one version for each edit, and the last word on every laptop."""
    lead = ENTITY_TABLES["lead"].c
    with read_snapshot(server.context.engine) as connection:
        applied = dict(connection.execute(select(device_sync.c.device_id, device_sync.c.applied_n)).all())
        logged = Counter(connection.execute(select(mutation_log.c.device_id)).scalars())
        rows = connection.execute(select(lead.id, lead.owner_id, lead.ver, lead.city)).all()
    for member, mine in zip(members, told, strict=True):
        _require(applied[member.device_id] == logged[member.device_id] == mine.edits, "an edit has no result, or two")
        held = {row_id: city for row_id, owner_id, _, city in rows if owner_id == member.user_id}
        _require(mine.rows == held, "a laptop shows other leads than the server holds for it")
    _require(sum(ver for _, _, ver, _ in rows) == sum(each.edits for each in told), "an edit took effect twice")
    _require(len(rows) == len(members) * ROUNDS * MADE, "a lead was lost or made twice")


def _require(held: bool, what: str) -> None:
    if not held:
        raise RuntimeError(what)
