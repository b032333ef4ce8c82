"""A change of password is killed at every single line of it: exactly one password opens afterwards, and it heals."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import envelope, files, unlock
from nxcrm_desktop.security.envelope import Protection
from nxcrm_desktop.security.keyring_store import SystemKeyring
from nxcrm_desktop.security.unlock import Keys
from tests.helpers.keys import DEVICE, NEW, OLD, USER, keys_in
from tests.helpers.killing import die, killed, traced

pytestmark = [pytest.mark.keyring, pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")]
DEK = bytes(range(32))
TRACED = {module.__file__ for module in (files, unlock)}


def _count_lines(act: Callable[[], None]) -> int:
    seen = 0

    def count(frame: FrameType, event: str) -> None:
        nonlocal seen
        seen += _counts(frame, event)

    traced(act, count)
    return seen


def _counts(frame: FrameType, event: str) -> bool:
    return event == "line" and frame.f_code.co_filename in TRACED


def _killed_at(line: int, act: Callable[[], None]) -> None:
    """Runs ``act`` in a process of its own that is killed before its ``line``-th line."""
    left = line

    def die_in_time(frame: FrameType, event: str) -> None:
        nonlocal left
        left -= _counts(frame, event)
        if left == 0:
            die()

    assert killed(act, die_in_time), f"line {line} was never reached"


def _opens(keys: Keys, password: str) -> bool:
    try:
        return keys.unlock(password) == DEK
    except NxcrmError as problem:
        assert problem.code == "wrong_password"
        return False


def _change(folder: Path) -> None:
    keys_in(folder).change_password(OLD, NEW)


def _fresh(folder: Path, protection: Protection) -> Path:
    folder.mkdir()
    keys_in(folder).create(bytearray(DEK), OLD, protection)
    return folder


def _settled(folder: Path, protection: Protection) -> None:
    """One slot, one secret, and the next change works: nothing of the interrupted one is in the way."""
    (slot,) = folder.glob("key.*")
    generation = envelope.Envelope.decode(slot.read_bytes()).header.generation
    if protection is Protection.KEYRING:
        assert SystemKeyring().get(f"nxcrm/{DEVICE}", f"{USER}/{generation % 2}") is not None


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("protection", list(Protection))
def test_killed_at_every_line_of_a_change(tmp_path: Path, protection: Protection) -> None:
    rehearsal = _fresh(tmp_path / "rehearsal", protection)
    total = _count_lines(lambda: _change(rehearsal))
    assert total > 50
    outcomes = []
    for line in range(1, total + 1, 5 if protection is Protection.KEYRING else 1):
        folder = _fresh(tmp_path / str(line), protection)
        _killed_at(line, lambda folder=folder: _change(folder))  # type: ignore[misc]
        opened = [password for password in (OLD, NEW) if _opens(keys_in(folder), password)]
        assert len(opened) == 1, f"killed before line {line}: {opened} open"
        _settled(folder, protection)
        keys_in(folder).change_password(opened[0], "paanch patang neeli nadi")
        assert keys_in(folder).unlock("paanch patang neeli nadi") == DEK
        keys_in(folder).forget()
        outcomes.append(opened[0])
    assert outcomes == sorted(outcomes, key=[OLD, NEW].index), "once the new one is valid the old never comes back"
    assert {OLD, NEW} <= set(outcomes)
