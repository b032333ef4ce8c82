"""What the security tests share."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture
def sloppy_library() -> Iterator[None]:
    """keyring leaves its socket to the garbage collector when the Secret Service is locked."""
    warnings.simplefilter("ignore", ResourceWarning)  # pytest restores the filters after each test
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
