"""Long lists, read a page at a time by position, never by offset."""

from __future__ import annotations

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Keyset, ListQuery, Page
from nxcrm_desktop.services import guard
from nxcrm_desktop.store.engine import Store


class ListService:
    """Pages of any entity the actor's role may read. Every method is one snapshot; NxcrmError ``not_allowed``."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def page(self, query: ListQuery, *, limit: int, after: Keyset | None = None) -> Page:
        """Up to ``limit`` rows behind a position."""
        guard.require(self._actor, Action.READ, query.entity)
        with self._store.read() as reader:
            return reader.page(query, limit=limit, after=after)

    def count(self, query: ListQuery) -> int:
        """How many rows the list has."""
        guard.require(self._actor, Action.READ, query.entity)
        with self._store.read() as reader:
            return reader.count(query)

    def anchors(self, query: ListQuery, step: int) -> list[Keyset]:
        """The position of every ``step``-th row, for jumps."""
        guard.require(self._actor, Action.READ, query.entity)
        with self._store.read() as reader:
            return reader.anchors(query, step)
