"""The unlock screen: nothing of the store is shown; a password opens it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from nxcrm_desktop.errors import NxcrmError
from ui.theming.theme import Theme
from ui.widgets.logo import Logo
from ui.widgets.password_line import PasswordLine
from ui.widgets.plain import button, column, frame, label, line_edit, row, set_property
from ui.words import said

_WIDTH = 380
_NEEDS_SERVER = frozenset({"lease_expired", "sign_in_needed"})


class UnlockScreen(QWidget):
    """``asked`` with (password, one-time code or ""); a code is asked for when the server must be met."""

    asked = Signal(str, str)

    def __init__(self, theme: Theme, user: str, server: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self._theme = theme
        self.password = PasswordLine(theme, self.tr("Password"), self.tr("Password"))
        self.code = line_edit(self.tr("One-time code"), self.tr("6-digit code of your authenticator"))
        self.code.hide()
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        self.caps = label(self.tr("Caps Lock is on."), "warn")
        self.caps.hide()
        self.open = button(self.tr("Unlock"), self.ask, "primary")
        for field in (self.password, self.code):
            field.setMinimumHeight(34)
            field.returnPressed.connect(self.ask)
        self.open.setMinimumHeight(34)
        self.password.textEdited.connect(lambda _text: self._typed())
        who = label(user, "heading")
        where = label(server, "muted", wrap=True)
        self._card = self._make_card(who, where)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        # In a row, not aligned: an aligned card is given the height its text would need at the window's whole width.
        outer.addLayout(row(None, self._card, None))
        outer.addStretch(3)

    def _make_card(self, who: QWidget, where: QWidget) -> QFrame:
        card = frame("card")
        card.setFixedWidth(_WIDTH)
        card.setLayout(
            column(
                Logo(self._theme),
                who,
                where,
                8,
                self.password,
                self.code,
                self.caps,
                self.problem,
                4,
                self.open,
                label(self.tr("Your data is encrypted on this laptop."), "muted"),
                margins=(28, 28, 28, 24),
                gap=8,
            )
        )
        return card

    def ask(self) -> None:
        """Try what was typed."""
        if not self.password.text():
            self.password.setFocus()
            return
        self._busy(busy=True)
        self.asked.emit(self.password.text(), self.code.text().strip())

    def refuse(self, problem: NxcrmError) -> None:
        """It did not open: say why; ask for a code when the server must be met."""
        self._busy(busy=False)
        self.problem.setText(" ".join(said(part) for part in (problem.happened, problem.todo) if part))
        self.problem.show()
        set_property(self.password, "invalid", problem.code == "wrong_password")
        self.code.setVisible(problem.code in _NEEDS_SERVER or self.code.isVisible())
        self.password.selectAll()
        self.password.setFocus()

    def clear(self) -> None:
        """Forget what was typed."""
        self.password.clear()
        self.code.clear()
        self.problem.hide()
        self.caps.hide()
        self._busy(busy=False)

    def _busy(self, *, busy: bool) -> None:
        self.open.setText(self.tr("Opening …") if busy else self.tr("Unlock"))
        for part in (self.open, self.password, self.code):
            part.setEnabled(not busy)

    def _typed(self) -> None:
        self.caps.setVisible(self.password.caps)
        self.problem.hide()
        set_property(self.password, "invalid", False)
