"""What a program that holds customers' data asks of the operating system before anything else."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)


def harden() -> None:
    """No core dumps, no other process of the same user looking in (Linux), and no file that others may read."""
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library without prctl still has no core dumps
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
