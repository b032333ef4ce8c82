"""Processes that die, without warning, at a chosen point of the code under test."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

Trace = Callable[[FrameType, str], None]


def traced(act: Callable[[], object], on_event: Trace) -> None:
    """Runs ``act`` and calls ``on_event`` with each frame and "call" or "line" of this thread."""

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        on_event(frame, event)
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(None)


def killed(act: Callable[[], object], on_event: Trace) -> bool:
    """Runs ``act`` in a process of its own; ``on_event`` ends it with :func:`die`. Whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            traced(act, on_event)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def die() -> None:
    """Ends this process as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_on_call(act: Callable[[], object], module: str, function: str) -> bool:
    """Runs ``act`` in a process of its own and kills it where ``function`` of ``module`` (a dotted name) begins."""

    def on_event(frame: FrameType, event: str) -> None:
        if event == "call" and frame.f_code.co_name == function and frame.f_globals.get("__name__") == module:
            die()

    return killed(act, on_event)
