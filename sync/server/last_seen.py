"""A note beside the database of how far the server had come: a database that was put back knows less than it.

It is not in the database, so restoring that does not restore the note. It may be minutes old, and it may be missing.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from nxcrm_desktop.security.files import write_atomically
from sync.server.store.epochs import Clock

_NAME = "last-seen.json"


class LastSeen(msgspec.Struct, frozen=True):
    """Every epoch so far, oldest first, and the newest sequence number of the last one."""

    epochs: list[str]
    head: int

    def is_ahead_of(self, clock: Clock) -> bool:
        """Whether the database was put back since the note was made."""
        known = [*clock.earlier, clock.epoch]
        if self.epochs and self.epochs[-1] not in known:
            return True
        return self.epochs[-1:] == known[-1:] and self.head > clock.head


def note(data_dir: Path, clock: Clock) -> None:
    """Keep how far the server has come."""
    seen = LastSeen([*clock.earlier, clock.epoch], clock.head)
    write_atomically(data_dir / _NAME, msgspec.json.encode(seen))


def read(data_dir: Path) -> LastSeen:
    """The last note; one that is ahead of nothing where there is none that can be read."""
    try:
        return msgspec.json.decode((data_dir / _NAME).read_bytes(), type=LastSeen)
    except (OSError, msgspec.DecodeError):
        return LastSeen([], 0)
