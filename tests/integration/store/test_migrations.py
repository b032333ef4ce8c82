"""The migrated schema is the dictionary's schema, and a newer program's file is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from nxcrm_desktop.domain.base import FACTS_KEY
from nxcrm_desktop.domain.dictionary import ENTITIES, SYNCED
from nxcrm_desktop.domain.facts import TableFacts
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import migrate
from nxcrm_desktop.store.engine import Store, create_store, open_store
from nxcrm_desktop.store.migrations import HEAD
from nxcrm_desktop.store.tables import METADATA, SEARCH_TABLE
from tests.helpers.stores import KEY


def _plain(statement: object) -> str:
    return re.sub(r"\s+", " ", str(statement)).strip().replace("( ", "(").replace(" )", ")")


def _declared() -> set[str]:
    dialect = sqlite.dialect()
    found = {_plain(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables}
    found |= {_plain(CreateIndex(i).compile(dialect=dialect)) for t in METADATA.sorted_tables for i in t.indexes}
    return found | {SEARCH_TABLE}


def test_the_migrated_schema_is_the_declared_one(store: Store) -> None:
    with store.read() as reader:
        rows = reader.cursor.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'search\\_%' ESCAPE '\\' "
            "AND name != 'alembic_version' OR name IN ('search_doc', 'ix_search_doc_row')"
        )
        stored = {_plain(row[0]) for row in rows}
    assert stored == _declared()


def test_the_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(migrate._FOLDER))
    assert scripts.get_heads() == [HEAD]


def test_every_local_table_says_what_it_holds_and_how_a_person_leaves_it() -> None:
    local = set(METADATA.tables) - set(ENTITIES)
    assert {name for name in local if not isinstance(METADATA.tables[name].info.get(FACTS_KEY), TableFacts)} == set()


def test_every_synced_entity_is_here_and_only_its_id_is_certain() -> None:
    for info in SYNCED:
        table = METADATA.tables[info.name]
        assert set(table.columns.keys()) == set(info.columns)
        assert [column.name for column in table.columns if not column.nullable] == ["id"]


def test_a_newer_programs_store_is_left_alone(tmp_path: Path) -> None:
    store = create_store(tmp_path / "store.db", KEY)
    with store.transaction() as (connection, _):
        connection.connection.cursor().execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(NxcrmError) as caught:
        open_store(store.path, KEY)
    assert caught.value.code == "store_newer"
    assert store.path.read_bytes() == before


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "HEAD", "no such revision")
    path = tmp_path / "store.db"
    with pytest.raises(Exception, match="no such revision"):
        create_store(path, KEY)
    assert list(tmp_path.iterdir()) == []
