"""No column escapes: stores, wire, importer, exporter and eraser cover what the dictionary declares."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, SYNCED, EntityInfo
from nxcrm_desktop.domain.facts import Erase, Facts, Personal, Role, TableFacts, Write
from nxcrm_desktop.domain.json_schema import schema_of
from nxcrm_desktop.domain.permissions import Action, readable_fields, writable_fields
from nxcrm_desktop.domain.retention import RETENTION
from nxcrm_desktop.importing import planning
from nxcrm_desktop.importing.readers import open_source
from nxcrm_desktop.privacy.recipe import erased_value
from nxcrm_desktop.store.tables import METADATA as DEVICE
from sync.server.store.tables import METADATA as SERVER

COLUMNS = [(info, name) for info in ENTITIES.values() for name in info.columns]
_ids = [f"{info.name}.{name}" for info, name in COLUMNS]


@pytest.mark.parametrize("info", SYNCED, ids=lambda info: info.name)
def test_the_device_holds_every_synced_column(info: EntityInfo) -> None:
    assert {column.name for column in DEVICE.tables[info.name].columns} == set(info.columns)


@pytest.mark.parametrize("info", ENTITIES.values(), ids=lambda info: info.name)
def test_the_server_holds_every_column(info: EntityInfo) -> None:
    extra = {column.name for column in SERVER.tables[info.name].columns} - set(info.columns)
    assert set(info.columns) <= {column.name for column in SERVER.tables[info.name].columns}
    assert extra <= {"ver", "deleted_at"}, "columns of the server that the dictionary does not know"


@pytest.mark.parametrize("metadata", [DEVICE, SERVER], ids=["device", "server"])
def test_every_other_table_says_what_it_holds(metadata: MetaData) -> None:
    for name, table in metadata.tables.items():
        if name not in ENTITIES:
            facts = table.info.get("facts")
            assert isinstance(facts, TableFacts), f"{name} does not say what it holds"
            assert facts.holds
            assert facts.erased_by


@pytest.mark.parametrize(("info", "name"), COLUMNS, ids=_ids)
def test_every_column_can_reach_somebody_over_the_wire(info: EntityInfo, name: str) -> None:
    readers = [role for role in Role if name in readable_fields(role, info)]
    assert readers, "nobody may ever be sent this column"
    if info.fields[name].write is Write.SERVER or name in COMMON:
        assert all(name not in writable_fields(role, info, action) for role in Role for action in Action)


@pytest.mark.parametrize(("info", "name"), COLUMNS, ids=_ids)
def test_the_subject_export_covers_every_column(info: EntityInfo, name: str) -> None:
    assert name in schema_of(info)["items"]["properties"]
    assert info.facts.retention in RETENTION


@pytest.mark.parametrize(("info", "name"), COLUMNS, ids=_ids)
def test_the_eraser_leaves_nothing_that_tells_who(info: EntityInfo, name: str) -> None:
    facts: Facts = info.fields[name]
    canary = 4_111_222 if facts.kind.is_integer else "canary"
    left = erased_value(facts, canary, books_closed=True)
    if facts.personal in (Personal.IDENTITY, Personal.CONTACT, Personal.FREE_TEXT, Personal.SENSITIVE):
        assert left != canary
    if facts.required:
        assert left is not None, "a required column may not become null"
    if facts.erase is Erase.BOOKS:
        assert erased_value(facts, canary, books_closed=False) == canary


@pytest.mark.parametrize(
    "info", [info for info in ENTITIES.values() if info.facts.importable], ids=lambda info: info.name
)
def test_the_importer_takes_every_column_that_may_be_written(info: EntityInfo, tmp_path: Path) -> None:
    writable = writable_fields(Role.MANAGER, info, Action.CREATE)
    file = tmp_path / "rows.csv"
    headings = {info.fields[name].label: name for name in sorted(writable)}
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(headings), ["x"] * len(headings)])
    plan = planning.plan(open_source(file), planning.Request(info, writable, {}, {}, headings, None))
    assert {column.rule.field for column in plan.columns} == writable
    assert plan.unmapped == ()
