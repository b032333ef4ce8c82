"""What is shown is base + outbox: the device's waiting edits laid over the server's state of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nxcrm_desktop.domain.dictionary import COMMON, EntityInfo, entity
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.outbox import OutboxEntry
from nxcrm_desktop.store.rows import Row
from sync.protocol.merge import merge_field


def shown(base: Row | None, entries: Sequence[OutboxEntry]) -> list[Value] | None:
    """The row in column order after the entries (oldest first); None where there is none, or none any more."""
    row = None if base is None else list(base)
    for entry in entries:
        row = lay_over(row, entry)
    return row


def lay_over(row: list[Value] | None, entry: OutboxEntry) -> list[Value] | None:
    """One edit over a row. Where the server has since changed the same field, what the user typed is what they see."""
    if entry.op == "delete":
        return None
    info = entity(entry.entity)
    if row is None:
        return _made(info, entry) if entry.op == "create" else None
    values = dict(zip(info.columns, row, strict=True))
    for field, (old, new) in entry.fields.items():
        if field in values:
            values[field] = _merged(info, field, old, values[field], new)
    values |= {"updated_at": entry.at, "updated_by": entry.author}
    return list(values.values())


def _made(info: EntityInfo, entry: OutboxEntry) -> list[Value]:
    fields: Mapping[str, tuple[Value, Value]] = entry.fields
    declared = [fields[name][1] if name in fields else None for name in info.columns[len(COMMON) :]]
    return [entry.id, entry.at, entry.author, entry.at, entry.author, *declared]


def _merged(info: EntityInfo, field: str, old: Value, now: Value, new: Value) -> Value:
    merged = merge_field(info.fields[field], old, now, new)
    return merged.value if merged.outcome == "merged" else new
