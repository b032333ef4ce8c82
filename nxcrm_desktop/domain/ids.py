"""Row ids: UUID version 7 (RFC 9562, section 5.7), made where the row is made, in time order within one process."""

from __future__ import annotations

import os
import re
import threading
import time

_CANONICAL = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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
    digits = f"{value & ((1 << 128) - 1):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: object) -> bool:
    """Whether a value is a UUID in canonical form (36 characters, lower case)."""
    return isinstance(text, str) and _CANONICAL.fullmatch(text) is not None
