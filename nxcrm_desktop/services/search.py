"""Finding rows by anything one remembers of them: name, phone, e-mail, registration, in Latin or Indian scripts."""

from __future__ import annotations

from collections.abc import Sequence

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.names import latin
from nxcrm_desktop.domain.permissions import readable_entities
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.search import SearchHit


class SearchService:
    """Search over what this device holds and the actor's role may read."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def prepare(self) -> None:
        """Load what the first search in an Indian script would otherwise wait for."""
        latin("अ")

    def search(self, text: str, *, entities: Sequence[str] = (), limit: int = 50) -> list[SearchHit]:
        """The best ``limit`` rows for what was typed so far; any text is allowed. ``entities`` empty: all of them."""
        readable = [info.name for info in readable_entities(self._actor.role) if info.searchable]
        wanted = [name for name in readable if not entities or name in entities]
        if not wanted or not text.strip():
            return []
        with self._store.read() as reader:
            return reader.search(text, entities=wanted, limit=limit)


__all__ = ["SearchHit", "SearchService"]
