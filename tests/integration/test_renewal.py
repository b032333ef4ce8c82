"""Old copies of real files on either side: a profile folder put back, a server's database put back. Nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nxcrm_desktop.bootstrap import App, EnrolRequest, Profile, enrol, renew, sign_in, unlock
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from sync.server.config import OrgPolicy
from tests.helpers.keys import CHEAP
from tests.helpers.server import PASSWORD, ServerHandle, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerHandle]:
    with running_server(tmp_path / "organisation", policy=OrgPolicy(password_only_devices=True)) as handle:
        yield handle


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")


def _enrol(server: ServerHandle, folder: Path, user: str) -> App:
    server.add_user(user, Role.SALES)
    account = server.accounts[user]
    request = EnrolRequest(
        folder, server.url, user, account.temporary_password, server.otp(user), PASSWORD, server.ca_file
    )
    return enrol(request, costs=CHEAP).app


def _names(app: App) -> set[str]:
    with app.store.read() as reader:
        return {str(row["name"]) for row in reader.page(ListQuery("lead"), limit=50).rows}


def _put_back(kept: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)


def test_a_profile_folder_put_back_from_an_old_copy_is_renewed_in_place(server: ServerHandle, tmp_path: Path) -> None:
    folder, kept = tmp_path / "profile", tmp_path / "kept"
    app = _enrol(server, folder, "asha")
    app.leads.create({"name": "Before the copy"})
    app.close()
    shutil.copytree(folder, kept)
    app = unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    app.leads.create({"name": "After the copy"})
    app.sync.run()
    app.close()
    _put_back(kept, folder)
    app = unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    app.leads.create({"name": "Typed on the copy"})
    old_id = app.identity.device_id
    with pytest.raises(NxcrmError) as caught:
        app.sync.run()
    assert caught.value.code in ("device_rewound", "sign_in_needed"), "the copy's tokens may be spent already"
    app.close()
    app = unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    app.accounts.renew(PASSWORD, server.otp("asha"))
    assert app.identity.device_id != old_id
    summary = app.sync.run()
    assert (summary.complete, summary.rejected) == (True, 0)
    assert _names(app) == {"Before the copy", "After the copy", "Typed on the copy"}
    app.close()
    with pytest.raises(NxcrmError, match="bad_credentials"):
        renew(Profile.open(folder), PASSWORD, "000000", costs=CHEAP)
    app = unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    assert app.sync.run().complete, "a renewal that failed has changed nothing"
    app.close()


def test_a_server_put_back_from_a_file_copy_gets_everything_again(server: ServerHandle, tmp_path: Path) -> None:
    app = _enrol(server, tmp_path / "profile", "asha")
    app.leads.create({"name": "In the backup"})
    app.sync.run()
    server.stop()
    database = server.data_dir / "server.db"
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        live.backup(backup)
    server.start()
    app.leads.create({"name": "After the backup"})
    app.sync.run()
    app.close()
    server.stop()
    for leftover in server.data_dir.glob("server.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", database)
    server.start()
    app = unlock(Profile.open(tmp_path / "profile"), PASSWORD, costs=CHEAP)
    app.leads.create({"name": "Still waiting"})
    try:
        app.sync.run()
    except NxcrmError as error:
        assert error.code == "sign_in_needed", error
        app.close()
        app = sign_in(Profile.open(tmp_path / "profile"), PASSWORD, server.otp("asha"), costs=CHEAP)
        app.sync.run()
    assert _names(app) == {"In the backup", "After the backup", "Still waiting"}
    app.close()


def test_the_account_cannot_be_switched_on_one_device(server: ServerHandle, tmp_path: Path) -> None:
    """A second user's password and code open nothing here: a device, its key and its store belong to one user."""
    app = _enrol(server, tmp_path / "profile", "asha")
    app.leads.create({"name": "Mine"})
    server.add_user("bela", Role.SALES)
    with pytest.raises(NxcrmError, match="bad_credentials"):
        app.session.sign_in("bela", server.accounts["bela"].temporary_password, server.otp("bela"))
    assert app.sync.run().complete
    assert _names(app) == {"Mine"}
    app.close()
