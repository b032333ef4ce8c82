"""The application as a whole: locked, opened, locked again; nothing of the store shows while it is locked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import unlock
from tests.gui.conftest import activate
from tests.helpers.keys import CHEAP
from tests.helpers.qt import PASSWORD
from ui.app import Desktop, fills
from ui.dialogs.base import Question
from ui.dialogs.error import ErrorDialog
from ui.dialogs.palette import Palette
from ui.enrol import EnrolScreen
from ui.panes.leads import LeadsPane
from ui.unlock import UnlockScreen

pytestmark = pytest.mark.allow_log(r"sync_failed")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.app.unlock", lambda profile, password: unlock(profile, password, costs=CHEAP))


def screen_of(desktop: Desktop) -> UnlockScreen:
    screen = desktop.window.centralWidget()
    assert isinstance(screen, UnlockScreen)
    return screen


def opened(qtbot: QtBot, desktop: Desktop) -> Desktop:
    desktop.unlock_with(PASSWORD)
    qtbot.waitUntil(lambda: desktop.session is not None and desktop.session.workspace.pane is not None)
    activate(qtbot, desktop.window)
    return desktop


def test_the_right_password_opens_the_leads(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = desktop()
    screen = screen_of(started)
    QTest.keyClicks(screen.password, PASSWORD)
    QTest.keyClick(screen.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: started.session is not None and started.session.workspace.pane is not None)
    assert started.session is not None
    assert isinstance(started.session.workspace.pane, LeadsPane)


def test_a_wrong_password_says_so_and_opens_nothing(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = desktop()
    screen = screen_of(started)
    started.unlock_with("not the password at all")
    qtbot.waitUntil(screen.problem.isVisible)
    assert started.session is None
    assert screen.password.property("invalid") is True
    assert screen.open.isEnabled()
    lines = screen.problem.heightForWidth(screen.problem.width())
    assert lines > screen.problem.fontMetrics().height()
    qtbot.waitUntil(lambda: screen.problem.height() >= lines)


def test_caps_lock_is_told(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    screen = screen_of(desktop())
    QTest.keyClick(screen.password, Qt.Key.Key_A)
    assert not screen.caps.isVisible()
    QTest.keyClicks(screen.password, "B", Qt.KeyboardModifier.NoModifier)
    assert screen.caps.isVisible()


def test_ctrl_l_hides_everything_and_the_password_opens_it_again(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = opened(qtbot, desktop())
    assert started.session is not None
    app = started.session.app
    app.leads.create({"name": "Kavya Reddy"})
    QGuiApplication.clipboard().setText("Kavya Reddy")
    QTest.keyClick(started.session.workspace, Qt.Key.Key_L, CTRL)
    qtbot.waitUntil(lambda: started.session is None)
    assert isinstance(started.window.centralWidget(), UnlockScreen)
    assert "Ananya" not in started.window.windowTitle()
    assert not QGuiApplication.clipboard().text()
    assert opened(qtbot, started).session is not None


def test_locking_asks_about_typed_text_and_saves_it(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = opened(qtbot, desktop())
    assert started.session is not None
    app, pane = started.session.app, started.session.workspace.pane
    assert isinstance(pane, LeadsPane)
    lead = app.leads.create({"name": "Kavya Reddy"})
    pane.open(lead, pane.detail.edit)
    qtbot.waitUntil(lambda: pane.detail.form.editing)
    city = pane.detail.form.widget_of("city")
    assert isinstance(city, QLineEdit)
    city.setText("Satara")
    started.lock()
    question = started.window.findChild(Question)
    assert question is not None
    assert started.session is not None
    with qtbot.waitSignal(question.finished):
        QTest.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: started.session is None)
    again = opened(qtbot, started)
    assert again.session is not None
    assert again.session.app.leads.get(lead)["city"] == "Satara"


def test_without_a_profile_one_enrols(
    qtbot: QtBot, qapp: QApplication, theme: object, tmp_path: object, settings: object
) -> None:
    started = Desktop(qapp, theme, tmp_path, settings)  # type: ignore[arg-type]
    screen = started.window.centralWidget()
    assert isinstance(screen, EnrolScreen)
    screen.ask()
    assert screen.problem.text()
    started.close()
    started.window.deleteLater()


def test_an_enrolment_that_meets_no_server_says_so(
    qtbot: QtBot, qapp: QApplication, theme: object, tmp_path: object, settings: object
) -> None:
    started = Desktop(qapp, theme, tmp_path, settings)  # type: ignore[arg-type]
    screen = started.window.centralWidget()
    assert isinstance(screen, EnrolScreen)
    for field, text in (
        (screen.server, "http://127.0.0.1:9"), (screen.user, "asha"), (screen.password, PASSWORD),
        (screen.code, "123456"), (screen.new_password, PASSWORD + "x"), (screen.again, PASSWORD + "x"),
    ):  # fmt: skip
        field.setText(text)
    screen.ask()
    assert not screen.enrol.isEnabled()
    qtbot.waitUntil(screen.enrol.isEnabled)
    assert screen.problem.text()
    started.close()
    started.window.deleteLater()


def test_ctrl_k_inside_a_text_field_opens_the_search(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = opened(qtbot, desktop())
    assert started.session is not None
    workspace = started.session.workspace
    assert isinstance(workspace.pane, LeadsPane)
    workspace.pane.filter.setText("something")
    workspace.pane.filter.setFocus()
    workspace.pane.filter.home(False)
    QTest.keyClick(workspace.pane.filter, Qt.Key.Key_K, CTRL)
    palette = workspace.findChild(Palette)
    assert palette is not None
    assert workspace.pane.filter.text() == "something"
    palette.reject()


@pytest.mark.allow_log(r"unexpected ZeroDivisionError")
def test_a_bug_shows_one_dialog_without_anyone_s_data(qtbot: QtBot, desktop: Callable[[], Desktop]) -> None:
    started = opened(qtbot, desktop())
    assert started.session is not None
    started.session.ctx.tasks.read(started, lambda: 1 // 0, lambda _n: None)
    qtbot.waitUntil(lambda: started.window.findChild(ErrorDialog) is not None)
    dialog = started.window.findChild(ErrorDialog)
    assert dialog is not None
    dialog.copy_details()
    assert "unexpected" in QGuiApplication.clipboard().text()
    assert "division" not in QGuiApplication.clipboard().text()
    dialog.accept()


@pytest.mark.parametrize(
    ("screen", "whole"), [((1366, 768), True), ((1093, 614), True), ((1536, 864), False), ((1920, 1080), False)]
)
def test_on_a_small_screen_the_window_takes_all_of_it(screen: tuple[int, int], whole: bool) -> None:
    assert fills(QSize(*screen)) is whole
