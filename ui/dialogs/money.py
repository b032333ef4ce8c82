"""Three questions about money: a new transaction, a payment on one, the reversal of a payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Value
from ui.context import Context
from ui.dialogs.form_dialog import FormDialog


class DealDialog(FormDialog):
    """A new transaction of a lead or a customer."""

    def __init__(self, ctx: Context, subject: dict[str, str], parent: QWidget) -> None:
        self._subject = subject
        fields = ("kind", "agreed_paise", "agreed_on", "stage", "financier", "notes")
        allowed = tuple(
            name for name in fields if ctx.app.actor.role not in ENTITIES["transaction"].fields[name].hidden_from
        )
        defaults: dict[str, Value] = {"kind": "sale", "stage": "agreed", "agreed_on": clock.today().isoformat()}
        super().__init__(ctx, self.tr("New transaction"), "transaction", allowed, defaults, parent)

    def store(self, typed: dict[str, Value]) -> Callable[[], Any]:
        """Record the deal; a lead without a customer record becomes one."""
        given: dict[str, Any] = {**self._subject, **typed}
        return lambda: self.ctx.app.transactions.record(**given)


class PaymentDialog(FormDialog):
    """A payment on a transaction."""

    def __init__(self, ctx: Context, deal: str, parent: QWidget) -> None:
        self._deal = deal
        fields = ("direction", "amount_paise", "mode", "paid_on", "reference", "remark")
        defaults: dict[str, Value] = {"direction": "in", "mode": "upi", "paid_on": clock.today().isoformat()}
        super().__init__(ctx, self.tr("Add payment"), "payment_entry", fields, defaults, parent)

    def store(self, typed: dict[str, Value]) -> Callable[[], Any]:
        """Add the line to the ledger."""
        given: dict[str, Any] = dict(typed)
        return lambda: self.ctx.app.transactions.add_payment(self._deal, **given)


class ReversalDialog(FormDialog):
    """Why a payment is reversed."""

    def __init__(self, ctx: Context, payment: str, parent: QWidget) -> None:
        self._payment = payment
        super().__init__(ctx, self.tr("Reverse the payment"), "payment_entry", ("remark",), {}, parent)

    def store(self, typed: dict[str, Value]) -> Callable[[], Any]:
        """Add the opposite line."""
        remark = str(typed.get("remark") or "")
        return lambda: self.ctx.app.transactions.reverse(self._payment, remark)
