"""One running program per profile. The operating system drops the lock when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import translated

FILE_NAME = "lock"


class InstanceLock:
    """Holds a profile folder for this process; a context manager. NxcrmError ``profile_in_use``."""

    def __init__(self, folder: Path) -> None:
        try:
            self._file = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise translated(problem) from problem
        try:
            _take(self._file)
        except OSError as problem:
            os.close(self._file)
            raise NxcrmError(
                "profile_in_use",
                "nxcrm is already open with this profile.",
                safe="Nothing was changed.",
                todo="Use the window that is open, or close it first.",
            ) from problem

    def release(self) -> None:
        """Let another process have the profile. A second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
