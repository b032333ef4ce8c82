"""The presets on whole exports of the systems they are named after, where such data lies beside the checkout.

Nothing of the core rests on these: the same shapes and traps are in the other tests, in small files of their own.
"""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.store.engine import Store
from tests.helpers.source import ROOT

DATA = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.extra_data,
    pytest.mark.skipif(not (DATA / "zoho" / "Leads.csv").exists(), reason="no sample data beside the checkout"),
]


def test_a_whole_export_comes_in_and_goes_out_again(store: Store, asha: Actor) -> None:
    imports = ImportService(store, asha)
    leads = imports.run(DATA / "zoho" / "Leads.csv", "lead", preset="zoho-leads")
    assert (leads.created, leads.duplicates, leads.rejected) == (3900, 0, [])
    assert leads.unmapped == ("CONVERTED", "month_Created Time1")
    accounts = imports.run(DATA / "zoho" / "Accounts.csv", "company", preset="zoho-accounts")
    assert (accounts.created, [row.reason for row in accounts.rejected]) == (2226, ["Name is missing."] * 3)
    contacts = imports.run(DATA / "zoho" / "Contacts.csv", "contact", preset="zoho-contacts")
    assert (contacts.created, [warning.column for warning in contacts.warnings]) == (1265, ["Account Id"])
    calls = imports.run(DATA / "zoho" / "Calls.csv", "communication", preset="zoho-calls")
    assert (calls.created, calls.rejected_count) == (2270, 1830)  # the rest belong to accounts and potentials alone
    assert imports.run(DATA / "zoho" / "Tasks.csv", "task", preset="zoho-tasks").created == 2978
    undone = imports.undo(str(leads.batch))
    assert (undone.deleted, len(undone.kept)) == (3743, 157)  # those with calls stay
    with store.read() as reader:
        assert reader.count(ListQuery("lead", order="id")) == 157
    assert store.integrity_check() == []


def test_cars_and_cards_come_in(store: Store, meera: Actor) -> None:
    imports = ImportService(store, meera)
    cars = imports.run(DATA / "cardekho" / "cars.csv", "vehicle", preset="cardekho-cars")
    assert (cars.created, cars.unmapped) == (4340, ("seller_type",))
    cards: dict[str, tuple[int, list[str]]] = {}
    for path in sorted((DATA / "vcard").glob("*.vcf")):
        result = imports.run(path, "contact")
        cards[path.stem] = (result.created, [row.column for row in result.rejected])
    assert cards == {
        "John_Doe_GMAIL": (1, []),
        "John_Doe_IPHONE": (0, []),  # the same number as the one before
        "outlook-2007": (0, ["Phone"]),  # a number that is valid nowhere
    }


def test_what_the_file_says_is_in_the_rows(store: Store, asha: Actor) -> None:
    ImportService(store, asha).run(DATA / "zoho" / "Leads.csv", "lead", preset="zoho-leads")
    with store.read() as reader:
        (lead,) = reader.find_equal("lead", "external_ref", ["4563"])
        assert [hit.id for hit in reader.search("6604850224")] == [lead.id]
    assert (lead["name"], lead["phone"], lead["stage"]) == ("Denson", "+16604850224", "contacted")
    assert lead["tags"] == '["Earlier owner: David Love"]'
