"""Who sees what, with real devices: nothing that is not theirs is in a laptop's file, deciphered and searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.server.config import OrgPolicy, ServerConfig
from sync.server.context import ServerContext
from sync.server.keys import ServerKeys
from sync.server.services import handover
from sync.server.services.staff import Staff
from sync.server.services.writes import server_write
from sync.server.store import audit
from tests.helpers.devices import Device
from tests.sync.scopes.conftest import Laptop
from tests.sync.server.office import Office

PHONE = "+919820012345"
Family = dict[str, str]


@pytest.fixture
def context(office: Office, tmp_path: Path) -> ServerContext:
    """The office as the administrator's commands see it."""
    with server_write(office.engine, None) as write:
        audit.begin(write.connection)
    folder = tmp_path / "server"
    folder.mkdir()
    config = ServerConfig(folder, str(office.engine.url), "Sundar Motors", OrgPolicy())
    return ServerContext(config, office.engine, ServerKeys.create(folder / "key"))


def family(office: Office, owner: str, secret: str) -> Family:
    """A lead with one of everything that hangs on it; ``secret`` is in every text."""
    lead = office.put("lead", name=secret, stage="new", phone=PHONE, owner_id=owner, created_by=owner)
    deal = office.put("transaction", kind="sale", stage="agreed", agreed_paise=1, lead_id=lead, notes=secret)
    paper = office.put("document", title=secret, category="rc", lead_id=lead)
    return {
        "lead": lead,
        "stage_change": office.put("stage_change", lead_id=lead, to_stage="new", changed_at=1),
        "communication": office.put("communication", kind="note", lead_id=lead, happened_at=1, body=secret),
        "task": office.put("task", subject=secret, lead_id=lead, assignee_id=owner, due_at=1, status="open"),
        "transaction": deal,
        "payment_entry": office.put(
            "payment_entry", transaction_id=deal, direction="in", mode="cash", amount_paise=1, paid_on="2026-11-01",
            reference=secret,
        ),
        "document": paper,
        "document_version": office.put(
            "document_version", document_id=paper, number=1, file_name=secret, media_type="application/pdf",
            size_bytes=1, sha256="0" * 64,
        ),
    }  # fmt: skip


def held(device: Device, rows: Family) -> set[str]:
    """Which of the rows a device shows."""
    return {entity for entity, row_id in rows.items() if row_id in device.rows(entity)}


def traces(device: Device, *words: str) -> list[tuple[str, str]]:
    """(table, word) of every word that stands anywhere in the deciphered file, tables of search and sync too."""
    with device.store.read() as reader:
        # The index's own segments give up a word when they are merged, see "Erased words leave by merging".
        tables = [
            name for (name,) in reader.cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name == "search_doc" or not name.startswith("search")
        ]  # fmt: skip
        return list(_found(reader.cursor, tables, words))


def _found(cursor: Any, tables: list[str], words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for table in tables:
        lines = cursor.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 (its own tables)
        text = "\n".join(
            value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
            for line in lines for value in line
        ).casefold()  # fmt: skip
        yield from ((table, word) for word in words if word.casefold() in text)


def test_a_tree_of_managers_sees_down_and_never_up_or_across(office: Office, laptop: Laptop) -> None:
    chief = office.user("chief", Role.MANAGER)
    north, south = (office.user(name, Role.MANAGER, chief) for name in ("north", "south"))
    asha, ravi = office.user("asha", manager=north), office.user("ravi", manager=south)
    hers, his = family(office, asha, "Zarina"), family(office, ravi, "Yusuf")
    seen = {
        name: laptop(user, role)
        for name, user, role in (
            ("chief", chief, Role.MANAGER), ("north", north, Role.MANAGER), ("south", south, Role.MANAGER),
            ("asha", asha, Role.SALES), ("ravi", ravi, Role.SALES),
        )
    }  # fmt: skip
    for device in seen.values():
        device.sync()
    whole = set(hers)
    assert {name: (held(d, hers), held(d, his)) for name, d in seen.items()} == {
        "chief": (whole, whole), "north": (whole, set()), "south": (set(), whole),
        "asha": (whole, set()), "ravi": (set(), whole),
    }  # fmt: skip
    assert traces(seen["north"], "Yusuf", his["lead"]) == traces(seen["asha"], "Yusuf", his["lead"]) == []
    office.change("user", asha, manager_id=south)  # a team change alters subscriptions, not rows
    for device in seen.values():
        device.sync()
    assert (held(seen["north"], hers), held(seen["south"], hers)) == (set(), whole)
    assert traces(seen["north"], "Zarina", hers["lead"]) == []


def test_a_circle_of_reporting_lines_ends(office: Office, laptop: Laptop) -> None:
    one, two = office.user("one", Role.MANAGER), office.user("two", Role.MANAGER)
    office.change("user", one, manager_id=two)
    office.change("user", two, manager_id=one)
    rows = family(office, one, "Zarina")
    for user in (one, two):
        device = laptop(user, Role.MANAGER)
        device.sync()
        assert held(device, rows) == set(rows)


def test_each_role_holds_its_part_and_no_masked_value(office: Office, laptop: Laptop) -> None:
    rows = family(office, office.user("asha"), "Zarina")
    parts = {
        Role.FINANCE: {"transaction", "payment_entry", "document", "document_version"},
        Role.AUDITOR: set(rows),
        Role.PRIVACY_OFFICER: set(),
        Role.ADMIN: set(),
    }
    for role, part in parts.items():
        device = laptop(office.user(role.value, role), role)
        device.sync()
        assert held(device, rows) == part, role
        assert traces(device, PHONE) == [], role
    finance = laptop(office.user("fin", Role.FINANCE), Role.FINANCE)
    finance.sync()
    assert finance.rows("transaction")[rows["transaction"]]["notes"] is None


def test_an_auditor_changes_nothing(office: Office, laptop: Laptop) -> None:
    rows = family(office, office.user("asha"), "Zarina")
    auditor = laptop(office.user("anil", Role.AUDITOR), Role.AUDITOR)
    auditor.sync()
    with pytest.raises(NxcrmError, match="not_allowed"), auditor.write() as work:
        work.update("lead", rows["lead"], {"name": "Changed"})


def test_one_lead_and_many_go_with_all_that_hangs_on_them(office: Office, laptop: Laptop) -> None:
    meera = office.user("meera", Role.MANAGER)
    asha, ravi = office.user("asha", manager=meera), office.user("ravi", manager=meera)
    many = [family(office, asha, f"Zarina{i}") for i in range(5)]
    boss = laptop(meera, Role.MANAGER)
    old, new = laptop(asha, Role.SALES), laptop(ravi, Role.SALES)
    for device in (boss, old, new):
        device.sync()
    with boss.write() as work:
        for rows in many[:4]:
            work.update("lead", rows["lead"], {"owner_id": ravi})
            work.update("task", rows["task"], {"assignee_id": ravi})
    for device in (boss, old, new):
        device.sync()
    assert [(held(old, rows), held(new, rows)) for rows in many] == [(set(), set(many[0]))] * 4 + [
        (set(many[4]), set())
    ]
    assert traces(old, *(f"Zarina{i}" for i in range(4)), *(rows["lead"] for rows in many[:4])) == []
    office.check()


def test_a_row_in_two_scopes_stays_until_it_has_left_both(office: Office, laptop: Laptop) -> None:
    asha, ravi = office.user("asha"), office.user("ravi")
    customer = office.put("contact", full_name="Zarina", owner_id=asha)
    lead = office.put("lead", name="Z", stage="new", owner_id=ravi, contact_id=customer)
    his = laptop(ravi, Role.SALES)
    his.sync()
    assert customer in his.rows("contact")
    office.change("contact", customer, owner_id=ravi)  # now by the lead, and as its owner
    office.change("lead", lead, owner_id=asha)
    his.sync()
    assert customer in his.rows("contact")
    office.change("contact", customer, owner_id=asha)
    his.sync()
    assert (customer in his.rows("contact"), traces(his, "Zarina")) == (False, [])


def test_circles_of_lending_are_seen_alike_from_everywhere(office: Office, laptop: Laptop) -> None:
    """A company is lent by its people and leads, a person by their leads: whichever is written first or last."""
    asha, ravi = office.user("asha"), office.user("ravi")
    company = office.put("company", name="Zed", owner_id=None)
    person = office.put("contact", full_name="Zarina", owner_id=None, company_id=company)
    lead = office.put("lead", name="Z", stage="new", owner_id=asha, contact_id=person, company_id=company)
    hers, his = laptop(asha, Role.SALES), laptop(ravi, Role.SALES)
    for owner, other in ((hers, his), (his, hers)):
        office.change("lead", lead, owner_id=owner.actor.user_id)
        for device in (hers, his):
            device.sync()
        assert [set(owner.rows(name)) for name in ("company", "contact", "lead")] == [{company}, {person}, {lead}]
        assert [set(other.rows(name)) for name in ("company", "contact", "lead")] == [set(), set(), set()]
    office.check()


def values_of(office: Office, entity: str, row_id: str, name: str) -> Value:
    return office.row(entity, row_id)[name]


def test_a_leaver_is_switched_off_and_hands_over(
    office: Office, laptop: Laptop, context: ServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "CHUNK", 2)
    meera = office.user("meera", Role.MANAGER)
    asha, ravi = office.user("asha", manager=meera), office.user("ravi", manager=meera)
    many = [family(office, asha, f"Zarina{i}") for i in range(5)]
    done = office.put("task", subject="Done", assignee_id=asha, due_at=1, status="done")
    boss, old, new = laptop(meera, Role.MANAGER), laptop(asha, Role.SALES), laptop(ravi, Role.SALES)
    for device in (boss, old, new):
        device.sync()
    Staff(context).set_active("asha", active=False)
    boss.sync()
    assert [held(boss, rows) for rows in many] == [set(many[0])] * 5  # the manager goes on seeing them
    with pytest.raises(NxcrmError, match="forbidden"):
        old.sync()
    with pytest.raises(NxcrmError, match="not_an_owner"):
        handover.hand_over(context, "ravi", "asha")
    moved = handover.hand_over(context, "asha", "ravi")
    assert moved == {"lead": 5, "contact": 0, "company": 0, "task": 5}
    assert dict(handover.hand_over(context, "asha", "ravi")) == {"lead": 0, "contact": 0, "company": 0, "task": 0}
    for device in (boss, new):
        device.sync()
        assert [held(device, rows) for rows in many] == [set(many[0])] * 5
    assert values_of(office, "task", done, "assignee_id") == asha
    office.check()
    Staff(context).set_active("asha", active=True)
    old.sync()
    assert traces(old, *(f"Zarina{i}" for i in range(5))) == []


@pytest.mark.parametrize(
    ("leaver", "heir", "code"), [("nobody", "asha", "unknown_user"), ("asha", "asha", "same_user")]
)
def test_a_handover_is_between_two_people(
    office: Office, context: ServerContext, leaver: str, heir: str, code: str
) -> None:
    office.user("asha")
    with pytest.raises(NxcrmError, match=code):
        handover.hand_over(context, leaver, heir)


def test_a_role_taken_away_takes_its_rows_after_one_sync(
    office: Office, laptop: Laptop, context: ServerContext
) -> None:
    meera = office.user("meera", Role.MANAGER)
    rows = family(office, office.user("asha", manager=meera), "Zarina")
    boss = laptop(meera, Role.MANAGER)
    boss.sync()
    assert held(boss, rows) == set(rows)
    Staff(context).set_role("meera", Role.SALES)
    boss.sync()
    assert (held(boss, rows), traces(boss, "Zarina", rows["lead"])) == (set(), [])
    Staff(context).set_role("meera", Role.MANAGER)
    boss.sync()
    assert held(boss, rows) == set(rows)
    Staff(context).set_manager("asha", None)
    boss.sync()
    assert held(boss, rows) == set()
    assert json.dumps(boss.rows("user")).count('"asha"') >= 1  # staff are known to all
