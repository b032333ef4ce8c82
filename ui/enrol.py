"""Enrolment: makes this laptop the user's. Server, user, temporary password, one-time code, a password of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from nxcrm_desktop.bootstrap import EnrolRequest
from nxcrm_desktop.errors import NxcrmError
from ui.theming.theme import Theme
from ui.widgets.logo import Logo
from ui.widgets.password_line import PasswordLine
from ui.widgets.plain import ElidedLabel, button, column, frame, label, line_edit, row
from ui.words import said

_WIDTH = 460


class EnrolScreen(QWidget):
    """``asked`` with an EnrolRequest; ``finished`` when the recovery codes, if any, were acknowledged."""

    asked = Signal(object)
    finished = Signal()

    def __init__(self, theme: Theme, folder: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self._theme, self._folder = theme, folder
        self._ca: Path | None = None
        self.server = line_edit(self.tr("Server"), "https://crm.example.in")
        self.user = line_edit(self.tr("User name"))
        self.password = PasswordLine(theme, self.tr("Password you were given"))
        self.code = line_edit(self.tr("One-time code"), self.tr("6 digits of your authenticator"))
        self.new_password = PasswordLine(theme, self.tr("New password"), self.tr("at least 12 characters"))
        self.again = PasswordLine(theme, self.tr("New password again"))
        self._ca_name = ElidedLabel(self.tr("as this computer knows it"), "muted")
        self.problem = label("", "problem", wrap=True)
        self.enrol = button(self.tr("Enrol this laptop"), self.ask, "primary")
        self.enrol.setMinimumHeight(34)
        self.again.returnPressed.connect(self.ask)
        self._codes = label("", "heading", selectable=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._centred(self._form()))
        self._stack.addWidget(self._centred(self._codes_page()))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _centred(self, card: QWidget) -> QScrollArea:
        page = QWidget()
        page.setObjectName("body")
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        return scroll

    def _form(self) -> QWidget:
        card = frame("card")
        card.setFixedWidth(_WIDTH)
        authority = row(gap=8)
        authority.addWidget(self._ca_name, 1)
        authority.addWidget(button(self.tr("Choose a file …"), self.ask_authority))
        fields = (
            (self.tr("Server"), self.server),
            (self.tr("User name"), self.user),
            (self.tr("Password you were given"), self.password),
            (self.tr("One-time code"), self.code),
            (self.tr("New password"), self.new_password),
            (self.tr("New password again"), self.again),
        )
        parts = [column(label(words, "muted"), field, gap=2) for words, field in fields]
        card.setLayout(
            column(
                Logo(self._theme),
                label(self.tr("Enrol this laptop"), "title"),
                label(
                    self.tr("Your administrator gave you these. It takes a network once; afterwards you work without."),
                    "muted",
                    wrap=True,
                ),
                4,
                *parts,
                column(label(self.tr("The server's certificate authority"), "muted"), authority, gap=2),
                self.problem,
                self.enrol,
                margins=(28, 24, 28, 24),
                gap=8,
            )
        )
        return card

    def _codes_page(self) -> QWidget:
        card = frame("card")
        card.setFixedWidth(_WIDTH)
        copy = button(self.tr("Copy"), lambda: QGuiApplication.clipboard().setText(self.recovery_codes))
        card.setLayout(
            column(
                label(self.tr("Your recovery codes"), "title"),
                label(
                    self.tr("Each signs you in once if you lose your authenticator. They are shown only now."),
                    wrap=True,
                ),
                self._codes,
                row(copy, None, button(self.tr("I have written them down"), self.finished.emit, "primary")),
                margins=(28, 24, 28, 24),
                gap=12,
            )
        )
        return card

    def ask_authority(self) -> None:
        """Choose the organisation's own certificate authority."""
        name, _kind = QFileDialog.getOpenFileName(self, self.tr("Certificate authority"), "", "*.pem *.crt *.cer")
        if name:
            self.choose_authority(Path(name))

    def choose_authority(self, path: Path) -> None:
        """Trust this authority for the server."""
        self._ca = path
        self._ca_name.set_whole(path.name)

    def ask(self) -> None:
        """Check what can be checked here, then ask."""
        needed = (self.server, self.user, self.password, self.code)
        empty = next((field for field in needed if not field.text().strip()), None)
        if empty is not None:
            self.problem.setText(self.tr("%1 is missing.").replace("%1", empty.accessibleName()))
            empty.setFocus()
        elif self.new_password.text() != self.again.text():
            self.problem.setText(self.tr("The two new passwords differ."))
            self.again.setFocus()
        else:
            self._busy(busy=True)
            self.asked.emit(self.request())

    def request(self) -> EnrolRequest:
        """What was typed."""
        return EnrolRequest(
            folder=self._folder,
            server=self.server.text().strip(),
            user=self.user.text().strip(),
            password=self.password.text(),
            otp=self.code.text().strip(),
            new_password=self.new_password.text() or None,
            ca_file=self._ca,
        )

    def refuse(self, problem: NxcrmError) -> None:
        """It failed: nothing was made; say why."""
        self._busy(busy=False)
        self.problem.setText(" ".join(said(part) for part in (problem.happened, problem.todo) if part))
        if problem.code in ("password_change_required", "weak_password"):
            self.new_password.setFocus()

    @property
    def recovery_codes(self) -> str:
        """What is shown of them, one a line; empty before it worked."""
        return self._codes.text()

    def show_codes(self, codes: tuple[str, ...]) -> None:
        """It worked: show the recovery codes once."""
        for field in (self.password, self.code, self.new_password, self.again):
            field.clear()
        self._codes.setText("\n".join(codes))
        self._stack.setCurrentIndex(1)

    def _busy(self, *, busy: bool) -> None:
        self.enrol.setEnabled(not busy)
        self.enrol.setText(self.tr("Enrolling …") if busy else self.tr("Enrol this laptop"))
        self.problem.clear()
