"""Files that are either wholly there or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import BinaryIO

from nxcrm_desktop.errors import NxcrmError

TEMPORARY_SUFFIX = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR}


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces ``path`` by ``data``, durably. NxcrmError ``disk_full`` leaves the old file as it was."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with open(temporary, "wb", opener=private) as file:
            file.write(data)
            sync_file(file)
        temporary.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise translated(problem) from problem
    sync_folder(path.parent)


def private(path: str, flags: int) -> int:
    """An opener of files that only their owner may read."""
    return os.open(path, flags, 0o600)


def sync_file(file: BinaryIO) -> None:
    """Waits until what was written to the open file is on the disk."""
    file.flush()  # Python's own buffer first: fsync knows nothing of it
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until the folder's entries are on the disk. Windows keeps no such promise and offers no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def translated(problem: OSError) -> Exception:
    """NxcrmError ``disk_full`` or ``not_writable`` when that is why a file could not be written, else the problem."""
    if problem.errno in _CLOSED:
        return _not_writable(problem)
    if problem.errno not in _FULL:
        return problem
    return NxcrmError(
        "disk_full",
        "The disk is full.",
        safe="What was saved before is unharmed; this file was not written.",
        todo="Free some space and try again.",
    )


def _not_writable(problem: OSError) -> NxcrmError:
    return NxcrmError(
        "not_writable",
        f"{Path(problem.filename or '').parent} cannot be written to.",
        safe="Nothing was changed.",
        todo="Choose a folder that exists and that you may write to.",
    )
