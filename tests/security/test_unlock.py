"""The keys of a profile on a real keyring: what opens them, what does not, and who is told what."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.envelope import Envelope, KdfCost, Protection, new_dek
from nxcrm_desktop.security.keyring_store import SystemKeyring
from nxcrm_desktop.security.unlock import Keys
from tests.helpers import keyring_session
from tests.helpers.keys import CHEAP, DEVICE, NEW, OLD, USER, keys_in

pytestmark = [pytest.mark.keyring, pytest.mark.usefixtures("secret_service")]
DEK = bytes(range(32))
SERVICE = f"nxcrm/{DEVICE}"


def _made(folder: Path, protection: Protection = Protection.KEYRING) -> Keys:
    folder.mkdir(exist_ok=True)
    keys = keys_in(folder)
    keys.create(bytearray(DEK), OLD, protection)
    return keys


def _code(keys: Keys, password: str = OLD) -> str:
    """The code of the error that unlocking ends with."""
    with pytest.raises(NxcrmError) as caught:
        keys.unlock(password)
    return caught.value.code


@pytest.mark.parametrize("protection", list(Protection))
def test_the_password_opens_and_another_does_not(tmp_path: Path, protection: Protection) -> None:
    _made(tmp_path, protection)
    assert keys_in(tmp_path).unlock(OLD) == DEK
    assert keys_in(tmp_path).protection is protection
    assert _code(keys_in(tmp_path), NEW) == "wrong_password"


def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    _made(tmp_path)
    device_secret = SystemKeyring().get(SERVICE, f"{USER}/1")
    assert device_secret is not None
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for secret in (DEK, device_secret, OLD.encode()):
            assert secret not in content
            assert secret.hex().encode() not in content
        assert path.stat().st_mode & 0o077 == 0


def test_disk_and_password_without_the_keyring_open_nothing(tmp_path: Path) -> None:
    _made(tmp_path)
    SystemKeyring().delete(SERVICE, f"{USER}/1")
    assert _code(keys_in(tmp_path)) == "device_secret_missing"
    assert SystemKeyring().get(SERVICE, f"{USER}/1") is None, "a secret was made anew"


def test_keyring_and_password_without_the_disk_open_nothing(tmp_path: Path) -> None:
    _made(tmp_path)
    (tmp_path / "key.1").unlink()
    assert _code(keys_in(tmp_path)) == "keys_missing"


def test_an_envelope_copied_to_another_device_or_user_opens_nothing(tmp_path: Path) -> None:
    _made(tmp_path)
    for user, device in ((USER, "device-2"), ("user-2", DEVICE)):
        assert _code(Keys(tmp_path, user=user, device=device, costs=CHEAP)) == "keys_damaged"


def test_a_locked_keyring_is_retried_and_counts_as_no_attempt(
    tmp_path: Path, secret_service: dict[str, str], sloppy_library: None
) -> None:
    _made(tmp_path)
    before = SystemKeyring().get(SERVICE, f"{USER}/1")
    keyring_session.lock(secret_service)
    keys = keys_in(tmp_path)
    assert [_code(keys) for _ in range(4)] == ["keyring_locked"] * 4
    assert keys.attempts.failures == 0
    with keyring_session.secret_service(Path(secret_service["HOME"])):  # as after logging in again
        assert keys_in(tmp_path).unlock(OLD) == DEK
        assert SystemKeyring().get(SERVICE, f"{USER}/1") == before


def test_failures_are_counted_slowed_and_forgotten(tmp_path: Path) -> None:
    now = [1_700_000_000_000]
    _made(tmp_path)
    keys = Keys(tmp_path, user=USER, device=DEVICE, costs=CHEAP, clock=lambda: now[0])
    assert [_code(keys, "wrong") for _ in range(4)] == ["wrong_password"] * 3 + ["unlock_throttled"]
    assert _code(keys) == "unlock_throttled", "not even the right password, too early"
    now[0] += 1000
    assert keys.unlock(OLD) == DEK
    assert keys.attempts.failures == 0


def test_weaker_parameters_are_refused_whoever_wrote_them(tmp_path: Path) -> None:
    _made(tmp_path)
    dear = {protection: KdfCost(cost.memory_kib * 2, cost.passes) for protection, cost in CHEAP.items()}
    assert _code(Keys(tmp_path, user=USER, device=DEVICE, costs=dear)) == "kdf_too_weak"
    assert _code(Keys(tmp_path, user=USER, device=DEVICE)) == "kdf_too_weak", "the production floor"


@pytest.mark.parametrize("content", [b"", b"NXCRMKEY", b"\x00" * 200, b"\xff" * 5000])
def test_a_damaged_key_file_is_told_from_a_wrong_password(tmp_path: Path, content: bytes) -> None:
    _made(tmp_path)
    (tmp_path / "key.1").write_bytes(content)
    assert _code(keys_in(tmp_path)) == "keys_damaged"


def test_a_changed_password_leaves_no_way_back(tmp_path: Path) -> None:
    folder, copy = tmp_path / "profile", tmp_path / "copy"
    keys = _made(folder)
    shutil.copytree(folder, copy)  # somebody kept the old disk
    old_secret = SystemKeyring().get(SERVICE, f"{USER}/1")
    keys.change_password(OLD, NEW)
    assert keys_in(folder).unlock(NEW) == DEK
    assert _code(keys_in(folder), OLD) == "wrong_password"
    assert sorted(path.name for path in folder.iterdir()) == ["attempts", "key.0"]
    assert SystemKeyring().get(SERVICE, f"{USER}/1") is None
    assert SystemKeyring().get(SERVICE, f"{USER}/0") != old_secret
    assert _code(keys_in(copy), OLD) == "device_secret_missing"


def test_passwords_can_be_changed_again_and_again(tmp_path: Path) -> None:
    keys = _made(tmp_path)
    salts = set()
    for old, new in ((OLD, NEW), (NEW, OLD), (OLD, NEW)):
        keys.change_password(old, new)
        (slot,) = tmp_path.glob("key.*")
        salts.add(Envelope.decode(slot.read_bytes()).header.salt)
    assert keys.unlock(NEW) == DEK
    assert len(salts) == 3


@pytest.mark.parametrize(("old", "new", "code"), [(NEW, NEW, "wrong_password"), (OLD, "short", "weak_password")])
def test_a_refused_change_changes_nothing(tmp_path: Path, old: str, new: str, code: str) -> None:
    keys = _made(tmp_path)
    before = (tmp_path / "key.1").read_bytes()
    with pytest.raises(NxcrmError, match=code):
        keys.change_password(old, new)
    assert [path.name for path in tmp_path.glob("key.*")] == ["key.1"]
    assert (tmp_path / "key.1").read_bytes() == before
    assert keys_in(tmp_path).unlock(OLD) == DEK


def test_a_password_alone_must_be_longer(tmp_path: Path) -> None:
    keys, twelve = keys_in(tmp_path), "x7#Kp2!mQz9v"
    with pytest.raises(NxcrmError, match="at least 14"):
        keys.create(new_dek(), twelve, Protection.PASSWORD)
    assert list(tmp_path.iterdir()) == []
    keys.create(new_dek(), twelve, Protection.KEYRING)


def test_keys_are_never_made_over_others(tmp_path: Path) -> None:
    keys = _made(tmp_path)
    with pytest.raises(FileExistsError):
        keys.create(new_dek(), OLD, Protection.KEYRING)
    assert keys.unlock(OLD) == DEK


def test_a_newer_envelope_without_its_secret_gives_way_to_the_older(tmp_path: Path) -> None:
    keys = _made(tmp_path)
    old = (tmp_path / "key.1").read_bytes()
    secret = SystemKeyring().get(SERVICE, f"{USER}/1")
    assert secret is not None
    keys.change_password(OLD, NEW)
    (tmp_path / "key.1").write_bytes(old)
    SystemKeyring().put(SERVICE, f"{USER}/1", secret)
    SystemKeyring().delete(SERVICE, f"{USER}/0")
    assert keys_in(tmp_path).unlock(OLD) == DEK


def test_an_altered_header_with_its_hash_made_right_is_refused(tmp_path: Path) -> None:
    _made(tmp_path)
    path = tmp_path / "key.1"
    body = path.read_bytes()[:-32].replace(b'"passes":1', b'"passes":2')
    path.write_bytes(body + hashlib.sha256(body).digest())
    assert _code(keys_in(tmp_path)) == "wrong_password"


def test_forgetting_leaves_nothing_that_opens(tmp_path: Path) -> None:
    folder, copy = tmp_path / "profile", tmp_path / "copy"
    keys = _made(folder)
    shutil.copytree(folder, copy)
    keys.forget()
    assert _code(keys_in(folder)) == "keys_missing"
    assert _code(keys_in(copy)) == "device_secret_missing"
