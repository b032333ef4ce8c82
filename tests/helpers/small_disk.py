"""A file system of a few megabytes that can be filled to its last byte.

Where the machine lets us (root that may mount) it is a file system of its own in memory, and a full one answers ENOSPC.
Elsewhere no file may grow any further (RLIMIT_FSIZE: EFBIG), which the programs must take for the same. :data:`KIND`
says which; put it into the ids of tests.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_FILLING = "filling"


def _mounted(folder: Path, size: int) -> bool:
    mount = shutil.which("mount")
    if mount is None or sys.platform != "linux" or os.geteuid() != 0:
        return False
    command = [mount, "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _kind() -> str:
    with tempfile.TemporaryDirectory(prefix="nxcrm-disk-") as name:
        if not _mounted(Path(name), 1 << 20):
            return "file-size-limit"
        _unmount(Path(name))
    return "tmpfs"


KIND = _kind()


@dataclass
class SmallDisk:
    """``path`` is where it is mounted. Processes other than this one are named by ``pids`` when it is filled."""

    path: Path
    _limits: dict[int, tuple[int, int]] = field(default_factory=dict)

    def fill(self, *pids: int, leave: int = 0) -> None:
        """Leave only so many bytes free."""
        if KIND == "tmpfs":
            self._occupy(leave)
        else:
            self._limit(leave, pids or (0,))

    def free(self) -> None:
        """There is room again."""
        (self.path / _FILLING).unlink(missing_ok=True)
        for pid, limit in self._limits.items():
            _set_limit(pid, limit)
        self._limits.clear()

    def _occupy(self, leave: int) -> None:
        with (self.path / _FILLING).open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC
            file.truncate(max(0, file.tell() - leave))

    def _limit(self, leave: int, pids: tuple[int, ...]) -> None:
        largest = max((path.stat().st_size for path in self.path.rglob("*") if path.is_file()), default=0)
        for pid in pids:
            self._limits[pid] = _set_limit(pid, (largest + leave, -1))


def _set_limit(pid: int, limit: tuple[int, int]) -> tuple[int, int]:
    """Set (soft, hard); a hard limit of -1 stays as it is. Returns what was."""
    if sys.platform == "win32":
        pytest.skip("Windows has no limit of file size")
    import resource

    was = resource.getrlimit(resource.RLIMIT_FSIZE) if pid == 0 else resource.prlimit(pid, resource.RLIMIT_FSIZE)
    wanted = (limit[0], was[1] if limit[1] == -1 else limit[1])
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, wanted)
    else:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, wanted)
    return was


@contextmanager
def small_disk(size: int) -> Iterator[SmallDisk]:
    """A disk of ``size`` bytes, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="nxcrm-disk-"))
    mounted = KIND == "tmpfs" and _mounted(folder, size)
    assert mounted or KIND != "tmpfs"
    disk = SmallDisk(folder)
    try:
        yield disk
    finally:
        disk.free()
        if mounted:
            _unmount(folder)
        shutil.rmtree(folder)
