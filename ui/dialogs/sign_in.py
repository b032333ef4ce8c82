"""Signing in again while the window stays open: the session at the server has ended, the work here has not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import REWOUND
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.widgets.password_line import PasswordLine
from ui.widgets.plain import column, label, line_edit, set_property
from ui.words import said


class SignInDialog(Dialog):
    """Asks for password and one-time code; ``signed_in`` once the server took them. One goes on working meanwhile."""

    signed_in = Signal()

    def __init__(self, ctx: Context, parent: QWidget) -> None:
        super().__init__(self.tr("Sign in again"), parent, 420)
        self.setModal(False)
        self._ctx = ctx
        self.password = PasswordLine(ctx.theme, self.tr("Password"))
        self.code = line_edit(self.tr("One-time code"), self.tr("6-digit code of your authenticator"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhNoPredictiveText)
        self._about = label("", wrap=True)
        self._caps = label(self.tr("Caps Lock is on."), "warn")
        self.problem = label("", "problem", wrap=True)
        self._fill()
        self.add_button(self.tr("Later"), self.reject)
        self._go = self.add_button(self.tr("Sign in"), self.ask, "primary")
        for field in self._fields:
            field.textEdited.connect(lambda _text, field=field: self._typed(field))

    def _fill(self) -> None:
        identity, server = self._ctx.app.identity, self._ctx.app.profile.server
        who = label(identity.user_name, "strong")
        self.body.addWidget(self._about)
        self.body.addLayout(column(who, label(server, "muted", wrap=True), gap=2))
        self.body.addLayout(column(label(self.tr("Password"), "group"), self.password, gap=2))
        self.body.addLayout(column(label(self.tr("One-time code"), "group"), self.code, gap=2))
        for part in (self._caps, self.problem):
            part.hide()
            self.body.addWidget(part)

    @property
    def _fields(self) -> tuple[QLineEdit, QLineEdit]:
        return self.password, self.code

    @property
    def ready(self) -> bool:
        """Whether no answer of the server is waited for."""
        return self._go.isEnabled()

    def ask(self) -> None:
        """Try what was typed, once all of it is there."""
        empty = [field for field in self._fields if not field.text().strip()]
        for field in self._fields:
            set_property(field, "invalid", field in empty)
        if empty:
            self._tell(self.tr("Type the password and a one-time code."))
            empty[0].setFocus()
            return
        password, code, accounts = self.password.text(), self.code.text().strip(), self._ctx.app.accounts
        enter = accounts.renew if self._rewound else accounts.sign_in
        self._busy(busy=True)
        self._ctx.tasks.io(self, lambda: enter(password, code), lambda _done: self._taken(), self._refuse)

    @property
    def _rewound(self) -> bool:
        """Whether the server takes this laptop for an old copy of itself."""
        status = self._ctx.sync.status
        return status is not None and status.error is not None and status.error.code == REWOUND

    def showEvent(self, event: QShowEvent) -> None:
        """What signing in is for may be another thing each time."""
        safe = self.tr("Your work is safe on this laptop and you can go on. It is sent as soon as you have signed in.")
        copied = self.tr(
            "This laptop’s files come from an older copy, or were copied to another one. "
            "Sign in to go on as a new laptop: what is not sent yet stays and is sent."
        )
        self._about.setText(copied if self._rewound else safe)
        self.fit()
        super().showEvent(event)

    def _taken(self) -> None:
        self._busy(busy=False)
        self.signed_in.emit()
        self.accept()

    def _refuse(self, problem: NxcrmError) -> None:
        self._busy(busy=False)
        if not self.isVisible():
            return
        self._tell(self._words(problem))
        set_property(self.password, "invalid", problem.code == "bad_credentials")
        set_property(self.code, "invalid", problem.code == "bad_credentials")
        self.code.clear()  # each is good once
        self.password.selectAll()
        self.password.setFocus()

    def _tell(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()
        self.fit()

    def _words(self, problem: NxcrmError) -> str:
        wait = str(problem.details.get("retry_after", 0))
        known = {
            "bad_credentials": self.tr("The password or the code is not right. Wait for a new code and try again."),
            "throttled": self.tr("Too many failed attempts. Wait %1 seconds, then try again.").replace("%1", wait),
            "server_unreachable": self.tr("The server cannot be reached now. Go on working; sign in when it is back."),
        }
        told = (said(part) for part in (problem.happened, problem.safe, problem.todo) if part)
        return known.get(problem.code) or " ".join(told)

    def _busy(self, *, busy: bool) -> None:
        self._go.setText(self.tr("Signing in …") if busy else self.tr("Sign in"))
        for part in (self._go, *self._fields):
            part.setEnabled(not busy)

    def _typed(self, field: QLineEdit) -> None:
        self._caps.setVisible(self.password.caps)
        set_property(field, "invalid", False)

    def done(self, result: int) -> None:
        """Closed, either way: what was typed is forgotten."""
        for field in self._fields:
            field.clear()
            set_property(field, "invalid", False)
        self._caps.hide()
        self.problem.hide()
        super().done(result)
