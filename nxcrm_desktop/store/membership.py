"""Which scopes each pulled row is in, and the checksum of each scope, kept up to date row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.protocol import checksums
from sync.protocol.messages import Checksum

_CHUNK = 500
_Key = tuple[int, int]  # scope, entity number


def in_chunks(cursor: Any, sql: str, row_ids: Sequence[str], *more: Any) -> Iterable[tuple[Any, ...]]:
    """Rows of a statement that holds ``IN ({})`` first, for any number of ids."""
    for at in range(0, len(row_ids), _CHUNK):
        part = row_ids[at : at + _CHUNK]
        yield from cursor.execute(sql.format(", ".join("?" * len(part))), (*part, *more)).fetchall()


class Memberships:
    """Memberships and checksums within the caller's transaction. Entities go by number; call finish at the end."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._scopes: dict[str, int] = dict(cursor.execute("SELECT name, id FROM scope").fetchall())
        self._sums: defaultdict[_Key, int] = defaultdict(int)
        self._counts: defaultdict[_Key, int] = defaultdict(int)

    @property
    def scopes(self) -> Mapping[str, int]:
        """Names of the scopes known here, and their local numbers."""
        return self._scopes

    def scope(self, name: str) -> int:
        """The local number of a scope, given now if it has none."""
        if name not in self._scopes:
            self._cursor.execute("INSERT INTO scope (name) VALUES (?)", (name,))
            self._scopes[name] = self._cursor.lastrowid
        return self._scopes[name]

    def put(self, entity: int, rows: Sequence[tuple[str, int, int]]) -> None:
        """Rows, as (id, scope, version), are in their scopes."""
        sql = "SELECT row_id, scope, ver FROM membership WHERE row_id IN ({}) AND entity = ?"
        ids = list({row_id for row_id, _, _ in rows})
        known = {(row_id, scope): ver for row_id, scope, ver in in_chunks(self._cursor, sql, ids, entity)}
        for row_id, scope, ver in rows:
            old = known.get((row_id, scope))
            if old is not None:
                self._account(scope, entity, row_id, old, -1)
            self._account(scope, entity, row_id, ver, 1)
            known[row_id, scope] = ver
        self._cursor.executemany(
            "INSERT INTO membership (row_id, entity, scope, ver) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET ver = excluded.ver",
            [(row_id, entity, scope, ver) for row_id, scope, ver in rows],
        )

    def leave(self, entity: int, row_id: str, scope: int | None = None) -> None:
        """A row is no longer in the scope (None: in any)."""
        where = "row_id = ? AND entity = ?" + ("" if scope is None else " AND scope = ?")
        values = (row_id, entity) if scope is None else (row_id, entity, scope)
        gone = self._cursor.execute(f"DELETE FROM membership WHERE {where} RETURNING scope, ver", values)  # noqa: S608
        for left, ver in gone.fetchall():
            self._account(left, entity, row_id, ver, -1)

    def forget(self, name: str) -> list[tuple[int, str]]:
        """Forget a scope altogether; returns (entity, id) of the rows that were in it."""
        scope = self._scopes.pop(name, None)
        if scope is None:
            return []
        sql = "DELETE FROM membership WHERE scope = ? RETURNING entity, row_id"
        gone = [(entity, row_id) for entity, row_id in self._cursor.execute(sql, (scope,)).fetchall()]
        self._cursor.execute("DELETE FROM checksum WHERE scope = ?", (scope,))
        self._cursor.execute("DELETE FROM scope WHERE id = ?", (scope,))
        for key in [key for key in self._sums if key[0] == scope]:
            del self._sums[key], self._counts[key]
        return gone

    def homeless(self, entity: int, row_ids: Sequence[str]) -> list[str]:
        """Those of the rows that are in no scope."""
        sql = "SELECT DISTINCT row_id FROM membership WHERE row_id IN ({}) AND entity = ?"
        housed = {row[0] for row in in_chunks(self._cursor, sql, row_ids, entity)}
        return [row_id for row_id in dict.fromkeys(row_ids) if row_id not in housed]

    def finish(self) -> None:
        """Store the checksums."""
        for (scope, entity), delta in self._sums.items():
            old = self._cursor.execute(
                "SELECT count, sum FROM checksum WHERE scope = ? AND entity = ?", (scope, entity)
            ).fetchone()
            count, total = (old[0], checksums.from_hex(old[1])) if old else (0, 0)
            self._cursor.execute(
                "INSERT OR REPLACE INTO checksum (scope, entity, count, sum) VALUES (?, ?, ?, ?)",
                (scope, entity, count + self._counts[scope, entity], checksums.to_hex(checksums.add(total, delta))),
            )

    def _account(self, scope: int, entity: int, row_id: str, ver: int, sign: int) -> None:
        self._sums[scope, entity] += sign * checksums.row_hash(row_id, ver)
        self._counts[scope, entity] += sign


def stored_checksums(cursor: Any, names: Mapping[int, str]) -> list[Checksum]:
    """The checksums of every (scope, entity) with a row; ``names`` are the entities by number."""
    rows = cursor.execute(
        "SELECT s.name, c.entity, c.count, c.sum FROM checksum AS c JOIN scope AS s ON s.id = c.scope "
        "WHERE c.count > 0 ORDER BY s.name, c.entity"
    )
    return [Checksum(scope, names[number], count, total) for scope, number, count, total in rows]
