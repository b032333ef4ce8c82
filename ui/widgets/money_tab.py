"""The money tab of a lead or a customer: their deals, and the ledger of the chosen one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Record
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.ledger import Ledger
from ui.context import Context
from ui.dialogs.money import DealDialog, PaymentDialog
from ui.widgets.ledger import LedgerView
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import button, column, label, row

_SHOWN = frozenset({"transaction", "payment_entry"})


class MoneyTab(QWidget):
    """Reads and writes through TransactionService. ``of``: "lead_id" or "contact_id"."""

    def __init__(self, ctx: Context, of: str) -> None:
        super().__init__()
        self.ctx, self._of = ctx, of
        self._subject = ""
        icon = ctx.theme.icon
        self._new_deal = button(self.tr("New transaction"), self.new_deal, "", icon("plus"))
        self._new_payment = button(self.tr("Add payment"), self.new_payment, "", icon("currency-inr"))
        self._new_deal.setVisible(ctx.may(Action.CREATE, "transaction"))
        self._new_payment.setVisible(ctx.may(Action.CREATE, "payment_entry"))
        titles = (self.tr("Transaction"), self.tr("Stage"), self.tr("Agreed on"), self.tr("Agreed amount"))
        self.deals = LinesTable(ctx.theme, self.tr("Transactions"), LinesModel(titles, (3,), self))
        self.deals.picked.connect(self._read_ledger)
        self.ledger = LedgerView(ctx.theme, ctx.words)
        self._nothing = label(self.tr("No transactions yet."), "muted")
        tools = row(self._new_deal, self._new_payment, None)
        self.setLayout(column(tools, self._nothing, self.deals, self.ledger, margins=(12, 12, 12, 12), gap=12, grows=3))
        self._show([])

    def show_record(self, record: Record) -> None:
        """Show the money of this lead or customer."""
        self._subject = record.id
        self._read()

    def changed(self, change: ChangeSet) -> None:
        """Read again when money was committed."""
        if self._subject and _SHOWN & (change.changed.keys() | change.deleted.keys()):
            self._read()

    def _read(self) -> None:
        subject, of = self._subject, self._of
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.transactions.of(**{of: subject}),
            lambda deals: self._show(deals) if subject == self._subject else None,
        )

    def _show(self, deals: list[Record]) -> None:
        kept = self.deals.current_key()
        words = self.ctx.words
        self.deals.lines.show_lines(
            [
                Line(deal.id, tuple(words.field(deal, name) for name in ("kind", "stage", "agreed_on", "agreed_paise")))
                for deal in reversed(deals)
            ]
        )
        self.deals.fit_height(4)
        for part in (self.deals, self.ledger):
            part.setVisible(bool(deals))
        self._nothing.setVisible(not deals)
        self._new_payment.setEnabled(bool(deals))
        self.deals.pick(kept)
        if self.deals.current_key():
            self._read_ledger(self.deals.current_key())

    def _read_ledger(self, deal: str) -> None:
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.transactions.ledger(deal),
            lambda ledger: self._show_ledger(deal, ledger),
            self._gone,
        )

    def _show_ledger(self, deal: str, ledger: Ledger) -> None:
        if deal == self.deals.current_key():
            self.ledger.show_ledger(ledger)

    def _gone(self, problem: NxcrmError) -> None:
        self.ledger.clear()
        if problem.code != "not_found":
            self.ctx.show_error(problem)

    def new_deal(self) -> None:
        """Ask for a new transaction of this lead or customer."""
        DealDialog(self.ctx, {self._of: self._subject}, self).open()

    def new_payment(self) -> None:
        """Ask for a payment on the chosen transaction."""
        if self.deals.current_key():
            PaymentDialog(self.ctx, self.deals.current_key(), self).open()
