"""The pipeline's stages."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.server.store.tables import ENTITY_TABLES


def stage_keys(connection: Connection) -> frozenset[str]:
    """Keys that a lead's stage may hold."""
    stage = ENTITY_TABLES["lead_stage"].c
    return frozenset(connection.execute(select(stage.key).where(stage.deleted_at.is_(None))).scalars())
