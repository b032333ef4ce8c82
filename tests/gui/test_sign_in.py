"""Signing in again while the window stays open: a real server that ended the session, a real enrolled profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App, EnrolRequest, enrol
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.ids import new_id
from sync.server.config import OrgPolicy
from sync.server.store import accounts
from sync.server.store.engine import write_transaction
from tests.helpers.keys import CHEAP
from tests.helpers.server import PASSWORD, ServerHandle, running_server
from ui.dialogs.sign_in import SignInDialog
from ui.session import Session

pytestmark = pytest.mark.allow_log(r"sync_failed")
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    folder = tmp_path_factory.mktemp("organisation")
    with running_server(folder, policy=OrgPolicy(password_only_devices=True)) as handle:
        yield handle


@pytest.fixture
def enrolled(server: ServerHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A laptop whose session the server has ended."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    user = new_id()
    temporary, _uri = server.add_user(user)
    wanted = EnrolRequest(
        tmp_path / "profile", server.url, user, temporary, server.otp(user), new_password=PASSWORD,
        ca_file=server.ca_file, device_name="Test laptop",
    )  # fmt: skip
    app = enrol(wanted, costs=CHEAP).app
    with write_transaction(server.context.engine) as connection:
        assert accounts.end_families(connection, "device_id", app.profile.device_id, "test", clock.now_ms()) == 1
    yield app
    app.close()


@pytest.fixture
def session(qtbot: QtBot, enrolled: App, session_of: Callable[[App], Session]) -> Session:
    """The window of that laptop; its pill says "Sign in"."""
    opened = session_of(enrolled)
    opened.start_sync()
    qtbot.waitUntil(lambda: phase(opened) == "sign_in", timeout=PATIENCE_MS)
    return opened


def phase(session: Session) -> str:
    return session.workspace.status.pill.state.phase


def asked(session: Session) -> SignInDialog:
    assert session.workspace.status.pill.text() == "Sign in"
    session.workspace.status.pill.click()
    dialogs = session.workspace.findChildren(SignInDialog)
    assert len(dialogs) == 1
    assert dialogs[0].isVisible()
    return dialogs[0]


def answer(dialog: SignInDialog, password: str, code: str) -> None:
    dialog.password.clear()
    dialog.code.clear()
    QTest.keyClicks(dialog.password, password)
    QTest.keyClicks(dialog.code, code)
    QTest.keyClick(dialog.code, Qt.Key.Key_Return)


def refused(qtbot: QtBot, dialog: SignInDialog) -> str:
    assert not dialog.ready
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE_MS)
    assert dialog.isVisible()
    return dialog.problem.text()


def test_the_right_answer_syncs_what_was_done_meanwhile(
    qtbot: QtBot, session: Session, enrolled: App, server: ServerHandle
) -> None:
    dialog = asked(session)
    assert not dialog.isModal()
    lead = enrolled.leads.create({"name": "Kavya Reddy"})
    assert session.workspace.isVisible()
    answer(dialog, PASSWORD, server.otp(enrolled.identity.user_name))
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: phase(session) == "synced", timeout=PATIENCE_MS)
    assert session.workspace.status.pill.state.waiting == 0
    assert enrolled.leads.get(lead)["name"] == "Kavya Reddy"
    assert not dialog.password.text()
    assert not dialog.code.text()


def test_a_wrong_password_is_told_in_the_dialog_and_too_many_with_the_seconds(
    qtbot: QtBot, session: Session, enrolled: App
) -> None:
    dialog = asked(session)
    answer(dialog, "not the password of anyone", "000000")
    assert "not right" in refused(qtbot, dialog)
    assert dialog.password.property("invalid") is True
    told = ""
    for _ in range(6):
        answer(dialog, "not the password of anyone", "000000")
        told = refused(qtbot, dialog)
    assert "seconds" in told
    assert any(word.isdigit() for word in told.split())
    assert phase(session) == "sign_in"
    assert session.ctx.app.leads.create({"name": "Bela Shah"})
    dialog.reject()
    assert not dialog.password.text()


def test_without_the_server_the_dialog_says_so_and_stays(
    qtbot: QtBot, session: Session, enrolled: App, server: ServerHandle
) -> None:
    dialog = asked(session)
    server.stop()
    try:
        answer(dialog, PASSWORD, "123456")
        assert "cannot be reached" in refused(qtbot, dialog)
    finally:
        server.start()
    dialog.reject()
    assert asked(session) is dialog
    dialog.reject()


def test_nothing_is_asked_of_the_server_until_both_are_typed(session: Session) -> None:
    dialog = asked(session)
    answer(dialog, PASSWORD, "")
    assert dialog.ready
    assert dialog.problem.isVisible()
    assert dialog.code.property("invalid") is True
    dialog.reject()
