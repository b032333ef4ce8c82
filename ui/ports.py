"""One kind of record as lists and forms see it: the services, with the entity filled in. Called on worker threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nxcrm_desktop.domain.records import Record, Value

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App


@dataclass(frozen=True)
class Port:
    """Reads and writes of one entity."""

    app: App
    entity: str

    def get(self, record_id: str) -> Record:
        """One record. Raises NxcrmError ``not_found``."""
        return self.app.records.get(self.entity, record_id)

    def create(self, values: Mapping[str, Value]) -> str:
        """A new record; its id."""
        if self.entity == "lead":
            return self.app.leads.create(values)
        return self.app.records.create(self.entity, values)

    def update(self, record_id: str, changes: Mapping[str, Value]) -> bool:
        """Change fields of a record; False when nothing differed."""
        if self.entity == "lead":
            return self.app.leads.update(record_id, changes)
        return self.app.records.update(self.entity, record_id, changes)
