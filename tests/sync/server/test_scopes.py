"""Who is sent what: present rights, and rows that move with what they hang on."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.facts import Role
from tests.sync.server.office import Device, Office

FAMILY = (
    "lead",
    "contact",
    "company",
    "communication",
    "task",
    "transaction",
    "payment_entry",
    "document",
    "document_version",
)


def family(device: Device) -> dict[str, str]:
    """A lead and one of everything below it and around it; entity → id."""
    contact = device.make("contact", full_name="Ravi")
    company = device.make("company", name="Ravi Motors")
    lead = device.make("lead", name="Ravi", stage="new", contact_id=contact, company_id=company)
    deal = device.make("transaction", kind="sale", stage="draft", lead_id=lead, agreed_paise=100)
    paper = device.make("document", title="RC", category="rc", transaction_id=deal)
    return {
        "contact": contact,
        "company": company,
        "lead": lead,
        "communication": device.make("communication", kind="note", lead_id=lead, happened_at=1, body="Hello"),
        "task": device.make("task", subject="Call", lead_id=lead, status="open"),
        "transaction": deal,
        "payment_entry": device.make(
            "payment_entry", transaction_id=deal, direction="in", mode="upi", amount_paise=5, paid_on="2026-01-01"
        ),
        "document": paper,
        "document_version": device.make(
            "document_version", document_id=paper, number=1, file_name="rc.pdf", media_type="application/pdf",
            size_bytes=3, sha256="0" * 64,
        ),
    }  # fmt: skip


def holds(device: Device, made: dict[str, str]) -> set[str]:
    """Entities of the family that the device holds."""
    device.pull()
    return {entity for entity, row_id in made.items() if row_id in device.ids(entity)}


@pytest.fixture
def team(office: Office) -> tuple[Device, Device, Device]:
    """Devices of a manager and of two sales executives who report to them."""
    manager = office.user("meera", Role.MANAGER)
    return (
        office.device(manager),
        office.device(office.user("asha", manager=manager)),
        office.device(office.user("ravi", manager=manager)),
    )


def test_executives_see_their_own_and_the_manager_all(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, ravi = team
    made = family(asha)
    assert holds(asha, made) == set(FAMILY)
    assert holds(meera, made) == set(FAMILY)
    assert holds(ravi, made) == set()


def test_a_lead_given_away_takes_everything_with_it_and_back(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    made = family(asha)
    owned = {"contact", "company"}  # asha is their owner by name
    for device in team:
        holds(device, made)
    for giver, taker in ((asha, ravi), (ravi, asha)):
        result = meera.send(meera.update("lead", made["lead"], owner_id=(giver.user_id, taker.user_id)))
        assert result.status == "applied"
        assert holds(taker, made) == set(FAMILY)
        assert holds(giver, made) == (owned if giver is asha else set())
        assert holds(meera, made) == set(FAMILY)
        office.check()


def test_a_new_manager_is_sent_the_rows_and_the_old_one_loses_them(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, _ = team
    other = office.device(office.user("omar", Role.MANAGER))
    made = family(asha)
    assert (holds(meera, made), holds(other, made)) == (set(FAMILY), set())
    office.change("user", asha.user_id, manager_id=other.user_id)
    assert (holds(meera, made), holds(other, made)) == (set(), set(FAMILY))


def test_reporting_lines_may_be_deep_and_may_be_a_circle(office: Office) -> None:
    top = office.user("top", Role.MANAGER)
    middle = office.user("middle", Role.MANAGER, manager=top)
    asha = office.device(office.user("asha", manager=middle))
    lead = asha.make("lead", name="Ravi", stage="new")
    office.change("user", top, manager_id=middle)
    for boss in (top, middle):
        device = office.device(boss)
        device.pull()
        assert device.ids("lead") == {lead}


def test_a_row_in_two_scopes_stays_until_it_is_in_none(office: Office, team: tuple[Device, Device, Device]) -> None:
    _, asha, ravi = team
    lead = asha.make("lead", name="Ravi", stage="new")
    task = office.put("task", subject="Call", lead_id=lead, assignee_id=ravi.user_id, status="open")
    for device in (asha, ravi):
        device.pull()
        assert device.ids("task") == {task}
    office.change("task", task, assignee_id=asha.user_id)
    for device in (asha, ravi):
        device.pull()
    assert (asha.ids("task"), ravi.ids("task")) == ({task}, set())


def test_finance_sees_the_money_and_not_what_is_masked(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, _ = team
    made = family(asha)
    asha.push(
        asha.update("contact", made["contact"], notes=(None, "Wants a loan"), date_of_birth=(None, "1980-05-01")),
        asha.update("transaction", made["transaction"], notes=(None, "Haggles")),
    )
    meera.send(meera.update("transaction", made["transaction"], notes=(None, "Friend of the owner")))
    meera.send(meera.update("contact", made["contact"], date_of_birth=(None, "1981-05-01")))
    finance = office.device(office.user("farid", Role.FINANCE))
    assert holds(finance, made) == {
        "contact",
        "company",
        "transaction",
        "payment_entry",
        "document",
        "document_version",
    }
    contact, deal = finance.row("contact", made["contact"]), finance.row("transaction", made["transaction"])
    assert (contact["full_name"], contact["notes"], contact["date_of_birth"]) == ("Ravi", None, None)
    assert (deal["agreed_paise"], deal["notes"]) == (100, None)
    (conflict,) = finance.rows("conflict")
    assert (conflict["field"], conflict["mine"], conflict["theirs"]) == ("date_of_birth", None, None)
    meera.pull()
    assert meera.row("conflict", str(conflict["id"]))["mine"] == '"1981-05-01"'


def test_masked_fields_cannot_be_written_blindly(office: Office, team: tuple[Device, Device, Device]) -> None:
    _, asha, _ = team
    made = family(asha)
    finance = office.device(office.user("farid", Role.FINANCE))
    result = finance.send(finance.update("transaction", made["transaction"], notes=(None, "x")))
    assert (result.status, result.code) == ("rejected", "field_not_writable")


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMIN])
def test_the_desk_is_sent_no_customers(office: Office, team: tuple[Device, Device, Device], role: Role) -> None:
    _, asha, _ = team
    family(asha)
    desk = office.device(office.user("dev", role))
    desk.pull()
    assert {table for table, _ in desk.held} == {"user", "lead_stage", "policy_version"}


def test_an_auditor_reads_everything_but_how_to_reach_people(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    _, asha, _ = team
    made = family(asha)
    auditor = office.device(office.user("anil", Role.AUDITOR))
    assert holds(auditor, made) == set(FAMILY)
    refused = auditor.send(auditor.update("lead", made["lead"], name=("Ravi", "X")))
    assert (refused.status, refused.code) == ("rejected", "not_allowed")


@pytest.mark.parametrize("entity", ["lead", "contact", "company"])
def test_a_sales_executive_makes_rows_for_nobody_else(
    office: Office, team: tuple[Device, Device, Device], entity: str
) -> None:
    _, asha, ravi = team
    named = {"lead": {"name": "X", "stage": "new"}, "contact": {"full_name": "X"}, "company": {"name": "X"}}[entity]
    result = asha.send(asha.create(entity, owner_id=ravi.user_id, **named))
    assert (result.status, result.code) == ("rejected", "not_allowed")
    ravi.pull()
    assert ravi.ids(entity) == set()


def test_a_sales_executive_gives_nothing_away(office: Office, team: tuple[Device, Device, Device]) -> None:
    _, asha, ravi = team
    lead = asha.make("lead", name="Ravi", stage="new")
    result = asha.send(asha.update("lead", lead, owner_id=(asha.user_id, ravi.user_id)))
    assert (result.status, result.code) == ("rejected", "field_not_writable")


def test_a_manager_gives_only_to_their_team(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, ravi = team
    stranger = office.user("stranger")
    lead = asha.make("lead", name="Ravi", stage="new")
    for taker, code in ((stranger, "not_allowed"), (ravi.user_id, "")):
        assert meera.send(meera.update("lead", lead, owner_id=(asha.user_id, taker))).code == code


@pytest.mark.parametrize("op", ["update", "delete"])
def test_anothers_row_is_out_of_reach(office: Office, team: tuple[Device, Device, Device], op: str) -> None:
    _, asha, ravi = team
    lead = asha.make("lead", name="Ravi", stage="new")
    edit = ravi.update("lead", lead, name=("Ravi", "Mine")) if op == "update" else ravi.edit("delete", "lead", lead, 1)
    result = ravi.send(edit)
    assert (result.status, result.code) == ("rejected", "out_of_scope")
    assert office.row("lead", lead)["name"] == "Ravi"
    ravi.pull()
    assert ravi.ids("lead") == set()


def test_a_strangers_customer_is_not_opened_by_pointing_at_them(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    _, asha, ravi = team
    contact = asha.make("contact", full_name="Ravi")
    made = ravi.send(ravi.create("lead", name="Ravi", stage="new", contact_id=contact))
    own = ravi.make("lead", name="Ravi", stage="new")
    pointed = ravi.send(ravi.update("lead", own, contact_id=(None, contact)))
    hung = ravi.send(ravi.create("communication", kind="note", contact_id=contact, happened_at=1))
    assert {r.code for r in (made, pointed, hung)} == {"unknown_parent"}
    ravi.pull()
    assert ravi.ids("contact") == set()


def test_edits_of_a_lead_that_was_given_away_are_kept_for_the_manager(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    lead = asha.make("lead", name="Ravi", stage="new")
    meera.send(meera.update("lead", lead, owner_id=(asha.user_id, ravi.user_id)))
    result = asha.send(asha.update("lead", lead, name=("Ravi", "Ravi K")))
    assert (result.status, result.code) == ("rejected", "out_of_scope")
    for device in (asha, meera):
        device.pull()
        assert [row["author_id"] for row in device.rows("quarantine")] == [asha.user_id]
    assert asha.ids("lead") == set()


def test_rights_are_those_of_now(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, _ = team
    lead = asha.make("lead", name="Ravi", stage="new")
    session = meera.session
    office.change("user", meera.user_id, role="sales")
    assert session.role is Role.MANAGER
    result = meera.send(meera.update("lead", lead, name=("Ravi", "X")))
    assert (result.status, result.code) == ("rejected", "out_of_scope")


def test_a_shared_view_reaches_the_other_alone(office: Office, team: tuple[Device, Device, Device]) -> None:
    meera, asha, ravi = team
    view = asha.make("saved_view", name="Hot", entity="lead", definition="{}", shared_with=ravi.user_id)
    for device in (meera, ravi):
        device.pull()
    assert (ravi.ids("saved_view"), meera.ids("saved_view")) == ({view}, {view})
    asha.send(asha.update("saved_view", view, shared_with=(ravi.user_id, None)))
    ravi.pull()
    assert ravi.ids("saved_view") == set()


def test_a_refused_edit_of_a_deleted_row_follows_it_when_it_is_erased(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    lead = asha.make("lead", name="Lead", stage="new")
    note = asha.make("communication", kind="note", lead_id=lead, happened_at=1)
    asha.send(asha.edit("delete", "lead", lead, 1))
    meera.send(meera.update("lead", lead, owner_id=(None, ravi.user_id)))  # refused: kept, about the lead
    asha.pull()
    assert asha.ids("quarantine")
    office.erase("lead", lead)
    office.check()
    for device in team:
        device.pull()
    assert (asha.ids("quarantine"), asha.ids("communication")) == (set(), {note})  # the note is hers: she wrote it
    assert meera.ids("quarantine")


def test_a_refused_edit_of_a_deleted_row_follows_what_the_row_hung_on(
    office: Office, team: tuple[Device, Device, Device]
) -> None:
    meera, asha, ravi = team
    lead = asha.make("lead", name="Lead", stage="new")
    note = asha.make("communication", kind="note", lead_id=lead, happened_at=1)
    asha.send(asha.edit("delete", "communication", note, 1))
    meera.send(meera.update("communication", note, body="Late"))  # refused: kept, about the note
    given = meera.send(meera.update("lead", lead, owner_id=(asha.user_id, ravi.user_id)))
    assert given.status == "applied"
    office.check()
    for device in team:
        device.pull()
    assert (asha.ids("quarantine"), ravi.ids("quarantine")) == (set(), meera.ids("quarantine"))
