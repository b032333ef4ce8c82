"""The migrations make exactly the tables that the dictionary and sync declare, and every table says what it holds."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import sync.server.store.accounts_tables
import sync.server.store.blob_tables  # noqa: F401 (these tables join the metadata)
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.errors import NxcrmError
from sync.server.store.engine import make_engine, read_snapshot, write_transaction
from sync.server.store.migrate import current_revision, head_revision, migrate
from sync.server.store.tables import ENTITY_TABLES, METADATA, facts_of


def test_a_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    migrate(engine)
    with read_snapshot(engine) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
    assert current_revision(engine) == head_revision()
    engine.dispose()


def test_a_database_of_a_later_program_is_left_alone(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NxcrmError, match="database_newer"):
        migrate(engine)
    engine.dispose()


def test_every_table_outside_the_dictionary_says_what_it_holds() -> None:
    others = [table for name, table in METADATA.tables.items() if name not in ENTITIES]
    assert others
    assert all(facts_of(table).holds and facts_of(table).erased_by for table in others)


def test_every_entity_has_its_columns_a_version_and_a_tombstone() -> None:
    for name, info in ENTITIES.items():
        assert {*ENTITY_TABLES[name].c.keys()} == {*info.columns, "ver", "deleted_at"}
