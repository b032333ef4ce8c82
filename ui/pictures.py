"""Pictures of every screen, taken without one: for the documentation, and for the demo on a machine with no display."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QSettings, QSize, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime.executors import Executors
from sync.client.telling import Phase, SyncStatus
from ui.app import make_application
from ui.dialogs.conflict import ConflictDialog
from ui.dialogs.import_file import ImportDialog
from ui.dialogs.new_record import NewRecordDialog
from ui.dialogs.palette import Palette
from ui.dialogs.shortcut_sheet import ShortcutSheet
from ui.language import install_language
from ui.panes.leads import LeadsPane
from ui.panes.sync_centre import SyncPane
from ui.session import Session
from ui.shortcuts import shortcuts
from ui.theming.theme import Theme
from ui.theming.tokens import Appearance
from ui.unlock import UnlockScreen
from ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App

LAPTOP = QSize(1093, 614)
"""1366 × 768 at 125 %: the commonest laptop of the field."""
_PATIENCE = 30.0
_QUERY = "creta"
"""What one types who looks for a car."""
_NO_SCREEN = ("This plugin does not support propagateSizeHints()", "OpenType support missing for")
"""What Qt says of every window without a screen, and of fonts whose other scripts come from a family of their own."""


def _say(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if not message.startswith(_NO_SCREEN):
        sys.stderr.write(f"{message}\n")


def headless_application(language: str = "en") -> tuple[QApplication, Theme]:
    """A Qt application that needs no display. Once a process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "1.25")
    qInstallMessageHandler(_say)
    application = make_application(["nxcrm"])
    install_language(application, language)
    return application, Theme(application, Appearance.LIGHT)


def save_pictures(app: App, folder: Path, lead_id: str = "") -> list[Path]:
    """Every place of the rail, light and dark, and one lead in all its parts; returns the files."""
    application, theme = headless_application()
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for appearance in Appearance:
        theme.show(appearance)
        with Photographer(application, theme, app, folder, f"-{appearance}") as photographer:
            files += photographer.everything(lead_id)
    return files


class Photographer:
    """Opens the workspace of an unlocked profile and takes pictures of it. A context manager."""

    def __init__(self, application: QApplication, theme: Theme, app: App, folder: Path, suffix: str) -> None:
        self.application, self._theme, self._app = application, theme, app
        self._folder, self._suffix = folder, suffix
        self._scratch = TemporaryDirectory()
        self._executors = Executors()
        settings = QSettings(str(Path(self._scratch.name) / "settings.ini"), QSettings.Format.IniFormat)
        self.problems: list[NxcrmError] = []
        self.session = Session(app, theme, settings, self._executors, self.problems.append)
        self.workspace = self.session.workspace

    def __enter__(self) -> Photographer:
        self.workspace.resize(LAPTOP)
        self.workspace.show()
        self.workspace.activateWindow()
        self.wait(lambda: self.workspace.pane is not None)
        waiting = self._app.outbox.count()
        conflicts = self._app.conflicts.count()
        self.session.ctx.sync.show(SyncStatus(Phase.OFFLINE, waiting=waiting, conflicts=conflicts))
        return self

    def __exit__(self, *_error: object) -> None:
        self.session.end()
        self._executors.close()
        self._scratch.cleanup()
        self.application.processEvents()

    def everything(self, lead_id: str = "", query: str = _QUERY) -> list[Path]:
        """Lists, one record, dialogs; the search for ``query``."""
        files = [*self.places(), *self.sync_parts()]
        lead = lead_id or self._some_lead()
        if lead:
            files += self.lead(lead)
        return [*files, *self.dialogs(query), self.unlock()]

    def wait(self, done: Callable[[], bool]) -> None:
        """Let the window work until this is so. Raises TimeoutError."""
        end = time.monotonic() + _PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the window did not come to rest")
            self.application.processEvents()
            time.sleep(0.002)

    def settle(self) -> None:
        """Let everything that is being read be shown."""
        self.wait(lambda: self.session.ctx.tasks.idle and self.session.ctx.changes.idle)
        for _ in range(8):
            self.application.processEvents()
        self.wait(lambda: self.session.ctx.tasks.idle)

    def shoot(self, name: str, widget: QWidget | None = None) -> Path:
        """One picture."""
        self.settle()
        path = self._folder / f"{name}{self._suffix}.png"
        (widget or self.workspace).grab().save(str(path))
        return path

    def places(self) -> list[Path]:
        """Every place of the rail, its first record open where it has records."""
        files: list[Path] = []
        for key in self.workspace.rail.keys:
            self.workspace.go(key)
            files.append(self.shoot(key))
            pane = self.workspace.pane
            if isinstance(pane, ListPane) and key != "leads" and pane.model.rowCount():
                pane.table.step(0)
                files.append(self.shoot(f"{key}-detail"))
        return files

    def sync_parts(self) -> list[Path]:
        """What the sync centre holds besides conflicts: refused edits, possible duplicates, this laptop."""
        self.workspace.go("sync")
        self.settle()
        pane = self.workspace.pane
        if not isinstance(pane, SyncPane):
            return []
        files: list[Path] = []
        parts = {"refused": pane.refused, "duplicates": pane.duplicates, "laptop": pane.laptop}
        for name, part in parts.items():
            pane.tabs.setCurrentWidget(part)
            files.append(self.shoot(f"sync-{name}"))
        pane.tabs.setCurrentIndex(0)
        return files

    def lead(self, lead_id: str) -> list[Path]:
        """One lead in all its parts."""
        self.workspace.show_record("lead", lead_id)
        self.settle()
        pane = self.workspace.pane
        if not isinstance(pane, LeadsPane):
            return []
        files: list[Path] = []
        parts = {"overview": 0, "timeline": 1, "docs": 2, "money": 3}
        for name, tab in parts.items():
            pane.lead.tabs.setCurrentIndex(tab)
            files.append(self.shoot(f"lead-{name}"))
        pane.edit()
        files.append(self.shoot("lead-edit"))
        pane.escape()
        return files

    def dialogs(self, query: str) -> list[Path]:
        """Search, a new lead, the shortcuts, a conflict when there is one."""
        workspace = self.workspace
        workspace.search()
        palette = workspace.findChild(Palette)
        assert isinstance(palette, Palette), "the search that was just opened"
        palette.line.setText(query)
        self.wait(lambda: not palette.searching)
        files = [self._closing("search", palette)]
        if workspace.ctx.may(Action.CREATE, "lead"):
            files.append(self._closing("new-lead", NewRecordDialog(workspace.ctx, "lead", workspace)))
        files.append(self._closing("shortcuts", ShortcutSheet(shortcuts(), workspace)))
        conflicts = self._app.conflicts.list()[:1]
        return files + [self._closing("conflict", ConflictDialog(workspace.ctx, view, workspace)) for view in conflicts]

    def importing(self, file: Path, columns: Mapping[str, str]) -> Path:
        """The dialog that imports a file, with what it would do; ``columns`` are given their fields by hand."""
        dialog = ImportDialog(self.workspace.ctx, self.workspace)
        dialog.choose(file)
        self.settle()
        for name, field in columns.items():
            dialog.mapping.changed.emit(name, field)
        return self._closing("import", dialog)

    def unlock(self) -> Path:
        """The locked window."""
        screen = UnlockScreen(self._theme, self._app.profile.user, self._app.profile.server)
        screen.resize(LAPTOP)
        screen.show()
        path = self.shoot("unlock", screen)
        screen.deleteLater()
        return path

    def _closing(self, name: str, dialog: QDialog) -> Path:
        dialog.show()
        path = self.shoot(name, dialog)
        dialog.done(0)
        dialog.deleteLater()
        return path

    def _some_lead(self) -> str:
        if "leads" not in self.workspace.rail.keys:
            return ""
        rows = self.session.ctx.app.lists.page(ListQuery("lead", order="updated_at", descending=True), limit=1).rows
        return rows[0].id if rows else ""
