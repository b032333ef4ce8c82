"""Pull: what is newer than a cursor in the scopes a device has now, from one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from nxcrm_desktop.domain.dictionary import BY_NUMBER
from nxcrm_desktop.domain.permissions import readable_entities
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import Checksum, Drop, Dropped, Pull, PullReply, PushReply, Rows
from sync.server.services.cursor import Cursors, Position
from sync.server.services.masking import Line, mask
from sync.server.services.push import check_device
from sync.server.services.versions import check_pulling
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
    """One page.

    NxcrmError ``forbidden`` (another's device, no active account), ``bad_request`` (foreign cursor),
    ``schema_too_old``, ``schema_too_new``, ``epoch_changed`` (the cursor shows that the database was put back: hello
    begins a new epoch; a page would take that proof off the device).
    """
    check_device(session, message.device)
    check_pulling(message.schema)
    position = cursors.read(message.cursor, message.device) if message.cursor is not None else None
    with read_snapshot(engine) as connection:
        clock = read_clock(connection)
        page = _Page(connection, clock, access_of(connection, session.user_id), message, position)
        return page.reply(cursors)


def with_page(engine: Engine, session: DeviceSession, wanted: Pull, reply: PushReply, cursors: Cursors) -> PushReply:
    """What became of edits, with the page that was asked for along with them: one request where there were two.

    The edits are settled whatever becomes of the page: what speaks against it is told to who asks for it alone.
    """
    try:
        return msgspec.structs.replace(reply, page=pull(engine, session, wanted, cursors))
    except (NxcrmError, DBAPIError):
        return reply


def _put_back() -> NxcrmError:
    return NxcrmError(
        Code.EPOCH_CHANGED,
        "The server’s database was put back to an earlier state.",
        safe="Nothing was changed.",
        todo="Say hello, with the cursor.",
    )


class _Page:
    """One page in the making. Scopes are sent one after the other, each in order of commit."""

    def __init__(
        self, connection: Connection, clock: Clock, access: Access, message: Pull, position: Position | None
    ) -> None:
        self._connection, self._clock, self._access, self._message = connection, clock, access, message
        self._reset = position is not None and not self._usable(position)
        self._position = None if self._reset else position
        readable = [info for info in readable_entities(access.role) if info.facts.since <= message.schema]
        self._entities = [info.number for info in readable]
        self._names = {number: name for name, number in access.numbers.items()}
        self._heads = pages.heads(connection, self._names)
        self._places = self._begin()
        self._starts = dict(self._places)
        self._applied = applied_n(connection, message.device)
        if position is not None and position.is_ahead_of(clock.epoch, clock.head, self._applied):
            raise _put_back()
        self._known = self._earliest()
        self._changed = [info.number for info in readable if self._known and info.changed_since(self._known)]
        self._again = self._begin_again()
        self._counted_again = self._count_again() if self._again else 0
        self._drained: set[int] = set()
        self._level: set[int] = set()

    def _usable(self, position: Position) -> bool:
        if (position.epoch, position.role) != (self._clock.epoch, self._access.role):
            return False  # rows sent then may hold what may not be held now, or lack what may
        if position.schema > self._message.schema:
            return False
        return position.misses_nothing_since(self._clock.horizon)

    def _begin(self) -> dict[int, int]:
        """Scope number → how far it was sent; 0 for what was granted since, and for what must be sent again."""
        known = self._position.places() if self._position else {}
        again = set(self._message.refetch)
        return {number: 0 if name in again else known.get(number, 0) for number, name in self._names.items()}

    def _earliest(self) -> int:
        """The version of the dictionary from which the device is being brought up to date; 0 if it is not."""
        before = self._position
        if before is None:
            return 0
        return before.known or (before.schema if before.schema < self._message.schema else 0)

    def _begin_again(self) -> dict[int, int]:
        """Scope number → how far its changed entities were sent again; scopes sent from their beginning need none."""
        before = self._position
        if before is None or not self._changed:
            return {}
        started = before.schema == self._message.schema
        known = before.again if started else dict.fromkeys(before.places(), 0)
        return {number: known[number] for number, place in self._places.items() if place and number in known}

    def _count_again(self) -> int:
        if self._position is None or (self._position.again and self._position.schema == self._message.schema):
            return 0  # counted when it began
        return sum(pages.count_puts(self._connection, *self._span(number)) for number in self._again)

    def _span(self, number: int) -> tuple[int, int, int, list[int]]:
        return number, self._again[number], self._starts[number], self._changed

    def _count(self) -> int:
        """Entries still to be sent: counted when a round of pages begins, and for each scope that joins it."""
        before = self._position
        known = before.places() if before and before.remaining else {}
        starts = {n: place for n, place in self._starts.items() if place < self._heads[n]}
        joining = [n for n, place in starts.items() if n not in known or place < known[n]]
        joined = sum(pages.count_after(self._connection, n, starts[n], self._entities) for n in joining)
        return joined + self._counted_again + (before.remaining if before and before.remaining else 0)

    def _behind(self) -> list[int]:
        """Scopes that have something to send, in the order of the subscription."""
        return [n for n in self._names if self._places[n] < self._heads[n]]

    def reply(self, cursors: Cursors) -> PullReply:
        """The page as it is sent."""
        taken = self._take()
        found = self._load(taken)
        sent = taken[: self._fitting(taken, found)]
        self._advance(taken, sent)
        complete = not self._behind() and not self._again
        remaining = 0 if complete else max(1, self._count() - len(sent))
        used = list(dict.fromkeys(entry.scope_id for entry in sent))
        return PullReply(
            cursor=cursors.text(self._next(remaining)),
            complete=complete,
            epoch=self._clock.epoch,
            scopes=[self._names[number] for number in used],
            subscribed=list(self._access.scopes),
            rows=_rows(sent, used, found, self._message.schema),
            dropped=_dropped(sent, used, cursors),
            checksums=self._checksums() if complete else [],
            applied_n=self._applied,
            remaining=remaining,
            reset=self._reset,
        )

    def _take(self) -> list[FeedEntry]:
        taken: list[FeedEntry] = []
        for number in self._again:
            room = self._message.limit_rows - len(taken)
            if room == 0:
                return taken
            entries = pages.puts_between(self._connection, *self._span(number), room)
            taken += entries
            if len(entries) < room:
                self._level.add(number)
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
            width = 1 + len(info.columns_at(self._message.schema))
            for row_id, line in pages.rows_of(self._connection, info, role, ids).items():
                shown = mask(role, info.name, line)
                found[number, row_id] = shown if len(shown) == width else shown[:width]
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
            again = entry.scope_id in self._again and entry.seq <= self._starts[entry.scope_id]
            (self._again if again else self._places)[entry.scope_id] = entry.seq
        for number in self._level - cut:
            del self._again[number]
        for number, place in self._places.items():
            if number not in cut and (number in self._drained or place >= self._heads[number]):
                self._places[number] = self._clock.head

    def _next(self, remaining: int) -> Position:
        head = self._clock.head
        behind = {number: place for number, place in self._places.items() if place != head}
        level = [number for number in self._places if number not in behind]
        known = self._position.fresh if self._position else {}
        fresh = {n: known.get(n, 0) if self._starts[n] else head for n in behind if not self._starts[n] or n in known}
        return Position(
            self._message.device, self._clock.epoch, self._access.role, self._message.schema, head, level, behind,
            remaining, self._again, self._known if self._again else 0, self._applied, fresh,
        )  # fmt: skip

    def _checksums(self) -> list[Checksum]:
        readable = frozenset(self._entities)
        return [
            Checksum(name, BY_NUMBER[entity].name, count, total)
            for name, entity, count, total in pages.checksums_of(self._connection, self._names)
            if entity in readable
        ]


def _rows(sent: Iterable[FeedEntry], used: Sequence[int], found: Found, schema: int) -> list[Rows]:
    numbers = {scope_id: index for index, scope_id in enumerate(used)}
    lines: dict[int, list[list[Value]]] = defaultdict(list)
    for scope_id, _, entity, row_id, op in sent:
        if op == Op.PUT:
            lines[entity].append([numbers[scope_id], *found[entity, row_id]])
    return [Rows(BY_NUMBER[n].name, list(BY_NUMBER[n].columns_at(schema)), lines[n]) for n in sorted(lines)]


def _dropped(sent: Iterable[FeedEntry], used: Sequence[int], cursors: Cursors) -> list[Dropped]:
    numbers = {scope_id: index for index, scope_id in enumerate(used)}
    return [_drop(entry, numbers[entry.scope_id], cursors) for entry in sent if entry.op != Op.PUT]


def _drop(entry: FeedEntry, scope: int, cursors: Cursors) -> Dropped:
    proof = cursors.erasure_proof(entry.row_id) if entry.op == Op.ERASE else ""
    return Dropped(BY_NUMBER[entry.entity].name, entry.row_id, scope, _DROPS[entry.op], proof)
