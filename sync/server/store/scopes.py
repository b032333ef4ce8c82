"""Which scopes rows belong to, derived set-wise from the ScopeRule of their entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import ScopeRule
from sync.server.store.rows import Key, Row
from sync.server.store.sql import select_among
from sync.server.store.tables import DELETED_AT, VER

REF, DESK = "ref", "desk"
_NONE: frozenset[str] = frozenset()
_LIVE = "AND deleted_at IS NULL"
Names = frozenset[str]


def owner(user_id: object) -> str:
    """The scope of what a member of staff owns."""
    return f"owner:{user_id}"


def share(user_id: object) -> str:
    """The scope of what is shared with a member of staff."""
    return f"share:{user_id}"


@dataclass(slots=True)
class Node:
    """A row as its scopes depend on it: its own scopes, the rows it inherits from, and who made it."""

    own: Names
    links: list[Key]
    creator: Any
    ver: int
    deleted: bool


@cache
def scope_columns(entity: str) -> tuple[str, ...]:
    """Columns of a row that decide about its own scopes."""
    rule = ENTITIES[entity].facts.scope
    named = [*rule.owners, *rule.shared, *(column for column, _ in rule.parents), *(rule.subject or ())]
    return tuple(dict.fromkeys(named))


@cache
def lent_columns(entity: str) -> tuple[tuple[str, str], ...]:
    """(column of this entity, entity it points at) through which its rows lend their scopes."""
    return tuple(
        (column, info.name)
        for info in ENTITIES.values() for child, column in info.facts.scope.children if child == entity
    )  # fmt: skip


def _node(rule: ScopeRule, values: Mapping[str, Any], ver: int, deleted: bool) -> Node:
    own = [owner(values[c]) for c in rule.owners if values[c]] + [share(values[c]) for c in rule.shared if values[c]]
    if rule.ref:
        own.append(REF)
    if rule.desk:
        own.append(DESK)
    links = [(parent, values[column]) for column, parent in rule.parents if values[column]]
    if rule.subject and _lends(rule, values[rule.subject[0]]):
        links.append((values[rule.subject[0]], values[rule.subject[1]]))
    return Node(frozenset(own), links, values["created_by"], ver, deleted)


def _lends(rule: ScopeRule, subject: Any) -> bool:
    """Whether a row of this kind lends its scopes to what is written about it.

    What one person typed, and the server refused, about a row that all may see is not for all to read.
    """
    return subject in ENTITIES and not (rule.owners and ENTITIES[subject].facts.scope.ref)


class ScopeGraph:
    """Scopes of rows as of this moment of the transaction. A deleted row is in none, but its children keep them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes: dict[Key, Node | None] = {}
        self._known: dict[Key, Node] = {}
        self._done: dict[Key, Names] = {}

    def know(self, row: Row) -> None:
        """Take a row from memory instead of reading it again; it must have been written."""
        if not row.erased:
            self._known[row.key] = _node(row.info.facts.scope, row.values, row.ver, row.deleted_at is not None)

    def of(self, keys: Collection[Key]) -> dict[Key, Names]:
        """Names of the scopes of each row; none for deleted and erased ones."""
        self._grow(keys)
        return {key: self._visible(key) for key in keys}

    def of_restored(self, keys: Collection[Key]) -> dict[Key, Names]:
        """Names of the scopes each row would be in if it was not deleted."""
        self._grow(keys)
        return {key: self._resolve(key) for key in keys}

    def ver(self, key: Key) -> int:
        """Version of a row asked for before; 0 if it is gone."""
        node = self._nodes[key]
        return node.ver if node else 0

    def deleted(self, key: Key) -> bool:
        """Whether a row asked for before is deleted or gone."""
        node = self._nodes[key]
        return node is None or node.deleted

    def _visible(self, key: Key) -> Names:
        return _NONE if self.deleted(key) else self._resolve(key)

    def _resolve(self, key: Key) -> Names:
        if key not in self._done:
            self._done[key] = _NONE  # met again on the way up: a circle adds nothing
            self._done[key] = self._union(self._nodes.get(key))
        return self._done[key]

    def _union(self, node: Node | None) -> Names:
        if node is None:
            return _NONE
        names = node.own.union(*(self._resolve(link) for link in node.links))
        return names or (frozenset({owner(node.creator)}) if node.creator else _NONE)

    def _grow(self, keys: Iterable[Key]) -> None:
        frontier = [key for key in keys if key not in self._nodes]
        while frontier:
            found: list[Key] = []
            for entity, ids in grouped(frontier).items():
                self._read(ENTITIES[entity], ids)
                found += (link for i in ids for link in getattr(self._nodes[entity, i], "links", ()))
            frontier = [key for key in dict.fromkeys(found) if key not in self._nodes]

    def _read(self, info: EntityInfo, ids: Collection[str]) -> None:
        rule, columns = info.facts.scope, scope_columns(info.name)
        unknown = [i for i in ids if (info.name, i) not in self._known]
        names = ("id", "created_by", VER, DELETED_AT, *columns)
        for row in select_among(self._connection, info.name, names, "id", unknown):
            values = dict(zip(names, row, strict=True))
            self._known[info.name, row[0]] = _node(rule, values, row[2], row[3] is not None)
        self._nodes.update({(info.name, i): self._known.get((info.name, i)) for i in ids})
        for child, column in rule.children:
            for target, lender in select_among(self._connection, child, (column, "id"), column, ids, _LIVE):
                node = self._nodes[info.name, target]
                if node is not None:
                    node.links.append((child, lender))


def grouped(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Ids by entity."""
    groups: dict[str, list[str]] = defaultdict(list)
    for entity, row_id in keys:
        groups[entity].append(row_id)
    return groups


def heirs(connection: Connection, moved: Collection[Key]) -> Iterator[Key]:
    """Rows whose scopes follow from those of ``moved``: their children, deleted ones too, and what they lend to.

    A deleted child is in no scope, but passes on to what is about it.
    """
    groups = grouped(moved)
    for info in ENTITIES.values():
        for column, parent in info.facts.scope.parents:
            found = select_among(connection, info.name, ("id",), column, groups.get(parent, ()))
            yield from ((info.name, row_id) for (row_id,) in found)
    for entity, ids in groups.items():
        for column, target in lent_columns(entity):
            found = select_among(connection, entity, (column,), "id", ids, _LIVE)
            yield from ((target, lent) for (lent,) in found if lent)
    yield from about(connection, moved)


def about(connection: Connection, keys: Collection[Key], *, unmade: bool = False) -> Iterator[Key]:
    """Rows that name one of ``keys`` as their subject, deleted ones too: conflicts, refused edits and look-alikes.

    ``unmade``: only such as may be older than their subject. A refused edit may be, of a row that was never made.
    """
    ids = [row_id for _, row_id in keys]
    for info in ENTITIES.values():
        if info.facts.scope.subject and (info.facts.scope.owners or not unmade):
            found = select_among(connection, info.name, ("id",), info.facts.scope.subject[1], ids)
            yield from ((info.name, row_id) for (row_id,) in found)


def borrowers(rows: Iterable[Row]) -> Iterator[Key]:
    """Rows that these changed rows lend to, or lent to before."""
    for row in rows:
        for column, target in lent_columns(row.info.name):
            concerned = row.fresh or row.deleted_at is not None or column in row.before
            for value in {row.values[column], row.before.get(column)} if concerned else ():
                if value:
                    yield target, str(value)
