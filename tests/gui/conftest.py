"""A real profile in a real window, offscreen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime.executors import Executors
from tests.helpers.qt import ANANYA, Person, make_profile, open_profile
from ui.app import Desktop
from ui.language import install_language
from ui.session import Session
from ui.tasks import Tasks
from ui.theming.theme import Theme
from ui.theming.tokens import Appearance


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The look, once for all tests; English."""
    install_language(qapp, "en")
    return Theme(qapp, Appearance.LIGHT)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings of the test's own."""
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def executors() -> Iterator[Executors]:
    """The program's threads."""
    made = Executors()
    yield made
    made.close()


@pytest.fixture
def tasks(qapp: QApplication, executors: Executors) -> Iterator[Tasks]:
    """Work off the main thread."""
    made = Tasks(executors)
    problems: list[object] = []
    made.failed.connect(problems.append)
    yield made
    made.close()
    assert not problems


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A sales executive's unlocked profile, empty but for the stages."""
    opened = open_profile(make_profile(tmp_path / "profile"))
    yield opened
    opened.close()


@pytest.fixture
def problems() -> list[NxcrmError]:
    """The errors that the workspace showed."""
    return []


@pytest.fixture
def session_of(
    qtbot: QtBot, theme: Theme, settings: QSettings, executors: Executors, problems: list[NxcrmError]
) -> Iterator[Callable[[App], Session]]:
    """Opens the workspace of an app; what it shows as an error goes to ``problems``."""
    opened: list[Session] = []

    def start(app: App) -> Session:
        session = Session(app, theme, settings, executors, problems.append)
        session.workspace.resize(1093, 614)
        session.workspace.show()
        opened.append(session)
        qtbot.waitUntil(lambda: session.workspace.pane is not None)
        settle(qtbot, session)
        activate(qtbot, session.workspace)
        return session

    yield start
    for session in opened:
        session.end()


@pytest.fixture
def desktop(
    qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path, settings: QSettings
) -> Iterator[Callable[[Person], Desktop]]:
    """The whole application before a locked profile."""
    made: list[Desktop] = []

    def start(person: Person = ANANYA) -> Desktop:
        folder = tmp_path / person.username
        make_profile(folder, person)
        opened = Desktop(qapp, theme, folder, settings)
        opened.window.show()
        made.append(opened)
        return opened

    yield start
    for opened in made:
        opened.close()
        opened.window.deleteLater()


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Make it the active window: shortcuts and the focus belong to that one."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def settle(qtbot: QtBot, session: Session) -> None:
    """Wait until nothing is being read, written or gathered."""
    qtbot.waitUntil(lambda: session.ctx.tasks.idle and session.ctx.changes.idle, timeout=20_000)
