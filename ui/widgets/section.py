"""A part of a pane: a table, or the words that there is nothing in it, with its buttons above."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.context import Context
from ui.widgets.empty import Empty
from ui.widgets.lines import Line, LinesTable
from ui.widgets.plain import column, row


class Section(QWidget):
    """``counted`` with the number of lines whenever they are shown."""

    counted = Signal(int)

    def __init__(self, ctx: Context, icon: str, table: LinesTable, title: str, hint: str) -> None:
        super().__init__()
        self.table = table
        self._empty = Empty(ctx.theme, icon)
        self._empty.say(title, hint)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(table)
        self.tools = row(gap=8)
        self.setLayout(column(self.tools, self._stack, margins=(16, 12, 16, 16), gap=8))

    def show_lines(self, lines: list[Line]) -> None:
        """Show these."""
        kept = self.table.current_key()
        self.table.lines.show_lines(lines)
        self._stack.setCurrentWidget(self.table if lines else self._empty)
        self.table.pick(kept)
        self.counted.emit(len(lines))
