"""Writing a finished file where the user asked for it."""

from __future__ import annotations

import os
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, durably. Raises NxcrmError ``cannot_write``."""
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        _discard(partial)
        raise NxcrmError(
            "cannot_write",
            f"{path.name} could not be written ({error.strerror}).",
            safe="An older file of that name was left as it is.",
            todo="Choose another folder, or make room on the disk.",
        ) from None


def _discard(partial: Path) -> None:
    if partial.parent.is_dir():
        partial.unlink(missing_ok=True)
