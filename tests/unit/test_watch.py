"""The watch over tests sees what it is there to see."""

from __future__ import annotations

import logging
import threading

import pytest

from tests.helpers.watch import dangling_threads, logged_warnings, unexpected

_log = logging.getLogger("nxcrm.test")


@pytest.mark.allow_log("left over")
def test_a_warning_is_seen_and_an_information_is_not() -> None:
    with logged_warnings() as lines:
        _log.info("all is well")
        _log.warning("%d rows left over", 3)
    assert lines == ["WARNING nxcrm.test: 3 rows left over"]


def test_an_announced_warning_is_expected() -> None:
    lines = ["WARNING a: disk is full", "ERROR b: boom"]
    assert unexpected(lines, [r"disk is \w+"]) == ["ERROR b: boom"]
    assert unexpected(lines, []) == lines


def test_a_thread_left_running_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.helpers.watch._PATIENCE", 0.01)
    before = threading.enumerate()
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="forgotten")
    thread.start()
    assert dangling_threads(before, []) == ["forgotten"]
    assert dangling_threads(before, ["^forgot"]) == []
    done.set()
    thread.join()
    assert dangling_threads(before, []) == []
