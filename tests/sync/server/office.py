"""A small organisation on a real database, and devices of it that are as simple as the protocol allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from nxcrm_desktop.domain.dictionary import ENTITIES, SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from sync.protocol.checksums import add, row_hash, to_hex
from sync.protocol.messages import Checksum, Mutation, Op, Pull, PullReply, Push, PushReply, Result
from sync.server.services.checksums import wrong_checksums
from sync.server.services.cursor import Cursors
from sync.server.services.pull import pull
from sync.server.services.push import push
from sync.server.services.seed import begin_organisation
from sync.server.services.writes import server_write
from sync.server.sessions import DeviceSession
from sync.server.store.access import access_of
from sync.server.store.engine import make_engine, read_snapshot
from sync.server.store.migrate import migrate

Row = dict[str, Value]
CURSORS = Cursors(bytes(32))


class Office:
    """An organisation with its pipeline and nobody in it. ``url``: a database that :func:`furnish` has made."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)

    def user(self, name: str, role: Role = Role.SALES, manager: str | None = None) -> str:
        """A member of staff; returns their id."""
        values: Row = {"username": name, "full_name": name, "role": role, "manager_id": manager, "active": 1}
        with server_write(self.engine, None) as write:
            return write.put("user", values)

    def change(self, entity: str, row_id: str, **changes: Value) -> None:
        """Change a row at the server."""
        with server_write(self.engine, None) as write:
            write.update(entity, row_id, changes)

    def put(self, entity: str, /, **values: Value) -> str:
        """Make a row at the server; returns its id."""
        with server_write(self.engine, None) as write:
            return write.put(entity, values)

    def erase(self, entity: str, row_id: str) -> None:
        """Erase a row at the server."""
        with server_write(self.engine, None) as write:
            write.erase(entity, row_id)

    def row(self, entity: str, row_id: str) -> Row:
        """A row as the server holds it."""
        with server_write(self.engine, None) as write:
            record = write.get(entity, row_id)
            assert record is not None
            return dict(record.values)

    def device(self, user_id: str) -> Device:
        """A device of a member of staff, empty."""
        return Device(self, user_id)

    def check(self) -> None:
        """The kept checksums are those of the rows."""
        assert wrong_checksums(self.engine) == []


@dataclass
class Device:
    """Holds rows by the scopes they came in, and numbers its edits. ``limit`` rows go into a page."""

    office: Office
    user_id: str
    id: str = field(default_factory=new_id)
    limit: int = 2000
    schema: int = SCHEMA_VERSION
    n: int = 0
    cursor: str | None = None
    held: dict[tuple[str, str], dict[str, list[Value]]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def session(self) -> DeviceSession:
        """As the server would see it now."""
        with read_snapshot(self.office.engine) as connection:
            return DeviceSession(self.id, self.user_id, access_of(connection, self.user_id).role)

    # ------------------------------------------------------------------------------------------------------- pushing

    def edit(self, op: Op, table: str, row_id: str, base_ver: int | None = None, **fields: Any) -> Mutation:
        """The next edit, not yet sent; fields are name=new or name=(old, new)."""
        self.n += 1
        pairs = {name: v if isinstance(v, tuple) else (None, v) for name, v in fields.items()}
        return Mutation(self.n, new_id(), op, table, row_id, base_ver, pairs, 1_700_000_000_000)

    def create(self, table: str, row_id: str | None = None, **fields: Any) -> Mutation:
        """The edit that makes a row."""
        return self.edit("create", table, row_id or new_id(), **fields)

    def update(self, table: str, row_id: str, **fields: Any) -> Mutation:
        """The edit that changes a row."""
        return self.edit("update", table, row_id, 1, **fields)

    def push(self, *edits: Mutation) -> PushReply:
        """Send edits; everything passes through JSON."""
        sent = msgspec.json.encode(Push(self.id, self.schema, list(edits)))
        reply = push(self.office.engine, self.session, msgspec.json.decode(sent, type=Push))
        return msgspec.json.decode(msgspec.json.encode(reply), type=PushReply)

    def send(self, edit: Mutation) -> Result:
        """Send one edit; returns what became of it."""
        (result,) = self.push(edit).results
        return result

    def make(self, table: str, **fields: Any) -> str:
        """Make a row; returns its id."""
        edit = self.create(table, **fields)
        result = self.send(edit)
        assert result.status == "applied", result
        return edit.id

    # ------------------------------------------------------------------------------------------------------- pulling

    def page(self, refetch: list[str] | None = None) -> PullReply:
        """Fetch and store one page."""
        message = Pull(self.id, self.schema, self.cursor, self.limit, refetch=refetch or [])
        reply = pull(self.office.engine, self.session, message, CURSORS)
        reply = msgspec.json.decode(msgspec.json.encode(reply), type=PullReply)
        self._store(reply)
        return reply

    def pull(self) -> PullReply:
        """Fetch pages up to the head, and compare checksums."""
        for _ in range(10_000):
            reply = self.page()
            if reply.complete:
                assert self.checksums() == {(c.scope, c.table): c for c in reply.checksums if c.count}
                return reply
        raise AssertionError("the head is never reached")

    def _store(self, page: PullReply) -> None:
        if page.reset:
            self.held.clear()
        for rows in page.rows:
            for number, *line in rows.rows:
                self.held[rows.table, str(line[1])][page.scopes[int(number or 0)]] = line
        for drop in page.dropped:
            self.held[drop.table, drop.id].pop(page.scopes[drop.scope], None)
        for key, memberships in list(self.held.items()):
            for scope in memberships.keys() - set(page.subscribed):
                del memberships[scope]
            if not memberships:
                del self.held[key]
        self.cursor = page.cursor

    def checksums(self) -> dict[tuple[str, str], Checksum]:
        """Of what is held, by scope and table."""
        sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for (table, row_id), memberships in self.held.items():
            for scope, line in memberships.items():
                count, total = sums[scope, table]
                sums[scope, table] = count + 1, add(total, row_hash(row_id, int(line[0] or 0)))
        return {key: Checksum(*key, count, to_hex(total)) for key, (count, total) in sums.items()}

    def ids(self, table: str) -> set[str]:
        """Ids of the rows held."""
        return {row_id for name, row_id in self.held if name == table}

    def rows(self, table: str) -> list[Row]:
        """The rows held, by column, in order of id."""
        return [self.row(table, row_id) for row_id in sorted(self.ids(table))]

    def row(self, table: str, row_id: str) -> Row:
        """One row held, by column."""
        line = next(iter(self.held[table, row_id].values()))
        return dict(zip(_columns(table, self.schema), line[1:], strict=True))


def _columns(table: str, schema: int) -> tuple[str, ...]:
    return ENTITIES[table].columns_at(schema)


def furnish(url: str) -> None:
    """Make the tables and begin the organisation in an empty database."""
    engine = make_engine(url)
    migrate(engine)
    begin_organisation(engine, policy_text="We keep what we need.")
    engine.dispose()
