"""The device's own state: a few named texts, kept in the same file and the same transactions as the rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Meta(StrEnum):
    """Keys of ``meta`` that sync and the store use. Others may add theirs."""

    DEVICE_ID = "device_id"
    USER_ID = "user_id"
    ROLE = "role"
    EPOCH = "epoch"
    CURSOR = "cursor"
    APPLIED_N = "applied_n"  # highest mutation number whose result is stored
    LAST_N = "last_n"  # highest mutation number ever given
    SCOPES = "scopes"  # JSON list, as of the last hello
    LEASE = "lease"
    SERVER_TIME = "server_time_ms"  # as of the last hello
    HELLO_AT = "hello_at_ms"  # by this device's clock
    LAST_SYNC = "last_sync_ms"
    TOKENS = "tokens"
    PURGE_SEARCH = "purge_search"  # words of erased rows may still lie in the index's older segments
    ROWS_LEFT = "rows_left"  # so may those of rows that left; the number tells one time from the next
    PURGED_AT = "purged_at_ms"  # when the segments were last merged, by this device's clock


def get(cursor: Any, key: str) -> str | None:
    """The text of a key, or None."""
    row = cursor.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def get_int(cursor: Any, key: str) -> int:
    """A number kept under a key; 0 when there is none."""
    return int(get(cursor, key) or 0)


def put(cursor: Any, key: str, value: str | int | None) -> None:
    """Keep a text under a key; None forgets the key."""
    if value is None:
        cursor.execute("DELETE FROM meta WHERE key = ?", (key,))
    else:
        cursor.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, str(value)))
