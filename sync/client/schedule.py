"""When sync runs by itself: the waits between runs, after edits and news, and after failures."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from nxcrm_desktop.errors import NxcrmError

JITTER: Final = 0.2
LONGEST_RETRY_AFTER: Final = 3600.0
"""Seconds a server may ask to be left alone; a mistyped number must not silence a device for good."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds: ``every`` between runs, ``live`` between them while news comes by itself; ``settle`` after an edit.

    ``news``: at most so long after news, at random: whoever shares a list hears of it at the same moment. Back-off
    from ``first`` to ``longest``.
    """

    every: float = 60.0
    live: float = 900.0
    settle: float = 0.3
    news: float = 0.25
    first: float = 5.0
    longest: float = 900.0

    def after_failures(self, failures: int) -> float:
        """How long to wait after so many failures in a row (≥ 1)."""
        return min(self.first * 2.0 ** min(failures - 1, 30), self.longest)


def spread(seconds: float) -> float:
    """Longer by up to a fifth at random: a thousand devices must not come back in the same second."""
    return seconds * (1 + JITTER * random.random())  # noqa: S311 (no secret)


def within(seconds: float) -> float:
    """Some time until then, at random."""
    return seconds * random.random()  # noqa: S311 (no secret)


def asked_to_wait(error: NxcrmError) -> float:
    """Seconds for which the server asked to be left alone (Retry-After); 0: it did not."""
    return min(float(error.details.get("retry_after", 0)), LONGEST_RETRY_AFTER)
