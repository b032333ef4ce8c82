"""Transactions: deals of all customers, each with its ledger and papers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Record
from nxcrm_desktop.errors import NxcrmError
from ui.context import Context
from ui.dialogs.money import PaymentDialog, ReversalDialog
from ui.language import translate
from ui.widgets.cells import Look
from ui.widgets.detail import RecordDetail
from ui.widgets.empty import Ways
from ui.widgets.form import Group
from ui.widgets.ledger import LedgerView
from ui.widgets.list_pane import ListPane, Shown, Spec
from ui.widgets.papers_tab import PapersTab
from ui.widgets.plain import button, column, row
from ui.words import said

ENTITY = "transaction"
_TONES = {"draft": "muted", "agreed": "accent", "booked": "warn", "delivered": "ok", "cancelled": "muted"}


def groups(ctx: Context) -> tuple[Group, ...]:
    """The fields of the overview, in order."""
    fields = ENTITIES[ENTITY].fields
    deal = ("kind", "stage", "contact_id", "lead_id", "vehicle_id", "agreed_paise", "agreed_on", "financier", "notes")
    return (
        Group(
            translate("Transactions", "DEAL"),
            tuple(name for name in deal if ctx.app.actor.role not in fields[name].hidden_from),
        ),
    )


def spec() -> Spec:
    """The list of transactions."""
    fields = ENTITIES[ENTITY].fields

    def tone(record: Record, column: str) -> str:
        return _TONES.get(str(record["stage"]), "") if column == "stage" else ""

    return Spec(
        entity=ENTITY,
        icon="receipt",
        columns=(
            Shown("contact_id", 24, 0, Look.STRONG),
            Shown("kind", 14, 3),
            Shown("stage", 14, 2, Look.CHIP),
            Shown("agreed_paise", 16, 1),
            Shown("agreed_on", 12, 4),
            Shown("vehicle_id", 20, 5, Look.MUTED),
            Shown("financier", 16, 6),
        ),
        chips=(
            ("kind", lambda: [(value, said(words)) for value, words in fields["kind"].choices]),
            ("stage", lambda: [(value, said(words)) for value, words in fields["stage"].choices]),
        ),
        tone=tone,
    )


class LedgerTab(QWidget):
    """The ledger of the deal, with its two acts: a payment, and the reversal of one."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._deal = ""
        self._pay = button(self.tr("Add payment"), self.new_payment, "", ctx.theme.icon("currency-inr"))
        self._reverse = button(self.tr("Reverse …"), self.reverse, "", ctx.theme.icon("arrow-counter-clockwise"))
        for made in (self._pay, self._reverse):
            made.setVisible(ctx.may(Action.CREATE, "payment_entry"))
        self._reverse.setEnabled(False)
        self.ledger = LedgerView(ctx.theme, ctx.words)
        self.ledger.table.picked.connect(lambda _key: self._reverse.setEnabled(True))
        self.setLayout(
            column(row(self._pay, self._reverse, None), self.ledger, margins=(12, 12, 12, 12), gap=12, grows=1)
        )

    def show_record(self, record: Record) -> None:
        """Show a deal's ledger."""
        self._deal = record.id
        self._read()

    def changed(self, change: ChangeSet) -> None:
        """Read again when a payment was committed."""
        if self._deal and "payment_entry" in change.changed:
            self._read()

    def _read(self) -> None:
        deal = self._deal
        self._reverse.setEnabled(False)
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.transactions.ledger(deal),
            lambda found: self.ledger.show_ledger(found) if deal == self._deal else None,
            self._gone,
        )

    def _gone(self, _problem: NxcrmError) -> None:
        self.ledger.clear()

    def new_payment(self) -> None:
        """Ask for a payment."""
        PaymentDialog(self.ctx, self._deal, self).open()

    def reverse(self) -> None:
        """Ask why the chosen payment is reversed."""
        if self.ledger.table.current_key():
            ReversalDialog(self.ctx, self.ledger.table.current_key(), self).open()


class TransactionDetail(RecordDetail):
    """One deal."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ENTITY, groups(ctx))
        self.money = LedgerTab(ctx)
        self.papers = PapersTab(ctx, "transaction_id")
        self.add_tab(self.money, self.tr("Money"))
        self.add_tab(self.papers, self.tr("Docs"))

    def headline(self, record: Record) -> str:
        """Kind, stage, amount."""
        names = ("kind", "stage", "agreed_paise", "agreed_on")
        return " · ".join(text for text in (self.show_field(record, name) for name in names) if text)

    def title(self, record: Record) -> str:
        """The customer's name."""
        return self.show_field(record, "contact_id") or super().title(record)


class TransactionsPane(ListPane):
    """Transactions."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, spec(), TransactionDetail(ctx))

    def first_hint(self) -> str:
        """Where transactions begin."""
        return self.tr("A transaction is recorded at its lead or customer: open one and choose Money.")

    def first_ways(self) -> Ways:
        """To the leads."""
        go = self.ctx.go
        return [(self.tr("Go to leads"), lambda: go.place.emit("leads"))] if self.ctx.may(Action.READ, "lead") else ()
