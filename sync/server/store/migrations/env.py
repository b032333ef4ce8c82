"""How alembic reaches the server's database: through the connection of the transaction it is given."""

from __future__ import annotations

from alembic import context

import sync.server.store.accounts_tables
import sync.server.store.blob_tables  # noqa: F401 (these tables join the metadata)
from sync.server.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=False,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
