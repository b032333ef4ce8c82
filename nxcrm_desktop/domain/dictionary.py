"""The data dictionary as a whole: entities and columns by name. Made from the declarations, never listed twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import Table

from nxcrm_desktop.domain import activity, people, privacy_records, sales, system  # noqa: F401 (they register themselves)
from nxcrm_desktop.domain.base import FACTS_KEY, Entity
from nxcrm_desktop.domain.facts import EntityFacts, Facts, Kind, Role
from nxcrm_desktop.errors import NxcrmError

COMMON = ("id", "created_at", "created_by", "updated_at", "updated_by")
SCHEMA_VERSION = 2
"""Version of the dictionary as spoken on the wire; raised whenever an entity or a column is added.

What is added says so (``since``), columns at the end of their entity: a program of an earlier version is sent, and
asked for, only what it knows.
"""


@dataclass(frozen=True)
class EntityInfo:
    """One entity: its table, its facts and its columns' facts, in order of declaration."""

    name: str
    number: int  # stable small integer, for compact storage; order of first publication
    table: Table
    facts: EntityFacts
    fields: Mapping[str, Facts]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All column names: the common ones first, then those declared."""
        return tuple(self.fields)

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """Columns whose words are in the full-text index."""
        return tuple(name for name, facts in self.fields.items() if facts.search)

    @cached_property
    def sortable(self) -> tuple[str, ...]:
        """Columns by which lists may be ordered."""
        return tuple(name for name, facts in self.fields.items() if facts.sort)

    def field(self, name: str) -> Facts:
        """Facts of one column. Raises NxcrmError ``unknown_field``."""
        try:
            return self.fields[name]
        except KeyError:
            raise NxcrmError(
                "unknown_field",
                f"{self.facts.label} has no field “{name}”.",
                safe="Nothing was changed.",
                todo=f"Fields are: {', '.join(self.columns)}.",
            ) from None

    def columns_at(self, schema: int) -> tuple[str, ...]:
        """Columns that a program of this version of the dictionary knows: the first ones, none left out."""
        return tuple(name for name, facts in self.fields.items() if facts.since <= schema)

    def changed_since(self, schema: int) -> bool:
        """Whether the entity, or a column of it, is newer than this version of the dictionary."""
        return self.facts.since > schema or any(facts.since > schema for facts in self.fields.values())

    def visible_to(self, role: Role) -> tuple[str, ...]:
        """Columns that a role may be sent."""
        return tuple(name for name, facts in self.fields.items() if role not in facts.hidden_from)


# Numbers are stored and sent: append, never renumber.
_NUMBERS = (
    "user", "team", "lead_stage", "contact", "company", "vehicle", "lead", "stage_change", "transaction",
    "payment_entry", "communication", "task", "document", "document_version", "consent", "privacy_request",
    "legal_hold", "disclosure", "policy_version", "policy_acceptance", "incident", "saved_view", "audit_event",
    "usage_event", "conflict", "quarantine", "duplicate",
)  # fmt: skip


def _facts_of(table: Table) -> dict[str, Facts]:
    named = {column.name: column.info[FACTS_KEY] for column in table.columns}
    return {name: named[name] for name in (*COMMON, *(n for n in named if n not in COMMON))}


def _build() -> dict[str, EntityInfo]:
    declared: dict[str, type[Entity]] = {m.class_.__tablename__: m.class_ for m in Entity.registry.mappers}
    if set(declared) != set(_NUMBERS):
        raise RuntimeError(f"entities without a number, or numbers without an entity: {set(declared) ^ set(_NUMBERS)}")
    built: dict[str, EntityInfo] = {}
    for number, name in enumerate(_NUMBERS, start=1):
        table = Entity.metadata.tables[name]
        built[name] = EntityInfo(name, number, table, declared[name].__facts__, MappingProxyType(_facts_of(table)))
    return built


ENTITIES: Mapping[str, EntityInfo] = MappingProxyType(_build())
BY_NUMBER: Mapping[int, EntityInfo] = MappingProxyType({info.number: info for info in ENTITIES.values()})
SYNCED: tuple[EntityInfo, ...] = tuple(info for info in ENTITIES.values() if not info.facts.server_only)


def entity(name: str) -> EntityInfo:
    """The entity of that name. Raises NxcrmError ``unknown_entity``."""
    try:
        return ENTITIES[name]
    except KeyError:
        raise NxcrmError(
            "unknown_entity",
            f"There is no kind of record called “{name}”.",
            safe="Nothing was changed.",
            todo=f"Kinds are: {', '.join(ENTITIES)}.",
        ) from None


def referring_to(target: str) -> Iterable[tuple[EntityInfo, str]]:
    """Every (entity, column) whose values are ids of ``target`` rows."""
    for info in ENTITIES.values():
        for name, facts in info.fields.items():
            if facts.kind is Kind.REF and facts.ref == target:
                yield info, name
