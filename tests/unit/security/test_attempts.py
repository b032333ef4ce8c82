"""Failed unlocks are counted across processes and slowed, and the file tells nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.attempts import LONGEST_WAIT_SECONDS, Attempts


class _Clock:
    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_seconds(self, seconds: int) -> None:
        self.ms += seconds * 1000


def test_waits_double_up_to_five_minutes(tmp_path: Path) -> None:
    clock, waits = _Clock(), []
    for _ in range(14):
        attempts = Attempts(tmp_path, clock)  # a new process each time
        waits.append(attempts.wait_seconds())
        clock.pass_seconds(waits[-1])
        attempts.begin()
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_too_early_is_refused_and_not_counted(tmp_path: Path) -> None:
    clock = _Clock()
    attempts = Attempts(tmp_path, clock)
    for _ in range(3):
        attempts.begin()
    with pytest.raises(NxcrmError) as caught:
        attempts.begin()
    assert (caught.value.code, caught.value.details["seconds"]) == ("unlock_throttled", 1)
    assert attempts.failures == 3


def test_a_clock_turned_back_does_not_help_and_does_not_lock_out(tmp_path: Path) -> None:
    clock = _Clock()
    attempts = Attempts(tmp_path, clock)
    for _ in range(12):
        clock.pass_seconds(LONGEST_WAIT_SECONDS)
        attempts.begin()
    clock.pass_seconds(-10 * 365 * 86_400)
    assert attempts.wait_seconds() == LONGEST_WAIT_SECONDS


def test_success_forgets(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path)
    attempts.begin()
    attempts.succeeded()
    assert attempts.failures == 0
    assert list(tmp_path.iterdir()) == []


def test_the_file_holds_two_numbers(tmp_path: Path) -> None:
    Attempts(tmp_path, _Clock()).begin()
    assert json.loads((tmp_path / "attempts").read_bytes()) == {"failures": 1, "last_ms": 1_700_000_000_000}
