"""Whatever happens in whatever order: checksums are those of the rows, devices hold what they may and nothing else."""

from __future__ import annotations

import shutil
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import Action, may
from sync.server.store.access import access_of
from sync.server.store.audit_feed import memberships
from sync.server.store.engine import read_snapshot
from tests.sync.server.office import Device, Office

T = TypeVar("T")
Step = tuple[str, int]
NAMES = (
    "lead", "lead", "note", "note", "deal", "contact", "give", "rename", "delete", "drop", "amend", "erase", "point",
    "report", "pull", "page",
)  # fmt: skip


def bits(count: int) -> st.SearchStrategy[int]:
    """Numbers of so many bits. Integers would now and then be numbers that stand in whichever modules are loaded."""
    return st.tuples(*[st.booleans()] * count).map(lambda drawn: sum(bit << n for n, bit in enumerate(drawn)))


STEPS = st.lists(st.tuples(bits(4).map(NAMES.__getitem__), bits(7)), max_size=25)


def history(names: str, *numbers: int) -> list[Step]:
    """The steps of these names; numbers are 0 where none is given."""
    return list(zip(names.split(), chain(numbers, repeat(0)), strict=False))


class Play:
    """A team of four at work; what a step does is chosen by its number."""

    def __init__(self, office: Office) -> None:
        self.office = office
        boss = office.user("boss", Role.MANAGER)
        people = [boss, office.user("a", manager=boss), office.user("b", manager=boss), office.user("c")]
        people.append(office.user("f", Role.FINANCE))
        self.devices = [office.device(person) for person in people]
        for device in self.devices:
            device.limit = 5
        self.sellers = self.devices[1:4]
        self.leads: list[str] = []
        self.owners: dict[str, str] = {}
        self.contacts: list[str] = []
        self.hung: list[tuple[str, str]] = []

    def step(self, name: str, number: int) -> None:
        getattr(self, f"do_{name}")(number)

    def do_lead(self, number: int) -> None:
        seller = self.sellers[number % 3]
        self.leads.append(seller.make("lead", name=f"Lead {number}", stage="new"))
        self.owners[self.leads[-1]] = seller.user_id

    def do_contact(self, number: int) -> None:
        self.contacts.append(self.sellers[number % 3].make("contact", full_name=f"Contact {number}"))

    def do_note(self, number: int) -> None:
        self._on_lead(number, "communication", kind="note", happened_at=1)

    def do_deal(self, number: int) -> None:
        self._on_lead(number, "transaction", kind="sale", stage="draft", agreed_paise=1)

    def _on_lead(self, number: int, table: str, **fields: Any) -> None:
        seller = self.sellers[number % 3]
        for lead in self._some(self.leads, number):
            edit = seller.create(table, lead_id=lead, **fields)
            if seller.send(edit).status == "applied":
                self.hung.append((table, edit.id))

    def do_give(self, number: int) -> None:
        boss, taker = self.devices[0], self.sellers[number % 3]
        for lead in self._some(self.leads, number):
            given = boss.send(boss.update("lead", lead, owner_id=(self.owners[lead], taker.user_id)))
            if given.status == "applied":
                self.owners[lead] = taker.user_id

    def do_rename(self, number: int) -> None:
        seller = self.sellers[number % 3]
        for lead in self._some(self.leads, number):
            seller.send(seller.update("lead", lead, name=(f"Lead {number % 7}", f"Name {number}")))

    def do_point(self, number: int) -> None:
        seller = self.sellers[number % 3]
        for lead, contact in zip(self._some(self.leads, number), self._some(self.contacts, number), strict=False):
            seller.send(seller.update("lead", lead, contact_id=(None, contact)))

    def do_delete(self, number: int) -> None:
        seller = self.sellers[number % 3]
        for lead in self._some(self.leads, number):
            seller.send(seller.edit("delete", "lead", lead, 1))

    def do_drop(self, number: int) -> None:
        seller = self.sellers[number % 3]
        for table, row_id in self._some(self.hung, number):
            seller.send(seller.edit("delete", table, row_id, 1))

    def do_amend(self, number: int) -> None:
        editor = self.devices[number % 5]
        for table, row_id in self._some(self.hung, number):
            field = {"communication": "body", "transaction": "notes"}[table]
            editor.send(editor.update(table, row_id, **{field: f"Words {number}"}))

    def do_erase(self, number: int) -> None:
        for lead in self._some(self.leads, number):
            self.office.erase("lead", lead)
            self.leads.remove(lead)

    def do_report(self, number: int) -> None:
        managers = [self.devices[0].user_id, None]
        self.office.change("user", self.sellers[number % 3].user_id, manager_id=managers[number // 3 % 2])

    def do_pull(self, number: int) -> None:
        self.devices[number % 5].pull()

    def do_page(self, number: int) -> None:
        self.devices[number % 5].page()

    @staticmethod
    def _some(ids: list[T], number: int) -> list[T]:
        return [ids[number % len(ids)]] if ids else []


def allowed(device: Device) -> set[tuple[str, str]]:
    """What the dictionary's rules let a device hold now, derived from the rows alone."""
    with read_snapshot(device.office.engine) as connection:
        access = access_of(connection, device.user_id)
        mine = {key for scope, key, _ in memberships(connection) if scope in access.scopes}
    return {key for key in mine if may(access.role, Action.READ, key[0])}


# The same histories on every run, whatever ran before, and none made smaller for longer than a test may take.
@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@example(history("lead delete give erase"))
@example(history("lead note delete give pull erase"))
@example(history("lead note drop amend give", 0, 0, 0, 0, 1))
@example(history("lead contact point delete give erase pull"))
@given(steps=STEPS)
def test_devices_end_up_with_what_they_may_hold(sqlite_template: Path, steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        office = Office(f"sqlite:///{shutil.copy(sqlite_template, folder)}")
        play = Play(office)
        for name, number in steps:
            play.step(name, number)
        office.check()
        for device in play.devices:
            device.pull()
            assert set(device.held) == allowed(device)
        office.engine.dispose()
