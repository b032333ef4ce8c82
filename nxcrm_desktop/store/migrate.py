"""Bringing a store up to this program's version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nxcrm_desktop.store.tables import METADATA, SEARCH_TABLE

if TYPE_CHECKING:
    from nxcrm_desktop.store.engine import Store


def upgrade(store: Store) -> None:
    """Migrate to head, in one transaction."""
    with store.transaction() as (connection, _):
        if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'meta'").scalar():
            METADATA.create_all(connection)
            connection.exec_driver_sql(SEARCH_TABLE)
