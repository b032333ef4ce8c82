"""The store: one writer connection, a few readers on snapshots of their own, one encrypted file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, Pool, QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime.changes import ChangeBus
from nxcrm_desktop.store import cipher, migrate
from nxcrm_desktop.store.failures import busy, corrupt, told
from nxcrm_desktop.store.keycheck import unreadable
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.tables import METADATA
from nxcrm_desktop.store.uow import UnitOfWork

_READERS = 4
_READER_WAIT_S = 30
_READERS_LEAVE_MS = 200


def _engine(connect: Callable[[], Any], pool: type[Pool], begin: str, **options: Any) -> Engine:
    """An engine over keyed connections. The key is in no URL, and the dialect is the plain one: pysqlcipher's own
    would send a key of its choosing after ours."""
    engine = create_engine("sqlite+pysqlite://", module=sqlcipher, creator=connect, poolclass=pool, **options)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class Store:
    """An open store. ``bus`` tells of every commit; ``metadata`` describes its tables. Thread-safe."""

    metadata: MetaData = METADATA

    def __init__(self, path: Path, dek: bytes) -> None:
        self.path = path
        self.bus = ChangeBus()
        self._dek = dek
        self._lock = threading.RLock()
        self._writing = False
        self._open()

    @property
    def cipher_version(self) -> str:
        """Version of SQLCipher, as it says."""
        with self._lock:
            return cipher.version(self._raw)

    @contextmanager
    def write(self, actor: Actor) -> Iterator[UnitOfWork]:
        """One transaction of a user's edits: committed at the end, undone by an exception, then told to the bus.

        NxcrmError ``disk_full``, ``disk_error``, ``store_busy``.
        """
        with self.transaction() as (connection, done):
            work = UnitOfWork(connection, actor)
            yield work
            done(work.finish())

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[tuple[Connection, Callable[[ChangeSet], None]]]:
        """One writing transaction; call the function with what changed before the end. For the store's own modules.

        ``durable``: it is on the disk when this ends. Otherwise a power cut may take it back, whole, with everything
        that came after it; the next durable one makes it so.
        """
        changes: list[ChangeSet] = []
        with told(), self._lock:
            if self._writing:
                raise RuntimeError("a unit of work within a unit of work")
            self._writing = True
            if not durable:
                self._raw.execute("PRAGMA synchronous = NORMAL")
            try:
                with self._writer.begin():
                    yield self._writer, changes.append
            finally:
                self._writing = False
                if not durable:
                    self._raw.execute("PRAGMA synchronous = FULL")
        for change in changes:
            if change.changed or change.deleted:
                self.bus.publish(change)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One snapshot; nothing is ever written through it."""
        with told(), self._readers.connect() as connection, connection.begin():
            yield Reader(connection)

    def integrity_check(self) -> list[str]:
        """Findings of SQLCipher's and SQLite's full checks and of the search index; empty when all is well."""
        with told(), self._lock:
            return [finding for check in _CHECKS for finding in _findings(self._raw, check)]

    def checkpoint(self) -> bool:
        """Move everything from the -wal file into the store and empty it. False: somebody reads what it held."""
        with told(), self._lock:
            self._raw.execute(f"PRAGMA busy_timeout = {_READERS_LEAVE_MS}")  # edits wait for this
            try:
                busy, _, _ = self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._raw.execute(f"PRAGMA busy_timeout = {cipher.BUSY_MS}")
            return not busy

    def rekey(self, dek: bytes) -> None:
        """Encrypt the whole file anew under another key. A kill at any moment leaves one key that opens it.

        NxcrmError ``store_busy`` while somebody reads, ``disk_full``.
        """
        spelt = cipher.raw_key(dek)
        with told(), self._lock:
            if cast(QueuePool, self._readers.pool).checkedout():
                raise busy()
            self._readers.dispose()
            raw = self._raw
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute("PRAGMA journal_mode = DELETE").fetchall()
            raw.execute(f"PRAGMA rekey = {spelt}")
            self._dek = dek
            self._close()
            self._open()

    def close(self) -> None:
        """Close every connection. The store is of no use afterwards."""
        with self._lock:
            self._close()

    @property
    def _raw(self) -> Any:
        return self._writer.connection.driver_connection

    def _open(self) -> None:
        self._writers = _engine(
            lambda: cipher.connect(self.path, self._dek, read_only=False), NullPool, "BEGIN IMMEDIATE"
        )
        self._writer = self._writers.connect()
        self._readers = _engine(
            lambda: cipher.connect(self.path, self._dek, read_only=True), QueuePool, "BEGIN",
            pool_size=_READERS, max_overflow=0, pool_timeout=_READER_WAIT_S,
        )  # fmt: skip

    def _close(self) -> None:
        self._readers.dispose()
        self._writer.close()
        self._writers.dispose()


_CHECKS = (
    "PRAGMA cipher_integrity_check",
    "PRAGMA integrity_check",
    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)",
)


def _findings(raw: Any, check: str) -> list[str]:
    try:
        return [str(row[0]) for row in raw.execute(check) if row[0] != "ok"]
    except sqlcipher.DatabaseError as error:  # some damage is such that the check itself cannot go on
        return [str(error)]


def create_store(path: Path, dek: bytes) -> Store:
    """A new, empty store at ``path``, encrypted with ``dek`` (32 bytes). NxcrmError ``store_exists``, ``disk_full``."""
    if path.exists():
        raise NxcrmError(
            "store_exists",
            "There is a store in this folder already.",
            safe="It was not touched.",
            todo="Choose another folder, or wipe this one first.",
        )
    try:
        path.touch(mode=0o600)  # the journal files take the store's mode
        return _opened(path, dek)
    except BaseException:
        for leftover in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            leftover.unlink(missing_ok=True)
        raise


def open_store(path: Path, dek: bytes) -> Store:
    """Open an existing store and bring it up to this program's version.

    NxcrmError ``store_missing``, ``wrong_key``, ``store_corrupt``, ``store_newer``, ``cipher_missing``, ``disk_full``.
    """
    if not path.exists():
        raise NxcrmError(
            "store_missing",
            "The local store is not in the profile folder.",
            safe="Everything that was synced is safe on the server.",
            todo="Check the profile folder, restore a backup, or enrol this laptop again.",
        )
    cipher.assert_ciphertext(path)
    if path.stat().st_size < cipher.PAGE_SIZE:
        raise corrupt("too_short")
    return _opened(path, dek)


def _opened(path: Path, dek: bytes) -> Store:
    try:
        store = Store(path, dek)
    except (DBAPIError, sqlcipher.Error) as error:
        raise unreadable(path, dek, error) from error
    try:
        migrate.upgrade(store)
    except BaseException:
        store.close()
        raise
    cipher.assert_ciphertext(path)
    return store
