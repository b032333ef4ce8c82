"""A new member of staff sets a laptop up in the window: a real server, an empty profile folder, keys of full cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync.server.config import OrgPolicy
from tests.helpers.server import PASSWORD, ServerHandle, running_server
from ui.app import Desktop
from ui.enrol import EnrolScreen
from ui.panes.leads import LeadsPane
from ui.theming.theme import Theme
from ui.unlock import UnlockScreen

pytestmark = pytest.mark.allow_log(r"sync_failed")
PATIENCE_MS = 60_000


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerHandle]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    with running_server(tmp_path / "organisation", policy=OrgPolicy(password_only_devices=True)) as handle:
        yield handle


@pytest.fixture
def desktop(qtbot: QtBot, qapp: QApplication, theme: Theme, settings: QSettings, tmp_path: Path) -> Iterator[Desktop]:
    started = Desktop(qapp, theme, tmp_path / "laptop", settings)
    started.window.show()
    yield started
    started.close()
    started.window.deleteLater()


def fill(screen: EnrolScreen, server: ServerHandle, temporary: str, code: str) -> None:
    screen.choose_authority(server.ca_file)
    for field, words in (
        (screen.server, server.url), (screen.user, "asha"), (screen.password, temporary), (screen.code, code),
        (screen.new_password, PASSWORD), (screen.again, PASSWORD),
    ):  # fmt: skip
        field.clear()
        QTest.keyClicks(field, words)


def test_from_an_empty_folder_to_the_leads_and_locked_again(
    qtbot: QtBot, desktop: Desktop, server: ServerHandle
) -> None:
    temporary, _uri = server.add_user("asha")
    screen = desktop.window.centralWidget()
    assert isinstance(screen, EnrolScreen)
    fill(screen, server, "not the temporary password", server.otp("asha"))
    screen.enrol.click()
    qtbot.waitUntil(lambda: screen.problem.text() != "", timeout=PATIENCE_MS)
    fill(screen, server, temporary, server.otp("asha"))
    screen.enrol.click()
    qtbot.waitUntil(lambda: screen.recovery_codes != "", timeout=PATIENCE_MS)
    assert len(screen.recovery_codes.split()) == 10
    assert screen.password.text() == screen.new_password.text() == ""
    screen.finished.emit()
    qtbot.waitUntil(lambda: desktop.session is not None and desktop.session.workspace.pane is not None)
    assert desktop.session is not None
    assert isinstance(desktop.session.workspace.pane, LeadsPane)
    desktop.lock()
    assert isinstance(desktop.window.centralWidget(), UnlockScreen)
