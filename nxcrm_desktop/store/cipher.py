"""Connections to the encrypted file: opened with the key, checked, and kept from ever writing plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.failures import corrupt

PAGE_SIZE = 8192
KEY_BYTES = 32
_PLAIN_HEADER = b"SQLite format 3\x00"
_CACHE_KIB = 64 * 1024
BUSY_MS = 5_000
_WAL_PAGES = 4_000  # 32 MiB between checkpoints: a pulled page touches a good part of every index
_DENIED_FUNCTIONS = frozenset({"load_extension", "sqlcipher_export"})
_OK, _DENY = 0, 1
_ACTION_ATTACH, _ACTION_DETACH, _ACTION_FUNCTION = 24, 25, 31  # https://sqlite.org/c3ref/c_alter_table.html


def connect(path: Path, dek: bytes, *, read_only: bool) -> Any:
    """A keyed DB-API connection in autocommit mode, usable from any thread (one at a time).

    ``dek``: 32 bytes, used as the raw key. Raises NxcrmError ``cipher_missing`` where the library does not encrypt.
    """
    connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=512)
    try:
        _key(connection, dek)
        _settle(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def assert_ciphertext(path: Path) -> None:
    """The file is not a plain SQLite file. Raises NxcrmError ``store_corrupt``."""
    if path.exists():
        with path.open("rb") as file:
            if file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER:
                raise corrupt("plaintext")


def version(connection: Any) -> str:
    """Version of SQLCipher. Raises NxcrmError ``cipher_missing``: the standard library's SQLite ignores keys."""
    row = connection.execute("PRAGMA cipher_version").fetchone()
    if not row or not row[0]:
        raise NxcrmError(
            "cipher_missing",
            "This installation cannot encrypt the local store.",
            safe="Nothing was written.",
            todo="Install the program again.",
        )
    return str(row[0])


def raw_key(dek: bytes) -> str:
    """SQLCipher's spelling of a raw key. One of another length would quietly be taken for a passphrase."""
    if len(dek) != KEY_BYTES:
        raise ValueError("the key of a store is 32 bytes")
    return f"\"x'{dek.hex()}'\""


def _key(connection: Any, dek: bytes) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")  # failures are raised; the library would print them as well
    connection.execute(f"PRAGMA key = {raw_key(dek)}")
    version(connection)
    connection.execute(f"PRAGMA cipher_page_size = {PAGE_SIZE}")
    connection.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")


def _settle(connection: Any, *, read_only: bool) -> None:
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        f"cache_size = -{_CACHE_KIB}",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
        "secure_delete = ON",
        "foreign_keys = OFF",  # a child may arrive before its parent
    ):
        connection.execute(f"PRAGMA {pragma}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        # FULL: a mutation the server has seen must survive a power cut, or its number would be given twice.
        connection.execute("PRAGMA synchronous = FULL")
    connection.set_authorizer(_authorise)


def _authorise(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """ATTACH with an empty key and sqlcipher_export would write plain text: neither is ever allowed."""
    if action in (_ACTION_ATTACH, _ACTION_DETACH):
        return _DENY
    if action == _ACTION_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return _DENY
    return _OK
