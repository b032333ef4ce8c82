"""One process has a profile; when it dies, however it dies, the next may have it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.instance_lock import InstanceLock

HOLD = "import sys, pathlib; from nxcrm_desktop.security.instance_lock import InstanceLock\n"
HOLD += "lock = InstanceLock(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


def _holder(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HOLD, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_second_process_is_told_and_a_killed_one_leaves_no_trace(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(NxcrmError, match="profile_in_use"):
            InstanceLock(tmp_path)
        process.kill()
        process.wait()
        with InstanceLock(tmp_path):
            pass


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NxcrmError, match="not_writable"):
        InstanceLock(tmp_path / "missing")


def test_a_second_instance_in_one_process_is_told_too(tmp_path: Path) -> None:
    with InstanceLock(tmp_path), pytest.raises(NxcrmError, match="profile_in_use"):
        InstanceLock(tmp_path)
    InstanceLock(tmp_path).release()
