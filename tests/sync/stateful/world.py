"""A small organisation: a manager, two executives, an accountant, their laptops, the server, and what they may do."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Merge, Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.permissions import Action, may
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.outbox import OutboxEntry
from nxcrm_desktop.store.uow import UnitOfWork
from sync.client.ports import SyncSummary, Tokens
from sync.protocol.messages import Limits, Mutation
from sync.server.services.seed import begin_organisation
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from sync.server.store.migrate import migrate
from sync.server.store.progress import applied_n
from tests.helpers.database_backup import DatabaseBackup
from tests.helpers.devices import Device, Server, lose_reply_of

SMALL = Limits(rows=7, mutations=3)
"""Batches and pages so small that everything is cut in pieces."""
FIELDS = ("name", "city", "next_step", "source", "notes", "interest", "tags", "budget_paise")
"""Of a lead: with every merge policy."""
DEAL_FIELDS = ("agreed_paise", "financier")
STAFF = {"boss": Role.MANAGER, "asha": Role.SALES, "ravi": Role.SALES, "fin": Role.FINANCE}
EXECUTIVES = ("asha", "ravi")
CALLS = ("hello", "push", "pull", "ack")
LAPTOPS = ("asha", "ravi", "boss", "asha", "fin")


Identity = tuple[str, str, str, str]
"""Of an edit, whatever number it is sent under: its unit of work, what it does, entity and id of the row."""


def identity(edit: OutboxEntry | Mutation) -> Identity:
    """Renewed laptops and restored servers give edits other numbers; this they keep."""
    return edit.group, edit.op, edit.entity if isinstance(edit, OutboxEntry) else edit.table, edit.id


@dataclass(frozen=True)
class ServerCopy:
    """The server's database as it was: which edits it had settled, by device and number, and which laptops it knew."""

    database: DatabaseBackup
    delivered: dict[tuple[str, int], Identity]
    laptops: frozenset[str]


class World:
    """Server, devices, and a record of every edit that anyone typed and that no lost disk took away: ``typed``.

    ``paid``: every payment ever typed, in paise by id. ``copied``: ids of devices of which there was a copy.
    ``delivered``: which edit the server settled under a device's number, as far as backups need to know. ``restored``:
    the server was put back once. ``settled``: edits that the server had settled before it was put back.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        migrate(engine)
        begin_organisation(engine, policy_text="We keep what we need.")
        self.server = Server(engine)
        self.users = {name: new_id() for name in STAFF}
        with server_write(engine, None) as write:
            for name, role in STAFF.items():
                row: dict[str, Value] = {"username": name, "full_name": name, "role": role.value, "active": 1}
                manager = {} if name not in EXECUTIVES else {"manager_id": self.users["boss"]}
                write.put("user", row | manager, row_id=self.users[name])
        self.devices = [Device(folder, self.server, self.users[n], STAFF[n], SMALL) for n in LAPTOPS]
        self.typed: dict[Device, dict[Identity, OutboxEntry]] = {device: {} for device in self.devices}
        self.paid: dict[str, int] = {}
        self.copied: set[str] = set()
        self.delivered: dict[tuple[str, int], Identity] = {}
        self.server_copy: ServerCopy | None = None
        self.laptop_copies: dict[Device, tuple[str, Path]] = {}
        self.restored = False
        self.settled: dict[Device, set[Identity]] = defaultdict(set)
        self._words = count(1)
        for device in [*self.devices, *self.devices]:
            device.sync()
            self.create_lead(device)
        for device in self.devices:
            device.sync()

    def close(self) -> None:
        for device in self.devices:
            device.close()

    def word(self) -> str:
        """A word nobody has typed before."""
        return f"w{next(self._words):05d}x"

    # ------------------------------------------------------------------------------------------------ edits offline

    @contextmanager
    def editing(self, device: Device) -> Iterator[UnitOfWork]:
        """A unit of work whose edits are remembered and, once saved, seen at once (I8).

        What the user's role forbids, as far as the device knows their role, is not typed.
        """
        try:
            with device.write() as work:
                yield work
        except NxcrmError as error:
            assert error.code == "not_allowed", error
        with device.store.read() as reader:
            for entry in reader.outbox():
                self.typed[device].setdefault(identity(entry), entry)
                if entry.entity == "payment_entry" and entry.fields:
                    self.paid[entry.id] = int(entry.fields["amount_paise"][1] or 0)
        self.check_own_writes(device)

    def create_lead(self, device: Device) -> None:
        """Whoever may: an accountant may not."""
        if not may(device.actor.role, Action.CREATE, "lead"):
            return
        word = self.word()
        values: dict[str, Value] = {"name": f"Lead {word}", "stage": "new", "notes": word, "city": f"City {word}"}
        with self.editing(device) as work:
            work.create("lead", values | {"owner_id": device.actor.user_id})

    def edit_lead(self, device: Device, pick: int, field: str) -> None:
        if lead := choose(device, "lead", pick):
            with self.editing(device) as work:
                work.update("lead", str(lead["id"]), {field: self._new_value(lead[field], field)})

    def _new_value(self, old: Value, field: str) -> Value:
        word = self.word()
        match field:
            case "notes":
                return f"{old}\n{word}" if old else word
            case "interest":
                return f"{old}; {word}" if old and len(str(old)) < 150 else word
            case "tags":
                return json.dumps(sorted({*json.loads(str(old or "[]")), word}), separators=(",", ":"))
            case "budget_paise" | "agreed_paise":
                return int(word[1:-1]) * 1_000_003
        return f"{field} {word}"

    def edit_deal(self, device: Device, pick: int, field: str) -> None:
        if deal := choose(device, "transaction", pick):
            with self.editing(device) as work:
                work.update("transaction", str(deal["id"]), {field: self._new_value(deal[field], field)})

    def delete_lead(self, device: Device, pick: int) -> None:
        if lead := choose(device, "lead", pick):
            with self.editing(device) as work:
                work.delete("lead", str(lead["id"]))

    def reassign(self, pick: int, to: str) -> None:
        """The manager gives a lead to somebody, on their laptop; every other time one that was quarrelled about."""
        device = self.devices[LAPTOPS.index("boss")]
        disputed = {row["row_id"] for kept in ("conflict", "quarantine") for row in device.rows(kept).values()}
        wanted = pick % 2 and disputed
        if lead := choose(device, "lead", pick, lambda row: not wanted or row["id"] in disputed):
            with self.editing(device) as work:
                work.update("lead", str(lead["id"]), {"owner_id": self.users[to]})

    def add_note(self, device: Device, pick: int) -> None:
        if lead := choose(device, "lead", pick):
            values: dict[str, Value] = {"kind": "note", "lead_id": lead["id"], "happened_at": now_ms()}
            with self.editing(device) as work:
                work.create("communication", values | {"body": self.word(), "subject": self.word()})

    def add_task(self, device: Device, pick: int) -> None:
        if lead := choose(device, "lead", pick):
            values: dict[str, Value] = {"lead_id": lead["id"], "assignee_id": device.actor.user_id, "status": "open"}
            with self.editing(device) as work:
                work.create("task", values | {"subject": self.word()})

    def finish_task(self, device: Device, pick: int) -> None:
        if task := choose(device, "task", pick):
            with self.editing(device) as work:
                work.update("task", str(task["id"]), {"status": "done", "outcome": self.word()})

    def sell(self, device: Device, pick: int) -> None:
        """The lead becomes a customer with a transaction and a first payment, all in one go."""
        if lead := choose(device, "lead", pick):
            with self.editing(device) as work:
                owner = device.actor.user_id
                contact = work.create("contact", {"full_name": f"Customer {self.word()}", "owner_id": owner})
                work.update("lead", str(lead["id"]), {"contact_id": contact})
                deal = {"kind": "sale", "stage": "agreed", "lead_id": lead["id"], "contact_id": contact}
                made = work.create("transaction", deal | {"agreed_paise": 500_000_00, "notes": self.word()})
                work.create("payment_entry", self._payment(made))

    def pay(self, device: Device, pick: int) -> None:
        if deal := choose(device, "transaction", pick):
            with self.editing(device) as work:
                work.create("payment_entry", self._payment(str(deal["id"])))

    def _payment(self, transaction: str) -> dict[str, Value]:
        word = self.word()
        return {
            "transaction_id": transaction, "direction": "in", "mode": "upi", "paid_on": "2026-11-23",
            "amount_paise": int(word[1:-1]) * 101, "reference": word,
        }  # fmt: skip

    def resolve(self, device: Device, pick: int, take: str) -> None:
        """Settle an open conflict by taking one side, as the conflict dialog does."""
        conflict = choose(device, "conflict", pick, lambda row: row["status"] == "open" and row["field"] in FIELDS)
        if conflict is None:
            return
        entity, row_id, field = (str(conflict[name]) for name in ("entity", "row_id", "field"))
        with self.editing(device) as work:
            if take == "mine" and work.get(entity, row_id) is not None:
                work.update(entity, row_id, {field: json.loads(str(conflict["mine"]))})
            work.update("conflict", str(conflict["id"]), {"status": take})

    # ------------------------------------------------------------------------------------------ at the central server

    def erase(self, pick: int) -> None:
        """Erase a lead that some laptop shows."""
        shown = sorted({row_id for device in self.devices for row_id in device.rows("lead")})
        with server_write(self.server.engine, None) as write:
            known = [row_id for row_id in shown if write.get("lead", row_id) is not None]
            if known:
                write.erase("lead", known[pick % len(known)])

    def move(self, name: str, *, under_boss: bool) -> None:
        """An executive joins or leaves the manager's team: subscriptions change, no lead does."""
        with server_write(self.server.engine, None) as write:
            write.update("user", self.users[name], {"manager_id": self.users["boss"] if under_boss else None})

    # --------------------------------------------------------------------------------------------------------- syncing

    def sync(self, device: Device) -> None:
        with self._syncing(device):
            device.sync()

    @contextmanager
    def _syncing(self, device: Device) -> Iterator[None]:
        """What is true of every sync: who has left gets and changes nothing; edits are shown until they are settled."""
        try:
            yield
        except NxcrmError as error:
            if error.code == "device_rewound" and device.id in self.copied:
                renew(device)
            else:
                assert error.code in ("forbidden", "server_unreachable"), error
        device.api.before = device.api.after = lambda _: None
        device.api.twice = False
        take_role(device)
        self.check_own_writes(device)

    def finish(self, device: Device) -> SyncSummary:
        """A whole sync, of a new identity if the old one is spent."""
        try:
            return device.sync()
        except NxcrmError as error:
            assert error.code == "device_rewound", error
            assert device.id in self.copied, error
        renew(device)
        return device.sync()

    def sync_editing(self, device: Device, pick: int, field: str) -> None:
        """The user types on while the device fetches."""
        edits = iter([field])

        def type_on(call: str) -> None:
            self.check_own_writes(device)
            if call == "pull" and (typed := next(edits, None)):
                self.edit_lead(device, pick, typed)

        with self._syncing(device):
            device.api.before = type_on
            device.engine.run()

    def sync_losing(self, device: Device, call: str, nth: int) -> None:
        """The server does its work, the reply never arrives."""
        with self._syncing(device):
            device.api.after = lose_reply_of(call, nth=nth)
            device.engine.run()

    def sync_twice(self, device: Device) -> None:
        """Each push arrives twice, as a proxy that retries would have it."""
        with self._syncing(device):
            device.api.twice = True
            device.engine.run()

    def sync_cancelled(self, device: Device, after: int) -> None:
        asked = count()
        with self._syncing(device):
            device.engine.run(cancel=lambda: next(asked) >= after)

    def sync_dying(self, device: Device, steps: int) -> None:
        """The program is killed in the middle of whatever it stores, and started again."""
        with self._syncing(device), device.dying_after(steps):
            device.engine.run()
        check_nothing_half_stored(device, self.deleted_on(device))

    def check_own_writes(self, device: Device) -> None:
        """I8: what was typed on the device is what it shows, until the server has spoken."""
        check_shown_so_far(device, self.settled[device])

    def deleted_on(self, device: Device) -> set[str]:
        """Ids of rows that the device's user deleted: pulled once, not shown any more."""
        return {entry.id for entry in self.typed[device].values() if entry.op == "delete"}


def take_role(device: Device) -> None:
    """The user may do what the server last said."""
    with device.store.read() as reader:
        role = reader.meta(Meta.ROLE)
    device.actor = Actor(device.actor.user_id, Role(role or device.actor.role))


def renew(device: Device, *, known: bool = True) -> None:
    """As enrolling in place does: a new id, and what the server says of the old one, if it is known there."""
    with read_snapshot(device.api._server.engine) as connection:
        settled = applied_n(connection, device.id) if known else None
    device.id = new_id()
    device.api._device_id = device.id
    device.api.sent.clear()
    device.sync_store.carry_over({Meta.DEVICE_ID: device.id}, Tokens("a", 0, "r"), settled)
    device.restart()


def choose(
    device: Device, entity: str, pick: int, wanted: Callable[[dict[str, Value]], bool] = lambda _: True
) -> dict[str, Value] | None:
    """One of the rows the device shows, by number."""
    rows = [row for row in device.rows(entity).values() if wanted(row)]
    return rows[pick % len(rows)] if rows else None


def check_shown_so_far(device: Device, spoken_of: Collection[Identity]) -> None:
    """I8: what was typed on the device is what it shows, but for edits of which the server had spoken.

    Both of one moment: this is asked while a call is made, when another thread may be storing what the last one said.
    """
    with device.store.read() as reader:
        waiting = [entry for entry in reader.outbox() if identity(entry) not in spoken_of]
        found = {(entry.entity, entry.id): reader.get(entry.entity, entry.id) for entry in waiting}
    latest: dict[tuple[str, str], dict[str, Value]] = {}
    gone: set[tuple[str, str]] = set()
    made: set[tuple[str, str]] = set()
    for entry in waiting:
        key = entry.entity, entry.id
        latest.setdefault(key, {}).update({name: new for name, (_, new) in entry.fields.items()})
        gone |= {key} if entry.op == "delete" else set()
        made |= {key} if entry.op == "create" else set()
    for (entity, row_id), values in latest.items():
        record = found[entity, row_id]
        row = None if record is None else dict(record.values)
        if (entity, row_id) in gone:
            assert row is None, f"{entity} deleted here is still shown"
        elif row is not None:
            check_shown(entity, row, values)
        else:
            assert (entity, row_id) not in made or not values, f"{entity} made here is not shown"


def check_shown(entity: str, row: dict[str, Value], values: dict[str, Value]) -> None:
    for name, value in values.items():
        policy = ENTITIES[entity].fields[name].merge
        if policy is Merge.APPEND:
            assert str(value).split()[-1] in str(row[name]), f"{entity}.{name}"
        elif policy is Merge.UNION:
            assert row[name] is not None, f"{entity}.{name}"
        else:
            assert row[name] == value, f"{entity}.{name}"


def check_nothing_half_stored(device: Device, deleted: set[str]) -> None:
    """I7: rows, memberships, checksums and search words are of one state, whatever it is."""
    assert device.store.integrity_check() == []
    with device.store.read() as reader:
        for entity, info in ENTITIES.items():
            if info.facts.server_only:
                continue
            pulled = reader.cursor.execute("SELECT row_id FROM membership WHERE entity = ?", (info.number,))
            missing = {row_id for (row_id,) in pulled.fetchall()} - device.rows(entity).keys()
            assert missing <= deleted, f"{entity} of the membership table are not there"
