"""Everything held on one person: rows about them, found by following the dictionary, with what is withheld and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, MetaData, select

from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo, entity
from nxcrm_desktop.domain.facts import Kind, Personal
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.privacy.subjects import Subject

_CHUNK = 500
STAFF = "a member of staff"
_CONFIDENTIAL = "What the company paid for its stock says nothing about you and is the company's own business."
_STAFF_REASON = "Names of the company's staff are other people's data."
_SECURITY_REASON = "Kept to find misuse; showing it would weaken that."


@dataclass(frozen=True, slots=True)
class Withheld:
    """A column that is not shown, and the reason in a sentence."""

    entity: str
    field: str
    reason: str


@dataclass
class Collected:
    """Rows by entity, in order of id; columns as the dictionary has them, those withheld already masked."""

    subject: Subject
    rows: dict[str, list[dict[str, Value]]] = field(default_factory=dict)
    withheld: list[Withheld] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return sum(len(rows) for rows in self.rows.values())


def collect(connection: Connection, metadata: MetaData, subject: Subject) -> Collected:
    """Gather all rows about the person, and what those rows speak of (a car, a company).

    A person is one customer with all their leads, or one lead without a customer, or one member of staff; two people
    who share a phone stay two people, because only ids are followed.
    """
    ids = _closure(connection, metadata, subject)
    _add_mentioned(connection, metadata, ids)
    found = Collected(subject)
    for info in ENTITIES.values():
        if ids.get(info.name):
            found.rows[info.name] = [_masked(info, row) for row in _rows(connection, metadata, info, ids[info.name])]
            found.withheld += [Withheld(info.name, name, reason) for name, reason in _withholding(info)]
    return found


Ids = dict[str, set[str]]


def _closure(connection: Connection, metadata: MetaData, subject: Subject) -> Ids:
    """Follow ``EntityFacts.subject`` both ways until nothing new is found."""
    found: Ids = {subject.entity: {subject.id}}
    fresh: Ids = {subject.entity: {subject.id}}
    while fresh:
        reached: Ids = {}
        for name, ids in (*_about(connection, metadata, fresh), *_persons_of(connection, metadata, fresh)):
            reached.setdefault(name, set()).update(ids - found.get(name, set()))
        fresh = {name: ids for name, ids in reached.items() if ids}
        for name, ids in fresh.items():
            found.setdefault(name, set()).update(ids)
    return found


def _about(connection: Connection, metadata: MetaData, fresh: Ids) -> Iterator[tuple[str, set[str]]]:
    """Rows that name a fresh row as what they are about."""
    for info in ENTITIES.values():
        if info.name not in metadata.tables:
            continue
        table = metadata.tables[info.name]
        for column, target in info.facts.subject:
            wanted = set().union(*fresh.values()) if target == "*" else fresh.get(target, set())
            for part in _parts(wanted):
                yield info.name, set(connection.scalars(select(table.c.id).where(table.c[column].in_(part))))


def _persons_of(connection: Connection, metadata: MetaData, fresh: Ids) -> Iterator[tuple[str, set[str]]]:
    """The customer of a fresh lead: the same person, seen from the other side."""
    for name, ids in fresh.items():
        info = ENTITIES[name]
        if not info.facts.is_person:
            continue
        table = metadata.tables[name]
        for column, target in info.facts.subject:
            for part in _parts(ids):
                query = select(table.c[column]).where(table.c.id.in_(part), table.c[column].is_not(None))
                yield target, set(connection.scalars(query))


def _add_mentioned(connection: Connection, metadata: MetaData, found: Ids) -> None:
    """Rows that are not about the person but are spoken of: the car of a deal, the company somebody works for."""
    for name in list(found):
        info = ENTITIES[name]
        table = metadata.tables[name]
        for column, facts in info.fields.items():
            if facts.kind is Kind.REF and _is_thing(facts.ref):
                for part in _parts(found[name]):
                    query = select(table.c[column]).where(table.c.id.in_(part), table.c[column].is_not(None))
                    found.setdefault(facts.ref, set()).update(connection.scalars(query))


def _is_thing(name: str) -> bool:
    facts = ENTITIES[name].facts
    return not facts.is_person and not facts.subject and facts.retention not in ("reference", "compliance", "audit")


def _rows(connection: Connection, metadata: MetaData, info: EntityInfo, ids: set[str]) -> list[dict[str, Value]]:
    table = metadata.tables[info.name]
    columns = [table.c[name] for name in info.columns]
    found = [
        dict(row._mapping)
        for part in _parts(ids)
        for row in connection.execute(select(*columns).where(table.c.id.in_(part)))
    ]
    return sorted(found, key=lambda row: str(row["id"]))


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _masked(info: EntityInfo, row: dict[str, Value]) -> dict[str, Value]:
    reasons = dict(_withholding(info))
    return {name: _mask(value, reasons.get(name)) for name, value in row.items()}


def _mask(value: Value, reason: str | None) -> Value:
    if reason is None or value is None:
        return value
    return STAFF if reason == _STAFF_REASON else None


def _withholding(info: EntityInfo) -> Iterator[tuple[str, str]]:
    """The columns of an entity that a data subject is not shown, with the reason. From facts alone."""
    for name, facts in info.fields.items():
        if facts.kind is Kind.REF and facts.ref == "user" and info.name != "user":
            yield name, _STAFF_REASON
        elif facts.personal is Personal.TECHNICAL and name.endswith("device_id"):
            yield name, _SECURITY_REASON
        elif facts.personal is Personal.NONE and facts.hidden_from and entity(info.name).facts.scope.ref:
            yield name, _CONFIDENTIAL
