"""Deriving from the rows alone what the feed and its checksums should say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from nxcrm_desktop.domain.dictionary import BY_NUMBER, SYNCED
from sync.protocol.checksums import add, row_hash, to_hex
from sync.protocol.messages import Checksum
from sync.server.store.rows import Key
from sync.server.store.scopes import ScopeGraph
from sync.server.store.tables import ENTITY_TABLES, checksum, scope


def memberships(connection: Connection) -> Iterator[tuple[str, Key, int]]:
    """(scope, row, version) for every live row and every scope it belongs to by the rules of the dictionary."""
    graph = ScopeGraph(connection)
    for info in SYNCED:
        table = ENTITY_TABLES[info.name].c
        ids = connection.execute(select(table.id).where(table.deleted_at.is_(None)).order_by(table.id)).scalars()
        keys = [(info.name, row_id) for row_id in ids]
        for key, names in graph.of(keys).items():
            yield from ((name, key, graph.ver(key)) for name in names)


def true_checksums(connection: Connection) -> list[Checksum]:
    """Checksums recomputed from the rows."""
    sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, (entity, row_id), ver in memberships(connection):
        count, total = sums[name, entity]
        sums[name, entity] = count + 1, add(total, row_hash(row_id, ver))
    return [Checksum(name, entity, count, to_hex(total)) for (name, entity), (count, total) in sums.items()]


def kept_checksums(connection: Connection) -> list[Checksum]:
    """The checksums as the writers keep them."""
    wanted = select(scope.c.name, checksum.c.entity, checksum.c.count, checksum.c.sum).join(
        scope, scope.c.id == checksum.c.scope_id
    )
    found = connection.execute(wanted)
    return [Checksum(name, BY_NUMBER[entity].name, count, total) for name, entity, count, total in found]
