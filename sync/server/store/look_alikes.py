"""Finding live rows that say the same in one field. The field must be indexed: see ``fields_of`` in services."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import EntityInfo
from sync.server.store.engine import is_sqlite
from sync.server.store.sql import fetch, listed, quoted, select_among

MOST = 50
"""Rows of one value that are looked at: a number that hundreds share is nobody's."""
_LIVE = "AND deleted_at IS NULL"


class Member(NamedTuple):
    """A row that says the value; ``persons`` are the ids of those it is known to be about."""

    id: str
    persons: tuple[Any, ...]


class Flag(NamedTuple):
    """One live row of ``duplicate``."""

    id: str
    row_id: str
    field: str
    group_id: str


def shared_values(connection: Connection, info: EntityInfo, field: str, values: Collection[str]) -> list[str]:
    """Those of the values that more than one live row holds."""
    second = f"SELECT 1 FROM {quoted(info.name)} WHERE {quoted(field)} = v.value {_LIVE} LIMIT 1 OFFSET 1"  # noqa: S608
    sql = f"SELECT v.value FROM {_given(connection)} WHERE EXISTS ({second})"  # noqa: S608 (declared names)
    return [value for (value,) in fetch(connection, sql, listed(connection, values))]


def members(
    connection: Connection, info: EntityInfo, field: str, values: Collection[str], persons: Sequence[str]
) -> Mapping[str, list[Member]]:
    """Up to ``MOST`` live rows of each value. ``persons``: columns that name whom a row is about."""
    names = ", ".join(quoted(column) for column in ("id", *persons))
    some = f"SELECT {names} FROM {quoted(info.name)} WHERE {quoted(field)} = v.value {_LIVE} LIMIT {MOST}"  # noqa: S608
    packed = "json_group_array(json_array({}))" if is_sqlite(connection) else "json_agg(json_build_array({}))"
    sql = f"SELECT v.value, (SELECT {packed.format(names)} FROM ({some}) AS found) FROM {_given(connection)}"  # noqa: S608
    found: dict[str, list[Member]] = defaultdict(list)
    for value, rows in fetch(connection, sql, listed(connection, values)):
        for row_id, *about in json.loads(rows) if isinstance(rows, str) else rows:
            found[value].append(Member(row_id, tuple(about)))
    return found


def flags_of(connection: Connection, column: str, values: Collection[str]) -> list[Flag]:
    """Live flags whose ``column`` (``row_id`` or ``group_id``) is one of the values."""
    found = select_among(connection, "duplicate", Flag._fields, column, values, _LIVE)
    return [Flag(*row) for row in found]


def _given(connection: Connection) -> str:
    return "json_each(?) AS v" if is_sqlite(connection) else "unnest(%s::text[]) AS v(value)"
