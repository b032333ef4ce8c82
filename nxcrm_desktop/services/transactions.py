"""Deals and their money. Payments are only ever added; a mistake is reversed by another line."""

from __future__ import annotations

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.records import Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.ledger import Ledger, check_amount, check_cash, ledger
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

_FROM_LEAD = ("phone", "alt_phone", "email", "city", "pincode", "source", "company_id", "owner_id")


class TransactionService:
    """Use cases on deals and payments. Every method is one transaction. Money is integer paise."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def record(
        self,
        *,
        kind: str,
        agreed_paise: int,
        lead_id: str | None = None,
        contact_id: str | None = None,
        vehicle_id: str | None = None,
        agreed_on: str | None = None,
        stage: str = "agreed",
        **more: Value,
    ) -> str:
        """A new deal. A lead without a customer record becomes one, from its own details. Returns the deal's id.

        ``agreed_on``: ISO date, today in India when not given; ``more``: financier, notes.
        """
        guard.one_subject(lead_id, contact_id)
        day = agreed_on or clock.today().isoformat()
        with self._store.write(self._actor) as work:
            customer = contact_id or _customer_of(work, str(lead_id))
            return work.create("transaction", {
                "kind": kind, "stage": stage, "lead_id": lead_id, "contact_id": customer, "vehicle_id": vehicle_id,
                "agreed_paise": agreed_paise, "agreed_on": day, **more,
            })  # fmt: skip

    def set_stage(self, transaction_id: str, stage: str) -> bool:
        """Move the deal to a stage. A cancelled deal stays cancelled. False when it is there already."""
        with self._store.write(self._actor) as work:
            deal = work.require("transaction", transaction_id)
            if deal["stage"] == "cancelled" and stage != "cancelled":
                raise _closed_deal()
            return work.update("transaction", transaction_id, {"stage": stage})

    def add_payment(
        self,
        transaction_id: str,
        *,
        direction: str,
        mode: str,
        amount_paise: int,
        paid_on: str | None = None,
        reference: str | None = None,
        remark: str | None = None,
    ) -> str:
        """A new line of the ledger. ``paid_on``: ISO date, today in India when not given. Returns its id.

        Raises NxcrmError ``cash_limit`` (Income-tax Act 1961, section 269ST), ``invalid_value``, ``deal_cancelled``.
        """
        day = paid_on or clock.today().isoformat()
        with self._store.write(self._actor) as work:
            deal = work.require("transaction", transaction_id)
            if deal["stage"] == "cancelled" and direction == "in":
                raise _closed_deal()
            payments = work.related("payment_entry", "transaction_id", transaction_id)
            check_amount(amount_paise, payments)
            if mode == "cash" and direction == "in":
                check_cash(amount_paise, payments, _of_day(work, deal, day))
            return work.create("payment_entry", {
                "transaction_id": transaction_id, "direction": direction, "mode": mode, "amount_paise": amount_paise,
                "paid_on": day, "reference": reference, "remark": remark,
            })  # fmt: skip

    def reverse(self, payment_id: str, remark: str) -> str:
        """Take a mistaken payment back by a line of the opposite direction. Returns the new line's id.

        Raises NxcrmError ``already_reversed``, ``is_reversal``, ``invalid_value`` (no remark).
        """
        if not remark.strip():
            raise guard.invalid("remark", "A reversal needs its reason.", "Write why it is reversed.")
        with self._store.write(self._actor) as work:
            payment = work.require("payment_entry", payment_id)
            if payment["reverses_id"] is not None:
                raise _no_reversal("is_reversal", "This line is itself a reversal and cannot be reversed.")
            if work.related("payment_entry", "reverses_id", payment_id):
                raise _no_reversal("already_reversed", "This payment was reversed before.")
            return work.create("payment_entry", {
                "transaction_id": payment["transaction_id"], "mode": payment["mode"],
                "direction": "out" if payment["direction"] == "in" else "in", "amount_paise": payment["amount_paise"],
                "paid_on": clock.today().isoformat(), "reverses_id": payment_id, "remark": remark,
            })  # fmt: skip

    def ledger(self, transaction_id: str) -> Ledger:
        """The deal's lines with their running balance, and its sums."""
        with self._store.read() as reader:
            deal = reader.require("transaction", transaction_id)
            payments = reader.related("payment_entry", "transaction_id", transaction_id)
            return ledger(deal.text("kind"), deal.integer("agreed_paise"), payments)

    def get(self, transaction_id: str) -> Record:
        """The deal. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            return reader.require("transaction", transaction_id)

    def of(self, *, lead_id: str | None = None, contact_id: str | None = None) -> list[Record]:
        """Deals of a lead, or of a customer, oldest first."""
        guard.one_subject(lead_id, contact_id)
        column, subject = ("lead_id", lead_id) if lead_id else ("contact_id", contact_id)
        with self._store.read() as reader:
            return reader.related("transaction", column, str(subject))


def _customer_of(work: UnitOfWork, lead_id: str) -> str:
    """The lead's customer record; made from the lead when there is none. Never a likely one: people share phones."""
    lead = work.require("lead", lead_id)
    if lead["contact_id"] is not None:
        return lead.text("contact_id")
    details: dict[str, Value] = {"full_name": lead["name"], **{name: lead[name] for name in _FROM_LEAD}}
    contact_id = work.create("contact", {name: value for name, value in details.items() if value is not None})
    work.update("lead", lead_id, {"contact_id": contact_id})
    return contact_id


def _of_day(reader: Reader, deal: Record, day: str) -> list[Record]:
    """Payments of this day in all deals of the deal's customer."""
    if deal["contact_id"] is None:
        return []
    deals = reader.related("transaction", "contact_id", deal.text("contact_id"))
    # Reversals are often dated later than what they reverse: keep them, so that what they reverse does not count.
    return [
        payment
        for each in deals
        for payment in reader.related("payment_entry", "transaction_id", each.id)
        if payment["paid_on"] == day or payment["reverses_id"] is not None
    ]


def _closed_deal() -> NxcrmError:
    return NxcrmError(
        "deal_cancelled", "This deal was cancelled.", safe="Nothing was changed.", todo="Record a new deal instead."
    )


def _no_reversal(code: str, happened: str) -> NxcrmError:
    return NxcrmError(code, happened, safe="Nothing was changed.", todo="Add a new payment if one is missing.")
