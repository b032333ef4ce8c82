"""Failed unlocks, counted in a file beside the envelope and slowed. The file holds two numbers and no secret.

This slows somebody at the keyboard; against a copied disk it can do nothing, that is what Argon2id is for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import write_atomically

FILE_NAME = "attempts"
FREE_ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 300


class _Count(msgspec.Struct, frozen=True):
    failures: int = 0
    last_ms: int = 0


class Attempts:
    """The failed unlocks of one profile since the last that succeeded."""

    def __init__(self, folder: Path, clock: Callable[[], int] = now_ms) -> None:
        self._path = folder / FILE_NAME
        self._clock = clock

    @property
    def failures(self) -> int:
        """How many there were."""
        return self._read().failures

    def wait_seconds(self) -> int:
        """Seconds until the next attempt is allowed: 0, then 1, 2, 4, … up to five minutes."""
        count = self._read()
        if count.failures < FREE_ATTEMPTS:
            return 0
        wait = min(1 << min(count.failures - FREE_ATTEMPTS, 16), LONGEST_WAIT_SECONDS)
        passed = max(0, self._clock() - count.last_ms) // 1000  # a clock turned back gains nothing
        return max(0, wait - passed)

    def begin(self) -> None:
        """Counts an attempt as failed until :meth:`succeeded` says otherwise, so that a kill does not hide it.

        Raises NxcrmError ``unlock_throttled`` with ``details["seconds"]`` when it is too early.
        """
        wait = self.wait_seconds()
        if wait:
            raise _throttled(wait)
        write_atomically(self._path, msgspec.json.encode(_Count(self.failures + 1, self._clock())))

    def succeeded(self) -> None:
        """Forgets the failures."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> _Count:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Count)
        except (FileNotFoundError, msgspec.DecodeError):
            return _Count()


def _throttled(seconds: int) -> NxcrmError:
    return NxcrmError(
        "unlock_throttled",
        f"The password was wrong several times. The next attempt is possible in {seconds} seconds.",
        safe="Your data is unharmed and stays encrypted.",
        todo="Wait, then try again.",
        details={"seconds": seconds},
    )
