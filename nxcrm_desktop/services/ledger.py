"""The arithmetic of one deal's ledger. Integer paise throughout; nothing is ever rounded, changed or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nxcrm_desktop.domain.money import MAX_PAISE, format_inr
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.errors import NxcrmError

CASH_LIMIT_PAISE = 2_00_000 * 100
"""Income-tax Act 1961, section 269ST: no person shall receive two lakh rupees or more otherwise than through a bank –
from a person in a day, for a single transaction, or for transactions relating to one event."""

# Deals in which the company pays the customer; in all others the customer pays the company.
_WE_PAY = frozenset({"purchase", "refund"})
_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line: the payment row and ``balance``, all received less all paid up to and with it, in paise."""

    payment: Record
    balance: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All lines by date, and their sums in paise. A reversed payment and its reversal are lines, but not in the sums.

    ``outstanding``: what the customer still owes the company (or, when it buys from or refunds them, it still owes
    them); below zero when more was paid than agreed.
    """

    entries: tuple[LedgerEntry, ...]
    agreed: int
    received: int
    paid: int
    outstanding: int


def signed(payment: Record) -> int:
    """The amount as it moves the balance: money in is positive."""
    return payment.integer("amount_paise") * (1 if payment["direction"] == "in" else -1)


def reversed_ids(payments: Iterable[Record]) -> frozenset[str]:
    """Ids of payments that a later line reverses."""
    return frozenset(p.text("reverses_id") for p in payments if p["reverses_id"] is not None)


def standing(payments: Sequence[Record]) -> list[Record]:
    """Payments that are neither reversed nor reversals."""
    undone = reversed_ids(payments)
    return [p for p in payments if p["reverses_id"] is None and p.id not in undone]


def ledger(kind: str, agreed: int, payments: Sequence[Record]) -> Ledger:
    """The ledger of a deal of this kind (``transaction.kind``) and agreed amount."""
    ordered = sorted(payments, key=lambda p: (p.text("paid_on"), p.id))
    entries: list[LedgerEntry] = []
    balance = 0
    for payment in ordered:
        balance += signed(payment)
        entries.append(LedgerEntry(payment, balance))
    valid = standing(ordered)
    received = sum(p.integer("amount_paise") for p in valid if p["direction"] == "in")
    paid = sum(p.integer("amount_paise") for p in valid if p["direction"] == "out")
    net = paid - received if kind in _WE_PAY else received - paid
    return Ledger(tuple(entries), agreed, received, paid, agreed - net)


def check_amount(amount_paise: int, payments: Sequence[Record]) -> None:
    """Raise NxcrmError ``invalid_value`` unless it is a whole number of paise from 1 up and sums stay below 2⁶³."""
    if isinstance(amount_paise, bool) or not isinstance(amount_paise, int):
        raise _bad_amount("An amount is a whole number of paise.")
    if amount_paise < 1:
        raise _bad_amount("An amount must be more than nothing.")
    if amount_paise + sum(p.integer("amount_paise") for p in payments) > MAX_PAISE:
        raise _bad_amount("The amount is too large.")


def _bad_amount(happened: str) -> NxcrmError:
    details: dict[str, str | int] = {"field": "amount_paise"}
    return NxcrmError("invalid_value", happened, safe=_UNCHANGED, todo="Correct the amount.", details=details)


def check_cash(amount_paise: int, deal: Sequence[Record], day: Sequence[Record]) -> None:
    """Raise NxcrmError ``cash_limit`` when receiving this cash would reach section 269ST's limit.

    ``deal``: payments of the transaction; ``day``: payments of the same customer on the same day, whatever the deal.
    """
    for payments, what in ((deal, "for one deal"), (day, "from one customer on one day")):
        so_far = sum(p.integer("amount_paise") for p in standing(payments) if _is_cash_in(p))
        if so_far + amount_paise >= CASH_LIMIT_PAISE:
            raise NxcrmError(
                "cash_limit",
                f"With this payment {format_inr(so_far + amount_paise)} in cash would be received {what}. "
                f"Section 269ST of the Income-tax Act 1961 forbids {format_inr(CASH_LIMIT_PAISE)} or more.",
                safe="The payment was not recorded.",
                todo="Take it by UPI, card, NEFT, RTGS or cheque.",
                details={"section": "269ST", "limit_paise": CASH_LIMIT_PAISE},
            )


def _is_cash_in(payment: Record) -> bool:
    return payment["mode"] == "cash" and payment["direction"] == "in"
