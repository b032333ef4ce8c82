"""Deals and their ledger: what may be added, what may be taken back, and what the law forbids."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.money import MAX_PAISE
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.services.transactions import TransactionService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import staff

LAKH = 1_00_000_00


@pytest.fixture
def deals(store: Store, asha: Actor) -> TransactionService:
    return TransactionService(store, asha)


@pytest.fixture
def lead_id(store: Store, asha: Actor) -> str:
    return LeadService(store, asha).create({"name": "Ravi Kumar", "phone": "+919820012345", "city": "Pune"})


@pytest.fixture
def deal(deals: TransactionService, lead_id: str) -> str:
    return deals.record(kind="sale", agreed_paise=5 * LAKH, lead_id=lead_id)


def test_the_first_deal_makes_the_lead_a_customer(store: Store, deals: TransactionService, lead_id: str) -> None:
    first = deals.get(deals.record(kind="sale", agreed_paise=LAKH, lead_id=lead_id))
    second = deals.get(deals.record(kind="insurance", agreed_paise=LAKH, lead_id=lead_id))
    assert first["contact_id"] == second["contact_id"]
    with store.read() as reader:
        customer = reader.require("contact", first.text("contact_id"))
        assert reader.require("lead", lead_id)["contact_id"] == customer.id
        assert len({entry.group for entry in reader.outbox() if entry.id in (first.id, customer.id)}) == 1
    assert (customer["full_name"], customer["phone"], customer["city"]) == ("Ravi Kumar", "+919820012345", "Pune")
    assert [row.id for row in deals.of(lead_id=lead_id)] == [first.id, second.id]


def test_a_refused_deal_makes_no_customer(store: Store, deals: TransactionService, lead_id: str) -> None:
    for wrong in ({"kind": "gift", "agreed_paise": 1}, {"kind": "sale", "agreed_paise": -1}):
        with pytest.raises(NxcrmError, match="invalid_value"):
            deals.record(lead_id=lead_id, **wrong)  # type: ignore[arg-type]
    with store.read() as reader:
        assert reader.require("lead", lead_id)["contact_id"] is None


def test_the_ledger_runs(deals: TransactionService, deal: str) -> None:
    deals.add_payment(deal, direction="in", mode="upi", amount_paise=2 * LAKH, paid_on="2026-01-05", reference="U1")
    deals.add_payment(deal, direction="in", mode="neft", amount_paise=LAKH, paid_on="2026-01-03")
    deals.add_payment(deal, direction="out", mode="upi", amount_paise=50_00, paid_on="2026-01-09")
    told = deals.ledger(deal)
    assert [entry.balance for entry in told.entries] == [LAKH, 3 * LAKH, 3 * LAKH - 50_00]
    assert (told.received, told.paid, told.outstanding) == (3 * LAKH, 50_00, 2 * LAKH + 50_00)


def test_a_payment_is_reversed_once_and_a_reversal_never(deals: TransactionService, deal: str) -> None:
    wrong = deals.add_payment(deal, direction="in", mode="upi", amount_paise=LAKH)
    with pytest.raises(NxcrmError, match="invalid_value"):
        deals.reverse(wrong, " ")
    reversal = deals.reverse(wrong, "typed twice")
    with pytest.raises(NxcrmError, match="already_reversed"):
        deals.reverse(wrong, "again")
    with pytest.raises(NxcrmError, match="is_reversal"):
        deals.reverse(reversal, "and back")
    told = deals.ledger(deal)
    assert [entry.balance for entry in told.entries] == [LAKH, 0]
    assert (told.received, told.paid, told.outstanding) == (0, 0, 5 * LAKH)


@pytest.mark.parametrize("amount", [0, -1, 2**63, 1.5, True])
def test_amounts_that_are_none_are_refused(deals: TransactionService, deal: str, amount: int) -> None:
    with pytest.raises(NxcrmError, match="invalid_value"):
        deals.add_payment(deal, direction="in", mode="upi", amount_paise=amount)
    assert deals.ledger(deal).entries == ()


def test_sums_never_overflow(deals: TransactionService, deal: str) -> None:
    deals.add_payment(deal, direction="in", mode="upi", amount_paise=MAX_PAISE)
    with pytest.raises(NxcrmError, match="invalid_value"):
        deals.add_payment(deal, direction="in", mode="upi", amount_paise=1)


def test_two_lakh_in_cash_for_a_deal_is_refused_with_the_section(deals: TransactionService, deal: str) -> None:
    deals.add_payment(deal, direction="in", mode="cash", amount_paise=LAKH, paid_on="2026-01-05")
    with pytest.raises(NxcrmError) as caught:
        deals.add_payment(deal, direction="in", mode="cash", amount_paise=LAKH, paid_on="2026-02-05")
    assert caught.value.code == "cash_limit"
    assert "269ST" in caught.value.happened
    assert "₹2,00,000" in caught.value.happened
    deals.add_payment(deal, direction="in", mode="cash", amount_paise=LAKH - 1, paid_on="2026-02-05")
    deals.add_payment(deal, direction="in", mode="rtgs", amount_paise=3 * LAKH)


def test_two_lakh_in_cash_from_a_customer_in_a_day_is_refused(deals: TransactionService, lead_id: str) -> None:
    first = deals.record(kind="sale", agreed_paise=5 * LAKH, lead_id=lead_id)
    second = deals.record(kind="insurance", agreed_paise=LAKH, lead_id=lead_id)
    paid = deals.add_payment(first, direction="in", mode="cash", amount_paise=LAKH + LAKH // 2, paid_on="2026-01-05")
    with pytest.raises(NxcrmError, match="cash_limit"):
        deals.add_payment(second, direction="in", mode="cash", amount_paise=LAKH // 2, paid_on="2026-01-05")
    deals.add_payment(second, direction="in", mode="cash", amount_paise=LAKH // 4, paid_on="2026-01-06")
    deals.reverse(paid, "was a cheque")
    deals.add_payment(second, direction="in", mode="cash", amount_paise=LAKH // 2, paid_on="2026-01-05")


def test_a_cancelled_deal_takes_no_money_and_stays_cancelled(deals: TransactionService, deal: str) -> None:
    deals.add_payment(deal, direction="in", mode="upi", amount_paise=LAKH)
    assert deals.set_stage(deal, "cancelled")
    with pytest.raises(NxcrmError, match="deal_cancelled"):
        deals.add_payment(deal, direction="in", mode="upi", amount_paise=LAKH)
    with pytest.raises(NxcrmError, match="deal_cancelled"):
        deals.set_stage(deal, "booked")
    deals.add_payment(deal, direction="out", mode="upi", amount_paise=LAKH)  # money goes back


def test_a_purchase_is_outstanding_to_the_seller(deals: TransactionService, lead_id: str) -> None:
    bought = deals.record(kind="purchase", agreed_paise=3 * LAKH, lead_id=lead_id)
    deals.add_payment(bought, direction="out", mode="neft", amount_paise=LAKH)
    assert deals.ledger(bought).outstanding == 2 * LAKH


def test_roles_without_deals_record_none(store: Store, lead_id: str) -> None:
    officer = staff(store, "Priya Privacy", Role.PRIVACY_OFFICER)
    with pytest.raises(NxcrmError, match="not_allowed"):
        TransactionService(store, officer).record(kind="sale", agreed_paise=1, lead_id=lead_id)
