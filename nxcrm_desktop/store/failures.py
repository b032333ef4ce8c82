"""Failures of the database engine, told as errors a user can meet."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.errors import NxcrmError

# Primary result codes of SQLite (https://sqlite.org/rescode.html); the low byte of an extended code.
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26


def corrupt(detail: str) -> NxcrmError:
    """The file cannot be read as a store."""
    return NxcrmError(
        "store_corrupt",
        "The local store is damaged and cannot be opened.",
        safe="Everything that was synced is safe on the server. The damaged file was left as it is.",
        todo="Restore a backup, or enrol this laptop again and sync.",
        details={"detail": detail},
    )


def _malformed() -> NxcrmError:
    return corrupt("malformed")


def wrong_key() -> NxcrmError:
    """The key is not the one the file was written with."""
    return NxcrmError(
        "wrong_key",
        "The local store does not open with this key.",
        safe="Nothing was changed.",
        todo="Unlock with the password of the user who enrolled this laptop.",
    )


def disk_full() -> NxcrmError:
    """No room to write."""
    return NxcrmError(
        "disk_full",
        "The disk is full.",
        safe="This change was not saved; everything saved before is safe.",
        todo="Free some disk space, then try again.",
    )


def _disk_error() -> NxcrmError:
    return NxcrmError(
        "disk_error",
        "The disk could not be read or written.",
        safe="This change was not saved; everything saved before is as it was.",
        todo="Check the disk and its free space, then try again.",
    )


def busy() -> NxcrmError:
    """Somebody else holds the file."""
    return NxcrmError(
        "store_busy",
        "The local store is in use elsewhere.",
        safe="Nothing was changed.",
        todo="Wait a moment or close the other program, then try again.",
    )


def _read_only() -> NxcrmError:
    return NxcrmError(
        "store_read_only",
        "The local store cannot be written.",
        safe="Nothing was changed.",
        todo="Check that you may write to the profile folder.",
    )


def translate(error: BaseException) -> NxcrmError | None:
    """What to tell the user of this error; None for one that is a bug."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full()
    if not isinstance(error, sqlcipher.Error):
        return None
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    makers = {
        _FULL: disk_full, _IOERR: _disk_error, _BUSY: busy, _LOCKED: busy, _READONLY: _read_only,
        _CANTOPEN: _read_only, _CORRUPT: _malformed, _NOTADB: _malformed,
    }  # fmt: skip
    return makers[code]() if code in makers else None


@contextmanager
def told() -> Iterator[None]:
    """Raise the database engine's failures as NxcrmError; a bug passes as it is."""
    try:
        yield
    except (DBAPIError, sqlcipher.Error, OSError) as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error
