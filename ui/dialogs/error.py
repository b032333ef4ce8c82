"""What happened, what is safe, what to do; a code, and details to copy that name no customer."""

from __future__ import annotations

import platform

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.errors import NxcrmError
from ui.dialogs.base import Dialog
from ui.widgets.plain import column, label
from ui.words import said


def details_of(problem: NxcrmError) -> str:
    """What support needs: code, machine-readable facts, versions, time. No sentence, for those may quote a person."""
    facts = [f"{name}: {value}" for name, value in sorted(problem.details.items())]
    about = f"Qt {qVersion()}, {platform.system()} {platform.release()}, {clock.to_iso(clock.now_ms())}"
    return "\n".join([f"code: {problem.code}", *facts, about])


class ErrorDialog(Dialog):
    """Shows one NxcrmError."""

    def __init__(self, problem: NxcrmError, parent: QWidget | None) -> None:
        super().__init__(said(problem.happened), parent)
        self.setWindowTitle(self.tr("That did not work"))
        self._problem = problem
        for caption, text in ((self.tr("What is safe"), problem.safe), (self.tr("What to do"), problem.todo)):
            if text:
                self.body.addLayout(
                    column(label(caption, "group"), label(said(text), wrap=True, selectable=True), gap=2)
                )
        self.body.addWidget(label(self.tr("Code: %1").replace("%1", problem.code), "muted", selectable=True))
        self._copy = self.add_button(self.tr("Copy details"), self.copy_details)
        self._close: QPushButton = self.add_button(self.tr("Close"), self.accept, "primary")

    def copy_details(self) -> None:
        """Put the details on the clipboard."""
        QGuiApplication.clipboard().setText(details_of(self._problem))
        self._copy.setText(self.tr("Copied"))
