"""The server's tables: one for each entity of the dictionary, and those that sync itself needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

from nxcrm_desktop.domain.base import FACTS_KEY
from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Personal, TableFacts

METADATA = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)
VER, DELETED_AT = "ver", "deleted_at"
_ROW_IDS_ONLY = "Row ids only: they stay so that the row never returns."


def facts_of(table: Table) -> TableFacts:
    """What a table outside the dictionary holds. Raises KeyError for a table that does not say."""
    facts = table.info[FACTS_KEY]
    assert isinstance(facts, TableFacts)
    return facts


def scope_indexes(info: EntityInfo) -> tuple[tuple[str, ...], ...]:
    """Columns by which rows that inherit or lend their scopes are found."""
    rule = info.facts.scope
    lent = (column for other in ENTITIES.values() for child, column in other.facts.scope.children if child == info.name)
    named = [column for column, _ in rule.parents] + ([rule.subject[1]] if rule.subject else []) + [*lent]
    return tuple((column,) for column in named)


def _entity_table(info: EntityInfo) -> Table:
    columns = [
        Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable, info=c.info) for c in info.table.columns
    ]
    wanted = dict.fromkeys((*info.facts.indexes, *scope_indexes(info)))
    prefixes = {tuple(names[:1]) for names in wanted if len(names) > 1}
    return Table(
        info.name,
        METADATA,
        *columns,
        Column(VER, BigInteger, nullable=False),
        Column(DELETED_AT, BigInteger),
        *(Index(None, *names) for names in wanted if names not in prefixes),
    )


def own_table(name: str, holds: str, *columns: Column[object] | Index, personal: Personal, erased_by: str) -> Table:
    """A table outside the dictionary, with its facts."""
    facts = TableFacts(holds=holds, personal=personal, erased_by=erased_by)
    return Table(name, METADATA, *columns, info={FACTS_KEY: facts})


ENTITY_TABLES: Mapping[str, Table] = MappingProxyType({name: _entity_table(i) for name, i in ENTITIES.items()})

scope = own_table(
    "scope",
    "Names of scopes by number, and the newest feed entry of each.",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("head", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by="Holds ids of staff; they say nothing once the member of staff is erased.",
)

feed = own_table(
    "feed",
    "The last thing that happened to each row in each scope, in order of commit.",
    Column("entity", Integer, primary_key=True, autoincrement=False),
    Column("row_id", Text, primary_key=True),
    Column("scope_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("op", Integer, nullable=False),
    Column("ver", BigInteger, nullable=False),
    Index(None, "scope_id", "seq"),
    Index("ix_feed_tombstone", "seq", sqlite_where=text("op <> 1"), postgresql_where=text("op <> 1")),
    personal=Personal.NONE,
    erased_by=_ROW_IDS_ONLY,
)
feed.dialect_options["sqlite"]["with_rowid"] = False

sync_clock = own_table(
    "sync_clock",
    "One row: the newest sequence number, and the oldest a cursor may come from.",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("v", BigInteger, nullable=False),
    Column("horizon", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)

clock_mark = own_table(
    "clock_mark",
    "Where the clock stood at some moments (UTC ms), so that old tombstones can be told from new ones.",
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)

epoch = own_table(
    "epoch",
    "The lives of this server: a new one begins whenever it is restored from a backup.",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("began_at", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)

checksum = own_table(
    "checksum",
    "Count and sum of the rows of each entity in each scope.",
    Column("scope_id", Integer, primary_key=True, autoincrement=False),
    Column("entity", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("sum", Text, nullable=False),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)

device_sync = own_table(
    "device_sync",
    "How far each device has come: its last settled edit, the feed position it has stored, how much was refused.",
    Column("device_id", Text, primary_key=True),
    Column("applied_n", BigInteger, nullable=False),
    Column("acked_seq", BigInteger, nullable=False),
    Column("acked_at", BigInteger),
    Column("app_version", Text),
    Column("refused_since", BigInteger),
    Column("refused", BigInteger),
    Column("settled_n", BigInteger),
    personal=Personal.TECHNICAL,
    erased_by="Removed with the device.",
)

mutation_log = own_table(
    "mutation_log",
    "What became of each edit of each device, so that sending it again does nothing.",
    Column("device_id", Text, primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("result", Text, nullable=False),
    personal=Personal.NONE,
    erased_by="Ids, versions and a hash: nothing of what was typed.",
)
mutation_log.dialect_options["sqlite"]["with_rowid"] = False

erased = own_table(
    "erased",
    "Ids of rows that were erased and may never return.",
    Column("id", Text, primary_key=True),
    Column("entity", Integer, nullable=False),
    Column("erased_at", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by=_ROW_IDS_ONLY,
)

erasure_receipt = own_table(
    "erasure_receipt",
    "Which device has carried out which erasure.",
    Column("device_id", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    personal=Personal.NONE,
    erased_by=_ROW_IDS_ONLY,
)
