"""The tables of a device: those of the dictionary, and the local ones that sync, search and the interface need."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from nxcrm_desktop.domain.base import FACTS_KEY
from nxcrm_desktop.domain.dictionary import SYNCED, EntityInfo
from nxcrm_desktop.domain.facts import Kind, Personal, TableFacts

NOCASE_KINDS = frozenset({Kind.TEXT})
"""Kinds that lists order without regard to the case of A to Z."""


def order_expression(table: Table, info: EntityInfo, name: str) -> Column[object]:
    """A column as lists order it, and as its index holds it."""
    column: Column[object] = table.c[name]
    return column.collate("NOCASE") if info.fields[name].kind in NOCASE_KINDS else column  # type: ignore[return-value]


def _add_entity(metadata: MetaData, info: EntityInfo) -> None:
    table = info.table.to_metadata(metadata)
    for column in table.columns:
        # A masked column arrives as null, a waiting edit may be half a row: only the id is certain.
        column.nullable = not column.primary_key
    covered = {(name,) for name in info.sortable if info.fields[name].kind not in NOCASE_KINDS}
    for name in info.sortable:
        Index(f"ix_{info.name}_by_{name}", order_expression(table, info, name), table.c.id)
    for names in info.facts.indexes:
        if names not in covered:
            Index(f"ix_{info.name}_{'_'.join(names)}", *(table.c[name] for name in names))


def _local(
    name: str, metadata: MetaData, *columns: Column[object] | Index, facts: TableFacts, rowid: bool = True
) -> None:
    Table(name, metadata, *columns, info={FACTS_KEY: facts}, sqlite_with_rowid=rowid)


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[object]:
    return Column(name, Text, primary_key=key, nullable=null)


def _integer(name: str, *, key: bool = False, null: bool = False) -> Column[object]:
    return Column(name, Integer if key else BigInteger, primary_key=key, nullable=null, autoincrement=False)


RUN_COUNTS = (
    "pushed", "pulled", "merged", "conflicts", "rejected", "papers_up", "papers_down", "bytes_up", "bytes_down",
)  # fmt: skip
"""What a run of sync counts: edits, rows, conflicts, documents, bytes."""

_ROW_ERASED = "erasing the row removes its entries"
_WITH_ROW = "goes with the row"


def _add_sync_tables(metadata: MetaData) -> None:
    _local(
        "outbox", metadata,
        Column("n", Integer, primary_key=True, autoincrement=False), _text("grp"), _text("op"), _text("entity"),
        _text("row_id"), _integer("base_ver", null=True), _text("fields"), _integer("at"), _text("author"),
        Column("schema", BigInteger, nullable=False, server_default="1"),
        Index("ix_outbox_row", "row_id", "entity"),
        facts=TableFacts(
            "edits not yet settled by the server", Personal.FREE_TEXT,
            "the fields of an erased row's edits are emptied, their numbers stay",
            {
                "fields": "JSON: column → [old, new]", "grp": "group of edits made together", "at": "UTC ms",
                "schema": "version of the dictionary it was made under",
            },
        ),
    )  # fmt: skip
    _local(
        "settled", metadata,
        Column("n", Integer, primary_key=True, autoincrement=False), _text("grp"), _text("op"), _text("entity"),
        _text("row_id"), _integer("base_ver", null=True), _text("fields"), _integer("at"), _text("author"),
        _integer("schema"), _integer("settled_at"),
        facts=TableFacts(
            "own edits the server has settled, while a server restored from a backup may lack them",
            Personal.FREE_TEXT, _ROW_ERASED,
            {"fields": "as in the outbox", "settled_at": "UTC ms by the server's clock"},
        ),
    )  # fmt: skip
    _local(
        "shadow", metadata,
        _text("row_id", key=True), _text("entity", key=True), _integer("ver", null=True), _text("vals", null=True),
        facts=TableFacts(
            "last server state of rows with edits waiting", Personal.FREE_TEXT, _ROW_ERASED,
            {"vals": "JSON array in column order; null: the server has no such row"},
        ),
        rowid=False,
    )  # fmt: skip
    _local(
        "scope", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, unique=True),
        facts=TableFacts("names of scopes pulled", Personal.TECHNICAL, "holds user ids of staff only"),
    )  # fmt: skip
    _local(
        "membership", metadata,
        _text("row_id", key=True), _integer("entity", key=True), _integer("scope", key=True), _integer("ver"),
        facts=TableFacts("which scopes each pulled row is in, and its version", Personal.TECHNICAL, _ROW_ERASED),
        rowid=False,
    )  # fmt: skip
    _local(
        "checksum", metadata,
        _integer("scope", key=True), _integer("entity", key=True), _integer("count"), _text("sum"),
        facts=TableFacts("count and sum of versions of each scope and entity", Personal.NONE, "holds no person"),
        rowid=False,
    )  # fmt: skip
    _local(
        "erasure", metadata, _text("row_id", key=True), _text("proof", null=True),
        Column("told", BigInteger, nullable=False, server_default="0"), rowid=False,
        facts=TableFacts(
            "erasures carried out: a server restored from a backup is told of them again", Personal.TECHNICAL,
            "ids only", {"proof": "the server's own signature that it ordered it", "told": "1: the server knows"},
        ),
    )  # fmt: skip
    _local(
        "sync_log", metadata,
        Column("id", Integer, primary_key=True), _integer("at"), _text("kind"), _text("entity", null=True),
        _text("row_id", null=True), _text("status", null=True), _text("code", null=True), _text("detail", null=True),
        Index("ix_sync_log_row", "row_id"),
        facts=TableFacts(
            "history of sync: refused edits", Personal.FREE_TEXT, _ROW_ERASED,
            {"detail": "JSON: of a run its counts, of a refused edit what was typed"},
        ),
    )  # fmt: skip

    _local(
        "sync_run", metadata,
        Column("id", Integer, primary_key=True), _integer("at"), _integer("ended"), _text("outcome"),
        _text("code", null=True), *(_integer(name) for name in RUN_COUNTS),
        facts=TableFacts(
            "runs of sync that did something or failed, the latest few hundred", Personal.NONE, "holds counts only",
            {"outcome": "done, partial, stopped or failed", "code": "of the error", "at": "UTC ms"},
        ),
    )  # fmt: skip


def _add_paper_tables(metadata: MetaData) -> None:
    _local(
        "paper", metadata,
        _text("sha256", key=True), _integer("size"), _integer("here"), _integer("on_server"), _integer("used_at"),
        _text("version_id", null=True), _text("failure", null=True), _integer("tries"), _integer("retry_at", null=True),
        Index("ix_paper_state", "on_server", "here"),
        facts=TableFacts(
            "where the bytes of each document version are", Personal.TECHNICAL, "goes with the last version",
            {
                "here": "1: the content is on this device, encrypted", "used_at": "UTC ms, of attaching or opening it",
                "on_server": "1: the server has said that it holds the whole content",
                "version_id": "the version it was attached as on this device",
                "failure": "code of the latest failure to send or fetch it", "tries": "failures in a row",
                "retry_at": "UTC ms; null with a failure: not before the user asks for it",
            },
        ),
        rowid=False,
    )  # fmt: skip
    _local(
        "paper_pin", metadata, _text("entity", key=True), _text("row_id", key=True),
        facts=TableFacts(
            "documents, and leads, customers and deals whose documents, are kept on this device", Personal.TECHNICAL,
            "goes with the row",
        ),
        rowid=False,
    )  # fmt: skip


def _add_local_tables(metadata: MetaData) -> None:
    _local(
        "meta", metadata, _text("key", key=True), _text("value"), rowid=False,
        facts=TableFacts("the device's own state: ids, cursor, tokens", Personal.TECHNICAL, "wiping the device"),
    )  # fmt: skip
    _local(
        "prefs", metadata, _text("key", key=True), _text("value"), rowid=False,
        facts=TableFacts("saved state of the interface, JSON", Personal.TECHNICAL, "wiping the device"),
    )  # fmt: skip
    _local(
        "entity_count", metadata, _text("entity", key=True), _integer("rows"), rowid=False,
        facts=TableFacts("how many rows each entity has", Personal.NONE, "holds nothing of a person"),
    )  # fmt: skip
    _local(
        "import_batch", metadata,
        _text("id", key=True), _text("entity"), _text("file_name"), _integer("at"), _integer("undone_at", null=True),
        _text("summary"),
        facts=TableFacts("imports, so that they can be undone", Personal.NONE, "wiping the device"), rowid=False,
    )  # fmt: skip
    _local(
        "import_row", metadata,
        _text("batch_id", key=True), _text("row_id", key=True), _text("digest"), _text("before", null=True),
        Index("ix_import_row_row", "row_id"),
        facts=TableFacts(
            "rows made or changed by an import, and a digest of their values then", Personal.FREE_TEXT, _WITH_ROW,
            {"before": "JSON: what an import changed, as it was before; null for a row it made"},
        ),
        rowid=False,
    )  # fmt: skip
    _local(
        "search_doc", metadata,
        Column("docid", Integer, primary_key=True), _text("entity"), _text("row_id"), _text("words"),
        Index("ix_search_doc_row", "row_id", "entity", unique=True),
        facts=TableFacts("the words of each row, newest change last", Personal.FREE_TEXT, _ROW_ERASED),
    )  # fmt: skip


SEARCH_TABLE = (
    "CREATE VIRTUAL TABLE search USING fts5(words, content='search_doc', content_rowid='docid', "
    "tokenize='ascii', prefix='1 2 3 4', detail=none, columnsize=0)"
)
"""Full-text index over ``search_doc``. The words are folded beforehand: its tokenizer only splits at spaces."""

SEARCH_OPTIONS = ("INSERT INTO search (search, rank) VALUES ('automerge', 8)",)
"""Half the merging of the default, for a fifth more speed of writing; a query sees at most a few segments more."""


def _build() -> MetaData:
    metadata = MetaData()
    for info in SYNCED:
        _add_entity(metadata, info)
    _add_sync_tables(metadata)
    _add_paper_tables(metadata)
    _add_local_tables(metadata)
    return metadata


METADATA = _build()
"""All tables of a device; the search index beside them is ``SEARCH_TABLE``."""
