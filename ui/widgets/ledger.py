"""The ledger of one deal: its sums, its lines, and the running balance."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.money import format_inr
from nxcrm_desktop.services.ledger import Ledger, LedgerEntry, reversed_ids
from ui.theming.theme import Theme
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import column, label, row
from ui.words import Words

_MONEY_COLUMNS = (3, 4)


class LedgerView(QWidget):
    """The sums of a deal and its lines."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._sums = {key: label("–", "heading") for key in ("agreed", "received", "paid", "outstanding")}
        captions = {
            "agreed": self.tr("Agreed"),
            "received": self.tr("Received"),
            "paid": self.tr("Paid"),
            "outstanding": self.tr("Outstanding"),
        }
        sums = row(gap=24)
        for key, amount in self._sums.items():
            amount.setAccessibleName(captions[key])
            sums.addLayout(column(label(captions[key], "group"), amount, gap=0))
        sums.addStretch(1)
        titles = (self.tr("Date"), self.tr("Payment"), self.tr("Reference"), self.tr("Amount"), self.tr("Balance"))
        self.table = LinesTable(theme, self.tr("Ledger"), LinesModel(titles, _MONEY_COLUMNS, self), stretch=2)
        self.setLayout(column(sums, self.table, gap=12))

    def show_ledger(self, ledger: Ledger) -> None:
        """Show a deal's ledger."""
        for key, amount in self._sums.items():
            amount.setText(format_inr(getattr(ledger, key)))
        undone = reversed_ids([entry.payment for entry in ledger.entries])
        self.table.lines.show_lines([self._line(entry, undone) for entry in ledger.entries])

    def clear(self) -> None:
        """No deal."""
        for amount in self._sums.values():
            amount.setText("–")
        self.table.lines.show_lines([])

    def _line(self, entry: LedgerEntry, undone: frozenset[str]) -> Line:
        payment = entry.payment
        sign = "" if payment["direction"] == "in" else "−"
        notes = [payment.text("reference"), payment.text("remark")]
        if payment["reverses_id"] is not None:
            notes.insert(0, self.tr("Reversal"))
        if payment.id in undone:
            notes.insert(0, self.tr("Reversed"))
        kind = f"{self._words.field(payment, 'direction')} · {self._words.field(payment, 'mode')}"
        said = " · ".join(note for note in notes if note)
        amount = sign + format_inr(payment.integer("amount_paise"))
        return Line(payment.id, (self._words.field(payment, "paid_on"), kind, said, amount, format_inr(entry.balance)))
