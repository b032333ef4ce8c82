"""Storing one pulled page within the caller's transaction: drops, rows, waiting edits over them, memberships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

from nxcrm_desktop.domain.dictionary import BY_NUMBER, ENTITIES, SYNCED, EntityInfo
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store import archive, meta
from nxcrm_desktop.store.membership import Memberships, in_chunks
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.outbox import entries_of
from nxcrm_desktop.store.rebase import shown
from nxcrm_desktop.store.rows import Row, Rows, pack_row
from sync.protocol.messages import Dropped, PullReply, Rows as WireRows

_KNOWN = {info.name for info in SYNCED}


class PageWriter:
    """Applies pages within one transaction. ``put`` and ``dropped`` count rows."""

    def __init__(self, cursor: Any, rows: Rows) -> None:
        self._cursor = cursor
        self._rows = rows
        self._members = Memberships(cursor)
        self._suspects: defaultdict[str, list[str]] = defaultdict(list)
        self._erased: list[str] = []
        self.put = 0
        self.dropped = 0

    def apply(self, page: PullReply) -> None:
        """Store a page. Drops come first: a row that left one scope and is put in another stays."""
        scopes = [self._members.scope(name) for name in page.scopes]
        for drop in page.dropped:
            self._drop(drop, scopes[drop.scope])
        archive.forget_rows(self._cursor, self._erased)
        for part in page.rows:
            self._put(part, scopes)
        for name in set(self._members.scopes) - set(page.subscribed):
            self._suspect(self._members.forget(name))
        self._remove_homeless()
        self._members.finish()

    def forget_scope(self, name: str) -> None:
        """Forget a scope, and the rows that are in no other and have no edits waiting."""
        self._suspect(self._members.forget(name))
        for entity, ids in self._suspects.items():
            waiting = self._waiting(entity, ids)
            self._suspects[entity] = [row_id for row_id in ids if row_id not in waiting]
        self._remove_homeless()
        self._members.finish()

    def _drop(self, drop: Dropped, scope: int) -> None:
        info = ENTITIES.get(drop.table)
        if info is None or info.name not in _KNOWN:
            return
        self._members.leave(info.number, drop.id, scope if drop.op == "leave" else None)
        self._suspects[info.name].append(drop.id)
        if drop.op == "erase":
            erase(self._cursor, drop.id, drop.proof)
            self._erased.append(drop.id)

    def _suspect(self, rows: Iterable[tuple[int, str]]) -> None:
        for number, row_id in rows:
            self._suspects[BY_NUMBER[number].name].append(row_id)

    def _remove_homeless(self) -> None:
        for name, ids in self._suspects.items():
            for row_id in self._members.homeless(ENTITIES[name].number, ids):
                self._cursor.execute("DELETE FROM shadow WHERE row_id = ? AND entity = ?", (row_id, name))
                self.dropped += self._rows.delete(name, row_id)

    def _put(self, part: WireRows, scopes: Sequence[int]) -> None:
        if part.table not in _KNOWN or not part.rows:
            return  # an entity of a newer server
        info = ENTITIES[part.table]
        places = _places(info, part.columns)
        fresh = {str(row[0]): row for row in (_row(wire, places) for wire in part.rows)}
        at = part.columns.index("id") + 2
        members = [(str(w[at]), scopes[cast(int, w[0])], cast(int, w[1])) for w in part.rows]
        self._members.put(info.number, members)
        versions = {row_id: ver for row_id, _, ver in members}
        for row_id in self._waiting(info.name, list(fresh)):
            self._rebase(info.name, fresh.pop(row_id), versions[row_id])
            self.put += 1
        self._rows.put(info.name, list(fresh.values()))
        self.put += len(fresh)

    def _waiting(self, name: str, ids: Sequence[str]) -> set[str]:
        if self._cursor.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is None:
            return set()
        sql = "SELECT DISTINCT row_id FROM outbox WHERE row_id IN ({}) AND entity = ?"
        return {row[0] for row in in_chunks(self._cursor, sql, ids, name)}

    def _rebase(self, name: str, base: Row, version: int) -> None:
        """The server's state of a row with edits waiting becomes its shadow; the edits are laid over it."""
        row_id = str(base[0])
        self._cursor.execute(
            "INSERT OR REPLACE INTO shadow (row_id, entity, ver, vals) VALUES (?, ?, ?, ?)",
            (row_id, name, version, pack_row(base)),
        )
        show(self._rows, name, row_id, shown(base, entries_of(self._cursor, name, row_id)))


def _places(info: EntityInfo, sent: Sequence[str]) -> list[int]:
    """Where each of our columns stands in a wire row; -1 for one not sent. A newer server's columns are left out."""
    at = {name: place + 2 for place, name in enumerate(sent)}
    return [at.get(name, -1) for name in info.columns]


def _row(wire: list[Value], places: Sequence[int]) -> tuple[Value, ...]:
    return tuple([wire[at] if at > 0 else None for at in places])


def show(rows: Rows, name: str, row_id: str, row: Row | None) -> None:
    """Make a row look like this; None: make it disappear."""
    if row is None:
        rows.delete(name, row_id)
    else:
        rows.put(name, [row])


def erase(cursor: Any, row_id: str, proof: str) -> None:
    """Remove what the local tables hold of an erased row. Its waiting edits keep their numbers: no gap.

    The id stays, with the server's proof that it ordered the erasure: a restored server is told of it again.
    """
    cursor.execute("UPDATE outbox SET fields = '{}' WHERE row_id = ?", (row_id,))
    cursor.execute("DELETE FROM shadow WHERE row_id = ?", (row_id,))
    cursor.execute("DELETE FROM sync_log WHERE row_id = ?", (row_id,))
    cursor.execute("DELETE FROM import_row WHERE row_id = ?", (row_id,))
    cursor.execute("INSERT OR REPLACE INTO erasure (row_id, proof) VALUES (?, ?)", (row_id, proof or None))
    meta.put(cursor, Meta.PURGE_SEARCH, 1)
