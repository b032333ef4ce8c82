"""Reading the feed: what is new in a scope, and the rows that go with it. To be used within one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from sync.server.store.feed import Op
from sync.server.store.sql import among, fetch, listed, quoted
from sync.server.store.tables import VER, feed


class FeedEntry(NamedTuple):
    """One entry: scope number, sequence number, entity number, row id, op (see feed.Op)."""

    scope_id: int
    seq: int
    entity: int
    row_id: str
    op: int


def heads(connection: Connection, scope_ids: Collection[int]) -> dict[int, int]:
    """The newest sequence number of each scope."""
    sql = f"SELECT id, head FROM scope WHERE {among(connection, 'id')}"  # noqa: S608 (constants)
    return dict(map(tuple, fetch(connection, sql, listed(connection, scope_ids))))


def entries_after(
    connection: Connection, scope_id: int, seq: int, entities: Sequence[int], limit: int
) -> list[FeedEntry]:
    """The next entries of a scope about these entities, in order of commit."""
    sql = (
        f"SELECT scope_id, seq, entity, row_id, op FROM feed WHERE scope_id = ? AND seq > ? "  # noqa: S608 (constants)
        f"AND {among(connection, 'entity')} ORDER BY seq LIMIT ?"
    )
    return list(map(FeedEntry._make, fetch(connection, sql, scope_id, seq, listed(connection, entities), limit)))


def puts_between(
    connection: Connection, scope_id: int, after: int, until: int, entities: Sequence[int], limit: int
) -> list[FeedEntry]:
    """The next rows of a scope of these entities, in order of commit, none that came later than ``until``."""
    f = feed.c
    wanted = (
        select(f.scope_id, f.seq, f.entity, f.row_id, f.op)
        .where(*_puts(scope_id, after, until, entities))
        .order_by(f.seq)
        .limit(limit)
    )
    return [FeedEntry(*row) for row in connection.execute(wanted)]


def count_puts(connection: Connection, scope_id: int, after: int, until: int, entities: Sequence[int]) -> int:
    """How many rows :func:`puts_between` would give without a limit."""
    wanted = select(func.count()).select_from(feed).where(*_puts(scope_id, after, until, entities))
    return connection.execute(wanted).scalar_one()


def _puts(scope_id: int, after: int, until: int, entities: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    f = feed.c
    return f.scope_id == scope_id, f.seq > after, f.seq <= until, f.entity.in_(entities), f.op == Op.PUT


def count_after(connection: Connection, scope_id: int, seq: int, entities: Sequence[int]) -> int:
    """How many entries of a scope about these entities follow."""
    f = feed.c
    wanted = select(func.count()).where(f.scope_id == scope_id, f.seq > seq, f.entity.in_(entities))
    return connection.execute(wanted).scalar_one()


def rows_of(connection: Connection, info: EntityInfo, role: Role, ids: Collection[str]) -> dict[str, list[Value]]:
    """id → [version, *values in column order] of rows, columns hidden from the role as null."""
    visible = frozenset(info.visible_to(role))
    columns = ", ".join(quoted(name) if name in visible else "NULL" for name in info.columns)
    sql = f"SELECT {VER}, {columns} FROM {quoted(info.name)} WHERE {among(connection, 'id')}"  # noqa: S608 (as above)
    return {line[1]: line for line in map(list, fetch(connection, sql, listed(connection, ids)))}


def checksums_of(connection: Connection, scope_ids: Collection[int]) -> list[tuple[str, int, int, str]]:
    """(scope name, entity number, count, sum) of these scopes."""
    sql = (
        "SELECT name, entity, count, sum FROM checksum JOIN scope ON scope.id = scope_id "  # noqa: S608 (constants)
        f"WHERE {among(connection, 'scope_id')} ORDER BY name, entity"
    )
    return fetch(connection, sql, listed(connection, scope_ids))
