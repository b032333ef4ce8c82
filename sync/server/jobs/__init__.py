"""Work the server does by itself, now and then, on one worker of however many there are.

A job is a plain function of the :class:`~sync.server.context.ServerContext`; it is listed in
:func:`sync.server.jobs.registry.jobs`. It must be safe to run again at once, and to be killed at any moment: small
transactions, the most urgent first. It returns how many things it dealt with, for the log and the metrics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sync.server.context import ServerContext


@dataclass(frozen=True, slots=True)
class Job:
    """``name``: a word for log and metrics. ``every``: from one start to the next, give or take a tenth."""

    name: str
    every: timedelta
    work: Callable[[ServerContext], int]
