"""Which of many workers does what only one should: an advisory lock on PostgreSQL, a locked file beside SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.instance_lock import InstanceLock
from sync.server.store.sql import fetch

_JOBS = 0x6E78  # the first of two numbers that name the lock; the second stands for the schema
_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(current_schema()))"


class Leadership(Protocol):
    """The lead, held from the first question answered with yes until it is released or the process ends."""

    def held(self) -> bool:
        """Whether this worker leads; takes the lead when nobody has it."""

    def release(self) -> None:
        """Gives the lead up."""


def leadership(engine: Engine, folder: Path) -> Leadership:
    """For the workers of one database. ``folder``: of the lock file beside SQLite; it is made."""
    return _FileLead(folder) if engine.dialect.name == "sqlite" else _SessionLead(engine)


class _SessionLead:
    """A lock of a database session: PostgreSQL drops it when the connection ends, however it ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def held(self) -> bool:
        try:
            return self._alive() or self._take()
        except DBAPIError:
            return False  # whoever cannot ask does not lead

    def release(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # ends the session, and the lock with it
            self._connection.close()
            self._connection = None

    def _alive(self) -> bool:
        if self._connection is None:
            return False
        try:
            fetch(self._connection, "SELECT 1")
        except DBAPIError:
            self.release()
            return False
        return True

    def _take(self) -> bool:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if fetch(self._connection, _LOCK, _JOBS)[0][0]:
            return True
        self._connection.close()
        self._connection = None
        return False


class _FileLead:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: InstanceLock | None = None

    def held(self) -> bool:
        if self._lock is None:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                self._lock = InstanceLock(self._folder)
            except NxcrmError:  # another worker has it
                return False
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None
