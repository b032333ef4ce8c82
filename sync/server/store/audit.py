"""Queries on the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, RowMapping, insert, select, update

from nxcrm_desktop.domain.records import Value
from sync.server.store.accounts_tables import AUDIT_HEAD
from sync.server.store.tables import ENTITY_TABLES

FIRST_HASH = "0" * 64
_EVENT = ENTITY_TABLES["audit_event"]
_BATCH = 1000


def begin(connection: Connection) -> None:
    """Starts the chain, once per database."""
    connection.execute(insert(AUDIT_HEAD), [{"id": 1, "position": 0, "hash": FIRST_HASH}])


def next_position(connection: Connection) -> tuple[int, str]:
    """The position for a new event and the hash before it. Until the commit no other transaction gets one."""
    taken = (
        update(AUDIT_HEAD)
        .values(position=AUDIT_HEAD.c.position + 1)
        .returning(AUDIT_HEAD.c.position, AUDIT_HEAD.c.hash)
    )
    position, previous = connection.execute(taken).one()
    return position, previous


def add(connection: Connection, values: Mapping[str, Value]) -> None:
    """Adds an event whose ``hash`` becomes the head of the chain."""
    connection.execute(insert(_EVENT), [{**values, "ver": 1, "deleted_at": None}])
    connection.execute(update(AUDIT_HEAD).values(hash=values["hash"]))


def head(connection: Connection) -> tuple[int, str]:
    """Position and hash of the last event."""
    position, last = connection.execute(select(AUDIT_HEAD.c.position, AUDIT_HEAD.c.hash)).one()
    return position, last


def events(connection: Connection) -> Iterator[RowMapping]:
    """All events in the order of the chain, a batch at a time."""
    wanted = select(_EVENT).order_by(_EVENT.c.position, _EVENT.c.id)
    yield from connection.execution_options(yield_per=_BATCH).execute(wanted).mappings()
