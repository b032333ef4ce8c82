"""A disk that is full, without being root: no file of this process may grow beyond a limit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def full_beyond(limit_bytes: int) -> Iterator[None]:
    """Within it, writing past ``limit_bytes`` of any file fails with EFBIG, as ENOSPC would. Reading goes on."""
    if sys.platform == "win32":
        pytest.skip("Windows has no limit of file size")
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
