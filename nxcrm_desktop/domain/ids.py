"""Row ids: UUID version 7 (RFC 9562, section 5.7), made where the row is made, in time order within one process."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new UUIDv7 as 36 lower-case characters; strictly ascending within the process."""
    global _last  # noqa: PLW0603 (a process-wide clock that must never step back)
    with _lock:
        # 48 bits of milliseconds and 12 bits of sub-millisecond counter, kept monotonic (RFC 9562, 6.2, method 3).
        now = (time.time_ns() // 1_000_000 << 12) | (time.time_ns() % 1_000_000 * 4096 // 1_000_000)
        _last = max(now, _last + 1)
        stamp = _last
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (stamp >> 12 << 80) | (0x7 << 76) | ((stamp & 0xFFF) << 64) | (0b10 << 62) | random
    return str(uuid.UUID(int=value & ((1 << 128) - 1)))


def is_id(text: object) -> bool:
    """Whether a value is a UUID in canonical form (36 characters, lower case)."""
    if not isinstance(text, str) or len(text) != 36:
        return False
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
