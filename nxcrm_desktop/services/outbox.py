"""What this device has not sent yet: shown, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.outbox import OutboxEntry


@dataclass(frozen=True, slots=True)
class WaitingEdit:
    """One edit that waits for the server; ``title`` is what its row is called here, empty when it is gone."""

    entry: OutboxEntry
    title: str


class OutboxService:
    """Edits waiting for the server. Every method is one snapshot."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def count(self) -> int:
        """How many wait."""
        with self._store.read() as reader:
            return reader.outbox_count()

    def waiting(self, limit: int = 500) -> list[WaitingEdit]:
        """The oldest first."""
        with self._store.read() as reader:
            edits = reader.outbox(limit)
            rows = {(e.entity, e.id): reader.get(e.entity, e.id) for e in edits}
        named = {key: row.text(entity(row.entity).facts.title) if row is not None else "" for key, row in rows.items()}
        return [WaitingEdit(edit, named[edit.entity, edit.id]) for edit in edits]
