"""The audit trail: append-only, every event chained to the one before by hash. It holds ids, never contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from sync.server.store import audit as store

_CHAINED = ("position", "happened_at", "actor_id", "device_id", "action", "entity", "row_id", "detail", "previous_hash")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. ``action`` is ``noun.verb``; ``detail``: codes, counts, ids. No actor: the server itself."""

    action: str
    actor_id: str | None = None
    device_id: str | None = None
    entity: str | None = None
    row_id: str | None = None
    detail: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``events`` that are sound; ``broken_at``: position of the first link that is not, and why."""

    events: int
    broken_at: int | None = None
    reason: str = ""


def append(connection: Connection, event: Event, now: int) -> None:
    """Adds an event inside the transaction of what happened: neither is ever there without the other."""
    position, previous = store.next_position(connection)
    values: dict[str, Value] = {
        "id": new_id(), "created_at": now, "updated_at": now, "created_by": event.actor_id,
        "updated_by": event.actor_id, "position": position, "happened_at": now, "actor_id": event.actor_id,
        "device_id": event.device_id, "action": event.action, "entity": event.entity, "row_id": event.row_id,
        "detail": _canonical(event.detail), "previous_hash": previous,
    }  # fmt: skip
    store.add(connection, {**values, "hash": link(values)})


def link(values: Mapping[str, Any]) -> str:
    """SHA-256 over the event and the hash before it."""
    return sha256(msgspec.json.encode([values[name] for name in _CHAINED])).hexdigest()


def verify(connection: Connection) -> Verdict:
    """Recomputes the whole chain, from the first event to the head."""
    last, seen = store.FIRST_HASH, 0
    for event in store.events(connection):
        if event["position"] != seen + 1:
            return Verdict(seen, seen + 1, "an event is missing" if event["position"] > seen else "an event was added")
        if event["previous_hash"] != last or event["hash"] != link(dict(event)):
            return Verdict(seen, seen + 1, "the event was changed")
        last, seen = event["hash"], seen + 1
    if (seen, last) != store.head(connection):
        return Verdict(seen, seen + 1, "the end of the trail is missing")
    return Verdict(seen)


def export(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every event with its hashes, in order."""
    for event in store.events(connection):
        yield {name: event[name] for name in (*_CHAINED, "hash")}


def _canonical(detail: Mapping[str, Value] | None) -> str | None:
    return msgspec.json.encode(dict(detail), order="deterministic").decode() if detail else None
