"""The watch over tests sees what it is there to see."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.source import ROOT
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


_CARELESS = """
import logging, threading, warnings, pytest

def test_warns(): logging.getLogger("nxcrm").warning("no disk")
@pytest.mark.allow_log("no disk")
def test_announces(): logging.getLogger("nxcrm").warning("no disk")
def test_deprecated(): warnings.warn("old", DeprecationWarning)
def test_leaves_a_thread(): threading.Thread(target=threading.Event().wait, name="lost", daemon=True).start()
@pytest.mark.allow_threads("^lost$")
def test_says_so(): threading.Thread(target=threading.Event().wait, name="lost", daemon=True).start()
"""


def test_a_careless_test_fails(tmp_path: Path) -> None:
    (tmp_path / "test_careless.py").write_text(_CARELESS)
    options = ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", "-p", "tests.conftest"]
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    outcomes = re.findall(r"^(ERROR|FAILED) .*::(\w+)", told, re.MULTILINE)
    assert sorted(outcomes) == [
        ("ERROR", "test_leaves_a_thread"),
        ("ERROR", "test_warns"),
        ("FAILED", "test_deprecated"),
    ], told
    assert "1 failed, 4 passed, 2 errors" in told
