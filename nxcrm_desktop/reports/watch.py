"""Somebody who watches long work: is told how far it is, and may stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nxcrm_desktop.errors import NxcrmError


def _nobody(_done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Watch:
    """``progress`` is called with (steps done, steps in all); ``cancelled`` says whether nobody waits any more."""

    progress: Callable[[int, int], None] = _nobody
    cancelled: Callable[[], bool] = lambda: False

    def step(self, done: int, of: int) -> None:
        """Tell where the work is. Raises NxcrmError ``cancelled`` once it was stopped."""
        if self.cancelled():
            raise NxcrmError("cancelled", "The work was stopped.", safe="No file was written.")
        self.progress(done, of)
