"""How alembic reaches the store: through the writer's connection, in the transaction it is given."""

from __future__ import annotations

from alembic import context

from nxcrm_desktop.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
