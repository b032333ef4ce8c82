"""Time: instants are UTC milliseconds, dates are calendar days in India."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""Indian Standard Time, UTC+05:30 all year."""

DAY_MS = 86_400_000
"""A day of 24 hours, in milliseconds."""


def now_ms() -> int:
    """The present as UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def to_iso(ms: int) -> str:
    """An instant as ISO 8601 in UTC, e.g. ``2026-11-23T09:30:00.000Z``."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_datetime(moment: datetime) -> int:
    """UTC milliseconds of a datetime; one without a zone is taken as Indian time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=IST)
    return round(aware.timestamp() * 1000)


def local_datetime(ms: int) -> datetime:
    """An instant as a datetime in India."""
    return datetime.fromtimestamp(ms / 1000, IST)


def today() -> date:
    """The calendar day in India now."""
    return datetime.now(IST).date()


def start_of_day(day: date) -> int:
    """The first instant of a calendar day in India, as UTC milliseconds."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=IST))
