"""What no test may leave behind unseen: an unexpected logged warning, a thread that still runs."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_PATIENCE = 3.0
"""Seconds a thread that was told to stop may take on a loaded machine."""


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@contextmanager
def logged_warnings() -> Iterator[list[str]]:
    """A list that grows by "LEVEL logger: message" for every warning or worse that reaches the root logger."""
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    try:
        yield recorder.lines
    finally:
        root.removeHandler(recorder)


def unexpected(lines: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Those of `lines` in which none of the regular expressions `allowed` is found."""
    patterns = [re.compile(pattern) for pattern in allowed]
    return [line for line in lines if not any(pattern.search(line) for pattern in patterns)]


def _is_ours(thread: threading.Thread) -> bool:
    # A Qt or C thread that once called into Python stays listed as a dummy until it ends; nobody can join it.
    return not isinstance(thread, threading._DummyThread)


def dangling_threads(before: Iterable[threading.Thread], allowed: Iterable[str]) -> list[str]:
    """The names of threads started since `before` that still run after a few seconds, less those matching `allowed`."""
    known = set(before)
    end = time.monotonic() + _PATIENCE
    fresh = [thread for thread in threading.enumerate() if thread not in known and _is_ours(thread)]
    suspects = [thread for thread in fresh if unexpected([thread.name], allowed)]
    for thread in suspects:
        thread.join(max(0.0, end - time.monotonic()))
    return sorted(thread.name for thread in suspects if thread.is_alive())
