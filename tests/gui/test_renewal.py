"""A laptop put back from an old copy: the window says so, and signing in once more makes a new laptop of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App, EnrolRequest, Profile, enrol, unlock
from sync.server.config import OrgPolicy
from tests.helpers.keys import CHEAP
from tests.helpers.server import PASSWORD, ServerHandle, running_server
from ui.dialogs.sign_in import SignInDialog
from ui.session import Session

pytestmark = pytest.mark.allow_log(r"sync_failed")
PATIENCE_MS = 20_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerHandle]:
    with running_server(tmp_path / "organisation", policy=OrgPolicy(password_only_devices=True)) as handle:
        yield handle


@pytest.fixture
def put_back(server: ServerHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The laptop after its store was replaced by an older copy of itself."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    temporary, _uri = server.add_user("asha")
    folder = tmp_path / "profile"
    request = EnrolRequest(
        folder, server.url, "asha", temporary, server.otp("asha"), PASSWORD, server.ca_file, "Test laptop"
    )
    app = enrol(request, costs=CHEAP).app
    app.store.checkpoint()
    shutil.copy(folder / "store.db", tmp_path / "kept.db")
    app.leads.create({"name": "After the copy"})
    app.sync.run()
    app.close()
    for leftover in folder.glob("store.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "kept.db", folder / "store.db")
    app = unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    app.leads.create({"name": "Typed on the copy"})
    yield app
    app.close()


def test_the_window_renews_a_laptop_put_back_from_a_copy(
    qtbot: QtBot, put_back: App, server: ServerHandle, session_of: Callable[[App], Session]
) -> None:
    session = session_of(put_back)
    old = put_back.identity.device_id
    session.start_sync()
    pill = session.workspace.status.pill
    qtbot.waitUntil(lambda: pill.state.phase == "sign_in", timeout=PATIENCE_MS)
    pill.click()
    (dialog,) = session.workspace.findChildren(SignInDialog)
    assert "older copy" in dialog._about.text()
    dialog.password.setText(PASSWORD)
    dialog.code.setText(server.otp("asha"))
    dialog.ask()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: pill.state.phase == "synced", timeout=PATIENCE_MS)
    assert put_back.identity.device_id != old
    with put_back.store.read() as reader:
        names = {row[0] for row in reader.cursor.execute("SELECT name FROM lead").fetchall()}
    assert names == {"After the copy", "Typed on the copy"}
