"""The outbox: the device's own edits, numbered without a gap, until the server has said what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from nxcrm_desktop.domain.records import Value

Fields = dict[str, tuple[Value, Value]]
_decoder = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode
COLUMNS = "n, grp, op, entity, row_id, base_ver, fields, at, author"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One edit waiting for the server: ``fields`` maps a column to (old, new); ``at`` is UTC ms."""

    n: int
    group: str
    op: str
    entity: str
    id: str
    base_ver: int | None
    fields: Mapping[str, tuple[Value, Value]]
    at: int
    author: str


def pack(fields: Mapping[str, tuple[Value, Value]]) -> str:
    """Fields as they are stored."""
    return _encode(fields).decode()


def unpack(text: str) -> Fields:
    """The inverse of :func:`pack`."""
    return _decoder.decode(text)


def entry(row: Sequence[Any]) -> OutboxEntry:
    """An entry from a row read in the order of ``COLUMNS``."""
    n, group, op, name, row_id, base_ver, fields, at, author = row
    return OutboxEntry(n, group, op, name, row_id, base_ver, unpack(fields), at, author)


def entries(cursor: Any, *, limit: int = -1, after: int = 0) -> list[OutboxEntry]:
    """The oldest entries of numbers above ``after``, ascending by number (``limit`` below 0: all)."""
    sql = f"SELECT {COLUMNS} FROM outbox WHERE n > ? ORDER BY n LIMIT ?"  # noqa: S608
    rows = cursor.execute(sql, (after, limit))
    return [entry(row) for row in rows]


def alike(cursor: Any, *, limit: int, after: int = 0) -> list[OutboxEntry]:
    """As :func:`entries`, as far as they were made under one version of the dictionary."""
    first = "SELECT schema FROM outbox WHERE n > ? ORDER BY n LIMIT 1"
    sql = f"SELECT {COLUMNS} FROM outbox WHERE n > ? AND schema = ({first}) ORDER BY n LIMIT ?"  # noqa: S608
    return [entry(row) for row in cursor.execute(sql, (after, after, limit))]


def schema_of(cursor: Any, n: int) -> int:
    """Version of the dictionary under which a waiting edit was made."""
    return int(cursor.execute("SELECT schema FROM outbox WHERE n = ?", (n,)).fetchone()[0])


def entries_of(cursor: Any, name: str, row_id: str) -> list[OutboxEntry]:
    """The waiting entries of one row, oldest first."""
    sql = f"SELECT {COLUMNS} FROM outbox WHERE row_id = ? AND entity = ? ORDER BY n"  # noqa: S608
    return [entry(row) for row in cursor.execute(sql, (row_id, name))]


def waiting(cursor: Any) -> int:
    """How many edits wait. Numbers are contiguous, so the ends tell."""
    low, high = cursor.execute("SELECT (SELECT min(n) FROM outbox), (SELECT max(n) FROM outbox)").fetchone()
    return 0 if low is None else int(high - low + 1)
