"""What a member of staff owns."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.server.store.tables import ENTITY_TABLES


def owned_by(connection: Connection, entity: str, column: str, user_id: str, limit: int) -> list[str]:
    """Ids of up to ``limit`` live rows whose ``column`` names the member of staff; of tasks those not done yet."""
    table = ENTITY_TABLES[entity]
    wanted = select(table.c.id).where(table.c[column] == user_id, table.c.deleted_at.is_(None))
    if entity == "task":
        wanted = wanted.where(table.c.status == "open")
    return list(connection.execute(wanted.order_by(table.c.id).limit(limit)).scalars())
