"""What a worker asks the database to know whom to tell of something newer. Every question is set-wise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from nxcrm_desktop.domain.dictionary import entity
from sync.server.store.access import ANY_OWNER
from sync.server.store.scopes import REF, owner
from sync.server.store.sql import fetch, mark, select_among
from sync.server.store.tables import scope, sync_clock


@dataclass(frozen=True, slots=True)
class Changed:
    """Scopes with entries after some place: name → newest entry. ``numbers``: number → name of the same scopes.

    ``staff``: whether a member of staff's own row is among the entries.
    """

    head: int
    scopes: Mapping[str, int]
    numbers: Mapping[int, str]
    staff: bool


def read_head(connection: Connection) -> int:
    """The newest sequence number."""
    return int(connection.execute(select(sync_clock.c.v)).scalar_one())


def changed_since(connection: Connection, seq: int) -> Changed:
    """What was entered after ``seq``, as of this snapshot."""
    head = read_head(connection)
    wanted = select(scope.c.id, scope.c.name, scope.c.head).where(scope.c.head > seq)
    rows = connection.execute(wanted).all() if head > seq else []
    numbers = {number: name for number, name, _ in rows}
    ref = next((number for number, name in numbers.items() if name == REF), None)
    newest = {name: entry for _, name, entry in rows}
    return Changed(head, newest, numbers, ref is not None and _staff_changed(connection, ref, seq))


def _staff_changed(connection: Connection, ref: int, seq: int) -> bool:
    here = mark(connection)
    sql = f"SELECT 1 FROM feed WHERE scope_id = {here} AND seq > {here} AND entity = {here} LIMIT 1"  # noqa: S608 (marks)
    return bool(fetch(connection, sql, ref, seq, entity("user").number))


def newest_of(connection: Connection, names: Collection[str]) -> int:
    """The newest entry in any of these scopes (``ANY_OWNER``: in every owner's); 0 when they have none."""
    heads = [head for (head,) in select_among(connection, "scope", ("head",), "name", names)]
    if ANY_OWNER in names:
        owned = select(func.max(scope.c.head)).where(scope.c.name.startswith(owner("")))
        heads.append(connection.execute(owned).scalar() or 0)
    return max(heads, default=0)


def acknowledged(connection: Connection, device_ids: Collection[str]) -> dict[str, int]:
    """How far each device says it has stored the feed; a device that never said is missing."""
    columns = ("device_id", "acked_seq")
    return dict(select_among(connection, "device_sync", columns, "device_id", device_ids))


def ended_families(connection: Connection, family_ids: Collection[str]) -> set[str]:
    """Those sign-ins that are over."""
    found = select_among(connection, "session_family", ("id",), "id", family_ids, "AND ended_at IS NOT NULL")
    return {family_id for (family_id,) in found}
