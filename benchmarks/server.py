"""The server's push and pull, in one process and without a network, against bare inserts of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from benchmarks.figures import Figure, Peer, seconds
from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION, entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from sync.protocol.messages import MAX_MUTATIONS, Mutation, Pull, Push
from sync.server.services.cursor import Cursors
from sync.server.services.pull import pull
from sync.server.services.push import push
from sync.server.services.reading import read_push
from sync.server.services.seed import begin_organisation
from sync.server.services.writes import server_write
from sync.server.sessions import DeviceSession
from sync.server.store.engine import make_engine, write_transaction
from sync.server.store.migrate import migrate
from sync.server.store.sql import insert_many
from sync.server.store.tables import ENTITY_TABLES
from tests.helpers.postgres import cluster, database

ROWS = 10_000


def lead(n: int) -> dict[str, Value]:
    """A lead of about 600 bytes, the same on every run."""
    return {
        "name": f"Ravi Kumar {n}",
        "phone": f"+9198{n:08d}",
        "email": f"ravi.{n}@example.com",
        "company_name": "Shree Motors",
        "city": "Pune",
        "pincode": "411001",
        "source": "website",
        "stage": "new",
        "rating": "hot",
        "interest": "Hatchback, petrol, white, single owner, below 50,000 km",
        "budget_paise": 55_000_000,
        "next_step": "Call back about the finance offer",
        "next_step_at": 1_700_000_000_000,
        "enquired_at": 1_700_000_000_000,
        "tags": '["festival","walk-in"]',
        "notes": "Asked for a test drive on Saturday; wants to give the old car in exchange. " * 2,
        "external_ref": f"zcrm_{n}",
    }


def measure(folder: Path) -> list[Figure]:
    """The figures on both databases."""
    with cluster("bench") as server, database(server) as url:
        return [*_on("SQLite", f"sqlite:///{folder / 'server.db'}"), *_on("PostgreSQL", url)]


def _on(name: str, url: str) -> list[Figure]:
    """Push of new rows, push of edits and an initial pull on an empty database."""
    engine = make_engine(url)
    migrate(engine)
    begin_organisation(engine, policy_text="-")
    with server_write(engine, None) as write:
        user = write.put("user", {"username": "u", "full_name": "U", "role": Role.SALES, "active": 1})
    session = DeviceSession(new_id(), user, Role.SALES)
    ids = [new_id() for _ in range(ROWS)]
    peer = Peer("bare inserts", seconds(lambda: _insert_bare(engine)))
    works: dict[str, Callable[[], None]] = {
        f"push of {ROWS:,} new leads": lambda: _push(engine, session, _creations(ids)),
        f"push of {ROWS:,} edits": lambda: _push(engine, session, _edits(ids)),
        f"initial pull of {ROWS:,} leads": lambda: _pull(engine, session),
    }
    figures = [Figure(f"{name}: {what}", seconds(work), "s", peer=peer) for what, work in works.items()]
    engine.dispose()
    return figures


def _insert_bare(engine: Engine) -> None:
    """The same rows into the same table and indexes by prepared inserts, as many to a transaction as a push has."""
    columns = (*entity("lead").columns, "ver")
    common = {"created_at": 1, "updated_at": 1, "ver": 1}
    for start in range(0, ROWS, MAX_MUTATIONS):
        leads = ({**lead(n), **common, "id": new_id()} for n in range(start, start + MAX_MUTATIONS))
        with write_transaction(engine) as connection:
            insert_many(connection, ENTITY_TABLES["lead"], columns, [tuple(map(row.get, columns)) for row in leads])


def _creations(ids: list[str]) -> Iterator[Mutation]:
    for n, row_id in enumerate(ids):
        fields: dict[str, tuple[Value, Value]] = {name: (None, value) for name, value in lead(n).items()}
        yield Mutation(n + 1, row_id, "create", "lead", row_id, None, fields, 1)


def _edits(ids: list[str]) -> Iterator[Mutation]:
    fields: dict[str, tuple[Value, Value]] = {"city": ("Pune", "Mumbai"), "rating": ("hot", "warm")}
    for n, row_id in enumerate(ids):
        yield Mutation(ROWS + n + 1, row_id, "update", "lead", row_id, 1, fields, 1)


def _push(engine: Engine, session: DeviceSession, mutations: Iterator[Mutation]) -> None:
    edits = list(mutations)
    for start in range(0, len(edits), MAX_MUTATIONS):
        message = Push(session.device_id, SCHEMA_VERSION, edits[start : start + MAX_MUTATIONS])
        reply = push(engine, session, read_push(msgspec.json.encode(message)))
        assert all(result.status == "applied" for result in reply.results)
        msgspec.json.encode(reply)


def _pull(engine: Engine, session: DeviceSession) -> None:
    cursors, cursor = Cursors(bytes(32)), None
    while True:
        reply = pull(engine, session, Pull(session.device_id, SCHEMA_VERSION, cursor), cursors)
        msgspec.json.encode(reply)
        if reply.complete:
            return
        cursor = reply.cursor
