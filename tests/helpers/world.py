"""A small organisation in the dictionary's own tables, for tests that need rows and no store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, MetaData, create_engine

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.base import Entity
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.stages import DEFAULT_STAGES


@dataclass
class World:
    """An open connection to an in-memory database with every entity's table."""

    connection: Connection
    metadata: MetaData = field(default_factory=lambda: Entity.metadata)

    def add(self, entity: str, /, **values: Value) -> str:
        """Insert one row with its common columns; returns its id."""
        row_id = str(values.pop("id", None) or new_id())
        moment = clock.now_ms()
        row = {"id": row_id, "created_at": moment, "updated_at": moment, **values}
        self.connection.execute(ENTITIES[entity].table.insert(), row)
        return row_id

    def add_stages(self) -> None:
        """The stages of a new organisation."""
        for position, stage in enumerate(DEFAULT_STAGES):
            self.add(
                "lead_stage", key=stage.key, label=stage.label, position=position, probability=stage.probability,
                outcome=stage.outcome,
            )  # fmt: skip


@contextmanager
def small_world() -> Iterator[World]:
    """A world that is gone at the end."""
    engine = create_engine("sqlite://")
    Entity.metadata.create_all(engine)
    with engine.begin() as connection:
        yield World(connection)
    engine.dispose()
