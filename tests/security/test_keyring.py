"""Only a real keyring is ever used: a real Secret Service here, whatever configuration and environment say."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import keyring
import psutil
import pytest
import secretstorage
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, null

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.keyring_store import SystemKeyring
from tests.helpers import keyring_session

SECRET = bytes(range(32))
pytestmark = pytest.mark.keyring


class PlainTextKeyring(KeyringBackend):
    """The trap: an installed backend that is always there and writes secrets as they are."""

    priority = 9.0
    kept: dict[tuple[str, str], str] = {}  # noqa: RUF012 (shared on purpose)

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A session without a keyring, as over ssh."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")


@pytest.mark.usefixtures("secret_service")
def test_what_is_put_is_there_until_it_is_deleted() -> None:
    ring = SystemKeyring()
    assert ring.backend == "keyring.backends.SecretService.Keyring"
    assert ring.get("nxcrm/d", "u/0") is None
    ring.put("nxcrm/d", "u/0", SECRET)
    ring.put("nxcrm/d", "u/1", SECRET[::-1])
    assert (ring.get("nxcrm/d", "u/0"), ring.get("nxcrm/d", "u/1")) == (SECRET, SECRET[::-1])
    ring.put("nxcrm/d", "u/0", b"other")
    assert ring.get("nxcrm/d", "u/0") == b"other"
    ring.delete("nxcrm/d", "u/0")
    ring.delete("nxcrm/d", "u/0")
    assert (ring.get("nxcrm/d", "u/0"), ring.get("nxcrm/d", "u/1")) == (None, SECRET[::-1])


@pytest.mark.usefixtures("sloppy_library")
def test_a_locked_keyring_asks_to_retry_and_opens_again(secret_service: dict[str, str]) -> None:
    SystemKeyring().put("nxcrm/d", "u/0", SECRET)
    keyring_session.lock(secret_service)
    with pytest.raises(NxcrmError, match="keyring_locked"):
        SystemKeyring(5).get("nxcrm/d", "u/0")
    with pytest.raises(NxcrmError, match="keyring_locked"):
        SystemKeyring(5).put("nxcrm/d", "u/0", b"new")


@pytest.mark.usefixtures("no_bus")
@pytest.mark.parametrize("trap", [PlainTextKeyring, null.Keyring])
def test_other_backends_are_refused_even_when_they_are_set(
    trap: type[KeyringBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{trap.__module__}.{trap.__qualname__}")
    before = keyring.get_keyring()
    keyring.set_keyring(trap())
    try:
        with pytest.raises(NxcrmError, match="keyring_missing"):
            SystemKeyring().put("nxcrm/d", "u/0", SECRET)
        with pytest.raises(NxcrmError, match="keyring_missing"):
            SystemKeyring().get("nxcrm/d", "u/0")
    finally:
        keyring.set_keyring(before)
    assert PlainTextKeyring.kept == {}


@pytest.mark.usefixtures("secret_service")
def test_the_environment_cannot_redirect_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    SystemKeyring().put("nxcrm/d", "u/0", SECRET)
    monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "/org/freedesktop/secrets/collection/session")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    assert SystemKeyring().get("nxcrm/d", "u/0") == SECRET


@pytest.mark.usefixtures("secret_service")
def test_what_does_not_come_back_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secretstorage.Collection, "create_item", lambda *_, **__: None)
    with pytest.raises(NxcrmError, match="keyring_failed"):
        SystemKeyring().put("nxcrm/d", "u/0", SECRET)


@pytest.mark.usefixtures("secret_service")
def test_rubbish_in_the_keyring_is_an_error_not_a_key() -> None:
    SecretService.Keyring().set_password("nxcrm/d", "u/0", "not hexadecimal")  # type: ignore[no-untyped-call]
    with pytest.raises(NxcrmError, match="keyring_failed"):
        SystemKeyring().get("nxcrm/d", "u/0")


def test_a_keyring_that_does_not_answer_is_not_waited_for(secret_service: dict[str, str]) -> None:
    (ring,) = (
        process
        for process in psutil.process_iter(["name", "environ"])
        if process.info["name"].startswith("gnome-keyring-d")
        and (process.info["environ"] or {}).get("HOME") == secret_service["HOME"]
    )
    os.kill(ring.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        with pytest.raises(NxcrmError, match="keyring_timeout"):
            SystemKeyring(0.5).get("nxcrm/d", "u/0")
        assert time.monotonic() - start < 5
    finally:
        os.kill(ring.pid, signal.SIGCONT)
        for thread in threading.enumerate():
            if thread.name == "keyring":
                thread.join(10)
