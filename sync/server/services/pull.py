"""Pull: what is newer than a cursor in the scopes a device has now, from one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.dictionary import BY_NUMBER
from nxcrm_desktop.domain.permissions import readable_entities
from nxcrm_desktop.domain.records import Value
from sync.protocol.messages import Checksum, Drop, Dropped, Pull, PullReply, Rows
from sync.server.services.cursor import Cursors, Position
from sync.server.services.masking import Line, mask
from sync.server.services.push import check_device
from sync.server.store import pages
from sync.server.store.access import Access, access_of
from sync.server.store.engine import read_snapshot
from sync.server.store.epochs import Clock, read_clock
from sync.server.store.feed import Op
from sync.server.store.pages import FeedEntry
from sync.server.store.progress import applied_n

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession

_DROPS: dict[int, Drop] = {Op.LEAVE: "leave", Op.DELETE: "delete", Op.ERASE: "erase"}
_DROP_BYTES = 100
"""About what one dropped row takes in a page."""
Found = dict[tuple[int, str], Line]
"""(entity number, row id) → row"""


def pull(engine: Engine, session: DeviceSession, message: Pull, cursors: Cursors) -> PullReply:
    """One page. NxcrmError ``forbidden`` (another's device, no active account), ``bad_request`` (foreign cursor)."""
    check_device(session, message.device)
    position = cursors.read(message.cursor, message.device) if message.cursor is not None else None
    with read_snapshot(engine) as connection:
        clock = read_clock(connection)
        return _Page(connection, clock, access_of(connection, session.user_id), message, position).reply(cursors)


class _Page:
    """One page in the making. Scopes are sent one after the other, each in order of commit."""

    def __init__(
        self, connection: Connection, clock: Clock, access: Access, message: Pull, position: Position | None
    ) -> None:
        self._connection, self._clock, self._access, self._message = connection, clock, access, message
        self._reset = position is not None and not self._usable(position)
        self._position = None if self._reset else position
        self._entities = [info.number for info in readable_entities(access.role)]
        self._names = {number: name for name, number in access.numbers.items()}
        self._heads = pages.heads(connection, self._names)
        self._places = self._begin()
        self._remaining = self._count()
        self._drained: set[int] = set()

    def _usable(self, position: Position) -> bool:
        made_for = (position.epoch, position.role, position.schema)
        if made_for != (self._clock.epoch, self._access.role, self._message.schema):
            return False  # rows sent then may hold what may not be held now, or lack what may
        return all(place >= self._clock.horizon for place in position.places().values() if place)

    def _begin(self) -> dict[int, int]:
        """Scope number → how far it was sent; 0 for what was granted since, and for what must be sent again."""
        known = self._position.places() if self._position else {}
        again = set(self._message.refetch)
        return {number: 0 if name in again else known.get(number, 0) for number, name in self._names.items()}

    def _count(self) -> int:
        """Entries still to be sent: counted when a round of pages begins, and for each scope that joins it."""
        before = self._position
        known = before.places() if before and before.remaining else {}
        joining = [n for n in self._behind() if n not in known or self._places[n] < known[n]]
        joined = sum(pages.count_after(self._connection, n, self._places[n], self._entities) for n in joining)
        return joined + (before.remaining if before and before.remaining else 0)

    def _behind(self) -> list[int]:
        """Scopes that have something to send, in the order of the subscription."""
        return [n for n in self._names if self._places[n] < self._heads[n]]

    def reply(self, cursors: Cursors) -> PullReply:
        """The page as it is sent."""
        taken = self._take()
        found = self._load(taken)
        sent = taken[: self._fitting(taken, found)]
        self._advance(taken, sent)
        complete = not self._behind()
        remaining = 0 if complete else max(1, self._remaining - len(sent))
        used = list(dict.fromkeys(entry.scope_id for entry in sent))
        return PullReply(
            cursor=cursors.text(self._next(remaining)),
            complete=complete,
            epoch=self._clock.epoch,
            scopes=[self._names[number] for number in used],
            subscribed=list(self._access.scopes),
            rows=_rows(sent, used, found),
            dropped=_dropped(sent, used),
            checksums=self._checksums() if complete else [],
            applied_n=applied_n(self._connection, self._message.device),
            remaining=remaining,
            reset=self._reset,
        )

    def _take(self) -> list[FeedEntry]:
        taken: list[FeedEntry] = []
        for number in self._behind():
            room = self._message.limit_rows - len(taken)
            if room == 0:
                break
            entries = pages.entries_after(self._connection, number, self._places[number], self._entities, room)
            taken += entries
            if len(entries) < room:
                self._drained.add(number)
        return taken

    def _load(self, taken: Sequence[FeedEntry]) -> Found:
        wanted: dict[int, set[str]] = defaultdict(set)
        for entry in taken:
            if entry.op == Op.PUT:
                wanted[entry.entity].add(entry.row_id)
        found: Found = {}
        for number, ids in wanted.items():
            info, role = BY_NUMBER[number], self._access.role
            for row_id, line in pages.rows_of(self._connection, info, role, ids).items():
                found[number, row_id] = mask(role, info.name, line)
        return found

    def _fitting(self, taken: Sequence[FeedEntry], found: Found) -> int:
        """How many of the entries fit into the page; at least one does."""
        if len(taken) * _DROP_BYTES + len(msgspec.json.encode(list(found.values()))) <= self._message.limit_bytes:
            return len(taken)
        size = 0
        for count, entry in enumerate(taken):
            line = found.get((entry.entity, entry.row_id)) if entry.op == Op.PUT else None
            size += len(msgspec.json.encode(line)) if line else _DROP_BYTES
            if size > self._message.limit_bytes:
                return max(1, count)
        return len(taken)

    def _advance(self, taken: Sequence[FeedEntry], sent: Sequence[FeedEntry]) -> None:
        cut = {entry.scope_id for entry in taken[len(sent) :]}
        for entry in sent:
            self._places[entry.scope_id] = entry.seq
        for number, place in self._places.items():
            if number not in cut and (number in self._drained or place >= self._heads[number]):
                self._places[number] = self._clock.head

    def _next(self, remaining: int) -> Position:
        head = self._clock.head
        behind = {number: place for number, place in self._places.items() if place != head}
        level = [number for number in self._places if number not in behind]
        return Position(
            self._message.device, self._clock.epoch, self._access.role, self._message.schema, head, level, behind,
            remaining,
        )  # fmt: skip

    def _checksums(self) -> list[Checksum]:
        readable = frozenset(self._entities)
        return [
            Checksum(name, BY_NUMBER[entity].name, count, total)
            for name, entity, count, total in pages.checksums_of(self._connection, self._names)
            if entity in readable
        ]


def _rows(sent: Iterable[FeedEntry], used: Sequence[int], found: Found) -> list[Rows]:
    numbers = {scope_id: index for index, scope_id in enumerate(used)}
    lines: dict[int, list[list[Value]]] = defaultdict(list)
    for scope_id, _, entity, row_id, op in sent:
        if op == Op.PUT:
            lines[entity].append([numbers[scope_id], *found[entity, row_id]])
    return [Rows(BY_NUMBER[n].name, list(BY_NUMBER[n].columns), lines[n]) for n in sorted(lines)]


def _dropped(sent: Iterable[FeedEntry], used: Sequence[int]) -> list[Dropped]:
    numbers = {scope_id: index for index, scope_id in enumerate(used)}
    return [
        Dropped(BY_NUMBER[entry.entity].name, entry.row_id, numbers[entry.scope_id], _DROPS[entry.op])
        for entry in sent
        if entry.op != Op.PUT
    ]
