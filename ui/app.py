"""The desktop application: one window that is locked, enrolling, or unlocked."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QLoggingCategory, QObject, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from nxcrm_desktop.bootstrap import Enrolled, EnrolRequest, Profile, enrol, sign_in, unlock
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime.executors import Executors
from ui.dialogs.base import Question
from ui.dialogs.error import ErrorDialog
from ui.enrol import EnrolScreen
from ui.language import install_language
from ui.problems import note_bug, unexpected
from ui.shortcuts import ClaimCtrlK
from ui.tasks import Tasks
from ui.theming.theme import Theme, system_appearance
from ui.theming.tokens import LIGHT, Appearance
from ui.unlock import UnlockScreen
from ui.widgets.logo import paint_mark

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App
    from ui.session import Session

IDLE_MINUTES = 10
_SMALL_SCREEN, _USUAL = QSize(1366, 768), QSize(1280, 760)
_ACTIVE = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel})


class Window(QMainWindow):
    """The one window; asks its owner before it closes."""

    def __init__(self, may_close: Callable[[], bool]) -> None:
        super().__init__()
        self._may_close = may_close
        self.setWindowTitle("nxcrm")
        self.setMinimumSize(QSize(640, 480))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless something typed would be lost."""
        event.setAccepted(self._may_close())


class Desktop(QObject):
    """Goes from locked to unlocked and back. ``folder`` is the profile's."""

    def __init__(self, application: QApplication, theme: Theme, folder: Path, settings: QSettings) -> None:
        super().__init__()
        self._application, self.theme, self._folder, self._settings = application, theme, folder, settings
        self._executors = Executors()
        self._tasks = Tasks(self._executors)
        self._tasks.failed.connect(self.show_error)
        self.session: Session | None = None
        self._ending: Future[None] | None = None
        self.window = Window(self._may_close)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MINUTES * 60_000)
        self._idle.timeout.connect(self.lock_when_idle)
        self._claim = ClaimCtrlK(self)
        application.installEventFilter(self._claim)
        application.installEventFilter(self)
        self._show_first()

    # ------------------------------------------------------------------------------------------------------ screens

    def _show_first(self) -> None:
        try:
            self._show_lock(Profile.open(self._folder))
        except NxcrmError as problem:
            self._show_enrol()
            if problem.code != "profile_missing":
                QTimer.singleShot(0, self, partial(self.show_error, problem))

    def _show(self, screen: QWidget) -> None:
        old = self.window.takeCentralWidget()
        if old is not None:
            old.deleteLater()
        self.window.setCentralWidget(screen)
        if not self.window.isVisible():
            self.window.resize(_USUAL)
            if fills(self.window.screen().size()):
                self.window.setWindowState(Qt.WindowState.WindowMaximized)

    def _show_lock(self, profile: Profile) -> None:
        screen = UnlockScreen(self.theme, profile.user, profile.server)
        screen.asked.connect(lambda password, code: self._unlock(profile, screen, password, code))
        self._show(screen)
        self.window.setWindowTitle("nxcrm")
        screen.password.setFocus()

    def _show_enrol(self) -> None:
        screen = EnrolScreen(self.theme, self._folder)
        screen.asked.connect(lambda request: self._enrol(screen, request))
        self._show(screen)
        screen.server.setFocus()

    def _unlock(self, profile: Profile, screen: UnlockScreen, password: str, code: str) -> None:
        ending = self._ending

        def work() -> App:
            if ending is not None:
                ending.result()  # the session before this one must have let go of the profile
            return sign_in(profile, password, code) if code else unlock(profile, password)

        self._tasks.io(screen, work, self.open, screen.refuse)

    def _enrol(self, screen: EnrolScreen, request: EnrolRequest) -> None:
        def enrolled(made: Enrolled) -> None:
            if made.recovery_codes:
                screen.finished.connect(lambda: self.open(made.app))
                screen.show_codes(made.recovery_codes)
            else:
                self.open(made.app)

        self._tasks.io(screen, lambda: enrol(request), enrolled, screen.refuse)

    def unlock_with(self, password: str) -> None:
        """As if this password had been typed."""
        screen = self.window.centralWidget()
        if isinstance(screen, UnlockScreen):
            screen.password.setText(password)
            screen.ask()

    def open(self, app: App) -> None:
        """Show the workspace of an unlocked profile."""
        from ui.session import Session  # all the panes: not needed to ask for a password

        self.session = Session(app, self.theme, self._settings, self._executors, self.show_error)
        self.session.workspace.lock_asked.connect(self.lock)
        self._show(self.session.workspace)
        self.window.setWindowTitle(f"nxcrm – {app.identity.full_name}")
        self._idle.start()
        self.session.start_sync()

    # ------------------------------------------------------------------------------------------------------ locking

    def lock(self) -> None:
        """Ctrl+L: what was typed and not saved is asked about first."""
        session = self.session
        if session is None:
            return
        if session.workspace.may_leave():
            self._lock_now()
            return
        answers: list[tuple[str, Callable[[], object], str]] = [
            (self.tr("Stay"), lambda: None, ""),
            (self.tr("Discard and lock"), self._lock_now, "danger"),
            (self.tr("Save and lock"), self._save_and_lock, "primary"),
        ]
        Question(
            self.tr("Save your changes?"), self.tr("What you typed is not saved yet."), answers, self.window
        ).open()

    def lock_when_idle(self) -> None:
        """Nobody is here: save what is complete, then lock."""
        if self.session is not None:
            self._save_and_lock()

    def _save_and_lock(self) -> None:
        session = self.session
        if session is not None:
            session.workspace.save_all()
            # Writes are one after the other: when this one is done, so are those.
            session.ctx.tasks.write(self, lambda: None, lambda _done: self._lock_now())

    def _lock_now(self) -> None:
        session, self.session = self.session, None
        if session is None:
            return
        self._idle.stop()
        for dialog in self.window.findChildren(QWidget):
            if dialog.isWindow():
                dialog.close()
        self._application.clipboard().clear()
        self._ending = self._executors.io(session.end())
        self._show_lock(session.app.profile)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Anything done restarts the idle clock."""
        if event.type() in _ACTIVE and self._idle.isActive():
            self._idle.start()
        return False

    # --------------------------------------------------------------------------------------------------------- ends

    def _may_close(self) -> bool:
        if self.session is not None and not self.session.workspace.may_leave():
            self.lock()
            return False
        self.close()
        return True

    def close(self) -> None:
        """End the session and all threads."""
        self._application.removeEventFilter(self)
        self._application.removeEventFilter(self._claim)
        session, self.session = self.session, None
        if session is not None:
            session.end()()
        self._tasks.close()
        self._executors.close()

    # ------------------------------------------------------------------------------------------------------- errors

    def show_error(self, problem: NxcrmError) -> None:
        """An expected failure: what happened, what is safe, what to do."""
        ErrorDialog(problem, self.window).open()

    def show_bug(self, error: BaseException) -> None:
        """An unexpected one: noted in the log, and one dialog."""
        note_bug(error)
        self.show_error(unexpected())


def fills(screen: QSize) -> bool:
    """Whether the window opens maximised: on a laptop's screen there is none to spare. Logical pixels."""
    return screen.width() <= _SMALL_SCREEN.width() or screen.height() <= _SMALL_SCREEN.height()


def window_icon() -> QIcon:
    """The mark as an icon."""
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        paint_mark(painter, picture.rect().toRectF(), LIGHT.accent, LIGHT.on_accent)
        painter.end()
        made.addPixmap(picture)
    return made


def make_application(arguments: Sequence[str]) -> QApplication:
    """The Qt application with its names, icon and rounding of scales."""
    QLoggingCategory.setFilterRules("qt.text.font.db=false")  # Devanagari comes from a family of its own
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(list(arguments))
    application.setApplicationName("nxcrm")
    application.setOrganizationName("nxcrm")
    application.setWindowIcon(window_icon())
    return application


def saved_language(settings: QSettings) -> str:
    """The language the user chose last, else ``NXCRM_LANGUAGE``, else the desktop's."""
    return str(settings.value("language", os.environ.get("NXCRM_LANGUAGE", QLocale.system().name()[:2])))


def saved_appearance(settings: QSettings) -> Appearance:
    """The look the user chose last, else the desktop's."""
    chosen = str(settings.value("appearance", ""))
    return Appearance(chosen) if chosen in set(Appearance) else system_appearance()


def _folder(arguments: Sequence[str]) -> Path:
    parser = argparse.ArgumentParser(prog="nxcrm-desktop")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="the profile folder")
    chosen: Path | None = parser.parse_args(arguments[1:]).profile
    if chosen is not None:
        return chosen
    from nxcrm_desktop.config import profile_folder  # pydantic's settings are slow to load

    return profile_folder()


def main(arguments: Sequence[str]) -> int:
    """Run until the window closes; the exit code."""
    return run_window(_folder(arguments), arguments=arguments)


def run_window(folder: Path, *, password: str = "", arguments: Sequence[str] = ("nxcrm",)) -> int:
    """Show the window of a profile until it closes; a password given beforehand opens it. Returns the exit code."""
    application = make_application(arguments)
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "nxcrm", "desktop")
    install_language(application, saved_language(settings))
    theme = Theme(application, saved_appearance(settings))
    theme.changed.connect(lambda: settings.setValue("appearance", theme.appearance.value))
    desktop = Desktop(application, theme, folder, settings)
    sys.excepthook = lambda _kind, error, _trace: desktop.show_bug(error)
    desktop.window.show()
    if password:
        desktop.unlock_with(password)
    return application.exec()
