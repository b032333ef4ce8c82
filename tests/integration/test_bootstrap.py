"""Enrolling and unlocking with every real part: server process, TLS, keyring, encrypted store."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import secretstorage
import time_machine
from jeepney.io.blocking import open_dbus_connection

from nxcrm_desktop.bootstrap import App, Enrolled, EnrolRequest, Profile, enrol, sign_in, unlock
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.accounts import IdentityKey
from nxcrm_desktop.store.meta import Meta
from sync.server.config import OrgPolicy
from sync.server.services.staff import Staff
from tests.helpers.full_disk import full_beyond
from tests.helpers.keys import CHEAP
from tests.helpers.killing import killed_on_call
from tests.helpers.server import PASSWORD, ServerHandle, running_server

DAY = 86_400_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server that allows devices without a keyring."""
    folder = tmp_path_factory.mktemp("organisation")
    with running_server(folder, policy=OrgPolicy(password_only_devices=True)) as handle:
        yield handle


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unless a test asks for the Secret Service, there is none, whoever runs the tests."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")


def _request(server: ServerHandle, folder: Path, user: str, **changes: str | None) -> EnrolRequest:
    if user not in server.accounts:
        server.add_user(user, Role.SALES)
    account = server.accounts[user]
    values: dict[str, str | None] = {
        "password": account.temporary_password, "new_password": PASSWORD, "otp": server.otp(user), **changes
    }  # fmt: skip
    return EnrolRequest(folder, server.url, user, ca_file=server.ca_file, device_name="Test laptop", **values)  # type: ignore[arg-type]


def _enrol(server: ServerHandle, folder: Path, user: str) -> Enrolled:
    return enrol(_request(server, folder, user), costs=CHEAP)


def _unlock(folder: Path, password: str = PASSWORD) -> App:
    return unlock(Profile.open(folder), password, costs=CHEAP)


def _code(folder: Path, password: str = PASSWORD) -> str:
    with pytest.raises(NxcrmError) as caught:
        _unlock(folder, password).close()
    return caught.value.code


def test_a_device_is_enrolled_and_opens_again_without_the_network(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    enrolled = _enrol(server, folder, "asha")
    assert enrolled.app.actor.role is Role.SALES
    assert len(enrolled.recovery_codes) > 0
    lead = enrolled.app.leads.create({"name": "Ravi Kumar", "phone": "+919840012345"})
    enrolled.app.close()
    with _away(server):
        app = _unlock(folder)
        assert app.leads.get(lead)["name"] == "Ravi Kumar"
        assert app.status.report()["online"] is False
        app.close()
    assert _code(folder, "not the password of asha") == "wrong_password"


def test_status_tells_exactly_what_the_command_line_promises(server: ServerHandle, tmp_path: Path) -> None:
    app = _enrol(server, tmp_path / "profile", "bela").app
    app.sync.run()
    report = app.status.report()
    app.close()
    assert list(report) == [
        "user", "role", "server", "online", "outbox", "conflicts", "last_sync", "cursor", "lease_expires",
        "cipher_version", "key_protection",
    ]  # fmt: skip
    expected = {"user": "bela", "role": "sales", "server": server.url, "online": True, "outbox": 0, "conflicts": 0}
    assert expected.items() <= report.items()
    assert report["key_protection"] == "password"
    assert str(report["cipher_version"]).startswith("4.")
    assert str(report["last_sync"]).endswith("Z")
    assert str(report["lease_expires"]) > str(report["last_sync"])


@pytest.mark.keyring
def test_with_a_keyring_its_secret_is_needed_too(
    server: ServerHandle, tmp_path: Path, secret_service: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "chitra").app
    assert app.profile.key_protection == "keyring"
    app.close()
    _unlock(folder).close()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    assert _code(folder) == "keyring_missing"


def test_a_device_without_a_keyring_is_refused_unless_the_organisation_allows_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as strict:
        assert _failure(_request(strict, tmp_path / "profile", "asha")) == "password_only_refused"
    assert [path.name for path in tmp_path.iterdir() if "profile" in path.name] == []


@contextmanager
def _away(server: ServerHandle) -> Iterator[None]:
    """The server is stopped within it and runs again, on the same port, after it."""
    server.stop()
    yield
    server.start()


def _failure(request: EnrolRequest) -> str:
    with pytest.raises(NxcrmError) as caught:
        enrol(request, costs=CHEAP).app.close()
    return caught.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "not the password at all"}, "bad_credentials"),
        ({"otp": "000000"}, "bad_credentials"),
        ({"new_password": None}, "password_change_required"),
        ({"new_password": "short"}, "weak_password"),
    ],
)
def test_a_refused_enrolment_leaves_nothing(
    server: ServerHandle, tmp_path: Path, changes: dict[str, str | None], code: str
) -> None:
    user = f"dev-{code}-{len(changes)}-{next(iter(changes)).replace('_', '-')}"
    assert _failure(_request(server, tmp_path / "profile", user, **changes)) == code
    assert list(tmp_path.iterdir()) == []


def test_an_enrolment_on_a_full_disk_leaves_nothing(server: ServerHandle, tmp_path: Path) -> None:
    request = _request(server, tmp_path / "profile", "farid")
    with full_beyond(16_384):
        assert _failure(request) in {"disk_full", "disk_error"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1:1", "server_unreachable"),
        ("http://crm.example.in", "tls_required"),
        ("not a url", "invalid_server"),
    ],
)
def test_a_wrong_server_leaves_nothing(server: ServerHandle, tmp_path: Path, url: str, code: str) -> None:
    request = EnrolRequest(tmp_path / "profile", url, "asha", PASSWORD, "123456", ca_file=server.ca_file)
    assert _failure(request) == code
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(server: ServerHandle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert _failure(_request(server, tmp_path / "file" / "profile", "gita-two")) == "not_writable"


def test_an_existing_profile_is_never_overwritten(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    _enrol(server, folder, "gita").app.close()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert _failure(_request(server, folder, "gita")) == "profile_exists"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_second_instance_is_told(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "hari").app
    assert _code(folder) == "profile_in_use"
    app.close()
    app.close()
    _unlock(folder).close()


def test_every_file_is_ciphertext_or_holds_no_secret(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "indu").app
    app.leads.create({"name": "Zarathustra Unmistakable", "phone": "+919840099999"})
    app.shelf.vault.put(b"Permanent account number ABCDE1234F" * 50)
    app.sync.run()
    with app.store.read() as reader:
        secrets = [str(reader.meta(key)) for key in (IdentityKey.DEVICE_KEY, Meta.TOKENS, Meta.LEASE)]
    secrets += ["Zarathustra", "9840099999", "ABCDE1234F", PASSWORD]
    _nothing_of(secrets, folder)  # while it is open: the write-ahead log counts, too
    app.close()
    _nothing_of(secrets, folder)
    assert folder.stat().st_mode & 0o077 == 0


def _nothing_of(secrets: list[str], folder: Path) -> None:
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for secret in secrets:
            assert secret.encode() not in content, path.name
            assert secret.encode("utf-16-le") not in content, path.name


def test_an_expired_lease_asks_to_sign_in_and_nothing_is_lost(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "jaya").app
    lead = app.leads.create({"name": "Ravi Kumar", "phone": "+919840012345"})
    app.close()
    with time_machine.travel((now_ms() + 8 * DAY) / 1000, tick=True):
        assert _code(folder) == "lease_expired"
    assert _code(folder) == "lease_expired", "the clock turned back does not bring it to life"
    app = sign_in(Profile.open(folder), PASSWORD, server.otp("jaya"), costs=CHEAP)
    assert app.leads.get(lead)["name"] == "Ravi Kumar"
    app.close()
    _unlock(folder).close()


def test_a_refused_sign_in_opens_nothing_and_lets_go(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    _enrol(server, folder, "jaya-two").app.close()
    with pytest.raises(NxcrmError, match="bad_credentials"):
        sign_in(Profile.open(folder), PASSWORD, "000000", costs=CHEAP)
    _unlock(folder).close()


def test_many_threads_share_one_session_and_one_engine(server: ServerHandle, tmp_path: Path) -> None:
    app = _enrol(server, tmp_path / "profile", "kamala").app
    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(lambda _: (id(app.session), id(app.sync)), range(32))}) == 1
    app.close()


def test_plain_http_reaches_this_machine_alone(tmp_path: Path) -> None:
    policy = OrgPolicy(password_only_devices=True)
    with running_server(tmp_path, tls=("--insecure-loopback",), policy=policy) as plain:
        request = replace(_request(plain, tmp_path / "profile", "asha"), ca_file=None)
        assert request.server.startswith("http://127.0.0.1:")
        app = enrol(request, costs=CHEAP).app
        assert app.status.report()["online"] is True
        app.close()
        _unlock(tmp_path / "profile").close()


def test_a_device_whose_clock_is_a_year_off_works(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    _enrol(server, folder, "kiran").app.close()
    year, otp = (now_ms() + 365 * DAY) / 1000, server.otp("kiran")
    with time_machine.travel(year, tick=True):
        assert _code(folder) == "lease_expired"
        sign_in(Profile.open(folder), PASSWORD, otp, costs=CHEAP).close()
        _unlock(folder).close()
    with time_machine.travel(year + 6 * 86_400, tick=True):
        _unlock(folder).close()
    with time_machine.travel(year + 8 * 86_400, tick=True):
        assert _code(folder) == "lease_expired"


def test_a_role_edited_in_the_store_changes_nothing(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "lata").app
    with app.store.write(app.actor) as work:
        work.set_meta(Meta.ROLE, "admin")
    app.close()
    app = _unlock(folder)
    assert app.actor.role is Role.SALES
    with app.store.write(app.actor) as work:
        lease = str(work.meta(Meta.LEASE))
        work.set_meta(Meta.LEASE, lease[:40] + ("A" if lease[40] != "A" else "B") + lease[41:])
    app.close()
    assert _code(folder) == "lease_invalid"


def test_a_role_changed_at_the_server_counts_from_the_next_unlock(server: ServerHandle, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = _enrol(server, folder, "leela").app
    Staff(server.context).set_role("leela", Role.MANAGER)
    app.sync.run()
    app.close()
    app = _unlock(folder)
    assert app.actor.role is Role.MANAGER
    app.close()


@pytest.mark.parametrize("name", ["store.db", "key.1", "profile.json"])
def test_a_missing_or_damaged_file_is_told_and_opens_nothing(server: ServerHandle, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "profile"
    _enrol(server, folder, f"mani-{name.replace('.', '-')}").app.close()
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(bytes(255 - byte for byte in whole))
    assert _code(folder) in {"wrong_key", "store_corrupt", "keys_damaged", "profile_damaged"}
    path.unlink()
    assert _code(folder) in {"store_missing", "keys_missing", "profile_missing"}
    path.write_bytes(whole)
    _unlock(folder).close()


@pytest.mark.parametrize("changed", ["server", "ca.pem", "no authority"])
def test_a_profile_pointed_at_another_server_opens_nothing(server: ServerHandle, tmp_path: Path, changed: str) -> None:
    folder = tmp_path / "profile"
    _enrol(server, folder, f"pia-{changed.replace('.', '-').replace(' ', '-')}").app.close()
    profile = Profile.open(folder)
    if changed == "ca.pem":
        (folder / changed).write_bytes((folder / changed).read_bytes() * 2)
    else:
        others = {"server": {"server": "http://127.0.0.1:9"}, "no authority": {"ca_name": None}}
        replace(profile, **others[changed]).save()  # type: ignore[arg-type]
    assert _code(folder) == "server_changed"


def test_a_store_put_under_other_keys_opens_nothing(server: ServerHandle, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    _enrol(server, one, "nila").app.close()
    _enrol(server, two, "omar").app.close()
    (one / "store.db").write_bytes((two / "store.db").read_bytes())
    assert _code(one) == "wrong_key"


KILLS = [
    ("nxcrm_desktop.services.enrolment", "introduce"),
    ("nxcrm_desktop.services.accounts", "save_identity"),
    ("nxcrm_desktop.services.enrolment", "new_profile"),
    ("nxcrm_desktop.security.unlock", "create"),
    ("nxcrm_desktop.bootstrap", "hello"),
    ("nxcrm_desktop.services.enrolment", "move"),
]


@pytest.mark.keyring
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize(("module", "function"), KILLS)
def test_a_killed_enrolment_leaves_no_profile_and_is_swept_by_the_next(
    server: ServerHandle, tmp_path: Path, secret_service: dict[str, str], module: str, function: str
) -> None:
    folder, user = tmp_path / "profile", f"qamar-{function.replace('_', '-')}"
    request = _request(server, folder, user)
    assert killed_on_call(lambda: enrol(request, costs=CHEAP), module, function)
    assert not folder.exists()
    unheard = function == "introduce"  # the server never heard of the new password
    again = _request(server, folder, user, **({} if unheard else {"password": PASSWORD, "new_password": None}))
    enrol(again, costs=CHEAP).app.close()
    assert [path.name for path in tmp_path.iterdir()] == ["profile"]
    assert _secrets(secret_service) == 1


def _secrets(environment: dict[str, str]) -> int:
    """How many secrets the keyring holds."""
    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        return len([*secretstorage.get_default_collection(connection).get_all_items()])


def test_the_device_syncs_by_itself_and_closes_cleanly(server: ServerHandle, tmp_path: Path) -> None:
    app = _enrol(server, tmp_path / "profile", "padma").app
    synced = threading.Event()
    app.background_sync(lambda status: synced.set() if status.phase == "synced" and not status.waiting else None)
    app.leads.create({"name": "Ravi Kumar", "phone": "+919840012345"})
    assert synced.wait(20)
    app.close()


def test_the_core_starts_without_qt_and_the_server_without_a_keyring() -> None:
    program = "import sys, sync.server.app; assert not {'keyring', 'sqlcipher3', 'PySide6'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
    program = "import sys, nxcrm_desktop.bootstrap; assert not {'PySide6', 'sync.server'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
