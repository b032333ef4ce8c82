"""What erasing a person does to each column of an entity, from the dictionary alone."""

from __future__ import annotations

from nxcrm_desktop.domain.facts import Erase, Facts, Kind
from nxcrm_desktop.domain.records import Value

ERASED = "Erased"
"""Stands where a person's own words stood and the column may not be empty."""


def erased_value(facts: Facts, value: Value, *, books_closed: bool) -> Value:
    """What is in the column after erasure. ``books_closed``: the law no longer wants the books kept."""
    match facts.erase:
        case Erase.CLEAR:
            return None
        case Erase.REPLACE:
            return _stand_in(facts)
        case Erase.BOOKS:
            return value if not books_closed or facts.required else None
    return value


def _stand_in(facts: Facts) -> Value:
    if facts.kind is Kind.JSON:
        return "{}"
    if facts.kind is Kind.SHA256:
        return "0" * 64
    return 0 if facts.kind.is_integer else ERASED
