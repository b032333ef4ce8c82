"""Writing rows by prepared statements, inside the caller's transaction: values, search words, counts, what changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from nxcrm_desktop.domain.records import ChangeSet, Value
from nxcrm_desktop.store import purge
from nxcrm_desktop.store.membership import in_chunks
from nxcrm_desktop.store.search import Index, indexer
from nxcrm_desktop.store.statements import statements, update_statement

Row = Sequence[Value]
_VALUES = msgspec.json.Decoder(list[Value])


class Rows:
    """Writes rows of any entity and remembers what it did, until :meth:`finish`."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.index = Index(cursor)
        self._counts: Counter[str] = Counter()
        self._changed: dict[str, set[str]] = defaultdict(set)
        self._deleted: dict[str, set[str]] = defaultdict(set)

    def get(self, name: str, row_id: str) -> Row | None:
        """A row in column order, or None."""
        found: Row | None = self.cursor.execute(statements(name).get, (row_id,)).fetchone()
        return found

    def insert(self, name: str, rows: Sequence[Row]) -> None:
        """Insert rows that are not there yet."""
        prepared = statements(name)
        self.cursor.executemany(prepared.insert, rows)
        words = indexer(name)
        if prepared.info.searchable:
            self.index.add([(name, str(row[0]), words(row)) for row in rows])
        self._counts[name] += len(rows)
        self._note_put(name, rows)

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Insert rows, or bring those that are there up to date: only columns that differ, with their indexes."""
        there = self._there(name, [str(row[0]) for row in rows])
        fresh = [row for row in rows if row[0] not in there]
        if fresh:
            self.insert(name, fresh)
        self._overwrite(name, [(there[str(row[0])], row) for row in rows if row[0] in there])
        self._note_put(name, rows)

    def _there(self, name: str, row_ids: Sequence[str]) -> dict[str, Row]:
        """Those rows that are there, by id."""
        return {row[0]: row for row in in_chunks(self.cursor, statements(name).several, row_ids)}

    def _overwrite(self, name: str, pairs: Iterable[tuple[Row, Row]]) -> None:
        """Rows as they are and as they are to be. Rows that differ in the same columns go together."""
        alike: defaultdict[tuple[int, ...], list[Row]] = defaultdict(list)
        for old, new in pairs:
            places = tuple([at for at, (was, is_) in enumerate(zip(old, new, strict=True)) if was != is_])
            alike[places].append(new)
        columns, searchable = statements(name).info.columns, statements(name).searchable
        for places, rows in alike.items():
            if not places:
                continue
            sql = update_statement(name, tuple(columns[at] for at in places))
            self.cursor.executemany(sql, [(*[row[at] for at in places], row[0]) for row in rows])
            if not searchable.isdisjoint(places):
                words = indexer(name)
                self.index.put([(name, str(row[0]), words(row)) for row in rows])

    def update(self, name: str, row: Row, changes: Mapping[str, Value]) -> None:
        """Change some columns of a row, given as it is now."""
        prepared = statements(name)
        self.cursor.execute(update_statement(name, tuple(changes)), (*changes.values(), row[0]))
        if not changes.keys().isdisjoint(prepared.info.searchable):
            new = [changes.get(c, old) for c, old in zip(prepared.info.columns, row, strict=True)]
            self.index.put([(name, str(row[0]), indexer(name)(new))])
        self._note_put(name, [row])

    def delete(self, name: str, row_id: str) -> bool:
        """Remove a row and its words. False when it was not there."""
        if not self.cursor.execute(statements(name).delete, (row_id,)).rowcount:
            return False
        self.index.remove([(name, row_id)])
        self._counts[name] -= 1
        self._changed[name].discard(row_id)
        self._deleted[name].add(row_id)
        return True

    def keep_only_waiting(self, name: str) -> None:
        """Remove every row without edits waiting; the caller rebuilds the index."""
        waiting = "(SELECT row_id FROM outbox WHERE entity = ?)"
        sql = f'DELETE FROM "{name}" WHERE id NOT IN {waiting} RETURNING id'  # noqa: S608
        gone = self.cursor.execute(sql, (name,)).fetchall()
        sql = f"DELETE FROM search_doc WHERE entity = ? AND row_id NOT IN {waiting}"  # noqa: S608
        self.cursor.execute(sql, (name, name))
        ids = {row[0] for row in gone}
        self._counts[name] -= len(ids)
        self._changed[name] -= ids
        self._deleted[name] |= ids

    def finish(self, origin: str) -> ChangeSet:
        """Bring the counts up to date; what was changed, for the bus."""
        self.cursor.executemany(
            "INSERT INTO entity_count (entity, rows) VALUES (?, ?) "
            "ON CONFLICT (entity) DO UPDATE SET rows = rows + excluded.rows",
            [(name, delta) for name, delta in self._counts.items() if delta],
        )
        if any(self._deleted.values()):
            purge.rows_left(self.cursor)
        return ChangeSet(_frozen(self._changed), _frozen(self._deleted), origin)

    def _note_put(self, name: str, rows: Sequence[Row]) -> None:
        ids = {str(row[0]) for row in rows}
        self._changed[name] |= ids
        self._deleted[name] -= ids


def _frozen(ids: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(found) for name, found in ids.items() if found}


def pack_row(row: Row) -> str:
    """A row in column order as JSON."""
    return msgspec.json.encode(list(row)).decode()


def unpack_row(text: str, width: int) -> list[Value]:
    """The inverse of :func:`pack_row`; columns added since are null."""
    values = _VALUES.decode(text)
    return values + [None] * (width - len(values))


def server_version(cursor: Any, number: int, row_id: str) -> int | None:
    """The version of a pulled row as last received (the highest over its scopes), or None."""
    found = cursor.execute(
        "SELECT max(ver) FROM membership WHERE row_id = ? AND entity = ?", (row_id, number)
    ).fetchone()
    return None if found is None else found[0]
