"""A change of password is killed at every single line of it: exactly one password opens afterwards, and it heals."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import envelope, files, unlock
from nxcrm_desktop.security.envelope import Protection
from nxcrm_desktop.security.keyring_store import SystemKeyring
from nxcrm_desktop.security.unlock import Keys
from tests.helpers.keys import DEVICE, NEW, OLD, USER, keys_in

pytestmark = [pytest.mark.keyring, pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")]
DEK = bytes(range(32))
TRACED = {module.__file__ for module in (files, unlock)}


def _at_each_line(act: Callable[[], None], on_line: Callable[[], None]) -> None:
    """Runs ``act`` and calls ``on_line`` before each line of the modules under test."""

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            on_line()
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(None)


def _count_lines(act: Callable[[], None]) -> int:
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1

    _at_each_line(act, count)
    return seen


def _killed_at(line: int, act: Callable[[], None]) -> None:
    """Runs ``act`` in a process of its own that is killed, without warning, before its ``line``-th line."""
    left = line

    def die_in_time() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            _at_each_line(act, die_in_time)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"line {line} was never reached"


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
    for line in range(1, total + 1, 3 if protection is Protection.KEYRING else 1):
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
